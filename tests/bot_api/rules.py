"""What Telegram refuses, each rule a function of what it is about and each wording Telegram's own."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot_api.entities import Entity, tidy, utf16_length
from bot_api.markup import MarkupError, parse_html

# "1-4096 characters after entities parsing", counted in UTF-16 units as offsets are: the strictest
# reading, so that what passes here passes there.
LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024
LARGEST_RAW_TEXT: Final = 32_768

# A text of nothing but these is an empty one; so are blanks, which trimming takes away before.
_UNSEEN = re.compile(
    "[ \n\u00a0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc\U000e0000-\U000e007f]*"
)
_ACTIONS = frozenset(
    {
        *("typing", "choose_sticker", "find_location"),
        *("record_video", "record_voice", "record_video_note", "record_audio"),
        *(
            "upload_photo",
            "upload_video",
            "upload_voice",
            "upload_document",
            "upload_video_note",
            "upload_audio",
        ),
    }
)


class RefusalError(Exception):
    """Telegram says no: an error code, the words that go with it, and at times what to do instead."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})


def bad_request(reason: str) -> RefusalError:
    """Refuse with 400; a sentence begins small behind the prefix, a name like BUTTON_DATA_INVALID stays."""
    small = reason if reason[1:2].isupper() else reason[:1].lower() + reason[1:]
    return RefusalError(400, f"Bad Request: {small}")


def read_text(raw: str, parse_mode: str) -> tuple[str, list[Entity]]:
    """A text as sent to its plain text and entities: what is checked before the chat is looked up."""
    if not raw:
        raise bad_request("Message text is empty")
    return read_formatted(raw, parse_mode)


def read_formatted(raw: str, parse_mode: str) -> tuple[str, list[Entity]]:
    """The plain text and entities of what is a text, a caption or a quotation; it may be empty."""
    check_encoding(raw)
    if len(raw.encode()) > LARGEST_RAW_TEXT:
        raise bad_request("Text is too long")
    if parse_mode.lower() in ("", "none"):
        return raw, []
    if parse_mode.lower() in ("markdown", "markdownv2"):
        raise bad_request(f"{parse_mode} is not supported by this test server; send HTML")
    if parse_mode.lower() != "html":
        raise bad_request("Unsupported parse_mode")
    try:
        return parse_html(raw)
    except MarkupError as error:
        raise bad_request(f"Can't parse entities: {error}") from error


def check_encoding(text: str) -> None:
    """Refuse what is no UTF-8: it reaches us as lone surrogates, from JSON or from stray bytes."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request("Strings must be encoded in UTF-8") from error


def finish_text(plain: str, entities: Sequence[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """The text as the chat will show it, unless nothing of it would be seen or it is too long."""
    text, kept = tidy(plain, entities)
    if _UNSEEN.fullmatch(text):
        raise bad_request("Message text is empty")
    if utf16_length(text) > LONGEST_TEXT:
        raise bad_request("Message is too long")
    return text, kept


def finish_caption(plain: str, entities: Sequence[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """The caption as the chat will show it; it may be empty."""
    text, kept = tidy(plain, entities)
    if utf16_length(text) > LONGEST_CAPTION:
        raise bad_request("Message caption is too long")
    return text, kept


def read_json(value: Any, what: str) -> Any:
    """A nested parameter: JSON in a form field, or already an object in a JSON body."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad_request(f"Can't parse {what} JSON object") from error


def check_writable(chat: Mapping[str, Any], *, blocked: bool) -> None:
    """A chat that shut the bot out takes nothing from it."""
    if not blocked:
        return
    reasons = {
        "private": "bot was blocked by the user",
        "group": "bot was kicked from the group chat",
        "supergroup": "bot was kicked from the supergroup chat",
        "channel": "bot was kicked from the channel chat",
    }
    raise RefusalError(403, f"Forbidden: {reasons.get(chat.get('type', ''), reasons['private'])}")


def check_action(action: str) -> None:
    """A chat action is one of the documented words."""
    if action not in _ACTIONS:
        raise bad_request("Wrong parameter action in request")
