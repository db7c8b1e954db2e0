from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from telegram.error import BadRequest, RetryAfter

from bot.telegram.pace import Pace

if TYPE_CHECKING:
    from typing import Any

GROUP, OTHER_GROUP = -100, -200


class Telegram:
    """Notes the calls that reach it, and refuses as many of a chat as it was told to."""

    def __init__(self, **refusals: int) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.refusals = refusals
        self.seconds = 0.05

    async def answer(self, method: str, data: dict[str, Any]) -> bool:
        """Answer a call."""
        self.calls.append((method, data.get("chat_id")))
        name = f"chat{data.get('chat_id')}"
        if self.refusals.get(name, 0):
            self.refusals[name] -= 1
            raise RetryAfter(self.seconds)  # type: ignore[arg-type]  # Whole seconds would take too long.
        return True

    async def call(self, pace: Pace, method: str, chat: int | None = None, retries: int | None = None) -> Any:
        """Make a call at the pace."""
        data = {} if chat is None else {"chat_id": chat}
        return await pace.process_request(self.answer, (method, data), {}, method, data, retries)


async def took(*calls: Any) -> float:
    """How many seconds the calls took together."""
    begun = time.monotonic()
    await asyncio.gather(*calls)
    return time.monotonic() - begun


async def test_thirty_messages_a_second_over_all_chats() -> None:
    """Thirty messages go out at once, the others follow as Telegram lets them."""
    telegram, pace = Telegram(), Pace()
    assert await took(*(telegram.call(pace, "sendMessage", chat) for chat in range(1, 31))) < 0.3
    assert await took(*(telegram.call(pace, "editMessageText", chat) for chat in range(1, 16))) > 0.4


async def test_twenty_messages_a_minute_in_a_group() -> None:
    """The twenty-first message in a group within a minute waits, one in another group does not."""
    telegram, pace = Telegram(), Pace()
    assert await took(*(telegram.call(pace, "sendMessage", GROUP) for _ in range(20))) < 0.3
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await telegram.call(pace, "sendMessage", GROUP)
    assert await took(telegram.call(pace, "sendMessage", OTHER_GROUP)) < 0.3


async def test_what_is_no_message_passes() -> None:
    """Typing and answers to buttons and inline queries neither wait for messages nor hold them up."""
    telegram, pace = Telegram(), Pace()
    await asyncio.gather(*(telegram.call(pace, "sendMessage", chat) for chat in range(1, 31)))
    passing = [
        *(telegram.call(pace, "sendChatAction", GROUP) for _ in range(50)),
        *(telegram.call(pace, "answerCallbackQuery") for _ in range(50)),
        *(telegram.call(pace, "answerInlineQuery") for _ in range(50)),
    ]
    assert await took(*passing) < 0.3
    assert await took(*(telegram.call(pace, "sendMessage", GROUP) for _ in range(5))) < 0.5


async def test_call_is_tried_again_when_telegram_says() -> None:
    """A call that comes too early is made again after the time that Telegram names, up to three times."""
    telegram, pace = Telegram(chat7=3), Pace()
    assert await took(telegram.call(pace, "sendMessage", 7)) > 0.45
    assert telegram.calls == [("sendMessage", 7)] * 4
    telegram.refusals = {"chatNone": 1}
    await telegram.call(pace, "answerCallbackQuery")
    assert telegram.calls[4:] == [("answerCallbackQuery", None)] * 2


async def test_call_is_given_up() -> None:
    """What Telegram refuses for the fourth time fails, or sooner where the caller says so."""
    telegram, pace = Telegram(chat7=9), Pace()
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendMessage", 7)
    assert len(telegram.calls) == 4
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendMessage", 7, retries=0)
    assert len(telegram.calls) == 5


async def test_long_pause_is_not_waited_for() -> None:
    """Whoever is to wait for more than a minute hears at once that it failed."""
    telegram, pace = Telegram(chat7=1), Pace()
    telegram.seconds = 3600.0
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendMessage", 7)
    assert len(telegram.calls) == 1


async def test_pause_is_for_the_chat_alone() -> None:
    """While one chat has to wait, further messages to it wait too; typing there and other chats do not."""
    telegram, pace = Telegram(chat7=1), Pace()
    telegram.seconds = 0.4
    waiting = asyncio.create_task(telegram.call(pace, "sendMessage", 7))
    await asyncio.sleep(0.05)
    later = asyncio.create_task(telegram.call(pace, "sendMessage", 7))
    assert await took(telegram.call(pace, "sendMessage", 8), telegram.call(pace, "sendChatAction", 7)) < 0.2
    assert telegram.calls == [("sendMessage", 7), ("sendMessage", 8), ("sendChatAction", 7)]
    await asyncio.gather(waiting, later)
    assert telegram.calls[3:] == [("sendMessage", 7)] * 2
    assert pace._pauses == {}


async def test_typing_is_not_repeated() -> None:
    """Typing that comes too early is let go: it would be late."""
    telegram, pace = Telegram(chat7=1), Pace()
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendChatAction", 7)
    assert len(telegram.calls) == 1


async def test_other_refusals_are_told_at_once() -> None:
    """What would be refused again is not tried again."""
    calls = []

    async def refuse(chat: int) -> bool:
        calls.append(chat)
        raise BadRequest("chat not found")

    with pytest.raises(BadRequest):
        await Pace().process_request(refuse, (7,), {}, "sendMessage", {"chat_id": 7}, None)
    assert calls == [7]
