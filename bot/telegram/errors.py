"""The one broad error boundary: what nobody foresaw is logged, and then said to who was waiting."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.error import Conflict, Forbidden, NetworkError, TelegramError

if TYPE_CHECKING:
    from telegram.ext import CallbackContext

log = logging.getLogger(__name__)

APOLOGY = "Something went wrong on my side, and your question is not answered. Please ask again in a moment."


async def apologise(update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """Log an error of a handler or of the polling, and tell the person whose message it was."""
    error = context.error
    if isinstance(error, Forbidden):
        log.info("a message was not sent: %s", error)
        return
    if isinstance(error, Conflict):
        log.error("another program polls Telegram with the same token; stop one of the two")
        return
    if isinstance(error, NetworkError) and update is None:
        log.warning("Telegram cannot be reached, trying again: %s", error)
        return
    log.error("an update was not answered", exc_info=error)
    if isinstance(update, Update) and update.effective_message is not None:
        with suppress(TelegramError):
            await update.effective_message.reply_text(APOLOGY)
