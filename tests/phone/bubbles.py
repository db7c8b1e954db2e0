"""Bot API messages to an HTML page that looks like Telegram on a phone."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot_api.records import Sent, SentFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Entity = Mapping[str, Any]

Shown = Sent | SentFile | dict[str, Any] | str
"""What the loopback server recorded, a message of the Bot API, or the words that a person wrote."""

_STYLE = Path(__file__).with_name("phone.css")
_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ("<span class=spoiler>", "</span>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote><div>", "</div></blockquote>"),
    "expandable_blockquote": ("<blockquote class=folded><div>", "</div></blockquote>"),
}
_BLOCKS = ("blockquote", "expandable_blockquote", "pre")
_LINKED = ("text_link", "url", "mention", "hashtag", "bot_command", "email", "phone_number")


def page_of(messages: Iterable[Shown], *, dark: bool = False) -> str:
    """The whole page, oldest message first."""
    shown = "".join(_message(each) for each in messages)
    style = _STYLE.read_text(encoding="utf-8")
    return (
        f"<!doctype html><html class={'dark' if dark else 'light'}><meta charset=utf-8>"
        f"<style>{style}</style><body>{shown}</body></html>"
    )


def formatted(text: str, entities: Sequence[Entity]) -> str:
    """The text as HTML; the entities' offsets and lengths are UTF-16 code units and properly nested."""
    ordered = sorted(entities, key=lambda each: (each["offset"], -each["length"]))
    raw = text.encode("utf-16-le")
    return _span(raw, 0, len(raw) // 2, ordered)


def _span(raw: bytes, start: int, end: int, entities: Sequence[Entity]) -> str:
    parts, at = [], start
    for place, entity in enumerate(entities):
        begin, stop = entity["offset"], entity["offset"] + entity["length"]
        if begin < at or stop > end:
            continue
        block = entity["type"] in _BLOCKS
        parts.append(_plain(raw, at, begin, before_block=block))
        opening, closing = _tags(entity)
        parts.append(f"{opening}{_span(raw, begin, stop, entities[place + 1 :])}{closing}")
        # A block ends its line by itself.
        at = stop + (block and _units(raw, stop, stop + 1) == "\n")
    return "".join([*parts, _plain(raw, at, end)])


def _plain(raw: bytes, start: int, end: int, *, before_block: bool = False) -> str:
    text = _units(raw, start, end)
    if not before_block:
        return escape(text)
    # A browser shows no empty line at the end of its block; something unseen in it makes it one.
    text = text.removesuffix("\n")
    return escape(f"{text}\u200b" if text.endswith("\n") else text)


def _units(raw: bytes, start: int, end: int) -> str:
    return raw[2 * start : 2 * end].decode("utf-16-le", "replace")


def _tags(entity: Entity) -> tuple[str, str]:
    if entity["type"] in _LINKED:
        return f'<a title="{escape(entity.get("url") or "")}">', "</a>"
    return _TAGS.get(entity["type"], ("", ""))


def _message(shown: Shown) -> str:
    if isinstance(shown, str):
        written = f"<div class=words>{escape(shown)}</div><time>12:00 ✓✓</time>"
        return f"<section class=mine><div class=bubble>{written}</div></section>"
    message = shown if isinstance(shown, dict) else shown.message
    photo = _photo(shown.bytes) if isinstance(shown, SentFile) and shown.width else ""
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or []
    words = f"<div class=words>{formatted(text, entities)}</div>" if text else ""
    keyboard = _keyboard((message.get("reply_markup") or {}).get("inline_keyboard") or [])
    return f"<section><div class=bubble>{photo}{words}<time>12:00</time></div>{keyboard}</section>"


def _photo(content: bytes) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(content).decode()}">'


def _keyboard(rows: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    drawn = ("".join(f"<button>{escape(button['text'])}</button>" for button in row) for row in rows)
    return f"<nav>{''.join(f'<div>{row}</div>' for row in drawn)}</nav>" if rows else ""
