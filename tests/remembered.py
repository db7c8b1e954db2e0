"""Answers and follows made for tests of the memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import TYPE_CHECKING, Any, TypeVar

from bot.memory.answers import Given, new_key
from bot.memory.follows import Follow
from bot.memory.updates import Taken
from index.records import Mark, Query, digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
GROUP = -1_002_003_004_005
T = TypeVar("T")


def make_given(**fields: Any) -> Given:
    """An answer to person 7 in a group; whatever is not given has a value of its own."""
    values: dict[str, Any] = {
        "key": new_key(),
        "person": 7,
        "chat": GROUP,
        "thread": None,
        "asked_in": 100,
        "messages": (),
        "question": "How many ships waited?",
        "query": Query("How many ships waited?", since=date(2025, 1, 1), sources=("The Gull",)),
        "answered": True,
        "confidence": 0.75,
        "newest": date(2025, 1, 11),
        "marks": (Mark("harbour", 30, 56, digest_of("Forty ships waited outside."), ((30, 56),), 0.75),),
        "unread": None,
        "asked": NOON,
    }
    return Given(**(values | fields))


def make_follow(question: str = "How many ships waited?", **fields: Any) -> Follow:
    """A follow of person 7 in a group; whatever is not given has a value of its own."""
    values: dict[str, Any] = {
        "key": new_key(),
        "person": 7,
        "chat": GROUP,
        "thread": None,
        "language": "en",
        "after": 40,
        "begun": NOON,
    }
    return Follow(question=question, **(values | fields))


def make_taken(number: int, **fields: Any) -> Taken:
    """An update of person 7 with a question; whatever is not given has a value of its own."""
    message = {"message_id": number, "date": 1_700_000_000, "text": "How many ships waited?"}
    person = fields.get("person", 7)
    told = {"update_id": number, "message": message | {"from": {"id": person}, "chat": {"id": person}}}
    return Taken(**({"number": number, "person": person, "body": told} | fields))


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """What the calls return, each made in a thread of its own, all at the same moment."""
    barrier = Barrier(len(calls))

    def call(wanted: Callable[[], T]) -> T:
        barrier.wait(timeout=30)
        return wanted()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))
