"""Sites that lead us to where nobody may look, or send what never ends: we ask nobody else, and let go."""

from __future__ import annotations

import asyncio
import gzip
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Names, Site, answer, ok, redirect
from news_site import bombs

from index.errors import FetchError
from index.web.fetching import Limits, Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SMALL = Limits(size=100_000, seconds=1.5, patience=0.5, redirects=5)
PASSWORDS = "file:///etc/passwd"
METADATA = "169.254.169.254"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site that a stranger runs."""
    async with Site() as opened:
        yield opened


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """The web as it is, but that the stranger's site counts as public."""
    names = Names({"evil.example": [["127.0.0.1"]]})
    async with Web(pause=0, limits=SMALL, resolve=names, public=lambda ip: ip == "127.0.0.1") as opened:
        yield opened


@pytest.mark.parametrize(
    "address",
    [
        *(
            PASSWORDS,
            "ftp://evil.example/",
            "gopher://evil.example/",
            "data:text/html,x",
            "javascript:alert(1)",
        ),
        *("http://127.0.0.1/", "http://localhost/", "http://a.localhost/", "http://127.1/", "http://0/"),
        *(
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
        ),
        *(
            "http://127.0.0.1./",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
        ),
        *(
            "http://[64:ff9b::7f00:1]/",
            "http://[fe80::1%25eth0]/",
            "http://[fc00::1]/",
            "http://[2002:7f00:1::]/",
        ),
        *(
            f"http://{METADATA}/latest/meta-data/",
            "http://[::ffff:169.254.169.254]/",
            "http://168.63.129.16/",
        ),
        *(
            "http://10.0.0.1/",
            "http://172.16.0.1/",
            "http://192.168.0.1/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
        ),
        *(
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://\uff11\uff12\uff17.0.0.1/",
            "http://①②⑦.⓪.⓪.①/",
        ),
        *(
            "http://gull.example@127.0.0.1/",
            "http://user:pass@evil.example/",
            "http://127.0.0.1\\@evil.example/",
        ),
        *(
            "http://127.0.0.1#@evil.example/",
            "http://127.0.0.1%2523@evil.example/",
            "http://127\u30020\u30020\u30021/",
        ),
        *(
            "http://evil.example:0/",
            "http://evil.example:99999/",
            "http://evil.example:22a/",
            "http:///x",
            "http://",
        ),
        *(
            "http://evil.example/\r\nHost: other",
            "http://evil.example/\x00",
            "http://a b/",
            "http://" + "a" * 5000,
        ),
        *("\\\\evil.example\\share", "//127.0.0.1/", "/etc/passwd", "unix:///run/docker.sock", "http://[::1"),
    ],
)
async def test_address_that_is_not_asked(address: str) -> None:
    """An address in some spelling of this machine, its network or a file: nothing is even looked up."""
    names = Names({})
    async with Web(pause=0, limits=SMALL, resolve=names) as web:
        with pytest.raises(FetchError):
            await web.fetch(address)
    assert names.looked_up == []


@pytest.mark.parametrize(
    "ips",
    [
        *(
            ["127.0.0.1"],
            [METADATA],
            ["10.1.2.3"],
            ["::1"],
            ["::ffff:127.0.0.1"],
            ["fe80::1%eth0"],
            ["0.0.0.1"],
        ),
        *(["fd00::1"], ["224.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["64:ff9b::a00:1"], ["not an address"], []),
    ],
    ids=str,
)
async def test_name_that_leads_inside(site: Site, ips: list[str]) -> None:
    """A public name leads to an IP address inside: nothing is connected to."""
    async with Web(pause=0, limits=SMALL, resolve=Names({"evil.example": [ips]})) as web:
        with pytest.raises(FetchError):
            await web.fetch(f"http://evil.example:{site.port}/")
    assert site.connections == 0


async def test_name_that_changes_its_mind(site: Site) -> None:
    """A name is public when it is first looked up and leads inside afterwards: it is not connected to."""
    names = Names({"evil.example": [["127.0.0.1"], ["127.0.0.2"]]})
    async with Web(pause=0, limits=SMALL, resolve=names, public=lambda ip: ip == "127.0.0.1") as web:
        with pytest.raises(FetchError, match="not on the public web"):
            await web.fetch(site.url(host="evil.example"))
    assert site.targets == []


@pytest.mark.parametrize(
    "location",
    [
        *(
            PASSWORDS,
            f"http://{METADATA}/latest/meta-data/",
            "http://[::1]/",
            "http://10.0.0.1/",
            "//192.168.0.1/",
        ),
        *(
            "http://2130706434/",
            "data:text/html,x",
            "javascript:alert(1)",
            "ftp://evil.example/",
            "http://u:p@evil.example/",
        ),
        *("", " ", "http://", "http://[", "http://evil.example:0/", "http://localhost/"),
    ],
)
async def test_redirect_that_leads_inside(web: Web, site: Site, location: str) -> None:
    """A page redirects to a file, to a cloud's metadata or into a network: nobody is asked there."""
    site.answers["/"] = redirect(302, location)
    with pytest.raises(FetchError):
        await web.fetch(site.url(host="evil.example"))
    assert site.targets == ["/"]


@pytest.mark.parametrize("target", ["/circle", "/on?1"])
async def test_redirect_without_end(web: Web, site: Site, target: str) -> None:
    """Redirects go round in a circle, or on and on: they are followed five times at most."""
    site.answers["/circle"] = redirect(301, "/circle")
    site.answers |= {f"/on?{number}": redirect(302, f"/on?{number + 1}") for number in range(1, 20)}
    with pytest.raises(FetchError):
        await web.fetch(site.url(target, host="evil.example"))
    assert len(site.targets) <= 6


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(answer("200 OK", "Content-Type: text/html"))
    while True:
        writer.write(bytes(10_000))
        await writer.drain()
        await asyncio.sleep(0)


async def _slow_body(writer: asyncio.StreamWriter) -> None:
    writer.write(answer("200 OK", "Content-Length: 90000"))
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.2)


async def _slow_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.2)


