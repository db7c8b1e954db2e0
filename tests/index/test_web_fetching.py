from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import ssl
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import Names, Serve, Site, answer, ok, redirect

from index.errors import FetchError
from index.web.exchange import AGENT
from index.web.fetching import Fetched, Limits, Web
from index.web.inflating import Body, Damaged, TooLarge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SMALL = Limits(size=50_000, seconds=0.6, patience=0.3, redirects=5)
# Made for these tests, for news.example, until 2120.
CERTIFICATE = """
MIIBfjCCASOgAwIBAgIUM7hCUVFPJdgsQ1hdSOjXSLmYLbEwCgYIKoZIzj0EAwIwFzEVMBMGA1UEAwwMbmV3cy5leGFtcGxlMCAXDTIw
MDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAXMRUwEwYDVQQDDAxuZXdzLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AASecw4JLGbT9cBZPgA8NMpSwkYIiXbpQ6lb0Ju9oU1U+7On1C8VeE9wHUPIga5crA97Lvcs5X5I6hiVe6wPQF7So0swSTAXBgNVHREE
EDAOggxuZXdzLmV4YW1wbGUwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUc61mui4fTwk/PAAWr102zYWbVhUwCgYIKoZIzj0EAwID
SQAwRgIhANHBUCYfyWoA05fU49HoWTka182YqINCPpXpT1n+3ueQAiEAkyxkoUoYdPmCdwYu8XO07AvhMqkce3i5Q3EbZ0uWYaY=
"""
KEY = """
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkASAklz7DNNqOVXPkXzqnJpDh0RYinOuBkOV9aehxg6hRANCAASecw4J
LGbT9cBZPgA8NMpSwkYIiXbpQ6lb0Ju9oU1U+7On1C8VeE9wHUPIga5crA97Lvcs5X5I6hiVe6wPQF7S
"""


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site of the test's own."""
    async with Site() as opened:
        yield opened


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """The web with small limits, loopback included."""
    async with Web(private=True, pause=0, limits=SMALL) as opened:
        yield opened


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """What a server needs to be news.example, to whoever trusts its certificate."""
    return certified(tmp_path)


def certified(folder: Path) -> ssl.SSLContext:
    """The server's side of TLS, from the certificate and the key above."""
    path = folder / "both.pem"
    blocks = (("CERTIFICATE", CERTIFICATE), ("PRIVATE " + "KEY", KEY))
    path.write_text("".join(f"-----BEGIN {name}-----{text}-----END {name}-----\n" for name, text in blocks))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def trusting() -> ssl.SSLContext:
    """The client's side of TLS, which trusts that certificate and nothing else."""
    return ssl.create_default_context(cadata=base64.b64decode(CERTIFICATE))


def slowly(*pieces: bytes, pause: float) -> Serve:
    """Sends the pieces with a pause before each but the first."""

    async def serve(writer: asyncio.StreamWriter) -> None:
        for number, piece in enumerate(pieces):
            await asyncio.sleep(pause if number else 0)
            writer.write(piece)
            await writer.drain()

    return serve


