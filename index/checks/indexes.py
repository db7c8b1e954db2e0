"""The indexes against the database that they follow; what is wrong with them is built again from it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa
from filelock import FileLock, Timeout

from index.checks.findings import Finding
from index.engines.dense import Dense
from index.engines.lexical import Lexical
from index.following import INDEXES, Engines
from index.store import Store
from index.tables import passages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.database import Database
    from index.store import Numbers

# Who writes the index files is waited for so many seconds.
PATIENCE = 60


def check_indexes(home: Path, database: Database) -> Iterator[Finding]:
    """Both indexes: whole, of this database, and with its passages; what is not so is built again."""
    store = Store(database)
    try:
        # While it is held nobody else writes the files.
        with FileLock(home / INDEXES, timeout=PATIENCE):
            wrong = faults_of(home, store, database)
            for name in wrong:
                _remove(home / ("dense.faiss" if name == "FAISS" else "lexical"))
    except Timeout:
        advice = "look again when nothing is being indexed"
        yield Finding("indexes", "warning", "another program has been writing them for a minute", advice)
        return
    # Those that are merely behind follow, as with the next question.
    Engines(home, store).current(wait=True)
    left = faults_of(home, store, database) if wrong else {}
    for name in ("FAISS", "BM25"):
        yield _finding(name, wrong.get(name), left.get(name), len(_stored(database, store.generation())))


def faults_of(home: Path, store: Store, database: Database) -> dict[str, str]:
    """By the name of an index, what is wrong with its files; of one that is only behind nothing is."""
    origin, newest = store.identity(), store.generation()
    if not store.extent().passages:
        return {}
    wrong = {}
    dense, lexical = Dense.open(home, origin, newest), Lexical.open(home, origin, newest)
    opened: dict[str, Dense | Lexical] = {"FAISS": dense, "BM25": lexical}
    for name, engine in opened.items():
        if engine.trouble:
            wrong[name] = engine.trouble
        elif told := _difference(engine.numbers(), _stored(database, engine.generation), store, engine):
            wrong[name] = told
    return wrong


def _difference(here: Numbers, stored: Numbers, store: Store, engine: Dense | Lexical) -> str:
    """What an index holds too much or too little of, for the generation that it has reached."""
    # What has been removed since is still in it.
    gone = store.removed_since(engine.generation)
    missing = np.setdiff1d(stored, here)
    strange = np.setdiff1d(here, np.union1d(stored, gone))
    parts = {"lacking": len(missing), "too many": len(strange), "twice": len(here) - len(np.unique(here))}
    return ", ".join(f"{count:,} passages {name}" for name, count in parts.items() if count)


def _stored(database: Database, generation: int) -> Numbers:
    """The numbers of the passages that came up to a generation."""
    wanted = sa.select(passages.c.number).where(passages.c.generation <= generation)
    with database.transaction() as connection:
        return np.sort(np.fromiter(connection.scalars(wanted), dtype=np.int64))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _finding(name: str, wrong: str | None, left: str | None, count: int) -> Finding:
    title = f"{name} index"
    if left:
        advice = "make room on the disk and let nobody else write to the home, then look again"
        return Finding(title, "failed", f"it was {wrong}, and is {left} after it was built again", advice)
    if wrong:
        return Finding(title, "mended", f"it was {wrong}; built again from the database, {count:,} passages")
    return Finding(title, "ok", f"whole, of this database, with its {count:,} passages")
