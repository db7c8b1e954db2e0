from __future__ import annotations

import codecs
import gzip
import json
import socket
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pytest
from news_site import furniture
from news_site.newswire import ninjs_item, write_item
from news_site.page_html import render_page
from news_site.site import NewsSite
from news_site.stories import story
from watching import impatience, opened, publish, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.coverage import Coverage

COUNT = 4
AUTHOR = "Ada Lind"


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with four stories."""
    with NewsSite() as open_site:
        for number in range(COUNT):
            publish(open_site, number)
            open_site.update(f"/{number}", author=AUTHOR, modified=None)
        yield open_site


@pytest.fixture
def coverage(tmp_path: Path) -> Iterator[Coverage]:
    """An empty coverage that may go to loopback."""
    with opened(tmp_path / "home") as open_coverage:
        yield open_coverage


def assert_right(coverage: Coverage, site: NewsSite, numbers: range = range(COUNT)) -> None:
    """The stored articles are these stories, with all that their pages say and nothing that stands around."""
    assert stored(coverage).keys() == {site.url(f"/{number}") for number in numbers}
    for number in numbers:
        told, article = story(number), stored(coverage)[site.url(f"/{number}")]
        assert (article.title, article.text, article.published) == (told.title, told.text, told.date)
        assert (article.source, article.authors, article.language) == ("The Gull", (AUTHOR,), "en")
        assert (article.updated, article.correction, article.titled) == (None, None, True)
    assert_clean(coverage)


def assert_clean(coverage: Coverage) -> None:
    """No passage holds anything of what stands around articles."""
    passages = [passage.text for batch in coverage._store.texts_since(0) for _, (passage, _) in batch]
    assert passages
    assert not [phrase for phrase in furniture.PHRASES for text in passages if phrase in text]


def rss(site: NewsSite, _: Path) -> str:
    """A feed of the one kind."""
    return site.feed("/feed").url


def full_rss(site: NewsSite, _: Path) -> str:
    """A feed with whole texts in it."""
    return site.feed("/feed", full_text=True).url


def atom(site: NewsSite, _: Path) -> str:
    """A feed of the other kind."""
    return site.feed("/feed", kind="atom").url


def sitemap(site: NewsSite, _: Path) -> str:
    """A sitemap that gives no more than addresses."""
    return site.sitemap("/sitemap.xml", news=False)


def packed_news_sitemap(site: NewsSite, _: Path) -> str:
    """A news sitemap, packed."""
    return site.sitemap("/news.xml.gz")


def sitemap_index(site: NewsSite, _: Path) -> str:
    """An index of two sitemaps."""
    site.sitemap("/one.xml", [f"/{number}" for number in range(2)])
    site.sitemap("/two.xml.gz", [f"/{number}" for number in range(1, COUNT)])
    return site.sitemap_index("/maps.xml", ["/one.xml", "/two.xml.gz"])


def opml(site: NewsSite, _: Path) -> str:
    """A list of two feeds, in a folder."""
    feeds = [site.feed("/a", pages=["/0", "/1"]), site.feed("/b", kind="atom", pages=["/2", "/3"])]
    return site.opml("/feeds.opml", feeds, folder="News")


def opml_file(site: NewsSite, tmp_path: Path) -> str:
    """A list of two feeds, one folder in another, as a file here."""
    first = site.feed("/a", pages=["/0", "/1"]).url
    second = site.feed("/b", pages=["/2", "/3"]).url
    file = tmp_path / "my feeds.OPML"
    file.write_text(
        '<opml version="1.0"><body><outline text="All"><outline text="Local">'
        f'<outline type="rss" xmlUrl="{first}"/></outline><outline text="b" xmlUrl="{second}"/>'
        "</outline></body></opml>",
        encoding="utf-8",
    )
    return str(file)


@pytest.mark.parametrize(
    "put", [rss, full_rss, atom, sitemap, packed_news_sitemap, sitemap_index, opml, opml_file]
)
def test_what_lists_pages_gives_their_articles(
    coverage: Coverage, site: NewsSite, tmp_path: Path, put: Callable[[NewsSite, Path], str]
) -> None:
    """Every kind of list leads to the whole pages, with the pages' own titles, days, authors and source."""
    given = put(site, tmp_path)
    report = coverage.index([given])
    passages = coverage.extent().passages
    assert (report.added, report.updated, report.unchanged) == (COUNT, 0, 0)
    assert (report.passages, report.skipped, report.noticed, report.barren) == (passages, [], [], [])
    assert_right(coverage, site)
    again = coverage.index([given])
    assert (again.added, again.updated, again.passages, again.barren) == (0, 0, 0, [])


