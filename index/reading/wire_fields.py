"""What a ninjs item says of itself, names in lower case: its id, link, headline, note, source, authors."""

from __future__ import annotations

import re
from typing import Any

from index.addresses import believed_address, canonical_address
from index.reading.bylines import author_names
from index.reading.decoding import one_line
from index.reading.linked_data import text_of

_WRITES = re.compile(r"author|writer|byline|creator|reporter", re.IGNORECASE)
# RFC 3085 ends a URN with the revision and a letter; Reuters' tags end alike.
_VERSIONED = re.compile(
    r"(urn:newsml:[^:]+:\d{8}(?:T\d+Z?)?:.+?|tag:[^:]+:.+?)(?::\d+[A-Z]?|/\d+)", re.IGNORECASE
)
_LONGEST_URI, _LONGEST_LINE = 2_000, 500
_VERSION_PARAMETER = re.compile(r"(?<=[?&])(?:version|ver|rev|revision)=[^&#]*&?", re.IGNORECASE)
# What a note says of an embargo, and not a story about one: "EMBARGO ON OIL TIGHTENED".
_EMBARGO = re.compile(
    r"\W*(?:(?:editors?|eds|attention editors|note)\s*[:,\u2013—-]+\s*)?"
    r"(?:(?:strictly\s+)?embargo(?:ed)?\s*(?:[:\u2013—-]|(?:until|till|for|to|not|by)\b|\d)|(?-i:EMBARGOED)\b|(?-i:EMBARGO)[.!]*$"
    r"|sperrfrist\b|(?:this\s+|the\s+)?(?:story|item|article|report)\s+is\s+(?:strictly\s+)?(?:embargoed|under\s+embargo)\b)",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))\b"
)
_NO_EMBARGO = frozenset(("", "none", "null", "no", "false", "0"))
_VALUE = ("value", "name", "literal", "by", "text")


def identity_of(item: dict[str, Any]) -> str | None:
    """The id that all versions of the item share; None if it has nothing that could be one."""
    itemid = next((value for name, value in _altids(item) if name == "itemid"), None)
    uri = line_of(item.get("uri"))
    versioned = _VERSIONED.fullmatch(uri) if len(uri) <= _LONGEST_URI else None
    bare = _VERSION_PARAMETER.sub("", versioned[1] if versioned else uri).rstrip("?&")
    link = link_of(item)
    return itemid or bare or (canonical_address(link) if link else None)


def _altids(item: dict[str, Any]) -> list[tuple[str, str]]:
    given = item.get("altids")
    if isinstance(given, dict):
        pairs = [(str(name), line_of(value)) for name, value in given.items()]
    else:
        listed = [each for each in _listed(given) if isinstance(each, dict)]
        pairs = [
            (line_of(each.get("role") or each.get("name")), line_of(each.get("value"))) for each in listed
        ]
    return [(name.lower(), value) for name, value in pairs if value]


def link_of(item: dict[str, Any]) -> str | None:
    """The canonical address of the piece on the web, if the item tells one that can be linked to."""
    links = [each for each in _listed(item.get("links")) if isinstance(each, dict)]
    canonical = [
        each for each in links if "canonical" in line_of(each.get("rel") or each.get("role")).lower()
    ]
    given = [item.get("link"), item.get("canonical"), *canonical]
    given += [value for name, value in _altids(item) if "canonical" in name]
    given += [_named(item.get(name), "web") for name in ("renditions", "associations")]
    claims = (text_of(value, ("href", "canonical", "url", "uri", "value")) for value in given)
    return next((whole for claim in claims if claim and (whole := believed_address(claim, None))), None)


def _named(given: Any, name: str) -> Any:
    """What stands under a name in an object (1.x), or bears it in a list (2.x)."""
    if isinstance(given, dict):
        return given.get(name)
    listed = [each for each in _listed(given) if isinstance(each, dict)]
    return next((each for each in listed if line_of(each.get("name")).lower() == name), None)


def headline_of(item: dict[str, Any]) -> str:
    """The headline, or the main one of several; "" if there is none."""
    listed = [each for each in _listed(item.get("headlines")) if text_of(each, _VALUE)]
    main = [each for each in listed if isinstance(each, dict) and line_of(each.get("role")).lower() == "main"]
    return line_of(item.get("headline")) or next((line_of(each) for each in [*main, *listed]), "")


def note_of(item: dict[str, Any]) -> str:
    """What the agency tells editors, on one line; "" if nothing."""
    notes = [*_listed(item.get("ednote")), *_listed(item.get("ednotes"))]
    return " ".join(line for note in notes if (line := line_of(note)))


def embargo_of(item: dict[str, Any]) -> str | None:
    """Until when the item is not to be shown, as it says; None if it says nothing of that."""
    given = [item.get("embargoed"), item.get("embargo"), item.get("embargodate")]
    for value in given:
        told = line_of(value)
        if told.lower() not in _NO_EMBARGO or (value and not told):
            return told or "an unknown time"
    note = note_of(item)
    if not _EMBARGO.match(note):
        return None
    moment = _MOMENT.search(note)
    return moment[0] if moment else note


def source_of(item: dict[str, Any]) -> str | None:
    """Who published it, by the first field that names somebody."""
    names = ("source", "provider", "infosources", "infosource", "copyrightholder")
    given = (line_of(each) for name in names for each in _listed(item.get(name)))
    return next((name for name in given if name), None)


def authors_of(item: dict[str, Any], source: str | None) -> tuple[str, ...]:
    """The names of those who wrote it, without the agency's own."""
    people = [
        each for name in ("people", "person") for each in _listed(item.get(name)) if isinstance(each, dict)
    ]
    writers = [each for each in people if _WRITES.search(line_of(each.get("role") or each.get("rel")))]
    given = [each for name in ("byline", "bylines", "by", "authors") for each in _listed(item.get(name))]
    lines = (
        re.sub(r",\s+.*(?i:press|writers?|correspondent|news)\b.*$", "", line_of(each)[:_LONGEST_LINE])
        for each in given
    )
    agency = rf",\s*{re.escape(source)}$" if source else r"$^"
    return author_names([*(re.sub(agency, "", line) for line in lines), *writers], source)


def line_of(value: Any) -> str:
    """The value on one line; of an object what it says, of a number its digits, of all else nothing."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return " ".join(one_line(text_of(value, _VALUE) or "").split())


def _listed(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