async def hang(_: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(60)


async def failure(web: Web, address: str) -> str:
    """The line that a fetch fails with: one, and not long."""
    with pytest.raises(FetchError) as raised:
        await web.fetch(address)
    line = str(raised.value)
    assert line.isprintable()
    assert len(line) < 400
    return line


async def test_a_page_is_fetched_with_what_tells_its_next_fetch(site: Site, web: Web) -> None:
    """The body and the headers that matter come back as they were sent."""
    site.answers["/a?b=c"] = ok(
        b"news",
        "content-type: text/html; charset=utf-8",
        'ETag: W/"1"',
        "Last-Modified: Sat, 11 Jan 2025 10:00:00 GMT",
        "Set-Cookie: a=b",
    )
    asked = site.url("/a?b=c#d").replace("http", "HTTP")
    assert await web.fetch(asked) == Fetched(
        asked=asked,
        address=site.url("/a?b=c"),
        status=200,
        body=b"news",
        content_type="text/html; charset=utf-8",
        etag='W/"1"',
        modified="Sat, 11 Jan 2025 10:00:00 GMT",
        moved=False,
    )


async def test_the_request_says_who_asks_and_nothing_else(
    site: Site, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is a name, what is read, no cookie that a page has set, and no proxy of the environment."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    site.answers["/a"] = ok(b"news", "Set-Cookie: a=b")
    for _ in range(2):
        await web.fetch(site.url("/a"))
    headers = site.asked[-1].headers
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert headers["host"] == f"127.0.0.1:{site.port}"
    assert headers["user-agent"] == AGENT == "Dateline/0.1 (news quotation bot)"
    assert headers["accept-encoding"] == "gzip"


async def test_what_did_not_change_is_not_sent_again(site: Site, web: Web) -> None:
    """Both conditions are asked as they were given, and 304 comes back without a body."""
    site.answers["/a"] = answer("304 Not Modified", 'ETag: "2"')
    fetched = await web.fetch(site.url("/a"), etag='"1"', modified="Sat, 11 Jan 2025 10:00:00 GMT")
    assert (fetched.status, fetched.body, fetched.etag) == (304, b"", '"2"')
    headers = site.asked[-1].headers
    assert headers["if-none-match"] == '"1"'
    assert headers["if-modified-since"] == "Sat, 11 Jan 2025 10:00:00 GMT"


async def test_conditions_that_cannot_be_sent_are_left_out(site: Site, web: Web) -> None:
    """A header of somebody else's making cannot smuggle in another."""
    site.answers["/a"] = ok(b"news")
    await web.fetch(site.url("/a"), etag='"1"\r\nCookie: a', modified="січень")
    assert not {"if-none-match", "if-modified-since", "cookie"} & set(site.asked[-1].headers)


async def test_not_changed_without_having_asked_is_no_answer(site: Site, web: Web) -> None:
    """A 304 to a plain question would pass for a page that was never seen."""
    site.answers["/a"] = answer("304 Not Modified")
    assert "nothing changed, which was not asked" in await failure(web, site.url("/a"))


@pytest.mark.parametrize("status", [403, 404, 410, 451, 500])
async def test_errors_are_answers_without_a_body(site: Site, web: Web, status: int) -> None:
    """The status comes back whatever is sent with it, however much it is."""
    site.answers["/a"] = answer(f"{status} No", "Content-Encoding: br", body=b"x" * 100_000)
    fetched = await web.fetch(site.url("/a"))
    assert (fetched.status, fetched.body) == (status, b"")


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ([301], True),
        ([308, 301], True),
        ([302], False),
        ([301, 302], False),
        ([303], False),
        ([307, 308], False),
    ],
)
async def test_redirects_are_followed(site: Site, web: Web, statuses: list[int], *, moved: bool) -> None:
    """The address that answered is told, and whether the first one moved there for good."""
    for number, status in enumerate(statuses):
        site.answers[f"/{number}"] = redirect(status, f"{number + 1}")
    site.answers[f"/{len(statuses)}"] = ok(b"news")
    fetched = await web.fetch(site.url("/0"))
    assert (fetched.body, fetched.moved) == (b"news", moved)
    assert (fetched.asked, fetched.address) == (site.url("/0"), site.url(f"/{len(statuses)}"))


async def test_the_largest_number_of_redirects_is_followed_and_no_more(site: Site, web: Web) -> None:
    """Five are followed; a sixth is not asked for."""
    for number in range(7):
        site.answers[f"/{number}"] = redirect(302, f"/{number + 1}")
    site.answers["/6"] = ok(b"news")
    assert (await web.fetch(site.url("/1"))).body == b"news"
    site.asked.clear()
    assert "redirects more than 5 times" in await failure(web, site.url("/0"))
    assert site.targets == ["/0", "/1", "/2", "/3", "/4", "/5"]


