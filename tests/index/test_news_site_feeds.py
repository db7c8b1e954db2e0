from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import feedparser
import httpx
import pytest
from lxml import etree
from news_site.newswire import ninjs_item, write_item
from news_site.site import NewsSite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRITTEN = datetime(2025, 1, 11, 9, 30, tzinfo=UTC)
TEXT = ["The harbour froze in January.", "Forty ships waited < outside & did not leave."]
SITEMAP = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "n": "http://www.google.com/schemas/sitemap-news/0.9",
}


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


def dates_of(feed: Any) -> list[Any]:
    """The dates that a parsed feed gives its entries."""
    return [entry.get("published") for entry in feed.entries]


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_feed_lists_what_is_published(site: NewsSite, client: httpx.Client, kind: Any) -> None:
    """Newest first, with summaries, authors, dates and, if asked for, the full text; with no fault in it."""
    site.publish("/fog", title="Fog & rain", text=["Fog.", "Rain."], date=WRITTEN + timedelta(days=1))
    site.publish("/old", title="Old", text="Long ago.", date=date(2020, 2, 3))
    feed = site.feed("/feed", kind, full_text=True)
    reply = client.get(feed.url)
    assert reply.headers["content-type"] == f"application/{kind}+xml; charset=utf-8"
    parsed = feedparser.parse(reply.content)
    assert not parsed.bozo
    assert parsed.version in {"rss20", "atom10"}
    assert [entry.title for entry in parsed.entries] == ["Fog & rain", "Harbour freezes", "Old"]
    harbour = parsed.entries[1]
    assert (harbour.link, harbour.id) == (site.url("/harbour"), site.url("/harbour"))
    assert (harbour.summary, harbour.author) == (TEXT[0], "Ann Lee")
    assert "outside &amp; did not leave" in harbour.content[0].value
    assert harbour.published_parsed[:5] == (2025, 1, 11, 9, 30)
    assert parsed.entries[2].published_parsed[:3] == (2020, 2, 3)


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_a_feed_is_not_modified_until_something_is(site: NewsSite, client: httpx.Client, kind: Any) -> None:
    """A change that the feed does not show leaves it as it is; one that it shows is a 200."""
    feed = site.feed("/feed", kind)
    etag = client.get(feed.url).headers["etag"]
    known = {"If-None-Match": etag}
    site.update("/harbour", edition=7)
    site.serve("/picture", b"\x89PNG", "image/png")
    assert client.get(feed.url, headers=known).status_code == 304
    site.publish("/fog", title="Fog", text="Fog.", date=WRITTEN)
    assert client.get(feed.url, headers=known).status_code == 200


def test_of_two_pages_of_one_second_the_later_is_newer(site: NewsSite, client: httpx.Client) -> None:
    """Pages dated alike, or not at all, are listed in the order they came, last first, up to the limit."""
    for number in range(5):
        site.publish(f"/same/{number}", title=f"Same {number}", date=WRITTEN + timedelta(days=1))
    feed = site.feed("/feed", limit=3)
    titles = [entry.title for entry in feedparser.parse(client.get(feed.url).content).entries]
    assert titles == ["Same 4", "Same 3", "Same 2"]


def test_a_feed_may_list_pages_by_hand(site: NewsSite, client: httpx.Client) -> None:
    """An explicit list keeps its order, and pages that have gone; a page that never was is an error."""
    site.publish("/fog", title="Fog", guid="tag:gull,1")
    site.gone("/fog")
    feed = site.feed("/feed", pages=["/harbour", "/fog"])
    parsed = feedparser.parse(client.get(feed.url).content)
    assert [entry.id for entry in parsed.entries] == [site.url("/harbour"), "tag:gull,1"]
    with pytest.raises(KeyError, match="call publish first"):
        site.page("/never")


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_redating_changes_dates_and_nothing_else(site: NewsSite, client: httpx.Client, kind: Any) -> None:
    """Every item gets one new date each time, in the old order; the pages keep theirs."""
    site.publish("/fog", title="Fog", text="Fog.", date=WRITTEN + timedelta(days=1), modified=WRITTEN)
    feed = site.feed("/feed", kind)
    seen = []
    for _ in range(3):
        seen.append(feedparser.parse(client.get(feed.url).content))
        feed.redate()
    assert len({entry.title for each in seen for entry in each.entries}) == 2
    assert [entry.title for entry in seen[0].entries] == [entry.title for entry in seen[2].entries]
    dates = [dates_of(each) for each in seen]
    assert len({*dates[1]}) == len({*dates[2]}) == 1
    assert len({*dates[0], *dates[1], *dates[2]}) == 4
    assert site.page("/fog").date == WRITTEN + timedelta(days=1)


def test_a_broken_feed_ends_in_the_middle(site: NewsSite, client: httpx.Client) -> None:
    """The XML is cut, under a sound length; turned off again, the feed is whole."""
    feed = site.feed("/feed")
    whole = client.get(feed.url)
    feed.broken = True
    cut = client.get(feed.url)
    assert whole.content.startswith(cut.content)
    assert feedparser.parse(cut.content).bozo
    feed.broken = False
    assert client.get(feed.url).content == whole.content


