"""What a page says of itself, the most telling place first.

field     JSON-LD                Open Graph, other meta         the page, the feed
title     headline, name         og:title, citation_title…      <h1>, <title>, feed
date      datePublished          article:published_time, date…  <time datetime>, feed
updated   dateModified           article:modified_time…         feed
authors   author                 author, citation_author…       feed, a byline trafilatura finds
source    publisher              og:site_name                   feed, else the host by compose()
language  inLanguage             og:locale                      <html lang> (before og:locale), feed
address   mainEntityOfPage, url  og:url                         rel=canonical, where it was fetched
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from index.addresses import believed_address
from index.reading.dates import parse_day, parse_instant
from index.reading.decoding import one_line
from index.reading.fields import canonical
from index.reading.linked_data import LinkedArticle, text_of
from index.reading.notices import Correction, correction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.html import HtmlElement

_META = {
    "title": ("og:title", "twitter:title", "citation_title", "dc.title", "parsely-title", "sailthru.title"),
    "date": (
        *(
            "article:published_time",
            "og:article:published_time",
            "datepublished",
            "citation_publication_date",
        ),
        *(
            "citation_date",
            "dc.date",
            "dc.date.issued",
            "dcterms.created",
            "dcterms.issued",
            "parsely-pub-date",
        ),
        *("sailthru.date", "pubdate", "publish-date", "publication_date", "date"),
    ),
    "updated": (
        *("article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified"),
        *("dcterms.modified", "dc.date.modified", "last-modified"),
    ),
    "source": ("og:site_name", "dc.publisher", "application-name"),
    "language": ("og:locale", "content-language"),
}
_AUTHOR_META = (
    *("citation_author", "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author"),
    *("sailthru.author", "byl"),
)
_LINKED = {
    "title": ("headline", "name"),
    "date": ("datePublished",),
    "updated": ("dateModified",),
    "source": ("publisher", "sourceOrganization"),
    "language": ("inLanguage",),
}
_ADDRESS_NAMES = ("@id", "url")
_BESIDE = frozenset(("aside", "nav", "footer"))
_BY = re.compile(r"^(?:written\s+)?(?:by|von|par|por|автор:|автор|від)\s+", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,\s+and|;|\band\b|\bund\b|\bта\b|&)\s+", re.IGNORECASE)  # noqa: RUF001 - Ukrainian
_ADDRESSED = re.compile(r"https?:|www\.|@|^/")
_SUFFIX = re.compile(r"\s+(?:[|\u2013—·»-]|::)\s+")
_AUTHORS, _AUTHOR, _HEADINGS = 20, 100, 5


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page says of itself: `fields` as compose() takes them, all else as an article has it.

    `titles` is all that it calls itself, the title first; `told` whether it says that it is an article.
    """

    fields: dict[str, Any]
    titles: tuple[str, ...]
    address: str | None
    issued: datetime | None
    correction: Correction | None
    told: bool


def read_metadata(tree: HtmlElement, address: str | None, fallback: Mapping[str, Any]) -> Stated:
    """What the page of this tree, its scripts still in it, says of itself.

    Args:
        tree: the parsed page.
        address: where it was fetched from; None if that is not known.
        fallback: what a feed said of it, for what the page does not say.
    """
    linked = LinkedArticle(tree)
    metas = _metas(tree)
    said = _said(tree, linked, metas)
    fed = {name: [value] for name, value in canonical(fallback).items()}
    found = {name: [*said.get(name, []), *fed.get(name, [])] for name in {*said, *fed}}
    titles = _titles(tree, said["title"], fed.get("title", []), found["source"])
    source = next(iter(found["source"]), None)
    dates, issued = dated(found["date"], found["updated"])
    fields = {
        "source": source,
        "authors": _authors(tree, linked, metas, fed, source),
        "language": next(iter(found["language"]), None),
    }
    return Stated(
        fields={**fields, **dates, "title": titles[0] if titles else None},
        titles=titles,
        address=_address(tree, linked, metas, address),
        issued=issued,
        correction=_correction(linked),
        told=linked.found or "article" in _meta(metas, ("og:type",)),
    )


def dated(published: Iterable[Any], updated: Iterable[Any]) -> tuple[dict[str, Any], datetime | None]:
    """`date` and `updated` as compose() takes them, and when the newest version was issued.

    Of several values, the first that can be read counts, else the first at all, for compose() to name.
    The day of a change is only told where it is later than the day of publication.
    """
    first, last = _readable(published), _readable(updated)
    day, later = parse_day(str(first or "")), parse_day(str(last or ""))
    issued = parse_instant(str(last or "")) or parse_instant(str(first or ""))
    if later and (day is None or later <= day):
        last = None
    return {"date": first, "updated": last}, issued


