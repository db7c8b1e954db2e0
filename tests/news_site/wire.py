"""HTTP/1.1 as bytes: a request as it is read, an answer as it is sent; one of each a connection."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import StreamReader

LIMIT = 1 << 20
"""The longest head of a request that is read, in bytes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; header names are in lower case, repeated headers joined by commas."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """What was asked for, without the query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. A Content-Length is added when it is sent, unless there is one."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """A header's value, however its name is written."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    def with_headers(self, changes: dict[str, str | None]) -> Reply:
        """The same with other headers; None takes one away."""
        names = {name.lower() for name in changes}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in names}
        return replace(
            self, headers=kept | {name: value for name, value in changes.items() if value is not None}
        )

    def head(self) -> bytes:
        """The status line and the headers, with the empty line that ends them."""
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in {**self._general(), **self.headers}.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _general(self) -> dict[str, str]:
        general = {"Date": formatdate(usegmt=True), "Server": "news-site", "Connection": "close"}
        if self.header("Content-Length") is None and self.status != HTTPStatus.NOT_MODIFIED:
            general["Content-Length"] = str(len(self.body))
        return general


async def read_asked(reader: StreamReader) -> Asked | None:
    """The request, or None if the bytes are none.

    Raises:
        EOFError: The caller hung up before the end of it.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    try:
        method, target, _ = first.split(" ")
    except ValueError:
        return None
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        headers[key] = f"{headers[key]}, {value.strip()}" if key in headers else value.strip()
    length = headers.get("content-length", "0")
    body = await reader.readexactly(int(length)) if length.isdecimal() else b""
    return Asked(method, target, headers, body)


def simple(status: int, **headers: str) -> Reply:
    """A short page that says its status; underscores in the names of headers stand for dashes."""
    words = f"{status} {_phrase(status)}"
    body = f"<!DOCTYPE html><html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>\n"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"Content-Type": "text/html; charset=utf-8", **named}, body.encode())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
