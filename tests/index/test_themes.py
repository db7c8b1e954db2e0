# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from typing import TYPE_CHECKING

from fakes import FakeEncoder
from hypothesis import given
from hypothesis import strategies as st

from index.answering.themes import QUESTIONS, group_by_meaning

if TYPE_CHECKING:
    from index.coverage import Coverage

HARBOUR = ["when harbour ice", "harbour ice when closed", "when harbour ice melts"]
BREAD = ["price bread", "bread price rises"]
ALONE = "zeppelin"


def test_questions_of_like_meaning_are_a_group() -> None:
    """The largest group first, whatever the order they came in."""
    mixed = [BREAD[0], ALONE, HARBOUR[0], HARBOUR[1], BREAD[1], HARBOUR[2]]
    groups = group_by_meaning(mixed, FakeEncoder())
    assert [sorted(group) for group in groups] == [sorted(HARBOUR), sorted(BREAD), [ALONE]]


def test_the_most_central_question_speaks_for_its_group() -> None:
    """The one that shares the most with all others stands first."""
    middle = "harbour ice closed when"
    group = [f"{middle} ferry bread", middle, f"{middle} mayor road"]
    assert group_by_meaning(group, FakeEncoder())[0][0] == middle


def test_a_question_that_came_often_counts_often() -> None:
    """Each time it was asked."""
    assert group_by_meaning([*HARBOUR, *[ALONE] * 4], FakeEncoder())[0] == [ALONE] * 4


def test_few_questions_are_few_groups() -> None:
    """None are none, one is one, and nothing is encoded for that."""
    encoder = FakeEncoder()
    assert group_by_meaning([], encoder) == []
    assert group_by_meaning([ALONE], encoder) == [[ALONE]]


def test_what_the_model_cannot_read_is_grouped_by_language() -> None:
    """Its embedding would place it anywhere."""
    encoder = FakeEncoder()
    encoder.languages = frozenset({"en"})
    asked = ["Скільки кораблів чекало?", *HARBOUR, "Що сказав мер про зиму?", "谁赢得了选举？"]
    groups = group_by_meaning(asked, encoder)
    assert [sorted(group) for group in groups] == [sorted(HARBOUR), sorted([asked[0], asked[4]]), [asked[5]]]


def test_only_the_first_thousand_are_looked_at() -> None:
    """More would take memory for each pair."""
    groups = group_by_meaning([ALONE] * (QUESTIONS + 5), FakeEncoder())
    assert [len(group) for group in groups] == [QUESTIONS]


@given(st.lists(st.text(st.characters(), max_size=30), max_size=12))
def test_every_question_is_in_one_group(questions: list[str]) -> None:
    """As it was typed, whatever that was; and the groups are the same each time."""
    groups = group_by_meaning(questions, FakeEncoder())
    assert sorted(each for group in groups for each in group) == sorted(questions)
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)
    assert groups == group_by_meaning(questions, FakeEncoder())


def test_the_real_model_tells_themes_apart(shipped: Coverage) -> None:
    """Three ways to ask of prices are one theme, and two of troops another."""
    prices = ["Why is bread so expensive?", "How much did food prices rise?", "Are groceries getting dearer?"]
    troops = ["How many North Korean soldiers are in Russia?", "Are North Korean troops fighting?"]
    groups = shipped.themes([troops[0], prices[0], prices[1], troops[1], prices[2]])
    assert [sorted(group) for group in groups] == [sorted(prices), sorted(troops)]
