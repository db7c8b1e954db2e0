"""Logs on standard error: the token is in none of them, and no stranger's words make a line of their own."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from pydantic import SecretStr

HIDDEN = "<token>"
# httpx tells every address it calls, and the token is part of Telegram's.
TALKATIVE = ("httpx", "httpcore", "telegram", "apscheduler", "protego", "trafilatura", "htmldate")
# A token's second half is the secret. A shorter one is none of Telegram's, and might be any word.
SECRET_CHARACTERS = 20
# Ends of lines, what drives a terminal, what turns the writing round, and what cannot be written at all.
_STRANGE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# What stands in a traceback stands behind this, so that no line of it looks like one that was logged.
_BEHIND = "\n  "


class RedactingFormatter(logging.Formatter):
    """Formats a record whole, traceback included, and only then hides the secret in all its spellings.

    A message is one line, whatever stands in it: what would end the line is written as in Python.
    """

    def __init__(self, form: str, secret: str | None) -> None:
        super().__init__(form)
        self._secrets = spellings_of(secret) if secret else None

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, and its traceback in lines that stand further in, without the secret."""
        if record.exc_info:
            # Another's way of writing it is kept there where another has written it before.
            record.exc_text = None
        line = super().format(record)
        return self._secrets.sub(HIDDEN, line) if self._secrets else line

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's own name
        """The line without what might follow it."""
        return visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's own name
        """A traceback: an error may say what a stranger wrote."""
        return _further_in(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the library's own name
        """The stack of calls, where one is logged."""
        return _further_in(super().formatStack(stack_info))


def visible(text: str) -> str:
    """The text on one line, each character in it that would not be seen as itself written as in Python."""
    return _STRANGE.sub(lambda found: ascii(found[0])[1:-1], text)


def spellings_of(secret: str) -> re.Pattern[str]:
    """What finds a token as it is, with its colon encoded as in addresses of files, or its secret half."""
    number, colon, half = secret.partition(":")
    whole = re.escape(number) + "(?::|%(?:25)*3A)" + re.escape(half) if colon else re.escape(secret)
    others = [re.escape(quote(secret, safe=""))] + [re.escape(half)] * (len(half) >= SECRET_CHARACTERS)
    return re.compile("|".join([whole, *others]), re.IGNORECASE)


def without_library_traceback(record: logging.LogRecord) -> bool:
    """Let every record pass, those of python-telegram-bot without their tracebacks.

    It logs what it will try again, or raises to us anyway, with the whole stack of its own calls.
    """
    if record.name.startswith("telegram."):
        record.exc_info = None
    return True


def configure_logging(token: SecretStr | None, *, verbose: bool) -> None:
    """Send logs to standard error: what went wrong, and when `verbose` what went on."""
    handler = logging.StreamHandler(sys.stderr)
    secret = token.get_secret_value() if token else None
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", secret))
    handler.addFilter(without_library_traceback)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It logs whole what it cannot read of Telegram's answers, which may be people's messages.
    logging.getLogger("telegram.request.BaseRequest").setLevel(logging.CRITICAL)


def _further_in(text: str) -> str:
    return "  " + _BEHIND.join(visible(line) for line in text.split("\n"))
