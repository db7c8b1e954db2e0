"""Sends replies and turns earlier ones into others; a quotation that is not the article's is not sent."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from telegram import ReplyParameters
from telegram.constants import MessageLimit
from telegram.helpers import create_deep_linked_url

from bot.links import link_to
from bot.quoting import altered
from bot.replies import format_html
from bot.telegram.deep_links import quotation_payload
from bot.telegram.harmless import GONE, UNCHANGED, unless
from bot.telegram.keyboards import keyboard_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telegram import InlineKeyboardMarkup, Message
    from telegram.ext import ExtBot

    from bot.answers import Page
    from bot.languages.words import Words
    from bot.memory.answers import Given
    from bot.telegram.metrics import Metrics
    from index.coverage import Coverage
    from index.records import Hit

    AnyBot = ExtBot[None]

log = logging.getLogger(__name__)


class Sender:
    """Writes to chats. Every quotation passes `verified` on its way."""

    def __init__(self, coverage: Coverage, metrics: Metrics) -> None:
        self._coverage = coverage
        self._metrics = metrics

    async def say(self, message: Message, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Message:
        """Answer a message with words of our own, which are no markup."""
        sent = await message.reply_text(escape(text), reply_markup=keyboard)
        self._metrics.sent()
        return sent

    async def give(self, message: Message, page: Page, words: Words, sent: list[int] | None = None) -> None:
        """Answer a message with a page, the buttons under the last of as many messages as it takes.

        Their ids are put into `sent` as each arrives.
        """
        texts, keyboard = await self._written(message.get_bot().username, page, words)
        for place, text in enumerate(texts):
            last = place == len(texts) - 1
            arrived = await message.reply_text(text, reply_markup=keyboard if last else None)
            self._metrics.sent()
            if sent is not None:
                sent.append(arrived.message_id)

    async def turn(self, bot: AnyBot, given: Given, page: Page, words: Words) -> tuple[int, ...]:
        """Turn the messages that show an answer into another page of it; the ids it takes now."""
        texts, keyboard = await self._written(bot.username, page, words)
        taken: list[int] = []
        for place, text in enumerate(texts):
            markup = keyboard if place == len(texts) - 1 else None
            old = given.messages[place] if place < len(given.messages) else None
            if old is not None and await self._edit(bot, given.chat, old, text, markup):
                taken.append(old)
            else:
                taken.append(await self._send_after(bot, given, text, markup))
        for surplus in given.messages[len(texts) :]:
            await unless(bot.delete_message(given.chat, surplus), *GONE)
        return tuple(taken)

    async def verified(
        self, hits: Sequence[Hit], write: Callable[[Sequence[Hit]], list[str]]
    ) -> tuple[list[str], list[Hit]]:
        """What `write` makes of the hits, and those it quotes: without any that are not the articles' words.

        Each quotation is read back out of the written messages and held against the article as it is
        stored at this moment. One that differs is left out and logged as an error.
        """
        kept = list(hits)
        while True:
            messages = write(kept)
            texts = await asyncio.to_thread(self._coverage.texts, {hit.article.id for hit in kept})
            wrong = altered(messages, kept, texts)
            if not wrong:
                return messages, kept
            for hit in wrong:
                log.error(
                    "a quotation was not sent: it is not what the article '%s' says from %d to %d",
                    hit.article.id,
                    hit.passage.start,
                    hit.passage.end,
                )
            self._metrics.withheld(len(wrong))
            kept = [hit for hit in kept if hit not in wrong]

    async def _written(
        self, username: str, page: Page, words: Words
    ) -> tuple[list[str], InlineKeyboardMarkup | None]:
        reply, hits = page.reply, page.reply.quotes or page.reply.nearest
        places = {hit.rank: place for hit, place in zip(hits, page.places, strict=False)}

        def address(hit: Hit) -> str | None:
            own = link_to(hit)
            if own or page.key is None or hit.rank not in places:
                return own
            return create_deep_linked_url(username, quotation_payload(page.key, places[hit.rank]))

        def write(hits: Sequence[Hit]) -> list[str]:
            kept = replace(reply, quotes=tuple(hits)) if reply.quotes else replace(reply, nearest=tuple(hits))
            if reply.quotes and not hits:
                kept = replace(kept, notice=words.say("What was found has just changed. Please ask again."))
            return format_html(kept, MessageLimit.MAX_TEXT_LENGTH, words, address)

        texts, kept = await self.verified(hits, write)
        still = tuple(places[hit.rank] for hit in kept if hit.rank in places)
        return texts, keyboard_for(replace(page, places=still), words)

    async def _edit(
        self, bot: AnyBot, chat: int, message: int, text: str, markup: InlineKeyboardMarkup | None
    ) -> bool:
        """Edit a message; False where it is gone."""

        async def edit() -> None:
            call = bot.edit_message_text(text, chat_id=chat, message_id=message, reply_markup=markup)
            if await unless(call, UNCHANGED):
                self._metrics.edited()

        return await unless(edit(), *GONE)

    async def _send_after(
        self, bot: AnyBot, given: Given, text: str, markup: InlineKeyboardMarkup | None
    ) -> int:
        asked = ReplyParameters(given.asked_in, allow_sending_without_reply=True) if given.chat < 0 else None
        sent = await bot.send_message(
            given.chat, text, message_thread_id=given.thread, reply_parameters=asked, reply_markup=markup
        )
        self._metrics.sent()
        return sent.message_id