@pytest.mark.parametrize("location", ["/a", "#b", "/b", ""])
async def test_redirects_that_lead_nowhere_are_not_followed(site: Site, web: Web, location: str) -> None:
    """Circles of one and of two, and a redirect that does not say where to, end in one line."""
    site.answers["/a"] = redirect(301, location)
    site.answers["/b"] = redirect(301, "/a")
    line = await failure(web, site.url("/a"))
    assert "in a circle" in line if location else "does not say where to" in line


async def test_a_redirect_without_a_location_is_told(site: Site, web: Web) -> None:
    """The header may be missing altogether."""
    site.answers["/a"] = answer("302 Found", "Content-Length: 0")
    assert "redirects, but does not say where to" in await failure(web, site.url("/a"))


async def test_the_body_of_a_redirect_is_not_waited_for(site: Site, web: Web) -> None:
    """A redirect is followed though its body never ends."""
    site.answers["/a"] = slowly(answer("302 Found", "Location: /b", "Content-Length: 9"), b"", pause=9)
    site.answers["/b"] = ok(b"news")
    assert (await web.fetch(site.url("/a"))).body == b"news"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"news")),
        ("x-GZIP ", gzip.compress(b"news")),
        ("gzip", gzip.compress(b"ne") + gzip.compress(b"ws")),
        ("gzip", gzip.compress(b"news") + b"\0" * 8),
        ("deflate", zlib.compress(b"news")),
        ("deflate", zlib.compress(b"news")[2:-4]),
        ("identity", b"news"),
        ("", b"news"),
    ],
)
async def test_packed_bodies_are_unpacked(site: Site, web: Web, encoding: str, body: bytes) -> None:
    """Bodies of gzip in several pieces or with padding, of deflate in both its forms, and not packed."""
    site.answers["/a"] = ok(body, f"Content-Encoding: {encoding}")
    assert (await web.fetch(site.url("/a"))).body == b"news"


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("br", b"news", "is packed as 'br', which was not asked for"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"news")), "is packed as 'gzip, gzip'"),
        ("x" * 900, b"news", "is packed as 'xxx"),
        ("gzip", b"news", "cannot be unpacked"),
        ("deflate", b"news", "cannot be unpacked"),
        ("gzip", gzip.compress(b"news")[:-9], "ends too early"),
        ("gzip", gzip.compress(b"news")[:-8] + b"damaged!", "cannot be unpacked"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_told(
    site: Site, web: Web, encoding: str, body: bytes, reason: str
) -> None:
    """Half an article, or rubbish, is never taken for one."""
    site.answers["/a"] = ok(body, f"Content-Encoding: {encoding}")
    line = await failure(web, site.url("/a"))
    assert reason in line
    assert "127.0.0.1" in line


async def test_an_empty_body_needs_no_packing(site: Site, web: Web) -> None:
    """Some servers say gzip and send nothing."""
    site.answers["/a"] = ok(b"", "Content-Encoding: gzip")
    assert (await web.fetch(site.url("/a"))).body == b""


@pytest.mark.parametrize("packed", [False, True])
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(
    site: Site, web: Web, *, packed: bool
) -> None:
    """The very limit is fetched, one byte more is not, packed or not."""
    for size in (SMALL.size, SMALL.size + 1):
        body = b"x" * size
        headers = ["Content-Encoding: gzip"] if packed else []
        site.answers[f"/{size}"] = ok(gzip.compress(body) if packed else body, *headers)
    assert len((await web.fetch(site.url(f"/{SMALL.size}"))).body) == SMALL.size
    assert "is larger than 0.05 MB" in await failure(web, site.url(f"/{SMALL.size + 1}"))


@pytest.mark.parametrize("levels", [1, 2])
async def test_a_bomb_takes_no_more_room_than_the_limit(site: Site, web: Web, levels: int) -> None:
    """A hundred megabytes in a few bytes are stopped at the limit."""
    packing = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packing.compress(bytes(1_000_000)) for _ in range(100)) + packing.flush()
    for _ in range(levels - 1):
        bomb = gzip.compress(bomb + bytes(100_000))
    site.answers["/a"] = ok(bomb, "Content-Encoding: gzip")
    site.answers["/b"] = ok(b"news")
    await web.fetch(site.url("/b"))
    tracemalloc.start()
    assert "is larger than" in await failure(web, site.url("/a"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


async def test_an_endless_body_is_stopped(site: Site, web: Web) -> None:
    """A server that never stops sending is left at the limit, with or without chunks."""

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(answer("200 OK"))
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    site.answers["/a"] = endless
    assert "is larger than" in await failure(web, site.url("/a"))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (answer("200 OK", "Content-Length: 9", body=b"news"), "broke off or did not answer in HTTP"),
        (answer("200 OK", "Content-Length: -4", body=b"news"), "did not answer in HTTP"),
        (answer("200 OK", "Content-Length: 4", "Content-Length: 5", body=b"news"), "did not answer in HTTP"),
        (answer("200 OK", "Content-Length: 9" + "9" * 30, body=b"news"), "did not answer in HTTP"),
        (answer("200 OK", "Transfer-Encoding: chunked", body=b"4\r\nnews\r\n"), "broke off"),
        (answer("200 OK", "Transfer-Encoding: chunked", body=b"x\r\nnews\r\n"), "did not answer in HTTP"),
        (answer("200 OK", "Transfer-Encoding: gzip", body=b"news"), "did not answer in HTTP"),
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "broke off"),
        (b"HTTP/1.1 99 OK\r\n\r\n", "did not answer in HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "did not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\nbroken header\r\n\r\n", "did not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 50_000 + b"\r\n", "did not answer in HTTP"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "did not answer in HTTP"),
        (b"<html>news</html>\n\n", "did not answer in HTTP"),
        (b"\x00\xff" * 500, "did not answer in HTTP"),
    ],
)
async def test_an_answer_that_is_not_http_or_not_whole_is_told(
    site: Site, web: Web, raw: bytes, reason: str
) -> None:
    """A body that is shorter than it says is not taken for the whole, and rubbish is not taken for a page."""
    site.answers["/a"] = raw
    line = await failure(web, site.url("/a"))
    assert reason in line
    assert site.url("/a") in line


