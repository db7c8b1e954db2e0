"""Copies of a SQLite database in one file: whole, checked, and never put in another file's place."""

from __future__ import annotations

import fcntl
import filecmp
import logging
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from typing import TYPE_CHECKING

from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

log = logging.getLogger(__name__)

# Another process may be writing a batch: so many seconds it is waited for.
PATIENCE = 30
# What stands beside the database in a backup: the files of the home that cannot be made again from it.
FILES_TABLE = "backed_up_files"


def back_up(database: Path, target: Path, files: Iterable[tuple[str, bytes]] = ()) -> None:
    """Copy a database, as it stands at one moment, and some files into one file of its owner's.

    Whoever writes meanwhile neither waits nor is waited for. Nothing that was deleted is in the copy.
    It is checked, and on the disk, before it has its name.

    Raises:
        StoreError: there is something of that name, it cannot be written, or the database is damaged.
    """
    if os.path.lexists(target):
        raise StoreError(f"the backup '{target}' is there already; give it another name")
    try:
        with _partial(target) as partial:
            with closing(opened(database, read_only=True)) as source:
                # In one read transaction, so that no writer makes it begin again.
                source.execute("VACUUM INTO ?", (str(partial),))
            with closing(opened(partial)) as copy:
                copy.execute("BEGIN")
                copy.execute(f"CREATE TABLE {FILES_TABLE} (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
                copy.executemany(f"INSERT INTO {FILES_TABLE} VALUES (?, ?)", files)  # noqa: S608 - our own
                copy.execute("COMMIT")
                check_whole(copy)
            on_the_disk(partial)
            _name(partial, target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"the backup '{target}' cannot be written ({error}); check that its folder is there and "
            "writable, that the disk has room, and what 'dateline doctor' says of the database"
        ) from error


def files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a folder, each by the folder's name and its own; of a folder that is not there, none."""
    for each in sorted(folder.iterdir()) if folder.is_dir() else []:
        # Meanwhile somebody may take back what they had sent.
        with suppress(FileNotFoundError):
            if each.is_file():
                yield f"{folder.name}/{each.name}", each.read_bytes()


def keep_as_it_is(database: Path, change: str) -> Path:
    """Back a database up beside itself before a change, and say where; none that was kept before is touched.

    Raises:
        StoreError: it cannot be written.
    """
    clear_partials(database)
    target = database.with_name(f"{database.name}.before-{change}.backup")
    if not target.exists():
        back_up(database, target)
        return target
    # It is of an earlier try, after which somebody may have gone on with the older program.
    later = stamped(database, change)
    back_up(database, later)
    if not filecmp.cmp(target, later, shallow=False):
        return later
    later.unlink()
    return target


def clear_partials(database: Path) -> None:
    """Delete the half backups beside a database that kills have left, and nobody is writing now.

    Raises:
        OSError: they cannot be deleted.
    """
    for partial in database.parent.glob(f"{database.name}.before-*.backup.partial"):
        with suppress(BlockingIOError), _partial(partial.with_suffix("")):
            log.info("half a backup is deleted: '%s'", partial)


def stamped(database: Path, change: str) -> Path:
    """A name beside a database that nothing has yet, of the change that it is kept before, and the moment."""
    now = datetime.now().astimezone()
    stem = f"{database.name}.before-{change}-{now:%Y%m%d-%H%M%S}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    paths = (database.with_name(f"{name}.backup") for name in names)
    return next(path for path in paths if not os.path.lexists(path))


def opened(database: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection of SQLite's own, on which transactions begin when they are told to.

    Raises:
        sqlite3.Error: there is no such database.
    """
    mode = "ro" if read_only else "rw"
    address = f"{database.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=PATIENCE)


def check_whole(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.DatabaseError unless SQLite finds a database whole, its references too."""
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found.splitlines()[0])
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise sqlite3.DatabaseError("something in it refers to what is not there")


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """An empty file beside a target, of its owner's, while nobody else writes the same; gone at the end.

    What a kill has left of an earlier try is deleted, so that tries that are killed fill no disk.

    Raises:
        OSError: it cannot be made, or another program is writing it.
    """
    partial = target.with_name(f"{target.name}.partial")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        pass
    else:
        # Only the name goes: a kill may have come just when the file had got its name for good as well.
        with _claimed(descriptor, partial):
            _delete(partial)
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    with _claimed(descriptor, partial):
        try:
            yield partial
        finally:
            _delete(partial)


@contextmanager
def _claimed(descriptor: int, partial: Path) -> Iterator[None]:
    """Within, an open file is ours alone to write; SQLite's own locks are of another kind.

    Raises:
        OSError: another program is writing it, or has just done so and given it its name.
    """
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            ours = os.path.samestat(os.fstat(descriptor), os.lstat(partial))
        except (BlockingIOError, FileNotFoundError):
            ours = False
        if not ours:
            raise BlockingIOError(f"another program is writing '{partial}'")
        yield
    finally:
        os.close(descriptor)


def _delete(partial: Path) -> None:
    # First its journal, which would be played back into the next that has its name.
    for leftover in (partial.with_name(f"{partial.name}-journal"), partial):
        leftover.unlink(missing_ok=True)


def _name(partial: Path, target: Path) -> None:
    """Give a file its name for good, unless another has got it meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:
        # A memory stick's file system has no second names.
        partial.rename(target)
    on_the_disk(target.parent)


def on_the_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of files, would outlive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
