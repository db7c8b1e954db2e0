"""Long polling: getUpdates waits for an update, and only one caller may wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot_api.rules import RefusalError, read_json
from bot_api.wire import Params, integer

if TYPE_CHECKING:
    from bot_api.pending import Pending, Update
    from bot_api.profile import Profile
    from bot_api.records import Journal

_MOST_UPDATES = 100
_LONGEST_WAIT = 50
_TERMINATED = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
_WEBHOOK_SET = "Conflict: terminated by setWebhook request"
_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class Polling:
    """The one poll that may wait; lives on the server's event loop."""

    def __init__(self, pending: Pending, profile: Profile, journal: Journal) -> None:
        self._pending = pending
        self._profile = profile
        self._journal = journal
        self._waiting: asyncio.Future[str] | None = None
        self._closed = False

    async def get_updates(self, params: Params) -> list[Update]:
        """The next updates: at once if there are any, else when one comes or the timeout passes.

        Raises:
            RefusalError: A webhook is set, or another call took over.
        """
        if self._profile.webhook:
            raise RefusalError(409, _WEBHOOK_ACTIVE)
        # Telegram stretches a short poll at an unchanged offset to three seconds, so that even one
        # without a timeout ends the one before it.
        self._release(_TERMINATED)
        offset = integer(params, "offset")
        limit = min(max(integer(params, "limit", _MOST_UPDATES), 1), _MOST_UPDATES)
        timeout = min(integer(params, "timeout"), _LONGEST_WAIT)
        updates = self._take(offset, limit, read_json(params.get("allowed_updates"), "allowed updates"))
        if updates or timeout <= 0 or self._closed:
            return updates
        await self._wait(timeout)
        return self._take(max(offset, 0), limit)

    def _take(self, offset: int, limit: int, allowed: Any = None) -> list[Update]:
        with self._journal.changed:
            self._pending.allow(allowed)
            updates = self._pending.take(offset, limit)
            self._journal.changed.notify_all()
        return updates

    async def _wait(self, seconds: float) -> None:
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                conflict = await waiting
        except TimeoutError:
            conflict = ""
        finally:
            if self._waiting is waiting:
                self._waiting = None
        if conflict:
            raise RefusalError(409, conflict)

    def _release(self, conflict: str) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(conflict)

    def wake(self) -> None:
        """Let the waiting poll look again."""
        self._release("")

    def close(self) -> None:
        """Let no poll wait any more: neither the one that does nor one that is about to."""
        self._closed = True
        self.wake()

    def end_for_webhook(self) -> None:
        """Let the waiting poll fail: the updates have another way now."""
        self._release(_WEBHOOK_SET)
