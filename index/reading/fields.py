"""An article from its text and the metadata that came with it: of any type, and none of it sure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import InputError
from index.reading.dates import parse_day
from index.reading.decoding import clean, one_line, shown
from index.records import Article
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

# How each field may be written; the first spelling that holds something wins.
_SPELLINGS = {
    "id": ("_id", "id"),
    "title": ("title", "headline"),
    "date": ("date", "published"),
    "updated": ("updated",),
    "source": ("source", "publisher"),
    "url": ("url", "link"),
    "authors": ("authors", "author", "by"),
    "language": ("language", "lang"),
}
SPELLINGS = frozenset(spelling for spellings in _SPELLINGS.values() for spelling in spellings)

_UNDATED = {"date": "kept as undated", "updated": "left out"}
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.ASCII)
_TELLS_LANGUAGE = 80
_LANGUAGE_SAMPLE = 1_000
_SENTENCE_SAMPLE = 2_000
_TITLE = 100


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something worth a word about an article that is read all the same."""

    input: str
    remark: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an article is read from: what a person would call it, and the id it has if it names none."""

    input: str
    id: str


def compose(
    given: Mapping[Any, Any],
    text: str,
    origin: Origin,
    *,
    issued: datetime | None = None,
    corrected: date | None = None,
    correction: str | None = None,
) -> Iterator[Article | Noticed]:
    """What is to be said about the metadata, then the article.

    Args:
        given: metadata under any spelling of its keys, with values of any type.
        text: the article itself, not cleaned yet.
        origin: where both came from.
        issued: when the publisher says this version was made.
        corrected: the day of a correction.
        correction: the publisher's words of it, not cleaned yet.

    Raises:
        InputError: there is no text.
    """
    text = clean(text)
    if not text:
        raise InputError(f"{origin.input}: no text in it")
    fields = canonical(given)
    days = {name: parse_day(_line(fields[name]) or "") for name in _UNDATED if name in fields}
    for name, day in days.items():
        if day is None:
            yield Noticed(origin.input, _not_understood(name, fields[name]))
    article = _article(fields, days, text, origin)
    yield replace(article, issued=issued, corrected=corrected, correction=_line(correction))


def canonical(given: Mapping[Any, Any]) -> dict[str, Any]:
    """The metadata that holds something, under one spelling of each key; unknown keys are left out."""
    known = ((spelling, value) for key, value in given.items() if (spelling := str(key).lower()) in SPELLINGS)
    named = {spelling: value for spelling, value in known if not _blank(value)}
    return {
        field: named[spelling]
        for field, spellings in _SPELLINGS.items()
        for spelling in reversed(spellings)
        if spelling in named
    }


def _article(fields: dict[str, Any], days: dict[str, date | None], text: str, origin: Origin) -> Article:
    title = _line(fields.get("title"))
    url = _url(fields.get("url"))
    language = _language(fields.get("language"), text)
    identity = _id(fields.get("id"))
    return Article(
        id=identity or origin.id,
        title=title or _first_sentence(text, language),
        text=text,
        input=origin.input,
        source=_line(fields.get("source")) or _publisher(url),
        url=url,
        published=days.get("date"),
        updated=days.get("updated"),
        authors=_authors(fields.get("authors")),
        language=language,
        titled=title is not None,
        named=bool(identity),
    )


def _not_understood(name: str, value: object) -> str:
    cure = "write it as YYYY-MM-DD, from 1600 to today"
    return f"{name} not understood: {shown(value)}; {_UNDATED[name]} ({cure})"


def _blank(value: object) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not clean(value))


def _line(value: object) -> str | None:
    """The value as one line of words; of an object its name, as schema.org writes people and publishers."""
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return " ".join(clean(str(value)).split()) or None


def _id(value: object) -> str | None:
    return one_line(value) if isinstance(value, str) else _line(value)


def _authors(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(name for name in map(_line, values) if name)


def _url(value: object) -> str | None:
    """The address if it can be linked to: http or https, a dotted host, nobody's name before the host."""
    url = value.strip() if isinstance(value, str) else ""
    if not url.isprintable() or set(url) & set(' <>"'):
        return None
    try:
        parts = urlsplit(url)
        sane = bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:
        return None
    return url if sane and parts.scheme in {"http", "https"} and "@" not in parts.netloc else None


def _publisher(url: str | None) -> str | None:
    return (urlsplit(url).hostname or "").removeprefix("www.") or None if url else None


def _language(value: object, text: str) -> str | None:
    match = _LANGUAGE.fullmatch((_line(value) or "").lower())
    if match:
        return match[1]
    if len(text) < _TELLS_LANGUAGE:
        return None
    from py3langid import classify

    return str(classify(text[:_LANGUAGE_SAMPLE])[0])


def _first_sentence(text: str, language: str | None) -> str:
    sample = text[:_SENTENCE_SAMPLE]
    start, end = next(iter(sentences(sample, language)), (0, len(sample)))
    words = " ".join(sample[start:end].split())
    if len(words) <= _TITLE:
        return words
    cut = words[:_TITLE].rpartition(" ")[0] or words[: _TITLE - 1]
    return (cut.rstrip(" ,;:\u2013\u2014-") or cut) + "…"
