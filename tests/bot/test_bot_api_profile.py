from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import telegram
from bot_api import updates
from bot_api.calling import call, library, refused, send, serving
from telegram import BotCommandScopeAllGroupChats, BotCommandScopeChat, BotCommandScopeChatMember
from telegram.constants import ReactionEmoji

if TYPE_CHECKING:
    from bot_api.server import BotApi

PERSON, GROUP = updates.PERSON, updates.GROUP
START = {"command": "start", "description": "Begin"}

api = pytest.fixture(serving)


async def test_commands_by_scope_and_language(api: BotApi) -> None:
    """The real library sets, reads and deletes a menu for each scope and language by itself."""
    groups, chat = BotCommandScopeAllGroupChats(), BotCommandScopeChat(GROUP)
    async with library(api) as bot:
        await bot.set_my_commands([("start", "Begin")], language_code="en")
        await bot.set_my_commands([("ask", "Ask here")], scope=groups)
        await bot.set_my_commands([("ask", "Запитати")], scope=groups, language_code="uk")
        await bot.set_my_commands([("one", "Only here")], scope=chat)
        await bot.set_my_commands([("two", "Only you")], scope=BotCommandScopeChatMember(GROUP, PERSON))
        assert await bot.get_my_commands() == ()
        assert [one.command for one in await bot.get_my_commands(language_code="en")] == ["start"]
        read = await bot.get_my_commands(scope=groups, language_code="uk")
        assert [one.description for one in read] == ["Запитати"]
        assert [one.command for one in await bot.get_my_commands(scope=chat)] == ["one"]
        await bot.delete_my_commands(scope=groups, language_code="uk")
        assert await bot.get_my_commands(scope=groups, language_code="uk") == ()
        assert len(await bot.get_my_commands(scope=groups)) == 1


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "/", "description": "x"}]}, "command must be non-empty"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "command length must not exceed 32"),
        ({"commands": [{"command": "x", "description": " "}]}, "command description must be non-empty"),
        ({"commands": [{"command": "x", "description": "x" * 257}]}, "must not exceed 256"),
        ({"commands": [{"command": "x"}]}, 'Can\'t find field "description"'),
        ({"commands": [5]}, "expected an Object"),
        ({"commands": {"command": "x"}}, "expected an Array of BotCommand"),
        ({"commands": [START] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"language_code": "eng"}, "invalid language code specified"),
        ({"language_code": "UK"}, "invalid language code specified"),
        ({"scope": {"type": "everybody"}}, "Unsupported type specified"),
        ({"scope": {"type": "chat"}}, "Empty chat_id specified"),
        ({"scope": {"type": "chat_member", "chat_id": 1}}, "Invalid user_id specified"),
        ({"scope": [1]}, "BotCommandScope must be an Object"),
    ],
)
def test_commands_refused(api: BotApi, params: dict[str, Any], description: str) -> None:
    """Commands, languages and scopes that Telegram does not have are refused in its words."""
    assert refused(api, "setMyCommands", **{"commands": [START]} | params).endswith(description)


async def test_words_by_language(api: BotApi) -> None:
    """Name and descriptions are read back in their language, and elsewhere as the default."""
    async with library(api) as bot:
        assert (await bot.get_my_name()).name == "Dateline"
        await bot.set_my_description("x" * 512)
        await bot.set_my_description("Опис", language_code="uk")
        await bot.set_my_short_description("short")
        await bot.set_my_name("Дата", language_code="uk")
        assert (await bot.get_my_description()).description == "x" * 512
        assert (await bot.get_my_description("uk")).description == "Опис"
        assert (await bot.get_my_short_description("de")).short_description == "short"
        assert (await bot.get_my_name("uk")).name == "Дата"


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("setMyDescription", {"description": "x" * 513}, "DESCRIPTION_TOO_LONG"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "ABOUT_TOO_LONG"),
        ("setMyName", {"name": "x" * 65}, "NAME_TOO_LONG"),
        ("setMyName", {"name": "x", "language_code": "x"}, "invalid language code specified"),
        ("getMyDescription", {"language_code": "en-GB"}, "invalid language code specified"),
        ("sendChatAction", {"chat_id": PERSON, "action": "thinking"}, "parameter action in request"),
    ],
)
def test_words_refused(api: BotApi, method: str, params: dict[str, Any], description: str) -> None:
    """Too long a word of the bot's about itself, and one in no language, is refused."""
    assert refused(api, method, **params).endswith(description)


