"""The sign by which a person sees that the bot is at work."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from telegram.constants import ChatAction
from telegram.error import TelegramError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Chat

# "Typing…" fades on the phone after five seconds.
TYPING_SECONDS = 4.0
# While others wait too, who is answered within this time, in seconds, needs no sign: it costs a call.
SOON = 0.2
# A sign that comes after the answer would promise another one, so the answer waits for it, but not for long.
PATIENCE = 0.3

_shown: set[asyncio.Event] = set()


@asynccontextmanager
async def seen_typing(
    chat: Chat, thread: int | None, action: ChatAction = ChatAction.TYPING
) -> AsyncIterator[None]:
    """Show "typing…", or another action, in a chat or one of its topics for as long as this lasts."""
    over = asyncio.Event()
    busy = bool(_shown)
    _shown.add(over)
    task = asyncio.create_task(_keep_on(chat, thread, action, over, SOON if busy else 0))
    try:
        yield
    finally:
        _shown.discard(over)
        over.set()
        # A call that is cut off costs its connection.
        await asyncio.wait([task], timeout=PATIENCE)
        task.cancel()


async def _keep_on(
    chat: Chat, thread: int | None, action: ChatAction, over: asyncio.Event, wait: float
) -> None:
    # Whether it is seen matters to nobody's answer.
    with suppress(TelegramError):
        while not await _is_set_within(over, wait):
            await chat.send_action(action, message_thread_id=thread)
            wait = TYPING_SECONDS


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
