"""Schema.org's JSON-LD on a page: the article it describes, whatever shape and state it is in."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from index.addresses import canonical_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# And all that end like the first: ReportageNewsArticle, OpinionNewsArticle…
_ARTICLES = ("article", "blogposting", "socialmediaposting", "report")
_OPENING = re.compile(r"<!--|<!\[CDATA\[|//\s{0,9}<!\[CDATA\[|/\*\s{0,9}<!\[CDATA\[\s{0,9}\*/")
_CLOSING = re.compile(r"(?:-->|//\s{0,9}\]\]>|/\*\s{0,9}\]\]>\s{0,9}\*/|\]\]>)$")
# Longer than any closing, so that the search for one is short.
_CLOSING_ROOM = 60
_WORD = re.compile(r"[^\W_]+")
# Pages of a piece, and other dresses of it.
_SAME_PIECE = re.compile(r"/(?:page/\d+|print|amp|index\.\w+|comments?)/?", re.IGNORECASE)
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")
# Enough for any page; a longer one was not written for readers of it.
_NODES = 500
_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Itself:
    """What tells a page's own description from another's: its addresses, the likeliest first, and titles."""

    addresses: tuple[str, ...]
    titles: tuple[str, ...]


class LinkedArticle:
    """The article that a page's JSON-LD describes, and what it refers to on the same page."""

    def __init__(self, tree: HtmlElement, itself: Itself) -> None:
        """Reads all scripts of the tree; `found` tells whether one describes the page's own article."""
        nodes = list(islice(_nodes(tree), _NODES))
        named = [node for node in nodes if isinstance(node.get("@id"), str)]
        self._by_id = {node["@id"]: node for node in named if len(node) > 1}
        self._article = _own([node for node in nodes if _is_article(node)], itself)
        self.found = bool(self._article)

    def values(self, *names: str) -> list[Any]:
        """What stands under these names, lists unrolled, references followed, entities written out."""
        given = [value for name in names for value in _listed(self._article.get(name))]
        return [_unescaped(self._followed(value)) for value in given]

    def texts(self, *names: str, of: tuple[str, ...] = ("name", "@value")) -> list[str]:
        """The same as texts; of an object, the first that it has of the names `of`."""
        return [text for value in self.values(*names) if (text := text_of(value, of))]

    def _followed(self, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("@id"), str):
            return value
        return {**self._by_id.get(value["@id"], {}), **value}


def text_of(value: Any, of: tuple[str, ...] = ("name", "@value")) -> str | None:
    """A text, or an object's first text under one of the names; None for all else."""
    if isinstance(value, dict):
        value = next((value[name] for name in of if isinstance(value.get(name), str)), None)
    return value.strip() or None if isinstance(value, str) else None


def _nodes(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.iter("script"):
        if script.get("type", "").split(";")[0].strip().lower() == "application/ld+json":
            yield from _inside(_parse(script.text or ""), _DEPTH)


def _parse(text: str) -> Any:
    for _ in range(2):
        text = text.strip().removesuffix(";").rstrip()
        opening = _OPENING.match(text)
        text = text[opening.end() if opening else 0 :]
        text = text[:-_CLOSING_ROOM] + _CLOSING.sub("", text[-_CLOSING_ROOM:])
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _own(articles: list[dict[str, Any]], itself: Itself) -> dict[str, Any]:
    """The article that is the page's own: by its address, by its title, or the only one that may be."""
    places = {canonical_address(address) for address in itself.addresses}
    titles = {folded(title) for title in itself.titles}
    claims = [_claims(each, itself) for each in articles]
    by_address = [each for each, claimed in zip(articles, claims, strict=True) if claimed & places]
    by_title = [each for each in by_address or articles if folded(_headline(each)) in titles]
    if by_title or by_address:
        return (by_title or by_address)[0]
    elsewhere = places and any(claims)
    one = len({folded(_headline(each)) for each in articles}) == 1
    return articles[0] if one and not elsewhere else {}


def _claims(article: dict[str, Any], itself: Itself) -> set[str]:
    """The addresses an article says it stands at; not those of a section that the page stands in."""
    given = [each for name in ("url", "mainEntityOfPage", "@id") for each in _listed(article.get(name))]
    texts = [text_of(each, ("@id", "url")) for each in given]
    told = [text for text in texts if text and not text.startswith(("#", "_:", "urn:"))]
    base = next(iter(itself.addresses), "")
    whole = [address for text in told if (address := _joined(base, text)).startswith("http")]
    return {canonical_address(each) for each in whole if not _is_section(each, itself)}


def _is_section(claimed: str, itself: Itself) -> bool:
    return any(stands_above(claimed, address) for address in itself.addresses)


def stands_above(claimed: str, address: str) -> bool:
    """Whether a claimed address is that of a section or front page which the address lies in."""
    try:
        above, below = urlsplit(canonical_address(claimed)), urlsplit(canonical_address(address))
    except ValueError:
        return False
    if not above.path.strip("/") and not above.query:
        return bool(below.path.strip("/") or below.query)
    rest = below.path.removeprefix(above.path)
    return below.path != rest and rest.startswith("/") and not _SAME_PIECE.fullmatch(rest)


def _joined(base: str, claimed: str) -> str:
    try:
        return urljoin(base, claimed.strip())
    except ValueError:
        return ""


def folded(text: str) -> str:
    """A title's words, without case and punctuation."""
    return " ".join(_WORD.findall(text.casefold()))


def _headline(article: dict[str, Any]) -> str:
    given = (_unescaped(each) for name in ("headline", "name") for each in _listed(article.get(name)))
    return next((text for each in given if (text := text_of(each))), "")


def _inside(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The object and those it wraps; not those it only lists or mentions, which are other articles."""
    if depth and isinstance(value, list):
        for each in value:
            yield from _inside(each, depth - 1)
    elif depth and isinstance(value, dict):
        yield value
        for name in _INSIDE:
            yield from _inside(value.get(name), depth - 1)


def _is_article(node: dict[str, Any]) -> bool:
    types = [each for each in _listed(node.get("@type")) if isinstance(each, str)]
    return any(each.lower().endswith(_ARTICLES) for each in types)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _unescaped(value: Any) -> Any:
    if isinstance(value, str):
        return html.unescape(value)
    if isinstance(value, dict):
        return {name: html.unescape(each) if isinstance(each, str) else each for name, each in value.items()}
    return value
