from __future__ import annotations

import contextlib
import re
import time
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.reading import feed_parser
from index.reading.decoding import clean
from index.reading.feed import Entry, Feed, read_feed

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "https://gull.example/feeds/news.xml"
TEXT = "<p>The harbour froze in January.</p><p>Forty ships waited outside.</p>"
# Letters of Latin-1 alone may look like UTF-8 that was encoded twice, which is put right.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Z")).filter(
        # Telegram would drop some of these, and so does reading.
        lambda char: not "\x80" <= char <= "\xff" and clean(f"x{char}") == f"x{char}"
    ),
    min_size=1,
    max_size=20,
)


def rss(items: str, head: str = "<title>The Gull</title>") -> bytes:
    """An RSS 2.0 feed of these items."""
    names = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0" {names}><channel>{head}{items}</channel></rss>'.encode()
    )


def atom(entries: str, head: str = "<title>The Gull</title>") -> bytes:
    """An Atom 1.0 feed of these entries."""
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{head}{entries}</feed>'.encode()


def read(raw: bytes, content_type: str = "") -> Feed:
    """The feed as it is read from its usual address."""
    return read_feed(raw, ADDRESS, content_type=content_type)


def only(raw: bytes) -> Entry:
    """The one entry of a feed that is read without remark."""
    feed = read(raw)
    assert feed.remarks == ()
    (entry,) = feed.entries
    return entry


def test_an_rss_feed_is_read_with_all_that_it_says() -> None:
    """Each field comes from the element that RSS 2.0 and its usual modules have for it."""
    head = "<title>The Gull</title><link>https://gull.example/</link><language>en-GB</language>"
    item = f"""<item><title>Harbour &amp; ice</title><link>https://gull.example/a?x=1&amp;utm_source=rss</link>
      <guid isPermaLink="false">gull-17</guid><pubDate>Sat, 11 Jan 2025 10:00:00 +0200</pubDate>
      <dc:creator>Ann Lee</dc:creator><dc:creator>Bo Li</dc:creator>
      <description>Ice &lt;b&gt;holds&lt;/b&gt;.&lt;p&gt;Ships wait.</description>
      <content:encoded><![CDATA[{TEXT}]]></content:encoded></item>"""
    feed = read(rss(item, head))
    (entry,) = feed.entries
    assert (feed.title, feed.site, feed.language) == ("The Gull", "https://gull.example/", "en-GB")
    assert feed.remarks == ()
    assert entry == Entry(
        address="https://gull.example/a?x=1&utm_source=rss",
        id="gull-17",
        title="Harbour & ice",
        published=datetime(2025, 1, 11, 8, tzinfo=UTC),
        updated=None,
        authors=("Ann Lee", "Bo Li"),
        content=TEXT,
        summary="Ice holds. Ships wait.",
        fingerprint=entry.fingerprint,
    )


def test_an_atom_feed_is_read_with_all_that_it_says() -> None:
    """Each field comes from the element that Atom 1.0 has for it."""
    head = (
        '<title>The Gull</title><link rel="self" href="/feeds/news.xml"/><link href="https://gull.example/"/>'
    )
    entry = only(
        atom(
            f"""<entry xml:lang="en"><title type="html">Harbour &lt;i&gt;freezes&lt;/i&gt;</title>
      <link href="https://gull.example/a"/><link rel="edit" href="https://gull.example/edit/a"/>
      <id>tag:gull.example,2025:a</id><published>2025-01-11T10:00:00Z</published>
      <updated>2025-01-12T11:30:00+02:00</updated><author><name>Ann Lee</name><email>ann@gull.example</email>
      </author><author><name>Bo Li</name></author><summary>Ice holds.</summary>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{TEXT}</div></content></entry>""",
            head,
        )
    )
    assert entry == Entry(
        address="https://gull.example/a",
        id="tag:gull.example,2025:a",
        title="Harbour freezes",
        published=datetime(2025, 1, 11, 10, tzinfo=UTC),
        updated=datetime(2025, 1, 12, 9, 30, tzinfo=UTC),
        authors=("Ann Lee", "Bo Li"),
        content=TEXT,
        summary="Ice holds.",
        fingerprint=entry.fingerprint,
    )


