from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from bot_api.server import BotApi
from telegram import Bot, Chat

from bot.telegram.typing_sign import seen_typing

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "42:made-up"


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API that knows two people."""
    with BotApi() as opened:
        opened.add_chat(1)
        opened.add_chat(2)
        yield opened


def chat_of(bot: Bot, number: int) -> Chat:
    """A private chat with the bot."""
    chat = Chat(number, "private")
    chat.set_bot(bot)
    return chat


def signs(api: BotApi) -> list[Any]:
    """The calls that show that somebody is typing."""
    return [call for call in api.calls if call.method == "sendChatAction"]


async def test_it_is_seen_at_once(api: BotApi) -> None:
    """Who asks alone sees within 300 milliseconds that the bot is at work, and before the answer."""
    async with Bot(TOKEN, f"{api.base_url}/bot") as bot:
        began = time.monotonic()
        async with seen_typing(chat_of(bot, 1), None):
            pass
        assert [call.outcome for call in signs(api)] in ([], ["ok"])
        async with seen_typing(chat_of(bot, 1), None):
            await asyncio.sleep(0.25)
        assert signs(api)[-1].outcome == "ok"
        assert signs(api)[0].at - began < 0.3


async def test_a_quick_answer_among_many_needs_none(api: BotApi) -> None:
    """While others wait too, who is answered soon costs no call; who is not sees the sign all the same."""
    async with Bot(TOKEN, f"{api.base_url}/bot") as bot, seen_typing(chat_of(bot, 1), None):
        await asyncio.sleep(0.1)
        async with seen_typing(chat_of(bot, 2), None):
            await asyncio.sleep(0.05)
        assert [call.params["chat_id"] for call in signs(api)] == ["1"]
        began = time.monotonic()
        async with seen_typing(chat_of(bot, 2), None):
            await asyncio.sleep(0.5)
        assert [call.params["chat_id"] for call in signs(api)] == ["1", "2"]
        assert signs(api)[1].at - began < 0.3


@pytest.mark.parametrize("kind", ["500", "hang before", "drop before", "429"])
async def test_a_sign_that_fails_costs_no_answer(api: BotApi, kind: Any) -> None:
    """Whatever becomes of the sign, the work goes on, and waits for it only for a moment."""
    api.fail("sendChatAction", kind=kind, seconds=5)
    async with Bot(TOKEN, f"{api.base_url}/bot") as bot:
        began = time.monotonic()
        async with seen_typing(chat_of(bot, 1), None):
            await asyncio.sleep(0.05)
        assert time.monotonic() - began < 2


async def test_what_goes_wrong_within_comes_out(api: BotApi) -> None:
    """An error of the work itself is not swallowed."""
    async with Bot(TOKEN, f"{api.base_url}/bot") as bot:
        with pytest.raises(ZeroDivisionError):
            async with seen_typing(chat_of(bot, 1), None):
                raise ZeroDivisionError
