"""Telegram's HTML: a source text to its plain text and entities, or the reason why it has none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot_api.entities import Entity, utf16_length
from bot_api.links import checked_link

_TYPES: Final = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    **{name: name for name in ("code", "pre", "blockquote")},
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x(?P<hex>[0-9A-Fa-f]+)|#(?P<decimal>[0-9]+)|(?P<name>[A-Za-z]+))")
_LONGEST_REFERENCE = 9
_LAST_CHARACTER = 0x10FFFF
_TEXT = re.compile(r"[^<&]+")
_TAG_NAME = re.compile(r"[^ \t\r\n\v>]*")
_ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\v=>/\"']*")
_BARE_VALUE = re.compile(r"[A-Za-z0-9.\-]*")
_SPACES = re.compile(r"[ \t\r\n\v]*")
_TG_USER = re.compile(r"tg:(?://)?user\?id=[0-9]+", re.IGNORECASE)


class MarkupError(ValueError):
    """A text is not what Telegram reads as HTML; the message is Telegram's own."""


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    argument: str
    offset: int
    part: int


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The plain text of Telegram HTML and its entities, in the order their tags were closed.

    Raises:
        MarkupError: Telegram cannot read it.
    """
    return _Reader(source).read()


def _reference(source: str, at: int) -> tuple[str, int]:
    """The character that a reference stands for and where it ends, or nothing: it stays as it is."""
    found = _REFERENCE.match(source, at)
    if not found:
        return "", at
    character = ""
    if found["name"]:
        character = _NAMED.get(found["name"], "")
    elif len(found[0]) <= _LONGEST_REFERENCE:
        code = int(found["hex"], 16) if found["hex"] else int(found["decimal"])
        character = chr(code) if 0 < code < _LAST_CHARACTER else ""
    end = found.end() + source.startswith(";", found.end())
    return (character, end) if character else ("", at)


class _Reader:
    """One pass over a source; `at` is where it stands."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.parts: list[str] = []
        self.length = 0
        self.open: list[_Tag] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self.end_tag()
            elif self.source.startswith("<", self.at):
                self.start_tag()
            else:
                self.text()
        if self.open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        plain = "".join(self.parts)
        if any("\ud800" <= character <= "\udfff" for character in plain):
            raise MarkupError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        bare = [replace(one, language=None) if one.type == "code" else one for one in self.entities]
        return plain, bare

    def text(self) -> None:
        character, end = _reference(self.source, self.at)
        if character:
            part, self.at = character, end
        else:
            part = self.take(_TEXT) or self.source[self.at]
            self.at += part == "&"
        self.parts.append(part)
        self.length += utf16_length(part)

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        if not found:
            return ""
        self.at = found.end()
        return found[0]

    def here(self) -> str:
        return self.source[self.at : self.at + 1]

    def byte(self, at: int) -> int:
        return len(self.source[:at].encode())

    def start_tag(self) -> None:
        begun = self.at
        self.at += 1
        name = self.take(_TAG_NAME).lower()
        if not self.here():
            raise MarkupError(f"Unclosed start tag at byte offset {self.byte(begun)}")
        if name not in _TYPES:
            raise MarkupError(f'Unsupported start tag "{name}" at byte offset {self.byte(begun)}')
        given = dict(self.attributes(name, begun))
        self.at += 1
        argument = _argument(name, given)
        if name == "span" and argument != "spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte(begun)}')
        self.open.append(_Tag(name, argument, self.length, len(self.parts)))

    def attributes(self, tag: str, begun: int) -> Iterator[tuple[str, str]]:
        self.take(_SPACES)
        while self.here() != ">":
            name = self.take(_ATTRIBUTE_NAME)
            if not name:
                raise MarkupError(
                    f'Empty attribute name in the tag "{tag}" at byte offset {self.byte(begun)}'
                )
            self.take(_SPACES)
            valued = self.here() == "="
            if valued:
                self.at += 1
                self.take(_SPACES)
            if not self.here():
                raise MarkupError(f'Unclosed start tag "{tag}" at byte offset {self.byte(begun)}')
            if valued:
                yield name, self.value()
            elif name == "expandable":
                yield name, ""
            if not self.here():
                raise MarkupError(f"Unclosed start tag at byte offset {self.byte(begun)}")
            self.take(_SPACES)

    def value(self) -> str:
        quote, begun = self.here(), self.at
        if quote not in ("'", '"'):
            bare = self.take(_BARE_VALUE).lower()
            if self.here() not in " \t\r\n\v>":
                raise MarkupError(f"Unexpected end of name token at byte offset {self.byte(begun)}")
            return bare
        self.at += 1
        parts = []
        while self.here() not in (quote, ""):
            character, end = _reference(self.source, self.at)
            parts.append(character or self.here())
            self.at = end if character else self.at + 1
        self.at += 1
        return "".join(parts)

    def end_tag(self) -> None:
        begun = self.at
        if not self.open:
            raise MarkupError(f"Unexpected end tag at byte offset {self.byte(begun)}")
        self.at += 2
        name = self.take(_TAG_NAME).lower()
        self.take(_SPACES)
        if self.here() != ">":
            raise MarkupError(f"Unclosed end tag at byte offset {self.byte(begun)}")
        self.at += 1
        tag = self.open.pop()
        # "</>" closes whatever is open.
        if name not in ("", tag.name):
            raise MarkupError(
                f"Unmatched end tag at byte offset {self.byte(begun)}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        if self.length > tag.offset:
            self.close(tag)

    def close(self, tag: _Tag) -> None:
        entity = Entity(_TYPES[tag.name], tag.offset, self.length - tag.offset)
        last = self.entities[-1] if self.entities else None
        twin = last if last and (last.offset, last.length) == (entity.offset, entity.length) else None
        if tag.name == "a":
            self.link(entity, tag.argument or "".join(self.parts[tag.part :]))
            return
        if tag.name == "tg-emoji":
            entity = replace(entity, custom_emoji_id=_emoji(tag.argument))
        elif tag.name == "blockquote" and tag.argument:
            entity = replace(entity, type="expandable_blockquote")
        elif tag.name == "code" and tag.argument:
            # Kept only where "pre" is around or inside: see the end of `read`.
            entity = replace(entity, language=tag.argument)
        if twin and {twin.type, entity.type} == {"pre", "code"} and (twin.language or entity.language):
            self.entities.pop()
            entity = replace(entity, type="pre", language=twin.language or entity.language)
        self.entities.append(entity)

    def link(self, entity: Entity, address: str) -> None:
        # A link to a person needs one the bot has met; this server introduces nobody.
        url = None if _TG_USER.fullmatch(address) else checked_link(address)
        if url:
            self.entities.append(replace(entity, url=url))


def _argument(tag: str, given: dict[str, str]) -> str:
    """What of a tag's attributes counts; all others are read and forgotten."""
    style = given.get("class", "")
    if tag == "code":
        return style.removeprefix("language-") if style.startswith("language-") else ""
    if tag == "span":
        return style.removeprefix("tg-") if style.startswith("tg-") else ""
    if tag == "blockquote":
        return "1" if "expandable" in given else ""
    return given.get({"a": "href", "tg-emoji": "emoji-id"}.get(tag, ""), "")


def _emoji(identifier: str) -> str:
    if not re.fullmatch(r"-?[0-9]+", identifier) or int(identifier) == 0:
        raise MarkupError("Invalid custom emoji identifier specified")
    return identifier
