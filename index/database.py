"""The database as such: opened, brought to the schema that we know, and changed in whole steps."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import sqlalchemy as sa

from index.backup import PATIENCE, back_up, keep_as_it_is, opened
from index.errors import StoreError
from index.migrations import MIGRATIONS
from index.tables import SCHEMA, coverage, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.engine import Connection, Row

log = logging.getLogger(__name__)

# In the home; and the lock of whoever makes its tables, or brings them up to date.
DATABASE, OPENING = "dateline.db", "opening.lock"
# SQLite binds at most 32,766 values in a statement.
VALUES = 10_000
# A connection for each thread that may want one at once, of which so many stay open. Of two programs on
# one PostgreSQL each gets its own: it takes a hundred.
CONNECTIONS, KEPT_OPEN = 48, 8
# To empty the log of changes is worth so many milliseconds of waiting: others wait meanwhile.
SETTLING = 500


class Database:
    """One coverage's database. Any number of threads and processes may have it open."""

    def __init__(self, engine: sa.Engine, quick: sa.Engine, *, is_copy: bool = False) -> None:
        self._engine = engine
        self._quick = quick
        self._is_copy = is_copy

    @classmethod
    def open(cls, place: str | Path, *, is_copy: bool = False) -> Database:
        """The database in a SQLite file or at a SQLAlchemy URL; its tables are made where there are none.

        One of an older schema is brought to ours, in one transaction, after a backup of it unless it
        `is_copy` of one.

        Raises:
            StoreError: it cannot be reached or written, or a newer Dateline made it.
        """
        try:
            # A path may hold what means something in a URL.
            url = (
                sa.make_url(place) if isinstance(place, str) else sa.URL.create("sqlite", database=str(place))
            )
            engine = quick = _make_engine(url)
            if url.get_backend_name() == "sqlite" and not _in_memory(url.database):
                quick = _make_engine(url)
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise StoreError(f"DATELINE_DATABASE_URL cannot be used: {_first_line(error)}") from error
        except ValueError:
            # Its message holds what was taken for a port, which may be a part of a password.
            raise StoreError("DATELINE_DATABASE_URL cannot be used: its port is no number") from None
        if url.get_backend_name() == "sqlite":
            _listen_on_sqlite(engine, "FULL")
            if quick is not engine:
                _listen_on_sqlite(quick, "NORMAL")
            _make_private(url.database)
            _refuse_newer(url.database)
        database = cls(engine, quick, is_copy=is_copy)
        with ExitStack() as undoing:
            undoing.callback(database.close)
            database._prepare()
            undoing.pop_all()
        return database

    def close(self) -> None:
        """Let the connections go."""
        for engine in {self._engine, self._quick}:
            engine.dispose()

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[Connection]:
        """What is done within is done whole, or not at all, and is on the disk when it is `lasting`.

        What is not survives the end of this program, however it comes; a power cut loses what was done
        since the last that is, the latest of it first. It takes a tenth of the time.

        Raises:
            StoreError: the database refuses.
        """
        engine = self._engine if lasting else self._quick
        try:
            with engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(
                f"the database {self._engine.url!r} cannot be used: {_first_line(error)}; "
                "check that it is there, writable, whole and that the disk has room"
            ) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes what it has read: it takes the write lock before it reads.

        Who reads first may find that another has written since, and then fails.

        Raises:
            StoreError: the database refuses.
        """
        with self.transaction() as connection:
            connection.execute(sa.update(coverage).values(schema=coverage.c.schema))
            yield connection

    def settle(self) -> bool:
        """Let nothing that was deleted stand in SQLite's log of changes any longer; not within a transaction.

        Whether that is so: where others are reading or writing it stays there until the next time.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        with suppress(sa.exc.SQLAlchemyError, sqlite3.Error), closing(self._engine.raw_connection()) as ours:
            try:
                ours.execute(f"PRAGMA busy_timeout={SETTLING}").close()
                with closing(ours.execute("PRAGMA wal_checkpoint(TRUNCATE)")) as told:
                    busy, _, _ = told.fetchone()
                return not busy
            finally:
                ours.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}").close()
        return False

    def back_up(self, target: Path, files: Iterable[tuple[str, bytes]] = ()) -> None:
        """Copy all of it as it stands now, and some files, into one file; see `index.backup.back_up`.

        Raises:
            StoreError: it cannot be written, or this is not SQLite.
        """
        if (file := self._file) is None:
            raise StoreError(
                f"the database {self._engine.url!r} is backed up and restored with its server's own tools, "
                "such as pg_dump and pg_restore"
            )
        back_up(file, target, files)

    def keep_before(self, change: str) -> None:
        """Back the database up beside itself before it is brought to another schema, as `change` names it.

        Raises:
            StoreError: the backup cannot be written, so it had better stay as it is.
        """
        if self._is_copy:
            return
        if (file := self._file) is None:
            log.warning(
                "the database %r is brought to another schema (%s), in one transaction; "
                "whoever wants it as it was makes a backup with its server's own tools before an update",
                self._engine.url,
                change,
            )
            return
        kept = keep_as_it_is(file, change)
        log.warning("the database is brought to another schema; as it was it is kept in '%s'", kept)

    @property
    def _file(self) -> Path | None:
        return file_of(self._engine.url)

    def _prepare(self) -> None:
        with self.transaction() as connection:
            schema = _schema_of(connection)
        if schema is not None and schema < SCHEMA:
            self.keep_before(f"schema-{SCHEMA}")
        with self.transaction() as connection:
            schema = _schema_of(connection)
            if schema is None:
                tables.create_all(connection)
                new = {"id": 1, "identity": uuid4().hex, "schema": SCHEMA, "generation": 0}
                connection.execute(sa.insert(coverage).values(new))
            for older in range(schema or SCHEMA, SCHEMA):
                MIGRATIONS[older](connection)
                connection.execute(sa.update(coverage).values(schema=older + 1))


