from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from remembered import GROUP, NOON, at_once, make_given

from bot.memory.answers import Given, new_key
from bot.memory.memory import Memory
from index.database import Database
from index.records import Mark, Query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.memory.answers import Answers

MINUTE = timedelta(minutes=1)
HARD_TEXTS = [
    "\ud83d",
    "\ude00 and \ud83d",
    "\0",
    "",
    " ",
    "'\"\\;--",
    "Де кораблі?",
    "🏳️\u200d🌈",
    "\u202eabc",
    "null",
]


def joined(text: str) -> str:
    """The text with each two halves of a surrogate pair that follow each other as the character they make."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


ids = st.integers(-(2**52), 2**52)
texts = st.text(max_size=20).map(joined) | st.sampled_from(HARD_TEXTS)
anything = st.text(st.characters(), max_size=20).map(joined) | texts
days = st.none() | st.dates()
zones = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))])
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - the zone is drawn
shares = st.floats(0, 1)
spans = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))
marks = st.builds(
    Mark,
    article_id=anything,
    start=st.integers(0, 10**6),
    end=st.integers(0, 10**6),
    digest=texts,
    highlights=st.lists(spans, max_size=3).map(tuple),
    confidence=shares,
    answers=st.booleans(),
    also=st.lists(anything, max_size=3).map(tuple),
)
queries = st.builds(
    Query,
    text=anything,
    since=days,
    until=days,
    sources=st.lists(anything, max_size=3).map(tuple),
    implied=st.booleans(),
    widened=st.booleans(),
    recent=st.booleans(),
    topic=anything,
)
givens = st.builds(
    Given,
    key=st.builds(new_key),
    person=ids,
    chat=ids,
    thread=st.none() | ids,
    asked_in=ids,
    messages=st.lists(ids, max_size=4).map(tuple),
    question=anything,
    query=queries,
    answered=st.booleans(),
    confidence=shares,
    newest=days,
    marks=st.lists(marks, max_size=3).map(tuple),
    unread=st.none() | anything,
    asked=moments,
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """A memory that fills up with whatever is drawn."""
    with closing(Database.open(tmp_path_factory.mktemp("kept") / "a.db")) as database:
        yield Memory(database)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """An empty memory."""
    with closing(Database.open(tmp_path / "a.db")) as database:
        yield Memory(database)


@pytest.fixture
def answers(memory: Memory) -> Answers:
    """Its answers."""
    return memory.answers


@settings(deadline=None, max_examples=200)
@drawn(given=givens)
def test_an_answer_comes_back_as_it_was(kept: Memory, given: Given) -> None:
    """Every field of it, whatever people typed: halves of surrogate pairs, NUL, nothing at all."""
    kept.answers.keep(given)
    found = kept.answers.find(given.key)
    assert found == given
    assert hash(found) == hash(given)
    assert found.asked.tzinfo is UTC


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_any_text_can_be_asked(answers: Answers, text: str) -> None:
    """Neither a question nor what was understood of it is too strange to be kept."""
    given = make_given(question=text, query=Query(text, sources=(text,), topic=text))
    answers.keep(given)
    assert answers.find(given.key) == given


@pytest.mark.parametrize("key", ["abcdefghij", "", "\ud83d", "\0", "%", "x" * 5_000])
def test_a_key_that_was_never_given_finds_nothing(answers: Answers, key: str) -> None:
    """Whatever a button was made to carry, it is looked for in peace, and changes nothing."""
    given = make_given()
    answers.keep(given)
    assert answers.find(key) is None
    assert not answers.rate(key, 7, True)
    answers.place(key, [1])
    assert answers.find(given.key) == given


def test_a_message_finds_its_newest_answer(answers: Answers) -> None:
    """A question that was edited has several; another chat's message of the same number is another."""
    first = make_given(key="a", asked=NOON, asked_in=5)
    second = make_given(key="b", asked=NOON + MINUTE, asked_in=5)
    third = make_given(key="c", asked=NOON - MINUTE, asked_in=5)
    elsewhere = make_given(asked=NOON + 2 * MINUTE, asked_in=5, chat=GROUP - 1)
    later = make_given(asked=NOON + 2 * MINUTE, asked_in=6)
    for given in (second, first, third, elsewhere, later):
        answers.keep(given)
    assert answers.asked_by(GROUP, 5) == second
    assert answers.asked_by(GROUP - 1, 5) == elsewhere
    assert answers.asked_by(GROUP, 7) is None


def test_where_an_answer_is_shown_is_noted(answers: Answers) -> None:
    """The messages that show it replace those that did, and nothing else of it changes."""
    given, other = make_given(), make_given()
    answers.keep(given)
    answers.keep(other)
    for messages in [(5, 6), (5,), ()]:
        answers.place(given.key, messages)
        assert answers.find(given.key) == replace(given, messages=messages)
    assert answers.find(other.key) == other


def votes(memory: Memory) -> tuple[int, int]:
    """How many found answers good, and how many did not."""
    figures = memory.figures.since(NOON)
    return figures.good, figures.bad


def test_a_person_has_one_vote_and_may_change_it(memory: Memory) -> None:
    """The same again is no news; the other way is, and takes the first vote's place."""
    given = make_given()
    memory.answers.keep(given)
    assert memory.answers.rate(given.key, 7, True)
    assert not memory.answers.rate(given.key, 7, True)
    assert votes(memory) == (1, 0)
    assert memory.answers.rate(given.key, 8, True)
    assert memory.answers.rate(given.key, 7, False)
    assert votes(memory) == (1, 1)


def test_of_equal_votes_at_once_one_is_news(memory: Memory) -> None:
    """A button pressed twenty times at the same moment counts once."""
    for _ in range(3):
        given = make_given()
        memory.answers.keep(given)
        assert sum(at_once([partial(memory.answers.rate, given.key, 7, True)] * 20)) == 1
    assert votes(memory) == (3, 0)


def test_an_answer_that_was_let_go_takes_no_vote(memory: Memory) -> None:
    """A button on an old message says that nothing changed, and keeps nothing."""
    given = make_given(asked=NOON)
    memory.answers.keep(given)
    memory.expire(NOON + MINUTE)
    assert not memory.answers.rate(given.key, 7, True)
    assert memory.forget(7).votes == 0


def test_keys_are_short_safe_and_never_the_same() -> None:
    """Ten characters that a payload may hold, the first of which makes no option of them."""
    keys = [new_key() for _ in range(5_000)]
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{9}", key) for key in keys)
    assert set("".join(keys)) >= set("-_aZ09")


def test_a_day_in_the_query_is_a_day_again(answers: Answers) -> None:
    """Dates come back as dates, not as their spelling."""
    given = make_given(query=Query("Q", since=date(2025, 1, 2), until=date(2025, 1, 3)))
    answers.keep(given)
    found = answers.find(given.key)
    assert found is not None
    assert (found.query.since, found.query.until) == (date(2025, 1, 2), date(2025, 1, 3))
