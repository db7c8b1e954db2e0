"""From the thread that fetches to the thread that stores: whoever is faster waits for the other."""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Self

    from index.watching.messages import Message

    Emit = Callable[[Message], Awaitable[None]]

# So many messages may wait to be stored: enough to overlap, few enough for the memory.
ROOM = 64
# How long, in seconds, to wait before looking whether there is room again.
PAUSE = 0.02


class Bridge:
    """Runs a coroutine in a thread of its own, and hands over what it emits, in order."""

    def __init__(self, work: Callable[[Emit], Awaitable[None]]) -> None:
        self._work = work
        self._messages: queue.Queue[Message] = queue.Queue(ROOM)
        self._thread = ThreadPoolExecutor(1, "fetching")
        self._begun = threading.Event()
        self._cancel: Callable[[], object] = lambda: None
        self._done: Future[None] = Future()
        # Of all who wait for room one looks for it, however many inputs there are.
        self._looking = asyncio.Lock()

    def __enter__(self) -> Self:
        self._done = self._thread.submit(asyncio.run, self._run())
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop what still runs, and wait until it has let go of everything."""
        # A thread that could not even begin has ended.
        while not self._begun.wait(PAUSE) and not self._done.done():
            pass
        # The loop is closed already where the work is done.
        with suppress(RuntimeError):
            self._cancel()
        self._thread.shutdown()

    def get(self, seconds: float) -> Message | None:
        """The next message; None when none has come in so many seconds.

        Raises:
            Exception: what the work raised, once all that it emitted before is taken.
        """
        try:
            return self._messages.get(timeout=0 if self._done.done() else seconds)
        except queue.Empty:
            # Since the queue was looked at, the work may have emitted its last and ended.
            if self._done.done() and self._messages.empty():
                self._done.result()
            return None

    @property
    def over(self) -> bool:
        """Whether all work is done and all messages are taken; never where it failed, which `get` tells."""
        return self._done.done() and self._messages.empty() and self._done.exception() is None

    async def _run(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        self._cancel = lambda: loop.call_soon_threadsafe(task.cancel) if task else None
        self._begun.set()
        await self._work(self._emit)

    async def _emit(self, message: Message) -> None:
        async with self._looking:
            while self._messages.full():  # noqa: ASYNC110 - whoever takes out is another thread
                await asyncio.sleep(PAUSE)
            # Nobody else fills it: whoever takes out only makes room.
            self._messages.put_nowait(message)
