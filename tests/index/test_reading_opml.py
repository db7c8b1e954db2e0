from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.reading.opml import read_opml

if TYPE_CHECKING:
    from pathlib import Path


# How many attributes of each initial.
NAMES = (("a", 50), ("b", 40_000))


def opml(outlines: str, encoding: str = "utf-8") -> bytes:
    """A list of these outlines."""
    head = f'<?xml version="1.0" encoding="{encoding}"?>\n<opml version="2.0"><head><title>Мої</title></head>'
    return f"{head}<body>{outlines}</body></opml>".encode(encoding)


def test_feeds_are_given_in_order_out_of_nested_outlines() -> None:
    """Folders in folders do not matter, and a feed that has outlines of its own comes before them."""
    outlines = """<outline text="News"><outline text="a" type="rss" xmlUrl="https://a.example/feed"/>
      <outline text="Near"><outline text="b" xmlUrl="https://b.example/feed">
      <outline text="c" xmlUrl="https://c.example/feed"/></outline></outline></outline>
      <outline text="d" type="rss" xmlUrl="http://d.example/feed" htmlUrl="https://d.example/"/>"""
    assert read_opml(opml(outlines), "feeds.opml") == (
        [
            "https://a.example/feed",
            "https://b.example/feed",
            "https://c.example/feed",
            "http://d.example/feed",
        ],
        [],
    )


@pytest.mark.parametrize(
    ("attributes", "found"),
    [
        ('xmlUrl="https://a.example/f"', True),
        ('xmlurl="https://a.example/f"', True),
        ('XMLURL=" https://a.example/f "', True),
        ('type="rss" url="https://a.example/f"', True),
        ('url="https://a.example/f"', True),
        ('type="link" url="https://a.example/f"', False),
        ('type="include" url="https://a.example/f"', False),
        ('htmlUrl="https://a.example/f"', False),
    ],
)
def test_every_spelling_of_a_feeds_address_is_read(attributes: str, found: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """XmlUrl in any case and url are addresses of feeds; links to pages and other lists are not."""
    more = '<outline xmlUrl="https://b.example/f"/>'
    feeds, remarks = read_opml(opml(f"<outline {attributes}/>{more}"), "feeds.opml")
    assert feeds == (["https://a.example/f"] if found else []) + ["https://b.example/f"]
    assert remarks == []


def test_a_feed_is_given_once() -> None:
    """A feed in two folders is one."""
    outlines = '<outline xmlUrl="https://a.example/f"/>' * 2 + '<outline xmlUrl="https://b.example/f"/>'
    assert read_opml(opml(outlines), "x")[0] == ["https://a.example/f", "https://b.example/f"]


def test_ampersands_may_be_bare() -> None:
    """An address that was not escaped is read as it was meant."""
    assert read_opml(opml('<outline xmlUrl="https://a.example/?b=1&c=2&amp;d=3"/>'), "x") == (
        ["https://a.example/?b=1&c=2&d=3"],
        [],
    )


def test_what_is_no_address_of_the_web_is_left_out_and_told() -> None:
    """Other schemes and names are counted, with the first."""
    others = "".join(f'<outline xmlUrl="{each}"/>' for each in ("ftp://a.example/f", "feeds", "file:///etc"))
    feeds, remarks = read_opml(opml(f'{others}<outline xmlUrl="https://b.example/f"/>'), "x")
    assert feeds == ["https://b.example/f"]
    assert remarks == [
        "3 feeds without a web address left out, the first 'ftp://a.example/f'; only http and https are read"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251"])
def test_every_usual_encoding_is_read(encoding: str) -> None:
    """Addresses come out the same, with their own letters."""
    outlines = '<outline text="Чайка" xmlUrl="https://чайка.example/стрічка"/>'
    assert read_opml(opml(outlines, encoding), "x") == (["https://чайка.example/стрічка"], [])


def test_broken_xml_is_read_as_far_as_it_goes() -> None:
    """The feeds before the damage are there, with one remark that names the line."""
    raw = opml('<outline xmlUrl="https://a.example/f"/>\n<outline xmlUrl="https://b.example/f"/>')[:-14]
    feeds, (remark,) = read_opml(raw, "x")
    assert feeds == ["https://a.example/f", "https://b.example/f"]
    assert remark.startswith("not well-formed XML, read as far as it goes: '")
    assert " at line " in remark


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (opml(""), "no feed in it"),
        (opml('<outline text="News"/>'), "no feed in it"),
        (
            opml('<outline xmlUrl="x"/>'),
            "no feed in it (1 feed without a web address left out, the first 'x'",
        ),
        (b"<html/>", "not an OPML file (its root is <html>)"),
        (b"", "not an OPML file (no XML)"),
    ],
)
def test_a_list_without_feeds_says_what_to_write(raw: bytes, why: str) -> None:
    """The one line names the file, what is wrong and how a feed is listed."""
    with pytest.raises(InputError) as raised:
        read_opml(raw, "feeds.opml")
    assert str(raised.value).startswith(f"feeds.opml: {why}")
    assert str(raised.value).endswith('; a feed stands in it as <outline xmlUrl="https://…"/>')


def test_an_outline_with_thousands_of_attributes_is_read_at_once() -> None:
    """The address is found under its usual name anywhere, and under another among the first attributes."""
    first, then = (" ".join(f"{letter}{number}=''" for number in range(many)) for letter, many in NAMES)
    usual = f"<outline {first} {then} xmlUrl='https://gull.example/a'/>"
    other = f"<outline {first} XMLURL='https://gull.example/b' {then}/>"
    begun = time.process_time()
    feeds, _ = read_opml(opml(usual + other), "feeds.opml")
    assert feeds == ["https://gull.example/a", "https://gull.example/b"]
    assert time.process_time() - begun < 2


def test_no_entity_is_expanded_and_no_file_read(tmp_path: Path) -> None:
    """A declared entity stays as it is written."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    doctype = f'<!DOCTYPE opml [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y "&x;&x;">]>'.encode()
    raw = doctype + opml('<outline xmlUrl="https://a.example/&x;&y;"/>').partition(b"\n")[2]
    assert read_opml(raw, "x") == (["https://a.example/&x;&y;"], [])


@given(st.binary())
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    """Whatever comes is a list or an InputError, and so is whatever stands inside a list."""
    for content in (raw, b"<opml><body><outline " + raw):
        with contextlib.suppress(InputError):
            read_opml(content, "x")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"))), min_size=1))
def test_a_list_gives_back_its_addresses(names: list[str]) -> None:
    """Whatever the addresses hold, they are read as they were written."""
    written = [f"https://a.example/{name}" for name in names if not set(name) & set('<>"')]
    outlines = "".join(f"<outline text={quoteattr(each)} xmlUrl={quoteattr(each)}/>" for each in written)
    if written:
        assert read_opml(opml(outlines), "x") == (list(dict.fromkeys(written)), [])
