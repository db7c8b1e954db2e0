# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering import date_words
from index.answering.dates import find_dates

# A Wednesday.
NOW = date(2025, 1, 15)


def dated(question: str, now: date = NOW) -> list[str]:
    """Each time that is found, as "its words: first day..last day", with nothing for an open end."""
    return [
        f"{question[each.start : each.end]}: {each.since or ''}..{each.until or ''}"
        for each in find_dates(question, now)
    ]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("today", "today: 2025-01-15..2025-01-15"),
        ("yesterday", "yesterday: 2025-01-14..2025-01-14"),
        ("the day before yesterday", "the day before yesterday: 2025-01-13..2025-01-13"),
        ("last night", "last night: 2025-01-14..2025-01-15"),
        ("this week", "this week: 2025-01-13..2025-01-19"),
        ("last week", "last week: 2025-01-06..2025-01-12"),
        ("last month", "last month: 2024-12-01..2024-12-31"),
        ("this month", "this month: 2025-01-01..2025-01-31"),
        ("last year", "last year: 2024-01-01..2024-12-31"),
        ("next month", "next month: 2025-02-01..2025-02-28"),
        ("in the last 3 days", "in the last 3 days: 2025-01-12..2025-01-15"),
        ("over the past two weeks", "over the past two weeks: 2025-01-01..2025-01-15"),
        ("in the last 24 hours", "in the last 24 hours: 2025-01-14..2025-01-15"),
        ("in the past year", "in the past year: 2024-01-15..2025-01-15"),
        ("two days ago", "two days ago: 2025-01-13..2025-01-13"),
        ("a week ago", "a week ago: 2025-01-06..2025-01-12"),
        ("two months ago", "two months ago: 2024-11-01..2024-11-30"),
        ("3 years ago", "3 years ago: 2022-01-01..2022-12-31"),
        ("on Monday", "on Monday: 2025-01-13..2025-01-13"),
        ("on Wednesday", "on Wednesday: 2025-01-15..2025-01-15"),
        ("last Wednesday", "last Wednesday: 2025-01-08..2025-01-08"),
        ("this Friday", "this Friday: 2025-01-17..2025-01-17"),
        ("she died Thursday", "Thursday: 2025-01-09..2025-01-09"),
        ("over the weekend", "over the weekend: 2025-01-11..2025-01-12"),
        ("last summer", "last summer: 2024-06-01..2024-08-31"),
        ("this winter", "this winter: 2024-12-01..2025-02-28"),
        ("the summer of 2023", "the summer of 2023: 2023-06-01..2023-08-31"),
    ],
)
def test_times_that_count_from_today(question: str, expected: str) -> None:
    """Weeks begin on Monday; "last" is the one before this, "the last" the days up to today."""
    assert dated(question) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("in November", "in November: 2024-11-01..2024-11-30"),
        ("in January", "in January: 2025-01-01..2025-01-31"),
        ("in Nov. 2023", "in Nov. 2023: 2023-11-01..2023-11-30"),
        ("in march last year", "in march last year: 2024-03-01..2024-03-31"),
        ("last November", "last November: 2024-11-01..2024-11-30"),
        ("on 9 November", "on 9 November: 2024-11-09..2024-11-09"),
        ("on the 9th of November", "on the 9th of November: 2024-11-09..2024-11-09"),
        ("on November 9th, 2023", "on November 9th, 2023: 2023-11-09..2023-11-09"),
        ("on January 15", "on January 15: 2025-01-15..2025-01-15"),
        ("on January 16", "on January 16: 2024-01-16..2024-01-16"),
        ("on 29 February", "on 29 February: 2024-02-29..2024-02-29"),
        ("on 9.11.2024", "on 9.11.2024: 2024-11-09..2024-11-09"),
        ("on 2024-11-09", "on 2024-11-09: 2024-11-09..2024-11-09"),
        ("on 25/12/2024", "on 25/12/2024: 2024-12-25..2024-12-25"),
        ("on 12/25/2024", "on 12/25/2024: 2024-12-25..2024-12-25"),
        ("in 2023", "in 2023: 2023-01-01..2023-12-31"),
        ("at the beginning of November", "at the beginning of November: 2024-11-01..2024-11-10"),
        ("in mid-November", "in mid-November: 2024-11-11..2024-11-20"),
        ("in late 2024", "in late 2024: 2024-09-01..2024-12-31"),
    ],
)
def test_times_by_their_names(question: str, expected: str) -> None:
    """Without a year it is the latest that has begun."""
    assert dated(question) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("since March 2024", "since March 2024: 2024-03-01.."),
        ("from March onwards", "from March onwards: 2024-03-01.."),
        ("from March 2024", "from March 2024: 2024-03-01..2024-03-31"),
        ("after November", "after November: 2024-12-01.."),
        ("before 9 November", "before 9 November: ..2024-11-08"),
        ("until March", "until March: ..2024-03-31"),
        ("by yesterday", "by yesterday: ..2025-01-14"),
        ("between September and November", "between September and November: 2024-09-01..2024-11-30"),
        ("between November and January 2025", "between November and January 2025: 2024-11-01..2025-01-31"),
        ("from March 2023 to June 2024", "from March 2023 to June 2024: 2023-03-01..2024-06-30"),
        ("from 2020 to 2022", "from 2020 to 2022: 2020-01-01..2022-12-31"),
        ("between 3 and 9 November", "between 3 and 9 November: 2024-11-03..2024-11-09"),
        ("November 3-9, 2023", "November 3-9, 2023: 2023-11-03..2023-11-09"),
        ("9 May 2024 – 11 June 2024", "9 May 2024 – 11 June 2024: 2024-05-09..2024-06-11"),
    ],
)
def test_times_with_one_end_or_two(question: str, expected: str) -> None:
    """A preposition opens an end; two times that are joined are one."""
    assert dated(question) == [expected]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("вчора", "вчора: 2025-01-14..2025-01-14"),
        ("минулого тижня", "минулого тижня: 2025-01-06..2025-01-12"),
        ("у минулому році", "у минулому році: 2024-01-01..2024-12-31"),
        ("торік", "торік: 2024-01-01..2024-12-31"),
        ("у листопаді", "у листопаді: 2024-11-01..2024-11-30"),
        ("9 листопада 2023 року", "9 листопада 2023 року: 2023-11-09..2023-11-09"),
        ("з березня", "з березня: 2024-03-01.."),
        ("після 9 листопада", "після 9 листопада: 2024-11-10.."),
        ("між вереснем та листопадом", "між вереснем та листопадом: 2024-09-01..2024-11-30"),
        ("з 3 по 9 листопада", "з 3 по 9 листопада: 2024-11-03..2024-11-09"),
        ("у п’ятницю", "у п’ятницю: 2025-01-10..2025-01-10"),
        ("минулої п'ятниці", "минулої п'ятниці: 2025-01-10..2025-01-10"),
        ("за останні три дні", "за останні три дні: 2025-01-12..2025-01-15"),
        ("тиждень тому", "тиждень тому: 2025-01-06..2025-01-12"),
        ("на початку листопада", "на початку листопада: 2024-11-01..2024-11-10"),
        ("у березні минулого року", "у березні минулого року: 2024-03-01..2024-03-31"),
        ("минулого літа", "минулого літа: 2024-06-01..2024-08-31"),
        ("вчера", "вчера: 2025-01-14..2025-01-14"),
        ("на прошлой неделе", "прошлой неделе: 2025-01-06..2025-01-12"),
        ("в прошлом году", "в прошлом году: 2024-01-01..2024-12-31"),
        ("в ноябре", "в ноябре: 2024-11-01..2024-11-30"),
        ("с марта 2024 года", "с марта 2024 года: 2024-03-01.."),
        ("с 3 по 9 ноября", "с 3 по 9 ноября: 2024-11-03..2024-11-09"),
        ("в прошлую пятницу", "в прошлую пятницу: 2025-01-10..2025-01-10"),
        ("за последнюю неделю", "за последнюю неделю: 2025-01-08..2025-01-15"),
        ("две недели назад", "две недели назад: 2024-12-30..2025-01-05"),
        ("в конце 2024 года", "в конце 2024 года: 2024-09-01..2024-12-31"),
    ],
)
def test_times_in_ukrainian_and_russian(question: str, expected: str) -> None:
    """Months and weekdays are known in all their cases."""
    assert dated(question) == [expected]


