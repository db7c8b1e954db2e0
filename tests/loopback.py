"""A web site on loopback that sends exactly the bytes a test wants, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

Serve = Callable[[asyncio.StreamWriter], Awaitable[None]]
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: its target, its headers in lower case, and when it began and was answered."""

    target: str
    headers: Mapping[str, str]
    began: float
    ended: float


@dataclass(slots=True)
class Site:
    """A site that answers each target with bytes or by writing; whatever else is asked is not found."""

    answers: dict[str, bytes | Serve] = field(default_factory=dict)
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, self.host, 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    def url(self, target: str = "/", host: str | None = None) -> str:
        """The address of a target, by another name of the host if one is given."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{host or self.host}:{self.port}{target}"

    @property
    def targets(self) -> list[str]:
        """What was asked, in order, but for robots.txt."""
        return [each.target for each in self.asked if each.target != "/robots.txt"]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.connections += 1
        try:
            await self._answer(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            # The client had enough, or the test is over.
            pass
        finally:
            self._serving.discard(task)
            writer.transport.abort() if task.cancelling() else writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
        began, target = time.monotonic(), head[0].split(" ")[1]
        pairs = (line.partition(": ") for line in head[1:] if line)
        headers = {name.lower(): value for name, _, value in pairs}
        answer = self.answers.get(target, NOT_FOUND)
        if isinstance(answer, bytes):
            writer.write(answer)
        else:
            await answer(writer)
        self.asked.append(Asked(target, headers, began, time.monotonic()))
        await writer.drain()


def ok(body: bytes, *headers: str) -> bytes:
    """A whole answer with this body and these further headers."""
    return answer("200 OK", f"Content-Length: {len(body)}", *headers, body=body)


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    """An answer with exactly these headers; the end of the body is where the connection closes."""
    return "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers, "")).encode("latin-1") + body


def redirect(status: int, location: str) -> bytes:
    """An answer that leads elsewhere."""
    return answer(f"{status} Elsewhere", f"Location: {location}", "Content-Length: 0")


@dataclass(slots=True)
class Names:
    """What names lead to; where a name has several lists, each look-up takes the next, the last for good."""

    known: Mapping[str, Sequence[Sequence[str]]]
    looked_up: list[str] = field(default_factory=list)

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        """The IP addresses of a host.

        Raises:
            OSError: the name is not known.
        """
        if host not in self.known:
            raise OSError(f"no {host}")
        lists = self.known[host]
        found = lists[min(self.looked_up.count(host), len(lists) - 1)]
        self.looked_up.append(host)
        return found