@pytest.mark.parametrize(
    "raw",
    [
        (
            b'<rss version="0.91"><channel><title>G</title><item><title>Ice</title>'
            b"<link>https://gull.example/a</link></item></channel></rss>"
        ),
        (
            b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            b'<channel rdf:about="https://gull.example/"><title>G</title></channel><item><title>Ice</title>'
            b"<link>https://gull.example/a</link></item></rdf:RDF>"
        ),
        (
            b'<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>G</title><entry><title>Ice</title>'
            b'<link rel="alternate" type="text/html" href="https://gull.example/a"/></entry></feed>'
        ),
        (
            b'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>G</a:title><a:entry><a:title>Ice</a:title>'
            b'<a:link href="https://gull.example/a"/></a:entry></a:feed>'
        ),
    ],
    ids=["RSS 0.91", "RSS 1.0", "Atom 0.3", "a prefix"],
)
def test_older_forms_and_prefixes_are_read_alike(raw: bytes) -> None:
    """Every form that is still about gives titles and addresses."""
    entry = only(raw)
    assert (read(raw).title, entry.title, entry.address) == ("G", "Ice", "https://gull.example/a")


def test_the_one_date_of_rss_1_is_when_it_was_published() -> None:
    """dc:date is no change of a piece that has no other date."""
    item = "<item><link>https://gull.example/a</link><dc:date>2025-01-11T10:00:00+02:00</dc:date></item>"
    entry = only(rss(item))
    assert (entry.published, entry.updated) == (datetime(2025, 1, 11, 8, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/a", "https://gull.example/a"),
        ("a", "https://gull.example/feeds/a"),
        ("//cdn.gull.example/a", "https://cdn.gull.example/a"),
        ("https://gull.example/a?b=1&amp;c=2", "https://gull.example/a?b=1&c=2"),
        ("<![CDATA[https://gull.example/a?b=1&c=2]]>", "https://gull.example/a?b=1&c=2"),
        ("https://gull.example/a?b=1&copy=2", "https://gull.example/a?b=1&copy=2"),
        ("https://gull.example/an ice", "https://gull.example/an%20ice"),
    ],
)
def test_a_relative_link_is_completed_by_the_feeds_address(link: str, address: str) -> None:
    """Links are absolute, and ampersands stay whatever way they were written."""
    assert only(rss(f"<item><link>{link}</link></item>")).address == address


def test_xml_base_counts_over_the_feeds_address() -> None:
    """A base that the feed gives completes its links."""
    entry = '<entry xml:base="https://www.gull.example/2025/"><link href="a"/></entry>'
    assert only(atom(entry)).address == "https://www.gull.example/2025/a"


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "ftp://gull.example/a", "http://"]
)
def test_only_addresses_of_the_web_are_kept(link: str) -> None:
    """Any other is none, and an entry without text that has no other is left out."""
    feed = read(rss(f"<item><title>Ice</title><link>{link}</link></item>"))
    assert feed.entries == ()
    assert feed.remarks == ("1 entry without address or text left out",)


@pytest.mark.parametrize(
    ("guid", "identity", "address"),
    [
        ("<guid>https://gull.example/a</guid>", "https://gull.example/a", "https://gull.example/a"),
        ('<guid isPermaLink="false">https://gull.example/a</guid>', "https://gull.example/a", None),
        ("<guid>1234</guid>", "1234", None),
    ],
)
def test_a_guid_is_an_address_only_if_it_is_one(guid: str, identity: str, address: str | None) -> None:
    """The guid is kept as given; it is the address where it may be and no link is."""
    item = f"<item>{guid}<content:encoded>{escape(TEXT)}</content:encoded></item>"
    entry = only(rss(item))
    assert (entry.id, entry.address) == (identity, address)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat, 11 Jan 2025 10:00:00 EST", datetime(2025, 1, 11, 15, tzinfo=UTC)),
        ("Saturday, 11 January 2025 10:00:00 GMT", datetime(2025, 1, 11, 10, tzinfo=UTC)),
        ("2025-01-11", datetime(2025, 1, 11, tzinfo=UTC)),
    ],
)
def test_dates_are_moments_in_utc(text: str, moment: datetime) -> None:
    """Dates of the standards and of usual carelessness are understood."""
    entry = only(rss(f"<item><link>/a</link><pubDate>{text}</pubDate></item>"))
    assert entry.published == moment