def test_pages_are_given_by_address(coverage: Coverage, site: NewsSite) -> None:
    """Two addresses of pages give two articles; one of them in another spelling gives none more."""
    report = coverage.index([site.url("/0"), site.url("/1"), site.url("/1?utm_source=mail#top")])
    assert (report.added, report.unchanged, report.barren) == (2, 1, [])
    assert_right(coverage, site, range(2))


def test_list_with_a_feed_that_fails(coverage: Coverage, site: NewsSite) -> None:
    """A feed of a list that is not there costs one line, and the others come in."""
    good = site.feed("/good")
    report = coverage.index([site.opml("/feeds.opml", ["/nowhere", good], folder="News")])
    assert (report.added, report.barren, report.noticed) == (COUNT, [], [])
    assert [(each.input, each.reason) for each in report.skipped] == [
        (site.url("/nowhere"), "its host answers 404")
    ]
    assert_right(coverage, site)


def item(number: int, generation: Literal[1, 2, 3] = 1) -> dict[str, Any]:
    """A story as newswire."""
    told = story(number)
    return ninjs_item(
        f"urn:wire:{number}",
        told.title,
        told.paragraphs,
        versioncreated=f"{told.date}T08:00:00Z",
        byline=f"By {AUTHOR}",
        copyrightholder="Wire One",
        generation=generation,
    )


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_newswire_by_address_and_in_a_folder(
    coverage: Coverage, site: NewsSite, tmp_path: Path, generation: Literal[1, 2, 3]
) -> None:
    """Items come from an address, one or a list of them, and from files with a byte order mark."""
    items = [item(number, generation=generation) for number in range(10, 14)]
    for each in items[2:]:
        assert write_item(tmp_path / "wire", each).read_bytes().startswith(codecs.BOM_UTF8)
    one, several = site.newswire("/one.json", items[0]), site.newswire("/several.json", items[:2])
    report = coverage.index([one, several, str(tmp_path / "wire")])
    assert (report.added, report.unchanged, report.barren) == (4, 1, [])
    assert (report.skipped, report.noticed) == ([], [])
    for number in range(10, 14):
        told, article = story(number), stored(coverage)[f"urn:wire:{number}"]
        assert (article.title, article.text, article.published) == (told.title, told.text, told.date)
        assert (article.source, article.authors, article.language) == ("Wire One", (AUTHOR,), "en")


def test_folder_of_everything(coverage: Coverage, site: NewsSite, tmp_path: Path) -> None:
    """Saved pages, newswire, texts, Markdown and packed lines stand beside each other in a folder."""
    folder = tmp_path / "all"
    write_item(folder / "wire", item(4))
    html, _ = render_page(site.page("/0"), site.url("/0"), site.name)
    (folder / "saved.html").write_bytes(html)
    told = [story(number) for number in range(8)]
    (folder / "a.txt").write_text(f"date {told[5].date}\n\n{told[5].text}\n", encoding="utf-8")
    (folder / "b.md").write_text(f"# {told[6].title}\n\n{told[6].text}\n", encoding="utf-8")
    line = {"_id": "seven", "title": told[7].title, "text": told[7].text}
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(json.dumps(line).encode()))
    report = coverage.index([str(folder)])
    assert (report.added, report.skipped, report.noticed, report.barren) == (5, [], [], [])
    found = stored(coverage)
    assert found.keys() == {site.url("/0"), "urn:wire:4", "all/a.txt", "all/b.md", "seven"}
    texts = {"all/a.txt": told[5], "all/b.md": told[6], "seven": told[7], "urn:wire:4": told[4]}
    assert all(found[key].text == each.text for key, each in texts.items())
    assert (found["all/a.txt"].published, found["all/b.md"].title) == (told[5].date, told[6].title)
    page = found[site.url("/0")]
    assert (page.title, page.text, page.published) == (told[0].title, told[0].text, told[0].date)
    assert (page.source, page.authors) == ("The Gull", (AUTHOR,))
    assert_clean(coverage)
    # The page itself is the same piece as the copy of it that was saved.
    assert coverage.index([site.url("/0")]).unchanged == 1


