from __future__ import annotations

import gzip
import io
import socket
import time
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import feedparser
import httpx
import pytest
from lxml import etree
from news_site import bombs
from news_site.false_replies import ENTITY_PATH
from news_site.sending import GARBAGE
from news_site.site import NewsSite

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with one page."""
    with NewsSite() as opened:
        opened.publish("/a", title="Порт", text="Сорок суден.", boilerplate=False)
        yield opened


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client that follows no redirects."""
    with httpx.Client(trust_env=False, timeout=5) as opened:
        yield opened


def raw(site: NewsSite, path: str = "/a", *, most: int = 1 << 30, seconds: float = 5) -> bytes:
    """The bytes that come back: until the site closes, or so many, or for so long without another."""
    received = io.BytesIO()
    with socket.create_connection((site.host, site.port), timeout=seconds) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while received.tell() < most:
            try:
                piece = line.recv(1 << 16)
            except TimeoutError:
                break
            if not piece:
                break
            received.write(piece)
    return received.getvalue()


def length_and_body(answer: bytes) -> tuple[int, bytes]:
    """What an answer promises and what it sends."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]), body


def test_a_slow_body_comes_byte_by_byte(site: NewsSite) -> None:
    """The head comes at once and whole, the body so many seconds a byte, and it ends well."""
    site.serve("/slow", b"12345678", "text/plain")
    site.fault("/slow", "slow", seconds=0.05)
    with socket.create_connection((site.host, site.port), timeout=5) as line:
        line.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
        began = time.monotonic()
        assert line.recv(1 << 16).partition(b"\r\n\r\n")[2] in {b"", b"1"}
        body = b"".join(iter(lambda: line.recv(1 << 16), b""))
    assert body.endswith(b"2345678")
    assert 0.35 < time.monotonic() - began < 3


def test_a_slow_head_comes_byte_by_byte_too(site: NewsSite) -> None:
    """In a fifth of a second, no more than its first bytes have come."""
    site.fault("/a", "slow head", seconds=0.02)
    with socket.create_connection((site.host, site.port), timeout=5) as line:
        line.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        time.sleep(0.2)
        assert len(line.recv(1 << 16)) <= 11


def test_a_hanging_request_is_never_answered(site: NewsSite) -> None:
    """It is taken, noted without a status, and let go when the caller gives up; other paths answer."""
    site.fault("/a", "hang")
    assert raw(site, seconds=0.3) == b""
    assert site.requests[-1].status is None
    site.wait_for("/a")
    assert raw(site, "/b").startswith(b"HTTP/1.1 404")


def test_a_delayed_answer_is_fair(site: NewsSite, client: httpx.Client) -> None:
    """It comes after so many seconds, and conditions hold."""
    etag = client.get(site.url("/a")).headers["etag"]
    site.fault("/a", "delay", seconds=0.3)
    began = time.monotonic()
    assert client.get(site.url("/a"), headers={"If-None-Match": etag}).status_code == 304
    assert 0.3 <= time.monotonic() - began < 2


def test_a_dropped_answer_ends_in_the_middle(site: NewsSite, client: httpx.Client) -> None:
    """Half of the promised body comes; or, dropped before it, nothing at all."""
    site.fault("/a", "drop", times=2)
    length, body = length_and_body(raw(site))
    assert len(body) == length // 2
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        client.get(site.url("/a"))
    site.fault("/a", "drop before", times=1)
    assert raw(site) == b""
    assert client.get(site.url("/a")).is_success


def test_garbage_is_no_http(site: NewsSite, client: httpx.Client) -> None:
    """What comes back is no status line by any reading."""
    site.fault("/a", "garbage")
    assert raw(site) == GARBAGE
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(site.url("/a"))


def test_a_gzip_bomb_is_ten_gigabytes_in_ten_megabytes(site: NewsSite) -> None:
    """Its length is the one promised, a thousandth of what it unpacks to, and it is made without memory."""
    site.fault("/a", "gzip bomb")
    tracemalloc.start()
    answer = raw(site, most=1 << 18)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    length, body = length_and_body(answer)
    assert b"\r\nContent-Encoding: gzip\r\n" in answer
    assert 9_000_000 < length < 12_000_000
    assert bombs.gzip_zeros_length(10 << 30) == length
    assert peak < 5_000_000
    unpacked = zlib.decompressobj(wbits=31).decompress(body, 100 << 20)
    assert len(unpacked) == 100 << 20


@pytest.mark.parametrize("mebibytes", [1, 2, 64, 65, 67])
def test_a_gzip_bomb_is_a_sound_file(mebibytes: int) -> None:
    """Unpacked to the end, it has the checksum and the size that it says, in one member."""
    packed = b"".join(bombs.gzip_zeros(mebibytes << 20))
    assert len(packed) == bombs.gzip_zeros_length(mebibytes << 20)
    assert gzip.decompress(packed) == bytes(mebibytes << 20)
    assert packed.count(b"\x1f\x8b\x08") == 1


def test_a_bomb_of_any_size_unpacks_in_the_client(site: NewsSite, client: httpx.Client) -> None:
    """A client without a limit takes a small one for an ordinary page."""
    site.fault("/a", "gzip bomb", size=3 << 20)
    assert client.get(site.url("/a")).content == bytes(3 << 20)


@pytest.mark.parametrize(("kind", "off"), [("length too long", 1_000), ("length too short", -100)])
def test_a_length_may_lie(site: NewsSite, kind: Any, off: int) -> None:
    """The promise is more, or less, than what comes; the body itself is whole."""
    site.fault("/a", kind, size=abs(off))
    length, body = length_and_body(raw(site))
    assert length == len(body) + off
    assert body.endswith(b"</html>\n")


@pytest.mark.parametrize("kind", ["endless", "endless head"])
def test_an_endless_answer_goes_on(site: NewsSite, kind: Any) -> None:
    """Megabytes come, and none is the last; the head ends, or does not."""
    site.fault("/a", kind)
    answer = raw(site, most=5 << 20)
    assert len(answer) >= 5 << 20
    assert (b"\r\n\r\n" in answer) == (kind == "endless")


def test_an_eager_reader_of_an_endless_answer_holds_up_nobody(site: NewsSite, client: httpx.Client) -> None:
    """While one takes all it can get, others are answered at once."""
    site.fault("/endless", "endless")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(raw, site, "/endless", most=200 << 20)
        site.wait_for("/endless")
        began = time.monotonic()
        assert client.get(site.url("/a")).is_success
        assert time.monotonic() - began < 1
        reading.result()


def test_a_chunked_answer_is_the_same_page(site: NewsSite, client: httpx.Client) -> None:
    """Chunks are no fault: the client puts them together, without a length in the head."""
    fair = client.get(site.url("/a")).content
    site.fault("/a", "chunked")
    reply = client.get(site.url("/a"))
    assert (reply.headers["transfer-encoding"], reply.content) == ("chunked", fair)
    assert "content-length" not in reply.headers


@pytest.mark.parametrize("kind", ["loop", "chain"])
def test_redirects_without_an_end(site: NewsSite, client: httpx.Client, kind: Any) -> None:
    """A loop comes back to one address, a chain to another each time; a client gives up."""
    site.fault("/a", kind)
    with pytest.raises(httpx.TooManyRedirects):
        client.get(site.url("/a"), follow_redirects=True)
    assert site.asked("/a") == len(site.requests) > 10
    assert len({one.path for one in site.requests}) == (1 if kind == "loop" else len(site.requests))


@pytest.mark.parametrize(
    ("kind", "where"), [("to file", "file:///etc/passwd"), ("to metadata", "http://169.254.169.254/")]
)
def test_redirects_to_where_nobody_should_go(
    site: NewsSite, client: httpx.Client, kind: Any, where: str
) -> None:
    """They lead to a file of the machine, and to its provider's metadata."""
    site.fault("/a", kind)
    reply = client.get(site.url("/a"))
    assert reply.status_code == 302
    assert reply.headers["location"].startswith(where)


