from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.markup import decode_page, paragraphs, parse_page, part_soup, plain_text

UKRAINIAN = "Міський голова відкрив новий міст через річку, потім розповів мешканцям про плани на рік. " * 3
RUSSIAN = (
    "Глава города открыл новый мост через реку, потом рассказал жителям про планы на следующий год. " * 3
)
LINE = "This one is nothing but a long line of words that go on to the end."


def page_of(text: str, charset: str = "") -> str:
    """A page with a text, which may declare a charset."""
    head = f"<meta charset={charset}>" if charset else ""
    return f"<html><head>{head}</head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("encoding", "charset", "content_type"),
    [
        ("utf-8", "", ""),
        ("utf-8", "utf-8", ""),
        ("utf-8", "windows-1251", ""),
        ("utf-8", "", "text/html; charset=windows-1251"),
        ("cp1251", "windows-1251", ""),
        ("cp1251", "", "text/html; charset=windows-1251"),
        ("cp1251", "utf-8", ""),
        ("cp1251", "utf-8", "text/html; charset=utf-8"),
        ("cp1251", "", ""),
        ("koi8-u", "koi8-u", ""),
        ("koi8-u", "", ""),
    ],
)
@pytest.mark.parametrize("text", [UKRAINIAN, RUSSIAN], ids=["uk", "ru"])
def test_a_page_is_readable_whatever_it_declares(
    text: str, encoding: str, charset: str, content_type: str
) -> None:
    """The bytes decide where they can: right, wrong and missing declarations all come out."""
    raw = page_of(text, charset).encode(encoding)
    assert text in decode_page(raw, content_type)


@pytest.mark.parametrize(
    ("mark", "encoding"), [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le")]
)
def test_a_byte_order_mark_decides(mark: bytes, encoding: str) -> None:
    """What begins with a mark is in its encoding, whatever else is declared."""
    raw = mark + page_of("Міст", "windows-1251").encode(encoding)
    assert "Міст" in decode_page(raw, "text/html; charset=koi8-r")


def test_one_broken_byte_does_not_change_the_encoding() -> None:
    """A page in UTF-8 that was cut within a letter is still in UTF-8."""
    assert decode_page(page_of(UKRAINIAN).encode()[:-15] + b"\xd0").startswith("<html>")
    assert UKRAINIAN[:200] in decode_page(page_of(UKRAINIAN).encode() + b"\xd0", "text/html; charset=cp1251")


@given(st.binary(max_size=300), st.text(max_size=30))
def test_no_bytes_break_the_decoding(raw: bytes, content_type: str) -> None:
    """Whatever comes, there is a text."""
    assert isinstance(decode_page(raw, content_type), str)


def test_blocks_are_paragraphs_and_the_unseen_is_not_there() -> None:
    """Blocks part text, inline elements do not; scripts, hidden elements and comments are left out."""
    html = """<script>let a = "<p>no</p>";</script><h2>Ice</h2><p>Forty <b>ships</b>
      waited.<br>Long.</p><!-- no --><p hidden>no</p><p style="color: red; Display :NONE">no</p>
      <div aria-hidden="true">no</div><noscript>no</noscript><template><p>no</p></template>
      <div>Before<p>within</p>after<br><br>and after</div><p style="visibility:hidden">no</p>"""
    assert plain_text(html).split("\n\n") == [
        "Ice",
        "Forty ships waited.\nLong.",
        "Before",
        "within",
        "after",
        "and after",
    ]


def test_only_the_content_of_nitf_is_text() -> None:
    """Heads and bylines of the wire's XML stay out, and its declaration does no harm."""
    nitf = """<?xml version="1.0" encoding="windows-1251"?><nitf><head><title>no</title></head><body>
      <body.head><hedline><hl1>no</hl1></hedline><byline>no</byline></body.head>
      <body.content><block><p>Лід тримався.</p>
      <p>Ships waited.</p></block></body.content></body></nitf>"""
    assert plain_text(nitf) == "Лід тримався.\n\nShips waited."


def test_entities_of_a_page_are_not_expanded() -> None:
    """A DTD in a page defines nothing and loads nothing."""
    bomb = '<!DOCTYPE html [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/hostname">]><p>x &a; &b; y</p>'
    assert plain_text(bomb).endswith("x &a; &b; y")


@pytest.mark.parametrize(
    "html",
    ["<div>" * 100_000 + "x", "<b>" * 100_000, "<" * 500_000, "<!--" * 100_000],
)
def test_no_nesting_hangs(html: str) -> None:
    """Depth and brokenness cost nothing but the text that is too deep."""
    assert isinstance(plain_text(html), str)


def test_an_element_without_end_is_refused() -> None:
    """Hundreds of thousands of attributes would keep the parser busy for minutes."""
    assert parse_page("<p " + " ".join(f"a{number}=1" for number in range(200_000)) + ">x") is None
    assert parse_page("<p " + "/".join(f'a{number}=">"' for number in range(200_000)) + ">x") is None
    assert parse_page(f'<p style="{"a b " * 100_000}">x') is not None


def test_soup_becomes_paragraphs() -> None:
    """Two breaks in a row part paragraphs, one does not, and a <div> of nothing but prose is one."""
    tree = parse_page(
        "<div id=a>One <i>and</i><br><br>two<br>lines<br><br>three</div>"
        f"<div id=b>{LINE}</div>"
        "<div id=c><a href=/>This one is nothing but a link of many words to some other page</a></div>"
    )
    assert tree is not None
    part_soup(tree)
    assert [" ".join(p.itertext()).split() for p in tree.iter("p")] == [
        ["One", "and"],
        ["two", "lines"],
        ["three"],
        LINE.split(),
    ]
    assert paragraphs(tree)[:3] == ["One and", "two\nlines", "three"]


@given(st.text() | st.text("<>/p='\" &;!-br", max_size=60))
def test_no_markup_breaks_the_reading(html: str) -> None:
    """Whatever stands there, a text comes out."""
    tree = parse_page(html)
    if tree is not None:
        part_soup(tree)
    assert isinstance(plain_text(html), str)