@pytest.mark.parametrize(
    "text", ["13/13/2025", "2125-01-11", "2025-13-45", "1736589600", "yesterday", "2025"]
)
def test_a_date_that_is_none_is_unknown_and_told(text: str) -> None:
    """Nonsense, guesses and days to come are no dates; the remark shows the first and counts the rest."""
    item = f"<item><link>/a</link><pubDate>{text}</pubDate></item>"
    feed = read(rss(item * 3))
    assert [entry.published for entry in feed.entries] == [None] * 3
    assert feed.remarks == (f"date not understood: '{text}'; kept as undated, and 2 more",)


@pytest.mark.parametrize("element", ["pubDate", "dc:date", "updated"])
@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01T00:00:00EST",
        "9999-12-31T23:59:59-12:00 abc",
        "9999-12-31T23:59:59 PST",
        "Mon, 01 Jan 0001 00:00:00 EST",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "31 December 9999 24:30:00 GMT",
    ],
)
def test_a_date_at_the_end_of_time_is_unknown_and_told(element: str, text: str) -> None:
    """A zone that pushes a date out of the calendar breaks nothing, and the other entries are read."""
    item = f"<item><link>/a</link><{element}>{text}</{element}></item><item><link>/b</link></item>"
    feed = read(rss(item))
    assert [(entry.published, entry.updated) for entry in feed.entries] == [(None, None)] * 2
    assert feed.remarks == (f"date not understood: '{text}'; kept as undated",)


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("<author>ann@gull.example (Ann Lee)</author>", ("Ann Lee",)),
        ("<author>Ann Lee &lt;ann@gull.example&gt;</author>", ("Ann Lee",)),
        ("<author>ann@gull.example</author>", ()),
        ("<author>Ann Lee</author><dc:creator>Ann Lee</dc:creator>", ("Ann Lee",)),
        ("<author/>", ()),
    ],
)
def test_authors_are_names_without_mail_addresses(author: str, names: tuple[str, ...]) -> None:
    """A name is taken from beside an address, once; an address alone is no name."""
    assert only(rss(f"<item><link>/a</link>{author}</item>")).authors == names


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("AT&amp;T &lt;3 ice", "AT&T <3 ice"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("<![CDATA[AT&T]]>", "AT&T"),
        ("Ice&nbsp;&mdash; and caf&eacute;", "Ice — and café"),
        ("Ice &amp;amp; snow", "Ice & snow"),
        ("&lt;b&gt;Ice&lt;/b&gt; &amp;#8211; snow", "Ice \u2013 snow"),
        ("Ice\n  and\tsnow", "Ice and snow"),
        ("\x1b[31mIce&#27;&#xD800;", "[31mIce\ufffd\ufffd"),
    ],
)
def test_a_title_is_one_line_of_words(title: str, words: str) -> None:
    """Markup and entities, once or twice written, give what a reader would see; ampersands may be bare."""
    assert only(rss(f"<item><link>/a</link><title>{title}</title></item>")).title == words


def test_a_long_description_with_paragraphs_is_the_text() -> None:
    """Where a feed puts the whole piece into its description, that is the content and no summary."""
    whole = "<p>" + "The harbour froze. " * 30 + "</p><p>" + "Ships waited. " * 40 + "</p>"
    entry = only(rss(f"<item><link>/a</link><description>{escape(whole)}</description></item>"))
    assert (entry.content, entry.summary) == (whole, None)


@pytest.mark.parametrize("summary", ["<p>Ice holds.</p><p>Ships wait.</p>", "The harbour froze. " * 100])
def test_a_short_description_or_one_without_paragraphs_is_a_summary(summary: str) -> None:
    """A teaser is no text, however it is marked up."""
    entry = only(rss(f"<item><link>/a</link><description>{escape(summary)}</description></item>"))
    assert entry.content is None
    assert entry.summary


def test_plain_content_becomes_paragraphs() -> None:
    """Atom's plain text is HTML afterwards: its signs escaped, its blank lines paragraphs."""
    entry = only(atom("<entry><content>Ice &lt;3 cm.\n\nShips &amp;amp; men wait.</content></entry>"))
    assert entry.content == "<p>Ice &lt;3 cm.</p>\n<p>Ships &amp;amp; men wait.</p>"


