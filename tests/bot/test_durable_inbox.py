"""Updates are done once, whatever ends the program, in the whole program against a Bot API on loopback."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from bot_api.faults import MOVED, NATURES
from bot_api.server import TOKEN, BotApi
from desks import ADMIN, knowing_admin
from harbour import QUESTION, write_articles
from living import called, living, until

from bot.memory.memory import Memory
from bot.memory.updates import Sent, Taken
from bot.telegram import errors, inbox
from bot.telegram import pace as paces
from bot.telegram.errors import ROUNDS
from bot.telegram.running import PROGRAMS
from index.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from bot_api.faults import FaultKind
    from bot_api.records import Sent as Message

    from bot.memory.updates import Updates
    from index.coverage import Coverage

BOT = int(TOKEN.partition(":")[0])
ANSWER = "Forty1 ships waited outside the harbour"

api = pytest.fixture(knowing_admin)


@pytest.fixture
def harbour(coverage: Coverage, tmp_path: Path) -> Coverage:
    """A coverage that answers the question about the harbour."""
    coverage.index([str(write_articles(tmp_path / "harbour", 1))])
    return coverage


@pytest.fixture
def kept(harbour: Coverage) -> Updates:
    """The updates that the bot has recorded."""
    return Memory(harbour.database).updates_of(BOT)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram that is away is tried again soon."""
    monkeypatch.setattr(paces, "AWAY", (0.01,))
    monkeypatch.setattr(errors, "FIRST_TRY", 0.05)
    monkeypatch.setattr(errors, "LAST_TRY", 0.1)


def left_behind(kept: Updates, api: BotApi, update: dict[str, Any]) -> int:
    """Record an update as a program does that dies before the work on it; its number."""
    number = api.push(update)
    told = {**update, "update_id": number}
    kept.take([Taken(number, updates.PERSON, told)])
    return number


def open_numbers(coverage: Coverage) -> list[int]:
    """The numbers of the updates whose work is not done."""
    with coverage.database.transaction() as connection:
        rows = connection.exec_driver_sql("SELECT number FROM updates WHERE body IS NOT NULL ORDER BY number")
        return [row.number for row in rows]


def answers(api: BotApi) -> list[Message]:
    """The answers to the question that were sent."""
    return [message for message in api.sent if ANSWER in message.plain]


