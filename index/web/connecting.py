"""Connections that are made to public IP addresses only: what a name leads to is checked where it is used."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

# From a host and a port to the IP addresses, as text, that the host has now; OSError where it has none.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Of a host with many IP addresses so many are tried, each for its share of the time.
_TRIED = 8
# Threads of their own, as a look-up that hangs cannot be stopped and must not use up everybody's.
_LOOKING_UP = ThreadPoolExecutor(128, thread_name_prefix="dateline-lookup")


class Unreachable(Exception):  # noqa: N818 - it is caught one room further and told as a FetchError
    """No connection to a host; its text says why and what to do, without the address."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """The IP addresses that the system knows the host by.

    Raises:
        OSError: there is none, or no answer.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(
            _LOOKING_UP, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
    except UnicodeError as error:
        raise OSError(str(error)) from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Makes httpcore's connections: looks the host up once, and connects to an IP address it has checked.

    Args:
        resolve: from a host to its IP addresses.
        allowed: whether an IP address may be connected to.
    """

    def __init__(self, resolve: Resolve, allowed: Callable[[str], bool]) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first IP address of the host that answers.

        Raises:
            Unreachable: the host is not known, may not be connected to, or does not answer in time.
        """
        try:
            async with asyncio.timeout(timeout) as limit:
                checked = await self._look_up(host, port)
                for tried, ip in enumerate(checked):
                    share = _share(limit.when(), len(checked) - tried)
                    try:
                        stream = await self._sockets.connect_tcp(
                            ip, port, share, local_address, socket_options
                        )
                        return _ClosedOnFailure(stream)
                    except (httpcore.ConnectError, httpcore.ConnectTimeout):
                        continue
        except TimeoutError:
            raise Unreachable(f"{host} did not answer in {timeout:g} s; try again later") from None
        raise Unreachable(f"{host} takes no connection on port {port}; check the address or try again later")

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        """The IP addresses of the host that may be connected to; at least one."""
        try:
            found: Sequence[str] = [str(ip_address(host))]
        except ValueError:
            try:
                found = await self._resolve(host, port)
            except OSError:
                raise Unreachable(f"no host is known as {host}; check the name or try again later") from None
        checked = [ip for ip in found if self._allowed(ip)]
        if not checked:
            # What a name of a private network leads to is nobody's business, so the IP address is not told.
            raise Unreachable(
                f"{host} is not on the public web; set DATELINE_PRIVATE_ADDRESSES if it may be asked"
            )
        return checked[:_TRIED]


class _ClosedOnFailure(httpcore.AsyncNetworkStream):
    """A connection that does not stay open when it is cancelled while it turns to TLS.

    httpcore 1.0.9 closes it on exceptions, but a cancellation is none.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _share(until: float | None, left: int) -> float | None:
    """Seconds for the next of so many tries."""
    if until is None:
        return None
    return max(0.0, until - asyncio.get_running_loop().time()) / left
