from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import telegram
from bot_api import updates
from bot_api.calling import call, library, refused, send, serving

if TYPE_CHECKING:
    from bot_api.server import BotApi

PERSON, GROUP = updates.PERSON, updates.GROUP
OWN = {"message_id": 2, "date": 1, "chat": {"id": PERSON, "type": "private"}}

api = pytest.fixture(serving)


@pytest.mark.parametrize(
    "update",
    [
        updates.private_message("x", language_code="uk"),
        updates.group_message("in a topic", thread_id=7, language_code="uk"),
        updates.group_message("in an old group", chat_id=-5, kind="group"),
        updates.mention("Who?", thread_id=7),
        updates.command("start", "payload"),
        updates.group_command("ask", "who"),
        updates.photo("words"),
        updates.voice(language_code="uk"),
        updates.sticker(),
        updates.document("notes.md", b"# Notes", "read this"),
        updates.forwarded("https://a.example/x"),
        updates.edited_message(updates.private_message("x"), "y"),
        updates.reply_to_bot("x", OWN),
        updates.callback_query("more", OWN),
        updates.inline_query("who"),
        updates.chosen_inline_result("1", "who"),
        updates.blocked(),
        updates.unblocked(),
        updates.added(),
        updates.kicked(),
        updates.my_chat_member("administrator", chat_id=GROUP),
        updates.migrated(-5, GROUP),
        updates.migrated_from(GROUP, -5),
    ],
    ids=lambda update: next(iter(update)),
)
def test_updates_understood(update: dict[str, Any]) -> None:
    """Every kind of update built here is one that the real library understands."""
    understood = telegram.Update.de_json({"update_id": 1} | update, None)
    assert understood.effective_user
    assert understood.effective_user.id == PERSON
    chatless = update.keys() & {"inline_query", "chosen_inline_result"}
    assert bool(understood.effective_chat) != bool(chatless)
    assert json.loads(understood.to_json())[next(iter(update))]


def test_entities_of_updates() -> None:
    """Mentions, commands and addresses come as entities with UTF-16 offsets."""
    message = updates.group_message("😀 @dateline_bot /ask@dateline_bot https://a.example/x")["message"]
    assert message["entities"] == [
        {"type": "mention", "offset": 3, "length": 13},
        {"type": "bot_command", "offset": 17, "length": 17},
        {"type": "url", "offset": 35, "length": 19},
    ]


def test_what_is_in_updates() -> None:
    """Languages, commands by name, forwards and files are where a program looks for them."""
    assert updates.voice(language_code="uk")["message"]["from"]["language_code"] == "uk"
    assert "language_code" not in updates.sticker(language_code="")["message"]["from"]
    assert updates.group_command("ask", "who")["message"]["text"] == "/ask@dateline_bot who"
    assert updates.group_command("ask", username="")["message"]["text"] == "/ask"
    forward = updates.forwarded("see https://a.example/x")["message"]
    assert forward["forward_origin"]["chat"]["title"] == "City News"
    assert forward["entities"][0]["type"] == "url"
    filed = updates.document("a.md", b"12345", "words")["message"]
    assert (filed["document"]["file_name"], filed["document"]["file_size"]) == ("a.md", 5)
    assert filed["caption"] == "words"


def test_topic_kept(api: BotApi) -> None:
    """An answer in a topic that an update spoke of stays in it."""
    api.push(updates.group_message("hello", thread_id=7))
    message = send(api, "x", chat_id=GROUP, message_thread_id=7)["result"]
    assert (message["message_thread_id"], message["is_topic_message"]) == (7, True)


def test_altered() -> None:
    """A field deep in an update can be anything, or gone, and the update it was taken from stays."""
    plain = updates.private_message("x")
    strange = updates.altered(plain, {"from": {"first_name": "<b>\u202e", "language_code": None}})
    assert strange["message"]["from"] == {"id": PERSON, "is_bot": False, "first_name": "<b>\u202e"}
    assert plain["message"]["from"]["first_name"] == "Ada"


@pytest.mark.parametrize(
    "text", ["\ud83d", "a\x00b", "\u202e\u200b\u2066", "<p>&amp;</b>", "👩‍👩‍👧" * 500, "\ufffe\U000e0041"]
)
def test_hostile_texts_arrive(api: BotApi, text: str) -> None:
    """Half a surrogate pair, control characters and markup reach the bot as they are."""
    api.push(updates.private_message(text))
    reply = httpx.post(f"{api.base_url}/bot{api.token}/getUpdates")
    assert json.loads(reply.content)["result"][0]["message"]["text"] == text


def test_unreadable_updates_arrive(api: BotApi) -> None:
    """An update of any shape is pushed as it is, for a program must bear that too."""
    strange: list[dict[str, Any]] = [{"message": 5}, {"message": {"chat": []}}, {"new": {}}]
    numbers = [api.push(update) for update in strange]
    assert [update["update_id"] for update in call(api, "getUpdates")["result"]] == numbers


def test_standing_changes_what_may_be_written(api: BotApi) -> None:
    """Who blocks the bot by an update shuts it out, and lets it in again by another; so does a group."""
    api.push(updates.blocked())
    assert refused(api, "sendMessage", chat_id=PERSON, text="x").startswith("Forbidden: bot was blocked")
    api.push(updates.unblocked())
    assert send(api, "x")["ok"]
    api.push(updates.added())
    assert send(api, "x", chat_id=GROUP)["ok"]
    api.push(updates.kicked())
    assert refused(api, "sendMessage", chat_id=GROUP, text="x").startswith("Forbidden: bot was kicked")
    api.unblock(GROUP)
    assert send(api, "x", chat_id=GROUP)["ok"]


async def test_migrated_group(api: BotApi) -> None:
    """Writing to a group that moved is refused with its new number, which the real library hands on."""
    api.push(updates.group_message("hello", chat_id=-5, kind="group"))
    api.push(updates.migrated(-5, GROUP))
    api.push(updates.migrated_from(GROUP, -5))
    async with library(api) as bot:
        with pytest.raises(telegram.error.ChatMigrated) as caught:
            await bot.send_message(-5, "x")
        await bot.send_message(caught.value.new_chat_id, "x")
    assert [sent.chat_id for sent in api.sent] == [GROUP]
