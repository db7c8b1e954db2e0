"""One piece of news on its way to a chat: written, verified, claimed, sent; and what it looks like there."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageLimit
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.citations import source_of, title_of
from bot.conversation import Reply, format_query
from bot.excerpts import beginning, to_sentence
from bot.languages.words import words_for
from bot.links import link_to
from bot.replies import format_html
from bot.telegram.harmless import says
from bot.telegram.pace import seconds_of
from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from telegram.ext import ExtBot

    from bot.following import Follower
    from bot.languages.words import Words
    from bot.memory.follows import Follow
    from bot.news import News
    from bot.telegram.desk import Desk
    from index.records import Hit

log = logging.getLogger(__name__)

# Seconds after which to look again whether what kept us is over: the night, or a database that is away.
LATER = 60.0
QUESTION_CHARACTERS = 200
# Of the other stories so many are named. With these lengths all that stands under the quotation is shorter
# than FOOT, in UTF-16 code units, whatever the script.
NAMED, TITLE_CHARACTERS, SOURCE_CHARACTERS, SEARCHED_CHARACTERS, FOOT = 3, 80, 40, 200, 1_600
# Where a topic was closed or deleted, its group is told; where a chat is gone, nobody.
_TOPIC_GONE = ("message thread not found", "topic_closed", "topic_deleted")
_CHAT_GONE = ("chat not found", "peer_id_invalid", "user_id_invalid")


class Delivery:
    """News on their way. `claimed` tells that nobody else will send them, `over` that we need not either."""

    def __init__(self, desk: Desk, follower: Follower, bot: ExtBot[Any], news: News) -> None:
        self._desk = desk
        self._follower = follower
        self._bot = bot
        self._news = news
        self._arrived = 0
        self._within_topic = True
        self.claimed = False
        self.over = False

    async def attempt(self) -> float | None:
        """Send the news, or what is left of them; in how many seconds at least to try again, None for never.

        Raises:
            StoreError: the database refuses, and nothing is claimed yet.
        """
        try:
            again = await self._try()
        except DatelineError as error:
            if not self.claimed:
                raise
            log.warning("news must wait: %s", error)
            again = LATER
        self.over = again is None
        if self.over and self.claimed:
            await asyncio.to_thread(self._desk.memory.follows.arrived, self._news.follow.key)
        return again

    async def _try(self) -> float | None:
        # It may have ended meanwhile, or moved to another chat.
        follow = await asyncio.to_thread(self._desk.memory.follows.get, self._news.follow.key)
        if follow is None:
            return None
        if await asyncio.to_thread(self._follower.sleeps, follow.person, datetime.now(UTC)):
            return LATER if self.claimed else None
        words = words_for(self._news.language)
        texts, kept = await self._desk.sender.verified(
            [self._hit(words)], lambda hits: self._write(hits, words)
        )
        if not kept:
            # Not claimed, it is found again, with the words that stand there then.
            return None
        if not self.claimed:
            self.claimed = await asyncio.to_thread(self._follower.claim, self._news)
        return await self._send(follow, texts, words) if self.claimed else None

    async def _send(self, follow: Follow, texts: Sequence[str], words: Words) -> float | None:
        """Send those of the messages that have not arrived yet."""
        stop = InlineKeyboardButton(words.say("🔕 Stop following"), callback_data=f"u:{follow.key}")
        thread = follow.thread if self._within_topic else None
        follows, metrics = self._desk.memory.follows, self._desk.metrics
        try:
            for text in texts[self._arrived :]:
                last = self._arrived == len(texts) - 1
                markup = InlineKeyboardMarkup([[stop]]) if last else None
                await self._bot.send_message(follow.chat, text, message_thread_id=thread, reply_markup=markup)
                self._arrived += 1
                metrics.sent()
        except Forbidden as error:
            log.info("a chat that cannot be written to is told no news any more: %s", error)
            metrics.refused()
            await asyncio.to_thread(follows.drop_chat, follow.chat)
            return None
        except ChatMigrated as error:
            await asyncio.to_thread(follows.move_chat, follow.chat, error.new_chat_id)
            return 0.0
        except RetryAfter as error:
            return seconds_of(error)
        except BadRequest as error:
            return await self._refused(error, follow)
        except TelegramError as error:
            log.warning("news did not arrive, and are sent again later: %s", error)
            return 0.0
        metrics.told()
        return None

    async def _refused(self, error: BadRequest, follow: Follow) -> float | None:
        if self._within_topic and says(error, *_TOPIC_GONE):
            self._within_topic = False
            return 0.0
        self._desk.metrics.refused()
        if says(error, *_CHAT_GONE):
            await asyncio.to_thread(self._desk.memory.follows.drop_chat, follow.chat)
        log.error("news were not sent, Telegram refuses them: %s", error)
        return None

    def _hit(self, words: Words) -> Hit:
        """The quotation, by its sentence alone where the passage would take more than one message."""
        hit = self._news.hit
        return hit if len(self._write([hit], words)) == 1 else to_sentence(hit)

    def _write(self, hits: Sequence[Hit], words: Words) -> list[str]:
        return write_news(self._news, hits, words)


def write_news(news: News, hits: Sequence[Hit], words: Words) -> list[str]:
    """News as messages in Telegram's HTML: what is followed, the quotation, and what else there is."""
    question = beginning(news.follow.question, QUESTION_CHARACTERS)
    notice = words.say("New coverage answers what you follow: {question}", question=question)
    foot = _foot(news, words)
    room = MessageLimit.MAX_TEXT_LENGTH - (FOOT if foot else 0)
    *before, last = format_html(Reply(tuple(hits), notice=notice), room, words)
    return [*before, "\n\n".join([last, *foot])]


def _foot(news: News, words: Words) -> list[str]:
    """What stands under the quotation, where there is something: other stories, and what was searched."""
    parts = []
    if news.others:
        named, more = news.others[:NAMED], len(news.others) - NAMED
        lines = [escape(words.say("Other reports that answer it:")), *(_named(hit, words) for hit in named)]
        if more > 0:
            told = words.count(
                "and {number} more; ask to see them", "and {number} more; ask to see them", more
            )
            lines.append(escape(told))
        parts.append("\n".join(lines))
    query = news.query
    if query.since or query.until or query.sources or query.widened:
        searched = format_query(replace(query, text=beginning(query.text, TITLE_CHARACTERS)), None, words)
        parts.append(f"<i>{escape(beginning(searched, SEARCHED_CHARACTERS))}</i>")
    return parts


def _named(hit: Hit, words: Words) -> str:
    article = hit.article
    title, link = escape(beginning(title_of(article, words), TITLE_CHARACTERS)), link_to(hit)
    source = beginning(source_of(article, words), SOURCE_CHARACTERS)
    named = f'<a href="{escape(link)}">{title}</a>' if link else title
    return f"• {named} · {escape(source)} · {escape(words.day(article.published))}"
