"""The web as the rest of the house sees it: an address in, what it answers out."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from index.errors import FetchError
from index.reading.decoding import shown
from index.web.addresses import check_address, host_of, resolve_redirect
from index.web.politeness import Turns
from index.web.robots import LARGEST, Robots

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from index.web.connecting import Resolve
    from index.web.exchange import Answer

_PERMANENT = frozenset({301, 308})
_REDIRECTS = _PERMANENT | {302, 303, 307}
_UNCHANGED = 304
_BUSY = frozenset({429, 503})
_LONGEST_REST = 24 * 3600.0
# What may stand in a header, and so may be sent back in one.
_SENDABLE = re.compile(r"[!-~\x80-\xff](?:[ -~\x80-\xff]{0,998}[!-~\x80-\xff])?")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take. The seconds are those of requests; waiting for a turn is not counted."""

    size: int = 20_000_000
    """Bytes of the body, unpacked."""
    seconds: float = 30.0
    """Of all requests that the redirects make, together."""
    patience: float = 10.0
    """Seconds to connect, and of silence at any later moment."""
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered."""

    asked: str
    """The address as asked."""
    address: str
    """The address that answered, after redirects."""
    status: int
    """200, 304, 404, 410 and so on; redirects are followed and never seen here."""
    body: bytes
    """Unpacked; empty unless the status is 2xx."""
    content_type: str
    """The header; "" where there is none."""
    etag: str | None
    modified: str | None
    """Last-Modified, as given."""
    moved: bool
    """There was a redirect, and every one was permanent (301 or 308)."""
    retry_after: float | None = None
    """Seconds for which a busy host (429 or 503) asks to be left alone; at most a day."""


DEFAULT_LIMITS = Limits()


class Web:
    """Fetches addresses: public ones only, as robots.txt allows, and one at a time from a host.

    It belongs to one event loop, sends no cookies and uses no proxy.

    Args:
        private: whether hosts that are not on the public web may be fetched too.
        pause: seconds between two requests to a host, at least.
        limits: how much one fetch may take.
        resolve: from a host and a port to IP addresses; None for the system's look-up.
        public: which IP addresses may be connected to unless `private`; None for `is_public`.
        tls: which certificates are trusted; None for the usual authorities'.
    """

    def __init__(
        self,
        *,
        private: bool = False,
        pause: float = 1.0,
        limits: Limits = DEFAULT_LIMITS,
        resolve: Resolve | None = None,
        public: Callable[[str], bool] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        from index.web.exchange import Wire

        self._private = private
        self._limits = limits
        self._wire = Wire(limits.patience, private=private, resolve=resolve, public=public, tls=tls)
        self._turns = Turns(pause)
        self._robots = Robots(self._read_robots)

    async def fetch(self, address: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
        """What the address answers to a GET.

        Args:
            address: as a person or a feed gives it.
            etag: of the answer that is already known; with it or `modified`, 304 says that it still holds.
            modified: the Last-Modified of that answer.

        Raises:
            FetchError: the address may not be fetched, or gives no answer that is whole and fits.
        """
        first = check_address(address, private=self._private)
        conditions = _conditions(etag, modified)
        answering, answer, moved = await self._follow(first, conditions)
        if answer.status == _UNCHANGED and not conditions:
            raise FetchError(
                f"{shown(address)} cannot be fetched: {host_of(answering)} answers that nothing changed, "
                "which was not asked; try again later"
            )
        return Fetched(
            asked=address,
            address=answering,
            status=answer.status,
            body=answer.body,
            content_type=answer.headers.get("content-type", ""),
            etag=answer.headers.get("etag"),
            modified=answer.headers.get("last-modified"),
            moved=moved,
            retry_after=_retry_after(answer),
        )

    async def close(self) -> None:
        """Close whatever is still open."""
        await self._wire.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _read_robots(self, address: str) -> tuple[int, bytes]:
        _, answer, _ = await self._follow(address, {}, robots=True)
        return answer.status, answer.body

    async def _follow(
        self, first: str, headers: Mapping[str, str], *, robots: bool = False
    ) -> tuple[str, Answer, bool]:
        """Which address answered in the end, what, and whether the first one moved there for good."""
        address, left, statuses = first, self._limits.seconds, set[int]()
        seen = {first}
        while len(seen) <= self._limits.redirects + 1:
            delay = 0.0 if robots else await self._robots.check(address)
            answer, took = await self._ask(address, headers, left, delay=delay, robots=robots)
            if answer.status not in _REDIRECTS:
                return address, answer, bool(statuses) and statuses <= _PERMANENT
            statuses.add(answer.status)
            left -= took
            address = resolve_redirect(address, _location(answer), private=self._private)
            if address in seen:
                raise FetchError(f"{shown(first)} cannot be fetched: its redirects go round in a circle")
            seen.add(address)
        raise FetchError(
            f"{shown(first)} cannot be fetched: it redirects more than {self._limits.redirects} times; "
            "give the address that it ends at"
        )

    async def _ask(
        self, address: str, headers: Mapping[str, str], seconds: float, *, delay: float, robots: bool
    ) -> tuple[Answer, float]:
        """The answer to one request in its turn, and how many seconds it took."""
        from index.web.exchange import Room

        room = Room(seconds, min(LARGEST, self._limits.size) if robots else self._limits.size, cut=robots)
        host = host_of(address)
        async with self._turns.turn(host, delay):
            began = time.monotonic()
            answer = await self._wire.get(address, headers, room)
            rest = _retry_after(answer)
            if rest is not None:
                self._turns.rest(host, rest)
            return answer, time.monotonic() - began


def _conditions(etag: str | None, modified: str | None) -> dict[str, str]:
    """The headers that ask only for what changed; what cannot be sent is left out."""
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in asked.items() if value and _SENDABLE.fullmatch(value)}


def _location(answer: Answer) -> str:
    """Where a redirect leads, as it says: UTF-8 where it is that."""
    location = answer.headers.get("location", "")
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return location


def _retry_after(answer: Answer) -> float | None:
    """Seconds for which a busy host asks to be left alone, from either form of the header."""
    given = answer.headers.get("retry-after", "").strip()
    if answer.status not in _BUSY or not given:
        return None
    if given.isascii() and given.isdigit():
        # So many digits are more than a day, and int() refuses far longer ones.
        return _LONGEST_REST if len(given) > 9 else min(float(given), _LONGEST_REST)  # noqa: PLR2004
    try:
        moment = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), _LONGEST_REST)


__all__ = ["DEFAULT_LIMITS", "Fetched", "Limits", "Web"]
