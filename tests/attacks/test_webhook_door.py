"""Strangers at the address that Telegram posts to, over a real socket: nothing of theirs is taken."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import time
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from bot_api import updates
from bot_api.server import TOKEN
from telegram.ext import ExtBot

from bot.memory.memory import Memory
from bot.telegram.inbox import Inbox
from bot.telegram.webhook import SECRET_HEADER, Server, Taking, listen, pages
from bot.written import Address
from index.database import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECRET = "Sixteen-letters_"
HEADERS = {SECRET_HEADER: SECRET}
PATH = "/telegram/updates"
_numbers = itertools.count(1000)
# One server for all tries, as one stands there for all strangers.
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Door:
    """The server on a port of its own, what it has taken, and what it could not read."""

    def __init__(self, memory: Memory) -> None:
        self.queue = asyncio.Queue[object]()
        self.inbox = Inbox(memory.updates_of(42), self.queue)
        self.unreadable = 0
        bot: ExtBot[None] = ExtBot(TOKEN)
        taking = Taking(PATH, SECRET, bot, self.inbox.put, self.count, lambda: True)
        socket = listen(Address("127.0.0.1", 0))
        self.port = socket.getsockname()[1]
        self.server = Server(pages(healthy, measured, taking), socket)

    @property
    def taken(self) -> int:
        """How many updates were taken."""
        return self.queue.qsize()

    def count(self) -> None:
        """An update could not be parsed."""
        self.unreadable += 1

    def client(self) -> httpx.AsyncClient:
        """Somebody who asks."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=20)

    async def still_serves(self) -> None:
        """Assert that Telegram is served at once."""
        before, begun = self.taken, time.monotonic()
        async with self.client() as telegram:
            answer = await telegram.post(PATH, content=body(), headers=HEADERS)
        assert (answer.status_code, self.taken) == (200, before + 1)
        assert time.monotonic() - begun < 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """A server that takes updates."""
    with closing(Database.open(tmp_path_factory.mktemp("door") / "dateline.db")) as database:
        door = Door(Memory(database))
        door.server.begin()
        yield door
        await door.server.end()


@pytest.fixture
def door(opened: Door) -> Door:
    """The same server, which has taken nothing yet."""
    while not opened.queue.empty():
        opened.queue.get_nowait()
    opened.unreadable = 0
    return opened


async def healthy() -> dict[str, Any]:
    """A bot that is well."""
    return {"status": "ok"}


async def measured() -> bytes:
    """Nothing is counted."""
    return b""


def body() -> bytes:
    """An update as Telegram posts it, with a number of its own."""
    return json.dumps(updates.private_message("Who won?") | {"update_id": next(_numbers)}).encode()


