"""The one broad error boundary: what nobody foresaw is logged, and then said to who was waiting."""

from __future__ import annotations

import logging
import time
import traceback
from html import escape
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.languages.words import words_for
from bot.telegram.harmless import LATE, says, toast
from bot.telegram.incoming import UnrecordedError
from bot.telegram.pace import has_no_effect, is_away, seconds_of
from bot.telegram.working import APOLOGY, current_work
from index.errors import DatelineError

if TYPE_CHECKING:
    from telegram.ext import CallbackContext

    from bot.telegram.alarms import Alarms
    from bot.telegram.metrics import Metrics

log = logging.getLogger(__name__)

CONFLICT = "another program polls Telegram with the same token; stop one of the two"
# Seconds after which a conflict that lasts is told again: ten minutes, then twice that, up to a day.
FIRST_AGAIN, LAST_AGAIN = 600.0, 86_400.0
# Seconds until an update is begun again that Telegram's absence has stopped: at first, and at most.
FIRST_TRY, LAST_TRY = 5.0, 60.0
# A message that may have been sent, or not, is tried in so many rounds.
ROUNDS = 5


class Errors:
    """What becomes of errors, those of handlers and those of the polling."""

    def __init__(self, metrics: Metrics, alarms: Alarms) -> None:
        self._metrics = metrics
        self._alarms = alarms
        self._lasting: dict[str, _Lasting] = {}

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
        elif isinstance(error, Conflict) and update is None:
            self._tell("conflict", CONFLICT)
        elif isinstance(error, UnrecordedError):
            self._tell("unrecorded", str(error))
        elif update is None:
            _log_apart(error)
        elif not (isinstance(update, Update) and _is_put_off(update, error)):
            log.error("an update was not answered: %s", _without_words(error))
            if isinstance(update, Update):
                await apologise(update, self._metrics)

    def _tell(self, trouble: str, line: str) -> None:
        """Tell a trouble, in the log and to the admins, when it begins, and now and then while it lasts."""
        if self._lasting.setdefault(trouble, _Lasting()).is_to_be_told():
            log.error(line)
            self._alarms.raise_alarm(line)


class _Lasting:
    """A trouble that each poll meets, for as long as it lasts."""

    def __init__(self) -> None:
        self._told_at = 0.0
        self._again = 0.0

    def is_to_be_told(self) -> bool:
        """Whether it has just begun, or was told so long ago that it is worth telling again."""
        now = time.monotonic()
        if self._told_at and now < self._told_at + self._again:
            return False
        # One that comes long after the last is a new one.
        lasts = self._told_at and now < self._told_at + 2 * self._again
        self._again = min(2 * self._again, LAST_AGAIN) if lasts else FIRST_AGAIN
        self._told_at = now
        return True


async def apologise(update: Update, metrics: Metrics) -> None:
    """Tell the person whose update it was that it was not done; later, where Telegram is away."""
    user = update.effective_user
    apology = words_for(user.language_code if user else None).say(
        "Something went wrong on my side, and that was not done. Please try again in a moment."
    )
    if (work := current_work()) is not None:
        # Not taken for one of the messages that the work has sent before.
        work.place = APOLOGY
    pressed, message = update.callback_query, update.effective_message
    try:
        if pressed is not None:
            await toast(pressed, apology, alert=True)
        elif message is not None:
            await message.reply_text(escape(apology))
    except TelegramError as error:
        if _is_put_off(update, error):
            return
        log.warning("nor could its asker be told: %s", error)
    if pressed is None and message is not None:
        metrics.question("failed")


def _is_put_off(update: Update, error: Exception) -> bool:
    """Whether an update that an error has stopped is to be begun again, since Telegram was not itself.

    Whoever pressed, or typed in another chat, has long gone on. A message that may have been sent is
    sent again in a few rounds only; after those an apology is all that is tried.
    """
    work, asked = current_work(), update.message or update.edited_message
    # Neither is about this message: another token, or another program, may serve it.
    refused = isinstance(error, InvalidToken | Conflict)
    if work is None or asked is None or not (refused or is_away(error)):
        return False
    if not refused and not has_no_effect(error):
        work.doubtful += 1
        if work.doubtful >= ROUNDS:
            return False
    # As long again as it has waited already.
    waited = min(max(work.age.total_seconds(), FIRST_TRY), LAST_TRY)
    work.again = seconds_of(error) if isinstance(error, RetryAfter) else waited
    log.warning("an update waits for %.0f seconds, since Telegram cannot be reached: %s", work.again, error)
    return True


def _log_apart(error: Exception) -> None:
    """Log an error that is about no update: one of the polling, or of news that are told."""
    if is_away(error):
        log.warning("Telegram cannot be reached, trying again: %s", error)
    else:
        log.error("something went wrong that nobody had asked for: %s", _without_words(error))


def _without_words(error: Exception) -> str:
    """What an error is and where it came from; its message only where that is ours or Telegram's.

    What a library says of a value that it does not like may be what somebody wrote.
    """
    told = traceback.TracebackException.from_exception(error, compact=True)
    own = f": {error}" if isinstance(error, DatelineError | TelegramError) else ""
    return "".join([f"{type(error).__name__}{own}\n", *told.stack.format()]).rstrip()
