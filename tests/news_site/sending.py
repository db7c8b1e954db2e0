"""How an answer goes over the wire: fairly, or broken on order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from news_site import bombs
from news_site.faults import Fault
from news_site.wire import Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from news_site.faults import FaultKind

GARBAGE = bytes(range(255, -1, -1)) * 16
"""No HTTP by any reading: it begins with bytes that stand in no status line."""

_PACE = 0.05
_DELAY = 1.0
_BOMB = 10 << 30
_LIE = 1_000
_CHUNK = 16
_PIECE = b"<p>And so it went on.</p>\n" * 2_500
_HEADER_LINE = b"X-Endless: and so it went on\r\n" * 2_000


@dataclass(frozen=True, slots=True)
class Sending:
    """One answer on its way: `reply` is for this caller, `whole` for one who has nothing yet.

    `begun` is told the status before the first byte of it is sent.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    reply: Reply
    whole: Reply
    fault: Fault | None
    begun: Callable[[int], None]

    async def send(self) -> None:
        """Send the answer in the way of its fault.

        Raises:
            ConnectionError: The caller hung up.
        """
        way = _WAYS.get(self.fault.kind) if self.fault else None
        await (way(self, self.fault) if way and self.fault else self.fairly())

    async def fairly(self) -> None:
        """Send the whole answer at once."""
        self.begun(self.reply.status)
        await self.write(self.reply.head() + self.reply.body)

    async def write(self, raw: bytes) -> None:
        """Send these bytes, no faster than the caller takes them."""
        self.writer.write(raw)
        await self.writer.drain()
        # A drain does not give way as long as the caller takes everything, and others wait too.
        await asyncio.sleep(0)

    async def trickle(self, raw: bytes, pace: float) -> None:
        """Send these bytes one by one, so many seconds apart."""
        for byte in raw:
            await self.write(bytes([byte]))
            await asyncio.sleep(pace)


def _pace(fault: Fault, usual: float) -> float:
    return usual if fault.seconds is None else fault.seconds


async def _slow(sending: Sending, fault: Fault) -> None:
    sending.begun(sending.reply.status)
    await sending.write(sending.reply.head())
    await sending.trickle(sending.reply.body, _pace(fault, _PACE))


async def _slow_head(sending: Sending, fault: Fault) -> None:
    sending.begun(sending.reply.status)
    await sending.trickle(sending.reply.head() + sending.reply.body, _pace(fault, _PACE))


async def _hang(sending: Sending, _: Fault) -> None:
    # Until the caller hangs up, which is the end of what it sends.
    await sending.reader.read()


async def _delay(sending: Sending, fault: Fault) -> None:
    await asyncio.sleep(_pace(fault, _DELAY))
    await sending.fairly()


async def _drop(sending: Sending, _: Fault) -> None:
    sending.begun(sending.whole.status)
    await sending.write(sending.whole.head() + sending.whole.body[: len(sending.whole.body) // 2])


async def _drop_before(_: Sending, __: Fault) -> None:
    await asyncio.sleep(0)


async def _garbage(sending: Sending, _: Fault) -> None:
    await sending.write(GARBAGE)


async def _gzip_bomb(sending: Sending, fault: Fault) -> None:
    size = fault.size or _BOMB
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Encoding": "gzip",
        "Content-Length": str(bombs.gzip_zeros_length(size)),
    }
    sending.begun(200)
    await sending.write(Reply(200, headers).head())
    for piece in bombs.gzip_zeros(size):
        await sending.write(piece)


async def _length_too_long(sending: Sending, fault: Fault) -> None:
    await _lie(sending, len(sending.whole.body) + (fault.size or _LIE))


async def _length_too_short(sending: Sending, fault: Fault) -> None:
    await _lie(sending, max(len(sending.whole.body) - (fault.size or _LIE), 0))


async def _lie(sending: Sending, length: int) -> None:
    lying = sending.whole.with_headers({"Content-Length": str(length)})
    sending.begun(lying.status)
    await sending.write(lying.head() + lying.body)


async def _endless(sending: Sending, _: Fault) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n"
    sending.begun(200)
    await sending.write(head)
    while True:
        await sending.write(_PIECE)


async def _endless_head(sending: Sending, _: Fault) -> None:
    sending.begun(200)
    await sending.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        await sending.write(_HEADER_LINE)


async def _chunked(sending: Sending, _: Fault) -> None:
    whole = sending.whole
    head = whole.with_headers({"Transfer-Encoding": "chunked", "Content-Length": "0"}).head()
    parts = [whole.body[start : start + _CHUNK] for start in range(0, len(whole.body), _CHUNK)]
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    sending.begun(whole.status)
    await sending.write(head.replace(b"Content-Length: 0\r\n", b"") + body + b"0\r\n\r\n")


async def _unconditional(sending: Sending, _: Fault) -> None:
    sending.begun(sending.whole.status)
    await sending.write(sending.whole.head() + sending.whole.body)


_WAYS: dict[FaultKind, Callable[[Sending, Fault], Awaitable[None]]] = {
    "slow": _slow,
    "slow head": _slow_head,
    "hang": _hang,
    "delay": _delay,
    "drop": _drop,
    "drop before": _drop_before,
    "garbage": _garbage,
    "gzip bomb": _gzip_bomb,
    "length too long": _length_too_long,
    "length too short": _length_too_short,
    "endless": _endless,
    "endless head": _endless_head,
    "chunked": _chunked,
    "unconditional": _unconditional,
}
