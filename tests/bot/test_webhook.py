from __future__ import annotations

import asyncio
import json
import signal
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest
from bot_api import updates
from bot_api.server import TOKEN
from telegram.ext import ExtBot

from bot.memory.memory import Memory
from bot.telegram import webhook
from bot.telegram.inbox import Inbox
from bot.telegram.webhook import BODY_BYTES, SECRET_HEADER, Server, ServerError, Taking, listen, pages
from bot.written import Address
from index.database import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from telegram import Update

SECRET = "sixteen-letters_"
HEADERS = {SECRET_HEADER: SECRET}
PATH = "/telegram/updates"


class Post:
    """Where posted updates are recorded and queued, and what could not be read."""

    def __init__(self, memory: Memory) -> None:
        self._queue = asyncio.Queue[object]()
        self.inbox = Inbox(memory.updates_of(42), self._queue)
        self.full = False
        self.unreadable = 0

    @property
    def updates(self) -> list[Update]:
        """What has been queued since this was last asked."""
        return [cast("Update", self._queue.get_nowait()) for _ in range(self._queue.qsize())]

    def count_unreadable(self) -> None:
        """An update could not be parsed."""
        self.unreadable += 1


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own."""
    with closing(Database.open(tmp_path / "dateline.db")) as opened:
        yield opened


@pytest.fixture
def queue(database: Database) -> Post:
    """The application's queue."""
    return Post(Memory(database))


@pytest.fixture
async def client(queue: Post) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who asks the server for its pages."""
    bot: ExtBot[None] = ExtBot(TOKEN)
    taking = Taking(PATH, SECRET, bot, queue.inbox.put, queue.count_unreadable, lambda: not queue.full)
    transport = httpx.ASGITransport(pages(healthy, measured, taking))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as made:
        yield made


async def healthy() -> dict[str, Any]:
    """A bot that is well."""
    return {"status": "ok", "articles": 1}


async def starting() -> dict[str, Any]:
    """A bot that starts."""
    return {"status": "starting"}


async def measured() -> bytes:
    """What is counted."""
    return b"dateline_articles 1.0\n"


def numbered(update: dict[str, Any], number: int = 1) -> bytes:
    """An update as Telegram posts it."""
    return json.dumps({**update, "update_id": number}).encode()


async def test_update_is_handed_over(client: httpx.AsyncClient, queue: Post) -> None:
    """An update with the secret is taken, and answered 200."""
    body = numbered(updates.private_message("Who won? Хто виграв?"), 7)
    assert (await client.post(PATH, content=body, headers=HEADERS)).status_code == 200
    (update,) = queue.updates
    assert update.update_id == 7
    assert update.message is not None
    assert update.message.text == "Who won? Хто виграв?"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SECRET_HEADER: ""},
        {SECRET_HEADER: SECRET[:-1]},
        {SECRET_HEADER: SECRET.upper()},
        {SECRET_HEADER: "é"},
    ],
    ids=["none", "empty", "short", "case", "other letters"],
)
async def test_forged_update_is_refused(
    client: httpx.AsyncClient, queue: Post, headers: dict[str, str]
) -> None:
    """Without the secret, or with another one, nothing is taken."""
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    forged = await client.post(PATH, content=numbered(updates.private_message("Who won?")), headers=raw)
    assert forged.status_code == 403
    assert queue.updates == []


async def test_other_ways_in_are_closed(client: httpx.AsyncClient) -> None:
    """Another method is 405, another path 404, whether with the secret or without."""
    assert (await client.get(PATH, headers=HEADERS)).status_code == 405
    assert (await client.put(PATH, headers=HEADERS, content=b"{}")).status_code == 405
    assert (await client.post("/health", headers=HEADERS, content=b"{}")).status_code == 405
    for path in ("/", "/telegram", f"{PATH}/more", "/metrics/"):
        assert (await client.post(path, headers=HEADERS, content=b"{}")).status_code in {404, 307}
        assert (await client.get(path)).status_code in {404, 307}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'"words"', b"\xff\xfe", b"{}", b'{"update_id": "7"}']
)
async def test_what_is_no_update_is_refused(client: httpx.AsyncClient, queue: Post, body: bytes) -> None:
    """What is no JSON object, or has no update's number, is 400."""
    assert (await client.post(PATH, content=body, headers=HEADERS)).status_code == 400
    assert queue.updates == []


async def test_deep_body_is_refused(client: httpx.AsyncClient) -> None:
    """A body that is nested without end is no update."""
    body = b"[" * 400_000
    assert (await client.post(PATH, content=body, headers=HEADERS)).status_code == 400


