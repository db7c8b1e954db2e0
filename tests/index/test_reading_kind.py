from __future__ import annotations

import gzip
import json
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.kind import Kind, kind_of
from index.reading.xml import unpack

RSS = '<rss version="2.0"><channel><title>The Gull</title></channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>The Gull</title></feed>'
RDF = '<rdf:RDF xmlns:rdf="urn:rdf" xmlns="http://purl.org/rss/1.0/"><channel/></rdf:RDF>'
OPML = '<opml version="2.0"><body><outline xmlUrl="https://gull.example/feed"/></body></opml>'
URLSET = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url/></urlset>'
INDEX = "<sitemapindex><sitemap/></sitemapindex>"
PAGE = "<!DOCTYPE html>\n<html><head><title>Ice</title></head><body><p>Ice holds.</p></body></html>"
XHTML = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x.dtd"><html xmlns="urn:x"><body/></html>'
NINJS = json.dumps({"uri": "urn:gull:1", "headline": "Ice", "body_text": "Ice holds."})
NEW_NINJS = json.dumps({"uri": "urn:gull:1", "headlines": [{"value": "Ice"}], "bodies": []})
ADDRESSES = "https://gull.example/a\nhttps://gull.example/b\n"
BODIES = [
    (RSS, Kind.FEED),
    (ATOM, Kind.FEED),
    (RDF, Kind.FEED),
    (OPML, Kind.OPML),
    (URLSET, Kind.SITEMAP),
    (INDEX, Kind.SITEMAP),
    (ADDRESSES, Kind.SITEMAP),
    (PAGE, Kind.PAGE),
    (XHTML, Kind.PAGE),
    (NINJS, Kind.NINJS),
    (NEW_NINJS, Kind.NINJS),
]
HEADERS = ["", "text/html; charset=utf-8", "text/plain", "application/xml", "application/octet-stream", "x"]


@pytest.mark.parametrize("content_type", HEADERS)
@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_content_decides_over_the_header(body: str, kind: Kind, content_type: str) -> None:
    """Feeds called text/html and pages called XML are what they are."""
    assert kind_of(body.encode(), content_type) is kind


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize(("body", "kind"), [pair for pair in BODIES if pair[0].startswith("<")])
def test_every_encoding_is_seen_through(body: str, kind: Kind, encoding: str) -> None:
    """Byte order marks and wide characters do not hide what is inside."""
    assert kind_of(body.encode(encoding)) is kind


@pytest.mark.parametrize(
    "before",
    [
        "\n\n  ",
        '<?xml version="1.0" encoding="utf-8"?>\n<?xml-stylesheet href="x.xsl"?>\n',
        "<!-- <html><rss> -->\n",
        '<!DOCTYPE x [<!ENTITY a "<html>">]>',
        "<br />\n<b>Warning</b>: something on line 3<br />\n<?xml version='1.0'?>",
    ],
    ids=["blank", "declarations", "comment", "doctype", "warning"],
)
@pytest.mark.parametrize(("body", "kind"), [(RSS, Kind.FEED), (OPML, Kind.OPML), (URLSET, Kind.SITEMAP)])
def test_what_stands_before_the_root_does_not_count(before: str, body: str, kind: Kind) -> None:
    """Blank lines, declarations, comments and a server's warnings are passed over."""
    assert kind_of((before + body).encode()) is kind


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_a_gzip_is_what_is_in_it(body: str, kind: Kind) -> None:
    """Packed content is known by itself, even when its end is missing."""
    packed = gzip.compress(body.encode() + b" " * 1_000)
    assert kind_of(packed, "application/gzip", "https://gull.example/x.xml.gz") is kind
    assert kind_of(packed[:-6]) is kind


