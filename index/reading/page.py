"""An HTML page, read into the one article that it is there for."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from index.addresses import canonical_address
from index.errors import InputError
from index.reading.boilerplate import is_boilerplate, is_paywalled
from index.reading.fields import Noticed, Origin, compose
from index.reading.markup import PAGE_LIMIT, decode_page, paragraphs, parse_page, part_soup, strip_unseen
from index.reading.metadata import Stated, read_metadata
from index.reading.notices import Correction, correction_in, is_withdrawal, shortened
from index.records import Article, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.html import HtmlElement

_FEWEST_WORDS = 25
_STUB_WORDS = 150
_MOST_ELEMENTS = 60_000
_PROSE_IN_CELL = 25
_LINKED_HEADINGS = 6
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_HEADINGS = ("h1", "h2", "h3", "h4")
_WORD = re.compile(r"[^\W_]+")
# Scripts without spaces: two characters are about a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def read_page(
    raw: bytes,
    origin: Origin,
    *,
    address: str | None = None,
    content_type: str = "",
    fallback: Mapping[str, Any] = _NOTHING,
) -> Iterator[Article | Noticed | Withdrawal]:
    """The article of an HTML page, after what is to be said about its metadata; or its withdrawal.

    Its id is its canonical address, if it has an address. What each field is read from stands in
    metadata.py; nothing in the page is run, loaded or followed.

    Args:
        raw: the page as it was fetched.
        origin: where it came from; its id serves where the page has no address.
        address: what it was fetched from; None for a saved file. Relative links are read against it,
            and it stands in for a canonical address.
        content_type: the Content-Type header, if there was one.
        fallback: what a feed said of the page, for what the page itself does not say.

    Raises:
        InputError: there is no article in it: no text, a list of links, a login page…
    """
    if len(raw) > PAGE_LIMIT:
        raise InputError(f"{origin.input}: a page of more than {PAGE_LIMIT / 1e6:.0f} MB; no article is")
    tree = parse_page(decode_page(raw, content_type))
    if tree is None:
        raise _no_article(origin, "empty, or no HTML")
    stated = read_metadata(tree, address, fallback)
    strip_unseen(tree)
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        raise _no_article(origin, f"more than {_MOST_ELEMENTS} elements")
    if stated.address:
        origin = Origin(origin.input, canonical_address(stated.address))
    text = _text(tree, stated)
    gone = _withdrawal(text, tree)
    if gone:
        yield Withdrawal(origin.id, origin.input, shortened(" ".join(gone.split())), stated.issued)
        return
    _judge(text, tree, stated, origin)
    yield from _compose(stated, text, origin)


def _compose(stated: Stated, text: list[str], origin: Origin) -> Iterator[Article | Noticed]:
    changed = stated.issued.date() if stated.issued else None
    told = stated.correction or correction_in(text, changed)
    found = Correction(told.words, told.day or changed) if told else Correction("", None)
    yield from compose(
        {**stated.fields, "url": stated.address},
        "\n\n".join(text),
        origin,
        issued=stated.issued,
        corrected=found.day,
        correction=found.words or None,
    )


def _text(tree: HtmlElement, stated: Stated) -> list[str]:
    """The paragraphs of the article itself."""
    from trafilatura import bare_extraction

    links = {_plain(" ".join(link.itertext())) for link in tree.iter("a")}
    _open_layout(tree)
    part_soup(tree)
    document = bare_extraction(
        tree, fast=True, favor_precision=True, include_comments=False, include_tables=False
    )
    body = getattr(document, "body", None)
    found = [] if body is None else paragraphs(body)
    kept = [text for text in found if _plain(text) not in links and not is_boilerplate(text)]
    return _without_opening(kept, stated)


def _open_layout(tree: HtmlElement) -> None:
    """Makes of tables and forms that hold prose what trafilatura does not drop, and keeps <time> in it."""
    for table in list(tree.iter("table")):
        cells = list(table.iter("td"))
        if any(len(" ".join(cell.itertext()).split()) >= _PROSE_IN_CELL for cell in cells):
            for part in [table, *table.iter("tbody", "thead", "tfoot", "tr", "td", "th")]:
                part.tag = "div"
    for form in list(tree.iter("form")):
        if form.find(".//p") is not None and len(" ".join(form.itertext()).split()) > _STUB_WORDS:
            form.tag = "div"
    for part in list(tree.iter("time", "label", "ruby")):
        if any(above.tag in {"p", "li", "blockquote"} for above in part.iterancestors()):
            part.drop_tag()


def _without_opening(text: list[str], stated: Stated) -> list[str]:
    """The paragraphs after a title and a byline that only repeat what is known."""
    titles = {_plain(title) for title in stated.titles}
    authors = {_plain(author) for author in stated.fields.get("authors", ())}
    known = (_plain(part) in titles or _plain(re.sub(r"^[Bb]y\s+", "", part)) in authors for part in text)
    return text[next((at for at, repeats in enumerate(known) if not repeats), len(text)) :]


def _withdrawal(text: list[str], tree: HtmlElement) -> str | None:
    """The words of a page that says only that its article is gone."""
    if _words(text) > _STUB_WORDS:
        return None
    main = next((found for name in ("article", "main") for found in tree.iter(name)), None)
    headings = set() if main is None else _headings(main)
    shown = [] if main is None else [part for part in paragraphs(main) if part not in headings]
    candidates = ("\n".join(part) for part in (text, shown))
    return next((words for words in candidates if is_withdrawal(words)), None)


def _headings(tree: HtmlElement) -> set[str]:
    return {" ".join(" ".join(heading.itertext()).split()) for heading in tree.iter(*_HEADINGS)}


def _judge(text: list[str], tree: HtmlElement, stated: Stated, origin: Origin) -> None:
    """Raises InputError where the text is not an article's."""
    words = _words(text)
    if words < _FEWEST_WORDS:
        raise _no_article(origin, f"{words} words of text" if words else "no text")
    if words < _STUB_WORDS and is_paywalled(" ".join(paragraphs(tree))):
        raise _no_article(origin, "only a beginning, the rest is for those who log in")
    if words < _STUB_WORDS and not stated.told and tree.find(".//input[@type='password']") is not None:
        raise _no_article(origin, "a page to log in")
    if not stated.told and sum(map(_is_link, tree.iter(*_HEADINGS))) >= max(_LINKED_HEADINGS, len(text)):
        raise _no_article(origin, "a list of links")


def _is_link(heading: HtmlElement) -> bool:
    return heading.find(".//a") is not None or (
        heading.getparent() is not None and heading.getparent().tag == "a"
    )


def _words(text: Iterable[str]) -> int:
    joined = " ".join(text)
    unspaced = len(_UNSPACED.findall(joined))
    return len(_WORD.findall(_UNSPACED.sub(" ", joined))) + unspaced // 2


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def _no_article(origin: Origin, why: str) -> InputError:
    return InputError(f"{origin.input}: no article in it: {why}")
