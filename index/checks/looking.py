"""The database looked at without changing it: not made where it is missing, not brought to a newer schema."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from index.backup import PATIENCE
from index.database import file_of
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection


@contextmanager
def looking(place: str | Path) -> Iterator[Connection]:
    """A connection that sees one state of the database throughout, and can change nothing.

    Raises:
        StoreError: there is no such file, or the URL cannot be used.
    """
    file = file_of(place)
    if file is not None and not file.is_file():
        raise StoreError(f"the database '{file}' is not there")
    engine = _on_file(file) if file else _on_server(str(place))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(
                "BEGIN" if file else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
            )
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def _on_file(file: Path) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        # What a crash left in a journal of the older kind has to be taken back before anything is read.
        journal = file.with_name(f"{file.name}-journal").exists()
        address = f"{file.resolve().as_uri()}?mode={'rw' if journal else 'ro'}"
        if not os.access(file.parent, os.W_OK) and not file.with_name(f"{file.name}-wal").exists():
            # Beside what is read SQLite makes a file of its own, which a read-only disk does not take.
            address += "&immutable=1"
        opened = sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)
        # Bytes that are no text must be seen, not end the look at all others.
        opened.text_factory = _lenient
        opened.execute("PRAGMA query_only=ON").close()
        return opened

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool, hide_parameters=True)


def _on_server(place: str) -> sa.Engine:
    try:
        return sa.create_engine(place, poolclass=sa.NullPool, hide_parameters=True)
    except ModuleNotFoundError as error:
        raise StoreError(f"DATELINE_DATABASE_URL cannot be used: {error}") from error


def _lenient(raw: bytes) -> Any:
    return raw.decode("utf-8", "surrogateescape")
