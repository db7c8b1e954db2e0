"""What presses on a program: a database that others lock, a disk that is full or not to be written."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.coverage import Coverage

ROOT = Path(__file__).parent.parent
LOCKING = """
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], timeout=20, isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process holds the database's write lock meanwhile."""
    command = [sys.executable, "-c", LOCKING, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "locked\n"
        # At its end the other process's input is closed, which it takes for the sign to let go.
        yield


@contextmanager
def full(coverage: Coverage) -> Iterator[None]:
    """Meanwhile the database may not get any larger: SQLite's own "database or disk is full"."""
    with _restricted(coverage, "PRAGMA max_page_count=1", "PRAGMA max_page_count=4294967294"):
        yield


@contextmanager
def read_only(coverage: Coverage) -> Iterator[None]:
    """Meanwhile the database may be read alone, as on a disk that the system has put to read-only."""
    with _restricted(coverage, "PRAGMA query_only=ON", "PRAGMA query_only=OFF"):
        yield


@contextmanager
def _restricted(coverage: Coverage, begin: str, end: str) -> Iterator[None]:
    """One statement for each connection when it is taken, and another afterwards."""
    engine, statement = coverage.database._engine, [begin]

    def restrict(connection: sa.engine.interfaces.DBAPIConnection, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(statement[0])
        cursor.close()

    sa.event.listen(engine, "checkout", restrict)
    try:
        yield
    finally:
        statement[0] = end
        with engine.connect():
            pass
        # What stands in the pool is released when it is next taken, so the listener stays.


@dataclass(slots=True)
class Work:
    """How long something took, in seconds, and how many of them the processor worked for this process."""

    seconds: float = 0.0
    busy: float = 0.0

    @property
    def share(self) -> float:
        """The share of the time for which it worked."""
        return self.busy / self.seconds


@contextmanager
def worked() -> Iterator[Work]:
    """How much this process works within, all threads together."""
    work, began, busy = Work(), time.monotonic(), time.process_time()
    yield work
    work.seconds, work.busy = time.monotonic() - began, time.process_time() - busy


def run_apart(script: str, *arguments: str, seconds: float = 60.0) -> list[str]:
    """Run a script in a process of its own, which may limit itself; the lines that it has printed.

    Raises:
        AssertionError: it failed, or wrote a traceback; a line of the log is its right.
    """
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines()
