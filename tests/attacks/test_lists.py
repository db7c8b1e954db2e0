"""Feeds, sitemaps and lists that are bombs, or that name what lies inside: nothing of it is read or asked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from loopback import Names
from news_site import bombs

from index.errors import DatelineError, FetchError
from index.reading.feed import read_feed
from index.reading.kind import kind_of
from index.reading.opml import read_opml
from index.reading.sitemap import read_sitemap
from index.web.fetching import Web

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORDS = "file:///etc/passwd"
METADATA = "169.254.169.254"


def feed(raw: bytes) -> Any:
    """A feed of the stranger's."""
    return read_feed(raw, "http://evil.example/feed")


def sitemap(raw: bytes) -> Any:
    """A sitemap of the stranger's."""
    return read_sitemap(raw, "http://evil.example/map")


def opml(raw: bytes) -> Any:
    """A list of the stranger's."""
    return read_opml(raw, "list.opml")


@pytest.mark.parametrize("door", [feed, sitemap, opml, kind_of])
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(bombs.entity_bomb(12), id="billion laughs"),
        pytest.param(bombs.external_entities(PASSWORDS, f"http://{METADATA}/"), id="external entities"),
        pytest.param(
            b"<!DOCTYPE a [<!ENTITY % x SYSTEM 'file:///etc/passwd'> %x;]><rss><channel/></rss>",
            id="a parameter",
        ),
        pytest.param(
            b"<!DOCTYPE rss SYSTEM 'http://127.0.0.1/x.dtd'><rss><channel/></rss>", id="a DTD elsewhere"
        ),
        pytest.param(
            b"<rss xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd' parse='text'/>",
            id="XInclude",
        ),
        pytest.param(
            b"<?xml-stylesheet href='file:///etc/passwd'?><rss><channel><title>x</title>", id="a style sheet"
        ),
        pytest.param(b"<rss>" + b"<channel>" * 100_000, id="deep"),
        pytest.param(b"<rss " + b"a='b' " * 100_000 + b">", id="a hundred thousand attributes"),
        pytest.param(b"<rss>" + b"<![CDATA[" * 100_000, id="CDATA without end"),
        pytest.param(b"<rss>" + b"<!--" * 200_000, id="comments without end"),
        pytest.param(b"<" * 1_000_000, id="openings without end"),
        pytest.param(b"<rss>&#x" + b"f" * 500_000, id="a letter without end"),
        pytest.param("<rss>\ud800</rss>".encode("utf-8", "surrogatepass"), id="half a letter"),
        pytest.param(b"<?xml version='1.0' encoding='utf-7'?><rss/>", id="UTF-7"),
        pytest.param(b"<?xml version='1.0' encoding='" + b"x" * 100_000 + b"'?><rss/>", id="a huge encoding"),
        pytest.param(b"".join(bombs.gzip_zeros(1 << 28)), id="a gzip of zeros"),
        pytest.param(b"\x00" * 1_000_000, id="a megabyte of nothing"),
    ],
)
def test_hostile_list(door: Callable[[bytes], Any], raw: bytes) -> None:
    """A feed, sitemap or list is a bomb or asks for a file: it is read as far as it goes, no file is."""
    begun = time.process_time()
    try:
        said = repr(door(raw))
    except DatelineError as error:
        said = str(error)
    assert time.process_time() - begun < 3
    assert "root:" not in said
    assert len(said) < 2_000_000


@pytest.mark.parametrize(
    "link", [PASSWORDS, f"http://{METADATA}/", "javascript:alert(1)", "http://127.0.0.1/", "http://[::1"]
)
async def test_list_that_names_what_is_inside(link: str) -> None:
    """Feeds, sitemaps and lists name files and places inside: whatever is read of them, none is fetched."""
    item = f"<item><title>x</title><link>{link}</link></item>"
    listed = [each.address for each in feed(f"<rss><channel>{item}</channel></rss>".encode()).entries]
    listed += [
        each.address for each in sitemap(f"<urlset><url><loc>{link}</loc></url></urlset>".encode()).pages
    ]
    names = Names({})
    async with Web(pause=0, resolve=names) as web:
        for address in [*filter(None, listed), link]:
            with pytest.raises(FetchError):
                await web.fetch(address)
    assert names.looked_up == []
    assert PASSWORDS not in listed