@asynccontextmanager
async def connected(door: Door) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def said(door: Door, request: bytes) -> bytes:
    """The first line that is answered to these bytes."""
    async with connected(door) as (reader, writer):
        writer.write(request)
        return await asyncio.wait_for(reader.readline(), 10)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([], id="none"),
        pytest.param([(SECRET_HEADER, "")], id="empty"),
        pytest.param([(SECRET_HEADER, SECRET[:-1])], id="prefix"),
        pytest.param([(SECRET_HEADER, f"{SECRET}x")], id="longer"),
        pytest.param([(SECRET_HEADER, SECRET.swapcase())], id="other case"),
        pytest.param([(SECRET_HEADER, "é" * 16)], id="non-ASCII"),
        pytest.param([(SECRET_HEADER, "wrong"), (SECRET_HEADER, "wrong too")], id="two wrong ones"),
        pytest.param([(SECRET_HEADER, f"{SECRET}, {SECRET}")], id="in a list"),
        pytest.param([("Authorization", f"Bearer {SECRET}")], id="in another header"),
        pytest.param([("X-Telegram-Bot-Api-Secret_Token", SECRET)], id="underscore"),
        pytest.param([("Cookie", f"{SECRET_HEADER}={SECRET}")], id="cookie"),
        pytest.param(
            [("X-Forwarded-For", "149.154.160.1"), ("X-Real-IP", "149.154.160.1")], id="as Telegram"
        ),
    ],
)
async def test_update_without_the_secret(door: Door, headers: list[tuple[str, str]]) -> None:
    """A stranger posts an update without the secret, or with something like it: 403, and nothing is taken."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    async with door.client() as stranger:
        answer = await stranger.post(PATH, content=body(), headers=raw)
    assert (answer.status_code, door.taken) == (403, 0)
    assert SECRET not in answer.text + str(answer.headers)


@pytest.mark.parametrize("target", [f"{PATH}?secret_token={SECRET}", f"{PATH}?{SECRET_HEADER}={SECRET}"])
async def test_secret_in_the_address(door: Door, target: str) -> None:
    """A stranger gives the secret where logs of proxies would keep it: it does not count there."""
    async with door.client() as stranger:
        assert (await stranger.post(target, content=body())).status_code == 403
    assert door.taken == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"])
async def test_other_methods(door: Door, method: str) -> None:
    """Another method than POST takes nothing, with the secret or without."""
    request = (
        f"{method} {PATH} HTTP/1.1\r\nHost: bot\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 2\r\n\r\n{{}}"
    )
    line = await said(door, request.encode())
    assert line.split()[1] in {b"405", b"400"}
    assert door.taken == 0


@pytest.mark.parametrize(
    "target",
    [
        *("/", "/telegram", f"{PATH}/", f"{PATH}/x", f"/{PATH}", "/telegram/../telegram/updates"),
        *("/TELEGRAM/UPDATES", "/docs", "/openapi.json", "/.env", "/../../etc/passwd"),
        *("/%2e%2e/%2e%2e/etc/passwd", "/telegram%2fupdates%00"),
    ],
)
async def test_other_paths(door: Door, target: str) -> None:
    """Beside its pages the server has nothing: no file, no list, no second way to post."""
    request = (
        f"POST {target} HTTP/1.1\r\nHost: bot\r\n{SECRET_HEADER}: wrong\r\nContent-Length: 2\r\n\r\n{{}}"
    )
    line = await said(door, request.encode())
    assert line.split()[1] in {b"404", b"307", b"403", b"400"}
    assert door.taken == 0


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(b"[" * 400_000, id="deep lists"),
        pytest.param(b'{"a":' * 150_000, id="deep objects"),
        pytest.param(
            b'{"update_id":1,"message":' + b"[" * 90_000 + b"]" * 90_000 + b"}", id="deep and whole"
        ),
        pytest.param(b'{"update_id": NaN}', id="NaN"),
        pytest.param(b'{"update_id": 1e999}', id="infinite"),
        pytest.param(b'{"update_id": ' + b"9" * 5000 + b"}", id="5,000 digits"),
        pytest.param(b'{"update_id": true}', id="true"),
        pytest.param(b'{"update_id": -1}', id="negative"),
        pytest.param(b'{"update_id": %d}' % 2**70, id="2**70"),
        pytest.param(b'{"update_id": 1.5}', id="fraction"),
        pytest.param(b'{"update_id": "1"}', id="text"),
        pytest.param(b'{"update_id": null}', id="null"),
        pytest.param(b'{"update_id": 1, "update_id": []}', id="duplicate keys"),
        pytest.param(b'[{"update_id": 1}]', id="a list"),
        pytest.param(b'"update_id"', id="words"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(gzip.compress(body()), id="gzip"),
        pytest.param(b"update_id=1&message=x", id="a form"),
        pytest.param(b"", id="nothing"),
    ],
)
async def test_body_that_is_no_update(door: Door, forged: bytes) -> None:
    """Who knows the secret posts what is no update: 400 at once, nothing is taken, and the next one is."""
    begun = time.process_time()
    async with door.client() as insider:
        answer = await insider.post(PATH, content=forged, headers=HEADERS | {"Content-Encoding": "gzip"})
    assert (answer.status_code, door.taken) == (400, 0)
    assert time.process_time() - begun < 1
    await door.still_serves()


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("words", id="no object"),
        pytest.param({"date": float("nan")}, id="NaN for a date"),
        pytest.param({"date": 10**300}, id="a date without end"),
        pytest.param({"message_id": [], "date": {}, "chat": 5, "from": "me"}, id="wrong kinds"),
        pytest.param(
            updates.private_message("x")["message"] | {"entities": [7]}, id="entities that are none"
        ),
    ],
)
async def test_update_that_nobody_can_parse(door: Door, message: Any) -> None:
    """An update that the library cannot read is counted, confirmed, and stops nothing."""
    forged = json.dumps({"update_id": 1, "message": message}).encode()
    async with door.client() as insider:
        answer = await insider.post(PATH, content=forged, headers=HEADERS)
    assert (answer.status_code, door.taken, door.unreadable) == (200, 0, 1)
    await door.still_serves()


async def test_strangers_endless_body_is_not_read(door: Door) -> None:
    """A stranger sends a chunked body without end: the refusal comes before it, and Telegram is served."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    async with connected(door) as (reader, writer):
        writer.write(head + b"ffff\r\n" + bytes(0xFFFF) + b"\r\n")
        assert (await asyncio.wait_for(reader.readline(), 10)).split()[1] == b"403"
        await door.still_serves()