@pytest.mark.parametrize(
    "question",
    [
        "It may march on the second sun in a fall",
        "What did May say before May resigned?",
        "Theresa May's march",
        "Which 9 may enter, and which may 9 enter?",
        "August Wilson's play in August Wilson's theatre",
        "April O'Neil met June Carter by May",
        "the Fourth of July",
        "the November election and in the November election",
        "the 2022 World Cup",
        "31 February 2024 and 32.01.2024 and 2024-13-01",
        "11/9/2024",
        "frozen 46,000 years ago",
        "1,994 people in 3000 and in 12",
        "Black Friday, Giving Tuesday, every Monday, Mondays",
        "in the coming days",
        "маю час, середа життя",
    ],
)
def test_words_that_look_like_times_are_none(question: str) -> None:
    """Names, verbs, numbers, days that do not exist and days of an unsure order."""
    assert dated(question) == []


def test_a_number_of_people_is_no_day() -> None:
    """Nobody is somewhere "in" a day of a month."""
    assert dated("in November 9 people died") == ["in November: 2024-11-01..2024-11-30"]


@pytest.mark.parametrize(
    ("question", "adverbial", "relative"),
    [
        ("What was said on 9 November?", True, False),
        ("What is the 9 November 2024 agreement?", False, False),
        ("What was said last week?", True, True),
        ("What was said at last week's summit?", False, True),
        ("Що сказано 9 листопада?", True, False),
    ],
)
def test_a_mention_tells_how_it_stands(question: str, adverbial: bool, relative: bool) -> None:  # noqa: FBT001
    """It tells when something was, or is a part of a name; it counts from today or not."""
    (found,) = find_dates(question, NOW)
    assert (found.adverbial, found.relative) == (adverbial, relative)


