"""What is counted for Prometheus. No label ever holds a person, a chat or a text."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from index.records import Extent

# Seconds; a person waits gladly for one, and gives up after ten.
ANSWERING = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
OUTCOMES = ("answered", "refused", "unread", "empty", "unclear", "limited", "stranger", "failed")
# Why somebody was turned away, as the outcome of what they asked.
_TURNED_AWAY = {"stranger": "stranger", "too much": "limited"}
KINDS = (
    *("message", "edited_message", "callback_query", "inline_query", "my_chat_member"),
    "other",
)


class Metrics:
    """The counts of one running bot, in a registry of their own. Threads may share it."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._updates = Counter("dateline_updates", "Updates received, by kind", ["kind"], registry=registry)
        self._unreadable = Counter(
            "dateline_updates_unreadable", "Updates that could not be parsed", registry=registry
        )
        self._questions = Counter(
            "dateline_questions", "Questions, by what became of them", ["outcome"], registry=registry
        )
        self._seconds = Histogram(
            "dateline_answer_seconds",
            "Seconds from a question's update to what answers it",
            buckets=ANSWERING,
            registry=registry,
        )
        self._messages = Counter(
            "dateline_messages", "Messages, sent, edited or refused by Telegram", ["what"], registry=registry
        )
        self._withheld = Counter(
            "dateline_quotations_withheld", "Quotations that were not the article's words", registry=registry
        )
        self._told = Counter("dateline_follows_told", "News told to those who follow", registry=registry)
        self._errors = Counter("dateline_errors", "Errors, by their kind", ["kind"], registry=registry)
        self._articles = Gauge("dateline_articles", "Articles in the coverage", registry=registry)
        self._passages = Gauge("dateline_passages", "Passages in the coverage", registry=registry)
        self._age = Gauge(
            "dateline_newest_article_age_seconds",
            "Seconds since the day of the newest article ended; 0 on that day, NaN without dated articles",
            registry=registry,
        )
        self._follows = Gauge("dateline_follows", "Questions that are followed", registry=registry)
        self._progress = Gauge("dateline_updates_in_progress", "Updates being worked on", registry=registry)
        self._in_hand = Gauge(
            "dateline_updates_in_hand", "Updates taken, whose work is not done yet", registry=registry
        )
        self._begin_with_zeros()

    def update(self, kind: str) -> None:
        """An update came, of one of Telegram's kinds."""
        self._updates.labels(kind if kind in KINDS else "other").inc()

    def unreadable(self) -> None:
        """An update came that nobody can parse."""
        self._unreadable.inc()

    def question(self, outcome: str, seconds: float | None = None) -> None:
        """A question found one of `OUTCOMES`, so many seconds after its update came."""
        self._questions.labels(outcome if outcome in OUTCOMES else "failed").inc()
        if seconds is not None:
            self._seconds.observe(seconds)

    def turned_away(self, reason: str) -> None:
        """Somebody was not served, for a reason of `Verdict`."""
        self.question(_TURNED_AWAY.get(reason, "limited"))

    def sent(self, number: int = 1) -> None:
        """Messages were sent."""
        self._messages.labels("sent").inc(number)

    def edited(self, number: int = 1) -> None:
        """Messages were turned into others."""
        self._messages.labels("edited").inc(number)

    def refused(self) -> None:
        """Telegram refused a message."""
        self._messages.labels("refused").inc()

    def withheld(self, number: int = 1) -> None:
        """Quotations were found to be wrong, and were not sent."""
        self._withheld.inc(number)

    def told(self, number: int = 1) -> None:
        """Somebody was told what they follow."""
        self._told.inc(number)

    def error(self, kind: str) -> None:
        """Something went wrong; the kind is the name of an exception's class."""
        self._errors.labels(kind).inc()

    def cover(self, extent: Extent, follows: int | None = None) -> None:
        """How much coverage there is now, and how much of it is followed."""
        self._articles.set(extent.articles)
        self._passages.set(extent.passages)
        self._age.set(_age(extent.newest))
        if follows is not None:
            self._follows.set(follows)

    def watch_progress(self, progress: Callable[[], float], in_hand: Callable[[], float]) -> None:
        """Ask these, whenever the metrics are read, how many updates are worked on, how many taken."""
        self._progress.set_function(progress)
        self._in_hand.set_function(in_hand)

    def expose(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self._registry)

    def _begin_with_zeros(self) -> None:
        """Let every count stand there from the start, so that the first rise of it shows."""
        for outcome in OUTCOMES:
            self._questions.labels(outcome)
        for kind in KINDS:
            self._updates.labels(kind)
        for what in ("sent", "edited", "refused"):
            self._messages.labels(what)
        self._age.set(_age(None))


def _age(newest: date | None) -> float:
    if newest is None:
        return float("nan")
    ended = datetime.combine(newest, time.max, UTC)
    return max(0.0, (datetime.now(UTC) - ended).total_seconds())
