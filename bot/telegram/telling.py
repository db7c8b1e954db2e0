"""News are told to those who follow: looked for when something has come in, and sent until they arrive."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.following import Follower
from bot.telegram.delivery import Delivery
from bot.telegram.order import place_in, stepped_aside
from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from telegram.ext import Application, ExtBot

    from bot.memory.follows import Follow
    from bot.news import News
    from bot.telegram.desk import Desk

    AnyApplication = Application[Any, Any, Any, Any, Any, Any]

log = logging.getLogger(__name__)

# Seconds between two looks at whether something has come in; and, where something is left that waits for
# the morning, say, between two rounds though nothing has.
TICK, AGAIN = 5.0, 60.0
# So many news are sent at once. The others are not claimed yet, so nobody's end can lose them.
UNDER_WAY = 8
# So many are on their way, with those that wait because Telegram, or the night, has put off their chat.
IN_ALL = 100
# Seconds until what did not arrive is sent again: at first, and twice as long each time, up to the last.
FIRST_TRY, LAST_TRY = 5.0, 600.0
# Seconds that the bot's stop waits for what is just being sent.
PATIENCE = 10.0


class Telling:
    """Tells news on Telegram.

    They are claimed when they are written and verified, just before they are sent. What Telegram does not
    take then, because it is away or asks to wait, is sent again later, by this process or, when that has
    ended, by the next. So what arrived although its confirmation was lost arrives twice.
    """

    def __init__(self, desk: Desk, tick: float = TICK) -> None:
        settings = desk.settings
        self._desk = desk
        self._tick = tick
        self._chats, self._admins = settings.chat_ids, frozenset(settings.admin_ids)
        self._follower = Follower(desk.coverage, desk.memory, settings.zone, settings.quiet, self._hears)
        self._room, self._claims = asyncio.Semaphore(UNDER_WAY), asyncio.Semaphore(IN_ALL)
        self._under_way: set[asyncio.Task[None]] = set()
        self._ending, self._end = asyncio.Event(), threading.Event()
        self._generation, self._next_round = -1, 0.0
        self._complaint = ""

    async def go_on(self, application: AnyApplication) -> None:
        """Look for news and tell them until cancelled; what is just being sent is then sent to the end.

        Errors go to the application's handlers of errors, and end nothing.
        """
        try:
            await self._guarded(asyncio.to_thread(self._desk.memory.follows.give_back), application)
            while True:
                await self._guarded(self.look(application), application)
                await asyncio.sleep(self._tick)
        finally:
            await self._wind_up()

    async def look(self, application: AnyApplication) -> None:
        """Send off the news there are, if something has come in or was left to wait.

        Raises:
            StoreError: the database refuses.
            ModelError: the coverage cannot be used with this model.
        """
        generation = await asyncio.to_thread(self._desk.coverage.generation)
        due = self._follower.waiting and time.monotonic() >= self._next_round
        if generation == self._generation and not due:
            return
        self._generation, self._next_round = generation, time.monotonic() + AGAIN
        news = self._follower.news(datetime.now(UTC), self._end)
        while (found := await asyncio.to_thread(next, news, None)) is not None:
            await self._claims.acquire()
            await self._room.acquire()
            task = asyncio.create_task(self._guarded(self._deliver(application.bot, found), application))
            self._under_way.add(task)
            task.add_done_callback(self._make_room)
        self._complaint = ""

    async def arrived(self) -> None:
        """Wait until nothing is under way any more."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _make_room(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._claims.release()

    async def _deliver(self, bot: ExtBot[Any], news: News) -> None:
        delivery, wait = Delivery(self._desk, self._follower, bot, news), FIRST_TRY
        try:
            async with place_in(self._room, taken=True):
                while (asked := await delivery.attempt()) is not None:
                    # Where nobody asks to wait Telegram is away, and would take other news no better.
                    async with stepped_aside() if asked else nullcontext():
                        await self._rest(max(asked, wait))
                    if self._ending.is_set():
                        break
                    wait = min(2 * wait, LAST_TRY)
        finally:
            if delivery.claimed and not delivery.over:
                log.warning("news that Telegram has not taken yet are sent at the next start")

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not longer than the bot runs."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)

    async def _wind_up(self) -> None:
        self._end.set()
        self._ending.set()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=PATIENCE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _guarded(self, work: Coroutine[Any, Any, object], application: AnyApplication) -> None:
        outcome = (await asyncio.gather(work, return_exceptions=True))[0]
        if isinstance(outcome, DatelineError):
            self._complain(outcome)
        elif isinstance(outcome, Exception):
            await application.process_error(None, outcome)

    def _complain(self, error: DatelineError) -> None:
        # It is the same at each look, for as long as it lasts.
        if str(error) != self._complaint:
            log.error("news of what is followed cannot be told: %s", error)
            self._desk.metrics.error(type(error).__name__)
        self._complaint = str(error)

    def _hears(self, follow: Follow) -> bool:
        """Whether a follow's chat is one that the bot still speaks in."""
        return self._chats is None or follow.chat in self._chats or follow.person in self._admins
