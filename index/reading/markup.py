"""HTML to a tree of what a reader would see, and a tree to its paragraphs; nothing in it is run or loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.reading.decoding import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

PAGE_LIMIT = 10_000_000
_UNSEEN = ("script", "style", "noscript", "template", "iframe", "svg", "object", "embed", "math")
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BESIDE = ("figure", "figcaption", "button", "select", "textarea", "nav", "aside", "footer", "head", "form")
# HTML's own, NITF's and trafilatura's.
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul", "block", "body.content", "body.head"),
        *("body.end", "nitf", "hl1", "hl2", "hedline", "head", "quote", "list", "item", "row", "cell"),
        *("code",),
    )
)
_BREAKS = frozenset(("br", "lb"))
_HOLDS_TEXT = frozenset(("div", "td", "section", "article", "main", "body", "span", "center", "font"))
_TAG = re.compile(rb"<[^<>]*>")
_QUOTED = r"""=\s*+(?:"[^"]*+"|'[^']*+')"""
_OPENING = re.compile(rf"<[A-Za-z](?:[^>=]++|{_QUOTED}|=)*+")
_PARTS = re.compile(rf"{_QUOTED}|[\s/]+")
# libxml2 takes a second for this many in one element, and four times as long for twice as many.
_MOST_ATTRIBUTES = 20_000
_SAMPLE = 20_000
_LITTLE = 0.1
_PROSE = 12
_PROSE_IN_CELL = 25
_OF_TABLES = ("tbody", "thead", "tfoot", "tr", "td", "th")


def decode_page(raw: bytes, content_type: str = "") -> str:
    """The text of a page, whatever it says of its encoding; what cannot be read becomes U+FFFD.

    As browsers do: a byte order mark, then the Content-Type header, then <meta charset>. Unlike them,
    bytes that fit UTF-8 and hardly anything else are UTF-8 whatever is declared, and a declared UTF-8
    that the bytes do not fit is not believed.
    """
    from w3lib.encoding import html_to_unicode, read_bom

    foreign = sum(raw.count(bytes([byte])) for byte in range(0x80, 0x100))
    if read_bom(raw)[0] is None and foreign:
        text = raw.decode("utf-8", "replace")
        if text.count("\ufffd") <= foreign * _LITTLE:
            return text
    declared, text = html_to_unicode(content_type or None, raw, auto_detect_fun=_guess if foreign else None)
    misfit = declared in {"utf-8", "utf8"} and text.count("\ufffd") > foreign * _LITTLE
    return raw.decode(_guess(raw), "replace") if misfit and foreign else text


def _guess(raw: bytes) -> str:
    """The encoding of bytes that do not say it rightly; windows-1251 where nothing can be told."""
    from charset_normalizer import from_bytes

    words = [word for word in _TAG.sub(b" ", raw).split() if not word.isascii()]
    best = from_bytes(b" ".join(words)[:_SAMPLE]).best() if words else None
    return best.encoding if best else "windows-1251"


def parse_page(text: str) -> HtmlElement | None:
    """The tree of a page or a piece of one; None where there is none to be had. Any DTD is read over.

    What is nested more than 255 deep is left out: libxml2 stops there, which keeps later steps safe.
    """
    from lxml.etree import LxmlError
    from lxml.html import HTMLParser, document_fromstring

    text = clean(text)
    if any(map(_is_endless, _OPENING.finditer(text))):
        return None
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(text.encode(), parser=parser)
    except (LxmlError, ValueError):
        return None


def _is_endless(tag: re.Match[str]) -> bool:
    whole = tag.end() - tag.start()
    return whole > _MOST_ATTRIBUTES and len(_PARTS.findall(tag[0])) > _MOST_ATTRIBUTES


def strip_unseen(tree: HtmlElement) -> None:
    """Takes out of the tree what a browser would not show."""
    unseen = [
        element
        for element in tree.iter()
        if element.tag in _UNSEEN
        or "hidden" in element.attrib
        or element.get("aria-hidden", "").strip().lower() == "true"
        or _UNSEEN_STYLE.search(element.get("style", ""))
    ]
    _drop(tree, unseen)


def strip_beside(tree: HtmlElement) -> None:
    """Takes out what stands beside the text of a wire story: pictures with their captions, forms, menus."""
    _drop(tree, list(tree.iter(*_BESIDE)))


