"""What a page says of itself, the most telling place first.

field     JSON-LD                Open Graph, other meta         the page, the feed
title     headline, name         og:title, citation_title…      <h1>, <title>, feed
date      datePublished          article:published_time, date…  <time datetime>, feed
updated   dateModified           article:modified_time…         feed
authors   author                 author, citation_author…       feed, a byline trafilatura finds
source    publisher              og:site_name                   feed, else the host by compose()
language  inLanguage             og:locale                      <html lang> (before og:locale), feed
address   url (comes last)       og:url                         rel=canonical (first), where it was fetched

JSON-LD counts only where it is about this page: by its address or title, or as the only article there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from index.reading.bylines import author_names, same_name
from index.reading.claims import address_of, claims_of, itself
from index.reading.corrections import Correction, correction
from index.reading.dates import parse_day, parse_instant
from index.reading.decoding import one_line
from index.reading.fields import canonical
from index.reading.linked_data import LinkedArticle, folded, text_of

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
_BESIDE = frozenset(("aside", "nav", "footer"))
_ADDRESSED = re.compile(r"https?:|www\.|@|^/")
_SUFFIX = re.compile(r"\s+(?:[|\u2013—·»-]|::)\s+")
_HEADINGS = 5
_TIMES, _TITLE = 20, 1_000


@dataclass(frozen=True, slots=True)
class Stated:
    """What a page says of itself: `fields` as compose() takes them, all else as an article has it.

    `titles` is all that it calls itself, the title first; `told` whether it says that it is an article,
    `closed` whether that it is not free to read.
    """

    fields: dict[str, Any]
    titles: tuple[str, ...]
    address: str | None
    issued: datetime | None
    correction: Correction | None
    told: bool
    closed: bool = False


def read_metadata(tree: HtmlElement, address: str | None, fallback: Mapping[str, Any]) -> Stated:
    """What the page of this tree, its scripts still in it, says of itself.

    Args:
        tree: the parsed page.
        address: where it was fetched from; None if that is not known.
        fallback: what a feed said of it, for what the page does not say.
    """
    metas = _metas(tree)
    claims = claims_of(tree, _meta(metas, ("og:url",)))
    linked = LinkedArticle(tree, itself(_called(tree, metas), claims, address))
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
        address=address_of(claims, linked, address),
        issued=issued,
        correction=_correction(linked),
        told=linked.found or (dates["date"] is not None and "article" in _meta(metas, ("og:type",))),
        closed=any(str(each).lower().endswith("false") for each in linked.values("isAccessibleForFree")),
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


def _said(tree: HtmlElement, linked: LinkedArticle, metas: dict[str, list[str]]) -> dict[str, list[Any]]:
    said = {
        name: [*linked.texts(*_LINKED[name], of=("name", "@value", "alternateName")), *_meta(metas, keys)]
        for name, keys in _META.items()
    }
    html = tree if tree.tag == "html" else tree.getroottree().getroot()
    said["language"] = [*linked.texts("inLanguage"), html.get("lang", ""), *_meta(metas, _META["language"])]
    said["date"] += [time.get("datetime") for time in _times(tree)]
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


def _times(tree: HtmlElement) -> list[HtmlElement]:
    """The first times of the <article> that holds the heading, or that is the only one; of no teaser."""
    headed = (next(heading.iterancestors("article"), None) for heading in islice(tree.iter("h1"), _HEADINGS))
    alone = [each for each in islice(tree.iter("article"), _TIMES) if not _is_beside(each)]
    article = next((each for each in headed if each is not None), alone[0] if len(alone) == 1 else None)
    times = [] if article is None else islice(article.iter("time"), _TIMES)
    own = (time for time in times if next(time.iterancestors("article"), None) is article)
    return [time for time in own if time.get("datetime") and not _is_beside(time)]


def _is_beside(element: HtmlElement) -> bool:
    return any(above.tag in _BESIDE for above in element.iterancestors())


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
    if len(parts) > 1 and any(same_name(last, source) for source in sources):
        return title[: -len(last)].rstrip(" |\u2013—·»:-")
    if len(parts) > 1 and any(same_name(first, source) for source in sources):
        return title[len(first) :].lstrip(" |\u2013—·»:-")
    return title


def _called(tree: HtmlElement, metas: dict[str, list[str]]) -> list[str]:
    """All that the page is called outside its JSON-LD; of its <title> also the parts between dashes."""
    headings = [" ".join(heading.itertext()) for heading in islice(tree.iter("h1"), _HEADINGS)]
    named = [(element.text or "")[:_TITLE] for element in islice(tree.iter("title"), 1)]
    parts = [part for title in named for part in (title, *_SUFFIX.split(title)[:_HEADINGS])]
    return [title for title in [*_meta(metas, _META["title"]), *headings, *parts] if folded(title)]


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
