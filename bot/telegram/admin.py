"""What only those who run the bot may ask for, and the figures that they are told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from telegram.constants import ChatType

from bot.admin_reports import stats_words
from bot.telegram.addressing import thread_of
from bot.telegram.typing_sign import seen_typing

if TYPE_CHECKING:
    from telegram import Message, Update
    from telegram.ext import CallbackContext

    from bot.languages.words import Words
    from bot.telegram.desk import Desk

    Context = CallbackContext[Any, Any, Any, Any]

# /stats looks back so far, and no farther than ten years.
DAYS, MOST_DAYS = 7, 3650


async def admin_message(desk: Desk, update: Update) -> tuple[Message, Words] | None:
    """The message and its admin's words; None where somebody else wrote it, whom a private chat tells so."""
    message = update.message
    if message is None or message.from_user is None:
        return None
    if desk.access.is_admin(message.from_user.id) and _is_own(message):
        return message, (await desk.reader(message.from_user)).words
    if message.chat.type == ChatType.PRIVATE and await desk.admits(update):
        words = (await desk.reader(message.from_user)).words
        await desk.sender.say(message, only_admins(words))
    return None


def only_admins(words: Words) -> str:
    """That something is not for everybody."""
    return words.say("That is only for those who run this bot.")


class Admin:
    """Tells the figures."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def stats(self, update: Update, context: Context) -> None:
        """Tell how the bot has been used; in a group without what anybody asked."""
        asked = await admin_message(self._desk, update)
        if asked is None:
            return
        message, words = asked
        days = _days(context.args or [])
        if days is None:
            await self._desk.sender.say(
                message, words.say("Write how many days to look back, as in: /stats {number}", number=DAYS)
            )
            return
        private = message.chat.type == ChatType.PRIVATE
        async with seen_typing(message.chat, thread_of(message)):
            told = await asyncio.to_thread(self._stats, days, words, themed=private)
        await self._desk.sender.say(message, told)

    def _stats(self, days: int, words: Words, *, themed: bool) -> str:
        desk, now = self._desk, datetime.now(UTC)
        figures = desk.memory.figures.since(now - timedelta(days=days))
        themes = desk.coverage.themes(figures.unanswered) if themed else None
        return stats_words(figures, days, desk.coverage.status(), words, now, themes)


def _is_own(message: Message) -> bool:
    """Whether a message holds its sender's own words, not those that another bot has put there inline."""
    return message.via_bot is None and message.sender_chat is None


def _days(given: list[str]) -> int | None:
    """For how many days somebody asks; None where that is no number of days."""
    if not given:
        return DAYS
    days = int(given[0]) if given[0].isascii() and given[0].isdigit() and len(given[0]) < 5 else 0  # noqa: PLR2004
    return days if len(given) == 1 and 1 <= days <= MOST_DAYS else None
