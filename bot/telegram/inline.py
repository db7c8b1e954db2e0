"""Inline mode: cited quotations, offered in any chat while somebody types a question after the bot's name."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import MessageLimit, ParseMode

from bot.citations import citation, title_of
from bot.conversation import Reply
from bot.excerpts import beginning, to_sentence
from bot.replies import format_html
from bot.telegram.deep_links import question_payload
from bot.telegram.harmless import LATE, unless
from index.errors import DatelineError, QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import InlineQuery, Update
    from telegram.ext import CallbackContext

    from bot.languages.words import Words
    from bot.telegram.desk import Desk, Reader
    from index.coverage import Coverage
    from index.records import Hit

    Context = CallbackContext[Any, Any, Any, Any]

log = logging.getLogger(__name__)

OFFERED = 8
# What an offer shows of its sentence.
PREVIEW_CHARACTERS = 160
# In seconds. The coverage changes, and one who types soon goes on.
CACHED = 30
# What a person starts the bot with who comes from a button here that asks nothing.
START = "inline"


class _Offer(NamedTuple):
    results: Sequence[InlineQueryResultArticle] = ()
    button: InlineQueryResultsButton | None = None
    kept: int = CACHED


class Inline:
    """Answers inline queries; what goes wrong there is an empty answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def asked(self, update: Update, _context: Context) -> None:
        """Offer quotations that answer, or say that there are none."""
        query = update.inline_query
        if query is None:
            return
        if not await self._desk.admits(update):
            await _answer(query, _Offer(kept=0))
            return
        reader = await self._desk.reader(query.from_user)
        # Half a surrogate pair can neither be looked for nor stand in a link.
        question = query.query.strip().encode("utf-8", "replace").decode()
        try:
            offer = await self._offer(question, reader)
        except DatelineError as error:
            log.error("an inline query was not answered: %s", error)  # noqa: TRY400 - it is one line by design
            offer = _Offer(kept=0)
        await _answer(query, offer)

    async def _offer(self, question: str, reader: Reader) -> _Offer:
        words = reader.words
        try:
            hits = await asyncio.to_thread(_find, self._desk.coverage, question, words) if question else None
        except QuestionError:
            hits = None
        if hits is None:
            return _Offer(button=_button(words.say("Type a question about the news"), START))
        messages, kept = await self._desk.sender.verified(
            hits, lambda given: [_write(hit, words) for hit in given]
        )
        if not kept:
            payload = question_payload(question) or START
            return _Offer(button=_button(words.say("The coverage does not answer that"), payload))
        return _Offer([_result(hit, text, words) for hit, text in zip(kept, messages, strict=True)])


async def _answer(query: InlineQuery, offer: _Offer) -> None:
    # Each in their own language: what is kept of it is for nobody else who types the same.
    answer = query.answer(offer.results, cache_time=offer.kept, is_personal=True, button=offer.button)
    # Whoever types on has left the query behind.
    await unless(answer, *LATE)


def _find(coverage: Coverage, question: str, words: Words) -> list[Hit]:
    """The passages that answer, each short enough to be one message with its citation."""
    answer = coverage.ask(question, count=OFFERED)
    fitting = (hit if _fits(hit, words) else to_sentence(hit) for hit in answer.answering)
    return [hit for hit in fitting if _fits(hit, words)]


def _fits(hit: Hit, words: Words) -> bool:
    return len(_messages(hit, words)) == 1


def _write(hit: Hit, words: Words) -> str:
    return _messages(hit, words)[0]


def _messages(hit: Hit, words: Words) -> list[str]:
    return format_html(Reply((hit,)), MessageLimit.MAX_TEXT_LENGTH, words)


def _result(hit: Hit, text: str, words: Words) -> InlineQueryResultArticle:
    shown = hit.highlights[0] if hit.highlights else (hit.passage.start, hit.passage.end)
    said = hit.article.text[slice(*shown)]
    return InlineQueryResultArticle(
        # The words' digest alone would not do: two articles may say the same.
        id=f"{hit.rank}-{hit.mark.digest}",
        title=title_of(hit.article, words),
        description=beginning(f"{citation(hit, words)[0]}: {said}", PREVIEW_CHARACTERS),
        input_message_content=InputTextMessageContent(
            text, ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
    )


def _button(text: str, start: str) -> InlineQueryResultsButton:
    return InlineQueryResultsButton(text, start_parameter=start)
