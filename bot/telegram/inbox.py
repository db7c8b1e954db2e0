"""The durable inbox: updates are on the disk before Telegram lets go of them, and done once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from telegram import Update

from bot.memory.updates import Taken
from bot.telegram.incoming import person_in, read_update
from bot.telegram.working import Work, working
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from telegram import Bot

    from bot.memory.updates import Updates
    from bot.telegram.incoming import Told

log = logging.getLogger(__name__)

# While so many wait for their turn or are worked on, no more are taken: Telegram keeps the others.
IN_HAND = 2_000


class Inbox:
    """One bot's updates, from the moment that Telegram tells of them until their work is done.

    What is taken is recorded first; so whatever a crash leaves is begun again at the next start, and what
    Telegram hands over a second time is known. What could not be done for now comes back by itself.
    """

    def __init__(self, updates: Updates, queue: asyncio.Queue[object]) -> None:
        """`queue` is the application's, where what is to be worked on is put."""
        self._updates = updates
        self._queue = queue
        self._in_hand: dict[int, Work] = {}
        self._less = asyncio.Event()
        self._stopping = False

    @property
    def in_hand(self) -> int:
        """How many updates are being worked on, or wait for their turn or for another try."""
        return len(self._in_hand)

    @property
    def is_full(self) -> bool:
        """Whether there are so many that no more should be taken."""
        return len(self._in_hand) >= IN_HAND

    async def room(self) -> None:
        """Wait until there are fewer."""
        while self.is_full and not self._stopping:
            self._less.clear()
            await self._less.wait()

    def stop(self) -> None:
        """Let nobody wait for room any more: what is taken from now on is for the next start."""
        self._stopping = True
        self._less.set()

    async def take(self, told: Sequence[Told]) -> list[bool]:
        """Record updates, which have numbers; for each whether it is new, and so is to be worked on.

        Raises:
            StoreError: they cannot be recorded, so Telegram must not let go of them.
        """
        taken = [_taken(each) for each in told]
        fresh = await asyncio.to_thread(self._updates.take, taken) if taken else []
        self._hold(each.number for each, new in zip(taken, fresh, strict=True) if new)
        return fresh

    async def put(self, told: Told, update: Update) -> bool:
        """Record one update and queue it, unless it was taken before; whether it is new.

        Raises:
            StoreError: it cannot be recorded, so Telegram must not let go of it.
        """
        taken = _taken(told)
        fresh = await asyncio.to_thread(self._updates.take_one, taken)
        if fresh:
            self._hold([taken.number])
            await self._queue.put(update)
        return fresh

    async def begin_again(self, bot: Bot) -> None:
        """Queue the updates whose work a crash or a stop has left, the first first.

        Raises:
            StoreError: the database refuses.
        """
        for each in await asyncio.to_thread(self._updates.left):
            update = read_update(each.body, bot)
            if update is None:
                await self._finish(each.number)
                continue
            work = Work(each.number, each.arrived, each.sent, repeated=True, left=True, programs=each.tries)
            self._in_hand[each.number] = work
            await self._queue.put(update)
        if self._in_hand:
            log.info("begun again, since the last end came before it was done: %d", len(self._in_hand))

    async def let_go(self) -> None:
        """Let go of the numbers that nobody needs any more.

        Raises:
            StoreError: the database refuses.
        """
        await asyncio.to_thread(self._updates.let_go, datetime.now(UTC))

    @asynccontextmanager
    async def working(self, update: object) -> AsyncIterator[None]:
        """Work in here on an update; that it is done is noted at the end, unless it is to be done again.

        Where the work is broken off, by a stop or a crash, it is left for the next start.
        """
        if not isinstance(update, Update) or _is_empty(update):
            yield
            return
        number = update.update_id
        work = self._in_hand.setdefault(number, Work(number))
        with working(work):
            yield
        if work.again is None:
            await self._finish(number)
            del self._in_hand[number]
            self._less.set()
        else:
            self._in_hand[number] = replace(work, repeated=True, place=0, again=None, over=False)
            asyncio.get_running_loop().call_later(work.again, self._put_again, update)

    def _put_again(self, update: Update) -> None:
        """Queue an update once more; not for a bot that stops, which would wait for it and never end."""
        if not self._stopping:
            self._queue.put_nowait(update)

    async def begin(self, work: Work) -> None:
        """Note, where an earlier program has left this work, that it is really begun now."""
        if not work.left:
            return
        work.left = False
        try:
            work.programs = await asyncio.to_thread(self._updates.begin_again, work.number)
        except StoreError as error:
            log.error("that work is begun again was not noted: %s", error)  # noqa: TRY400 - it says all

    async def _finish(self, number: int) -> None:
        try:
            await asyncio.to_thread(self._updates.finish, number)
        except StoreError as error:
            log.error("what is done was not noted, and after a crash is begun again: %s", error)  # noqa: TRY400 - it says all

    def _hold(self, numbers: Iterable[int]) -> None:
        self._in_hand |= {number: Work(number) for number in numbers}


def _taken(told: Told) -> Taken:
    return Taken(told["update_id"], person_in(told), told)


def _is_empty(update: Update) -> bool:
    """Whether this only stands for a number: everything that is taken comes from somebody, or somewhere."""
    return update.effective_user is None and update.effective_chat is None