async def _silent(writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    await asyncio.sleep(30)


async def _interim(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0)


PACKED = "Content-Encoding: gzip"


@pytest.mark.parametrize(
    "served",
    [
        pytest.param(_endless, id="an endless body"),
        pytest.param(_slow_body, id="a byte now and then"),
        pytest.param(_slow_head, id="a header now and then"),
        pytest.param(_silent, id="silence"),
        pytest.param(_interim, id="interim answers without end"),
        pytest.param(ok(b"".join(bombs.gzip_zeros(1 << 30)), PACKED), id="a gigabyte in a megabyte"),
        pytest.param(ok(gzip.compress(b"") * 60_000, PACKED), id="sixty thousand empty parts"),
        pytest.param(ok(gzip.compress(b"x" * 5000)[:-9], PACKED), id="a gzip cut off"),
        pytest.param(ok(b"x", "Content-Encoding: br"), id="packed as brotli"),
        pytest.param(ok(b"x", "Content-Encoding: gzip, gzip, gzip"), id="packed three times"),
        pytest.param(ok(b"x", "Content-Encoding: zstd"), id="packed as zstd"),
        pytest.param(answer("200 OK", "Content-Length: 99999999999", body=b"x"), id="a length that is none"),
        pytest.param(answer("200 OK", "Content-Length: -1", body=b"x"), id="a negative length"),
        pytest.param(
            answer("200 OK", "Transfer-Encoding: chunked", body=b"fffffffffffffffff\r\nx"),
            id="a chunk without end",
        ),
        pytest.param(answer("200 OK", "X: " + "y" * 500_000, body=b"x"), id="a huge header"),
        pytest.param(answer("200 OK", *["X: y"] * 100_000, body=b"x"), id="a hundred thousand headers"),
        pytest.param(b"\x00" * 100_000, id="no HTTP"),
        pytest.param(b"HTTP/1.1 " + b"9" * 5000 + b" OK\r\n\r\n", id="a status that is none"),
        pytest.param(ok(b"y" * 100_001), id="a byte more than fits"),
    ],
)
async def test_answer_that_is_none(web: Web, site: Site, served: Any) -> None:
    """A page is endless, slow, packed to burst or no HTTP: it is let go of in time, and the next is read."""
    site.answers |= {"/": served, "/good": ok(b"Good.")}
    begun, busy = time.monotonic(), time.process_time()
    with pytest.raises(FetchError):
        await web.fetch(site.url(host="evil.example"))
    assert time.monotonic() - begun < 5
    assert time.process_time() - busy < 3
    assert (await web.fetch(site.url("/good", host="evil.example"))).body == b"Good."


@pytest.mark.parametrize(
    "served",
    [_endless, _slow_body, ok(b"".join(bombs.gzip_zeros(1 << 28)), PACKED), ok(b"Disallow: " * 100_000)],
)
async def test_robots_that_never_ends(web: Web, site: Site, served: Any) -> None:
    """A robots.txt is endless, slow or packed to burst: the page's time is not all lost on it."""
    site.answers |= {"/robots.txt": served, "/": ok(b"Good.")}
    begun = time.monotonic()
    with suppress(FetchError):
        await web.fetch(site.url(host="evil.example"))
    assert time.monotonic() - begun < 5
