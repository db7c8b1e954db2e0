"""Logs on standard error, with the bot's token in none of them."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pydantic import SecretStr

HIDDEN = "<token>"
# httpx tells every address it calls, and the token is part of Telegram's.
TALKATIVE = ("httpx", "httpcore", "telegram", "apscheduler", "protego", "trafilatura", "htmldate")


class RedactingFormatter(logging.Formatter):
    """Formats a record whole, traceback included, and only then hides the secret in both its spellings."""

    def __init__(self, form: str, secret: str | None) -> None:
        super().__init__(form)
        # In addresses of files the colon is encoded.
        self._secrets = [secret, quote(secret, safe="")] if secret else []

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line or more, without the secret."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line


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
