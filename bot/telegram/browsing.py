"""The coverage without a question: what is newest, who reported what when, and whose articles there are."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram.constants import ChatAction, MessageLimit
from telegram.error import BadRequest

from bot.answers import Page, newest_first
from bot.citations import isolated
from bot.conversation import Reply, complain
from bot.excerpts import beginning, to_sentence
from bot.pictures import draw_reports, period_of
from bot.telegram.addressing import thread_of
from bot.telegram.harmless import says
from bot.telegram.typing_sign import seen_typing
from bot.timeline import TOPIC_CHARACTERS, caption, make_timeline, quoted_of, write_timeline
from index.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Message, Update
    from telegram.ext import CallbackContext

    from bot.languages.words import Words
    from bot.telegram.desk import Desk, Reader
    from bot.timeline import Timeline
    from index.coverage import Coverage
    from index.records import Hit, SourceExtent

    Context = CallbackContext[Any, Any, Any, Any]

log = logging.getLogger(__name__)

LATEST = 5
# Among so many reports on a topic the newest are looked for.
REPORTS = 200
# With names of so many characters, so many sources are sure to stand in one message.
SOURCES, NAME_CHARACTERS = 20, 60


class Browsing:
    """The commands that look around in the coverage."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def latest(self, update: Update, context: Context) -> None:
        """Quote the newest articles, or the newest on a topic, by a sentence each."""
        served = await self._desk.served(update)
        if served is None:
            return
        (message, reader), topic = served, _topic(context)
        try:
            async with seen_typing(message.chat, thread_of(message)):
                hits = await asyncio.to_thread(_newest, self._desk.coverage, topic)
        except QuestionError as error:
            await self._desk.sender.say(message, complain(error, reader.words).notice or "")
            return
        if not hits:
            await self._say_nothing_found(message, topic, reader)
            return
        named = beginning(topic, TOPIC_CHARACTERS)
        notice = (
            reader.words.say("The newest on “{topic}”:", topic=named)
            if topic
            else reader.words.say("The newest articles:")
        )
        page = Page(Reply(tuple(hits), notice=notice), bare=True)
        await self._desk.sender.give(message, page, reader.words)

    async def timeline(self, update: Update, context: Context) -> None:
        """Tell who reported what on a topic when: a picture, and a few of the reports in their order."""
        served = await self._desk.served(update)
        if served is None:
            return
        (message, reader), topic = served, _topic(context)
        if not topic:
            await self._desk.sender.say(
                message, reader.words.say("Name a topic after the command, for example: /timeline elections")
            )
            return
        try:
            async with seen_typing(message.chat, thread_of(message), ChatAction.UPLOAD_PHOTO):
                made = await asyncio.to_thread(make_timeline, self._desk.coverage, topic)
        except QuestionError as error:
            await self._desk.sender.say(message, complain(error, reader.words).notice or "")
            return
        if made.reports:
            await self._tell(message, made, reader)
        elif made.undated:
            await self._desk.sender.say(message, _all_undated(made, reader.words))
        else:
            await self._say_nothing_found(message, topic, reader)

    async def sources(self, update: Update, _context: Context) -> None:
        """List whose articles there are, how many of each, and the day of the newest."""
        served = await self._desk.served(update)
        if served is None:
            return
        message, reader = served
        sources = await asyncio.to_thread(self._desk.coverage.sources)
        if sources:
            await self._desk.sender.say(message, format_sources(sources, reader.words))
        else:
            await self._say_nothing_found(message, "", reader)

    async def _tell(self, message: Message, made: Timeline, reader: Reader) -> None:
        captioned = await self._show(message, made, reader)
        write = partial(_write, made, reader.words, captioned=captioned)
        quoted = await asyncio.to_thread(quoted_of, made)
        texts, _ = await self._desk.sender.verified(quoted, write)
        for text in texts:
            await message.reply_text(text)
            self._desk.metrics.sent()

    async def _show(self, message: Message, made: Timeline, reader: Reader) -> bool:
        """Send the picture, where there is more to see than one bar; whether it was sent."""
        days, words = made.days, reader.words
        if len(set(days)) == 1:
            return False
        picture = await asyncio.to_thread(draw_reports, days, made.topic, words)
        try:
            await message.reply_photo(picture, caption(made, words, period_of(days)), filename="reports.png")
        except BadRequest as error:
            # There are groups that let nobody send pictures; they get the words.
            if not says(error, "not enough rights"):
                raise
            log.info("a picture was not sent: %s", error)
            return False
        self._desk.metrics.sent()
        return True

    async def _say_nothing_found(self, message: Message, topic: str, reader: Reader) -> None:
        extent = await asyncio.to_thread(self._desk.coverage.extent)
        words, named = reader.words, beginning(topic, TOPIC_CHARACTERS)
        if not topic or not extent.articles:
            notice = words.say("There is no coverage yet. Index some articles first: dateline index FILE")
        elif extent.newest is None:
            notice = words.say("The coverage has no report on “{topic}”.", topic=named)
        else:
            notice = words.say(
                "The coverage has no report on “{topic}”. Its newest article is of {day}.",
                topic=named,
                day=words.day(extent.newest),
            )
        await self._desk.sender.say(message, notice)


def format_sources(sources: Sequence[SourceExtent], words: Words) -> str:
    """The sources, the largest first, a line each; of many only the largest."""
    number = sum(each.articles for each in sources)
    lines = [words.count("{number} article in the coverage:", "{number} articles in the coverage:", number)]
    lines += [_source_line(each, words) for each in sources[:SOURCES]]
    if len(sources) > SOURCES:
        lines.append(words.more(len(sources) - SOURCES))
    return "\n".join(lines)


def _source_line(source: SourceExtent, words: Words) -> str:
    given = beginning(source.name or "", NAME_CHARACTERS)
    name = isolated(given) if given else words.say("source not given")
    if source.newest is None:
        return words.count(
            "{source}: {number} article", "{source}: {number} articles", source.articles, source=name
        )
    return words.count(
        "{source}: {number} article, the newest of {day}",
        "{source}: {number} articles, the newest of {day}",
        source.articles,
        source=name,
        day=words.day(source.newest),
    )


def _topic(context: Context) -> str:
    # Half a surrogate pair can neither be looked for nor sent back.
    return " ".join(context.args or ()).encode("utf-8", "replace").decode()


def _newest(coverage: Coverage, topic: str) -> list[Hit]:
    """The newest articles, or those on a topic, each by one sentence; the undated come last."""
    if topic:
        found = coverage.about(topic, count=REPORTS)
        found.sort(key=newest_first)
    else:
        found = coverage.newest(LATEST)
    return [to_sentence(hit) for hit in found[:LATEST]]


def _write(made: Timeline, words: Words, quoted: Sequence[Hit], *, captioned: bool) -> list[str]:
    return write_timeline(made, quoted, MessageLimit.MAX_TEXT_LENGTH, words, captioned=captioned)


def _all_undated(made: Timeline, words: Words) -> str:
    return words.say(
        "None of the reports on “{topic}” has a date. Send /latest with the topic to see them.",
        topic=made.topic,
    )
