"""How the bot is: what the pages for health and metrics say."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.telegram.desk import Desk

log = logging.getLogger(__name__)

Told = TypeVar("Told")
# Seconds after which what does not tell how it is counts as failing.
PATIENCE = 2.0


class Health:
    """Looks at the parts of the desk; `ready` says whether the bot answers questions now.

    It has threads of its own: it is asked when all others are stuck.
    """

    def __init__(self, desk: Desk, ready: Callable[[], bool]) -> None:
        self._desk = desk
        self._ready = ready
        self._threads = ThreadPoolExecutor(2, "health")

    def close(self) -> None:
        """Let the threads go, without waiting for what they wait for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def told(self) -> dict[str, Any]:
        """The "status": "starting", "ok" or, where the coverage cannot be read, "failing"; and its extent."""
        if not self._ready():
            return {"status": "starting"}
        try:
            extent = await self._soon(self._desk.coverage.extent)
        except (DatelineError, TimeoutError) as error:
            log.warning("the coverage cannot be read: %s", _why(error))
            return {"status": "failing"}
        newest = extent.newest.isoformat() if extent.newest else None
        return {"status": "ok", "articles": extent.articles, "newest": newest}

    async def measured(self) -> bytes:
        """The metrics, with the coverage and the follows as they are now."""
        try:
            await self._soon(self._measure)
        except (DatelineError, TimeoutError) as error:
            log.warning("the coverage cannot be measured: %s", _why(error))
        return self._desk.metrics.expose()

    def _measure(self) -> None:
        self._desk.metrics.cover(self._desk.coverage.extent(), self._desk.memory.follows.count())

    async def _soon(self, look: Callable[[], Told]) -> Told:
        """What a look at something tells.

        Raises:
            TimeoutError: it takes too long.
        """
        looking = asyncio.get_running_loop().run_in_executor(self._threads, look)
        return await asyncio.wait_for(looking, PATIENCE)


def _why(error: Exception) -> str:
    return str(error) or f"it has not answered for {PATIENCE:.0f} seconds"
