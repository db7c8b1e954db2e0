"""What Telegram refuses, and which of its refusals are no fault of anybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.error import BadRequest

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from telegram import CallbackQuery
    from telegram.error import TelegramError

# What was pressed twice says the same twice.
UNCHANGED = "message is not modified"
# People delete messages.
GONE = ("message to edit not found", "message to delete not found", "message can't be")
# A press is to be answered within seconds; while the bot was down, or behind, nobody could.
LATE = ("query is too old", "query id is invalid")
TOAST_CHARACTERS = 200


def says(error: TelegramError, *reasons: str) -> bool:
    """Whether Telegram names one of these reasons, given in small letters."""
    # Telegram's library changes the case of what Telegram says.
    said = error.message.lower()
    return any(reason in said for reason in reasons)


async def unless(call: Coroutine[Any, Any, object], *harmless: str) -> bool:
    """Make a call; False where Telegram refuses it for one of these reasons.

    Raises:
        BadRequest: Telegram refuses it for another.
    """
    try:
        await call
    except BadRequest as error:
        if not says(error, *harmless):
            raise
        return False
    return True


async def toast(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Answer a press, in a line that fades or in a window; too late is nobody's loss."""
    await unless(query.answer(text[:TOAST_CHARACTERS] or None, show_alert=alert), *LATE)