def _schema_of(connection: Connection) -> int | None:
    """The number of the tables that are there; None where there are none.

    Raises:
        StoreError: it is none that we know.
    """
    if not sa.inspect(connection).has_table(coverage.name):
        return None
    schema: int = connection.scalars(sa.select(coverage.c.schema)).one()
    _check_known(schema)
    return schema


def _check_known(schema: int) -> None:
    if schema > SCHEMA or schema < min(MIGRATIONS):
        raise StoreError(
            f"the database has schema {schema}, and this Dateline knows {SCHEMA}; "
            "use the version that made it"
        )


def _refuse_newer(file: str | None) -> None:
    """Look at a file's schema without a way to write to it: what is not ours stays as it is, its log too.

    Raises:
        StoreError: it is none that we know.
    """
    if not file or _in_memory(file):
        return
    # What cannot be read so is told when it is opened, in its own words.
    with suppress(sqlite3.Error), closing(opened(Path(file), read_only=True)) as connection:
        for (schema,) in connection.execute("SELECT schema FROM coverage"):
            if isinstance(schema, int):
                _check_known(schema)


def file_of(place: str | Path | sa.URL) -> Path | None:
    """The file of a SQLite database, as it is named where it is opened; None for any other.

    Raises:
        StoreError: the URL is none.
    """
    if isinstance(place, Path):
        return place
    try:
        url = sa.make_url(place)
    except (sa.exc.ArgumentError, ValueError):
        # Its message holds what was taken for a port, which may be a part of a password.
        raise StoreError("DATELINE_DATABASE_URL cannot be used: it is no URL of a database") from None
    in_file = url.get_backend_name() == "sqlite" and not _in_memory(url.database)
    return Path(str(url.database)) if in_file else None


def select_in(
    connection: Connection, columns: sa.Select[Any], key: sa.Column[Any], wanted: Iterable[Any]
) -> Iterator[Row[Any]]:
    """The rows whose key is one of those wanted, however many these are."""
    for some in slices(sorted(wanted)):
        yield from connection.execute(columns.where(key.in_(some)))


def slices(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in parts that fit into a statement each."""
    for start in range(0, len(values), VALUES):
        yield values[start : start + VALUES]


def _make_engine(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        url,
        connect_args={"timeout": PATIENCE} if url.get_backend_name() == "sqlite" else {},
        # An error is logged, and the parameters of a statement may be somebody's question and number.
        hide_parameters=True,
        poolclass=sa.QueuePool,
        pool_size=KEPT_OPEN,
        max_overflow=CONNECTIONS - KEPT_OPEN,
    )


def _in_memory(file: str | None) -> bool:
    return not file or file.startswith((":", "file:"))


def _make_private(file: str | None) -> None:
    """Make a database's file, where there is none, for its owner only; SQLite makes those beside it alike."""
    if file and not _in_memory(file):
        # If it cannot be made, SQLite says so in its own words.
        with suppress(OSError):
            Path(file).touch(0o600)


def _listen_on_sqlite(engine: sa.Engine, synchronous: str) -> None:
    """Give every connection write-ahead logging, this synchronisation and transactions of our own.

    WAL lets a second process read while one writes; FULL means that what was committed is on the disk, so
    that an acknowledged article outlives a power cut too. NORMAL leaves that to the next that is FULL, or
    to the next checkpoint: https://sqlite.org/pragma.html#pragma_synchronous. What is deleted is
    overwritten.
    """

    def configure(connection: Any, _record: Any) -> None:
        # The sqlite3 module begins transactions by its own rules, and none at all for reading:
        # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL").close()
        for pragma in (f"synchronous={synchronous}", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    sa.event.listen(engine, "connect", configure)
    sa.event.listen(engine, "begin", begin)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
