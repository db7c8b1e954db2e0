from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import feedparser
import httpx
import pytest
from lxml import html
from news_site.furniture import PHRASES
from news_site.site import NewsSite

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITTEN = datetime(2025, 1, 11, 9, 30, tzinfo=UTC)
TEXT = ["The harbour froze in January.", "Forty ships waited < outside & did not leave."]


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with one page."""
    with NewsSite() as opened:
        opened.publish("/harbour", title="Harbour freezes", text=TEXT, date=WRITTEN, author="Ann Lee")
        yield opened


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client that follows no redirects."""
    with httpx.Client(trust_env=False, timeout=5) as opened:
        yield opened


def test_a_page_has_what_news_pages_have(site: NewsSite, client: httpx.Client) -> None:
    """The article, its metadata in three forms, and all that stands around it are in the HTML."""
    site.update("/harbour", correction="There were </script> forty ships.", modified=date(2025, 1, 12))
    reply = client.get(site.url("/harbour"))
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    tree = html.fromstring(reply.text)
    assert [p.text_content() for p in tree.xpath("//article/p[not(@class)]")] == TEXT
    assert tree.xpath("string(//article/p[@class='correction'])").startswith("Correction: There were")
    assert tree.xpath("//link[@rel='canonical']/@href") == [site.url("/harbour")]
    assert tree.xpath("//meta[@property='article:published_time']/@content") == ["2025-01-11T09:30:00+00:00"]
    told = json.loads(tree.xpath("string(//script[@type='application/ld+json'])"))
    assert (told["@type"], told["headline"], told["dateModified"]) == (
        "NewsArticle",
        "Harbour freezes",
        "2025-01-12",
    )
    assert (told["author"][0]["name"], told["publisher"]["name"]) == ("Ann Lee", "The Gull")
    assert told["correction"]["text"] == "There were </script> forty ships."
    assert all(phrase in reply.text for phrase in PHRASES)
    assert "Read more" in reply.text


def test_a_page_may_be_bare(site: NewsSite, client: httpx.Client) -> None:
    """Without boilerplate, metadata, a date and a canonical link, only the article is left."""
    site.publish(
        "/bare", title="Bare", text="One.\n\nTwo.", date=None, canonical="", boilerplate=False, metadata=False
    )
    page = client.get(site.url("/bare")).text
    tree = html.fromstring(page)
    assert [p.text for p in tree.xpath("//p")] == ["One.", "Two."]
    assert not any(phrase in page for phrase in PHRASES)
    assert not tree.xpath("//link | //time | //script")


def test_another_edition_changes_the_page_and_not_the_article(site: NewsSite, client: httpx.Client) -> None:
    """The bytes and the validators are new; the article, and when it says it was modified, are not."""
    before = client.get(site.url("/harbour"))
    site.update("/harbour", edition=1)
    after = client.get(site.url("/harbour"))
    assert before.headers["etag"] != after.headers["etag"]
    articles = [html.tostring(html.fromstring(each.text).xpath("//article")[0]) for each in (before, after)]
    assert articles[0] == articles[1]
    assert site.page("/harbour").modified is None


def test_new_words_are_a_modification(site: NewsSite) -> None:
    """An update says that it is one, unless it is told to be silent."""
    site.update("/harbour", text="The harbour is open.", modified=None)
    assert site.page("/harbour").modified is None
    site.update("/harbour", text="The harbour is closed.")
    assert site.page("/harbour").modified is not None


def test_pages_go_away(site: NewsSite, client: httpx.Client) -> None:
    """What is gone is 410 and missing 404, conditions or not, and on no list any more; it may come back."""
    etag = client.get(site.url("/harbour")).headers["etag"]
    feed = site.feed("/feed")
    for take_down, status in ((site.gone, 410), (site.missing, 404)):
        take_down("/harbour")
        assert client.get(site.url("/harbour"), headers={"If-None-Match": etag}).status_code == status
        assert not feedparser.parse(client.get(feed.url).content).entries
    site.publish("/harbour", title="Harbour opens", text=TEXT)
    assert client.get(site.url("/harbour")).is_success
    assert client.get(site.url("/nothing")).status_code == 404
    assert client.get(site.url("/robots.txt")).status_code == 404


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_page_moves(site: NewsSite, client: httpx.Client, status: int) -> None:
    """The address goes into the header as it was given, with the status that was asked for."""
    site.redirect("/old", "/harbour", status)
    reply = client.get(site.url("/old"))
    assert (reply.status_code, reply.headers["location"]) == (status, "/harbour")
    with urllib.request.urlopen(site.url("/old")) as followed:
        assert followed.url == site.url("/harbour")


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8", "utf-16"])
def test_pages_and_feeds_come_in_other_charsets(site: NewsSite, client: httpx.Client, charset: str) -> None:
    """The bytes, the header and what the document says of itself agree; what has no byte is an entity."""
    site.publish(
        "/port", title="Порт замерз", text="Сорок суден чекали. \u2603", date=WRITTEN, charset=charset
    )
    reply = client.get(site.url("/port"))
    assert reply.headers["content-type"] == f"text/html; charset={charset}"
    assert "Порт замерз" in reply.content.decode(charset)
    assert html.fromstring(reply.content.decode(charset)).xpath("string(//article/p[2])")[-1] == "\u2603"
    feed = site.feed("/feed", charset=charset)
    reply = client.get(feed.url)
    parsed = feedparser.parse(reply.content, response_headers=dict(reply.headers))
    assert "Порт замерз" in [entry.title for entry in parsed.entries]