def set_back(coverage: Coverage, hours: int) -> None:
    """Let what is recorded have come so many hours earlier."""
    earlier = (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S.000000")
    with coverage.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE updates SET arrived = ?", (earlier,))


async def test_what_is_answered_is_done(harbour: Coverage, api: BotApi) -> None:
    """Once a question is answered nothing of it is left but its number."""
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert open_numbers(harbour) == []
    with harbour.database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM updates").scalar() == 1


async def test_what_a_crash_left_is_answered_at_the_next_start(
    harbour: Coverage, api: BotApi, kept: Updates
) -> None:
    """A question that was recorded and never answered is answered, once, though Telegram sends it again."""
    left_behind(kept, api, updates.private_message(QUESTION))
    async with living(harbour, api):
        await until(api, lambda: api.sent and not api.unconfirmed)
    assert len(api.sent) == 1
    assert ANSWER in api.sent[0].plain
    assert open_numbers(harbour) == []


async def test_what_was_answered_is_not_answered_again(harbour: Coverage, api: BotApi, kept: Updates) -> None:
    """Telegram may hand over again what was done before; nobody hears of it."""
    number = left_behind(kept, api, updates.private_message(QUESTION))
    kept.finish(number)
    async with living(harbour, api):
        await until(api, lambda: not api.unconfirmed)
        api.push(updates.private_message("/help"))
        await until(api, lambda: api.sent)
    assert [message.plain.splitlines()[0] for message in api.sent if ANSWER in message.plain] == []
    assert len(api.sent) == 1


async def test_what_was_sent_before_a_crash_is_not_sent_again(
    harbour: Coverage, api: BotApi, kept: Updates
) -> None:
    """Where the answer had gone out, and only its end was not noted, it is noted now, and nothing is sent."""
    number = left_behind(kept, api, updates.private_message(QUESTION))
    kept.note(number, 0, Sent(9_000, 1_700_000_000))
    async with living(harbour, api):
        await until(api, lambda: not api.unconfirmed)
    assert api.sent == ()
    assert open_numbers(harbour) == []


async def test_what_comes_too_late_is_said_to_be(harbour: Coverage, api: BotApi, kept: Updates) -> None:
    """A question older than the setting is not answered, and its person is asked to ask again."""
    left_behind(kept, api, updates.private_message(QUESTION))
    set_back(harbour, hours=7)
    async with living(harbour, api):
        await until(api, lambda: api.sent)
    (message,) = api.sent
    assert message.plain == "You asked this long ago, and I was not at work. Please ask again."
    assert open_numbers(harbour) == []


async def test_how_late_is_too_late_is_a_setting(harbour: Coverage, api: BotApi, kept: Updates) -> None:
    """With a day to answer in, a question of seven hours ago is answered."""
    left_behind(kept, api, updates.private_message(QUESTION))
    set_back(harbour, hours=7)
    async with living(harbour, api, DATELINE_ANSWER_WITHIN="24h"):
        await until(api, lambda: api.sent)
    assert ANSWER in api.sent[0].plain


async def test_what_ends_the_program_is_given_up(
    harbour: Coverage, api: BotApi, kept: Updates, caplog: pytest.LogCaptureFixture
) -> None:
    """An update that ten programs have begun again and not done is given up; its person is told."""
    number = left_behind(kept, api, updates.private_message(QUESTION))
    for _ in range(PROGRAMS):
        kept.begin_again(number)
    async with living(harbour, api):
        await until(api, lambda: api.sent)
    assert len(api.sent) == 1
    assert api.sent[0].plain.startswith("Something went wrong on my side")
    assert open_numbers(harbour) == []
    assert "begun again 10 times" in caplog.text


async def test_what_cannot_be_read_any_more_is_let_go(harbour: Coverage, api: BotApi, kept: Updates) -> None:
    """A recorded update that this library cannot parse stands in nobody's way."""
    kept.take([Taken(7, None, {"update_id": 7, "message": "words"})])
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert open_numbers(harbour) == []


@pytest.mark.usefixtures("soon")
async def test_answer_waits_for_telegram(
    harbour: Coverage, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """While Telegram takes no messages a question waits, however often that fails, and is answered once."""
    caplog.set_level(logging.WARNING)
    api.fail("sendMessage", 30, "502 html")
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert [ANSWER in message.plain for message in api.sent] == [True]
    assert called(api, "sendMessage") == 31
    assert "an update waits for" in caplog.text
    assert open_numbers(harbour) == []


@pytest.mark.usefixtures("soon")
async def test_what_may_have_been_sent_is_not_sent_for_ever(harbour: Coverage, api: BotApi) -> None:
    """Where Telegram's answer is lost each time, a question is given up after five tries of two."""
    api.fail("sendMessage", 100, "drop before")
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: called(api, "sendMessage") >= 2 * ROUNDS + 2)
        await asyncio.sleep(0.3)
        # An apology is tried too, twice.
        assert called(api, "sendMessage") == 2 * ROUNDS + 2
    assert open_numbers(harbour) == []


async def told_in_the_end(harbour: Coverage, api: BotApi) -> list[str]:
    """Ask, and wait until something is sent; what was, once nothing is open any more."""
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert open_numbers(harbour) == []
    return [message.plain for message in api.sent]


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    "kind", ["200 html", "cut JSON", "empty", "no result", "wrong result", "body too long"]
)
async def test_answer_of_telegram_that_cannot_be_read_is_no_failure(
    harbour: Coverage, api: BotApi, kind: FaultKind
) -> None:
    """Where Telegram's answer says nothing of what was done, it is sent again and nobody is alarmed."""
    api.fail("sendMessage", 1, kind)
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: called(api, "sendMessage") == 2 and not open_numbers(harbour))
    assert [ANSWER in message.plain for message in api.sent] == [True] * (1 + NATURES[kind].effect)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("kind", ["401", "409"])
async def test_refusal_of_the_program_is_not_one_of_the_message(
    harbour: Coverage, api: BotApi, kind: FaultKind
) -> None:
    """What is refused since the token is, or another program is at work, waits until it can be sent."""
    api.fail("sendMessage", 3, kind)
    assert [ANSWER in told for told in await told_in_the_end(harbour, api)] == [True]


