"""A question in, a reply out. Knows no platform."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import QuestionError
from index.records import Answer, Hit, Query

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import date

    from index.coverage import Coverage

# A screen of a phone holds so many quotations; further ones are worth less than their room.
SHOWN = 3
# Of a refusal, so many of the nearest passages are shown, if they come so near an answer.
NEAREST, NEAR = 2, 0.1
# What was talked of is forgotten after half an hour, and with the oldest of so many who talk.
TALK_SECONDS, TALKS = 1800.0, 10_000

ABOUT = (
    "I answer questions about a body of news articles with the articles' own words: passages, quoted to the "
    "letter, each with its source, title and date. When the articles do not answer, I say so."
)
HOW = (
    "Ask in your own words, for example: How many North Korean troops are in Russia? "
    "In a group, mention me or reply to me."
)
REFUSAL = "The coverage does not answer that."
REFUSAL_NEAR = "The coverage does not answer that. The nearest that it has:"
EMPTY = "There is no coverage yet. Index some articles first: dateline index FILE"


@dataclass(frozen=True, slots=True)
class Reply:
    """Quotations that answer, or a notice that says why there are none; `nearest` may not answer.

    `searched` tells which query was really run, within which dates and sources.
    """

    quotes: tuple[Hit, ...] = ()
    notice: str | None = None
    nearest: tuple[Hit, ...] = ()
    searched: str | None = None


class Conversation:
    """What is said to a question, wherever it was asked."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self._topics: OrderedDict[Hashable, tuple[str, float]] = OrderedDict()
        self._lock = threading.Lock()

    def greet(self) -> Reply:
        """What this is, and how much coverage it answers from."""
        extent = self._coverage.extent()
        known = "1 article" if extent.articles == 1 else f"{extent.articles:,} articles"
        newest = f", the newest of {format_day(extent.newest)}" if extent.newest else ""
        return Reply(notice=f"{ABOUT}\n\nIt knows {known}{newest}.\n\n{HOW}")

    def explain(self) -> Reply:
        """How to ask."""
        return Reply(notice=f"{ABOUT}\n\n{HOW}")

    def misunderstand(self) -> Reply:
        """For what is no question in words."""
        return Reply(notice=f"I can read only text. {HOW}")

    def reply(self, question: str, who: Hashable = None) -> Reply:
        """The reply to a question, as typed, by somebody whose last question it may lean on."""
        try:
            answer = self._coverage.ask(question, count=SHOWN, topic=self._topic(who))
        except QuestionError as error:
            return Reply(notice=f"{str(error)[0].upper()}{str(error)[1:]}.")
        if answer.answered:
            self._remember(who, answer.query.topic)
        return to_reply(answer)

    def _topic(self, who: Hashable) -> str:
        with self._lock:
            topic, at = self._topics.get(who, ("", 0.0))
        return topic if time.monotonic() - at < TALK_SECONDS else ""

    def _remember(self, who: Hashable, topic: str) -> None:
        with self._lock:
            self._topics[who] = (topic, time.monotonic())
            self._topics.move_to_end(who)
            while len(self._topics) > TALKS:
                self._topics.popitem(last=False)


def to_reply(answer: Answer, shown: int = SHOWN) -> Reply:
    """What is shown of an answer: the passages that answer, each by itself, or a plain refusal."""
    if not answer.extent.articles:
        return Reply(notice=EMPTY)
    if answer.remark:
        return Reply(notice=answer.remark)
    searched = format_query(answer.query, answer.extent.newest)
    if answer.answered:
        return Reply(tuple(hit for hit in answer.hits[:shown] if hit.answers), searched=searched)
    nearest = tuple(hit for hit in answer.hits[:NEAREST] if hit.confidence >= NEAR)
    return Reply(notice=REFUSAL_NEAR if nearest else REFUSAL, nearest=nearest, searched=searched)


def format_query(query: Query, newest: date | None = None) -> str:
    """What was searched for, by which dates and sources, whether these were let go; how current it all is."""
    parts = [f"Searched: {query.text}"]
    if query.since and query.until:
        parts.append(f"published {format_day(query.since)} to {format_day(query.until)}")
    elif query.since:
        parts.append(f"published since {format_day(query.since)}")
    elif query.until:
        parts.append(f"published until {format_day(query.until)}")
    if query.sources:
        parts.append(f"only {', '.join(query.sources)}")
    if query.widened:
        parts.append("nothing within the dates or sources named answers, so among all")
    if newest:
        parts.append(f"the newest article is of {format_day(newest)}")
    return " · ".join(parts)


def format_day(day: date | None) -> str:
    """The day as people write it; an unknown one is called so."""
    return f"{day.day} {day:%B %Y}" if day else "undated"
