# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""A topic, as typed, to a query: what is written of, and when or by whom it is to be reported."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from index.answering.question import understand
from index.answering.recency import reported_within
from index.answering.sources import reporting_sources

if TYPE_CHECKING:
    from index.answering.dates import DateMention
    from index.answering.question import Moment
    from index.records import Query

# Whoever names a topic asks for news of it.
_NEWS = "News "
# What `reported_within` makes of a single day.
_A_DAY = timedelta(days=4)
_LEAD_IN = re.compile(
    r"\A(?:(?:the\s+)?(?:latest|newest|recent|останні|последние)\s+)?"
    r"(?:(?:the\s+)?(?:news|reports?|coverage|articles?|stories|headlines|updates?|новини|статті|новости|статьи)"
    r"\s+(?:about|on|of|про|щодо|об?)\s+)?",
    re.IGNORECASE,
)
_EDGES = " ,;:–—-()"


def understand_topic(topic: str, moment: Moment) -> Query:
    """The query of a topic that is named at a moment, without the words that only say when and by whom.

    A time that is named keeps out what was published before it, and after it too unless it is a single
    day: what happened on a day is reported for long.

    Raises:
        QuestionError: there is nothing to look for, or it is too long.
    """
    whole = understand(topic, moment)
    text, dates = whole.text, (whole.since, whole.until)
    within = reported_within(_NEWS + text, moment.now, moment.newest)
    if within:
        text = f"{text[: within.start - len(_NEWS)]} {text[within.end - len(_NEWS) :]}"
        dates = (within.since, None if _is_of_a_day(within) else within.until)
    text, named = reporting_sources(text, moment.sources)
    text = " ".join(_LEAD_IN.sub("", text.strip(_EDGES)).split()).strip(_EDGES)
    return replace(
        whole,
        text=text if any(character.isalnum() for character in text) else whole.text,
        since=dates[0],
        until=dates[1],
        sources=named or whole.sources,
        implied=bool(any(dates) or named or whole.sources),
    )


def _is_of_a_day(within: DateMention) -> bool:
    if within.relative or within.since is None or within.until is None:
        return False
    return within.until - within.since <= _A_DAY