async def test_what_follows_the_length_that_was_said_is_not_read(site: Site, web: Web) -> None:
    """A length that is too small cuts the body there; the rest is not the next answer."""
    site.answers["/a"] = answer("200 OK", "Content-Length: 4", body=b"newsHTTP/1.1 200 OK\r\n\r\nfalse")
    site.answers["/b"] = ok(b"other")
    assert (await web.fetch(site.url("/a"))).body == b"news"
    assert (await web.fetch(site.url("/b"))).body == b"other"


@pytest.mark.parametrize(
    "serve",
    [
        hang,
        slowly(b"HTTP/1.1 200 OK\r\n", b"Content-Length: 4\r\n\r\nnews", pause=60),
        slowly(*(bytes([byte]) for byte in ok(b"news" * 20)), pause=0.02),
        slowly(answer("200 OK"), *([b"x"] * 100), pause=0.05),
        slowly(answer("200 OK", "Transfer-Encoding: chunked"), *([b"1\r\nx\r\n"] * 100), pause=0.05),
        slowly(*([b"HTTP/1.1 100 Continue\r\n\r\n"] * 100), pause=0.05),
    ],
    ids=["silence", "half the headers", "headers by bytes", "body by bytes", "chunks", "interim answers"],
)
async def test_a_slow_server_is_left_in_time(site: Site, web: Web, serve: Serve) -> None:
    """However little by little it sends, the time in all is what the limit says."""
    site.answers["/b"] = ok(b"news")
    await web.fetch(site.url("/b"))
    site.answers["/a"] = serve
    began = time.monotonic()
    line = await failure(web, site.url("/a"))
    assert time.monotonic() - began < SMALL.seconds + 0.3
    assert "127.0.0.1 did not answer in full in 0." in line


async def test_the_time_of_redirects_is_counted_together(site: Site, web: Web) -> None:
    """Each is in time by itself, and all of them are not."""
    for number in range(5):
        site.answers[f"/{number}"] = slowly(b"", redirect(302, f"/{number + 1}"), pause=0.2)
    assert "did not answer in full" in await failure(web, site.url("/0"))
    assert len(site.targets) < 5


