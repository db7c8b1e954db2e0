"""An HTML page, read into the one article that it is there for."""

from __future__ import annotations

import re
from copy import deepcopy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from index.addresses import canonical_address
from index.errors import InputError
from index.reading.boilerplate import is_boilerplate, is_consent, is_missing, is_paywalled
from index.reading.corrections import Correction, correction_in
from index.reading.dates import parse_day
from index.reading.fields import Noticed, Origin, compose
from index.reading.markup import (
    PAGE_LIMIT,
    decode_page,
    open_layout,
    paragraphs,
    parse_page,
    part_soup,
    strip_unseen,
)
from index.reading.metadata import Stated, read_metadata
from index.reading.notices import is_withdrawal, shortened
from index.records import Article, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.html import HtmlElement

_FEWEST_WORDS = 25
_STUB_WORDS = 150
_MOST_ELEMENTS = 60_000
# What trafilatura reads in seconds.
_MOST_SHOWN = 15_000
# In one paragraph, twice as many take it four times as long.
_MOST_INLINE = 4_000
_LINKED_HEADINGS = 6
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TEASER_WORDS = 12
_SENTENCE_END = re.compile(r"\.[\"'\u201d\u2019»)]*$")
_AROUND = ("header", "nav", "footer", "aside")
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
    _limit(tree.iter(), _MOST_ELEMENTS, origin)
    stated = read_metadata(tree, address, fallback)
    strip_unseen(tree)
    _limit(tree.iter(), _MOST_SHOWN, origin)
    _open(tree)
    part_soup(tree)
    for paragraph in tree.iter("p"):
        _limit((each for each in paragraph.iter() if each.tag != "br"), _MOST_INLINE, origin)
    if stated.address:
        origin = Origin(origin.input, canonical_address(stated.address))
    text = _text(tree, stated)
    gone = _withdrawal(text, tree)
    if gone:
        yield Withdrawal(origin.id, origin.input, shortened(" ".join(gone.split())), stated.issued)
        return
    free = _before_gate(text)
    _judge(free, tree, stated, origin, cut=len(free) < len(text))
    yield from _compose(stated, free, origin)


def _limit(elements: Iterable[HtmlElement], most: int, origin: Origin) -> None:
    if sum(1 for _ in elements) > most:
        raise _no_article(origin, f"more than {most} elements")


def _compose(stated: Stated, text: list[str], origin: Origin) -> Iterator[Article | Noticed]:
    changed = stated.issued.date() if stated.issued else None
    told = stated.correction or correction_in(text, changed)
    published = parse_day(str(stated.fields.get("date") or ""))
    # A day before the article's own is that of what it tells.
    day = told.day if told and told.day and not (published and told.day < published) else changed
    found = Correction(told.words, day) if told else Correction("", None)
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

    links = {_plain(" ".join(link.itertext())) for link in tree.iter("a") if _leads_away(link)}
    document = bare_extraction(
        tree, fast=True, favor_precision=True, include_comments=False, include_tables=False
    )
    body = getattr(document, "body", None)
    found = [] if body is None else paragraphs(body)
    kept = [text for text in found if not is_boilerplate(text) and not _is_teaser(text, links)]
    return _without_opening(kept, stated)


def _leads_away(link: HtmlElement) -> bool:
    """Whether a link among the text leads to another page; a menu's may say what a subheading does."""
    around = any(above.tag in _AROUND for above in link.iterancestors())
    return not around and not (link.get("href") or "#").strip().startswith("#")


def _is_teaser(text: str, links: set[str]) -> bool:
    return len(text.split()) <= _TEASER_WORDS and not _SENTENCE_END.search(text) and _plain(text) in links


def _open(tree: HtmlElement) -> None:
    """Makes plain prose of tables, forms, times and linked sentences, which trafilatura would drop."""
    open_layout(tree)
    for form in list(tree.iter("form")):
        if form.find(".//p") is not None and len(" ".join(form.itertext()).split()) > _STUB_WORDS:
            form.tag = "div"
    for link in [each for each in tree.iter("a") if _is_sentence(each)]:
        link.drop_tag()
    for part in list(tree.iter("time", "label", "ruby")):
        if any(above.tag in {"p", "li", "blockquote"} for above in part.iterancestors()):
            part.drop_tag()


def _is_sentence(link: HtmlElement) -> bool:
    """Whether a link is a paragraph of its own and a sentence, which trafilatura takes for a teaser."""
    parent = link.getparent()
    if parent is None or parent.tag != "p" or len(parent) > 1 or (parent.text or "").strip():
        return False
    return not (link.tail or "").strip() and bool(_SENTENCE_END.search("".join(link.itertext()).strip()))


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


def _judge(text: list[str], tree: HtmlElement, stated: Stated, origin: Origin, *, cut: bool) -> None:
    """Raises InputError where the text is not an article's; `cut` says that a gate ended it."""
    words = _words(text)
    if words < _STUB_WORDS and text and is_missing(text[0]):
        raise _no_article(origin, "it says that what was there is gone")
    if (cut and stated.closed) or (words < _STUB_WORDS and (cut or stated.closed or _is_gated(text, tree))):
        raise _no_article(origin, "only a beginning, the rest is for those who log in")
    if words < _FEWEST_WORDS:
        raise _no_article(origin, f"{words} words of text" if words else "no text")
    if words < _STUB_WORDS and is_consent(text):
        raise _no_article(origin, "only a question about cookies")
    if words < _STUB_WORDS and not stated.told and tree.find(".//input[@type='password']") is not None:
        raise _no_article(origin, "a page to log in")
    if not stated.told and sum(map(_is_link, tree.iter(*_HEADINGS))) >= max(_LINKED_HEADINGS, len(text)):
        raise _no_article(origin, "a list of links")


def _before_gate(text: list[str]) -> list[str]:
    """The paragraphs before one that asks to log in or subscribe to read on."""
    return text[: next((at for at, part in enumerate(text) if is_paywalled(part)), len(text))]


def _is_gated(text: list[str], tree: HtmlElement) -> bool:
    """Whether the page asks its reader, after the text and not in a menu, to log in to read on."""
    shown = deepcopy(tree)
    for part in list(shown.iter(*_AROUND)):
        if part.getparent() is not None:
            part.drop_tree()
    main = next(shown.iter("article", "main"), None)
    inner = [] if main is None else _after(text, paragraphs(main))
    return any(map(is_paywalled, inner)) or any(
        is_paywalled(part, within=False) for part in _after(text, paragraphs(shown))
    )


def _after(text: list[str], parts: list[str]) -> list[str]:
    """The parts that come after the text's last paragraph; all where it is not among them."""
    last = _plain(text[-1]) if text else ""
    at = next((number for number, part in enumerate(parts) if _plain(part) == last), -1)
    return parts[at + 1 :]


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
