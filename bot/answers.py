"""Answers that were given, kept to be turned over: more passages, by date, in context, without a filter.

What a button does depends only on what it carries and on what is kept here, so that it works after a
restart, and pressed twice it does the same twice.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from bot.conversation import NEAR, NEAREST, TALK_SECONDS, Reply, complain, format_query, refuse, say_why_not
from bot.excerpts import from_lit
from bot.memory.answers import Given, new_key
from index.errors import QuestionError, StoreError
from index.records import Answer, Extent, Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.conversation import Conversation
    from bot.languages.words import Words
    from bot.memory.memory import Memory
    from index.coverage import Coverage
    from index.records import Hit, Mark

log = logging.getLogger(__name__)

Order = Literal["relevance", "date"]
Filtered = Literal["", "dates", "sources", "both"]
# What became of a question; a page that was only turned to has none.
Outcome = Literal["", "answered", "refused", "unread", "empty", "unclear"]
# So many passages of an answer are kept: three pages of it.
KEPT = 9
# A phone shows about three lines before so many characters.
LATE = 110
NOTHING = Extent(0, 0, None)
# ISO 639 has a code for what is in no language, which neither counts as refused nor is to be followed.
NO_LANGUAGE = "zxx"


class Asker(NamedTuple):
    """Who asks, where, in which of the chat's messages, since when, and how the answer is to be written."""

    person: int
    chat: int
    thread: int | None
    asked_in: int
    words: Words
    shown: int
    begun: datetime | None = None


class Turn(NamedTuple):
    """A page of an answer: which passages come first, and how many pages in."""

    order: Order = "relevance"
    number: int = 0


FIRST = Turn()


@dataclass(frozen=True, slots=True)
class Page:
    """A reply, and what can be done from it.

    `key` names the answer, where one is kept; `bare` is one that has nothing to turn over. `places` are
    the places, among what is kept of it, of the passages on this page; of those in `whole` the article
    says no more. `filtered` names what its question was understood to restrict. `within` tells that this
    is a passage in its context, opened from `turn`.
    """

    reply: Reply
    key: str | None = None
    turn: Turn = FIRST
    places: tuple[int, ...] = ()
    more: bool = False
    dated: bool = False
    answered: bool = False
    filtered: Filtered = ""
    whole: frozenset[int] = frozenset()
    within: bool = False
    bare: bool = False
    outcome: Outcome = ""


class Answers:
    """Gives answers, keeps them, and finds other sides of those given."""

    def __init__(self, coverage: Coverage, memory: Memory, conversation: Conversation) -> None:
        self._coverage = coverage
        self._memory = memory
        self._conversation = conversation

    def ask(self, question: str, asker: Asker) -> Page:
        """The first page of the answer to a question, which may lean on the asker's last one there."""
        who = (asker.chat, asker.thread, asker.person)
        try:
            answer = self._conversation.ask(question, who, KEPT, lambda: self._last_topic(asker))
        except QuestionError as error:
            return self._complain(question, error, asker)
        return self._give(answer, asker)

    def ask_again(self, question: str, asker: Asker) -> Page:
        """As `ask`, for a message whose answer was perhaps begun before: that one, while its words stand."""
        given = self._memory.answers.asked_by(asker.chat, asker.asked_in)
        if given is not None and given.question == question and self._coverage.recall(given.marks):
            return self.turn(given, FIRST, asker.shown, asker.words)
        return self.ask(question, asker)

    def widen(self, given: Given, shown: int, words: Words) -> Page:
        """The same question asked again without the filters that its words implied."""
        asker = Asker(given.person, given.chat, given.thread, given.asked_in, words, shown)
        try:
            answer = self._coverage.ask(given.query.text, count=KEPT, widen=True)
        except QuestionError as error:
            return self._complain(given.question, error, asker)
        # That nothing within the filters answered would not be true: they were let go on demand.
        answer = replace(answer, question=given.question, query=replace(answer.query, widened=False))
        return self._give(answer, asker)

    def turn(self, given: Given, turn: Turn, shown: int, words: Words) -> Page:
        """A page of an answer, from what its passages say now; those changed or gone since are left out."""
        found = self._coverage.recall(given.marks)
        if given.marks and not found:
            return Page(Reply(notice=_gone(words)), given.key, bare=True)
        return _page(given, found, turn, shown, words)

    def in_context(self, given: Given, place: int, turn: Turn, words: Words) -> Page:
        """One passage of an answer with what stands before and after it in its article."""
        found = self._coverage.recall(given.marks[place : place + 1])
        if not found:
            return Page(Reply(notice=_gone(words)), given.key, turn, within=True)
        hit = found[0]
        lit = hit.highlights or ((hit.passage.start, hit.passage.end),)
        wider = replace(hit, passage=self._coverage.surroundings(hit), highlights=lit)
        return Page(Reply((wider,)), given.key, turn, (place,), within=True)

    def _last_topic(self, asker: Asker) -> str:
        """What somebody talked of there lately, as it is kept; nothing where that cannot be read."""
        since = datetime.now(UTC) - timedelta(seconds=TALK_SECONDS)
        try:
            given = self._memory.answers.last(asker.chat, asker.thread, asker.person, since)
        except StoreError as error:
            log.warning("what somebody asked before cannot be read, so a question stands alone: %s", error)
            return ""
        return given.query.topic if given else ""

    def _complain(self, question: str, error: QuestionError, asker: Asker) -> Page:
        """Why something cannot be asked. It is kept, so that an edit of it is answered in the same place."""
        nothing = Answer(question, Query(""), (), 0.0, answered=False, extent=NOTHING, unread=NO_LANGUAGE)
        given = _given(nothing, (), asker)
        kept = self._keep(given, asker)
        return Page(complain(error, asker.words), given.key if kept else None, bare=True, outcome="unclear")

    def _keep(self, given: Given, asker: Asker) -> bool:
        """Keep an answer; where that cannot be, it is given all the same, without buttons."""
        try:
            return self._memory.answers.keep(given, asker.begun)
        except StoreError as error:
            log.error("an answer is given without buttons, since it cannot be kept: %s", error)  # noqa: TRY400 - it says all
            return False

    def _give(self, answer: Answer, asker: Asker) -> Page:
        notice = say_why_not(answer, asker.words)
        # Which of them answer is told again on each page; where they are kept, they stand by rank.
        said = [hit for hit in answer.hits if (hit.answers and answer.answered) or hit.confidence >= NEAR]
        hits = [] if notice else said
        given = _given(answer, hits, asker)
        kept = self._keep(given, asker)
        if notice:
            outcome: Outcome = "unread" if answer.unread else "empty"
            return Page(Reply(notice=notice), given.key if kept else None, bare=True, outcome=outcome)
        page = _page(given, hits, FIRST, asker.shown, asker.words)
        return page if kept else replace(page, key=None, bare=True)