async def test_large_body_is_refused(client: httpx.AsyncClient, queue: Post) -> None:
    """More than a megabyte is not read to its end; just below that it is."""
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 100_000
            yield b" " * 100_000

    assert (await client.post(PATH, content=b" " * (BODY_BYTES + 1), headers=HEADERS)).status_code == 413
    assert (await client.post(PATH, content=endless(), headers=HEADERS)).status_code == 413
    body = numbered(updates.private_message("Who won?"))
    assert (await client.post(PATH, content=body.ljust(BODY_BYTES), headers=HEADERS)).status_code == 200
    assert len(queue.updates) == 1


async def test_update_comes_once(client: httpx.AsyncClient, queue: Post) -> None:
    """An update that is posted again is acknowledged again, and handed over once."""
    for number in (1, 2, 1, 2, 1):
        body = numbered(updates.private_message("Who won?"), number)
        assert (await client.post(PATH, content=body, headers=HEADERS)).status_code == 200
    assert [update.update_id for update in queue.updates] == [1, 2]


async def test_update_that_cannot_be_recorded_is_to_be_posted_again(
    client: httpx.AsyncClient, queue: Post, database: Database
) -> None:
    """What cannot be recorded, or finds no room, is refused for now, and taken when it is posted again."""
    body = numbered(updates.private_message("Who won?"))
    with database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE updates RENAME TO elsewhere")
    assert (await client.post(PATH, content=body, headers=HEADERS)).status_code == 503
    with database.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO updates")
    queue.full = True
    assert (await client.post(PATH, content=body, headers=HEADERS)).status_code == 503
    queue.full = False
    assert queue.updates == []
    assert (await client.post(PATH, content=body, headers=HEADERS)).status_code == 200
    assert len(queue.updates) == 1


async def test_update_that_cannot_be_parsed_does_not_come_again(
    client: httpx.AsyncClient, queue: Post
) -> None:
    """An update of Telegram's that nobody can parse is acknowledged and counted."""
    answered = await client.post(PATH, content=numbered({"message": "words"}), headers=HEADERS)
    assert answered.status_code == 200
    assert (queue.updates, queue.unreadable) == ([], 1)


async def test_health_and_metrics_are_told(client: httpx.AsyncClient) -> None:
    """A bot that is well is 200, and its metrics are Prometheus's text."""
    health = await client.get("/health")
    assert (health.status_code, health.json()) == (200, {"status": "ok", "articles": 1})
    metrics = await client.get("/metrics")
    assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert metrics.text == "dateline_articles 1.0\n"


async def test_bot_that_starts_is_not_well_and_polls() -> None:
    """Before the bot is ready its health is 503; without a webhook nothing can be posted."""
    transport = httpx.ASGITransport(pages(starting, measured))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        health = await client.get("/health")
        assert (health.status_code, health.json()) == (503, {"status": "starting"})
        assert (await client.post(PATH, headers=HEADERS, content=b"{}")).status_code == 404


def test_port_in_use_is_told() -> None:
    """Where somebody listens already, the error names the address and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=rf"^the server cannot listen on 127\.0\.0\.1:{port}: .*LISTEN"):
            listen(Address("127.0.0.1", port))


def test_address_of_another_machine_is_told() -> None:
    """What is no address of this machine is an error of one line."""
    with pytest.raises(ServerError, match=r"cannot listen on 203\.0\.113\.7:8080"):
        listen(Address("203.0.113.7", 8080))


async def test_server_serves_and_ends() -> None:
    """The server answers over a real socket, leaves signals alone, and at its end lets the port go."""
    heeded = signal.getsignal(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = Address(*probe.getsockname())
    server = Server(pages(healthy, measured), listen(address))
    server.begin()
    async with httpx.AsyncClient(base_url=f"http://{address.host}:{address.port}") as client:
        assert (await client.get("/health")).json()["status"] == "ok"
        assert "server" not in (await client.get("/health")).headers
    assert signal.getsignal(signal.SIGTERM) is heeded
    await server.end()
    listen(address).close()


@pytest.mark.parametrize(
    "begun", [b"", b"POST /telegram/updates HTTP/1.1\r\nHost: bot\r\nX-", b"GET /health HTTP/1.1\r\n"]
)
async def test_connection_without_a_request_is_closed(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    """Who opens a connection and sends no whole request is shut out; who asks now and then is not."""
    monkeypatch.setattr(webhook, "HEAD", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = Address(*probe.getsockname())
    server = Server(pages(healthy, measured), listen(address))
    server.begin()
    reader, writer = await asyncio.open_connection(*address)
    writer.write(begun)
    async with httpx.AsyncClient(base_url=f"http://{address.host}:{address.port}") as client:
        for _ in range(8):
            assert (await client.get("/health")).status_code == 200
            await asyncio.sleep(0.1)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    await server.end()
