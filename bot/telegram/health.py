"""How the bot is: what the pages for health and metrics say."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.telegram.desk import Desk

log = logging.getLogger(__name__)


class Health:
    """Looks at the parts of the desk; `ready` says whether the bot answers questions now."""

    def __init__(self, desk: Desk, ready: Callable[[], bool]) -> None:
        self._desk = desk
        self._ready = ready

    async def told(self) -> dict[str, Any]:
        """The "status": "starting", "ok" or, where the coverage cannot be read, "failing"; and its extent."""
        if not self._ready():
            return {"status": "starting"}
        try:
            extent = await asyncio.to_thread(self._desk.coverage.extent)
        except DatelineError as error:
            log.warning("the coverage cannot be read: %s", error)
            return {"status": "failing"}
        newest = extent.newest.isoformat() if extent.newest else None
        return {"status": "ok", "articles": extent.articles, "newest": newest}

    async def measured(self) -> bytes:
        """The metrics, with the coverage and the follows as they are now."""
        try:
            await asyncio.to_thread(self._measure)
        except DatelineError as error:
            log.warning("the coverage cannot be measured: %s", error)
        return self._desk.metrics.expose()

    def _measure(self) -> None:
        self._desk.metrics.cover(self._desk.coverage.extent(), len(self._desk.memory.follows.all()))