def test_a_bomb_in_a_gzip_is_only_peeked_into() -> None:
    """A gigabyte of blanks takes no time."""
    member = gzip.compress(b" " * 100_000_000)
    begun = time.process_time()
    assert kind_of(member * 10) is Kind.UNKNOWN
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("after", [b"\0" * 20_000_000, b"junk" * 5_000_000, gzip.compress(b"") * 500_000])
def test_what_follows_a_gzip_takes_no_time(after: bytes) -> None:
    """Padding, junk and a million empty gzips after the content are not gone through."""
    begun = time.process_time()
    assert kind_of(gzip.compress(b"<rss><channel/></rss>") + after) is Kind.FEED
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("cut", [1, 4_090, 4_096, 8_191, 8_192, 8_193])
def test_gzips_in_a_row_are_one(cut: int) -> None:
    """The parts belong together, wherever the one ends and the other begins."""
    body = b"<rss><channel><title>" + bytes(random.Random(1).choices(b"abcdefgh", k=20_000))  # noqa: S311
    parts = gzip.compress(body[:cut], 0) + gzip.compress(body[cut:], 0)
    assert unpack(parts, 100_000) == (body, True)
    assert unpack(parts[:-1], 100_000) == (body, False)
    assert unpack(parts, 10_000) == (body[:10_000], False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"%PDF-1.7 <html>",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0<rss>",
        b"GIF89a",
        b"PK\x03\x04",
        b"\x00\x01\x02",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
        b'{"@context": "https://schema.org", "headline": "Ice"}',
        b"[1, 2]",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><title>x</title></svg>",
        b"<?xml version='1.0'?><nitf><body><p>Ice</p></body></nitf>",
        b"<rdf:RDF xmlns:rdf='urn:rdf'><foaf/></rdf:RDF>",
        b"Ice holds.",
        b"\x1f\x8b",
    ],
)
def test_what_no_reader_is_for_is_unknown(body: bytes) -> None:
    """Other documents, pictures, other JSON and plain words are nothing that is read."""
    assert kind_of(body) is Kind.UNKNOWN


@pytest.mark.parametrize(
    "body", ["<div><p>Ice</p></div>", "<!-- x --><title>Ice</title>", "<head></head>", "<h1>Ice</h1>text"]
)
def test_a_page_may_lack_its_html_element(body: str) -> None:
    """What a browser would open as a page is one."""
    assert kind_of(body.encode()) is Kind.PAGE


@pytest.mark.parametrize(
    ("body", "content_type", "address", "kind"),
    [
        (b"Ice holds.", "text/html", "", Kind.PAGE),
        (b"Ice holds.", "text/plain", "", Kind.UNKNOWN),
        (b"<?xml version='1.0'?>", "application/rss+xml", "", Kind.FEED),
        (b"<center-piece>Ice", "", "https://gull.example/a.html", Kind.PAGE),
        (b"<center-piece>Ice", "", "https://gull.example/a", Kind.UNKNOWN),
    ],
)
def test_header_and_address_tell_where_the_content_does_not(
    body: bytes, content_type: str, address: str, kind: Kind
) -> None:
    """Only silence of the content gives them a say."""
    assert kind_of(body, content_type, address) is kind


def test_keys_behind_a_long_text_are_seen() -> None:
    """A wire's item is known although its body comes first and is long."""
    item = {"body_text": "Ice holds. " * 20_000, "uri": "urn:gull:1"}
    assert kind_of(json.dumps(item).encode()) is Kind.NINJS


def test_a_kind_is_its_name() -> None:
    """Kinds print as plain words."""
    assert [str(kind) for kind in Kind] == ["page", "feed", "opml", "sitemap", "ninjs", "unknown"]


@given(st.binary(), st.text(), st.text())
def test_every_body_has_a_kind(raw: bytes, content_type: str, address: str) -> None:
    """Nothing raises, whatever came."""
    for body in (raw, b"\x1f\x8b" + raw, b"<?xml" + raw, b"{" + raw):
        assert isinstance(kind_of(body, content_type, address), Kind)
