"""Many updates at once, and those of one chat one after the other."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
    from contextlib import AbstractAsyncContextManager

    Around = Callable[[object], AbstractAsyncContextManager[None]]

# More at once than this make each other slow, with less there is time to spare.
AT_ONCE = 32

_arrived: ContextVar[float] = ContextVar("arrived")
_place: ContextVar[_Place | None] = ContextVar("place", default=None)


def seconds_since_arrival() -> float:
    """How long ago the update came that is being worked on here; 0 outside of any."""
    now = time.monotonic()
    return now - _arrived.get(now)


@asynccontextmanager
async def place_in(room: asyncio.Semaphore, *, taken: bool = False) -> AsyncIterator[None]:
    """Work in here on one of a room's places; `taken` where somebody has taken it for this task already."""
    place = _Place(room, asyncio.current_task(), taken)
    token = _place.set(place)
    try:
        if not taken:
            await place.take()
        yield
    finally:
        _place.reset(token)
        if place.taken:
            place.give_back()


@asynccontextmanager
async def stepped_aside() -> AsyncIterator[None]:
    """Wait in here for something: others have this task's place meanwhile. It is taken again afterwards."""
    place = _place.get()
    # Tasks that were begun from here have this one's context, but not its place.
    if place is None or not place.taken or place.task is not asyncio.current_task():
        yield
        return
    place.give_back()
    yield
    # Not when what was waited for has failed, or the wait was cancelled: what is left then is to end.
    await place.take()


@dataclass(slots=True)
class _Place:
    """A place in a room, and the task that it is for."""

    room: asyncio.Semaphore
    task: asyncio.Task[Any] | None
    taken: bool

    async def take(self) -> None:
        """Wait until a place is free, and have it."""
        await self.room.acquire()
        self.taken = True

    def give_back(self) -> None:
        """Let somebody else have it."""
        self.taken = False
        self.room.release()


@dataclass(slots=True)
class _Queue:
    """Those who wait for one chat's turn, or have it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0
    newest: object = None


class Order(BaseUpdateProcessor):
    """Works on `at_once` updates at a time, in each chat on one, in the order in which they came.

    One that steps aside, because it has to wait, lets another be worked on meanwhile; its chat waits.
    Updates that have no chat keep the order of their person. Somebody who types an inline query sends
    one for each letter: of those that wait only the newest is worked on, the others are let go.
    """

    __slots__ = ("_around", "_queues", "_slots", "_working")

    def __init__(self, at_once: int = AT_ONCE, around: Around = lambda _update: nullcontext()) -> None:
        """All of an update's time here, its wait for its turn too, is spent within what `around` gives."""
        # The library's own count is taken before a chat's turn has come: with `at_once` there, one chat
        # that sends so many would keep all others out.
        super().__init__(sys.maxsize)
        self._around = around
        self._slots = asyncio.Semaphore(at_once)
        self._queues: dict[Hashable, _Queue] = {}
        self._working = 0

    @property
    def working(self) -> int:
        """How many updates are being worked on, those not counted that wait for their turn."""
        return self._working

    @property
    def queues(self) -> int:
        """How many chats have an update that is worked on or waits."""
        return len(self._queues)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Work on an update once it is its turn."""
        _arrived.set(time.monotonic())
        inline = isinstance(update, Update) and update.inline_query is not None
        try:
            async with (
                self._around(update),
                self._turn(_queue_of(update), update) as queue,
                place_in(self._slots),
            ):
                if not inline or queue.newest is update:
                    await self._work(coroutine)
        finally:
            # Python would complain of a coroutine that is never awaited; one that was is left as it is.
            if asyncio.iscoroutine(coroutine):
                coroutine.close()

    async def _work(self, coroutine: Awaitable[Any]) -> None:
        self._working += 1
        try:
            await coroutine
        finally:
            self._working -= 1

    async def initialize(self) -> None:
        """Nothing needs to be made ready."""

    async def shutdown(self) -> None:
        """Nothing is kept: the application has waited for what was in progress."""

    @asynccontextmanager
    async def _turn(self, key: Hashable, update: object) -> AsyncIterator[_Queue]:
        queue = self._queues.setdefault(key, _Queue())
        queue.length += 1
        queue.newest = update
        try:
            async with queue.turn:
                yield queue
        finally:
            queue.length -= 1
            if not queue.length:
                del self._queues[key]


def _queue_of(update: object) -> Hashable:
    """What an update must keep its order with."""
    if not isinstance(update, Update):
        return object()
    if update.inline_query is not None:
        # Whoever types in some other chat does not wait for an answer in this one.
        return "inline", update.inline_query.from_user.id
    if update.effective_chat is not None:
        return "chat", update.effective_chat.id
    return ("person", update.effective_user.id) if update.effective_user else object()
