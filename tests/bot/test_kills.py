from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from asking import (
    NEVER,
    NOTING,
    ONCE,
    TOLD_ONLY,
    TWICE,
    TWICE_LOST,
    Question,
    Reply,
    make_home,
    outcome_of,
    tally,
)
from bot_api.records import Call
from killing import WHENS, besieged

if TYPE_CHECKING:
    from pathlib import Path

    from killing import Way

# Seconds for the last program to answer what the killed ones have left.
SETTLING = 60.0


@pytest.mark.parametrize("way", ["polling", "webhook"])
def test_kills_lose_no_question(tmp_path: Path, way: Way) -> None:
    """Whenever it is killed, every question is answered; twice only where it died before it could note it."""
    chance = Random(len(way))  # noqa: S311 - the same moments each time
    with besieged(make_home(tmp_path), way, chance, at_once=20) as killing:
        for when in WHENS:
            killing.kill(when)
        killing.settle(SETTLING)
        counts = tally(killing.people, killing.api.calls, [kill.at for kill in killing.kills])
    assert counts["questions"] > 10
    assert {name: counts[name] for name in (TWICE, NEVER, TOLD_ONLY)} == {TWICE: 0, NEVER: 0, TOLD_ONLY: 0}
    assert counts[ONCE] + counts[TWICE_LOST] == counts["questions"]
    assert killing.people.strange == []
    assert killing.complaints == []


@pytest.mark.parametrize(
    ("moments", "kills", "told_at", "name", "gaps"),
    [
        ([], [], 0, NEVER, ()),
        ([1], [], 1, ONCE, ()),
        ([1, 5], [], 1, TWICE, ()),
        ([1, 5], [], 0, TWICE_LOST, ()),
        ([1, 5], [1.25], 1.0, TWICE_LOST, (0.25,)),
        ([1, 5], [0.75], 1.0, TWICE_LOST, (-0.25,)),
        ([1, 5], [1.25 + NOTING], 1.0, TWICE, (0.25 + NOTING,)),
        ([1, 5], [6], 1.0, TWICE, ()),
    ],
)
def test_outcomes(
    moments: list[float], kills: list[float], told_at: float, name: str, gaps: tuple[float, ...]
) -> None:
    """What came twice is excused only by a lost answer, or by a kill soon after it and before the next."""
    calls = [Call("sendMessage", {}, done_at=at, told_at=told_at) for at in moments]
    replies = [Reply(at, place, is_answer=True) for place, at in enumerate(moments)]
    assert outcome_of(Question(0, 1, 1, 0.0, replies), calls, kills) == (name, gaps)


def test_told_is_no_answer() -> None:
    """Somebody who only hears that it failed was not answered."""
    question = Question(0, 1, 1, 0.0, [Reply(1, 0, is_answer=False)])
    assert outcome_of(question, [Call("sendMessage", {})], []).name == TOLD_ONLY
