"""What Telegram refuses, each rule a function of what it is about and each wording Telegram's own."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot_api.entities import Entity, tidy, utf16_length
from bot_api.links import checked_link
from bot_api.markup import MarkupError, parse_html

# "1-4096 characters after entities parsing", counted in UTF-16 units as offsets are: the strictest
# reading, so that what passes here passes there.
LONGEST_TEXT: Final = 4096
LARGEST_RAW_TEXT: Final = 32_768
LARGEST_CALLBACK_DATA: Final = 64
LONGEST_CALLBACK_ANSWER: Final = 200
MOST_COMMANDS: Final = 100
LONGEST_DESCRIPTIONS: Final = {"description": 512, "short_description": 120}

# A text of nothing but these is an empty one; so are blanks, which trimming takes away before.
_UNSEEN = re.compile(
    "[ \n\u00a0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc\U000e0000-\U000e007f]*"
)
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LONGEST_COMMAND_DESCRIPTION = 256
_SECRET = re.compile(r"[A-Za-z0-9_\-]{0,256}")
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
# What a button may do besides opening an address or calling back.
_PURPOSES = frozenset(
    {
        *("callback_game", "pay", "login_url", "web_app", "copy_text", "switch_inline_query"),
        *("switch_inline_query_chosen_chat", "switch_inline_query_current_chat"),
    }
)


class RefusalError(Exception):
    """Telegram says no: an error code and the words that go with it."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def bad_request(reason: str) -> RefusalError:
    """Refuse with 400; a sentence begins small behind the prefix, a name like BUTTON_DATA_INVALID stays."""
    small = reason if reason[1:2].isupper() else reason[:1].lower() + reason[1:]
    return RefusalError(400, f"Bad Request: {small}")


def read_text(raw: str, parse_mode: str) -> tuple[str, list[Entity]]:
    """A text as sent to its plain text and entities: what is checked before the chat is looked up."""
    if not raw:
        raise bad_request("Message text is empty")
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


def _check_button(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad_request("Can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad_request("Can't parse inline keyboard button: Can't find field \"text\"")
    for name in button.keys() & {"text", "url", "callback_data"}:
        if not isinstance(button[name], str):
            raise bad_request(f'Can\'t parse inline keyboard button: Field "{name}" must be of type String')
        check_encoding(button[name])
    if not button["text"]:
        raise bad_request("Inline keyboard button text must be non-empty")
    if button.get("url"):
        if checked_link(button["url"]) is None:
            raise bad_request(f"Inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    elif not button.get("callback_data") and not _PURPOSES & button.keys():
        raise bad_request(
            "Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )


def check_callback_data(markup: Mapping[str, Any] | None) -> None:
    """Callback data is 1 to 64 bytes; unlike the rest of a keyboard it is looked at last."""
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if len(button.get("callback_data", "").encode()) > LARGEST_CALLBACK_DATA:
                raise bad_request("BUTTON_DATA_INVALID")


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


def check_callback_answer(text: str) -> None:
    """The notification under a pressed button has up to 200 characters."""
    check_encoding(text)
    if utf16_length(text) > LONGEST_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")


def read_commands(value: Any) -> list[dict[str, str]]:
    """At most 100 commands of up to 32 small letters, digits and underscores, each described in 1-256."""
    commands = read_json(value, "commands") or []
    if not isinstance(commands, list):
        raise bad_request("Expected an Array of BotCommand")
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not isinstance(command, dict):
            raise bad_request("Can't parse BotCommand: expected an Object")
        if not _COMMAND.fullmatch(command.get("command", "").removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 0 < len(command.get("description", "")) <= _LONGEST_COMMAND_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return [{name: command[name] for name in ("command", "description")} for command in commands]


def check_description(name: str, text: str) -> None:
    """A bot's description has up to 512 characters, the short one up to 120."""
    check_encoding(text)
    if utf16_length(text) > LONGEST_DESCRIPTIONS[name]:
        raise bad_request("DESCRIPTION_TOO_LONG" if name == "description" else "ABOUT_TOO_LONG")


def check_webhook(url: str, secret: str) -> None:
    """A webhook is an HTTPS address, its secret up to 256 of the characters A-Z a-z 0-9 _ -."""
    if not url.lower().startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