async def test_a_host_where_nobody_listens_is_told(web: Web) -> None:
    """The line names the host."""
    async with Site() as gone:
        pass
    assert "127.0.0.1 takes no connection on port" in await failure(web, gone.url("/a"))


async def test_a_name_that_nobody_knows_is_told() -> None:
    """The line names the host."""
    async with Web(private=True, pause=0, resolve=Names({})) as web:
        assert "no host is known as news.example" in await failure(web, "https://news.example/a")


async def test_a_look_up_that_hangs_is_left_in_time() -> None:
    """The seconds to connect hold for finding the host too."""

    async def resolve(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    async with Web(private=True, pause=0, limits=SMALL, resolve=resolve) as web:
        assert "news.example did not answer in 0.3 s" in await failure(web, "https://news.example/a")


async def test_a_secure_page_is_fetched_from_whom_the_certificate_names(tls: ssl.SSLContext) -> None:
    """The certificate is checked for the name in the address, though an IP address is connected to."""
    names = Names({"news.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    async with Site({"/a": ok(b"news")}, tls=tls) as site:
        async with Web(private=True, pause=0, limits=SMALL, resolve=names, tls=trusting()) as web:
            assert (await web.fetch(site.url("/a", "news.example"))).body == b"news"
            for host in ("other.example", "127.0.0.1"):
                line = await failure(web, site.url("/a", host))
                assert f"the certificate of {host} is not good" in line
        assert site.targets == ["/a"]


async def test_a_certificate_that_nobody_vouches_for_is_told(tls: ssl.SSLContext) -> None:
    """By default only the usual authorities are trusted."""
    names = Names({"news.example": [["127.0.0.1"]]})
    async with Site(tls=tls) as site, Web(private=True, pause=0, resolve=names) as web:
        line = await failure(web, site.url("/a", "news.example"))
    assert "the certificate of news.example is not good (self" in line


async def test_a_server_that_does_not_speak_tls_is_told(site: Site, web: Web) -> None:
    """An https address where only http is answered is one line."""
    line = await failure(web, site.url("/a").replace("http", "https"))
    assert "127.0.0.1" in line


async def test_a_handshake_that_hangs_is_left_in_time(web: Web) -> None:
    """A server that takes the connection and says nothing costs the seconds to connect."""

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await asyncio.sleep(1)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert "did not answer in full in 0.3 s" in await failure(web, f"https://127.0.0.1:{port}/")
        task = asyncio.create_task(web.fetch(f"https://localhost:{port}/"))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(1)


async def test_a_fetch_that_is_cancelled_leaves_nothing_open(site: Site, web: Web) -> None:
    """The connection closes, and the next fetch of the host goes on."""
    site.answers["/a"] = hang
    site.answers["/b"] = ok(b"news")
    await web.fetch(site.url("/b"))
    task = asyncio.create_task(web.fetch(site.url("/a")))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await web.fetch(site.url("/b"))).body == b"news"


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("86401", 86_400),
        ("9" * 5_000, 86_400),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0),
        ("Sat, 01 Jan 2000 00:00:00", 0),
        ("-5", None),
        ("soon", None),
        ("Sat, 99 Jan 99999 00:00:00 GMT", None),
        ("²", None),
    ],
)
async def test_a_busy_host_says_for_how_long(
    site: Site, web: Web, status: int, given: str, seconds: float | None
) -> None:
    """Both forms of Retry-After are read, up to a day; what is neither is none."""
    site.answers["/a"] = answer(f"{status} Busy", f"Retry-After: {given}", "Content-Length: 0")
    assert (await web.fetch(site.url("/a"))).retry_after == seconds


async def test_a_busy_host_may_name_the_moment(site: Site, web: Web) -> None:
    """A date is turned into the seconds until then; of other statuses the header is not read."""
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    site.answers["/a"] = answer("404 Not Found", f"Retry-After: {moment}")
    assert (await web.fetch(site.url("/a"))).retry_after is None
    site.answers["/a"] = answer("503 Busy", f"Retry-After: {moment}")
    seconds = (await web.fetch(site.url("/a"))).retry_after
    assert seconds is not None
    assert 90 < seconds <= 100


