from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.question import Moment, clean, understand
from index.errors import QuestionError
from index.records import Query

KNOWN = ["The Gull", "Tide & Co", "Їжак"]
JANUARY, MARCH = date(2025, 1, 1), date(2025, 3, 31)
NOW = Moment(date(2025, 4, 20), tuple(KNOWN), newest=date(2025, 4, 19))


def test_a_question_alone_asks_of_everything() -> None:
    """Its words are the text; there is no date and no source."""
    assert understand("  How many\tships?\n", NOW) == Query("How many ships?", topic="How many ships?")


def test_dates_and_sources_become_the_querys_own() -> None:
    """Both days and the sources as the articles have them."""
    query = understand("ships", NOW, since=JANUARY, until=MARCH, sources=["Їжак", "The Gull"])
    assert query == Query("ships", JANUARY, MARCH, ("Їжак", "The Gull"), topic="ships")


@pytest.mark.parametrize("source", ["the gull", "THE GULL", " The Gull "])
def test_a_source_is_known_in_any_case(source: str) -> None:
    """The query has the name that the articles have."""
    assert understand("ships", NOW, sources=[source]).sources == ("The Gull",)
    assert understand("ships", NOW, sources=["ЇЖАК"]).sources == ("Їжак",)


def test_a_source_spelt_exactly_is_taken_before_one_in_another_case() -> None:
    """Two sources that differ in case alone can both be asked for."""
    assert understand("ships", replace(NOW, sources=("Gull", "GULL")), sources=["GULL"]).sources == ("GULL",)


def test_one_day_may_be_both_ends() -> None:
    """A single day is a range."""
    assert understand("ships", NOW, since=MARCH, until=MARCH).filtered


def test_dates_the_wrong_way_round_are_refused() -> None:
    """The message has both days and says what to do."""
    with pytest.raises(QuestionError, match="both since 2025-03-31 and until 2025-01-01; swap them"):
        understand("ships", NOW, since=MARCH, until=JANUARY)


def test_the_questions_own_words_may_imply_filters() -> None:
    """A time of reporting and a reporter are filters, which can be let go again."""
    query = understand("What did The Gull report in March?", NOW)
    assert (query.since, query.until) == (date(2025, 2, 28), date(2025, 4, 3))
    assert (query.sources, query.implied, query.widened) == (("The Gull",), True, False)
    wider = query.widen()
    assert (wider.filtered, wider.implied, wider.widened) == (False, False, True)


def test_given_filters_leave_no_room_for_implied_ones() -> None:
    """Who names dates or sources gets those and no others."""
    query = understand("What did The Gull report in March?", NOW, since=JANUARY)
    assert (query.since, query.until, query.sources, query.implied) == (JANUARY, None, (), False)


def test_a_question_leans_on_the_one_before() -> None:
    """What is run is the whole of both; the next question may lean on the same topic."""
    query = understand("why?", replace(NOW, topic="Who closed the harbour?"))
    assert (query.text, query.topic) == ("Who closed the harbour? why?", "Who closed the harbour?")


def test_what_would_be_too_long_together_is_asked_alone() -> None:
    """A long question before it does not make a short one too long."""
    assert understand("why?", replace(NOW, topic="x " * 499)).text == "why?"


@pytest.mark.parametrize(
    ("known", "named"),
    [
        ([], "none names its source"),
        (["A"], "the sources are: A"),
        (list("ABCDE"), "the sources are: A, B, C, D, E"),
        (list("ABCDEF"), "the sources are: A, B, C, D, E …"),
    ],
)
def test_an_unknown_source_is_told_with_those_there_are(known: list[str], named: str) -> None:
    """The message names the source, and the first five of the known ones."""
    with pytest.raises(QuestionError) as caught:
        understand("ships", replace(NOW, sources=tuple(known)), sources=["Gul"])
    assert str(caught.value) == f"no article is from 'Gul'; {named}"


