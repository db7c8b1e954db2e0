"""How fast messages leave, and what is done when Telegram says that this was too fast."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Result = bool | dict[str, Any] | list[dict[str, Any]]
    Call = Callable[..., Coroutine[Any, Any, Result]]

log = logging.getLogger(__name__)

# python-telegram-bot warns at each refusal of this kind that its type will change, unless it has already.
os.environ.setdefault("PTB_TIMEDELTA", "true")

RETRIES = 3
# Who is asked to wait longer, in seconds, had better hear that it failed; for news there is a later round.
LONGEST_PAUSE = 60.0
# Telegram's clock is not ours.
SLACK = 0.1
# "Typing…" is over when its time would have come.
PASSING = frozenset({"sendChatAction"})
MESSAGES = ("send", "edit", "copy", "forward")


class Pace(AIORateLimiter):
    """The library's limits of 30 messages a second and 20 a minute in a group, for messages alone.

    All else, such as the answer to a pressed button, goes out at once. Where Telegram asks to wait, the
    chat waits that it was about, the others go on; the library would halt them all.
    """

    __slots__ = ("_pauses",)

    def __init__(self) -> None:
        super().__init__(max_retries=0)
        self._pauses: dict[object, float] = {}

    async def process_request(
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Make a call when its time has come; after a `RetryAfter` again, `rate_limit_args` times or 3.

        Raises:
            RetryAfter: Telegram still asks to wait, or for more than a minute.
        """
        if endpoint in PASSING:
            return await callback(*args, **kwargs)
        retries = RETRIES if rate_limit_args is None else rate_limit_args
        patient = partial(self._patiently, callback, data.get("chat_id"), retries)
        if not endpoint.startswith(MESSAGES):
            return await patient(*args, **kwargs)
        return await super().process_request(patient, args, kwargs, endpoint, data, None)

    async def _patiently(
        self, callback: Call, chat: object, retries: int, *args: Any, **kwargs: Any
    ) -> Result:
        tried = 0
        while True:
            await self._wait(chat)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = seconds_of(error)
                if tried == retries or seconds > LONGEST_PAUSE:
                    raise
                log.info("Telegram asks to wait for %.0f seconds", seconds)
                await self._pause(chat, seconds + SLACK)
            tried += 1

    async def _pause(self, chat: object, seconds: float) -> None:
        if chat is None:
            await asyncio.sleep(seconds)
        else:
            self._pauses[chat] = max(self._pauses.get(chat, 0.0), time.monotonic() + seconds)

    async def _wait(self, chat: object) -> None:
        left = self._pauses.get(chat, 0.0) - time.monotonic()
        if left > 0:
            await asyncio.sleep(left)
        if self._pauses.get(chat, 0.0) <= time.monotonic():
            self._pauses.pop(chat, None)


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