async def test_a_small_limit_does_not_close_a_site(site: Site) -> None:
    """A robots.txt that is longer than a body may be is read as far as it fits."""
    site.answers["/robots.txt"] = ok(b"User-agent: *\nDisallow: /b\n" + b"#" * 5_000)
    site.answers["/a"] = ok(b"news")
    async with Web(private=True, pause=0, limits=Limits(size=1_000)) as web:
        assert (await web.fetch(site.url("/a"))).body == b"news"
        assert "does not let programs read" in await failure(web, site.url("/b"))


RAW = st.binary(max_size=300) | st.tuples(
    st.sampled_from(
        [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 302 A\r\nLocation: ", b"HTTP/1.1 503 A\r\nRetry-After: "]
    ),
    st.binary(max_size=100),
).map(b"".join)


@settings(max_examples=60, deadline=None)
@given(RAW)
def test_no_bytes_of_a_server_break_a_fetch(raw: bytes) -> None:
    """Whatever is answered, there is a page or one line."""

    async def fetch() -> None:
        async with Site({"/a": raw}) as site, Web(private=True, pause=0, limits=SMALL) as web:
            with contextlib.suppress(FetchError):
                assert isinstance(await web.fetch(site.url("/a")), Fetched)

    asyncio.run(fetch())


@given(
    st.binary(max_size=2_000),
    st.sampled_from(["gzip", "deflate", ""]),
    st.integers(1, 50),
    st.integers(0, 2_500),
)
def test_a_body_is_the_same_however_it_is_cut(content: bytes, encoding: str, piece: int, limit: int) -> None:
    """Pieces of any size give the whole content, or no more than the limit of it."""
    packed = {"gzip": gzip.compress(content), "deflate": zlib.compress(content), "": content}[encoding]
    body = Body(encoding, limit)
    try:
        for start in range(0, len(packed), piece):
            body.add(packed[start : start + piece])
    except TooLarge:
        assert len(content) > limit
        assert bytes(body.content) == content[:limit]
    else:
        assert body.finish() == content
        assert len(content) <= limit


@pytest.mark.parametrize(
    ("encoding", "start", "nothing"),
    [
        ("gzip", b"", gzip.compress(b"")),
        ("gzip", gzip.compress(b"news"), b"\0" * 20),
        ("gzip", gzip.compress(b"news", 0)[:10], b"\0\0\0\xff\xff"),
        ("deflate", zlib.compress(b"")[:2], b"\0\0\0\xff\xff"),
    ],
    ids=["empty parts", "padding", "empty blocks", "empty blocks of deflate"],
)
def test_an_endless_body_that_gives_nothing_is_stopped(encoding: str, start: bytes, nothing: bytes) -> None:
    """What is received counts too, so that nothing may go on for ever."""
    body = Body(encoding, 1_000_000)
    body.add(start or nothing)
    began, piece = time.process_time(), nothing * 3_000

    def fill() -> None:
        for _ in range(1_500_000 // len(piece)):
            body.add(piece)

    with pytest.raises((TooLarge, Damaged)):
        fill()
    assert time.process_time() - began < 3


def test_parts_of_a_gzip_may_be_many() -> None:
    """Hundreds of parts, as some servers pack what they add to, are one body."""
    body = Body("gzip", 1_000_000)
    for number in range(900):
        body.add(gzip.compress(f"line {number}\n".encode()))
    assert body.finish().count(b"\n") == 900


@given(st.binary(max_size=500), st.sampled_from(["gzip", "deflate"]))
def test_no_bytes_break_the_unpacking(raw: bytes, encoding: str) -> None:
    """Anything that is called packed is unpacked within the limit, or damaged."""
    body = Body(encoding, 1_000)
    with contextlib.suppress(Damaged, TooLarge):
        body.add(raw)
        body.finish()
    assert len(body.content) <= 1_000
