"""Is a message a question to the bot? In a group most are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import ChatType, MessageEntityType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Message, MessageEntity

# Telegram's offsets count UTF-16 code units, of two bytes each.
UNIT = 2


def question_for(bot_id: int, username: str, message: Message) -> str | None:
    """The message's words without the bot's own name; None where it does not address the bot.

    In a private chat every message does; in a group one that names the bot or replies to it.
    """
    if message.via_bot is not None and message.via_bot.id == bot_id:
        # A quotation of ours, which somebody has put here through inline mode.
        return None
    names = [entity for entity in message.entities if _names(entity, message, bot_id, username)]
    replied = message.reply_to_message
    to_bot = replied is not None and replied.from_user is not None and replied.from_user.id == bot_id
    if not names and not to_bot and message.chat.type != ChatType.PRIVATE:
        return None
    words = _without(names, message)
    if not words and names and replied is not None and not to_bot:
        # Tagged under somebody's question, the bot is asked that.
        return replied.text or replied.caption or words
    return words


def thread_of(message: Message) -> int | None:
    """The topic of a forum that a message stands in; None outside of any."""
    return message.message_thread_id if message.is_topic_message else None


def _without(names: Sequence[MessageEntity], message: Message) -> str:
    units = (message.text or "").encode("utf-16-le", "surrogatepass")
    for entity in sorted(names, key=lambda each: each.offset, reverse=True):
        before, after = units[: entity.offset * UNIT], units[(entity.offset + entity.length) * UNIT :]
        units = before + " ".encode("utf-16-le") + after
    return units.decode("utf-16-le", "replace").strip()


def _names(entity: MessageEntity, message: Message, bot_id: int, username: str) -> bool:
    if entity.type == MessageEntityType.TEXT_MENTION:
        return entity.user is not None and entity.user.id == bot_id
    named = entity.type == MessageEntityType.MENTION and message.parse_entity(entity)
    return bool(named) and str(named).casefold() == f"@{username}".casefold()
