"""A home brought back to what a backup holds, in one step, while others may be using it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
from index.switching import BESIDE, put_in_place, switch, tables_of, unused

if TYPE_CHECKING:
    from collections.abc import Callable

# What was on its way when the backup was made has arrived since, or was given up.
_UNDER_WAY = {"updates": "UPDATE updates SET body = NULL, person = NULL", "sends": "DELETE FROM sends"} | {
    "claims": "DELETE FROM claims"
}


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
        switch(database, staged)
    else:
        with unused(database):
            put_in_place(database, staged)
    return Restored(articles, before, is_another=not is_usable)


def _clear(staged: Path) -> None:
    for end in (*BESIDE, "-journal"):
        Path(f"{staged}{end}").unlink(missing_ok=True)


def _stage(file: Path, staged: Path, prepare: Callable[[Database], object]) -> int:
    """Make a checked copy of a backup, of our schema, beside the database; how many articles it has."""
    try:
        with closing(opened(file, read_only=True)) as source:
            check_whole(source)
            if "coverage" not in tables_of(source, "main"):
                raise sqlite3.DatabaseError("it is no coverage's")
            os.close(os.open(staged, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            source.execute("VACUUM INTO ?", (str(staged),))
    except sqlite3.Error as error:
        raise StoreError(f"'{file}' is no whole backup ({error}); nothing was changed") from error
    with closing(Database.open(staged, is_copy=True)) as database:
        prepare(database)
    with closing(opened(staged)) as copy:
        for table in _UNDER_WAY.keys() & tables_of(copy, "main"):
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
        _copy_bytes(database, target)
    return target


def _copy_bytes(database: Path, target: Path) -> None:
    copies = [Path(f"{target}{end}") for end in BESIDE if Path(f"{database}{end}").exists()]
    try:
        for copy in copies:
            shutil.copyfile(f"{database}{copy.name.removeprefix(target.name)}", copy)
            copy.chmod(0o600)
            on_the_disk(copy)
        on_the_disk(target.parent)
    except OSError:
        for copy in copies:
            copy.unlink(missing_ok=True)
        raise


def _is_usable(database: Path, prepare: Callable[[Database], object]) -> bool:
    """Whether a database is whole, and of our schema now."""
    try:
        # It has just been kept as it was.
        with closing(Database.open(database, is_copy=True)) as ours:
            prepare(ours)
        with closing(opened(database)) as connection:
            check_whole(connection)
    except (StoreError, sqlite3.Error):
        return False
    return True


def _write_files(home: Path, staged: Path) -> None:
    """Put the backup's files where they are missing; one that is there is newer, or the same."""
    with closing(opened(staged)) as copy:
        if FILES_TABLE not in tables_of(copy, "main"):
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
            part.unlink(missing_ok=True)
            with part.open("xb") as written:
                written.write(content)
            on_the_disk(part)
            part.replace(path)
            on_the_disk(path.parent)
        copy.execute(f"DROP TABLE {FILES_TABLE}")
