"""The text of a wire story, from whichever of its bodies says most about its paragraphs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from index.reading.markup import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKED_UP = re.compile(r"html|nitf|xml", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:p|div|br|block|body)\b", re.IGNORECASE)
_LINE = re.compile(r"\r\n?|\n")
_ENDS = re.compile(r"[.!?…:][\"'”\u2019»)\]]*$")
_LIMIT = 5_000_000


def wire_text(item: dict[str, Any]) -> str:
    """The story's paragraphs, with a blank line between them; "" if it has none.

    Bodies with markup come before plain ones, and descriptions are taken only where there is no body.

    Args:
        item: a ninjs item, its names in lower case.
    """
    bodies = [*_bodies(item, "body_"), *_listed_bodies(item.get("bodies"))]
    described = [*_bodies(item, "description_"), *_listed_bodies(item.get("descriptions"))]
    for given in (bodies, described):
        texts = (_plain(kind, body) for kind, body in sorted(given, key=lambda pair: not _is_marked(*pair)))
        found = next((text for text in texts if text), "")
        if found:
            return _without_headline(found, item)
    return ""


def _bodies(item: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    known = [f"{prefix}{kind}" for kind in ("xhtml", "html", "html5", "nitf", "text", "summary")]
    for name in known:
        if isinstance(item.get(name), str):
            yield name, item[name][:_LIMIT]


def _listed_bodies(given: Any) -> Iterator[tuple[str, str]]:
    for body in given if isinstance(given, list) else []:
        if isinstance(body, dict) and isinstance(body.get("value"), str):
            named = {str(name).lower(): value for name, value in body.items()}
            yield f"{named.get('contenttype')} {named.get('role')}", body["value"][:_LIMIT]


def _is_marked(kind: str, body: str) -> bool:
    return bool(_MARKUP.search(body)) and (bool(_MARKED_UP.search(kind)) or "text" not in kind)


def _plain(kind: str, body: str) -> str:
    return plain_text(body) if _is_marked(kind, body) else _parted(body)


def _parted(body: str) -> str:
    """Plain text, its lines parted as paragraphs where they all are: most end as a sentence does."""
    lines = [line.strip() for line in _LINE.split(body)]
    full = [line for line in lines if line]
    if "" not in lines[1:-1] and sum(bool(_ENDS.search(line)) for line in full) * 2 > len(full):
        return "\n\n".join(full)
    return "\n".join(lines).strip()


def _without_headline(text: str, item: dict[str, Any]) -> str:
    first, _, rest = text.partition("\n\n")
    listed = item.get("headlines")
    headlines = [item.get("headline"), item.get("title"), *(listed if isinstance(listed, list) else ())]
    told = {_folded(each.get("value") if isinstance(each, dict) else each) for each in headlines}
    return rest if rest and _folded(first) in told else text


def _folded(value: Any) -> str | None:
    return " ".join(value.casefold().split()) if isinstance(value, str) else None
