"""A question in, a reply out. Knows no platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import QuestionError
from index.records import Answer, Hit

if TYPE_CHECKING:
    from datetime import date

    from index.coverage import Coverage

# A screen of a phone holds so many quotations; further ones are worth less than their room.
SHOWN = 3

ABOUT = (
    "I answer questions about a body of news articles with the articles' own words: passages, quoted to the "
    "letter, each with its source, title and date. When the articles do not answer, I say so."
)
HOW = (
    "Ask in your own words, for example: How many North Korean troops are in Russia? "
    "In a group, mention me or reply to me."
)
EMPTY = "There is no coverage yet. Index some articles first: dateline index FILE"


@dataclass(frozen=True, slots=True)
class Reply:
    """Quotations that answer, or a notice that says why there are none."""

    quotes: tuple[Hit, ...] = ()
    notice: str | None = None
    answer: Answer | None = None


class Conversation:
    """What is said to a question, wherever it was asked."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage

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

    def reply(self, question: str) -> Reply:
        """The reply to a question, as typed."""
        try:
            answer = self._coverage.ask(question, count=SHOWN)
        except QuestionError as error:
            return Reply(notice=f"{str(error)[0].upper()}{str(error)[1:]}.")
        return to_reply(answer)


def to_reply(answer: Answer, shown: int = SHOWN) -> Reply:
    """What is shown of an answer: the passages that answer, each by itself, or a plain refusal."""
    if not answer.extent.articles:
        return Reply(notice=EMPTY, answer=answer)
    if not answer.answered:
        return Reply(notice="The coverage does not answer that.", answer=answer)
    return Reply(tuple(hit for hit in answer.hits[:shown] if hit.answers), answer=answer)


def format_day(day: date | None) -> str:
    """The day as people write it; an unknown one is called so."""
    return f"{day.day} {day:%B %Y}" if day else "undated"
