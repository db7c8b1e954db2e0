"""The buttons under a message of ours, and the message changed in place by a press on one."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from telegram import Message

from bot.telegram.harmless import GONE, UNCHANGED, unless

if TYPE_CHECKING:
    from telegram import CallbackQuery, InlineKeyboardMarkup


def carried_under(message: Message) -> list[str]:
    """What the buttons under a message carry."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return [button.callback_data for row in rows for button in row if isinstance(button.callback_data, str)]


def stands_there(query: CallbackQuery, owner: str) -> bool:
    """Whether a button that names this owner stands under the message that was pressed on.

    A client can send what no button carries. Of a very old message Telegram does not tell the buttons.
    """
    message = query.message
    if not isinstance(message, Message) or not message.is_accessible:
        return message is not None
    return any(owner in carried.split(":") for carried in carried_under(message))


async def rewrite(query: CallbackQuery, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    """Put other words, which are no markup, and other buttons into the message that was pressed on."""
    message = query.message
    if message is None:
        return
    # By its number: of an old message Telegram tells no more than that.
    edit = query.get_bot().edit_message_text(
        escape(text), chat_id=message.chat.id, message_id=message.message_id, reply_markup=keyboard
    )
    await unless(edit, UNCHANGED, *GONE)