@pytest.mark.parametrize(
    ("asked", "template", "values"),
    [
        ({"question": "?!"}, "there are no words in that; ask a question about the news", {}),
        (
            {"question": "x" * 1001},
            "that is {length} characters long; ask in at most {limit}",
            {"length": 1001, "limit": 1000},
        ),
        (
            {"question": "ice", "since": date(2025, 2, 1), "until": date(2025, 1, 1)},
            "no day is both since {since} and until {until}; swap them",
            {"since": date(2025, 2, 1), "until": date(2025, 1, 1)},
        ),
        (
            {"question": "ice", "sources": ["{x}"]},
            "no article is from '{source}'; none names its source",
            {"source": "{x}"},
        ),
    ],
)
def test_a_refusal_can_be_said_in_another_language(
    asked: dict[str, Any], template: str, values: dict[str, object]
) -> None:
    """It carries its sentence and what belongs into it; together they are the message."""
    with pytest.raises(QuestionError) as caught:
        understand(moment=replace(NOW, sources=()), **asked)
    assert (caught.value.template, caught.value.values) == (template, values)
    in_english = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    assert str(caught.value) == template.format(**in_english)


@pytest.mark.parametrize("source", ["a\nb", "\x1b[31mred", "\udcff", "x" * 5000])
def test_the_message_about_a_source_is_one_printable_line(source: str) -> None:
    """Whatever was typed, it neither breaks the line nor drives the terminal, and it has an end."""
    with pytest.raises(QuestionError) as caught:
        understand("ships", NOW, sources=[source])
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["", "   ", "?!", "\n\t", "\x00\x07", "…—", "🚢", "\ud800"])
def test_without_words_there_is_nothing_to_look_for(text: str) -> None:
    """Signs, controls and pictures alone are no question."""
    with pytest.raises(QuestionError, match="no words in that; ask a question"):
        understand(text, NOW)


@pytest.mark.parametrize("text", ["7", "日本", "є?", "Ice"])
def test_a_letter_or_a_digit_is_a_word(text: str) -> None:
    """One is enough, of any alphabet."""
    assert understand(text, NOW).text == text


def test_a_question_has_at_most_1000_characters() -> None:
    """What cannot be seen does not count; one more is refused with both numbers."""
    assert len(understand(" \n " + "x" * 1000 + "\x00\t", NOW).text) == 1000
    with pytest.raises(QuestionError, match="1,001 characters long; ask in at most 1,000"):
        understand("x" * 1001, NOW)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b\x1bc\x7fd\x9fe", "abcde"),
        ("a\r\nb\x0bc\x85d\u2028e\u3000f\u00a0g", "a b c d e f g"),
        ("a\ud800b", "a?b"),
        ("a\ue000b\uffffc\U0010ffffd", "abcd"),
        ("Ґ 👩‍🚒 e\u0301 क्ष", "Ґ 👩‍🚒 e\u0301 क्ष"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text: str, cleaned: str) -> None:
    """Controls and what is no character go, any white space is a space, and the rest stays as it is."""
    assert clean(text) == cleaned


anything = st.text(st.characters(), max_size=60)


@given(anything)
def test_cleaning_again_changes_nothing(text: str) -> None:
    """The clean question is one line, with single spaces, and can be encoded."""
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned.split(" ") == cleaned.split() or not cleaned
    assert cleaned.splitlines() in ([], [cleaned])
    assert cleaned.encode().decode() == cleaned


@given(anything, st.none() | st.dates(), st.none() | st.dates(), st.lists(anything | st.sampled_from(KNOWN)))
def test_a_question_is_understood_or_refused(
    text: str, since: date | None, until: date | None, sources: list[str]
) -> None:
    """Whatever is typed, there is a query or a `QuestionError`."""
    try:
        query = understand(text, NOW, since=since, until=until, sources=sources)
    except QuestionError:
        return
    assert query.text == clean(text)
    assert query.implied or (query.since, query.until) == (since, until)
    assert set(query.sources) <= set(KNOWN)
