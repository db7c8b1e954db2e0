# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.dates import find_dates
from index.answering.recency import EARLIER, prefers_newest, reported_within

# A Wednesday.
NOW = date(2025, 1, 15)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened yesterday?", "2025-01-13", "2025-01-17"),
        ("what happened in Kursk between 3 and 11 January", "2025-01-02", "2025-01-14"),
        ("what did Reuters report last week", "2025-01-05", "2025-01-15"),
        ("What did Zelenskyy say on Monday?", "2025-01-12", "2025-01-16"),
        ("Yesterday, what did NATO announce?", "2025-01-13", "2025-01-17"),
        ("news since March 2024", "2024-02-29", ""),
        ("Show me articles from March 2024", "2024-02-29", "2024-04-03"),
        ("Що сказав Зеленський 11 січня?", "2025-01-10", "2025-01-14"),
        ("Що вчора сказав Зеленський?", "2025-01-13", "2025-01-17"),
        ("Які новини за останні три дні?", "2025-01-11", "2025-01-18"),
        ("Что произошло вчера?", "2025-01-13", "2025-01-17"),
        ("Новости с марта 2024 года", "2024-02-29", ""),
    ],
)
def test_a_report_has_a_day_of_grace_before_and_three_behind(question: str, since: str, until: str) -> None:
    """News, what was said and what happened are sought around the time that is named."""
    found = reported_within(question, NOW)
    assert found
    assert (str(found.since or ""), str(found.until or "")) == (since, until)


@pytest.mark.parametrize(
    ("question", "since"),
    [
        ("What did the EU say about it in November?", "2024-10-31"),
        ("What happened on 9 November?", "2024-11-08"),
        ("Что заявил Боррель в ноябре?", "2024-10-31"),
        ("What did Zelenskyy say about the attack on 10 January?", "2025-01-09"),
        ("What did he say about the man who was freed last week?", "2025-01-05"),
    ],
)
def test_what_may_be_told_later_has_no_end(question: str, since: str) -> None:
    """More than a month ago, or of something that was spoken about: any later article may tell it."""
    found = reported_within(question, NOW)
    assert found
    assert (str(found.since), found.until) == (since, None)


def test_in_an_old_coverage_a_month_is_one_that_it_reached() -> None:
    """Without its year it is that before the newest article; what counts from today does not move."""
    later, newest = date(2026, 6, 1), date(2025, 1, 11)
    month = reported_within("What did Borrell say in November?", later, newest)
    week = reported_within("What did Borrell say last week?", later, newest)
    assert month
    assert week
    assert (str(month.since), str(week.since)) == ("2024-10-31", "2026-05-24")
    assert reported_within("What did Borrell say in May?", later, later) == reported_within(
        "What did Borrell say in May?", later
    )


@pytest.mark.parametrize(
    "question",
    [
        "What did Borrell say?",
        "What year did it debut?",
        "Who won the 2022 World Cup?",
        "What happened in the 2020 election?",
        "What did he say about the November election?",
        "How did the 1918 flu end?",
        "How many have died since 1994?",
        "Which company was founded in 2010?",
        "In what year did he die?",
        "Who was president in 2015?",
        "What happened in 1918?",
        "What did Kennedy say in 1962?",
        "When did the truce that was announced yesterday begin?",
        "What will happen on 1 March?",
        "What did Trump, who was elected in November, say about tariffs?",
        "What was the highest figure reported since March?",
        "Microsoft retired its browser this week. What did it say?",
        "Which Fox News host left the network this week?",
        "Which senator resigned this week?",
        "What happened in November, and what in December?",
        "What did he say before 9 November?",
        "What happened after the march?",
        "How did the news of his death in November change her?",
        "Коли Боррель приїхав у листопаді?",
        "Хто виграв вибори 2020 року?",
        "Кто был президентом в 2015 году?",
    ],
)
def test_other_dates_keep_no_article_out(question: str) -> None:
    """Those of an event, a name, a comparison, something asked for or to come, and all in an aside."""
    assert reported_within(question, NOW) is None


@pytest.mark.parametrize(
    "question",
    [
        "What is the latest on Kursk?",
        "Who is president now?",
        "How many prisoners are there currently?",
        "What did he recently say?",
        "How many so far?",
        "Who resigned this week?",
        "What happened today?",
        "Who died Thursday?",
        "Що зараз у Курську?",
        "Які останні втрати?",
        "Хто поїхав цього тижня?",
        "Что сейчас в Курске?",
        "Какие последние новости?",
    ],
)
def test_some_questions_ask_of_the_newest(question: str) -> None:
    """The present and the last few days, in three languages."""
    assert prefers_newest(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who is Borrell?",
        "Who knows the snow?",
        "What did he say in November?",
        "Хто такий Боррель?",
        "Кто это?",
    ],
)
def test_other_questions_ask_of_any_time(question: str) -> None:
    """Neither a month nor a part of a word is the present."""
    assert not prefers_newest(question)


WORDS = (
    "what|did|who|happened|say|news|reports|since|in|on|November|yesterday|last week|2023|.|,|?|the|about|"
    "що|сказав|вчора|новини|9 листопада|2024"
)
words = st.sampled_from(WORDS.split("|"))


@given(st.lists(words, max_size=12).map(" ".join) | st.text(max_size=80), st.dates(date(1990, 1, 1)))
def test_a_filter_holds_the_time_that_is_named(question: str, now: date) -> None:
    """Whatever is typed: what is found was named, is wider than it was named, and has begun."""
    prefers_newest(question)
    found = reported_within(question, now)
    if found is None:
        return
    named = next(each for each in find_dates(question, now) if each.start == found.start)
    assert found.end == named.end
    assert (found.since and found.since + EARLIER) == named.since
    assert not found.since or found.since <= now
    assert not found.until or (named.until and found.until > named.until)


@pytest.mark.parametrize("newest", [date.min, date(9999, 12, 30)])
def test_coverage_from_the_end_of_the_calendar_can_be_asked(newest: date) -> None:
    """Where the newest article is of year 1 or 9999, the days of grace end with the calendar."""
    month = f"{newest:%B}"
    found = reported_within(f"What did the mayor say in {month}?", date.max, newest)
    assert found
    assert (found.since, found.until) in {(date.min, date(1, 2, 3)), (date(9999, 11, 30), date.max)}
