from __future__ import annotations

import logging
import sqlite3
from contextlib import closing, suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import sqlalchemy as sa
from bot_api import updates
from desks import knowing_admin, talking
from prometheus_client.parser import text_string_to_metric_families
from remembered import make_follow, make_given
from telegram import Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError

from bot.memory.memory import Memory
from bot.telegram import errors
from bot.telegram.alarms import Alarms
from bot.telegram.errors import Errors
from bot.telegram.incoming import UnrecordedError
from bot.telegram.metrics import Metrics
from index.database import Database
from index.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from bot_api.server import BotApi
    from telegram.ext import ExtBot

ADMIN = 4242


api = pytest.fixture(knowing_admin)


bot = pytest.fixture(talking)


class Alarmed(Alarms):
    """Alarms that are only noted."""

    def __init__(self) -> None:
        super().__init__([ADMIN])
        self.lines: list[str] = []

    def raise_alarm(self, line: str) -> None:
        """Note the line."""
        self.lines.append(line)


@pytest.fixture
def alarms() -> Alarmed:
    """What the admins are told."""
    return Alarmed()


@pytest.fixture
def metrics() -> Metrics:
    """What is counted."""
    return Metrics()


@pytest.fixture
def boundary(metrics: Metrics, alarms: Alarmed) -> Errors:
    """The boundary itself."""
    return Errors(metrics, alarms)


def counted(metrics: Metrics, name: str, label: str) -> float | None:
    """One count, as Prometheus reads it."""
    for family in text_string_to_metric_families(metrics.expose().decode()):
        for sample in family.samples:
            if sample.name == name and label in sample.labels.values():
                return sample.value
    return None


async def meet(boundary: Errors, error: Exception, update: Update | None = None) -> None:
    """Let the boundary meet an error."""
    await boundary.caught(update, cast("Any", SimpleNamespace(error=error)))


def read(api: BotApi, bot: ExtBot[None], update: dict[str, Any]) -> Update:
    """An update that has reached the bot."""
    made = Update.de_json({**update, "update_id": api.push(update)}, bot)
    assert made is not None
    return made


