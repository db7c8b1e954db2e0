"""Inline keyboards, and what Telegram refuses of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bot_api.links import checked_link
from bot_api.rules import bad_request, check_encoding, read_json

Keyboard = Mapping[str, Any]

LARGEST_CALLBACK_DATA: Final = 64
LONGEST_COPIED_TEXT: Final = 256
MOST_BUTTONS: Final = 100
MOST_IN_A_ROW: Final = 8
LARGEST_MARKUP: Final = 10_000
"""Bytes of a whole keyboard: bots are refused at about 10 kB, which no document says."""

# What a button may do besides opening an address or calling back.
_PURPOSES = frozenset(
    {
        *("callback_game", "pay", "login_url", "web_app", "copy_text", "switch_inline_query"),
        *("switch_inline_query_chosen_chat", "switch_inline_query_current_chat"),
    }
)
_TEXTS = ("text", "url", "callback_data", "switch_inline_query", "switch_inline_query_current_chat")


def read_keyboard(value: Any) -> dict[str, Any] | None:
    """The reply markup, its inline buttons checked; None where there is none."""
    markup = read_json(value, "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("Object expected as reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    for row in rows:
        for button in row:
            _check_button(button)
    return markup


def read_inline_keyboard(value: Any) -> dict[str, Any] | None:
    """The reply markup of an edit, which has no other kind than the inline keyboard."""
    markup = read_keyboard(value)
    if markup and "inline_keyboard" not in markup:
        raise bad_request("Inline keyboard expected")
    return markup


def check_keyboard(markup: Keyboard | None) -> None:
    """What Telegram looks at last of a keyboard: how large it is, callback data, texts to copy."""
    rows = (markup or {}).get("inline_keyboard", [])
    # Telegram leaves out the ninth button of a row without a word; here it is an error.
    too_wide = any(len(row) > MOST_IN_A_ROW for row in rows)
    if too_wide or sum(map(len, rows)) > MOST_BUTTONS or _size(rows) > LARGEST_MARKUP:
        raise bad_request("reply markup is too long")
    for button in _buttons(rows):
        if len(button.get("callback_data", "").encode()) > LARGEST_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        copied = button.get("copy_text")
        if copied is not None and not 0 < len(copied["text"]) <= LONGEST_COPIED_TEXT:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")


def shown_keyboard(markup: Keyboard | None) -> dict[str, Any]:
    """The part of a message that is its keyboard.

    A message comes back with its inline keyboard only: other keyboards belong to the chat.
    """
    rows = [row for row in (markup or {}).get("inline_keyboard", []) if row]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _size(rows: list[list[dict[str, Any]]]) -> int:
    return len(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode())


def _buttons(rows: list[list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    return (button for row in rows for button in row)


def _unreadable(reason: str) -> Exception:
    return bad_request(f"Can't parse inline keyboard button: {reason}")


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise _unreadable('Can\'t find field "text"')
    for name in _TEXTS:
        if name in button and not isinstance(button[name], str):
            raise _unreadable(f'Field "{name}" must be of type String')
        check_encoding(button.get(name, ""))
    if not button["text"]:
        raise bad_request("Inline keyboard button text must be non-empty")
    if button.get("url"):
        if checked_link(button["url"]) is None:
            raise bad_request(f"Inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif not button.get("callback_data") and not _PURPOSES & button.keys():
        raise _unreadable("Text buttons are unallowed in the inline keyboard")
    if "copy_text" in button:
        _check_copied(button["copy_text"])


def _check_copied(copied: Any) -> None:
    if not isinstance(copied, dict):
        raise _unreadable('Field "copy_text" must be of type Object')
    if not isinstance(copied.get("text"), str):
        raise _unreadable('Can\'t find field "text"')
    check_encoding(copied["text"])
