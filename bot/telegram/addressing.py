"""Is a message a question to the bot? In a group most are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.constants import ChatType, MessageEntityType

if TYPE_CHECKING:
    from telegram import Message, MessageEntity

# Telegram's offsets count UTF-16 code units, of two bytes each.
UNIT = 2


def question_for(bot_id: int, username: str, message: Message) -> str | None:
    """The message's words without the bot's own name; None where it does not address the bot.

    In a private chat every message does; in a group one that names the bot or replies to it.
    """
    names = [entity for entity in message.entities if _names(entity, message, bot_id, username)]
    replied = message.reply_to_message
    to_bot = replied is not None and replied.from_user is not None and replied.from_user.id == bot_id
    if not names and not to_bot and message.chat.type != ChatType.PRIVATE:
        return None
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
