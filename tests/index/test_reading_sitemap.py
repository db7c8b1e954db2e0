from __future__ import annotations

import contextlib
import gzip
import time
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.reading import sitemap
from index.reading.sitemap import Listed, Sitemap, read_sitemap
from index.reading.xml import elements, open_xml

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "https://www.gull.example/sitemap.xml"
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(*pages: str, names: str = "") -> bytes:
    """A sitemap of these pages' inner elements."""
    listed = "".join(f"<url>{page}</url>" for page in pages)
    start = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {names}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{start}{listed}</urlset>'.encode()


def loc(path: str, more: str = "") -> str:
    """The inner elements of one page of the site."""
    return f"<loc>https://www.gull.example/{path}</loc>{more}"


def addresses(raw: bytes) -> list[str]:
    """What pages a sitemap lists."""
    return [page.address for page in read_sitemap(raw, ADDRESS).pages]


def bare(path: str, modified: datetime | None = None) -> Listed:
    """A page of the site of which nothing more is said."""
    return Listed(f"https://www.gull.example/{path}", modified, None, None, None, None)


def test_pages_are_listed_the_newest_first_and_the_undated_last() -> None:
    """Dated pages are sorted by the moment, whatever its zone; the others stay in the file's order."""
    raw = urlset(
        loc("a"),
        loc("b", "<lastmod>2025-01-11T10:00:00+02:00</lastmod>"),
        loc("c", "<lastmod>2025-01-11T09:00:00Z</lastmod><priority>1</priority>"),
        loc("d", "<lastmod/>"),
        loc("e", "<lastmod>2025-01-10</lastmod>"),
    )
    assert read_sitemap(raw, ADDRESS) == Sitemap(
        pages=(
            bare("c", datetime(2025, 1, 11, 9, tzinfo=UTC)),
            bare("b", datetime(2025, 1, 11, 8, tzinfo=UTC)),
            bare("e", datetime(2025, 1, 10, tzinfo=UTC)),
            bare("a"),
            bare("d"),
        ),
        maps=(),
        remarks=(),
    )


def test_an_index_lists_further_sitemaps() -> None:
    """A sitemap index has maps and no pages."""
    raw = (
        b"<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2025-01-01</lastmod></sitemap>"
        b"<sitemap><loc>https://www.gull.example/new.xml.gz</loc><lastmod>2025-01-02</lastmod></sitemap>"
        b"</sitemapindex>"
    )
    read = read_sitemap(raw, ADDRESS)
    assert read.pages == ()
    assert [each.address for each in read.maps] == [
        "https://www.gull.example/new.xml.gz",
        "https://www.gull.example/old.xml",
    ]


def test_a_news_sitemap_says_title_date_source_and_language() -> None:
    """What the news elements say is read; other media's dates and titles are not."""
    more = """<news:news><news:publication><news:name>The Gull</news:name><news:language>en</news:language>
      </news:publication><news:publication_date>2025-01-11T10:00:00+02:00</news:publication_date>
      <news:title>Harbour &amp; ice&nbsp;&amp; more</news:title></news:news>
      <image:image><image:loc>https://cdn.example/x.jpg</image:loc><image:title>X</image:title></image:image>
      <video:video><video:publication_date>2020-01-01</video:publication_date></video:video>"""
    names = f'{NEWS} xmlns:image="urn:image" xmlns:video="urn:video"'
    assert read_sitemap(urlset(loc("a", more), names=names), ADDRESS) == Sitemap(
        pages=(
            Listed(
                "https://www.gull.example/a",
                None,
                "Harbour & ice & more",
                datetime(2025, 1, 11, 8, tzinfo=UTC),
                "The Gull",
                "en",
            ),
        ),
        maps=(),
        remarks=(),
    )


def test_names_count_without_their_namespaces() -> None:
    """A prefix that was never declared costs a remark, not the title."""
    read = read_sitemap(urlset(loc("a", "<news:news><news:title>Ice</news:title></news:news>")), ADDRESS)
    assert [page.title for page in read.pages] == ["Ice"]
    assert len(read.remarks) == 1


