from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.telegram.metrics import Metrics
from index.records import Extent


def read(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """What Prometheus reads: by name and labels, the values."""
    families = text_string_to_metric_families(metrics.expose().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value for each in families for sample in each.samples
    }


def test_counts_stand_at_zero_from_the_start() -> None:
    """What has not happened yet is told as nothing, so that its first time shows."""
    values = read(Metrics())
    assert values["dateline_questions_total", "refused"] == 0
    assert values["dateline_updates_total", "inline_query"] == 0
    assert values["dateline_messages_total", "refused"] == 0


def test_what_happens_is_counted() -> None:
    """Updates, questions, messages, quotations, news and errors are each counted by their kind."""
    metrics = Metrics()
    metrics.update("message")
    metrics.unreadable()
    metrics.question("answered", 0.2)
    metrics.question("answered", 4.0)
    metrics.question("refused")
    metrics.turned_away("stranger")
    metrics.turned_away("too much")
    metrics.sent()
    metrics.sent(2)
    metrics.edited()
    metrics.refused()
    metrics.withheld(3)
    metrics.told()
    metrics.error("TimedOut")
    values = read(metrics)
    assert values["dateline_updates_total", "message"] == 1
    assert values["dateline_updates_unreadable_total",] == 1
    assert values["dateline_questions_total", "answered"] == 2
    assert values["dateline_questions_total", "refused"] == 1
    assert values["dateline_questions_total", "stranger"] == 1
    assert values["dateline_questions_total", "limited"] == 1
    assert values["dateline_answer_seconds_count",] == 2
    assert values["dateline_answer_seconds_sum",] == pytest.approx(4.2)
    assert values["dateline_answer_seconds_bucket", "0.2"] == 1
    assert values["dateline_messages_total", "sent"] == 3
    assert values["dateline_messages_total", "edited"] == 1
    assert values["dateline_messages_total", "refused"] == 1
    assert values["dateline_quotations_withheld_total",] == 3
    assert values["dateline_follows_told_total",] == 1
    assert values["dateline_errors_total", "TimedOut"] == 1


def test_what_is_there_now_is_told() -> None:
    """The coverage's size and age, the follows and the updates in progress are as of the reading."""
    metrics = Metrics()
    today = datetime.now(UTC).date()
    metrics.cover(Extent(12, 340, today - timedelta(days=3)), follows=7)
    working = [5]
    metrics.watch_progress(lambda: working[0], lambda: working[0] + 2)
    values = read(metrics)
    assert values["dateline_articles",] == 12
    assert values["dateline_passages",] == 340
    assert values["dateline_follows",] == 7
    assert values["dateline_updates_in_progress",] == 5
    assert values["dateline_updates_in_hand",] == 7
    assert 2 * 86_400 < values["dateline_newest_article_age_seconds",] < 3 * 86_400
    working[0] = 6
    metrics.cover(Extent(12, 340, today))
    values = read(metrics)
    assert values["dateline_updates_in_progress",] == 6
    assert values["dateline_newest_article_age_seconds",] == 0
    assert values["dateline_follows",] == 7


def test_age_without_articles_is_no_number() -> None:
    """A coverage without dated articles is not taken for a current one."""
    metrics = Metrics()
    metrics.cover(Extent(0, 0, None))
    age = read(metrics)["dateline_newest_article_age_seconds",]
    assert age != age  # noqa: PLR0124 - only what is no number differs from itself


def test_two_bots_count_for_themselves() -> None:
    """What one bot counts another does not."""
    one, other = Metrics(), Metrics()
    one.sent()
    assert read(other)["dateline_messages_total", "sent"] == 0


def test_labels_are_of_a_few_known_words() -> None:
    """A kind or an outcome that nobody foresaw makes no label of its own."""
    metrics = Metrics()
    metrics.update("who is Ada?")
    metrics.question("Ada is")
    assert "Ada" not in metrics.expose().decode()
    values = read(metrics)
    assert values["dateline_updates_total", "other"] == 1
    assert values["dateline_questions_total", "failed"] == 1
