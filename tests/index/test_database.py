"""The database as such: who may read its files, what it lets out, how many may use it at once."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from index.database import CONNECTIONS, Database
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTES = sa.table("notes", sa.column("words"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "a.db"


@pytest.fixture
def database(place: Path) -> Iterator[Database]:
    """A database with a table for notes."""
    with closing(Database.open(place)) as opened:
        with opened.transaction() as connection:
            connection.exec_driver_sql("CREATE TABLE notes (words TEXT)")
        yield opened


def note(database: Database, words: str) -> None:
    """Write a note."""
    with database.transaction() as connection:
        connection.execute(sa.insert(NOTES).values(words=words))


def files_with(place: Path, words: str) -> list[str]:
    """The files of a database in which these words stand."""
    return sorted(
        path.name for path in place.parent.glob(f"{place.name}*") if words.encode() in path.read_bytes()
    )


def test_errors_hide_what_was_to_be_written(database: Database) -> None:
    """The values of a statement that fails stand in no error, nor in its causes."""
    with pytest.raises(StoreError) as caught, database.transaction() as connection:
        connection.execute(sa.insert(sa.table("lost", sa.column("words"))).values(words="a secret"))
    assert "INSERT INTO lost" in str(caught.value.__cause__)
    assert "a secret" not in f"{caught.value} {caught.value.__cause__}"


def test_files_are_their_owners_alone(database: Database, place: Path) -> None:
    """The database, its log and its index of that are made for nobody else to read."""
    note(database, "one")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.parent.iterdir()}
    assert modes == dict.fromkeys(("a.db", "a.db-wal", "a.db-shm"), 0o600)


def test_file_at_a_url_is_its_owners_alone(place: Path) -> None:
    """One that is named by its URL is no different."""
    with closing(Database.open(f"sqlite:///{place}")):
        assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_mode_of_an_old_file_is_left_alone(place: Path) -> None:
    """Who lets others read their database has it so."""
    place.touch()
    place.chmod(0o640)
    with closing(Database.open(place)):
        assert stat.S_IMODE(place.stat().st_mode) == 0o640


@pytest.mark.parametrize("url", ["postgresql://me:secret@db:port/news", "postgresql://me:sec:ret@db:1x/news"])
def test_port_that_is_no_number_is_told(url: str) -> None:
    """The error names the setting and what is wrong with it, and repeats nothing of the URL."""
    with pytest.raises(StoreError) as caught:
        Database.open(url)
    assert str(caught.value) == "DATELINE_DATABASE_URL cannot be used: its port is no number"
    assert caught.value.__suppress_context__


def test_nothing_deleted_is_left_once_it_is_settled(database: Database, place: Path) -> None:
    """What was written and deleted stands in none of the files."""
    note(database, "a secret")
    assert files_with(place, "a secret")
    with database.transaction() as connection:
        connection.execute(sa.delete(NOTES))
    database.settle()
    assert files_with(place, "a secret") == []
    note(database, "another")
    assert files_with(place, "another")


def test_settling_waits_for_nobody_long(database: Database, place: Path) -> None:
    """While another writes, or reads what was before, it ends soon and without an error; later it works."""
    note(database, "a secret")
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM notes").fetchall()
        with database.transaction() as connection:
            connection.execute(sa.delete(NOTES))
        begun = time.monotonic()
        database.settle()
        other.execute("COMMIT")
        other.execute("BEGIN IMMEDIATE")
        database.settle()
        assert time.monotonic() - begun < 5
        assert files_with(place, "a secret")
        other.execute("COMMIT")
    database.settle()
    assert files_with(place, "a secret") == []


def test_a_writer_is_waited_for_after_a_settling(database: Database, place: Path) -> None:
    """The little patience of a settling is not left behind for who writes next."""
    database.settle()
    with closing(sqlite3.connect(place, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        ending = threading.Timer(1.2, lambda: other.execute("COMMIT"))
        ending.start()
        note(database, "one")
        ending.join()


def test_many_threads_have_a_connection_each(database: Database) -> None:
    """As many as there may be at once are in a transaction at the same moment."""
    meeting = threading.Barrier(CONNECTIONS, timeout=20)
    met: list[int] = []

    def meet() -> None:
        with database.transaction() as connection:
            connection.execute(sa.select(NOTES))
            met.append(meeting.wait())

    threads = [threading.Thread(target=meet) for _ in range(CONNECTIONS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(met) == CONNECTIONS