async def test_endless_body_with_the_secret_ends(door: Door) -> None:
    """A chunked body without end is refused once it is too large."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: bot\r\n{SECRET_HEADER}: {SECRET}\r\n"
    async with connected(door) as (reader, writer):
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(40):
            writer.write(b"ffff\r\n" + b" " * 0xFFFF + b"\r\n")
        assert (await asyncio.wait_for(reader.readline(), 10)).split()[1] == b"413"
    assert door.taken == 0


async def test_claimed_length_costs_nothing(door: Door) -> None:
    """A stranger claims a body of terabytes: the refusal does not wait for it."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: 9999999999999\r\n\r\n".encode()
    assert (await said(door, head)).split()[1] == b"403"


@pytest.mark.parametrize("sent", [b"", b"POST", f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nX-Slow:".encode()])
async def test_slow_strangers_keep_nobody_waiting(door: Door, sent: bytes) -> None:
    """Two hundred strangers connect and then say nothing more: Telegram is served at once."""
    opened = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(200)]
    for _, writer in opened:
        writer.write(sent)
    await door.still_serves()
    for _, writer in opened:
        writer.close()


async def test_slow_bodies_keep_nobody_waiting(door: Door) -> None:
    """A hundred bodies that never come to their end are waited for by nobody else."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bot\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 900000\r\n\r\n{{"
    )
    opened = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(100)]
    for _, writer in opened:
        writer.write(head.encode())
    await door.still_serves()
    for _, writer in opened:
        writer.close()


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            b"GET /health HTTP/1.1\r\nHost: bot\r\nX: " + b"x" * 200_000 + b"\r\n\r\n", id="huge header"
        ),
        pytest.param(b"GET /health HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", id="many headers"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300), id="TLS"),
        pytest.param(b"\x00" * 1000 + b"\r\n\r\n", id="noise"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            id="two lengths",
        ),
    ],
)
async def test_what_is_no_request(door: Door, request_: bytes) -> None:
    """What is no HTTP, or far too much of it, is refused, and Telegram is served."""
    line = await said(door, request_)
    assert line == b"" or line.split()[1] in {b"400", b"403", b"404", b"431"}
    await door.still_serves()


async def test_second_request_hides_in_no_first(door: Door) -> None:
    """A stranger hides an update in the body of a refused request: it is not read as one."""
    hidden = body()
    head = f"POST {PATH} HTTP/1.1\r\nHost: bot\r\n{SECRET_HEADER}: {SECRET}\r\n"
    inner = f"{head}Content-Length: {len(hidden)}\r\n\r\n".encode() + hidden
    outer = f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: {len(inner)}\r\n\r\n".encode() + inner
    assert (await said(door, outer)).split()[1] == b"403"
    await door.still_serves()
    assert door.taken == 1
