"""The home folder: there, nobody else's to read, writable, with room on its disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from index.checks.findings import Finding
from index.database import OPENING
from index.following import INDEXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEGABYTE = 1_000_000
# With less than this nothing more can be stored; and a copy of the database should always fit.
NO_ROOM, ROOM = 20 * MEGABYTE, 200 * MEGABYTE
OTHERS = 0o077


def check_home(home: Path, database: Path | None) -> Iterator[Finding]:
    """Look at the home, and at the file of its database if it has one; nothing is left behind."""
    if not home.is_dir():
        found = "is no folder" if home.exists() else "is not there"
        yield Finding("home", "failed", f"'{home}' {found}", "set DATELINE_HOME, or run 'dateline index'")
        return
    yield _privacy(home, database)
    yield _writing(home)
    yield from _strange(home, database)
    yield _room(home, database)


def _privacy(home: Path, database: Path | None) -> Finding:
    kept = [home, *([database] if database and database.is_file() else [])]
    open_ones = [path for path in kept if path.stat().st_mode & OTHERS]
    # Within a home that is closed to others it does not matter what its files allow.
    if home not in open_ones and (not database or database.parent == home):
        return Finding("home", "ok", f"'{home}' is its owner's alone")
    if not open_ones:
        return Finding("home", "ok", f"'{home}' and the database are their owner's alone")
    told = " and ".join(f"'{path}' ({path.stat().st_mode & 0o777:o})" for path in open_ones)
    cure = "; ".join(f"chmod {'700' if path.is_dir() else '600'} '{path}'" for path in open_ones)
    return Finding("home", "warning", f"other users of this machine may reach {told}", cure)


def _writing(home: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=home) as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        advice = "check the folder's owner, and whether its disk is full or mounted read-only"
        return Finding("writing", "failed", f"'{home}' cannot be written ({error})", advice)
    return Finding("writing", "ok", f"'{home}' can be written")


def _strange(home: Path, database: Path | None) -> Iterator[Finding]:
    """What stands where SQLite and the locks need a file of their own, and is none."""
    needed = [home / OPENING, home / INDEXES]
    if database:
        needed += [database.with_name(f"{database.name}{ending}") for ending in ("-wal", "-shm")]
    for path in needed:
        if path.is_symlink() or (
            path.exists() and not (path.is_file() and os.access(path, os.R_OK | os.W_OK))
        ):
            told = f"'{path}' is no file that can be read and written"
            advice = "see what it is and move it away, when no program of this home runs"
            yield Finding("files", "failed", told, advice)


def _room(home: Path, database: Path | None) -> Finding:
    free = shutil.disk_usage(home).free
    size = database.stat().st_size if database and database.is_file() else 0
    told = f"{free / MEGABYTE:,.0f} MB free, the database has {size / MEGABYTE:,.1f} MB"
    if free < NO_ROOM:
        return Finding("disk", "failed", told, "make room, or nothing more can be stored")
    if free < size + ROOM:
        return Finding("disk", "warning", told, "make room: a backup of the database needs as much again")
    return Finding("disk", "ok", told)
