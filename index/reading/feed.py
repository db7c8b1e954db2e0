"""A feed (RSS 0.9x, 1.0, 2.0; Atom 0.3, 1.0) to what it says of each piece and carries of its text."""

from __future__ import annotations

import hashlib
import html
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from index.errors import InputError
from index.reading.dates import parse_instant
from index.reading.decoding import clean, shown
from index.reading.feed_parser import Found, parse_entries
from index.reading.xml import absolute, open_xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_NAME = 200
# On one line, where one space stands at most.
_MAIL_AND_NAME = re.compile(r"[^\s@]+@[^\s@]+ \((.+)\)|(.+?) ?[<(][^\s@<(]+@[^\s@]+[>)]")
# feedparser reads "1736589600" as the last day of 2017; with the month in letters it does not guess.
_WORDED = re.compile(r"(?=.*[A-Za-z]{3})(?=.*\b\d{4}\b)")
_HTML_TYPES = ("text/html", "application/xhtml+xml", "html", "xhtml")

_LONG = 150
_HIDDEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(
    r"</?(?:p|br|div|li|h[1-6]|blockquote|tr|td|ul|ol|figure)(?=[\s/>])[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one piece.

    `address` is its page, absolute; `id` the guid as given. Dates are in UTC. `content` is the full text as
    HTML where the feed carries it, not sanitised; `summary` is the short description as plain text.
    `fingerprint` is the SHA-256, in hex, of all but dates and authors: feeds date anew what is the same.
    """

    address: str | None
    id: str | None
    title: str | None
    published: datetime | None
    updated: datetime | None
    authors: tuple[str, ...]
    content: str | None
    summary: str | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its title, the address of its site, its language, its entries in its own order.

    `remarks` say what was not understood or left out.
    """

    title: str | None
    site: str | None
    language: str | None
    entries: tuple[Entry, ...]
    remarks: tuple[str, ...]


def read_feed(raw: bytes, address: str, *, content_type: str = "") -> Feed:
    """The feed's entries, at most 2,000.

    Args:
        raw: the response's body, or a file.
        address: where it came from; relative links are completed by it.
        content_type: the header, for its charset.

    Raises:
        InputError: it is no feed at all.
    """
    document = open_xml(raw, content_type)
    if document.root not in _ROOTS:
        root = f"its root is <{document.root}>" if document.root else "no XML"
        raise InputError(f"{address}: not a feed ({root}); give the address of an RSS or Atom feed")
    found = parse_entries(document.text, address)
    dates: list[str] = []
    given = [_entry(entry, address, dates, is_atom=found.is_atom) for entry in found.entries]
    entries = tuple(entry for entry in given if entry.address or entry.content)
    return Feed(
        title=_words_of(found.channel, "title"),
        site=absolute(_string(found.channel.get("link")), address),
        language=_line(_string(found.channel.get("language"))),
        entries=entries,
        remarks=tuple(_remarks(found, dates, len(given) - len(entries))),
    )


def _remarks(found: Found, dates: list[str], bare: int) -> Iterator[str]:
    if found.trouble:
        yield found.trouble
    if found.more:
        yield f"too long: the first {len(found.entries):,} entries are read, the rest is left out"
    if bare:
        yield f"{bare:,} {'entry' if bare == 1 else 'entries'} without address or text left out"
    if dates:
        first = f"date not understood: {shown(dates[0])}; kept as undated"
        yield first if len(dates) == 1 else f"{first}, and {len(dates) - 1:,} more"


def _entry(given: Mapping[str, Any], base: str, strange: list[str], *, is_atom: bool) -> Entry:
    """The entry; dates that are not understood are added to the strange ones."""
    published, updated = (
        _instant(given, names, strange) for names in (("published", "created"), ("updated",))
    )
    if not is_atom and published is None:
        # The one date of RSS 1.0 is dc:date, which feedparser takes for a change.
        published, updated = updated, None
    content, summary = _texts(given)
    address = absolute(_string(given.get("feedburner_origlink")) or _string(given.get("link")), base)
    identity, title = _line(_string(given.get("id"))), _words_of(given, "title")
    said = json.dumps([address, identity, title, summary, content])
    return Entry(
        address=address,
        id=identity,
        title=title,
        published=published,
        updated=updated,
        authors=_authors(given),
        content=content,
        summary=summary,
        fingerprint=hashlib.sha256(said.encode()).hexdigest(),
    )


def _instant(given: Mapping[str, Any], names: tuple[str, ...], strange: list[str]) -> datetime | None:
    name = next((name for name in names if _string(given.get(name)).strip()), None)
    if name is None:
        return None
    text, parsed = given[name].strip(), given.get(f"{name}_parsed")
    instant = parse_instant(text)
    if instant is None and parsed and _WORDED.match(text[:_NAME]):
        instant = _of_parts(parsed[:6])
    if instant is None:
        strange.append(text)
    return instant


def _of_parts(parts: Sequence[int]) -> datetime | None:
    """The instant of feedparser's year to second; its years may be 0 or 10000, its seconds 60 or 61."""
    year, month, day, hour, minute, second = parts
    try:
        return parse_instant(datetime(year, month, day, hour, minute, second, tzinfo=UTC).isoformat())
    except ValueError:
        return None


def _authors(given: Mapping[str, Any]) -> tuple[str, ...]:
    authors = given.get("authors")
    named = [_string(author.get("name")) for author in authors] if isinstance(authors, list) else []
    return tuple(dict.fromkeys(name for author in named if (name := _name(author))))


def _name(author: str) -> str | None:
    """The name beside a mail address, as RSS 2.0 writes authors; None for an address alone."""
    author = _line(html.unescape(author[:_NAME])) or ""
    match = _MAIL_AND_NAME.fullmatch(author)
    name = (match[1] or match[2]) if match else author
    return None if not name or ("@" in name and " " not in name) else name


def _texts(given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The full text as HTML and the short description as plain text, as far as there are such."""
    contents = [content for content in _details(given.get("content")) if _words(content)]
    content = max(contents, key=len, default="")
    summary = next(_details([given.get("summary_detail") or {"value": given.get("summary")}]), "")
    if summary in contents:
        summary = ""
    if not content and _is_long(summary):
        content, summary = summary, ""
    return clean(content) or None, _line(_words(summary))


def _details(given: Any) -> Iterator[str]:
    """Each text of a list of feedparser's details as HTML; other types of content are left out."""
    for detail in given if isinstance(given, list) else ():
        kind, text = _string(detail.get("type")) or "text/html", _string(detail.get("value"))
        if kind in _HTML_TYPES and _TAG.search(text):
            yield text
        elif kind in _HTML_TYPES or kind.startswith("text/"):
            paragraphs = filter(None, map(str.strip, _BLANK_LINE.split(text)))
            plain = kind not in _HTML_TYPES
            yield "\n".join(
                f"<p>{html.escape(each, quote=False) if plain else each}</p>" for each in paragraphs
            )


def _is_long(text: str) -> bool:
    return (
        len(_words(text).split()) > _LONG
        and sum(not tag.startswith("</") for tag in _BREAK.findall(text)) > 1
    )


def _words_of(given: Mapping[str, Any], name: str) -> str | None:
    text, detail = _string(given.get(name)), given.get(f"{name}_detail")
    kind = _string(detail.get("type")) if isinstance(detail, dict) else ""
    return _line(_words(text) if kind in _HTML_TYPES else text)


def _words(markup: str) -> str:
    """What a reader would see of HTML, with its blocks parted by white space."""
    return html.unescape(_TAG.sub("", _BREAK.sub(" ", _HIDDEN.sub(" ", markup))))


def _line(text: str | None) -> str | None:
    return " ".join(clean(text or "").split()) or None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
