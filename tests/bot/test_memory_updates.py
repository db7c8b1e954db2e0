from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from remembered import at_once, make_taken

from bot.memory.memory import Memory
from bot.memory.updates import Sent, Taken
from index.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.memory.updates import Updates

BOT, OTHER_BOT, ANN = 42, 43, 7_771_234_567
FIRST, SECOND = Sent(501, 1_700_000_000), Sent(502, 1_700_000_001)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database."""
    with closing(Database.open(tmp_path / "a.db")) as opened:
        yield opened


@pytest.fixture
def memory(database: Database) -> Memory:
    """An empty memory."""
    return Memory(database)


@pytest.fixture
def updates(memory: Memory) -> Updates:
    """The updates of one bot."""
    return memory.updates_of(BOT)


def test_each_is_taken_once(updates: Updates) -> None:
    """What was taken before, or stands twice among those that come, is known."""
    assert updates.take([make_taken(1), make_taken(2), make_taken(1)]) == [True, True, False]
    assert updates.take([make_taken(2), make_taken(3)]) == [False, True]
    assert updates.take_one(make_taken(3)) is False
    assert updates.take_one(make_taken(4)) is True


def test_it_is_taken_once_when_it_is_done_too(updates: Updates) -> None:
    """Telegram may hand over what was worked on long ago."""
    updates.take([make_taken(1)])
    updates.finish(1)
    assert updates.take([make_taken(1)]) == [False]


def test_two_bots_count_for_themselves(memory: Memory, updates: Updates) -> None:
    """The same number of another bot is another update."""
    updates.take([make_taken(1)])
    other = memory.updates_of(OTHER_BOT)
    assert other.take([make_taken(1)]) == [True]
    other.finish(1)
    assert [each.number for each in updates.left()] == [1]
    assert other.left() == []


def test_what_is_not_done_is_left_in_order(updates: Updates) -> None:
    """What was taken and not finished comes back whole, by number, with what was sent for it."""
    some = [make_taken(number) for number in (5, 3, 4)]
    updates.take(some)
    updates.note(3, 0, FIRST)
    updates.note(3, 1, SECOND)
    updates.note(4, 0, FIRST)
    updates.finish(4)
    left = updates.left()
    assert [(each.number, each.body) for each in left] == [(3, some[1].body), (5, some[0].body)]
    assert [each.sent for each in left] == [{0: FIRST, 1: SECOND}, {}]
    assert abs(datetime.now(UTC) - left[0].arrived) < timedelta(minutes=1)


def test_each_new_beginning_is_counted(updates: Updates) -> None:
    """How often the work was begun is known, so that what ends the program is not begun for ever."""
    updates.take([make_taken(1)])
    assert [updates.begin_again(1) for _ in range(3)] == [1, 2, 3]
    assert [each.tries for each in updates.left()] == [3]
    assert updates.begin_again(2) == 0


def test_of_what_is_done_only_the_number_is_kept(updates: Updates, database: Database) -> None:
    """When the work is done nothing tells who wrote, what, or what was sent."""
    updates.take([make_taken(1)])
    updates.note(1, 0, FIRST)
    updates.finish(1)
    with database.transaction() as connection:
        rows = connection.exec_driver_sql("SELECT bot, number, person, body, tries FROM updates").all()
        assert connection.exec_driver_sql("SELECT count(*) FROM sends").scalar() == 0
    assert [tuple(row) for row in rows] == [(BOT, 1, None, None, 0)]


def test_numbers_are_let_go(updates: Updates) -> None:
    """After two days a number is forgotten, unless its work is still to be done."""
    updates.take([make_taken(1), make_taken(2)])
    updates.finish(1)
    now = datetime.now(UTC)
    updates.let_go(now + timedelta(days=1))
    assert updates.take([make_taken(1)]) == [False]
    updates.let_go(now + timedelta(days=3))
    assert updates.take([make_taken(1), make_taken(2)]) == [True, False]


def test_many_at_once_are_each_taken_once(memory: Memory, updates: Updates) -> None:
    """Of several threads and programs that take the same update at the same moment one gets it."""
    others = [memory.updates_of(BOT) for _ in range(3)]
    takers = [updates, *others] * 3
    numbers = [1, 2, 3]
    calls = [partial(taker.take_one, make_taken(number)) for taker in takers for number in numbers]
    assert sum(at_once(calls)) == len(numbers)
    at_once([partial(updates.note, number, place, FIRST) for number in numbers for place in range(4)])
    assert [len(each.sent) for each in updates.left()] == [4, 4, 4]
    at_once([partial(updates.finish, number) for number in numbers])
    assert updates.left() == []


def test_of_others_updates_only_what_is_not_theirs_outlives_who_is_forgotten(
    memory: Memory, updates: Updates
) -> None:
    """What somebody replies to and quotes of theirs goes, and so does their being named; the rest stays."""
    by_ann, mention = {"message_id": 1, "from": {"id": ANN}, "text": "words"}, {"type": "text_mention"}
    message = {
        "from": {"id": 8},
        "text": f"And? {ANN}",
        "entities": [{**mention, "user": {"id": ANN}}, mention],
    }
    elsewhere = {"origin": {"type": "user", "sender_user": {"id": ANN}}, "photo": []}
    replies: list[dict[str, Any]] = [
        {"reply_to_message": by_ann},
        {"external_reply": elsewhere},
        {"contact": {"user_id": ANN}},
    ]
    other = {"message": {"from": {"id": 8}, "reply_to_message": {"from": {"id": 9}}, "quote": {"text": "x"}}}
    for number, each in enumerate(replies):
        updates.take([Taken(number, 8, {"message": {**message, **each, "quote": {"text": "words"}}})])
    updates.take([Taken(len(replies), 8, other)])
    memory.forget(ANN)
    rest = {**message, "entities": [mention]}
    kept = [{"message": rest}, {"message": rest}, {"message": {**rest, "quote": {"text": "words"}}}, other]
    assert [each.body for each in updates.left()] == kept


def test_what_is_passed_on_of_who_is_forgotten_is_nothing_any_more(memory: Memory, updates: Updates) -> None:
    """Without the mark of its origin it would be taken for the words, or the order, of who passed it on."""
    origin = {"type": "user", "sender_user": {"id": ANN}}
    updates.take([Taken(1, 8, {"message": {"from": {"id": 8}, "text": "/forget", "forward_origin": origin}})])
    memory.forget(ANN)
    assert updates.left() == []


@given(st.dictionaries(st.text(max_size=4), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_what_was_written_comes_back(body: dict[str, object]) -> None:
    """Whatever JSON an update holds, halves of surrogate pairs and NUL too, is what is left after a crash."""
    with closing(Database.open("sqlite://")) as database:
        updates = Memory(database).updates_of(BOT)
        updates.take([make_taken(1, body=body)])
        assert [each.body for each in updates.left()] == [body]
