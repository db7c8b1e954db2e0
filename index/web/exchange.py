"""One request and its answer: bounded in bytes and in seconds, and every failure told in one line."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import httpcore

from index.errors import FetchError
from index.reading.decoding import one_line, shown
from index.web.addresses import PORTS, bracketed, host_of, is_public
from index.web.connecting import GuardedBackend, Resolve, Unreachable, look_up
from index.web.inflating import Body, Damaged, TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

AGENT = "Dateline/0.1 (news quotation bot)"
ACCEPT = (
    "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, "
    "application/xml;q=0.9, */*;q=0.8"
)
_TIMED_OUT = (httpcore.TimeoutException, TimeoutError)
_BROKEN = (httpcore.NetworkError, httpcore.ProtocolError, OSError)
_DETAIL = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request was answered: names of headers are in lower case, the body is of 2xx only."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Room:
    """How much one request may take: seconds in all, bytes unpacked; `cut` keeps what fits of more."""

    seconds: float
    size: int
    cut: bool = False


class Wire:
    """Sends requests, each over a connection of its own to an IP address that was checked for it.

    Connections are not kept: requests to one host are a second apart, and so each is checked.

    Args:
        patience: seconds to connect, and seconds of silence that are borne.
        private: whether IP addresses that are not public may be connected to.
        resolve: from a host to its IP addresses; None for the system's.
        public: which IP addresses count as public; None for `is_public`.
        tls: which certificates are trusted; None for the usual authorities'.
    """

    def __init__(
        self,
        patience: float,
        *,
        private: bool = False,
        resolve: Resolve | None = None,
        public: Callable[[str], bool] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        allowed = (lambda _: True) if private else (public or is_public)
        self._patience = patience
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or _trusted(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=GuardedBackend(resolve or look_up, allowed),
        )

    async def get(self, address: str, headers: Mapping[str, str], room: Room) -> Answer:
        """The answer to a GET of a checked address.

        Raises:
            FetchError: no answer, or none that is whole and fits.
        """
        try:
            async with asyncio.timeout(room.seconds):
                return await self._exchange(address, headers, room)
        except Unreachable as error:
            why = str(error)
        except TooLarge:
            why = f"it is larger than {room.size / 1e6:g} MB; no page or feed is"
        except Damaged as error:
            why = f"what {host_of(address)} sends {one_line(str(error))[:_DETAIL]}; try again later"
        except _TIMED_OUT as error:
            seconds = room.seconds if isinstance(error, TimeoutError) else self._patience
            why = f"{host_of(address)} did not answer in full in {seconds:.3g} s; try again later"
        except _BROKEN as error:
            why = _broken(host_of(address), error)
        raise FetchError(f"{shown(address)} cannot be fetched: {why}")

    async def close(self) -> None:
        """Close whatever is still open."""
        await self._pool.aclose()

    async def _exchange(self, address: str, headers: Mapping[str, str], room: Room) -> Answer:
        timeout = dict.fromkeys(("connect", "read", "write"), self._patience)
        async with self._pool.stream(
            "GET", _url(address), headers=_request(address, headers), extensions={"timeout": timeout}
        ) as response:
            if response.status < 200:  # noqa: PLR2004 - an interim answer is none
                raise httpcore.RemoteProtocolError(f"status {response.status}")
            found = _headers(response.headers)
            # What comes with a redirect or an error is read by nobody, so it cannot do harm either.
            body = await _read(response, found, room) if response.status // 100 == 2 else b""  # noqa: PLR2004
            return Answer(response.status, found, body)


@cache
def _trusted() -> ssl.SSLContext:
    # Reading all authorities' certificates takes some 50 ms.
    return httpcore.default_ssl_context()


async def _read(response: httpcore.Response, headers: Mapping[str, str], room: Room) -> bytes:
    body = Body(headers.get("content-encoding", ""), room.size)
    # Typed as less than it is, a generator, and it must not be left open.
    stream = cast("AsyncGenerator[bytes, None]", response.aiter_stream())
    async with aclosing(stream) as pieces:
        try:
            async for piece in pieces:
                body.add(piece)
        except TooLarge:
            if not room.cut:
                raise
            return bytes(body.content)
    return body.finish()


def _url(address: str) -> httpcore.URL:
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return httpcore.URL(
        scheme=parts.scheme.encode(),
        host=host_of(address).encode(),
        port=parts.port or PORTS[parts.scheme],
        target=target.encode(),
    )


def _request(address: str, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    parts = urlsplit(address)
    host = bracketed(host_of(address)) + (f":{parts.port}" if parts.port else "")
    sent = {
        "Host": host,
        "User-Agent": AGENT,
        "Accept": ACCEPT,
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **headers,
    }
    return [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by name; where one is sent twice, the first is believed."""
    found: dict[str, str] = {}
    for name, value in raw:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


def _broken(host: str, error: Exception) -> str:
    """Why an exchange broke off, from what httpcore and the system say."""
    # httpcore wraps the system's own exception.
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    detail = one_line(str(cause))[:_DETAIL]
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate of {host} is not good ({one_line(cause.verify_message)}); do not trust it"
    if isinstance(cause, ssl.SSLError):
        return f"no secure connection to {host} ({detail}); try again later"
    if isinstance(error, httpcore.ProtocolError):
        return f"{host} broke off or did not answer in HTTP ({detail}); try again later"
    return f"the connection to {host} broke; try again later"
