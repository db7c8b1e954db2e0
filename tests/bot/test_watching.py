from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEncoder
from news_site.site import NewsSite
from news_site.stories import story
from watching import until

from bot import watching as watching_module
from bot.watching import format_happening, parse_period, watching
from index.coverage import DATABASE, Coverage
from index.journal import InputState, Journal
from index.manners import Manners
from index.watching.intake import Visit
from index.watching.watcher import Happening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
FEED = "https://gull.example/feed"
# In seconds: what a watch does at once it does within it.
SOON = 20.0
wait_until = partial(until, seconds=SOON)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", SECOND),
        ("30s", 30 * SECOND),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("30d", timedelta(days=30)),
        (" 2 H ", timedelta(hours=2)),
        ("090s", 90 * SECOND),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, expected: timedelta) -> None:
    """A number and the first letter of seconds, minutes, hours or days."""
    assert parse_period(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "15", "m", "0s", "-5m", "1.5h", "31d", "99999d", "1000000s", "2 weeks", "1h30m", "\u0662h", "2h\n2"],
)
def test_what_is_no_time_is_told(text: str) -> None:
    """With the value and how to write it; so is one below a second or above thirty days."""
    with pytest.raises(ValueError, match="30s, 15m, 2h or 1d") as caught:
        parse_period(text)
    assert str(caught.value).startswith(f"'{text}' is no time between two visits")


def visit(added: int = 0, updated: int = 0, **fields: object) -> Visit:
    """A visit of the feed that is over."""
    return Visit(InputState(FEED, **fields), added, updated)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("happening", "expected"),
    [
        (Happening(FEED, remark="line 3 is no date"), f"{FEED}: line 3 is no date"),
        (Happening(FEED, visit(1234)), f"{FEED}: 1,234 added"),
        (Happening(FEED, visit(2, 1)), f"{FEED}: 2 added, 1 updated"),
        (Happening(FEED, visit()), None),
        (Happening(FEED), None),
        (
            Happening(FEED, visit(trouble="no such host", failures=1)),
            f"{FEED}: no such host (for the first time)",
        ),
        (
            Happening(FEED, visit(trouble="no such host", failures=4)),
            f"{FEED}: no such host (4 times in a row)",
        ),
        (
            Happening(FEED, visit(arrivals=(NOON - timedelta(days=1), NOON)), silent=True),
            f"{FEED} has brought nothing new since 2025-01-11 12:00 UTC, longer than usual",
        ),
    ],
)
def test_a_happening_is_a_line(happening: Happening, expected: str | None) -> None:
    """What was brought, what went wrong and how often, who is silent; nothing of a visit like any other."""
    assert format_happening(happening) == expected


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the coverage is, beside what it watches."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def coverage(home: Path) -> Iterator[Coverage]:
    """An empty coverage that may ask the loopback, without a pause."""
    with Coverage.open(home, encoder=FakeEncoder(), manners=Manners(private=True, pause=0)) as opened:
        yield opened


def write(folder: Path, text: str) -> str:
    """The harbour's story, as a person types its path."""
    (folder.parent / "harbour.txt").write_text(f"title: Ice\nlanguage: en\n\n{text}", encoding="utf-8")
    return "harbour.txt"


def quoted(coverage: Coverage) -> list[str]:
    """What the coverage says of ships."""
    return [hit.passage.text for hit in coverage.ask("ships").hits]


def watchers() -> list[threading.Thread]:
    """The threads that still watch or fetch."""
    return [each for each in threading.enumerate() if each.name.startswith(("watching", "fetching"))]


