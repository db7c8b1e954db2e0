from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from remembered import NOON, make_follow, make_given

from bot.memory import figures as figures_module
from bot.memory.figures import UNANSWERED, Figures
from bot.memory.memory import Memory
from index.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINUTE = timedelta(minutes=1)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """An empty memory."""
    with closing(Database.open(tmp_path / "a.db")) as database:
        yield Memory(database)


def test_nothing_comes_to_nothing(memory: Memory) -> None:
    """A memory in which nothing is kept has figures too."""
    assert memory.figures.since(NOON) == Figures(0, 0, 0, 0, 0, 0, 0, 0, ())


def test_the_figures_are_those_of_the_time(memory: Memory) -> None:
    """What was asked earlier is not counted, nor the votes on it; what was asked at the moment is."""
    kept = [
        make_given(asked=NOON, person=1),
        make_given(asked=NOON + MINUTE, person=1),
        make_given(asked=NOON, person=2, answered=False, question="Who spoke?"),
        make_given(asked=NOON, person=3, answered=False, unread="th", question="Unread?"),
        make_given(asked=NOON - MINUTE, person=4),
        make_given(asked=NOON - MINUTE, person=5, answered=False, question="Earlier?"),
    ]
    for given in kept:
        memory.answers.keep(given)
    for given, votes in zip(kept, [[True, True], [False], [], [], [True, False, False]], strict=False):
        for person, good in enumerate(votes):
            memory.answers.rate(given.key, person, good)
    memory.follows.add(make_follow(begun=NOON - MINUTE), 5)
    memory.follows.add(make_follow("Who spoke?", begun=NOON), 5)
    assert memory.figures.since(NOON) == Figures(
        asked=4,
        answered=2,
        refused=1,
        unread=1,
        good=2,
        bad=1,
        people=3,
        follows=2,
        unanswered=("Who spoke?",),
    )


def test_the_unanswered_are_told_once_newest_first(memory: Memory) -> None:
    """A question that was refused twice stands where it was last asked."""
    for minute, question in enumerate(["First?", "Second?", "First?", "\ud83d", "Third?", "Second?"]):
        memory.answers.keep(make_given(question=question, answered=False, asked=NOON + minute * MINUTE))
    assert memory.figures.since(NOON).unanswered == ("Second?", "Third?", "\ud83d", "First?")


def test_the_unanswered_are_not_too_many(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the oldest are left out, and counted all the same."""
    assert UNANSWERED == 1_000
    monkeypatch.setattr(figures_module, "UNANSWERED", 2)
    for minute in range(4):
        asked = NOON + minute * MINUTE
        memory.answers.keep(make_given(question=f"What of {minute}?", answered=False, asked=asked))
    figures = memory.figures.since(NOON)
    assert figures.unanswered == ("What of 3?", "What of 2?")
    assert figures.refused == 4
