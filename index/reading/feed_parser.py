"""Feedparser's parsers on text from anywhere: bounded, without files or addresses, as far as it goes."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from itertools import islice
from typing import Any

from index.reading.xml import absolute, not_well_formed

ENTRIES = 2_000
# What feedparser lets through on content that it does not expect.
_DEFEAT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
)
# feedparser takes some 20 microseconds for each; two thousand long articles in XHTML have fewer.
_ELEMENTS = 400_000
# feedparser looks through all of them at each element that is in none it knows.
_NAMESPACES = 100
# It takes time that grows with the square of an element's attributes, and of a base's length if each
# element makes the base longer; for every open element it keeps a base.
_ATTRIBUTES, _LONGEST_BASE, _DEPTH = 100, 4_096, 10_000
_BASES = frozenset({"xml:base", "base"})


@dataclass(frozen=True, slots=True)
class Found:
    """What feedparser found: the fields of the channel and of each entry, and how far it came."""

    channel: dict[str, Any]
    entries: list[dict[str, Any]]
    is_atom: bool
    trouble: str | None
    more: bool


class _EnoughError(Exception):
    """The feed has more entries, or more elements, than are read."""


class _Ours:
    """What is done otherwise than in feedparser, whose parsers look their methods up by the tag."""

    begun = 0

    def unknown_starttag(self: Any, tag: str, attributes: list[tuple[str, str]]) -> None:
        self.begun += 1
        if self.begun > _ELEMENTS or self.depth > _DEPTH:
            raise _EnoughError
        room = _LONGEST_BASE - len(self.baseuri)
        read = [
            (name, value)
            for name, value in attributes[:_ATTRIBUTES]
            if name.lower() not in _BASES or len(value) <= room
        ]
        super().unknown_starttag(tag, read)  # type: ignore[misc] # the parser's, which _parsers adds

    def startElementNS(self: Any, name: Any, qname: Any, attributes: Any) -> None:  # noqa: N802 - SAX's name
        if len(attributes) > _ATTRIBUTES:
            attributes = _first(attributes)
        super().startElementNS(name, qname, attributes)  # type: ignore[misc] # the strict parser's

    def _start_item(self: Any, attributes: dict[str, str]) -> None:
        if len(self.entries) >= ENTRIES:
            raise _EnoughError
        super()._start_item(attributes)  # type: ignore[misc] # the parser's, too

    _start_entry = _start_item

    def _start_guid(self: Any, attributes: dict[str, str]) -> None:
        # feedparser would complete "1234" to an address; whether it is one is told at the end.
        self.permalink = attributes.get("ispermalink", "true") == "true"
        self.guidislink = False
        self.push("id", 1)

    _start_id = _start_guid

    def _end_guid(self: Any) -> None:
        identity = self.pop("id")
        if self.permalink and (link := absolute(identity)):
            self._save("link", link)

    _end_id = _end_guid

    def _sync_author_detail(self: Any, key: str = "author") -> None:
        # feedparser's looks for a mail address, in time that grows with the square of the name's length:
        # an hour for a megabyte.
        context = self._get_context()
        authors = dict.get(context, "authors")
        if key == "author" and isinstance(authors, list) and authors and not authors[-1]:
            authors[-1]["name"] = dict.get(context, "author")

    def track_namespace(self: Any, prefix: str | None, uri: str) -> None:
        if len(self.namespaces_in_use) < _NAMESPACES:
            super().track_namespace(prefix, uri)  # type: ignore[misc] # the parser's, too


def _first(attributes: Any) -> Any:
    """So many of the attributes as are read."""
    from xml.sax.xmlreader import AttributesNSImpl

    return AttributesNSImpl(dict(islice(attributes.items(), _ATTRIBUTES)), {})


@functools.cache
def _parsers() -> tuple[Any, Any]:
    """Feedparser's strict and its loose parser, each with what is ours."""
    from feedparser.api import LooseFeedParser, StrictFeedParser

    return type("Strict", (_Ours, StrictFeedParser), {}), type("Loose", (_Ours, LooseFeedParser), {})


def parse_entries(text: str, address: str) -> Found:
    """The feed by the strict parser, or where that fails by the loose one; never raises.

    Args:
        text: the feed from its root element on, without any declaration.
        address: what relative links are completed by, unless xml:base says otherwise.

    Feedparser's parts are driven here, not by its `parse()`: that takes minutes for a megabyte of blank
    lines before the root, and guesses wrong charsets.
    """
    strict, loose = (make(address, None, "utf-8") for make in _parsers())
    trouble = None
    for parser, read in ((strict, _read_strictly), (loose, _read_loosely)):
        parser.resolve_relative_uris = parser.sanitize_html = False
        try:
            read(parser, text)
        except _EnoughError:
            return _found(parser, trouble, more=True)
        except _defeats() as error:
            trouble = trouble or _why(error)
            continue
        return _found(parser, trouble, more=False)
    return _found(max(strict, loose, key=lambda parser: len(parser.entries)), trouble, more=False)


def _read_strictly(parser: Any, text: str) -> None:
    from xml.sax import handler, make_parser, xmlreader

    # No entity is declared in the text, and none would be fetched.
    reader = make_parser()  # noqa: S317 - nothing stands before the root, so nothing is declared
    reader.setFeature(handler.feature_namespaces, True)
    reader.setFeature(handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = xmlreader.InputSource()
    source.setEncoding("utf-8")
    source.setByteStream(io.BytesIO(text.encode()))
    reader.parse(source)


def _read_loosely(parser: Any, text: str) -> None:
    parser.feed(text)


def _defeats() -> tuple[type[Exception], ...]:
    from xml.sax import SAXException

    return (SAXException, *_DEFEAT)


def _why(error: Exception) -> str:
    line = getattr(error, "getLineNumber", int)()
    return not_well_formed(line, getattr(error, "getMessage", error.__str__)())


def _found(parser: Any, trouble: str | None, *, more: bool) -> Found:
    entries = [dict(entry) for entry in parser.entries]
    return Found(dict(parser.feeddata), entries, parser.version.startswith("atom"), trouble, more)