@pytest.mark.parametrize("kind", ["429", "503", "500"])
def test_errors(site: NewsSite, client: httpx.Client, kind: Any) -> None:
    """The status is the fault's name, so many times, whatever the caller has already."""
    etag = client.get(site.url("/a")).headers["etag"]
    site.fault("/a", kind, times=2)
    known = {"If-None-Match": etag}
    codes = [client.get(site.url("/a"), headers=known).status_code for _ in range(3)]
    assert codes == [int(kind), int(kind), 304]
    assert [one.status for one in site.requests[1:]] == codes


@pytest.mark.parametrize("when", [7, "Wed, 21 Oct 2065 07:28:00 GMT", None])
@pytest.mark.parametrize("kind", ["429", "503"])
def test_errors_say_when_to_come_back(
    site: NewsSite, client: httpx.Client, kind: Any, when: int | str | None
) -> None:
    """In seconds, by a date, or not at all."""
    site.fault("/a", kind, retry_after=when)
    assert client.get(site.url("/a")).headers.get("retry-after") == (None if when is None else str(when))


def test_a_charset_may_be_wrong(site: NewsSite, client: httpx.Client) -> None:
    """The header says utf-8, the bytes are windows-1251."""
    site.fault("/a", "wrong charset")
    reply = client.get(site.url("/a"))
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "Сорок суден." in reply.content.decode("windows-1251")
    with pytest.raises(UnicodeDecodeError):
        reply.content.decode()


