"""A home brought back to what a backup holds, in one step, while others may be using it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from filelock import FileLock, Timeout

from index.backup import FILES_TABLE, PATIENCE, back_up, check_whole, on_the_disk, opened
from index.database import DATABASE, OPENING, Database
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

# What the bot has taken since the backup stays: nobody is to be answered twice, or never.
KEPT = ("updates", "sends")
_BESIDE = ("", "-wal", "-shm")
# What was on its way when the backup was made has arrived since, or was given up.
_UNDER_WAY = {"updates": "UPDATE updates SET body = NULL, person = NULL", "sends": "DELETE FROM sends"} | {
    "claims": "DELETE FROM claims"
}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many articles, and where what stood there before is kept, if anything did."""

    articles: int
    before: Path | None


def restore(
    home: Path, file: Path, prepare: Callable[[Database], object] = lambda _database: None
) -> Restored:
    """Bring a home back to a backup, and keep what it holds now in a file beside.

    `prepare` brings what is not the coverage's own in a database to its present schema. Others see the
    old content or the new, each whole; a kill leaves either. They notice by themselves, and build their
    indexes again. The updates that the bot has taken stay as they are.

    Raises:
        StoreError: this is no whole backup of a schema that is known, or the home cannot be written.
    """
    staged = home / f"restoring.{os.getpid()}.partial"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(home / OPENING, timeout=PATIENCE):
            articles = _stage(file, staged, prepare)
            before = _keep(home)
            _write_files(home, staged)
            if before is not None and _is_usable(home / DATABASE, prepare):
                _switch(home / DATABASE, staged)
            else:
                _put_in_place(home / DATABASE, staged)
    except (OSError, sqlite3.Error, Timeout) as error:
        raise StoreError(
            f"the home '{home}' cannot be restored from '{file}' ({error}); what stood there is still there, "
            "or beside it"
        ) from error
    finally:
        for leftover in _BESIDE:
            Path(f"{staged}{leftover}").unlink(missing_ok=True)
    return Restored(articles, before)


def _stage(file: Path, staged: Path, prepare: Callable[[Database], object]) -> int:
    """Make a checked copy of a backup, of our schema, beside the database; how many articles it has."""
    try:
        with closing(opened(file, read_only=True)) as source:
            check_whole(source)
            if "coverage" not in _tables(source, "main"):
                raise sqlite3.DatabaseError("it is no coverage's")
            os.close(os.open(staged, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            source.execute("VACUUM INTO ?", (str(staged),))
    except sqlite3.Error as error:
        raise StoreError(f"'{file}' is no whole backup ({error}); nothing was changed") from error
    with closing(Database.open(staged, is_copy=True)) as database:
        prepare(database)
    with closing(opened(staged)) as copy:
        for table in _UNDER_WAY.keys() & _tables(copy, "main"):
            copy.execute(_UNDER_WAY[table])
        return int(copy.execute("SELECT count(*) FROM articles").fetchone()[0])


def _keep(home: Path) -> Path | None:
    """Keep what the home's database holds in a file beside, which is returned; None where there is none."""
    database = home / DATABASE
    if not database.exists():
        return None
    target = home / f"{DATABASE}.before-restore-{datetime.now().astimezone():%Y%m%d-%H%M%S}.backup"
    try:
        back_up(database, target)
    except StoreError:
        # It is damaged, say. Then every byte of it may be what somebody wants back.
        for end in _BESIDE:
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{database}{end}", f"{target}{end}")
                Path(f"{target}{end}").chmod(0o600)
    return target


def _is_usable(database: Path, prepare: Callable[[Database], object]) -> bool:
    """Whether a database is whole, and of our schema now."""
    try:
        with closing(Database.open(database)) as ours:
            prepare(ours)
        with closing(opened(database)) as connection:
            check_whole(connection)
    except (StoreError, sqlite3.Error):
        return False
    return True


def _write_files(home: Path, staged: Path) -> None:
    """Put the backup's files where they are missing; one that is there is newer, or the same."""
    with closing(opened(staged)) as copy:
        if FILES_TABLE not in _tables(copy, "main"):
            return
        for name, content in copy.execute(f"SELECT name, content FROM {FILES_TABLE}"):  # noqa: S608 - our own
            folder, _, last = str(name).partition("/")
            path = home / folder / last
            # Only what lies in a folder of the home, whoever made this backup.
            if not last or {folder, last} & {"", ".", ".."} or "/" in last or os.path.lexists(path):
                continue
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(content)
        copy.execute(f"DROP TABLE {FILES_TABLE}")


def _put_in_place(database: Path, staged: Path) -> None:
    """Make the copy the database, in place of one that is damaged or not there."""
    with closing(opened(staged)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        copy.execute("UPDATE coverage SET identity = ?, generation = generation + 1", (uuid4().hex,))
    on_the_disk(staged)
    # The log of the old one would be taken for that of the new one.
    for end in _BESIDE[1:]:
        Path(f"{database}{end}").unlink(missing_ok=True)
    staged.replace(database)
    on_the_disk(database.parent)


def _switch(database: Path, staged: Path) -> None:
    """Let the copy's rows take the place of the database's, in one transaction."""
    with closing(opened(database)) as ours:
        # Checked as a whole at the end.
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=OFF"):
            ours.execute(f"PRAGMA {pragma}").fetchall()
        ours.execute("ATTACH ? AS backup", (str(staged),))
        ours.execute("BEGIN IMMEDIATE")
        (generation,) = ours.execute(
            "SELECT max(here.generation, there.generation) + 1 FROM main.coverage here, backup.coverage there"
        ).fetchone()
        given = _tables(ours, "backup")
        for table in sorted(_tables(ours, "main") - set(KEPT)):
            ours.execute(f'DELETE FROM main."{table}"')  # noqa: S608 - a table's own name
            if table in given:
                columns = ", ".join(
                    f'"{row[1]}"' for row in ours.execute(f'PRAGMA backup.table_info("{table}")')
                )
                ours.execute(f'INSERT INTO main."{table}" ({columns}) SELECT {columns} FROM backup."{table}"')  # noqa: S608
        # Both differ from all that was, so that whoever has the old one open notices.
        ours.execute("UPDATE main.coverage SET identity = ?, generation = ?", (uuid4().hex, generation))
        if ours.execute("PRAGMA main.foreign_key_check").fetchone() is not None:
            raise sqlite3.DatabaseError("something in it would refer to what is not there")
        ours.execute("COMMIT")
        # What it held before is to stand nowhere but in the copy beside.
        ours.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchall()


def _tables(connection: sqlite3.Connection, schema: str) -> set[str]:
    ours = "type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    rows = connection.execute(f"SELECT name FROM {schema}.sqlite_master WHERE {ours}")  # noqa: S608 - a constant
    return {str(name) for (name,) in rows}
