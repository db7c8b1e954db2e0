"""Whose turn it is: one request at a time to a host, with a pause between, and hosts that rest."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

OPEN = 32
# A longer rest is not waited for: whoever asks is told, and can do something else.
PATIENCE = 60.0
_KEPT = 256


class Turns:
    """Turns at hosts. Different hosts do not wait for each other, as long as fewer than `open_` are busy.

    Args:
        pause: seconds from the end of one request to a host to the start of the next, at least.
        open_: how many requests are under way at a time, in all.
    """

    def __init__(self, pause: float, open_: int = OPEN) -> None:
        self._pause = pause
        self._hosts: dict[str, _Host] = {}
        self._open = asyncio.Semaphore(open_)
        self._swept = _KEPT

    def __len__(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, host: str, delay: float = 0.0) -> AsyncIterator[None]:
        """Wait for the host's turn, and hold it.

        Args:
            host: the name of the host.
            delay: seconds that the host wants between requests; the pause holds where it is longer.

        Raises:
            FetchError: the host asked for a rest that is too long to wait for.
        """
        known = self._remembered(host)
        known.users += 1
        pause = max(self._pause, delay)
        try:
            async with known.lock:
                await known.wait(host, pause)
                async with self._open:
                    try:
                        yield
                    finally:
                        known.ended, known.pause = time.monotonic(), pause
        finally:
            known.users -= 1

    def rest(self, host: str, seconds: float) -> None:
        """Leave the host alone for so many seconds from now."""
        known = self._remembered(host)
        known.rested = max(known.rested, time.monotonic() + seconds)

    def _remembered(self, host: str) -> _Host:
        if host not in self._hosts:
            self._forget()
        return self._hosts.setdefault(host, _Host())

    def _forget(self) -> None:
        """Drop the hosts that nothing is known of any more, each time twice as many have gathered."""
        if len(self._hosts) < self._swept:
            return
        now = time.monotonic()
        self._hosts = {name: host for name, host in self._hosts.items() if host.users or host.busy(now)}
        self._swept = max(_KEPT, 2 * len(self._hosts))


@dataclass(slots=True)
class _Host:
    """What is remembered of a host; moments are of the monotonic clock."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    ended: float = float("-inf")
    pause: float = 0.0
    rested: float = float("-inf")

    def busy(self, now: float) -> bool:
        """Whether a request that came now would have to wait."""
        return now < max(self.ended + self.pause, self.rested)

    async def wait(self, name: str, pause: float) -> None:
        """Wait until the pause and the rest are over."""
        # Again after each sleep, as the host may have been given a rest meanwhile.
        while (left := max(self.ended + pause, self.rested) - time.monotonic()) > 0:
            if self.rested - time.monotonic() > PATIENCE:
                minutes = round((self.rested - time.monotonic()) / 60) or 1
                raise FetchError(f"{name} asked to be left alone for {minutes:,} min; try again after that")
            await asyncio.sleep(left)
