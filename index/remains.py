"""Is a home without a database a new one, or has its database been lost?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

# What only a database that was there can have left.
DERIVED = ("dense.faiss", "lexical/state.json", "lexical/meta.json")
# A log of changes begins with a header of so many bytes, and holds nothing before the first change.
WAL_HEADER = 32


def refuse_to_begin_anew(home: Path, database: Path) -> None:
    """Make sure that no empty database is put where one has been lost.

    Call it before the database in the SQLite file `database` of a home is opened.

    Raises:
        StoreError: the file is missing or empty, and what stands around it is of a coverage.
    """
    if _size(database) or database.is_dir():
        return
    left = [name for name in DERIVED if (home / name).exists()]
    log = database.with_name(f"{database.name}-wal")
    if _size(log) > WAL_HEADER:
        left.append(log.name)
    if left:
        state = "empty" if database.exists() else "missing"
        raise StoreError(
            f"the database '{database}' is {state}, but '{left[0]}' of its coverage is there; put it "
            "back from a backup ('dateline restore'), set DATELINE_DATABASE_URL if it stands elsewhere, or "
            "begin anew in another folder (DATELINE_HOME)"
        )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
