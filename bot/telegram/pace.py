"""How fast messages leave, and what is done when Telegram says that this was too fast, or is away."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections import deque
from contextlib import nullcontext, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeGuard

import httpx
from telegram.error import BadRequest, NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from telegram.error import TelegramError

    Result = bool | dict[str, Any] | list[dict[str, Any]]
    Call = Callable[..., Coroutine[Any, Any, Result]]

log = logging.getLogger(__name__)

# python-telegram-bot warns at each refusal of this kind that its type will change, unless it has already.
os.environ.setdefault("PTB_TIMEDELTA", "true")

# Telegram's limits on messages: over all chats, and in a group.
A_SECOND, A_MINUTE_IN_A_GROUP = 30, 20
RETRIES = 3
# A message that may have been sent is sent so many times more: Telegram's answer gets lost now and then, and
# where it always does nobody wants to have ten of them.
RESENT = 1
# Who is asked to wait longer, in seconds, had better hear that it failed; for news there is a later round.
LONGEST_PAUSE = 60.0
# Seconds until Telegram is tried again that was away: these, the last of them from then on.
AWAY = (1.0, 2.0, 4.0)
# After a stop began, nothing waits longer than so many seconds more.
HURRIED = 5.0
# Telegram's clock is not ours.
SLACK = 0.1
# "Typing…" is over when its time would have come.
PASSING = frozenset({"sendChatAction"})
MESSAGES = ("send", "edit", "copy", "forward")
REPEATABLE = ("edit", "delete")
PRESSED = "answerCallbackQuery"
# Telegram's own doorkeepers say this of a call that they could not hand on.
_NOT_HANDED_ON = ("bad gateway", "service unavailable")
# Where so many chats are remembered, those are forgotten that nothing is to be known of any more.
_REMEMBERED = 512


class Pace(BaseRateLimiter[int]):
    """Never more than 30 messages in a second, nor than 20 in a minute in a group; whichever second it is.

    The library's own limiter lets out as many at once and then refills meanwhile, which makes nearly 60 in
    the first second. All but messages, such as the answer to a pressed button, goes out at once.

    Where Telegram asks to wait, the chat waits that it was about, the others go on. Messages and answers
    to presses are made again too when Telegram was away. Whether it has done what was asked is not always
    known: where its answer did not come, a message is sent once more, since one that arrives twice is a
    nuisance and one that never arrives is a loss. What is edited or deleted twice is so once.
    """

    __slots__ = ("_aside", "_groups", "_hurried", "_last", "_line", "_overall", "_pauses")

    def __init__(self, aside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext) -> None:
        """Within `aside` stands whoever has to wait for a chat: others may have their place meanwhile."""
        self._aside = aside
        self._pauses: dict[object, float] = {}
        self._overall = _Window(A_SECOND, 1.0)
        self._groups: dict[object, _Window] = {}
        # Who has come first goes first.
        self._line = asyncio.Lock()
        self._hurried = asyncio.Event()
        self._last = math.inf

    async def initialize(self) -> None:
        """Nothing needs to be made ready."""

    async def shutdown(self) -> None:
        """Nothing is kept open."""

    def hurry(self) -> None:
        """From now on wait for 5 seconds at most, all in all: the bot is to stop.

        What would have to wait longer fails with the `RetryAfter`, or as Telegram's absence made it fail.
        """
        if not self._hurried.is_set():
            self._last = _now() + HURRIED
            self._hurried.set()

    async def process_request(
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Make a call when its time has come; if that fails for now again, `rate_limit_args` times or 3.

        Raises:
            RetryAfter: Telegram still asks to wait, or for more than a minute, or the bot is to stop.
            NetworkError: Telegram is still away, or it is not known whether it has done what was asked.
        """
        if endpoint in PASSING:
            return await callback(*args, **kwargs)
        chat, message = _chat_in(data), endpoint.startswith(MESSAGES)
        retries = RETRIES if rate_limit_args is None else rate_limit_args
        tried = 0
        while True:
            await self._come_up(chat, message=message)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                if tried >= retries or seconds_of(error) > LONGEST_PAUSE:
                    raise
                await self._pause(chat, error)
            except NetworkError as error:
                if tried >= min(retries, _tries_after(error, endpoint)):
                    raise
                await self._wait_for_telegram(tried, error)
            tried += 1

    async def _come_up(self, chat: object, *, message: bool) -> None:
        """Wait until a call may be made; that it is made now is noted."""
        if not message:
            await self._wait_for(chat, None)
            return
        group = self._group(chat)
        while True:
            await self._wait_for(chat, group)
            async with self._line:
                while (left := self._overall.free_at - _now()) > 0:  # noqa: ASYNC110 - it is the clock's
                    await asyncio.sleep(left)
                # Others may have written there meanwhile, or been asked to wait.
                if self._free_at(chat, group) <= _now():
                    self._overall.note(_now())
                    if group is not None:
                        group.note(_now())
                    return

    async def _wait_for(self, chat: object, group: _Window | None) -> None:
        """Wait until a chat may be written to."""
        while (until := self._free_at(chat, group)) > _now():
            async with self._aside():
                await self._rest(until, RetryAfter(timedelta(seconds=math.ceil(until - _now()))))
        self._pauses.pop(chat, None)

    def _free_at(self, chat: object, group: _Window | None) -> float:
        return max(self._pauses.get(chat, 0.0), 0.0 if group is None else group.free_at)

    async def _pause(self, chat: object, error: RetryAfter) -> None:
        """Let a chat wait as Telegram asks; what is about no chat waits by itself."""
        seconds = seconds_of(error)
        log.info("Telegram asks to wait for %.0f seconds", seconds)
        until = _now() + seconds + SLACK
        if chat is not None:
            self._pauses[chat] = max(self._pauses.get(chat, 0.0), until)
            return
        async with self._aside():
            await self._rest(until, error)

    async def _wait_for_telegram(self, tried: int, error: NetworkError) -> None:
        # Nobody else would reach it either, so nobody needs this place.
        log.info("Telegram is away, trying again soon: %s", error)
        await self._rest(_now() + AWAY[min(tried, len(AWAY) - 1)], error)

    async def _rest(self, until: float, error: TelegramError) -> None:
        """Sleep until a moment, but fail if that comes too late for a stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._hurried.wait()
        if until > self._last:
            raise error
        await asyncio.sleep(until - _now())

    def _group(self, chat: object) -> _Window | None:
        """What was written to a group or channel; only these have names, and numbers below 0."""
        if not isinstance(chat, str) and not (isinstance(chat, int) and chat < 0):
            return None
        if len(self._groups) >= _REMEMBERED:
            self._groups = {key: each for key, each in self._groups.items() if not each.over}
            self._pauses = {key: until for key, until in self._pauses.items() if until > _now()}
        return self._groups.setdefault(chat, _Window(A_MINUTE_IN_A_GROUP, 60.0 + SLACK))


class _Window:
    """So many at most within so many seconds, wherever one begins to count."""

    __slots__ = ("_moments", "_most", "_seconds")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._moments: deque[float] = deque(maxlen=most)

    @property
    def free_at(self) -> float:
        """From when on there is room for one more."""
        return self._moments[0] + self._seconds if len(self._moments) == self._most else 0.0

    @property
    def over(self) -> bool:
        """Whether all of it lies back so far that it bars nothing."""
        return not self._moments or self._moments[-1] + self._seconds <= _now()

    def note(self, moment: float) -> None:
        """Count one more."""
        self._moments.append(moment)


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _chat_in(data: dict[str, Any]) -> object:
    chat = data.get("chat_id")
    with suppress(ValueError, TypeError):
        return int(chat)  # type: ignore[arg-type]  # Whatever it is not made for, it refuses.
    return chat


def _tries_after(error: NetworkError, endpoint: str) -> int:
    """How often a call that failed like this may be made again."""
    if not is_away(error) or not endpoint.startswith((*MESSAGES, *REPEATABLE, PRESSED)):
        return 0
    return RETRIES if has_no_effect(error) or endpoint.startswith((*REPEATABLE, PRESSED)) else RESENT


def is_away(error: BaseException) -> TypeGuard[RetryAfter | NetworkError]:
    """Whether Telegram could not be reached, did not answer, or asks to wait: another time it may."""
    # The library takes what Telegram refuses for a kind of trouble with the network.
    return isinstance(error, RetryAfter | NetworkError) and not isinstance(error, BadRequest)


def has_no_effect(error: BaseException) -> bool:
    """Whether a call that failed has certainly not been carried out, though it might be another time.

    Where the connection broke, or the answer did not come, it may have been.
    """
    if isinstance(error, RetryAfter):
        return True
    if not is_away(error):
        return False
    cause = error.__cause__
    if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return True
    return error.message.lower().startswith(_NOT_HANDED_ON)
