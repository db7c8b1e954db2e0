"""A message of ours that is changed in place by a press on its buttons."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram.error import BadRequest

if TYPE_CHECKING:
    from telegram import CallbackQuery, InlineKeyboardMarkup

# What was pressed twice says the same twice; and people delete messages.
_HARMLESS = ("message is not modified", "message to edit not found", "message can't be edited")


async def rewrite(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    """Put other words, which are no markup, and other buttons into the message that was pressed on."""
    message = query.message
    if message is None:
        return
    try:
        # By its number: of an old message Telegram tells no more than that.
        await query.get_bot().edit_message_text(
            escape(text), chat_id=message.chat.id, message_id=message.message_id, reply_markup=keyboard
        )
    except BadRequest as error:
        # Telegram's library changes the case of what Telegram says.
        if not any(reason in error.message.lower() for reason in _HARMLESS):
            raise