def test_what_is_no_article_is_skipped(coverage: Coverage, site: NewsSite, tmp_path: Path) -> None:
    """A front page, a log-in, an empty page, a picture and a form each have one line with the reason."""
    links = "".join(f'<article><h2><a href="/{n}">{story(n).title}</a></h2></article>' for n in range(12))
    site.serve("/front", f"<html><body><main>{links}</main></body></html>".encode())
    site.serve("/login", b"<html><body><form><input type='password'></form><p>Log in.</p></body></html>")
    site.serve("/empty", b"")
    site.serve("/photo", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    site.serve("/paper", b"%PDF-1.7 " + bytes(64), "application/pdf")
    paths = ["/front", "/login", "/empty", "/photo", "/paper"]
    entries = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in [*paths, "/0"])
    site.serve("/map.xml", f"<urlset>{entries}</urlset>".encode(), "application/xml")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "scan.pdf").write_bytes(b"%PDF")
    report = coverage.index([site.url("/map.xml"), str(tmp_path / "other")])
    assert (report.added, report.noticed) == (1, [])
    told = {each.input: each.reason for each in report.skipped}
    assert told.keys() == {site.url(path) for path in paths} | {str(tmp_path / "other" / "scan.pdf")}
    assert len(told) == len(report.skipped)
    assert all(reason and "\n" not in reason for reason in told.values())
    assert "no article in it" in told[site.url("/front")]
    assert "not a page" in told[site.url("/photo")]
    assert [each.input for each in report.barren] == [str(tmp_path / "other" / "scan.pdf")]


def test_addresses_that_fail_cost_a_line_each(coverage: Coverage, site: NewsSite) -> None:
    """An address that is not there, fails, hangs, is refused or forbidden is told, and the others come in."""
    site.fault("/broken", "500")
    site.fault("/hung", "hang")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        refusing = f"http://127.0.0.1:{closed.getsockname()[1]}/feed"
    bad = [site.url(path) for path in ("/nowhere", "/broken", "/hung")] + [refusing, "http://10.0.0.256/x"]
    with impatience():
        report = coverage.index([*bad, site.url("/0"), site.feed("/feed", pages=["/1"]).url])
    assert (report.added, report.noticed) == (2, [])
    told = [(each.input, each.reason) for each in report.barren]
    assert [given for given, _ in told] == bad
    assert [reason.count("\n") for _, reason in told] == [0] * len(bad)
    reasons = [reason for _, reason in told]
    assert reasons[:2] == ["its host answers 404", "its host answers 500"]
    assert "did not answer in full" in reasons[2]
    assert "takes no connection" in reasons[3]
    assert_right(coverage, site, range(2))


def test_what_a_page_does_not_say_its_feed_says(coverage: Coverage, site: NewsSite) -> None:
    """A bare page has the title and the day that stand in the feed."""
    body = f"<html><body><article><p>{story(5).text}</p></article></body></html>"
    site.serve("/bare", body.encode())
    day = "<pubDate>Tue, 04 Mar 2025 08:00:00 GMT</pubDate>"
    entry = f"<item><title>Bare facts</title><link>{site.url('/bare')}</link>{day}</item>"
    site.serve("/feed", f'<rss version="2.0"><channel>{entry}</channel></rss>'.encode(), "text/xml")
    assert coverage.index([site.url("/feed")]).added == 1
    article = stored(coverage)[site.url("/bare")]
    assert (article.title, article.published) == ("Bare facts", date(2025, 3, 4))