def part_soup(tree: HtmlElement) -> None:
    """Makes paragraphs of text that only two <br> in a row part, and of a <div> that is nothing but text."""
    for parent in dict.fromkeys(br.getparent() for br in tree.iter("br") if _doubled(br)):
        if parent is not None and parent.tag in _HOLDS_TEXT:
            _wrap(parent)
    for division in [each for each in tree.iter("div") if not _holds_block(each)]:
        linked = sum(len("".join(each.itertext())) for each in division.iter("a"))
        text = "".join(division.itertext())
        if len(text) > 2 * linked and len(text.split()) >= _PROSE:
            division.tag = "p"


def _holds_block(element: HtmlElement) -> bool:
    return next(element.iterdescendants(*_BLOCKS), None) is not None


def open_layout(tree: HtmlElement) -> None:
    """Makes divisions of tables that hold prose, with the tables around them."""
    tables = [each for cell in _prose_cells(tree) for each in cell.iterancestors("table")]
    layout = dict.fromkeys(tables)
    outermost = [each for each in layout if not any(above in layout for above in each.iterancestors("table"))]
    for part in [
        part for each in outermost for part in each.iter("tbody", "thead", "tfoot", "tr", "td", "th")
    ]:
        part.tag = "div"
    for table in layout:
        table.tag = "div"


def _prose_cells(tree: HtmlElement) -> list[HtmlElement]:
    """The cells with many words of their own, those of tables within them not counted."""
    from lxml.etree import iterwalk

    found, counts = [], [0]
    for event, element in iterwalk(tree, events=("start", "end")):
        if event == "start":
            counts += [0] if element.tag == "td" else []
            counts[-1] += len((element.text or "").split())
            continue
        if element.tag == "td" and counts.pop() >= _PROSE_IN_CELL:
            found.append(element)
        counts[-1] += len((element.tail or "").split())
    return found


def _doubled(element: HtmlElement) -> bool:
    """Whether it is a <br> right before another."""
    after = element.getnext()
    return (
        element.tag == "br" and after is not None and after.tag == "br" and not (element.tail or "").strip()
    )


def _wrap(parent: HtmlElement) -> None:
    """Puts each run of text and inline elements between breaks and blocks into a <p> of its own."""
    children, opening = list(parent), parent.text
    parent.text = None
    paragraph = parent.makeelement("p")
    paragraph.text = opening
    parent.insert(0, paragraph)
    for child in children:
        parts = child.tag in _BLOCKS or _doubled(child)
        if not parts and child.tag == "br" and not len(paragraph) and not (paragraph.text or "").strip():
            paragraph.text, child.tail = child.tail, None
            parent.remove(child)
            continue
        if not parts:
            paragraph.append(child)
            continue
        paragraph, tail = parent.makeelement("p"), child.tail
        child.tail = None
        paragraph.text = tail
        child.addnext(paragraph)


def _drop(tree: HtmlElement, elements: list[HtmlElement]) -> None:
    for element in elements:
        if element is not tree and element.getparent() is not None:
            element.drop_tree()


def paragraphs(tree: HtmlElement) -> list[str]:
    """The words of each block, with single spaces; a lone <br> is a line end within one, two end it."""
    blocks = re.split(r"\n{2,}", "".join(_pieces(tree)))
    lines = ([" ".join(line.split()) for line in block.split("\n")] for block in blocks)
    return [text for block in lines if (text := "\n".join(line for line in block if line))]


def plain_text(html: str) -> str:
    """The paragraphs of a piece of HTML or NITF, with a blank line between them."""
    tree = parse_page(html)
    if tree is None:
        return ""
    strip_unseen(tree)
    content = tree.find(".//body.content")
    tree = tree if content is None else content
    strip_beside(tree)
    return "\n\n".join(paragraphs(tree))


def _pieces(tree: HtmlElement) -> Iterator[str]:
    """The text in reading order, the line ends of the source turned to spaces, blocks parted by two."""
    from lxml.etree import iterwalk

    for event, element in iterwalk(tree, events=("start", "end")):
        block = element.tag in _BLOCKS
        if block:
            yield "\n\n"
        if event == "start":
            yield "\n" if element.tag in _BREAKS else ""
            yield " ".join((element.text or "").split("\n"))
        elif element is not tree:
            yield " ".join((element.tail or "").split("\n"))