def test_several_times_are_found_in_order() -> None:
    """Each by itself where nothing joins them."""
    assert dated("On Monday or in May, not 9 June 2023") == [
        "On Monday: 2025-01-13..2025-01-13",
        "in May: 2024-05-01..2024-05-31",
        "9 June 2023: 2023-06-09..2023-06-09",
    ]


def test_no_form_names_two_months_or_two_weekdays() -> None:
    """The endings of one word make no other word of the table."""
    for table in (date_words._MONTHS, date_words._WEEKDAYS):
        forms = [form for line in table for form in set(date_words.spell(line))]
        assert len(forms) == len(set(forms))
    assert not date_words.MONTHS.keys() & date_words.WEEKDAYS.keys()


SMALL = (
    "in|on|since|from|to|and|between|before|until|the|of|ago|early|late|end of|with|–|-|.|,|/|’s|ı|0|31|1999"
)
TABLES = (date_words.MONTHS, date_words.WEEKDAYS, date_words.UNIT, date_words.RELATION, date_words.SEASONS)
OTHERS = (date_words.DAYS, date_words.NUMBERS, date_words.ROLLING, SMALL.split("|"))
pieces = st.sampled_from([form for table in (*TABLES, *OTHERS) for form in table])
made = st.lists(pieces, max_size=12).map(" ".join)


ENDS = st.sampled_from([date.min, date(1, 1, 7), date(9999, 12, 25), date.max])


@given(made | st.text(max_size=80), st.dates() | ENDS)
def test_any_text_has_times_in_order_and_within_it(question: str, now: date) -> None:
    """Whatever is typed on whatever day: no error, no overlap, and the first day not after the last."""
    end = 0
    for found in find_dates(question, now):
        assert end <= found.start < found.end <= len(question)
        assert found.since or found.until
        assert not (found.since and found.until) or found.since <= found.until
        end = found.end


@given(st.dates(date(1000, 1, 1), date(2099, 12, 31)), st.dates())
def test_a_whole_date_is_itself_whenever_it_is_asked(day: date, now: date) -> None:
    """An ISO date, a dotted one and one with the month's name mean one day."""
    month = next(form for form, number in date_words.MONTHS.items() if number == day.month)
    for written in (day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"{day.day} {month} {day.year}"):
        (found,) = find_dates(f"What was said on {written}?", now)
        assert (found.since, found.until) == (day, day)


@pytest.mark.parametrize(
    ("question", "now"),
    [("before 1 January", date.min), ("after 31 December", date.max), ("since yesterday", date.min)],
)
def test_the_calendar_has_an_end(question: str, now: date) -> None:
    """A time that reaches beyond the first or the last day of the calendar ends there, or is none."""
    found = find_dates(question, now)
    assert [each.since or each.until for each in found] == [now] * len(found)
