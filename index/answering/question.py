"""A question, as typed, to a query: what will be looked for, and within which dates and sources."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from index.answering.followup import Continued, continue_topic
from index.answering.recency import prefers_newest, reported_within
from index.answering.sources import named_sources
from index.errors import QuestionError
from index.records import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

CHARACTERS = 1000
# An error names so many of the sources at most, and so much of what was asked for.
NAMED, SHOWN = 5, 80


@dataclass(frozen=True, slots=True)
class Moment:
    """What a question meets: the day, the coverage's sources and last day, and the question before it."""

    now: date
    sources: tuple[str, ...] = ()
    newest: date | None = None
    topic: str = ""


def understand(
    question: str,
    moment: Moment,
    *,
    since: date | None = None,
    until: date | None = None,
    sources: Sequence[str] = (),
) -> Query:
    """The query of a question that is asked at a moment, which it may lean on.

    Filters that are given hold, with sources in any case; where none is, the question's own words may
    imply dates and sources.

    Raises:
        QuestionError: there is nothing to look for, it is too long, the dates are the wrong way
            round, or a source is none of the coverage's.
    """
    text = clean(question)
    if not any(character.isalnum() for character in text):
        raise QuestionError("there are no words in that; ask a question about the news")
    if len(text) > CHARACTERS:
        raise QuestionError(
            "that is {length} characters long; ask in at most {limit}", length=len(text), limit=CHARACTERS
        )
    if since and until and since > until:
        raise QuestionError(
            "no day is both since {since} and until {until}; swap them", since=since, until=until
        )
    recognised = [name for source in sources for name in _recognise(source, moment.sources)]
    whole = continue_topic(text, moment.topic, moment.now)
    if len(whole.text) > CHARACTERS:
        whole = Continued(text, text)
    query = Query(whole.text, since, until, tuple(recognised), recent=prefers_newest(text), topic=whole.topic)
    if query.filtered:
        return query
    within = reported_within(query.text, moment.now, moment.newest)
    dates = (within.since, within.until) if within else (None, None)
    named = named_sources(query.text, moment.sources)
    return replace(query, since=dates[0], until=dates[1], sources=named, implied=bool(within or named))


def clean(question: str) -> str:
    """The question in one line, without what cannot be seen: control characters and lone surrogates."""
    text = question.encode("utf-8", "replace").decode("utf-8")
    seen = (" " if character.isspace() else character for character in text)
    # Cc: control characters; Cs: surrogates; Co, Cn: no character at all.
    kept = (character for character in seen if unicodedata.category(character) not in {"Cc", "Co", "Cn"})
    return " ".join("".join(kept).split())


def _recognise(source: str, known: Sequence[str]) -> list[str]:
    """The source as it is spelt, else all that differ from it in case alone."""
    wanted = clean(source)
    found = [wanted] if wanted in known else [name for name in known if name.casefold() == wanted.casefold()]
    if not found:
        listed = ", ".join(known[:NAMED]) + (" …" if len(known) > NAMED else "")
        shown = wanted if len(wanted) <= SHOWN else f"{wanted[:SHOWN]}…"
        if not listed:
            raise QuestionError("no article is from '{source}'; none names its source", source=shown)
        raise QuestionError(
            "no article is from '{source}'; the sources are: {listed}", source=shown, listed=listed
        )
    return found
