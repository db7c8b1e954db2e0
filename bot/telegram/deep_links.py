"""What follows `?start=` in a link to the bot: a question, or a quotation to open in its context."""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

# Telegram's own limit: https://core.telegram.org/bots/features#deep-linking
PAYLOAD_CHARACTERS = 64
_QUESTION = re.compile(r"q_([A-Za-z0-9_-]+)")
_QUOTATION = re.compile(r"c_([A-Za-z0-9_-]{10})_([0-9]{1,2})")


class Opened(NamedTuple):
    """A quotation that a link opens: the answer's key, and the passage's place in it."""

    key: str
    place: int


def quotation_payload(key: str, place: int) -> str:
    """The payload that opens one passage of an answer in its context."""
    return f"c_{key}_{place}"


def question_payload(question: str) -> str | None:
    """The payload that asks a question; None for one that is too long for it."""
    payload = f"q_{urlsafe_b64encode(question.encode()).decode().rstrip('=')}"
    return payload if len(payload) <= PAYLOAD_CHARACTERS else None


def read_payload(payload: str) -> str | Opened | None:
    """The question or the quotation that a payload stands for; None for any other."""
    if found := _QUOTATION.fullmatch(payload):
        return Opened(found[1], int(found[2]))
    if (asked := _QUESTION.fullmatch(payload)) is None:
        return None
    try:
        return urlsafe_b64decode(asked[1] + "=" * (-len(asked[1]) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
