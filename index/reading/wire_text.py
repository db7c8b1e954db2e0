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
_INDENT = re.compile(r"[ \t\u00a0\u3000]+(?=\S)")
# What stands beside the story in bodies[]: it is the text only where there is no other.
_BESIDE = re.compile(
    r"\b(?:summary|abstract|teaser|description|lead|intro|caption|short|headline)\b", re.IGNORECASE
)
_LIMIT = 5_000_000


def wire_text(item: dict[str, Any]) -> str:
    """The story's paragraphs, with a blank line between them; "" if it has none.

    Bodies with markup come before plain ones, summaries after both, and descriptions are taken only where
    there is no body.

    Args:
        item: a ninjs item, its names in lower case.
    """
    bodies = [*_bodies(item, "body_"), *_listed_bodies(item.get("bodies"))]
    described = [*_bodies(item, "description_"), *_listed_bodies(item.get("descriptions"))]
    for given in (bodies, described):
        texts = (_plain(kind, body) for kind, body in sorted(given, key=_rank))
        found = next((text for text in texts if text), "")
        if found:
            return _without_headline(found, item)
    return ""


def _rank(body: tuple[str, str]) -> tuple[bool, bool]:
    return bool(_BESIDE.search(body[0].replace("_", " "))), not _is_marked(*body)


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
    """Paragraphs of plain text: as it parts them, else by indents, else its lines if each ends a sentence."""
    lines = _LINE.split(body)
    full = [line for line in lines if line.strip()]
    bare = [line.strip() for line in full]
    if any(not line.strip() for line in lines[1:-1]):
        return "\n".join(line.strip() for line in lines).strip()
    indented = [bool(_INDENT.match(line)) for line in full]
    if any(indented) and not all(indented):
        parts = zip(indented, bare, strict=True)
        return "".join(f"\n\n{line}" if begins else f"\n{line}" for begins, line in parts).strip()
    return ("\n\n" if all(map(_ENDS.search, bare)) else "\n").join(bare)


def _without_headline(text: str, item: dict[str, Any]) -> str:
    first, _, rest = text.partition("\n\n")
    listed = item.get("headlines")
    headlines = [item.get("headline"), item.get("title"), *(listed if isinstance(listed, list) else ())]
    told = {_folded(each.get("value") if isinstance(each, dict) else each) for each in headlines}
    return rest if rest and _folded(first) in told else text


def _folded(value: Any) -> str | None:
    return " ".join(value.casefold().split()) if isinstance(value, str) else None