def test_content_of_other_types_and_elsewhere_is_no_text() -> None:
    """A picture in base64 and a content that is only named give an entry without text."""
    picture = '<content type="image/png">iVBORw0KGgo=</content>'
    elsewhere = '<content type="text/html" src="https://gull.example/a.html"/>'
    for content in (picture, elsewhere):
        assert only(atom(f'<entry><link href="/a"/>{content}</entry>')).content is None


def test_a_description_that_repeats_the_text_is_no_summary() -> None:
    """The same words twice are the content once."""
    text = f"<content:encoded>{escape(TEXT)}</content:encoded>"
    entry = only(rss(f"<item><link>/a</link>{text}<description>{escape(TEXT)}</description></item>"))
    assert (entry.content, entry.summary) == (TEXT, None)


CYRILLIC = "Гавань замерзла. Сорок кораблів чекали на рейді."


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "windows-1251", "text/xml; charset=iso-8859-1"),
        ("utf-8-sig", "utf-8", ""),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-16", ""),
        ("windows-1251", "windows-1251", ""),
        ("windows-1251", "utf-8", ""),
        ("windows-1251", "utf-8", "text/xml; charset=windows-1251"),
        ("koi8-u", "utf-8", ""),
        ("utf-8", "no-such-charset", "text/xml; charset=punycode"),
    ],
)
def test_a_wrong_or_missing_charset_is_readable(encoding: str, declared: str, content_type: str) -> None:
    """The bytes decide over what the file and the header say."""
    text = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><link>/a</link>'
    raw = f"{text}<title>{CYRILLIC}</title></item></channel></rss>".encode(encoding)
    title = read(raw, content_type).entries[0].title or ""
    assert title.replace("╕", "і") == CYRILLIC  # noqa: RUF001 - KOI8-R and KOI8-U differ in this letter


@pytest.mark.parametrize(
    ("encoding", "declared", "words"),
    [
        ("windows-1252", "utf-8", "Le café “noir” — déjà vu"),
        ("windows-1252", "iso-8859-1", "Le café “noir”"),
        ("iso-8859-2", "iso-8859-2", "Żółw śpi"),
        ("shift_jis", "Shift_JIS", "港が凍った"),
        ("iso-2022-jp", "ISO-2022-JP", "港が凍った"),
        ("gb18030", "gb2312", "港口結冰"),
    ],
)
def test_what_is_not_utf_8_is_read_as_declared_or_as_windows(
    encoding: str, declared: str, words: str
) -> None:
    """A right declaration counts; a wrong one leaves Western text readable."""
    text = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><link>/a</link>'
    raw = f"{text}<title>{words}</title></item></channel></rss>".encode(encoding)
    assert read(raw).entries[0].title == words


def test_utf_8_that_was_encoded_twice_is_put_right() -> None:
    """What one wrong conversion too many made of a title is undone."""
    title = "caf\u00e9".encode().decode("latin-1")
    assert only(rss(f"<item><link>/a</link><title>{title}</title></item>")).title == "café"


def test_utf_8_with_a_broken_byte_stays_utf_8() -> None:
    """One bad byte costs one character."""
    raw = rss(f"<item><link>/a</link><title>{CYRILLIC} X</title></item>").replace(b"X", b"\xff")
    assert read(raw).entries[0].title == f"{CYRILLIC} \ufffd"


WHOLE = "<item><link>/a</link><title>Ice</title></item>"


@pytest.mark.parametrize(
    ("broken", "titles"),
    [
        (
            rss(f"{WHOLE}<item><link>/b</link><title>Snow</title>").partition(b"</channel>")[0],
            ["Ice", "Snow"],
        ),
        (rss(f"<item><link>/b</link><b>Snow</item>{WHOLE}"), [None, "Ice"]),
        (f"<rss><channel>{WHOLE}<x:y>1</x:y></channel></rss>".encode(), ["Ice"]),
    ],
    ids=["cut", "mismatched", "undeclared prefix"],
)
def test_broken_xml_is_read_as_far_as_it_goes(broken: bytes, titles: list[str | None]) -> None:
    """What can be read is, with one remark that names the line."""
    feed = read(broken)
    assert [entry.title for entry in feed.entries] == titles
    (remark,) = feed.remarks
    assert remark.startswith("not well-formed XML, read as far as it goes: '")
    assert " at line " in remark