def test_lists_of_feeds(site: NewsSite, client: httpx.Client) -> None:
    """An OPML list holds feeds given as themselves, by path and by address, in a folder if one is named."""
    feed = site.feed("/feed")
    site.opml("/feeds.opml", [feed, "/other", "http://127.0.0.9/far"], folder="News")
    tree = etree.fromstring(client.get(site.url("/feeds.opml")).content)
    addresses = [feed.url, site.url("/other"), "http://127.0.0.9/far"]
    assert tree.xpath("/opml/body/outline[@text='News']/outline[@type='rss']/@xmlUrl") == addresses


@pytest.mark.parametrize("path", ["/map.xml", "/map.xml.gz"])
def test_sitemaps(site: NewsSite, client: httpx.Client, path: str) -> None:
    """A sitemap follows what is published, with titles and dates or without; packed where it says so."""
    site.sitemap(path)
    site.publish("/fog", title="Fog & rain", date=WRITTEN, modified=date(2025, 1, 13))
    raw = client.get(site.url(path)).content
    tree = etree.fromstring(gzip.decompress(raw) if path.endswith(".gz") else raw)
    assert tree.xpath("/s:urlset/s:url/s:loc/text()", namespaces=SITEMAP) == [
        site.url("/fog"),
        site.url("/harbour"),
    ]
    assert tree.xpath("//s:lastmod/text()", namespaces=SITEMAP)[0] == "2025-01-13"
    assert tree.xpath("//n:news/n:title/text()", namespaces=SITEMAP)[0] == "Fog & rain"
    assert tree.xpath("//n:publication_date/text()", namespaces=SITEMAP)[1] == "2025-01-11T09:30:00+00:00"
    site.sitemap("/plain.xml", ["/harbour"], news=False)
    plain = etree.fromstring(client.get(site.url("/plain.xml")).content)
    assert plain.xpath("//s:loc/text()", namespaces=SITEMAP) == [site.url("/harbour")]
    assert b"sitemap-news" not in etree.tostring(plain)
    site.sitemap_index("/index.xml", [path, "/plain.xml"])
    index = etree.fromstring(client.get(site.url("/index.xml")).content)
    listed = index.xpath("/s:sitemapindex/s:sitemap/s:loc/text()", namespaces=SITEMAP)
    assert listed == [site.url(path), site.url("/plain.xml")]


def test_a_wire_item_is_ninjs_of_three_generations() -> None:
    """The first has flat words, the others lists of them; the third writes capitals; nothing else differs."""
    made = datetime(2025, 1, 11, 9, tzinfo=UTC)
    first, second, third = (
        ninjs_item("urn:a", "Head", ["One <b>.", "Two."], version=2, versioncreated=made, generation=number)
        for number in (1, 2, 3)
    )
    assert first == {
        "uri": "urn:a",
        "type": "text",
        "version": "2",
        "versioncreated": "2025-01-11T09:00:00+00:00",
        "pubstatus": "usable",
        "language": "en",
        "headline": "Head",
        "body_text": "One <b>.\n\nTwo.",
        "body_xhtml": "<p>One &lt;b&gt;.</p><p>Two.</p>",
    }
    assert second["headlines"] == third["headlines"] == [{"role": "main", "value": "Head"}]
    assert second["bodies"][1]["contenttype"] == third["bodies"][1]["contentType"] == "text/html"
    assert (second["pubstatus"], third["pubStatus"]) == ("usable", "usable")
    assert third["versionCreated"] == first["versioncreated"]


def test_a_wire_item_withdraws_and_notes() -> None:
    """What is given is written, None leaves a field out, and more goes in as it is."""
    item = ninjs_item(
        "urn:a", "H", "B", version=None, pubstatus="canceled", ednote="KILL", more={"urgency": 1}
    )
    assert (item["pubstatus"], item["ednote"], item["urgency"]) == ("canceled", "KILL", 1)
    assert "version" not in item


def test_the_wire_goes_to_a_folder_and_over_http(
    site: NewsSite, client: httpx.Client, tmp_path: Path
) -> None:
    """Both begin with a byte order mark; each version is a file of its own, and no other file is left."""
    items = [ninjs_item("http://wire.example/a b", "Порт", "Лід.", version=number) for number in (1, 2)]
    paths = [write_item(tmp_path / "wire", item) for item in items]
    assert sorted((tmp_path / "wire").iterdir()) == sorted(paths)
    assert [json.loads(path.read_bytes().decode("utf-8-sig")) for path in paths] == items
    assert paths[0].read_bytes().startswith(b"\xef\xbb\xbf{")
    site.newswire("/wire.json", items)
    reply = client.get(site.url("/wire.json"))
    assert reply.headers["content-type"] == "application/json"
    assert json.loads(reply.content.decode("utf-8-sig")) == items
    assert not write_item(tmp_path, items[0], bom=False).read_bytes().startswith(b"\xef")
