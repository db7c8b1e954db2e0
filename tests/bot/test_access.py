from __future__ import annotations

import time

import pytest
from limits.storage import memory as storage

from bot.telegram import access
from bot.telegram.access import Access, Limits

ADMIN, ANN, BOB = 1, 2, 3
NEWSROOM, KITCHEN = -100, -200


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def time(self) -> float:
        """The moment, as `time.time` tells it."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that the limits look at."""
    made = Clock()
    monkeypatch.setattr(storage, "time", made)
    return made


def opened(person: int = 3, chat: int = 5, chats: frozenset[int] | None = None) -> Access:
    """An access with one admin."""
    return Access(chats, frozenset({ADMIN}), Limits(person, chat))


def test_everybody_may_ask_where_no_chats_are_named() -> None:
    """Without a list a person in private and anybody in a group are welcome."""
    door = opened()
    assert door.check(ANN, ANN).welcome
    assert door.check(NEWSROOM, BOB).welcome


def test_only_those_named_may_ask() -> None:
    """A listed person may in private and anybody in a listed group; elsewhere neither may."""
    door = opened(chats=frozenset({ANN, NEWSROOM}))
    assert door.check(ANN, ANN).welcome
    assert door.check(NEWSROOM, BOB).welcome
    assert door.check(BOB, BOB).reason == "stranger"
    assert door.check(KITCHEN, ANN).reason == "stranger"


def test_admins_always_may() -> None:
    """An admin is welcome anywhere and without limit; nobody else is an admin."""
    door = opened(person=1, chats=frozenset())
    assert all(door.check(KITCHEN, ADMIN).welcome for _ in range(10))
    assert door.is_admin(ADMIN)
    assert not door.is_admin(ANN)


def test_person_is_limited_wherever_they_ask(clock: Clock) -> None:
    """A person's questions count together; others are not concerned, and a minute later it begins anew."""
    door = opened()
    asked = [door.check(chat, ANN).reason for chat in (ANN, NEWSROOM, KITCHEN, ANN, NEWSROOM)]
    assert asked == ["welcome", "welcome", "welcome", "too much", "too much"]
    assert door.check(NEWSROOM, BOB).welcome
    clock.now += 61
    assert door.check(ANN, ANN).welcome


def test_window_moves(clock: Clock) -> None:
    """A limit holds in any minute, not in each that the clock begins."""
    door = opened(person=2)
    door.check(ANN, ANN)
    clock.now += 40
    door.check(ANN, ANN)
    clock.now += 19
    assert not door.check(ANN, ANN).welcome
    clock.now += 2
    assert door.check(ANN, ANN).welcome
    assert not door.check(ANN, ANN).welcome


def test_chat_is_limited(clock: Clock) -> None:
    """What many people ask in one group counts together; in private they may still."""
    door = opened()
    asked = [door.check(NEWSROOM, person).welcome for person in range(10, 17)]
    assert asked == [True] * 5 + [False] * 2
    assert door.check(16, 16).welcome
    clock.now += 61
    assert door.check(NEWSROOM, 10).welcome


def test_polite_word_is_said_once_a_minute(clock: Clock) -> None:
    """Who asks on and on is told so once in a minute, and a stranger likewise."""
    door = opened(person=1, chats=frozenset({ANN}))
    door.check(ANN, ANN)
    assert [door.check(ANN, ANN).tell for _ in range(3)] == [True, False, False]
    assert [door.check(BOB, BOB).tell for _ in range(3)] == [True, False, False]
    clock.now += 61
    assert door.check(BOB, BOB).tell
    assert not door.check(ANN, ANN).tell
    assert door.check(ANN, ANN).tell


def test_group_is_told_once_that_it_asks_too_much(clock: Clock) -> None:
    """Where the group has asked too much, the next person who tries is not told again."""
    door = opened(chat=1)
    assert door.check(NEWSROOM, ANN).welcome
    assert [door.check(NEWSROOM, person).tell for person in (ANN, BOB, 10)] == [True, False, False]
    assert clock.now


def test_those_who_are_gone_are_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many who asked once, none is kept for long, and who asks now keeps their count."""
    monkeypatch.setattr(access, "NAMES", 50)
    door = opened(person=1)
    for person in range(1000, 1800):
        door.check(person, person)
        if not person % 40:
            clock.now += 61
            door.check(ANN, ANN)
            # The library lets go of what is over in a thread, a hundredth of a second after a question.
            time.sleep(0.03)
    assert len(door._storage.events) <= 200
    assert not door.check(ANN, ANN).welcome


def test_nobody_is_known_a_minute_after(clock: Clock) -> None:
    """Who has neither asked nor been told anything for a minute is let go of; who has keeps their count."""
    door = opened(person=1, chats=frozenset({ANN, BOB}))
    door.check(BOB, BOB)
    assert door.check(10, 10).tell
    clock.now += 61
    door.check(ANN, ANN)
    assert door.check(11, 11).tell
    door.let_go()
    assert [str(BOB) in name for name in door._storage.events] == [False]
    assert [name.split("/")[2] for name in door._told.storage] == ["11"]
    assert not door.check(ANN, ANN).welcome
    assert door.check(BOB, BOB).welcome
    assert not door.check(11, 11).tell
    assert door.check(10, 10).tell


def test_verdict_is_quick() -> None:
    """A thousand people are judged in well under a second."""
    door = opened()
    begun = time.perf_counter()
    for person in range(10, 1010):
        door.check(NEWSROOM, person)
    assert time.perf_counter() - begun < 1.0
