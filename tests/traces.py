"""What is left of somebody: in the files of a home, in the columns of its database, in what is logged."""

from __future__ import annotations

import json
import logging
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from bot.logs import TALKATIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def spellings_of(texts: Iterable[str] = (), numbers: Iterable[int] = ()) -> list[bytes]:
    """The bytes by which texts and numbers may stand in a file: as UTF-8, UTF-16, JSON, in SQLite's rows."""
    found: list[bytes] = []
    for text in texts:
        found += [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
        found.append(json.dumps(text)[1:-1].encode())
    for number in numbers:
        found += [str(number).encode(), number.to_bytes(6, "big", signed=True)]
        found.append(number.to_bytes(8, "little", signed=True))
    return found


def files_with(home: Path, spellings: Iterable[bytes]) -> list[str]:
    """The files under a folder that hold any of this, each with what it holds."""
    sought, found = list(spellings), []
    for file in sorted(path for path in home.rglob("*") if path.is_file()):
        held = file.read_bytes()
        found += [f"{file.name}: {each!r}" for each in sought if each in held]
    return found


def columns_with(home: Path, spellings: Iterable[bytes]) -> set[str]:
    """The columns of a home's database that hold any of this, as "table.column"."""
    sought, found = list(spellings), set()
    (file,) = (path for path in home.rglob("*") if path.is_file() and _is_database(path))
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            columns = [description[0] for description in rows.description]
            for cell, column in (
                (cell, column) for row in rows for cell, column in zip(row, columns, strict=True)
            ):
                if any(each in _written(cell) for each in sought):
                    found.add(f"{table}.{column}")
    return found


@contextmanager
def overhearing() -> Iterator[list[str]]:
    """All that is logged meanwhile, at the lowest level that the program lets each library have."""
    lines: list[str] = []
    levels = {"": logging.DEBUG} | dict.fromkeys(TALKATIVE, logging.WARNING)
    before = {name: logging.getLogger(name).level for name in levels}
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    listening = _Listening(lines)
    logging.getLogger().addHandler(listening)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(listening)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


class _Listening(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


def _written(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "surrogatepass")


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(15) == b"SQLite format 3"
