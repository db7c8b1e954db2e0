from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from desks import knowing_admin, talking
from telegram import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeChat

from bot.telegram.profile import introduce

if TYPE_CHECKING:
    from bot_api.server import BotApi
    from telegram.ext import ExtBot

ADMIN = 4242
PRIVATE = [
    *("start", "help", "latest", "timeline", "sources", "follow", "following"),
    *("settings", "privacy", "forget"),
]


api = pytest.fixture(knowing_admin)


bot = pytest.fixture(talking)


def methods(api: BotApi) -> list[str]:
    """The calls that set something."""
    return [call.method for call in api.calls if call.method.startswith("set")]


async def test_commands_are_set_for_each_audience(bot: ExtBot[None]) -> None:
    """In private all commands are shown, in groups those for reading, to admins also their own."""
    await introduce(bot, [ADMIN])
    in_private = await bot.get_my_commands(BotCommandScopeAllPrivateChats())
    assert [each.command for each in in_private] == PRIVATE
    in_groups = await bot.get_my_commands(BotCommandScopeAllGroupChats())
    assert [each.command for each in in_groups] == PRIVATE[1:7]
    for_admin = await bot.get_my_commands(BotCommandScopeChat(ADMIN))
    assert [each.command for each in for_admin] == [*PRIVATE, "add", "remove", "stats"]


async def test_words_are_set_for_each_language(bot: ExtBot[None]) -> None:
    """English is shown to all whose language has no words of its own; Ukrainian has its own."""
    await introduce(bot, [])
    assert (await bot.get_my_commands(BotCommandScopeAllPrivateChats()))[1].description == "How to ask"
    ukrainian = await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "uk")
    assert [each.command for each in ukrainian] == PRIVATE
    assert "quoted to the letter" in (await bot.get_my_description()).description
    assert "own words" in (await bot.get_my_short_description()).short_description


async def test_what_is_set_already_is_left(api: BotApi, bot: ExtBot[None]) -> None:
    """A second start sets nothing anew; what somebody else has changed is set again."""
    await introduce(bot, [ADMIN])
    before = len(methods(api))
    assert before
    await introduce(bot, [ADMIN])
    assert len(methods(api)) == before
    await bot.set_my_short_description("Something else")
    await introduce(bot, [ADMIN])
    assert methods(api)[before:] == ["setMyShortDescription"] * 2


async def test_refusal_stops_nothing(
    api: BotApi, bot: ExtBot[None], caplog: pytest.LogCaptureFixture
) -> None:
    """What Telegram refuses costs a line, and the rest is set."""
    api.fail("setMyCommands", kind="500")
    api.fail("getMyDescription", kind="502 html")
    await introduce(bot, [])
    assert "the commands in private (en) could not be set: " in caplog.text
    assert "the description (en) could not be set: " in caplog.text
    assert await bot.get_my_commands(BotCommandScopeAllGroupChats())
    assert (await bot.get_my_short_description()).short_description


async def test_nothing_is_too_long_for_telegram(api: BotApi, bot: ExtBot[None]) -> None:
    """Of all that is set in any language, the Bot API refuses nothing."""
    await asyncio.wait_for(introduce(bot, [ADMIN]), 30)
    assert api.refusals == ()
    said = [json.loads(call.params["commands"]) for call in api.calls if call.method == "setMyCommands"]
    assert max(len(each["description"]) for commands in said for each in commands) <= 60