async def test_person_is_told_in_their_language(
    api: BotApi, bot: ExtBot[None], boundary: Errors, metrics: Metrics, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody foresaw is logged, counted, and said to whoever waits, in English or Ukrainian."""
    for language in ("en", "uk"):
        update = read(api, bot, updates.private_message("Who won?", language_code=language))
        await meet(boundary, RuntimeError("no such thing: 'Who won?'"), update)
    english, ukrainian = (sent.plain for sent in api.sent)
    assert english == "Something went wrong on my side, and that was not done. Please try again in a moment."
    assert ukrainian
    assert not ukrainian.startswith("Something")
    assert "an update was not answered: RuntimeError\n" in caplog.text
    # A library's message may hold what somebody wrote.
    assert "Who won?" not in caplog.text
    assert counted(metrics, "dateline_errors_total", "RuntimeError") == 2
    assert counted(metrics, "dateline_questions_total", "failed") == 2


async def test_whoever_pressed_a_button_gets_an_alert(
    api: BotApi, bot: ExtBot[None], boundary: Errors
) -> None:
    """A press that failed is answered where it was made, and no message is added to the chat."""
    shown = updates.private_message("an answer")["message"]
    await meet(boundary, RuntimeError("a hole"), read(api, bot, updates.callback_query("m:key", shown)))
    (answer,) = api.callback_answers
    assert answer.show_alert
    assert answer.text.startswith("Something went wrong on my side")
    assert api.sent == ()


async def test_person_who_left_is_let_go(
    api: BotApi, bot: ExtBot[None], boundary: Errors, caplog: pytest.LogCaptureFixture
) -> None:
    """That somebody has blocked the bot, or a button's answer came too late, is no error of ours."""
    update = read(api, bot, updates.private_message("Who won?"))
    await meet(boundary, Forbidden("bot was blocked by the user"), update)
    await meet(boundary, BadRequest("Query is too old and response timeout expired"), update)
    assert api.sent == ()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_refused_messages_are_counted(
    api: BotApi, bot: ExtBot[None], boundary: Errors, metrics: Metrics
) -> None:
    """Each message that Telegram refuses shows in the metrics."""
    update = read(api, bot, updates.private_message("Who won?"))
    await meet(boundary, BadRequest("can't parse entities"), update)
    await meet(boundary, Forbidden("bot was kicked"), update)
    assert counted(metrics, "dateline_messages_total", "refused") == 2
    assert len(api.sent) == 1


async def test_apology_that_cannot_be_sent_is_no_new_error(
    api: BotApi, bot: ExtBot[None], boundary: Errors
) -> None:
    """Where Telegram cannot be reached, the apology fails quietly."""
    update = read(api, bot, updates.private_message("Who won?"))
    api.fail("sendMessage", kind="500")
    await meet(boundary, RuntimeError("a hole"), update)
    assert api.sent == ()


async def test_polling_that_fails_is_a_warning(boundary: Errors, caplog: pytest.LogCaptureFixture) -> None:
    """While Telegram cannot be reached, one line without a stack says so."""
    await meet(boundary, NetworkError("no route"))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.exc_info is None


async def test_error_apart_from_updates_is_logged_whole(
    boundary: Errors, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong where nobody asked, refused messages among it, is an error with its stack."""
    await meet(boundary, BadRequest("can't parse entities"))
    with suppress(RuntimeError):
        raise (hole := RuntimeError("a hole"))
    await meet(boundary, hole)
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "BadRequest: can't parse entities" in caplog.text
    assert __file__ in caplog.records[1].message


async def test_conflict_is_told_now_and_then(
    boundary: Errors, alarms: Alarmed, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conflict is told once, though each poll meets it; again only after ever longer times."""
    now = 1000.0
    monkeypatch.setattr(errors, "time", SimpleNamespace(monotonic=lambda: now))
    told = []
    for minute in range(24 * 60):
        now = 1000.0 + minute * 60
        before = len(alarms.lines)
        await meet(boundary, Conflict("terminated by other getUpdates request"))
        if len(alarms.lines) > before:
            told.append(minute)
    assert told == [0, 10, 30, 70, 150, 310, 630, 1270]
    assert alarms.lines[0].startswith("another program polls Telegram with the same token")
    assert counted(metrics, "dateline_errors_total", "Conflict") == 24 * 60
    now += 7 * 86_400
    before = len(alarms.lines)
    await meet(boundary, Conflict("terminated by other getUpdates request"))
    now += 601
    await meet(boundary, Conflict("terminated by other getUpdates request"))
    assert len(alarms.lines) == before + 2


async def test_conflict_about_an_answer_is_told_to_its_asker(
    api: BotApi, bot: ExtBot[None], boundary: Errors, alarms: Alarmed
) -> None:
    """Where Telegram refuses an answer as it refuses a second poll, its asker hears that it failed."""
    await meet(boundary, Conflict("terminated"), read(api, bot, updates.private_message("Who won?")))
    assert len(api.sent) == 1
    assert alarms.lines == []


async def test_updates_that_cannot_be_recorded_are_told_once(
    boundary: Errors, alarms: Alarmed, caplog: pytest.LogCaptureFixture
) -> None:
    """While each poll fails on a full disk the log and the admins are told once what to look at."""
    for _ in range(5):
        await meet(boundary, UnrecordedError(StoreError("the database is full")))
    assert alarms.lines == ["updates cannot be recorded, so they are asked for again: the database is full"]
    assert [record.message for record in caplog.records] == alarms.lines


async def test_nothing_of_a_question_is_logged(
    api: BotApi, bot: ExtBot[None], boundary: Errors, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the database is locked, the log tells so, and neither what was asked nor by whom."""
    person, question = 7_654_321_012, "Does Zyxquibble live near the harbour?"
    update = read(api, bot, updates.private_message(question, user_id=person))
    with closing(Database.open(tmp_path / "a.db")) as database:
        memory = Memory(database)
        sa.event.listen(database._engine, "connect", _lose_patience, insert=False)
        database.close()
        with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for keep in (
                lambda: memory.answers.keep(make_given(person=person, question=question)),
                lambda: memory.follows.add(make_follow(question, person=person), 5),
                lambda: memory.people.change(person, shown=2),
                lambda: memory.answers.rate(question, person, True),
                lambda: memory.forget(person),
            ):
                with pytest.raises(StoreError) as caught:
                    keep()
                await meet(boundary, caught.value, update)
    assert caplog.text.count("database is locked") >= 5
    assert "Zyxquibble" not in caplog.text
    assert str(person) not in caplog.text


def _lose_patience(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA busy_timeout=50").close()