def author_names(given: Iterable[Any], source: Any = None) -> tuple[str, ...]:
    """The names among what is given as authors, each once, without "By", addresses and the source."""
    lines = (text_of(value, ("name",)) for value in given)
    words = (part for line in lines if line for part in _AND.split(_BY.sub("", one_line(line))))
    names = (" ".join(part.split()).strip(" ,|·") for part in words)
    right = [name for name in names if name and len(name) <= _AUTHOR and not _ADDRESSED.search(name)]
    return tuple(dict.fromkeys(name for name in right if not _same(name, source)))[:_AUTHORS]


def _said(tree: HtmlElement, linked: LinkedArticle, metas: dict[str, list[str]]) -> dict[str, list[Any]]:
    said = {
        name: [*linked.texts(*_LINKED[name], of=("name", "@value", "alternateName")), *_meta(metas, keys)]
        for name, keys in _META.items()
    }
    html = tree if tree.tag == "html" else tree.getroottree().getroot()
    said["language"] = [*linked.texts("inLanguage"), html.get("lang", ""), *_meta(metas, _META["language"])]
    said["date"] += [time.get("datetime") for time in tree.iter("time") if _of_article(time)]
    return {name: [value for value in values if value] for name, values in said.items()}


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    """What the meta elements say, by their names in lower case."""
    found: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        content = one_line(meta.get("content") or "")
        found.setdefault(key.strip().lower(), []).extend([content] if content else [])
    return found


def _meta(metas: dict[str, list[str]], keys: tuple[str, ...]) -> list[str]:
    return [value for key in keys for value in metas.get(key, [])]


def _of_article(time: HtmlElement) -> bool:
    around = {element.tag for element in time.iterancestors()}
    return bool(time.get("datetime")) and "article" in around and not around & _BESIDE


def _authors(
    tree: HtmlElement,
    linked: LinkedArticle,
    metas: dict[str, list[str]],
    fed: dict[str, list[Any]],
    source: Any,
) -> list[str]:
    """The names from the first place that tells any: two places often spell one name in two ways."""
    places = [linked.texts(name) for name in ("author", "creator")]
    places += [metas.get(key, []) for key in _AUTHOR_META]
    places += [_flat(fed.get("authors", []))]
    told = next((names for place in places if (names := author_names(place, source))), ())
    return list(told or author_names([_byline(tree)], source))


def _byline(tree: HtmlElement) -> str | None:
    from trafilatura.metadata import extract_author

    return extract_author(tree)


def _titles(tree: HtmlElement, said: list[Any], fed: list[Any], sources: list[Any]) -> tuple[str, ...]:
    headings = [" ".join(heading.itertext()) for heading in islice(tree.iter("h1"), _HEADINGS)]
    named = [element.text or "" for element in tree.iter("title")][:1]
    lines = (text_of(title) for title in [*said, *headings, *named, *fed])
    titles = (_without_site(" ".join(one_line(line).split()), sources) for line in lines if line)
    return tuple(dict.fromkeys(title for title in titles if title))


def _without_site(title: str, sources: Iterable[Any]) -> str:
    """The title without the site's name after it, or before it."""
    parts = _SUFFIX.split(title)
    first, last = parts[0], parts[-1]
    if len(parts) > 1 and any(_same(last, source) for source in sources):
        return title[: -len(last)].rstrip(" |\u2013—·»:-")
    if len(parts) > 1 and any(_same(first, source) for source in sources):
        return title[len(first) :].lstrip(" |\u2013—·»:-")
    return title


def _same(name: str, source: Any) -> bool:
    told = text_of(source)
    return bool(told) and name.casefold() == " ".join(str(told).split()).casefold()


def _address(
    tree: HtmlElement, linked: LinkedArticle, metas: dict[str, list[str]], address: str | None
) -> str | None:
    pages = linked.texts("mainEntityOfPage", "url", of=_ADDRESS_NAMES)
    links = [
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in link.get("rel", "").lower().split()
    ]
    claimed = [*pages, *_meta(metas, ("og:url",)), *links]
    return next((whole for each in claimed if (whole := believed_address(each, address))), address)


def _correction(linked: LinkedArticle) -> Correction | None:
    for value in linked.values("correction"):
        words = text_of(value, ("text", "description", "name"))
        if words and not _ADDRESSED.match(words):
            found = correction(words)
            day = parse_day(str(value.get("datePublished") or "")) if isinstance(value, dict) else None
            return Correction(found.words, day or found.day)
    return None


def _readable(values: Iterable[Any]) -> Any:
    given = [value for value in values if value]
    return next((value for value in given if parse_day(str(value))), given[0] if given else None)


def _flat(values: Iterable[Any]) -> list[Any]:
    return [each for value in values for each in (value if isinstance(value, list | tuple) else [value])]
