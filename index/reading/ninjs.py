"""Newswire JSON in IPTC's ninjs form, 1.x to 3.x and as agencies deliver it, read into articles.

id         altids.itemid, else uri without its version, else the canonical link
title      headline, else headlines[] (its "main" first), else title
text       body_xhtml, body_html, bodies[], body_nitf, body_text, else description_text, descriptions[]
published  firstcreated, else contentcreated, else versioncreated; updated, issued: versioncreated
authors    byline, bylines[], by, authors[], people[] whose role is to write
source     source, provider, infosources[], copyrightholder
url        link, canonical, links[] and altids that say canonical, else the rendition or association "web"
withdrawn  pubstatus canceled, or a kill note in ednote, headline, slugline or all of a short text
embargo    embargoed, embargo, or an ednote that begins with it; one that cannot be read is not over
corrected  ednote or headline that says so: the words, and the day of versioncreated

What is withheld or under embargo, and what is no text, is skipped. Names of fields are read in any case.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from index.errors import InputError
from index.reading.corrections import wire_correction
from index.reading.dates import parse_deadline, parse_instant
from index.reading.decoding import one_line, shown
from index.reading.fields import Noticed, Origin, compose
from index.reading.metadata import dated
from index.reading.notices import is_kill, is_withdrawal, shortened, withdraws
from index.reading.wire_fields import (
    authors_of,
    embargo_of,
    headline_of,
    identity_of,
    line_of,
    link_of,
    note_of,
    source_of,
)
from index.reading.wire_text import wire_text
from index.records import Article, Skipped, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNS = frozenset(
    (
        *("versioncreated", "firstcreated", "contentcreated", "pubstatus", "ednote", "slugline", "headlines"),
        *("bodies", "body_text", "body_xhtml", "body_html", "body_nitf", "descriptions", "description_text"),
        *("representationtype", "infosources", "standard"),
    )
)
_ENVELOPES = ("items", "results", "data", "item", "_items", "documents")
_DEEPEST = 6
_TEXTS = frozenset(("text", "composite", ""))
# A headline in plain words, "Report withdrawn", is a note only over a text that is no story.
_SHORT_WORDS = 40
_CANCELED = frozenset(("canceled", "cancelled", "killed", "withdrawn"))


def read_ninjs(text: str, origin: Origin) -> Iterator[Article | Withdrawal | Skipped | Noticed]:
    """The articles and withdrawals of an item, of a list of items, or of an envelope around them.

    Never raises for what the text holds: what is no item, or none to use, is a Skipped with its reason.

    Args:
        text: the decoded JSON.
        origin: where it came from.
    """
    try:
        items = list(_items(json.loads(text.lstrip("\ufeff \t\r\n"), strict=False), _DEEPEST))
    except (ValueError, RecursionError) as error:
        why = (
            error.msg if isinstance(error, json.JSONDecodeError) else "a number or a nesting too big to read"
        )
        yield Skipped(origin.input, f"no JSON ({why}): {shown(text)}; fetch it again")
        return
    if not items:
        yield Skipped(origin.input, "no ninjs item in it; an item has a uri, and a pubstatus or a body")
    for number, item in enumerate(items, 1):
        where = f"item {number}: " if len(items) > 1 else ""
        for read in _read_item(item, origin):
            yield Skipped(read.input, where + read.reason) if isinstance(read, Skipped) else read


def looks_like_ninjs(record: Any) -> bool:
    """Whether a parsed JSON value is a ninjs item, or holds one where envelopes hold them."""
    return any(_is_item(item) for item in islice(_items(record, _DEEPEST), 10))


def _items(value: Any, depth: int) -> Iterator[Any]:
    """The items in an envelope, in order; in a list of items, also what is none."""
    if _is_item(value) or not depth:
        yield value
    elif isinstance(value, list):
        for each in value:
            found = list(_items(each, depth - 1))
            yield from found or [each]
    elif isinstance(value, dict):
        for name in _ENVELOPES:
            if isinstance(value.get(name), list | dict):
                yield from _items(value[name], depth - 1)
                return


def _is_item(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    names = {str(name).lower() for name in value}
    return bool(names & {"uri", "altids"}) and bool(names & _SIGNS or {"headline", "type"} <= names)


def _read_item(given: Any, origin: Origin) -> Iterator[Article | Withdrawal | Skipped | Noticed]:
    if not isinstance(given, dict):
        yield Skipped(origin.input, f"no object but {shown(given)}")
        return
    item = {str(name).lower(): value for name, value in given.items()}
    identity = identity_of(item)
    reason = "without an id: no altids.itemid, uri or canonical link" if not identity else _unusable(item)
    if reason or not identity:
        yield Skipped(origin.input, reason or "")
        return
    origin = Origin(origin.input, identity)
    text = wire_text(item)
    killed = _killed(item, text)
    if killed:
        issued = parse_instant(line_of(item.get("versioncreated")))
        yield Withdrawal(identity, origin.input, shortened(killed), issued)
        return
    embargoed = _embargoed(item)
    if embargoed:
        yield Skipped(origin.input, embargoed)
        return
    try:
        yield from _compose(item, text, origin)
    except InputError as error:
        yield Skipped(origin.input, f"{shown(identity)}: {str(error).removeprefix(f'{origin.input}: ')}")


def _compose(item: dict[str, Any], text: str, origin: Origin) -> Iterator[Article | Noticed]:
    changed = item.get("versioncreated")
    first = [item.get("firstcreated"), item.get("contentcreated"), changed]
    dates, _ = dated(map(line_of, first), [line_of(changed)])
    issued = parse_instant(line_of(changed))
    source = source_of(item)
    told = wire_correction(headline_of(item), note_of(item), issued.date() if issued else None)
    fields = {
        **dates,
        "title": headline_of(item) or line_of(item.get("title")),
        "source": source,
        "url": link_of(item),
        "authors": list(authors_of(item, source)),
        "language": line_of(item.get("language")),
    }
    corrected = issued.date() if told and issued else None
    yield from compose(
        fields, text, origin, issued=issued, corrected=corrected, correction=told.words if told else None
    )


def _unusable(item: dict[str, Any]) -> str | None:
    """Why an item is not to be shown, though it is not withdrawn."""
    kind = line_of(item.get("type")).lower()
    if line_of(item.get("pubstatus")).lower().rpartition(":")[2] == "withheld":
        return f"{shown(identity_of(item))}: withheld by the agency"
    if line_of(item.get("pubstatus")).lower().rpartition(":")[2] in _CANCELED:
        return None
    if kind not in _TEXTS:
        return f"{shown(identity_of(item))}: no text but {shown(kind)}"
    return None


def _embargoed(item: dict[str, Any]) -> str | None:
    """Why an item is to be read again later, if it is."""
    told = embargo_of(item)
    until = parse_deadline(told) if told else None
    if not told or (until and until <= datetime.now(tz=UTC)):
        return None
    return f"{shown(identity_of(item))}: under embargo until {shown(told)}; read it again then"


def _killed(item: dict[str, Any], text: str) -> str | None:
    """The reason of a withdrawal, if the item is one."""
    note, headline = note_of(item), headline_of(item)
    if line_of(item.get("pubstatus")).lower().rpartition(":")[2] in _CANCELED:
        return note or "canceled by the agency"
    if withdraws(note, to_editors=True):
        return note
    if is_kill(headline) or is_kill(line_of(item.get("slugline"))):
        return note or headline or line_of(item.get("slugline"))
    if withdraws(headline) and len(text.split()) <= _SHORT_WORDS:
        return note or headline
    return one_line(text) if is_withdrawal(text) else None
