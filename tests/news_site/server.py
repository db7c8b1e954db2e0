"""A server in a thread with an event loop of its own, which closes at once whoever hangs on it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from news_site.wire import LIMIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_PATIENCE = 10.0
_BACKLOG = 128
# A connection needs a few turns of the loop from being accepted to being a task, and as many to end.
_TURNS = 10


class Server:
    """Listens on one port from `start` to `stop`; `converse` is called for each connection."""

    def __init__(
        self, converse: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    ) -> None:
        self._converse = converse
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._failures: list[BaseException] = []
        self._loop: asyncio.AbstractEventLoop
        self._closing: asyncio.Event
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, host: str, port: int) -> int:
        """Take connections from here on; the port, which is a free one if 0 was asked for.

        Raises:
            OSError: The address cannot be listened on.
        """
        listening = socket.create_server((host, port), backlog=_BACKLOG)
        self._ready.clear()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listening)), name="news-site", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(_PATIENCE):
            raise RuntimeError(f"the news site did not start in {_PATIENCE} s")
        return int(listening.getsockname()[1])

    def stop(self) -> None:
        """Cut every connection, then end the thread; nothing happens where it has ended already.

        Raises:
            RuntimeError: The thread does not end, or answering a request failed in an unforeseen way.
        """
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            raise RuntimeError(f"the news site did not stop in {_PATIENCE} s")
        self._thread = None
        if self._failures:
            raise RuntimeError(f"the news site failed to answer: {self._failures[0]!r}") from self._failures[
                0
            ]

    async def _serve(self, listening: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        server = await asyncio.start_server(self._connected, sock=listening, limit=LIMIT)
        self._ready.set()
        await self._closing.wait()
        # Closed at once, the server would fail on connections that are accepted and not yet anybody's task.
        self._loop.remove_reader(listening)
        for _ in range(2):
            self._cut()
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        server.close()

    def _cut(self) -> None:
        for task, writer in self._talks.items():
            task.cancel()
            # A task that is cancelled before its first step would not do it.
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._talk(reader, writer))
        self._talks[task] = writer
        task.add_done_callback(self._ended)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            # A caller may hang up at any time, and so may the site.
            with contextlib.suppress(ConnectionError, EOFError, asyncio.LimitOverrunError):
                await self._converse(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._talks[task]
        error = None if task.cancelled() else task.exception()
        if error:
            self._failures.append(error)