def test_an_entity_bomb_grows_by_ten_each_level(site: NewsSite, client: httpx.Client) -> None:
    """A small one unfolds to what it says; the usual one is of a few kilobytes, and a parser refuses it."""
    site.fault("/a", "entity bomb", size=4, times=1)
    small = etree.fromstring(
        client.get(site.url("/a")).content, etree.XMLParser(resolve_entities=True, huge_tree=True)
    )
    assert small.findtext("channel/title") == "laugh" * 1_000
    site.fault("/a", "entity bomb")
    usual = client.get(site.url("/a"))
    assert usual.headers["content-type"].startswith("application/rss+xml")
    assert len(usual.content) < 3_000
    with pytest.raises(etree.XMLSyntaxError, match=r"[Ee]ntity|amplification"):
        etree.fromstring(usual.content, etree.XMLParser(resolve_entities=True))


def test_an_external_entity_tells_who_followed_it(site: NewsSite, client: httpx.Client) -> None:
    """It names a file and an address of the site; a parser that follows nothing asks for nothing."""
    site.fault("/a", "external entity")
    feed = client.get(site.url("/a")).content
    assert b'SYSTEM "file:///etc/passwd"' in feed
    assert f'SYSTEM "{site.url(ENTITY_PATH)}"'.encode() in feed
    feedparser.parse(feed)
    assert site.asked(ENTITY_PATH) == 0


def test_a_deep_page_is_as_deep_as_it_says(site: NewsSite, client: httpx.Client) -> None:
    """A hundred thousand elements within each other, unless told otherwise."""
    site.fault("/a", "deep")
    page = client.get(site.url("/a")).content
    assert page.count(b"<div>") == page.count(b"</div>") == 100_000
    assert page.index(b"At the bottom.") > page.rindex(b"<div>")


def test_headers_may_be_huge_or_many(site: NewsSite, client: httpx.Client) -> None:
    """One line of a mebibyte, or ten thousand lines; smaller ones a client takes for sound."""
    site.fault("/a", "huge header", times=1)
    assert max(map(len, raw(site).split(b"\r\n"))) > 1 << 20
    site.fault("/a", "many headers", times=1)
    assert raw(site).count(b"\r\nX-Many-") == 10_000
    site.fault("/a", "many headers", size=20)
    assert client.get(site.url("/a")).headers["x-many-19"] == "x"


def test_a_site_may_ignore_conditions(site: NewsSite, client: httpx.Client) -> None:
    """The whole page comes to a caller who has it."""
    etag = client.get(site.url("/a")).headers["etag"]
    site.fault("/a", "unconditional")
    reply = client.get(site.url("/a"), headers={"If-None-Match": etag})
    assert (reply.status_code, reply.headers["etag"]) == (200, etag)


def test_faults_come_in_turn_and_end(site: NewsSite, client: httpx.Client) -> None:
    """A path's own come before those of the whole site, in the order asked for, until they are mended."""
    site.fault("*", "500")
    site.fault("/a", "503", times=1)
    site.fault("/a", "429", times=2)

    def codes(*paths: str) -> list[int]:
        return [client.get(site.url(path)).status_code for path in paths]

    assert codes("/a", "/b", "/a?x=1", "/a", "/a") == [503, 500, 429, 429, 500]
    site.fault("/a", "503")
    assert codes("/a", "/a") == [503, 503]
    site.mend("/a")
    assert codes("/a", "/b") == [500, 500]
    site.mend()
    assert codes("/a", "/b") == [200, 404]


def test_a_fault_that_is_none_is_refused(site: NewsSite) -> None:
    """A kind that does not exist, and one that would never happen, are told at once."""
    unknown: Any = "earthquake"
    with pytest.raises(ValueError, match="no such fault: 'earthquake'; use one of"):
        site.fault("/a", unknown)
    with pytest.raises(ValueError, match="at least once, not 0 times"):
        site.fault("/a", "500", times=0)


def test_a_failure_of_the_site_itself_is_told() -> None:
    """An answer that cannot be rendered does not pass for a dropped connection: closing raises."""
    site = NewsSite()
    site.start()
    site.feed("/feed", pages=["/never"])
    assert raw(site, "/feed") == b""
    with pytest.raises(RuntimeError, match="failed to answer: KeyError"):
        site.stop()
