"""What was in progress for somebody while they were forgotten is not kept when it is done."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from remembered import GROUP, at_once, make_follow, make_given

from bot.memory import forgetting
from bot.memory.forgetting import Forgetting
from bot.memory.memory import Memory
from index.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANN, BOB = 7, 8
HOUR = timedelta(hours=1)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """An empty memory."""
    with closing(Database.open(tmp_path / "a.db")) as database:
        yield Memory(database)


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@pytest.mark.parametrize("where", [{"person": ANN, "chat": GROUP}, {"person": 0, "chat": ANN}])
def test_answer_in_progress_is_not_kept(memory: Memory, where: dict[str, int]) -> None:
    """An answer whose search had begun before its person was forgotten is gone; nobody else's is."""
    begun = now()
    memory.forget(ANN)
    gone, others = make_given(asked=now(), **where), make_given(asked=now(), person=BOB)
    assert not memory.answers.keep(gone, begun)
    assert memory.answers.find(gone.key) is None
    assert not memory.answers.rate(gone.key, ANN, True)
    assert memory.answers.keep(others, begun)
    assert memory.answers.find(others.key) == others


def test_what_is_asked_afterwards_is_kept(memory: Memory) -> None:
    """Who asks again after they were forgotten is a new person."""
    memory.forget(ANN)
    given, follow = make_given(asked=now()), make_follow(begun=now())
    assert memory.answers.keep(given, now())
    assert memory.follows.add(follow, 5, now()) == "added"
    assert memory.answers.find(given.key) == given
    assert memory.follows.of(ANN) == [follow]


def test_without_a_beginning_the_moment_of_asking_counts(memory: Memory) -> None:
    """An answer asked, or a follow begun, before the person was forgotten is not kept."""
    given, follow = make_given(asked=now()), make_follow(begun=now())
    memory.forget(ANN)
    assert not memory.answers.keep(given)
    memory.follows.add(follow, 5)
    assert memory.follows.count() == 0


def test_follow_in_progress_is_gone_at_once(memory: Memory) -> None:
    """It is as if it had been added and then forgotten, and there is nothing to tell for it."""
    begun = now()
    memory.forget(ANN)
    follow = make_follow(begun=now())
    memory.follows.add(follow, 5, begun)
    assert memory.follows.of(ANN) == []
    assert not memory.follows.tell(follow.key, {"harbour"})
    assert memory.follows.add(make_follow(person=BOB), 5, begun) == "added"
    assert memory.follows.count() == 1


def test_forgetting_and_keeping_at_once_leave_nothing(memory: Memory) -> None:
    """However the two fall together, what had begun before is not there after both."""
    for _ in range(20):
        begun = now()
        given, follow = make_given(asked=begun), make_follow(begun=begun)
        works: list[Any] = [
            partial(memory.answers.keep, given, begun),
            partial(memory.follows.add, follow, 5, begun),
            partial(memory.forget, ANN),
        ]
        at_once(works)
        assert memory.answers.find(given.key) is None
        assert memory.follows.of(ANN) == []


def test_forgetting_is_itself_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of who was forgotten is let go after an hour, or when there are too many."""
    monkeypatch.setattr(forgetting, "PEOPLE", 2)
    known, begun = Forgetting(), now()
    for person in (1, 2, 1, 3):
        known.note(person)
    assert [known.covers(begun, person) for person in (1, 2, 3, 4)] == [True, False, True, False]
    known.let_go()
    assert known.covers(begun, 1)
    monkeypatch.setattr(forgetting, "REMEMBERED", timedelta(0))
    known.let_go()
    assert not known.covers(begun - HOUR, 1, 3)