def test_what_stands_before_the_feed_does_not_matter() -> None:
    """A server's warning, comments, blank lines and style sheets before the root are passed over."""
    item = "<item><link>/a</link><title>Ice</title></item>"
    for before in (
        b"\n\n \xef\xbb\xbf",
        b"<br />\n<b>Warning</b>: x in y\n",
        b"<!-- <feed> --><?xml-stylesheet a?>",
    ):
        assert only(before + rss(item)).title == "Ice"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"<!DOCTYPE html><html><head><title>The Gull</title></head></html>", "its root is <html>"),
        (b'{"items": []}', "no XML"),
        (b"", "no XML"),
        (b"<urlset><url/></urlset>", "its root is <urlset>"),
        (b"\x1f\x8b\x08\x00", "no XML"),
    ],
)
def test_what_is_no_feed_says_so_with_a_cure(raw: bytes, why: str) -> None:
    """The one line names the address, what was found and what to give instead."""
    with pytest.raises(InputError) as raised:
        read(raw)
    assert str(raised.value) == f"{ADDRESS}: not a feed ({why}); give the address of an RSS or Atom feed"


BOMBS = {
    "laughs": "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9)) + '<!ENTITY l0 "lol">',
    "blow-up": f'<!ENTITY l9 "{"x" * 50_000}">',
    "external": '<!ENTITY l9 SYSTEM "file://{path}">',
    "parameter": '<!ENTITY % l SYSTEM "file://{path}"> %l;',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_entity_bombs_do_nothing(tmp_path: Path, bomb: str) -> None:
    """Declared entities are never expanded: it takes no time, no memory, and no file is read."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    doctype = f"<!DOCTYPE rss [{bomb}]>".replace("{path}", str(secret))
    item = f"<item><link>/a</link><title>Ice {'&l9;' * 2_000}</title></item>".encode()
    raw = doctype.encode() + rss(item.decode()).partition(b"\n")[2]
    begun = time.process_time()
    tracemalloc.start()
    feed = read(raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert feed.entries[0].title == f"Ice {'&l9;' * 2_000}"
    assert "secret" not in repr(feed)
    assert peak < 20 * len(raw) + 5_000_000
    assert time.process_time() - begun < 5


def test_a_feed_that_is_the_name_of_a_file_is_not_opened(tmp_path: Path) -> None:
    """Bytes are content, never a path or an address to open."""
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("<item><link>/a</link></item>"))
    for raw in (str(path).encode(), path.as_uri().encode()):
        with pytest.raises(InputError):
            read(raw)


@pytest.mark.parametrize(
    "item",
    [
        "<author>" + "a" * 1_000_000 + "</author>",
        "<x>" * 100_000,
        "&" * 500_000,
        "<!--" * 200_000,
        "\n" * 1_000_000,
        "<description>" + "&lt;script&gt;" * 50_000,
        '<x xml:base="a/">' * 60_000,
        f"<x xml:base='https://gull.example/{'a' * 4_000}/'>" + "<x>" * 200_000,
        "<x " + " ".join(f"a{number}=''" for number in range(90_000)) + "/>",
        "<x " + " ".join(f"xmlns:a{number}='u'" for number in range(50_000)) + "/>",
    ],
    ids=[
        *("author", "nested", "ampersands", "comments", "blank lines", "scripts", "bases", "a long base"),
        *("attributes", "namespaces"),
    ],
)
def test_no_megabyte_takes_long(item: str) -> None:
    """Content that makes careless parsers take hours is read in seconds."""
    begun = time.process_time()
    read(("\n" * 1_000_000).encode() + rss(f"<item><link>/a</link>{item}</item>"))
    assert time.process_time() - begun < 30


def test_an_element_with_too_many_attributes_is_read_without_the_last() -> None:
    """The first attributes count, and what stands in and after the element is read."""
    many = " ".join(f"a{number}=''" for number in range(20_000))
    for broken in ("", "<x>"):
        items = f'<item {many}><link {many}>/a</link></item><item><guid isPermaLink="false" {many}>b</guid>'
        items = f"{items}<link>/b</link></item>"
        begun = time.process_time()
        feed = read(rss(f"{items}{broken}"))
        assert [entry.address for entry in feed.entries] == [f"https://gull.example/{n}" for n in "ab"]
        assert feed.entries[1].id == "b"
        assert time.process_time() - begun < 3


def test_a_base_that_grows_without_end_is_no_base() -> None:
    """Bases of usual length count however deep they stand; a longer one changes nothing."""
    inner = '<entry><link href="a"/></entry>'
    deep = '<x xml:base="b/">' * 3
    assert read(atom(f"{deep}{inner}{'</x>' * 3}")).entries[0].address == "https://gull.example/feeds/b/b/b/a"
    long = f'<entry xml:base="https://tern.example/{"b" * 5_000}/"><link href="a"/></entry>'
    assert only(atom(long)).address == "https://gull.example/feeds/a"


def test_the_first_entries_are_read_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading ends at the limit, for well-formed and for broken feeds alike."""
    monkeypatch.setattr(feed_parser, "ENTRIES", 3)
    items = "".join(f"<item><link>/{number}</link></item>" for number in range(5))
    for raw in (rss(items), rss(f"<x>{items}")):
        feed = read(raw)
        assert [entry.address for entry in feed.entries] == [f"https://gull.example/{n}" for n in range(3)]
        assert any(remark.startswith("too long: the first 3 entries are read") for remark in feed.remarks)
    assert read(rss(items.partition("<item><link>/3")[0])).remarks == ()


def test_at_most_two_thousand_entries_are_read() -> None:
    """The limit is 2,000."""
    assert feed_parser.ENTRIES == 2_000


def test_the_fingerprint_changes_with_the_words_and_not_with_the_dates() -> None:
    """Feeds that date anew what has not changed give the same; a changed word gives another."""
    item = "<item><link>/a</link><title>Ice</title><pubDate>{}</pubDate><description>{}</description></item>"
    first, redated, reworded = (
        only(rss(item.format(date, words))).fingerprint
        for date, words in (("2025-01-11", "Holds."), ("2025-01-12", "Holds."), ("2025-01-11", "Melts."))
    )
    assert first == redated != reworded
    assert len(first) == 64


@given(st.lists(st.tuples(WORDS, st.integers(0, 10**9)), max_size=8))
def test_a_feed_gives_back_its_titles_and_links(pieces: list[tuple[str, int]]) -> None:
    """Whatever the titles are, they and the links are read as they were written, in order."""
    marked = [(f"T {title.replace('&', '+')}", number) for title, number in pieces]
    items = "".join(
        f"<item><title>{escape(title)}</title><link>/{number}</link></item>" for title, number in marked
    )
    feed = read(rss(items))
    assert [(entry.title, entry.address) for entry in feed.entries] == [
        (title, f"https://gull.example/{number}") for title, number in marked
    ]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2025, 1, 1)), WORDS)  # noqa: DTZ001 - made aware by its zone sign