@pytest.mark.usefixtures("soon")
async def test_apology_waits_for_telegram(harbour: Coverage, api: BotApi) -> None:
    """Where the apology cannot be sent either, the question stays open, and is answered in the end."""
    api.fail("sendMessage", 1, "400 chat not found")
    api.fail("sendMessage", 20, "502 html")
    assert [ANSWER in told for told in await told_in_the_end(harbour, api)] == [True]


@pytest.mark.usefixtures("soon")
async def test_apology_is_all_that_is_tried_in_the_end(harbour: Coverage, api: BotApi) -> None:
    """What may have been sent in all its rounds is not sent again later, but apologised for."""
    api.fail("sendMessage", 2 * ROUNDS, "drop before")
    api.fail("sendMessage", 20, "502 html")
    (told,) = await told_in_the_end(harbour, api)
    assert told.startswith("Something went wrong on my side")


async def test_answer_follows_a_group_that_has_moved(harbour: Coverage, api: BotApi) -> None:
    """A group that became a supergroup after it asked gets its answer there."""
    api.add_chat(MOVED, "supergroup")
    api.fail("sendMessage", 1, "400 moved")
    async with living(harbour, api):
        api.push(updates.mention(QUESTION))
        await until(api, lambda: api.sent)
    assert [(message.chat_id, ANSWER in message.plain) for message in api.sent] == [(MOVED, True)]


@pytest.mark.usefixtures("soon")
async def test_stop_leaves_what_waits_for_the_next_start(
    harbour: Coverage, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that waits for Telegram when the bot is stopped is answered after the next start."""
    monkeypatch.setattr(errors, "FIRST_TRY", 60.0)
    monkeypatch.setattr(errors, "LAST_TRY", 60.0)
    api.fail("sendMessage", 4, "502 html")
    async with living(harbour, api):
        number = api.push(updates.private_message(QUESTION))
        await until(api, lambda: called(api, "sendMessage") >= 4 and not api.unconfirmed)
    assert open_numbers(harbour) == [number]
    assert not api.sent
    async with living(harbour, api):
        await until(api, lambda: api.sent)
    assert [ANSWER in message.plain for message in api.sent] == [True]


async def test_telegram_keeps_what_finds_no_room(
    harbour: Coverage, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more updates than may be in hand at once, all are answered, a few at a time."""
    monkeypatch.setattr(inbox, "IN_HAND", 2)
    for person in range(100, 110):
        api.add_chat(person)
        api.push(updates.private_message(QUESTION, user_id=person))
    async with living(harbour, api):
        await until(api, lambda: len(api.sent) == 10 and not api.unconfirmed)
    assert sorted(message.chat_id for message in api.sent) == list(range(100, 110))


async def test_message_that_cannot_be_noted_is_not_held_back(
    harbour: Coverage, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the database cannot note what was sent, the answer is given all the same, and the log says so."""
    with harbour.database.transaction() as connection:
        Memory(harbour.database)
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON sends BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert [ANSWER in message.plain for message in api.sent] == [True]
    assert "a message was sent, but not noted" in caplog.text
    assert open_numbers(harbour) == []


async def test_nothing_is_confirmed_that_is_not_recorded(
    harbour: Coverage, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """While updates cannot be recorded none is confirmed and none is worked on; afterwards all are."""
    database = harbour.database
    Memory(database)
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON updates BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )
    api.push(updates.private_message(QUESTION))
    async with living(harbour, api):
        await until(api, lambda: called(api, "getUpdates") >= 2)
        assert (len(answers(api)), len(api.unconfirmed)) == (0, 1)
        with database.transaction() as connection:
            connection.exec_driver_sql("DROP TRIGGER refuse")
        await until(api, lambda: answers(api))
    assert len(answers(api)) == 1
    # The admin is told what to look at.
    assert [message.chat_id for message in api.sent if message not in answers(api)] == [ADMIN]
    assert "updates cannot be recorded, so they are asked for again" in caplog.text


def test_refused_record_is_an_error_of_the_store(harbour: Coverage, kept: Updates) -> None:
    """Where the database refuses, whoever records hears so, and nothing of it is recorded."""
    with harbour.database.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE sends")
        connection.exec_driver_sql("DROP TABLE updates")
    with pytest.raises(StoreError, match="cannot be used"):
        kept.take([Taken(1, None, {})])
