"""A home brought back to what a backup holds, in one step, while others may be using it."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from filelock import FileLock, Timeout

from index.backup import (
    FILES_TABLE,
    PATIENCE,
    back_up,
    check_whole,
    clear_partials,
    on_the_disk,
    opened,
    stamped,
)
from index.database import DATABASE, OPENING, Database, file_of
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What the bot has taken stays, and so does what it had taken: nobody is to be answered twice, or never.
KEPT = ("updates", "sends")
_BESIDE = ("", "-wal", "-shm")
# What was on its way when the backup was made has arrived since, or was given up.
_UNDER_WAY = {"updates": "UPDATE updates SET body = NULL, person = NULL", "sends": "DELETE FROM sends"} | {
    "claims": "DELETE FROM claims"
}


# A connection to a file in SQLite's WAL mode holds a lock on these bytes: https://sqlite.org/lockingv3.html
_HELD_BYTES, _HELD_FROM = 510, 0x40000002


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how many articles, and where what stood there before is kept, if anything did.

    Whether the file itself `is_another` now, which a program that had the lost one open would not notice.
    """

    articles: int
    before: Path | None
    is_another: bool


def restorable(home: Path, database_url: str | None = None) -> Path:
    """The file of a home's database.

    Raises:
        StoreError: it is kept by a server, whose own tools back it up and restore it.
    """
    if (file := file_of(database_url or home / DATABASE)) is None:
        raise StoreError(
            "the database at DATELINE_DATABASE_URL is backed up and restored with its server's own tools, "
            "such as pg_dump and pg_restore"
        )
    return file


def restore(
    home: Path,
    file: Path,
    prepare: Callable[[Database], object] = lambda _database: None,
    database_url: str | None = None,
) -> Restored:
    """Bring a home back to a backup, and keep what it holds now in a file beside.

    `prepare` brings what is not the coverage's own in a database to its present schema. Others see the
    old content or the new, each whole; a kill leaves either. They notice by themselves, and build their
    indexes again. The updates that the bot has taken stay as they are.

    Raises:
        StoreError: this is no whole backup of a schema that is known, the home cannot be written, or its
            database is damaged and in use, or a server's.
    """
    database = restorable(home, database_url)
    staged = database.with_name(f"{database.name}.restoring.partial")
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(home / OPENING, timeout=PATIENCE):
            # A kill may have left one, and its log would be played back into ours.
            _clear(staged)
            clear_partials(database)
            try:
                return _restore(home, file, prepare, database, staged)
            finally:
                _clear(staged)
    except (OSError, sqlite3.Error, Timeout) as error:
        raise StoreError(
            f"the home '{home}' cannot be restored from '{file}' ({error}); what stood there is still there, "
            "or beside it"
        ) from error


def _restore(
    home: Path, file: Path, prepare: Callable[[Database], object], database: Path, staged: Path
) -> Restored:
    articles = _stage(file, staged, prepare)
    before = _keep(database)
    _write_files(home, staged)
    is_usable = before is not None and _is_usable(database, prepare)
    if is_usable:
        _switch(database, staged)
    else:
        with _unused(database):
            _put_in_place(database, staged)
    return Restored(articles, before, is_another=not is_usable)


def _clear(staged: Path) -> None:
    for end in (*_BESIDE, "-journal"):
        Path(f"{staged}{end}").unlink(missing_ok=True)


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


def _keep(database: Path) -> Path | None:
    """Keep what a database holds in a file beside, which is returned; None where there is none."""
    if not database.exists():
        return None
    target = stamped(database, "restore")
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
            # A kill must not leave a half of it, which would be taken for all of it the next time.
            part = path.with_name(".restored.part")
            part.write_bytes(content)
            on_the_disk(part)
            part.replace(path)
            on_the_disk(path.parent)
        copy.execute(f"DROP TABLE {FILES_TABLE}")


@contextmanager
def _unused(database: Path) -> Iterator[None]:
    """Let no other program have the file open, which would go on with it though it has no name any more.

    Raises:
        StoreError: one has.
    """
    if not database.exists():
        yield
        return
    descriptor = os.open(database, os.O_RDWR)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _HELD_BYTES, _HELD_FROM)
        except (BlockingIOError, PermissionError) as error:
            raise StoreError(
                f"the database '{database}' is damaged, so its file must be replaced, and a program has it "
                "open; stop what runs with this home, and restore again"
            ) from error
        yield
    finally:
        os.close(descriptor)


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
        for table in sorted(_tables(ours, "main")):
            _replace_rows(ours, table)
        _count_on(ours)
        # Both differ from all that was, so that whoever has the old one open notices.
        ours.execute("UPDATE main.coverage SET identity = ?, generation = ?", (uuid4().hex, generation))
        if ours.execute("PRAGMA main.foreign_key_check").fetchone() is not None:
            raise sqlite3.DatabaseError("something in it would refer to what is not there")
        ours.execute("COMMIT")
        # What it held before is to stand nowhere but in the copy beside.
        ours.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchall()


def _replace_rows(ours: sqlite3.Connection, table: str) -> None:
    """Let the backup's rows of a table take the place of ours; where ours are kept, beside them."""
    if table not in KEPT:
        ours.execute(f'DELETE FROM main."{table}"')  # noqa: S608 - a table's own name
    if table in _tables(ours, "backup"):
        columns = ", ".join(f'"{row[1]}"' for row in ours.execute(f'PRAGMA backup.table_info("{table}")'))
        ours.execute(
            f'INSERT OR {"IGNORE" if table in KEPT else "ABORT"} INTO main."{table}" ({columns}) '  # noqa: S608
            f'SELECT {columns} FROM backup."{table}"'
        )


def _count_on(ours: sqlite3.Connection) -> None:
    """Let no number be given again that either has given: it might be one that the backup tells as gone."""
    rows = ours.execute(
        "SELECT name, max(seq) FROM (SELECT * FROM main.sqlite_sequence "
        "UNION ALL SELECT * FROM backup.sqlite_sequence) GROUP BY name"
    ).fetchall()
    ours.execute("DELETE FROM main.sqlite_sequence")
    ours.executemany("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)", rows)


def _tables(connection: sqlite3.Connection, schema: str) -> set[str]:
    ours = "type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    rows = connection.execute(f"SELECT name FROM {schema}.sqlite_master WHERE {ours}")  # noqa: S608 - a constant
    return {str(name) for (name,) in rows}