def test_a_page_may_lie_about_its_charset(site: NewsSite, client: httpx.Client) -> None:
    """The header and the page may each claim another charset than the bytes have, or none."""
    site.publish("/port", title="Порт", charset="windows-1251", header_charset="utf-8", meta_charset="")
    reply = client.get(site.url("/port"))
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<meta charset" not in reply.content
    assert "Порт" in reply.content.decode("windows-1251")
    site.update("/port", header_charset="", meta_charset="koi8-r")
    reply = client.get(site.url("/port"))
    assert reply.headers["content-type"] == "text/html"
    assert b'<meta charset="koi8-r">' in reply.content


def test_raw_bytes_and_robots(site: NewsSite, client: httpx.Client) -> None:
    """Anything may be served, with any status and headers."""
    site.serve("/teapot", b"\x00\xff", "x/y", {"X-Tea": "green", "ETag": '"mine"'}, status=299)
    reply = client.get(site.url("/teapot"))
    assert (reply.status_code, reply.content, reply.headers["x-tea"]) == (299, b"\x00\xff", "green")
    site.serve("/tea", b"tea", headers={"ETag": '"mine"'})
    assert client.get(site.url("/tea"), headers={"If-None-Match": '"mine"'}).status_code == 304
    site.robots("User-agent: *\nDisallow: /secret\n")
    robots = client.get(site.url("/robots.txt"))
    assert (robots.text, robots.headers["content-type"]) == (
        "User-agent: *\nDisallow: /secret\n",
        "text/plain; charset=utf-8",
    )


def test_what_is_asked_is_recorded(site: NewsSite, client: httpx.Client) -> None:
    """Each request is there with its headers, its time and the status sent, as soon as it is answered."""
    before = time.monotonic()
    client.get(site.url("/harbour?page=2"), headers={"User-Agent": "Dateline/1"})
    client.get(site.url("/nothing"))
    site.wait_for("/nothing")
    first, second = site.requests
    assert (first.method, first.path, first.status) == ("GET", "/harbour?page=2", 200)
    assert first.headers["user-agent"] == "Dateline/1"
    assert before < first.at < second.at < time.monotonic()
    assert second.status == 404
    assert (site.asked("/harbour"), site.asked("/harbour?page=2"), site.asked("/harbour?page=3")) == (1, 1, 0)
    with pytest.raises(AssertionError, match=r"in vain for 2 of /harbour\nrequests \(2\)"):
        site.wait_for("/harbour", 2, timeout=0.01)


def test_requests_at_one_time_are_counted(site: NewsSite, client: httpx.Client) -> None:
    """Requests one after the other are one at once; three that wait together are three."""
    for _ in range(3):
        client.get(site.url("/harbour"))
    assert site.most_at_once == 1
    site.fault("*", "delay", seconds=0.3)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(client.get, [site.url("/harbour")] * 3))
    assert site.most_at_once == 3


def test_several_sites_are_several_hosts() -> None:
    """Each has an address, a port and records of its own."""
    with NewsSite("127.0.0.1") as first, NewsSite("127.0.0.2", name="The Tern") as second:
        second.publish("/a", title="A", text="A.")
        assert first.url("/a").startswith("http://127.0.0.1:")
        assert second.url("/a").startswith("http://127.0.0.2:")
        with urllib.request.urlopen(second.url("/a")) as reply:
            assert b"The Tern" in reply.read()
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(first.url("/a"))
        refused.value.close()
        assert (len(first.requests), len(second.requests)) == (1, 1)


def test_a_site_goes_down_and_comes_back(site: NewsSite, client: httpx.Client) -> None:
    """A stopped site refuses connections; started again it has its port, its pages and their validators."""
    etag = client.get(site.url("/harbour")).headers["etag"]
    site.stop()
    with pytest.raises(httpx.ConnectError):
        client.get(site.url("/harbour"))
    site.start()
    assert client.get(site.url("/harbour"), headers={"If-None-Match": etag}).status_code == 304
    site.stop()


def test_a_site_closes_at_once() -> None:
    """Neither callers who say nothing nor answers that never end hold it for a second."""
    with NewsSite() as site:
        site.fault("/hang", "hang")
        site.fault("/endless", "endless")
        lines = [socket.create_connection((site.host, site.port)) for _ in range(30)]
        for number, line in enumerate(lines[10:]):
            line.sendall(b"GET /%s HTTP/1.1\r\n\r\n" % (b"hang", b"endless")[number % 2])
        site.wait_for("/endless", 10)
        site.wait_for("/hang", 10)
        began = time.monotonic()
    assert time.monotonic() - began < 1
    assert not [thread for thread in threading.enumerate() if thread.name == "news-site"]
    for line in lines:
        line.close()


def test_a_site_answers_hundreds_of_requests_a_second(site: NewsSite) -> None:
    """300, one after the other, take caller and site less than a second of the processor's time."""
    raw = b"GET /harbour HTTP/1.1\r\nHost: x\r\n\r\n"
    began = time.process_time()
    for _ in range(300):
        with socket.create_connection((site.host, site.port)) as line:
            line.sendall(raw)
            assert line.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
    assert time.process_time() - began < 1