def test_bot_described(api: BotApi) -> None:
    """The bot can join groups and answer inline queries, and says so."""
    me = call(api, "getMe")["result"]
    assert (me["can_join_groups"], me["supports_inline_queries"]) == (True, True)


async def test_chats_and_members(api: BotApi) -> None:
    """The real library reads a chat, and what people are in it: told, or known from what they wrote."""
    api.push(updates.group_message("hello"))
    api.add_member(GROUP, 5, "creator")
    api.add_member(GROUP, 6, "administrator")
    api.push(updates.added())
    async with library(api) as bot:
        assert (await bot.get_chat(GROUP)).title == "Newsroom"
        statuses = [
            (await bot.get_chat_member(GROUP, person)).status for person in (5, 6, PERSON, 8, api.bot["id"])
        ]
        with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
            await bot.get_chat(77)
        with pytest.raises(telegram.error.BadRequest, match="user_id"):
            await bot.get_chat_member(GROUP, 0)
    assert statuses == ["creator", "administrator", "member", "left", "member"]


def test_leaving(api: BotApi) -> None:
    """The bot leaves a group and writes there no more; a private chat cannot be left."""
    api.push(updates.group_message("hello"))
    assert call(api, "leaveChat", chat_id=GROUP)["result"] is True
    assert refused(api, "sendMessage", chat_id=GROUP, text="x").startswith("Forbidden")
    assert refused(api, "leaveChat", chat_id=PERSON).endswith("can't be changed in private chats")


async def test_reactions(api: BotApi) -> None:
    """One of the emoji that there are is put on a message that is there, and is read back."""
    number = send(api, "x")["result"]["message_id"]
    async with library(api) as bot:
        await bot.set_message_reaction(PERSON, number, ReactionEmoji.THUMBS_UP)
        for emoji, reason in (("x", "Reaction_invalid"), ([ReactionEmoji.FIRE, "👎"], "Reactions_too_many")):
            with pytest.raises(telegram.error.BadRequest, match=reason):
                await bot.set_message_reaction(PERSON, number, emoji)
        with pytest.raises(telegram.error.BadRequest, match="Message to react not found"):
            await bot.set_message_reaction(PERSON, 98, ReactionEmoji.FIRE)
    for reaction, reason in (({"no": "list"}, "Array of ReactionType"), (["x"], "reaction type specified")):
        own = {"chat_id": PERSON, "message_id": number, "reaction": reaction}
        assert refused(api, "setMessageReaction", **own).endswith(reason)
    assert [(one.message_id, one.emoji) for one in api.reactions] == [(number, ("👍",))]


async def test_drafts(api: BotApi) -> None:
    """A text that is still being written is shown in a private chat under a number, and only there."""
    api.push(updates.group_message("hello"))
    async with library(api) as bot:
        await bot.send_message_draft(PERSON, 5, "<b>so far</b>", parse_mode="HTML")
        for chat, draft, text, reason in (
            (GROUP, 5, "x", "Peer"),
            (PERSON, 0, "x", "Random"),
            (PERSON, 5, "<p>", "p"),
        ):
            with pytest.raises(telegram.error.BadRequest, match=reason):
                await bot.send_message_draft(chat, draft, text, parse_mode="HTML")
    assert [(one.draft_id, one.plain) for one in api.drafts] == [(5, "so far")]
    assert api.sent == ()
