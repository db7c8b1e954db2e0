"""The one broad error boundary: what nobody foresaw is logged, and then said to who was waiting."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, TelegramError

from bot.languages.words import words_for
from bot.telegram.harmless import LATE, says, toast

if TYPE_CHECKING:
    from telegram.ext import CallbackContext

    from bot.telegram.alarms import Alarms
    from bot.telegram.metrics import Metrics

log = logging.getLogger(__name__)

CONFLICT = "another program polls Telegram with the same token; stop one of the two"
# Seconds after which a conflict that lasts is told again: ten minutes, then twice that, up to a day.
FIRST_AGAIN, LAST_AGAIN = 600.0, 86_400.0


class Errors:
    """What becomes of errors, those of handlers and those of the polling."""

    def __init__(self, metrics: Metrics, alarms: Alarms) -> None:
        self._metrics = metrics
        self._alarms = alarms
        self._conflict_at = 0.0
        self._again = 0.0

    async def caught(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Log an error, and tell the person whose update it was."""
        error = context.error
        if error is None:
            return
        self._metrics.error(type(error).__name__)
        if isinstance(error, BadRequest | Forbidden):
            self._metrics.refused()
        if isinstance(error, Forbidden):
            log.info("a message was not sent: %s", error)
        elif isinstance(error, BadRequest) and says(error, *LATE):
            log.info("an answer came too late: %s", error)
        elif isinstance(error, Conflict):
            self._tell_conflict()
        elif update is None:
            _log_apart(error)
        else:
            log.error("an update was not answered", exc_info=error)
            if isinstance(update, Update):
                await self._apologise(update)

    async def _apologise(self, update: Update) -> None:
        user = update.effective_user
        apology = words_for(user.language_code if user else None).say(
            "Something went wrong on my side, and that was not done. Please try again in a moment."
        )
        with suppress(TelegramError):
            if update.callback_query is not None:
                await toast(update.callback_query, apology, alert=True)
            elif update.effective_message is not None:
                self._metrics.question("failed")
                await update.effective_message.reply_text(escape(apology))

    def _tell_conflict(self) -> None:
        """Tell of the first conflict, and of those that last now and then: each poll meets one."""
        now = time.monotonic()
        if self._conflict_at and now < self._conflict_at + self._again:
            return
        # One that comes long after the last is a new one.
        lasts = self._conflict_at and now < self._conflict_at + 2 * self._again
        self._again = min(2 * self._again, LAST_AGAIN) if lasts else FIRST_AGAIN
        self._conflict_at = now
        log.error(CONFLICT)
        self._alarms.raise_alarm(CONFLICT)


def _log_apart(error: Exception) -> None:
    """Log an error that is about no update: one of the polling, or of news that are told."""
    # The library takes what Telegram refuses for a kind of trouble with the network.
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        log.warning("Telegram cannot be reached, trying again: %s", error)
    else:
        log.error("something went wrong that nobody had asked for", exc_info=error)
