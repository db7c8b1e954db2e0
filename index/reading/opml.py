"""A list of feeds, as readers export it (OPML), to their addresses."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from index.errors import InputError
from index.reading.decoding import shown
from index.reading.xml import absolute, elements, open_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOTS = frozenset({"opml", "outline", "body"})
# Outlines whose url= is a page or another list.
_NO_FEEDS = frozenset({"link", "include"})
# lxml looks for each by going through those before it.
_ATTRIBUTES = 100
_CURE = 'a feed stands in it as <outline xmlUrl="https://…"/>'


def read_opml(raw: bytes, name: str) -> tuple[list[str], list[str]]:
    """The addresses of the feeds in the order of the list, each once, and what is to be said about it.

    Args:
        raw: the file; outlines may be nested in any way.
        name: what the messages call it.

    Raises:
        InputError: it is no OPML, or no feed with a web address is in it.
    """
    document = open_xml(raw)
    if document.root not in _ROOTS:
        root = f"its root is <{document.root}>" if document.root else "no XML"
        raise InputError(f"{name}: not an OPML file ({root}); {_CURE}")
    feeds: list[str] = []
    others: list[str] = []
    remarks: list[str] = []
    for element in elements(document, "outline", event="start"):
        if isinstance(element, str):
            remarks.append(element)
        elif given := _given(element):
            usable = absolute(given)
            (others if usable is None else feeds).append(usable or given)
    if others:
        count = f"{len(others):,} {'feed' if len(others) == 1 else 'feeds'} without a web address left out"
        remarks.append(f"{count}, the first {shown(others[0])}; only http and https are read")
    if not feeds:
        raise InputError(f"{name}: no feed in it{f' ({remarks[-1]})' if remarks else ''}; {_CURE}")
    return list(dict.fromkeys(feeds)), remarks


def _given(outline: _Element) -> str:
    """The feed's address as written, under whatever spelling; empty for a folder or a link to a page."""
    given = outline.get("xmlUrl", "").strip()
    if given:
        return str(given)
    names = islice(outline.attrib, _ATTRIBUTES)
    said = {str(name).rpartition("}")[2].lower(): str(outline.get(name)) for name in names}
    address = said.get("xmlurl", "").strip()
    is_feed = said.get("type", "").lower() not in _NO_FEEDS
    return address or (said.get("url", "").strip() if is_feed else "")