@pytest.mark.parametrize(
    ("own", "listed", "kept"),
    [
        ("https://www.gull.example/s.xml", "https://gull.example/a", True),
        ("https://www.gull.example/s.xml", "https://sport.gull.example/a", True),
        ("https://maps.gull.co.uk/s.xml", "https://www.gull.co.uk/a", True),
        ("https://maps.gull.co.uk/s.xml", "https://tern.co.uk/a", False),
        ("https://gull.lviv.ua/s.xml", "https://tern.lviv.ua/a", False),
        ("https://gull.github.io/s.xml", "https://tern.github.io/a", False),
        ("https://gull.example/s.xml", "https://seagull.example/a", False),
        ("https://gull.example/s.xml", "https://gull.example.evil.example/a", False),
        ("http://127.0.0.1:8000/s.xml", "http://127.0.0.1:8000/a", True),
    ],
)
def test_only_addresses_of_the_same_registrable_host_are_kept(own: str, listed: str, *, kept: bool) -> None:
    """Sub-domains are the site's own; others are left out, with their number and the first."""
    read = read_sitemap(urlset(f"<loc>{listed}</loc>"), own)
    assert [page.address for page in read.pages] == ([listed] if kept else [])
    left_out = f"1 of other sites left out, the first '{listed}'; a sitemap lists its own site's"
    assert read.remarks == (() if kept else (left_out,))


def test_what_is_no_address_and_no_date_is_told() -> None:
    """Entries without a web address are counted; the first strange date is shown."""
    raw = urlset("", "<loc>ftp://gull.example/a</loc>", loc("a", "<lastmod>13/13/2025</lastmod>"))
    assert read_sitemap(raw, ADDRESS).remarks == (
        "2 without a web address left out",
        "date not understood: '13/13/2025'; kept as undated",
    )


