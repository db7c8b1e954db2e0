"""The database as such: it opens, is whole by its own account, has tables that we know, and sane numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from index.checks.findings import Finding
from index.tables import SCHEMA, Instant, coverage, passages, removals, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy.engine import Connection

RESTORE = "stop what writes to it, keep a copy of the file, and restore a backup: 'dateline restore FILE'"
NEWER = "use the version of Dateline that made it, or a newer one"
# Clocks of two machines may differ by so much.
LEEWAY = timedelta(minutes=1)
# These are told by publishers, not by our own clock.
THEIRS = ("issued", "withdrawn")
MOST = 5


def check_soundness(connection: Connection) -> Iterator[Finding]:
    """SQLite's own checks of its pages, indexes and references; of a server's database they are its own."""
    if connection.dialect.name != "sqlite":
        yield Finding("database", "ok", f"{connection.engine.url!r} answers; its server checks its own files")
        return
    faults = [row[0] for row in connection.exec_driver_sql(f"PRAGMA integrity_check({MOST})")]
    if faults == ["ok"]:
        yield Finding("database", "ok", "its pages and indexes are whole")
    else:
        said = "; ".join(each.replace("\n", " ") for each in faults)[:300]
        yield Finding("database", "failed", f"it is damaged: {said}", RESTORE)
    strays = [row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")]
    if strays:
        told = ", ".join(f"{strays.count(name):,} in '{name}'" for name in sorted(set(strays)))
        yield Finding("references", "failed", f"rows belong to what is not there: {told}", RESTORE)
    else:
        yield Finding("references", "ok", "every row belongs to what is there")


def check_schema(
    connection: Connection, name: str, known: int, of: Iterable[sa.Table] = (), title: str = "schema"
) -> Iterator[Finding]:
    """The schema's number in the table of this name, against the one `known`; and are all tables there."""
    there = set(sa.inspect(connection).get_table_names())
    if name not in there:
        yield Finding(title, "failed", f"the table '{name}' is missing", RESTORE)
        return
    table = sa.table(name, sa.column("schema"))
    found = list(connection.scalars(sa.select(table.c.schema)))
    if len(found) != 1 or not isinstance(found[0], int):
        told = f"the table '{name}' tells {found[:3]!r} where one number should be"
        yield Finding(title, "failed", told, RESTORE)
    elif found[0] > known:
        told = f"'{name}' has schema {found[0]}, and this Dateline knows {known}"
        yield Finding(title, "failed", told, NEWER)
    elif found[0] < known:
        told = f"'{name}' has schema {found[0]}; it is brought to {known} when it is next used"
        yield Finding(title, "warning", told, "make a backup first: 'dateline backup FILE'")
    elif missing := sorted({each.name for each in of} - there):
        yield Finding(title, "failed", f"the table '{missing[0]}' is missing", RESTORE)
    else:
        yield Finding(title, "ok", f"'{name}' has schema {known}")


def check_coverage_schema(connection: Connection) -> Iterator[Finding]:
    """The schema of the coverage's own tables."""
    yield from check_schema(connection, coverage.name, SCHEMA, tables.tables.values())


def check_generation(connection: Connection) -> Iterator[Finding]:
    """The one row about the coverage as a whole, against all rows that it counts."""
    row = connection.execute(sa.select(coverage)).one()
    newest = max(
        connection.scalar(sa.select(sa.func.max(table.c.generation))) or 0 for table in (passages, removals)
    )
    count = connection.scalars(sa.select(sa.func.count()).select_from(passages)).one()
    if not row.identity or row.generation < newest or row.generation < 0:
        told = f"it has reached {row.generation}, but what it holds {newest}"
        yield Finding("generation", "failed", told, RESTORE)
    elif count and not (row.model and row.dimension):
        yield Finding("generation", "failed", "nobody knows which model made the passages", RESTORE)
    else:
        yield Finding("generation", "ok", f"{row.generation}, of the model '{row.model or 'none yet'}'")


def check_moments(
    connection: Connection, known: Mapping[str, sa.Table], now: datetime | None = None
) -> Iterator[Finding]:
    """Moments that our own clock has told, in any of these tables: none may lie in the future."""
    latest = (now or datetime.now(UTC)) + LEEWAY
    there = set(sa.inspect(connection).get_table_names())
    ahead = []
    for table in (each for each in known.values() if each.name in there):
        columns = [each for each in table.c if isinstance(each.type, Instant) and each.name not in THEIRS]
        for column in columns:
            count = connection.scalar(sa.select(sa.func.count()).where(column > latest))
            if count:
                ahead.append(f"{count:,} in '{table.name}.{column.name}'")
    if ahead:
        advice = "set this machine's clock; what is told as new may be told late until then"
        yield Finding("moments", "warning", f"they lie in the future: {', '.join(ahead)}", advice)
    else:
        yield Finding("moments", "ok", "none that is stored lies in the future")


def check_inputs(connection: Connection) -> Iterator[Finding]:
    """Of each watched input: when it was last read, and what failed since."""
    wanted = sa.select(tables.tables["inputs"]).order_by("address")
    for row in connection.execute(wanted):
        last = f"last success {row.succeeded:%Y-%m-%d %H:%M} UTC" if row.succeeded else "never read"
        if row.failures:
            told = f"'{row.address}': {row.failures} failures in a row, {last}: {row.trouble}"
            yield Finding("watched", "warning", told, "see whether the address opens in a browser")
        else:
            yield Finding("watched", "ok", f"'{row.address}': {last}")
