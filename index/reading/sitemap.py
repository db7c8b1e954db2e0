"""A sitemap to the addresses that it lists: of pages, of news with their titles, of further sitemaps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import InputError
from index.reading.dates import parse_instant
from index.reading.decoding import clean, shown
from index.reading.xml import absolute, elements, open_xml, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

# Both are the protocol's own limits (sitemaps.org).
ENTRIES = 50_000
BYTES = 50_000_000
_PAGE, _MAP = "url", "sitemap"
_ROOTS = {"urlset": "a list of pages", "sitemapindex": "a list of sitemaps"}
_ADDRESS_LINE = re.compile(r"https?://\S+", re.IGNORECASE)
_CURE = "give the address of a sitemap, as robots.txt names it"


@dataclass(frozen=True, slots=True)
class Listed:
    """An address in a sitemap and what is said of it; only news sitemaps say more than `modified`.

    Dates are in UTC. `source` is the publication's name.
    """

    address: str
    modified: datetime | None
    title: str | None
    published: datetime | None
    source: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The pages and the further sitemaps that a sitemap lists, each the newest first, then the undated.

    `remarks` say what was not understood or left out.
    """

    pages: tuple[Listed, ...]
    maps: tuple[Listed, ...]
    remarks: tuple[str, ...]


class _Listing:
    """What is listed so far, each address once, and what was left out."""

    def __init__(self, address: str) -> None:
        self.base = address
        self.found: dict[str, dict[str, Listed]] = {_PAGE: {}, _MAP: {}}
        self.trouble: list[str] = []
        self.strange: list[str] = []
        self.foreign: list[str] = []
        self.unusable = 0
        self.is_full = False
        self._site = _site_of(address)

    def add(self, kind: str, address: str, said: dict[str, str]) -> None:
        """Take it in if it is an address of the same site and there is room."""
        usable = absolute(address, self.base)
        self.is_full = self.is_full or sum(map(len, self.found.values())) >= ENTRIES
        if usable is None:
            self.unusable += 1
        elif not self._is_own(usable):
            self.foreign.append(usable)
        elif not self.is_full and usable not in self.found[kind]:
            self.found[kind][usable] = self._listed(usable, said)

    def remarks(self) -> Iterator[str]:
        """What is worth a word, a line each."""
        yield from self.trouble
        if self.is_full:
            yield f"more than {ENTRIES:,} addresses; those after them are left out"
        if self.foreign:
            first = f"{len(self.foreign):,} of other sites left out, the first {shown(self.foreign[0])}"
            yield f"{first}; a sitemap lists its own site's"
        if self.unusable:
            yield f"{self.unusable:,} without a web address left out"
        if self.strange:
            first = f"date not understood: {shown(self.strange[0])}; kept as undated"
            yield first if len(self.strange) == 1 else f"{first}, and {len(self.strange) - 1:,} more"

    def _listed(self, address: str, said: dict[str, str]) -> Listed:
        return Listed(
            address=address,
            modified=self._instant(said.get("lastmod")),
            title=_line(said.get("title")),
            published=self._instant(said.get("publication_date")),
            source=_line(said.get("name")),
            language=_line(said.get("language")),
        )

    def _instant(self, text: str | None) -> datetime | None:
        if not text or not text.strip():
            return None
        instant = parse_instant(text)
        if instant is None:
            self.strange.append(text)
        return instant

    def _is_own(self, address: str) -> bool:
        host = urlsplit(address).hostname or ""
        return host == self._site or host.endswith(f".{self._site}")


def read_sitemap(raw: bytes, address: str) -> Sitemap:
    """The addresses in a sitemap, a sitemap index or a list of one address a line, at most 50,000.

    Args:
        raw: the body or file, perhaps packed by gzip.
        address: where it came from; what is of another registrable host than its own is left out.

    Raises:
        InputError: it is no sitemap, or larger than 50 MB unpacked.
    """
    unpacked, whole = unpack(raw, BYTES)
    if not whole and len(unpacked) == BYTES:
        raise InputError(f"{address}: more than {BYTES / 1e6:.0f} MB; no sitemap may be, so {_CURE}")
    listing = _Listing(address)
    if not whole:
        listing.trouble.append("a damaged .gz, read as far as it goes")
    _read(unpacked, listing)
    pages, maps = (_newest_first(listing.found[kind]) for kind in (_PAGE, _MAP))
    return Sitemap(pages, maps, tuple(listing.remarks()))


def _read(raw: bytes, listing: _Listing) -> None:
    document = open_xml(raw)
    if document.root in _ROOTS:
        for element in elements(document, _PAGE, _MAP):
            if isinstance(element, str):
                listing.trouble.append(element)
            else:
                said = dict(_said(element))
                listing.add(_local(element), said.get("loc", ""), said)
            if listing.is_full:
                return
        return
    lines = document.text.split() if not document.root else []
    if not any(map(_ADDRESS_LINE.fullmatch, lines)):
        root = f"its root is <{document.root}>" if document.root else "no XML, no list of addresses"
        raise InputError(f"{listing.base}: not a sitemap ({root}); {_CURE}")
    for line in lines:
        listing.add(_PAGE, line, {})


def _said(element: _Element) -> Iterator[tuple[str, str]]:
    """The texts of the element itself and of the news in it; pictures and films have dates and titles too."""
    for child in element:
        name = _local(child)
        if name in {"loc", "lastmod"}:
            yield name, child.text or ""
        elif name == "news":
            yield from ((_local(part), part.text or "") for part in child.iter())


def _local(element: _Element) -> str:
    # A comment's tag is a function; an undeclared prefix stays before the name.
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _newest_first(listed: dict[str, Listed]) -> tuple[Listed, ...]:
    dated = [(moment, each) for each in listed.values() if (moment := each.published or each.modified)]
    undated = [each for each in listed.values() if not (each.published or each.modified)]
    dated.sort(key=lambda pair: pair[0], reverse=True)
    return (*(each for _, each in dated), *undated)


def _site_of(address: str) -> str:
    """The registrable host, as gull.com.ua of https://www.gull.com.ua/…; the host where there is none."""
    from tld import get_fld

    host = urlsplit(address).hostname or ""
    registrable = get_fld(address, fail_silently=True, search_private=True)
    return registrable or host.removeprefix("www.")


def _line(text: str | None) -> str | None:
    return " ".join(clean(text or "").split()) or None
