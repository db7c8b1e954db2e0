from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from asking import NEVER, ONCE, TWICE, TWICE_LOST, make_home, tally
from bot_api.faults import METHODS, NATURES
from killing import besieged
from mischief import Mischief
from programs import running

if TYPE_CHECKING:
    from pathlib import Path

    from bot_api.faults import FaultKind

QUESTIONS, AT_ONCE, SHARE = 120, 40, 0.15
# Those by which Telegram does not refuse the chat, and that take no longer than a moment.
BEFALLING: tuple[FaultKind, ...] = (
    *("429", "429 bare", "500", "500 after", "502 html", "503 html", "504 html after", "away", "drip"),
    *("reset unread", "drop before", "drop after", "reset before", "reset after"),
    *("drop in body", "reset in body", "body too long"),
    *("200 html", "cut JSON", "empty", "no result", "wrong result", "401", "409", "400 moved"),
)


def test_faults_lose_no_question(tmp_path: Path) -> None:
    """With one call in seven going wrong, every question is answered; twice only where an answer was lost."""
    chance = Random(6)  # noqa: S311 - the same faults each time
    with besieged(make_home(tmp_path), "polling", chance, at_once=AT_ONCE) as killing:
        people, mischief = killing.people, Mischief(chance, SHARE, BEFALLING)
        with running(killing.home, killing.api, fake=True, **killing.settings):
            killing.api.fail_by_chance(mischief)
            ends = time.monotonic() + 90
            while (people.waiting or len(people.questions) < QUESTIONS) and time.monotonic() < ends:
                people.read()
                while people.idle and len(people.questions) < QUESTIONS:
                    people.ask()
                time.sleep(0.01)
            killing.api.mend()
        people.read()
        counts = tally(people, killing.api.calls)
    assert sum(mischief.done.values()) > QUESTIONS * SHARE / 2
    assert (counts[TWICE], counts[NEVER], people.strange) == (0, 0, [])
    assert counts[ONCE] + counts[TWICE_LOST] == QUESTIONS


def test_chance_befalls_all() -> None:
    """By chance every kind befalls every method, but those by which Telegram says that the bot is none."""
    mischief = Mischief(Random(1), 1.0)  # noqa: S311 - the same each time
    for method in METHODS:
        for _ in range(600):
            mischief(method.lower())
    befallen = Counter(method for method, _ in mischief.done)
    assert befallen["sendmessage"] == len(NATURES)
    assert befallen["getupdates"] == len(NATURES) - len(("401", "400 moved", "400 chat not found"))
    assert min(befallen.values()) >= len(NATURES) - 3
    assert Mischief(Random(1), 0.0)("sendmessage") is None  # noqa: S311 - the same each time
