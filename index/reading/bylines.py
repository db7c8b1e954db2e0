"""The names of those who wrote, out of the lines that pages and wires give for authors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from index.reading.decoding import one_line
from index.reading.linked_data import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_BY = re.compile(r"^(?:written\s+)?(?:by|von|par|por|автор:|автор|від)\s+", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,\s+and|;|\band\b|\bund\b|\bта\b|&)\s+", re.IGNORECASE)  # noqa: RUF001 - Ukrainian
# A sentence about somebody is no name.
_NO_NAME = re.compile(r"https?:|www\.|@|^/|\b(?:is|was|has|are|writes|covers|reports)\b")
_PERSON = re.compile(r"[^\W\d_a-zа-яіїєґ][\w.'\u2019-]*(?: [\w.'\u2019-]+){1,3}")  # noqa: RUF001
_OFFICE = re.compile(
    r"\b(?:correspondents?|editors?|reporters?|writers?|press|news|agency|staff|bureau|desk|times|daily"
    r"|producer|photographer|columnist|journalist|university|institute)\b",
    re.IGNORECASE,
)
_AUTHORS, _AUTHOR, _LINE = 20, 100, 500_000


def author_names(given: Iterable[Any], source: Any = None) -> tuple[str, ...]:
    """The names among what is given as authors, each once, without "By", addresses and the source."""
    lines = (text_of(value, ("name",)) for value in given)
    plain = (" ".join(one_line(line[:_LINE]).split()) for line in lines if line)
    words = (part for line in plain for part in _AND.split(_BY.sub("", line)))
    names = (name.strip(" ,|·") for part in words for name in _parted(part))
    right = [name for name in names if name and len(name) <= _AUTHOR and not _NO_NAME.search(name)]
    return tuple(dict.fromkeys(name for name in right if not same_name(name, source)))[:_AUTHORS]


def same_name(name: str, source: Any) -> bool:
    """Whether a name is that of a source, in any case."""
    told = text_of(source)
    return bool(told) and name.casefold() == " ".join(str(told).split()).casefold()


def _parted(names: str) -> list[str]:
    """What commas part, where each part is somebody's whole name; else it is one name and what they do."""
    parts = [part.strip() for part in names.split(",") if part.strip()]
    people = all(_PERSON.fullmatch(part) and not _OFFICE.search(part) for part in parts)
    return parts if people else [names]
