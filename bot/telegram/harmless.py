"""Refusals of Telegram's that are no fault of anybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.error import BadRequest

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from telegram import CallbackQuery

# What was pressed twice says the same twice.
UNCHANGED = "message is not modified"
# People delete messages.
GONE = ("message to edit not found", "message to delete not found", "message can't be")
# A press is to be answered within seconds; while the bot was down, or behind, nobody could.
LATE = ("query is too old", "query id is invalid")
TOAST_CHARACTERS = 200


async def unless(call: Coroutine[Any, Any, object], *harmless: str) -> bool:
    """Make a call; False where Telegram refuses it for one of these reasons.

    Raises:
        BadRequest: Telegram refuses it for another.
    """
    try:
        await call
    except BadRequest as error:
        # Telegram's library changes the case of what Telegram says.
        if not any(reason in error.message.lower() for reason in harmless):
            raise
        return False
    return True


async def toast(query: CallbackQuery, text: str = "", *, alert: bool = False) -> None:
    """Answer a press, in a line that fades or in a window; too late is nobody's loss."""
    await unless(query.answer(text[:TOAST_CHARACTERS] or None, show_alert=alert), *LATE)
