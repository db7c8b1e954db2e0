"""Message entities, put in order the way Telegram does before it keeps a text."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

MOST_ENTITIES = 100
"""Telegram keeps so many entities of a message and ignores the rest."""

_STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = ("blockquote", "expandable_blockquote")
_VERBATIM = ("pre", "code")
_ORDER = (*_QUOTES, *_VERBATIM, "text_link", *_STYLES, "custom_emoji")

_TURN_TO_SPACES = {code: " " for code in range(33) if chr(code) not in "\n\r"}
_DROPPED = dict.fromkeys([0x0D, 0x030A, 0x0333, 0x033F, *range(0x2028, 0x202F)], "")
_CLEANED = str.maketrans(_TURN_TO_SPACES | _DROPPED)


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch of a text; offset and length count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    custom_emoji_id: str | None = None

    @property
    def end(self) -> int:
        """The offset of the first code unit behind the stretch."""
        return self.offset + self.length

    def to_dict(self) -> dict[str, Any]:
        """The entity as the Bot API's JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def utf16_length(text: str) -> int:
    """How many UTF-16 code units a text has: the unit of Telegram's offsets."""
    return len(text) + sum(character > "\uffff" for character in text)


def tidy(text: str, entities: Iterable[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """The text and entities as Telegram keeps them: cleaned, trimmed, nested only where allowed."""
    text, cleaned = _clean(text, _nest(entities))
    text, trimmed = _trim(text, _nest(cleaned))
    return text, tuple(trimmed[:MOST_ENTITIES])


def _place(entity: Entity) -> tuple[int, int, int]:
    return entity.offset, -entity.length, _ORDER.index(entity.type)


def _outermost(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sorted(entities, key=_place):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _nest(entities: Iterable[Entity]) -> list[Entity]:
    # "blockquote and expandable_blockquote entities can't be nested"; "pre and code entities can't
    # contain any other entities"; links, code and custom emoji do not overlap one another.
    present = [entity for entity in entities if entity.length > 0]
    quotes = _outermost(entity for entity in present if entity.type in _QUOTES)
    others = _outermost(entity for entity in present if entity.type not in _QUOTES + _STYLES)
    solid = quotes + [entity for entity in others if not any(_holds(entity, quote) for quote in quotes)]
    styles = _cut(_merge(entity for entity in present if entity.type in _STYLES), solid)
    return sorted(solid + styles, key=_place)


def _holds(entity: Entity, quote: Entity) -> bool:
    return entity.offset <= quote.offset and quote.end <= entity.end and entity.length > quote.length


def _merge(styles: Iterable[Entity]) -> list[Entity]:
    merged: dict[str, list[Entity]] = {}
    for entity in sorted(styles, key=_place):
        same = merged.setdefault(entity.type, [])
        if same and entity.offset <= same[-1].end:
            same[-1] = replace(same[-1], length=max(same[-1].end, entity.end) - same[-1].offset)
        else:
            same.append(entity)
    return [entity for same in merged.values() for entity in same]


def _cut(styles: Sequence[Entity], solid: Sequence[Entity]) -> list[Entity]:
    # A style is cut at the borders of what is not a style, and where another style begins.
    borders = {entity.offset for entity in (*solid, *styles)} | {entity.end for entity in solid}
    verbatim = [entity for entity in solid if entity.type in _VERBATIM]
    pieces = []
    for style in styles:
        inner = sorted(border for border in borders if style.offset < border < style.end)
        for start, end in pairwise([style.offset, *inner, style.end]):
            if not any(entity.offset <= start and end <= entity.end for entity in verbatim):
                pieces.append(replace(style, offset=start, length=end - start))
    return pieces


def _clean(text: str, entities: Iterable[Entity]) -> tuple[str, list[Entity]]:
    cleaned = text.translate(_CLEANED)
    if len(cleaned) == len(text):
        return cleaned, list(entities)
    moved, before, after = {}, 0, 0
    for character in text:
        moved[before] = after
        before += utf16_length(character)
        after += utf16_length(character.translate(_CLEANED))
    moved[before] = after
    shifted = [
        replace(one, offset=moved[one.offset], length=moved[one.end] - moved[one.offset]) for one in entities
    ]
    return cleaned, shifted


def _trim(text: str, entities: Sequence[Entity]) -> tuple[str, list[Entity]]:
    text = text.rstrip(" \n")
    end = utf16_length(text)
    # Blanks at the beginning stay where an entity begins with them.
    margin = len(text) - len(text.lstrip(" \n"))
    cut = min([margin, *(entity.offset for entity in entities)])
    kept = [
        replace(entity, offset=entity.offset - cut, length=min(entity.end, end) - entity.offset)
        for entity in entities
        if entity.offset < end
    ]
    return text[cut:], sorted(kept, key=_place)
