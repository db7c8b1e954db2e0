"""Schema.org's JSON-LD on a page: the article it describes, whatever shape and state it is in."""

from __future__ import annotations

import html
import json
import re
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# And all that end like the first: ReportageNewsArticle, OpinionNewsArticle…
_ARTICLES = ("article", "blogposting", "socialmediaposting", "report")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*;?\s*$"
)
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")
# Enough for any page; a longer one was not written for readers of it.
_NODES = 500
_DEPTH = 5


class LinkedArticle:
    """The article that a page's JSON-LD describes, and what it refers to on the same page."""

    def __init__(self, tree: HtmlElement) -> None:
        """Reads all scripts of the tree; `found` tells whether one describes an article."""
        nodes = list(islice(_nodes(tree), _NODES))
        named = [node for node in nodes if isinstance(node.get("@id"), str)]
        self._by_id = {node["@id"]: node for node in named if len(node) > 1}
        self._article = next((node for node in nodes if _is_article(node)), {})
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
        text = _WRAPPING.sub("", text)
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


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
