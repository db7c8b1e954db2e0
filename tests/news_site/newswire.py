"""A newswire: items in the three generations of IPTC's ninjs, as a dict and as files in a folder."""

from __future__ import annotations

import codecs
import json
import re
from html import escape
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from news_site.moments import Moment, now, rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PubStatus = Literal["usable", "withheld", "canceled"]

# What the third generation writes with capitals, and the first two without.
_CAPITALS = {
    "versioncreated": "versionCreated",
    "firstcreated": "firstCreated",
    "pubstatus": "pubStatus",
    "ednote": "edNote",
    "copyrightholder": "copyrightHolder",
    "contenttype": "contentType",
}


class WireFields(TypedDict, total=False):
    """What may be said of an item beside its words; `more` is put into it as it is.

    `generation` is that of ninjs, 1 unless given. `version` is 1 and `versioncreated` now unless given;
    None leaves either out. What is not given is left out, but for a `pubstatus` of "usable".
    """

    version: int | str | None
    versioncreated: Moment
    firstcreated: Moment
    pubstatus: PubStatus | None
    ednote: str | None
    byline: str | None
    copyrightholder: str | None
    language: str | None
    generation: Literal[1, 2, 3]
    more: dict[str, Any]


def ninjs_item(
    uri: str, headline: str, body: Sequence[str] | str, **fields: Unpack[WireFields]
) -> dict[str, Any]:
    """An item of the wire; `body` is paragraphs, or one string with blank lines between them."""
    given: WireFields = {"version": 1, "versioncreated": now(), "pubstatus": "usable", **fields}
    generation = given.get("generation", 1)
    paragraphs = body.split("\n\n") if isinstance(body, str) else list(body)
    version = given.get("version")
    item = {
        "uri": uri,
        "type": "text",
        "version": None if version is None else str(version),
        "versioncreated": rfc3339(given.get("versioncreated")),
        "firstcreated": rfc3339(given.get("firstcreated")),
        "pubstatus": given.get("pubstatus"),
        "ednote": given.get("ednote"),
        "byline" if generation == 1 else "by": given.get("byline"),
        "copyrightholder": given.get("copyrightholder"),
        "language": given.get("language", "en"),
        **_words(headline, paragraphs, generation),
    }
    named = {_named(name, generation): value for name, value in item.items() if value is not None}
    return named | given.get("more", {})


def item_bytes(item: object, *, bom: bool) -> bytes:
    """The item, or a list of them, as JSON in UTF-8; many agencies put a byte order mark before it."""
    text = json.dumps(item, ensure_ascii=False, indent=1)
    return (codecs.BOM_UTF8 if bom else b"") + text.encode()


def write_item(folder: Path, item: dict[str, Any], *, bom: bool = True) -> Path:
    """Put the item into the folder, a file for each version of it; the file."""
    stem = re.sub(r"[^\w.-]+", "-", f"{item.get('uri', 'item')}").strip("-")
    path = folder / f"{stem}-v{item.get('version', 1)}.json"
    folder.mkdir(parents=True, exist_ok=True)
    # Written aside and then renamed, as a wire does it, so that nobody reads half an item.
    aside = path.with_suffix(".part")
    aside.write_bytes(item_bytes(item, bom=bom))
    return aside.rename(path)


def _words(headline: str, paragraphs: list[str], generation: int) -> dict[str, Any]:
    plain = "\n\n".join(paragraphs)
    marked = "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs)
    if generation == 1:
        return {"headline": headline, "body_text": plain, "body_xhtml": marked}
    typed = _named("contenttype", generation)
    return {
        "headlines": [{"role": "main", "value": headline}],
        "bodies": [
            {"role": "text", typed: "text/plain", "value": plain},
            {"role": "html", typed: "text/html", "value": marked},
        ],
    }


def _named(name: str, generation: int) -> str:
    return _CAPITALS.get(name, name) if generation == 3 else name