def test_no_date_counts_for_the_fingerprint(date: datetime, title: str) -> None:
    """The fingerprint is the same with any date and with none."""
    item = f"<item><link>/a</link><title>{escape(title)}</title>"
    dated = only(rss(f"{item}<pubDate>{date.isoformat()}Z</pubDate></item>"))
    assert dated.published is not None
    assert dated.fingerprint == only(rss(f"{item}</item>")).fingerprint


@given(st.binary())
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    """Whatever comes is a feed or an InputError, and so is whatever stands inside a feed."""
    with contextlib.suppress(InputError):
        read(raw)
    read(b"<rss><channel><item>" + raw)


PIECES = st.sampled_from(
    re.split(
        r"(?<=\S)\s+(?=\S)(?![ab]=|type=|xmlns)",
        """<item> </item> <entry> <title> </title> <link> <link/> </link> <guid> </guid> <author> </author>
        <image> <textinput> </textinput> <source> </source> <content> </content> <links a='b'/> <summary>
        <authors a='b'> &#xffffff; &lt; <![CDATA[ ]]> <pubDate> </pubDate> 2025-01-11 <svg> x & <
        <content type='xhtml'> </summary> <summary_detail a='b'/> <title_detail a='b'/> </rss> <language>
        </language> <name> <a:b xmlns:a='u'>""",
    )
)


@given(st.lists(PIECES, max_size=30))
def test_no_order_of_elements_breaks_the_reading(pieces: list[str]) -> None:
    """Elements in any order and never closed are read as far as they go."""
    feed = read(f"<rss><channel>{''.join(pieces)}".encode())
    assert all(entry.address or entry.content for entry in feed.entries)
