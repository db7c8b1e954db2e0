"""What Telegram refuses of what a bot says of itself: commands, languages, scopes, descriptions, webhooks."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from bot_api.entities import utf16_length
from bot_api.rules import bad_request, check_encoding, read_json

MOST_COMMANDS: Final = 100
LONGEST_DESCRIPTIONS: Final = {"name": 64, "description": 512, "short_description": 120}

_TOO_LONG = {
    "name": "NAME_TOO_LONG",
    "description": "DESCRIPTION_TOO_LONG",
    "short_description": "ABOUT_TOO_LONG",
}
_COMMAND = re.compile(r"[a-z0-9_]+")
_LONGEST_COMMAND = 32
_LONGEST_COMMAND_DESCRIPTION = 256
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_WIDE_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")
_CHAT_SCOPES = ("chat", "chat_administrators", "chat_member")
_SECRET = re.compile(r"[A-Za-z0-9_\-]*")
_LONGEST_SECRET = 256
_PORTS = (443, 80, 88, 8443)


def read_commands(value: Any) -> list[dict[str, str]]:
    """At most 100 commands of up to 32 small letters, digits and underscores, each described in 1-256."""
    commands = read_json(value, "commands") or []
    if not isinstance(commands, list):
        raise bad_request("Expected an Array of BotCommand")
    read = [_read_command(command) for command in commands]
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return read


def _read_command(command: Any) -> dict[str, str]:
    if not isinstance(command, dict):
        raise bad_request("Can't parse BotCommand: expected an Object")
    for field in ("command", "description"):
        if not isinstance(command.get(field), str):
            raise bad_request(f"Can't parse BotCommand: Can't find field \"{field}\"")
        check_encoding(command[field])
    name, description = command["command"].strip().removeprefix("/"), command["description"].strip()
    if not name:
        raise bad_request("Command must be non-empty")
    if len(name) > _LONGEST_COMMAND:
        raise bad_request(f"Command length must not exceed {_LONGEST_COMMAND}")
    if not description:
        raise bad_request("Command description must be non-empty")
    if len(description) > _LONGEST_COMMAND_DESCRIPTION:
        raise bad_request(f"Command description length must not exceed {_LONGEST_COMMAND_DESCRIPTION}")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


def read_scope(value: Any) -> str:
    """The audience of a set of commands, written in one way; the default one where none is given."""
    scope = read_json(value, "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise _unreadable_scope("BotCommandScope must be an Object")
    if scope.get("type") in _WIDE_SCOPES:
        return json.dumps({"type": scope["type"]})
    if scope.get("type") not in _CHAT_SCOPES:
        raise _unreadable_scope("Unsupported type specified")
    if not scope.get("chat_id"):
        raise _unreadable_scope("Empty chat_id specified")
    written = {"type": scope["type"], "chat_id": str(scope["chat_id"])}
    if scope["type"] == "chat_member":
        if int(scope.get("user_id", 0)) <= 0:
            raise _unreadable_scope("Invalid user_id specified")
        written["user_id"] = str(scope["user_id"])
    return json.dumps(written)


def _unreadable_scope(reason: str) -> Exception:
    return bad_request(f"Can't parse BotCommandScope: {reason}")


def check_language(code: str) -> None:
    """A bot's words are set for a two-letter code, or without one for everybody else."""
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("Invalid language code specified")


def check_description(name: str, text: str) -> None:
    """A bot's name has up to 64 characters, its description 512, the short one 120."""
    check_encoding(text)
    if utf16_length(text) > LONGEST_DESCRIPTIONS[name]:
        raise bad_request(_TOO_LONG[name])


def check_webhook(url: str, secret: str) -> None:
    """A webhook is an HTTPS address on one of four ports, its secret up to 256 of A-Z a-z 0-9 _ -."""
    if len(secret) > _LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[0]
    except ValueError as error:
        raise bad_request("invalid webhook URL specified") from error
    if parts.scheme.lower() != "https" or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