def test_while_the_bot_runs_its_inputs_are_watched(
    coverage: Coverage, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is new is answerable and stands in the log; nobody is alarmed; with the bot the watch ends."""
    given, alarms = write(home, "Forty ships waited."), list[str]()
    with caplog.at_level(logging.INFO, "bot.watching"), watching(coverage, [given], SECOND, alarms.append):
        wait_until(lambda: coverage.extent().articles == 1)
        assert quoted(coverage) == ["Forty ships waited."]
        write(home, "Fifty ships waited.")
        wait_until(lambda: quoted(coverage) == ["Fifty ships waited."])
        wait_until(lambda: len(caplog.records) == 2)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert watchers() == []
    assert [each.message for each in caplog.records] == ["harbour.txt: 1 added", "harbour.txt: 1 updated"]
    assert alarms == []


def test_without_inputs_nothing_is_watched(coverage: Coverage) -> None:
    """Not even a thread is started."""
    with watching(coverage, [], SECOND, lambda _: None):
        assert watchers() == []


def test_an_error_of_the_bot_ends_the_watch_too(coverage: Coverage, home: Path) -> None:
    """It goes on as it is, and no thread is left."""
    given = write(home, "Forty ships waited.")
    with pytest.raises(ZeroDivisionError), watching(coverage, [given], SECOND, lambda _: None):
        raise ZeroDivisionError
    assert watchers() == []


def test_silence_raises_one_alarm(coverage: Coverage, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Once, however many visits find nothing; and anew only after something new has come."""
    given, alarms = write(home, "Forty ships waited."), list[str]()
    coverage.index([given])
    journal = Journal(coverage._database)
    hourly = tuple(NOON + hours * timedelta(hours=1) for hours in range(5))
    journal.note_input(InputState(given, arrivals=hourly))
    with caplog.at_level(logging.WARNING, "bot.watching"), watching(coverage, [given], SECOND, alarms.append):
        wait_until(lambda: bool(alarms))
        first = journal.input(given).visited
        wait_until(lambda: journal.input(given).visited not in {None, first})
    line = "harbour.txt has brought nothing new since 2025-01-11 16:00 UTC, longer than usual"
    assert alarms == [line]
    assert [(each.levelname, each.message) for each in caplog.records] == [("WARNING", line)]
    assert journal.input(given).reported
    (home.parent / "snow.txt").write_text("Snow fell.", encoding="utf-8")
    journal.note_input(InputState("snow.txt", arrivals=hourly, reported=True))
    with watching(coverage, ["snow.txt"], SECOND, alarms.append):
        wait_until(lambda: not journal.input("snow.txt").reported)
    assert alarms == [line]


def test_trouble_is_a_warning_and_no_alarm(coverage: Coverage, caplog: pytest.LogCaptureFixture) -> None:
    """A feed may be away for a while; its line tells how often in a row."""
    alarms: list[str] = []
    with NewsSite() as site, caplog.at_level(logging.WARNING, "bot.watching"):
        given = site.url("/feed")
        with watching(coverage, [given], SECOND, alarms.append):
            wait_until(lambda: len(caplog.records) == 2)
    assert [each.message for each in caplog.records] == [
        f"{given}: its host answers 404 (for the first time)",
        f"{given}: its host answers 404 (2 times in a row)",
    ]
    assert alarms == []


def drop(home: Path, table: str) -> None:
    """Take a table away, as a disk that fails would."""
    with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
        connection.execute(f"DROP TABLE {table}")


def rename(home: Path, table: str, name: str) -> None:
    """Give a table another name, so that nobody finds it, or its own again."""
    with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


@pytest.mark.parametrize("table", ["coverage", "inputs", "pages", "articles"])
def test_a_database_that_fails_is_an_alarm_and_tried_again(
    coverage: Coverage,
    home: Path,
    table: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it fails who stores or who fetches: one line in the log, the same to those who run the bot."""
    monkeypatch.setattr(watching_module, "AGAIN", 0.5)
    alarms: list[str] = []
    with NewsSite() as site, caplog.at_level(logging.ERROR, "bot.watching"):
        site.publish("/1", **story(1).fields)
        given = site.feed("/feed").url
        with watching(coverage, [given], SECOND, alarms.append):
            wait_until(lambda: bool(Journal(coverage._database).input(given).succeeded))
            drop(home, table)
            site.publish("/2", **story(2).fields)
            wait_until(lambda: bool(alarms))
            # Tried again, it fails the same way, which is no news.
            time.sleep(1.5)
            assert watchers()
    (line,) = alarms
    assert line.startswith("the watch has stopped: the database ")
    assert f"no such table: {table}" in line
    assert [each.message for each in caplog.records] == [line]


def test_a_watch_goes_on_when_the_database_is_back(
    coverage: Coverage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published while the database failed is stored once it serves again, without a hand."""
    monkeypatch.setattr(watching_module, "AGAIN", 0.2)
    alarms: list[str] = []
    with NewsSite() as site:
        site.publish("/1", **story(1).fields)
        given = site.feed("/feed").url
        with watching(coverage, [given], SECOND, alarms.append):
            wait_until(lambda: coverage.extent().articles == 1)
            rename(home, "inputs", "lost")
            site.publish("/2", **story(2).fields)
            wait_until(lambda: bool(alarms))
            rename(home, "lost", "inputs")
            wait_until(lambda: coverage.extent().articles == 2)
    assert len(alarms) == 1


def test_another_models_coverage_is_not_watched(home: Path) -> None:
    """The alarm tells why nothing will be new."""
    alarms: list[str] = []
    given = write(home, "Forty ships waited.")
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([given])
    with (
        Coverage.open(home, encoder=FakeEncoder("other")) as coverage,
        watching(coverage, [given], SECOND, alarms.append),
    ):
        wait_until(lambda: bool(alarms))
    assert alarms[0].startswith(
        "the watch has stopped: this coverage was made with the model 'fake', not 'other'"
    )
