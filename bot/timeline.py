"""Who reported what when: the reports on a topic in their order, a few of them quoted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from html import escape, unescape
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.citations import citation, source_of, title_of
from bot.excerpts import beginning, to_sentence
from bot.links import link_to
from bot.pictures import what_is_drawn
from bot.replies import LONG, units_of
from index.records import Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.languages.words import Words
    from bot.pictures import Period
    from index.coverage import Coverage

# So many reports are looked for, and so many are quoted.
REPORTS, QUOTED = 500, 10
TOPIC_CHARACTERS = 100

_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Timeline:
    """The dated reports on a topic, the oldest first, and how many more have no date.

    A story is one report, its first, however many have copied it. There may be further reports, less
    relevant, where not all of them were looked for.
    """

    topic: str
    reports: tuple[Hit, ...]
    undated: int = 0
    whole: bool = True

    @property
    def days(self) -> list[date]:
        """The day of each report."""
        return [hit.article.published for hit in self.reports if hit.article.published]

    @property
    def sources(self) -> int:
        """How many different sources are named as having published them."""
        return len({hit.article.source for hit in self.reports if hit.article.source})


def make_timeline(coverage: Coverage, topic: str) -> Timeline:
    """The reports on a topic, as typed.

    Raises:
        QuestionError: there is nothing to look for.
        ModelError: the model cannot be loaded, or is not the coverage's.
    """
    found = coverage.about(topic, count=REPORTS)
    dated = sorted((hit for hit in found if hit.article.published), key=_day)
    return Timeline(
        beginning(topic, TOPIC_CHARACTERS), tuple(dated), len(found) - len(dated), whole=len(found) < REPORTS
    )


def spread(reports: Sequence[Hit], count: int = QUOTED) -> list[Hit]:
    """So many of the reports, in order: the first, the last, and the most relevant of each part between.

    The parts have as many reports each, so that there is more of busy times.
    """
    if len(reports) <= count:
        return list(reports)
    between, parts = reports[1:-1], count - 2
    borders = [round(place * len(between) / parts) for place in range(parts + 1)]
    best = (min(between[start:end], key=lambda hit: hit.rank) for start, end in pairwise(borders))
    return [reports[0], *best, reports[-1]]


def caption(timeline: Timeline, words: Words, drawn: Period | None = None) -> str:
    """The topic, in Telegram's HTML, and under it how many reports from how many sources there are when."""
    days, number = timeline.days, len(timeline.reports)
    if timeline.whole:
        reports = words.count("{number} report", "{number} reports", number)
    else:
        reports = words.say("the {number} most relevant reports", number=number)
    parts = [what_is_drawn(drawn, words)] if drawn else []
    parts.append(reports)
    if timeline.sources:
        parts.append(words.count("{number} source", "{number} sources", timeline.sources))
    if days[0] == days[-1]:
        parts.append(words.day(days[0]))
    else:
        parts.append(words.say("{first} to {last}", first=words.day(days[0]), last=words.day(days[-1])))
    return f"<b>{escape(timeline.topic)}</b>\n{escape(' · '.join(parts))}"


def write_timeline(
    timeline: Timeline, quoted: Sequence[Hit], limit: int, words: Words, *, captioned: bool = False
) -> list[str]:
    """Messages in Telegram's HTML, each of at most `limit` UTF-16 units once parsed, with these reports.

    Each quotation is one sentence; the reports of a day stand under it. Where no picture is `captioned`,
    the caption goes before them.
    """
    if not quoted:
        return [escape(words.say("What was found has just changed. Please ask again."))]
    blocks: list[tuple[date | None, str]] = [] if captioned else [(None, caption(timeline, words))]
    blocks.append((None, escape(_heading(timeline, quoted, words))))
    for hit in quoted:
        blocks += _blocks(hit, limit, words)
    if timeline.undated:
        undated = words.count(
            "{number} more report has no date.", "{number} more reports have no date.", timeline.undated
        )
        blocks.append((None, f"<i>{escape(undated)}</i>"))
    return _pack(blocks, limit, words)


def quoted_of(timeline: Timeline) -> list[Hit]:
    """The reports that are quoted, each by one sentence."""
    return [to_sentence(hit) for hit in spread(timeline.reports)]


def _day(hit: Hit) -> date:
    return hit.article.published or date.min


def _heading(timeline: Timeline, quoted: Sequence[Hit], words: Words) -> str:
    number = len(timeline.reports)
    if number == 1:
        return words.say("The only report:")
    if len(quoted) == number:
        return words.say("The reports, the oldest first:")
    return words.count(
        "{shown} of {number} report, spread over all of them, the oldest first:",
        "{shown} of {number} reports, spread over all of them, the oldest first:",
        number,
        shown=len(quoted),
    )


def _blocks(hit: Hit, limit: int, words: Words) -> Iterator[tuple[date | None, str]]:
    """The quotation and what stands under it, each with the day above it; apart where both are too long."""
    day, text = hit.article.published, hit.passage.text
    opening = "<blockquote expandable>" if len(text) > LONG else "<blockquote>"
    quotation, named = f"{opening}{escape(text)}</blockquote>", _named(hit, words)
    together = f"{quotation}\n{named}"
    if day and _units(f"{words.day(day)}\n{together}") <= limit:
        yield day, together
    else:
        yield day, quotation
        yield None, named


def _named(hit: Hit, words: Words) -> str:
    """Source and title in one line, then corrections and copies: the day stands above."""
    article, link = hit.article, link_to(hit)
    title = escape(title_of(article, words))
    parts = [escape(source_of(article, words)), f'<a href="{escape(link)}">{title}</a>' if link else title]
    if article.updated and article.updated != article.published:
        parts.append(escape(words.say("updated {day}", day=words.day(article.updated))))
    return "\n".join([" · ".join(parts), *map(escape, citation(hit, words)[1:])])


def _pack(blocks: Iterable[tuple[date | None, str]], limit: int, words: Words) -> list[str]:
    """The blocks in as few messages as hold them; a day stands above its first block in each message."""
    messages: list[str] = []
    above: date | None = None
    for day, block in blocks:
        headed = f"<b>{escape(words.day(day))}</b>\n{block}" if day else block
        longer = f"{messages[-1]}\n\n{block if day == above else headed}" if messages else headed
        if messages and _units(longer) <= limit:
            messages[-1] = longer
            above = day or above
        else:
            messages.append(headed)
            above = day
    return messages


def _units(message: str) -> int:
    """The length of a message in Telegram's HTML as Telegram counts it: without tags, in UTF-16."""
    return units_of(unescape(_TAG.sub("", message)))