def _given(answer: Answer, hits: Sequence[Hit], asker: Asker) -> Given:
    """What is kept of an answer."""
    return Given(
        key=new_key(),
        person=asker.person,
        chat=asker.chat,
        thread=asker.thread,
        asked_in=asker.asked_in,
        messages=(),
        question=answer.question,
        query=answer.query,
        answered=answer.answered,
        confidence=answer.confidence,
        newest=answer.extent.newest,
        marks=tuple(hit.mark for hit in hits),
        unread=answer.unread,
        asked=datetime.now(UTC),
    )


def _page(given: Given, found: Sequence[Hit], turn: Turn, shown: int, words: Words) -> Page:
    """The page that is asked for of what was found, or the last where there are not so many."""
    searched = format_query(given.query, given.newest, words)
    pages = _pages(given, found, turn.order, shown)
    number = min(max(turn.number, 0), max(len(pages) - 1, 0))
    hits = pages[number] if pages else []
    places = {_span(mark): place for place, mark in enumerate(given.marks)}
    shown_places = tuple(places[_span(hit.mark)] for hit in hits)
    # The best stands whole; of the others, what comes long before the answer would fill the screen.
    best = hits[:1] if not number and given.answered else []
    hits = [*best, *(from_lit(hit, LATE) for hit in hits[len(best) :])]
    start = 1 + sum(len(page) for page in pages[:number])
    answering = [hit for hit in found if _answers(given, hit)]
    if hits and _answers(given, hits[0]):
        reply = Reply(tuple(hits), searched=searched, first=start)
    elif number == 0:
        reply = refuse(hits, searched, words)
    else:
        notice = words.say("Further passages that come near; they may not answer:")
        reply = Reply(notice=notice, nearest=tuple(hits), searched=searched, first=start)
    return Page(
        reply,
        given.key,
        Turn(turn.order, number),
        shown_places,
        more=number + 1 < len(pages),
        whole=frozenset(place for place, hit in zip(shown_places, hits, strict=True) if _is_whole(hit)),
        dated=len({hit.article.published for hit in answering}) > 1,
        answered=bool(answering),
        filtered=_filtered(given.query),
        outcome="answered" if answering else "refused",
    )


def _answers(given: Given, hit: Hit) -> bool:
    return hit.answers and given.answered


def _pages(given: Given, found: Sequence[Hit], order: Order, shown: int) -> list[list[Hit]]:
    """What was found, `shown` at a time: first those that answer, then those that may not."""
    ordered = sorted(found, key=newest_first) if order == "date" else found
    answering = [hit for hit in ordered if _answers(given, hit)]
    others = [hit for hit in ordered if not _answers(given, hit)]
    # Under a refusal fewer are worth their room.
    return [*_chunks(answering, shown), *_chunks(others, shown if answering else min(shown, NEAREST))]


def _filtered(query: Query) -> Filtered:
    if not query.implied:
        return ""
    if query.since or query.until:
        return "both" if query.sources else "dates"
    return "sources" if query.sources else ""


def _is_whole(hit: Hit) -> bool:
    return hit.passage.text.strip() == hit.article.text.strip()


def _chunks(hits: list[Hit], size: int) -> list[list[Hit]]:
    return [hits[start : start + size] for start in range(0, len(hits), size)]


def _span(mark: Mark) -> tuple[str, int, int]:
    return mark.article_id, mark.start, mark.end


def newest_first(hit: Hit) -> tuple[bool, int]:
    """What sorts by day, the newest first and the undated last, and leaves the rest as it is."""
    day: date | None = hit.article.published
    return day is None, -day.toordinal() if day else 0


def _gone(words: Words) -> str:
    return words.say("The articles that were quoted here have been changed or withdrawn since. Ask again.")
