"""What sites let programs read, by their robots.txt (RFC 9309)."""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

from index.errors import DisallowedError, FetchError
from index.reading.decoding import shown

# From the address of a robots.txt to its status and its content; FetchError where there is no answer.
Read = Callable[[str], Awaitable[tuple[int, bytes]]]

AGENT = "Dateline"
LARGEST = 500 * 1024
KEPT, KEPT_WHEN_UNREACHABLE = 24 * 3600.0, 600.0
LONGEST_DELAY = 30.0
SITES = 10_000
# Parsed rules take ten to thirty times the room of their text, so what is kept is bounded by it too.
TEXT = 5_000_000
# A line that names a program, in all the spellings that protego takes for one.
_AGENT_LINE = re.compile(
    r"^\s*(?:user-agent|useragent|user\s+agent)(?:\s*:\s*|\s+)(?P<name>[^\s#][^#]*)", re.IGNORECASE
)
# The name as RFC 9309 has it: what comes after it, such as a version, is no part of it.
_OUR_NAME = re.compile(rf"{AGENT.lower()}(?![a-z_-])")
_OTHERS = "x"


class Robots:
    """The rules of sites, a site being a scheme, a host and a port; read when first asked for, and kept.

    Args:
        read: reads one robots.txt, following redirects, to other hosts too (RFC 9309, 2.3.1.2), at most
            `LARGEST` bytes of it.
        clock: the time in seconds, from any beginning.
    """

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._sites: OrderedDict[str, _Site] = OrderedDict()

    def __len__(self) -> int:
        """How many sites are remembered."""
        return len(self._sites)

    async def check(self, address: str) -> float:
        """How many seconds the site wants between two requests; 0 where it does not say.

        Args:
            address: a checked address.

        Raises:
            DisallowedError: the site does not let programs read the address.
            FetchError: its rules cannot be read now.
        """
        parts = urlsplit(address)
        site = await self._site(f"{parts.scheme}://{parts.netloc}")
        if site.failure:
            raise FetchError(
                f"{parts.netloc} is not read for now, as its robots.txt cannot be: {site.failure}"
            )
        if site.rules is None:
            return 0.0
        if not site.rules.can_fetch(address, AGENT):
            raise DisallowedError(
                f"robots.txt of {parts.netloc} does not let programs read {shown(address)}; "
                "read it in a browser, or ask the publisher"
            )
        return min(site.rules.crawl_delay(AGENT) or 0.0, LONGEST_DELAY)

    async def _site(self, name: str) -> _Site:
        site = self._sites.setdefault(name, _Site())
        self._sites.move_to_end(name)
        # Whoever asks meanwhile waits for the one reading; if that is cancelled, the next reads.
        async with site.lock:
            if self._clock() >= site.until:
                await self._renew(name, site)
        self._forget()
        return site

    async def _renew(self, name: str, site: _Site) -> None:
        site.rules, site.size, site.failure = None, 0, ""
        try:
            status, content = await self._read(f"{name}/robots.txt")
        except FetchError as error:
            site.failure = str(error)
        else:
            site.take(status, content)
        site.until = self._clock() + (KEPT_WHEN_UNREACHABLE if site.failure else KEPT)

    def _forget(self) -> None:
        """Drop the sites asked for longest ago until the others fit."""
        size = sum(site.size for site in self._sites.values())
        while len(self._sites) > SITES or (size > TEXT and len(self._sites) > 1):
            size -= self._sites.popitem(last=False)[1].size


@dataclass(slots=True)
class _Site:
    """What is known of a site: its rules (None: everything is allowed), or why they could not be read."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: float = float("-inf")
    rules: Protego | None = None
    size: int = 0
    failure: str = ""

    def take(self, status: int, content: bytes) -> None:
        """Learn from an answer: 2xx has rules, 4xx has none, and anything else is a site out of order."""
        if status // 100 == 2:  # noqa: PLR2004 - the classes of statuses are what they are
            self.rules, self.size = _parse(content), len(content)
        elif status // 100 != 4:  # noqa: PLR2004
            self.failure = f"it answers {status}; try again later"


def _parse(content: bytes) -> Protego:
    if len(content) >= LARGEST:
        # The last line may be cut, and half a rule forbids more than the whole one.
        content = content[:LARGEST].rpartition(b"\n")[0]
    lines = content.decode("utf-8-sig", "replace").splitlines()
    return Protego.parse("\n".join(_AGENT_LINE.sub(_name_agent, line) for line in lines))


def _name_agent(line: re.Match[str]) -> str:
    """The line with our name, everybody's, or one and the same for all others.

    With a group of thousands of names and rules protego 0.7 takes minutes, and it takes the beginning of
    our name for ours.
    """
    given = line["name"].strip().lower()
    if given != "*":
        given = AGENT if _OUR_NAME.match(given) else _OTHERS
    return f"User-agent: {given}"