def test_an_address_is_listed_once() -> None:
    """The first of two entries counts."""
    assert addresses(urlset(loc("a"), loc("b"), loc("a"))) == [
        "https://www.gull.example/a",
        "https://www.gull.example/b",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plain_list_of_addresses_is_a_sitemap(encoding: str) -> None:
    """One address a line, in any usual encoding and with any line ends."""
    raw = "https://www.gull.example/a\r\n\r\n https://www.gull.example/b\n".encode(encoding)
    assert addresses(raw) == ["https://www.gull.example/a", "https://www.gull.example/b"]


def test_a_packed_sitemap_is_read_alike() -> None:
    """A gzip gives what its content would give."""
    raw = urlset(loc("a", "<lastmod>2025-01-11</lastmod>"))
    assert read_sitemap(gzip.compress(raw), ADDRESS) == read_sitemap(raw, ADDRESS)


def test_a_damaged_gzip_is_read_as_far_as_it_goes() -> None:
    """The pages before the cut are there, with a word about the cut."""
    raw = urlset(*(loc(f"{number}-{hash(str(number))}") for number in range(5_000)))
    packed = gzip.compress(raw)
    read = read_sitemap(packed[: len(packed) // 2], ADDRESS)
    assert 1_000 < len(read.pages) < 5_000
    assert read.remarks[0] == "a damaged .gz, read as far as it goes"


def test_a_bomb_in_a_gzip_is_never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unpacking ends at the limit, whatever would come."""
    monkeypatch.setattr(sitemap, "BYTES", 1_000_000)
    packed = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(InputError, match="more than 1 MB; no sitemap may be"):
        read_sitemap(packed, ADDRESS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15_000_000


def test_the_limits_are_those_of_the_protocol() -> None:
    """50,000 addresses and 50 MB."""
    assert (sitemap.ENTRIES, sitemap.BYTES) == (50_000, 50_000_000)


def test_reading_ends_when_the_sitemap_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first addresses up to the limit are read, and one more is told."""
    monkeypatch.setattr(sitemap, "ENTRIES", 2)
    assert read_sitemap(urlset(loc("a"), loc("b")), ADDRESS).remarks == ()
    read = read_sitemap(urlset(loc("a"), loc("b"), loc("c")), ADDRESS)
    assert len(read.pages) == 2
    assert read.remarks == ("more than 2 addresses; those after them are left out",)


@pytest.mark.parametrize(
    "raw",
    [
        urlset(loc("a"), loc("b"))[:-12],
        urlset(loc("a"), loc("b"), "<loc>https://www.gull.example/c</lock>"),
        urlset(loc("a"), loc("b")).replace(b"</urlset>", b"</urls>"),
    ],
    ids=["cut", "mismatched", "another end"],
)
def test_broken_xml_is_read_as_far_as_it_goes(raw: bytes) -> None:
    """What stands before the damage is listed, and the remark says where it is."""
    read = read_sitemap(raw, ADDRESS)
    assert [page.address for page in read.pages][:1] == ["https://www.gull.example/a"]
    assert read.remarks[0].startswith("not well-formed XML, read as far as it goes: '")
    assert " at line 2" in read.remarks[0]


def test_bare_ampersands_break_nothing() -> None:
    """An address that was not escaped is read as it was meant."""
    assert addresses(urlset(loc("a?b=1&c=2&copy=3"))) == ["https://www.gull.example/a?b=1&c=2&copy=3"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"<html><body>https://gull.example/a</body></html>", "its root is <html>"),
        (b"<rss/>", "its root is <rss>"),
        (b"", "no XML, no list of addresses"),
        (b"User-agent: *\nDisallow: /", "no XML, no list of addresses"),
    ],
)
def test_what_is_no_sitemap_says_so_with_a_cure(raw: bytes, why: str) -> None:
    """The one line names the address, what was found and what to give instead."""
    with pytest.raises(InputError) as raised:
        read_sitemap(raw, ADDRESS)
    cure = "give the address of a sitemap, as robots.txt names it"
    assert str(raised.value) == f"{ADDRESS}: not a sitemap ({why}); {cure}"


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY x SYSTEM "file://{path}">',
        '<!ENTITY % p SYSTEM "file://{path}"> %p;',
    ],
    ids=["laughs", "external", "parameter"],
)
def test_entities_are_never_expanded(tmp_path: Path, entity: str) -> None:
    """A declared entity stays as it is written, and no file is read for it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    title = "<news:news><news:title>Ice &x;</news:title></news:news>"
    doctype = f"<!DOCTYPE urlset [{entity.replace('{path}', str(secret))}]>".encode()
    raw = doctype + urlset(loc("a", title), names=NEWS).partition(b"\n")[2]
    assert [page.title for page in read_sitemap(raw, ADDRESS).pages] == ["Ice &x;"]


def test_fifty_thousand_pages_are_read_in_seconds() -> None:
    """The largest sitemap that there may be takes seconds."""
    more = "<lastmod>2025-01-11T10:00:00+02:00</lastmod><changefreq>daily</changefreq>"
    raw = urlset(*(loc(f"news/2025/01/{number}/harbour-freezes-over", more) for number in range(50_000)))
    begun = time.process_time()
    assert len(read_sitemap(raw, ADDRESS).pages) == 50_000
    assert time.process_time() - begun < 20


def test_the_tree_of_a_sitemap_is_never_held() -> None:
    """Each page is let go when the next is read."""
    document = open_xml(urlset(*(loc(str(number)) for number in range(5_000))))
    held = [len(page.getparent()) for page in elements(document, "url") if not isinstance(page, str)]
    assert len(held) == 5_000
    # The parser reads some kilobytes ahead of what it gives.
    assert max(held) < 1_500


@given(st.binary())
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    """Whatever comes is a sitemap or an InputError, bare, packed, and inside a sitemap."""
    for content in (raw, b"\x1f\x8b" + raw, gzip.compress(raw)):
        with contextlib.suppress(InputError):
            read_sitemap(content, ADDRESS)
    read_sitemap(b"<urlset><url>" + raw, ADDRESS)


DATES = st.none() | st.integers(0, 1_700_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.lists(st.tuples(st.integers(0, 10**6), DATES)))
def test_a_sitemap_gives_back_its_pages(pages: list[tuple[int, datetime | None]]) -> None:
    """Every address comes back once, and dates never rise from one to the next."""
    raw = urlset(
        *(loc(str(n), f"<lastmod>{date.isoformat() if date else ''}</lastmod>") for n, date in pages)
    )
    read = read_sitemap(raw, ADDRESS)
    assert {page.address for page in read.pages} == {f"https://www.gull.example/{n}" for n, _ in pages}
    assert len(read.pages) == len({n for n, _ in pages})
    moments = [page.modified for page in read.pages]
    dated = [moment for moment in moments if moment]
    assert dated == sorted(dated, reverse=True)
    assert moments[: len(dated)] == dated
