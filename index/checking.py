"""Is everything in a home as it should be? The checks of `dateline doctor` that are about the coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from index.checks.articles import check_articles, check_embeddings, check_versions
from index.checks.database import (
    RESTORE,
    check_coverage_schema,
    check_generation,
    check_inputs,
    check_moments,
    check_schema,
    check_soundness,
)
from index.checks.findings import FAULTS, Finding, State, first_line, guarded
from index.checks.home import check_home
from index.checks.indexes import check_indexes
from index.checks.looking import looking
from index.checks.model import check_model
from index.database import DATABASE, Database, file_of
from index.tables import coverage, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

__all__ = ["Beside", "Finding", "State", "check_coverage"]

# Where one of these is wrong, nothing is to be built from the database.
NEEDED = ("database", "schema", "generation")


@dataclass(frozen=True, slots=True)
class Beside:
    """Tables that others keep in the coverage's database.

    `name` is the table with the number of their schema, `schema` the number that is known.
    """

    name: str
    schema: int
    tables: Mapping[str, sa.Table] = field(default_factory=dict)


def check_coverage(
    home: Path,
    *,
    database_url: str | None = None,
    model: str | None = None,
    reranker: str | None = None,
    beside: Beside | None = None,
) -> Iterator[Finding]:
    """Look at all that a home holds, whoever works with it meanwhile; the settings are those of `Coverage`.

    No check stops those after it. Nothing is changed but indexes, which are built again from the database
    where they are wrong and the database is right.
    """
    place = database_url or home / DATABASE
    try:
        file = file_of(place)
    except FAULTS as error:
        file = None
        yield Finding("database", "failed", first_line(error), "set DATELINE_DATABASE_URL, or leave it unset")
        yield from guarded("home", lambda: check_home(home, None))
        yield from guarded("model", lambda: check_model(model, reranker, None))
        return
    yield from guarded("home", lambda: check_home(home, file))
    yield from _check_database(home, place, file, beside)
    yield from guarded("model", lambda: check_model(model, reranker, _made_with(place)))


def _check_database(
    home: Path, place: str | Path, file: Path | None, beside: Beside | None
) -> Iterator[Finding]:
    if file is not None and not _holds_something(file):
        yield _missing(home, file)
        return
    sound = True
    for each in _looks(place, beside):
        sound = sound and (each.state == "ok" or each.name not in NEEDED)
        yield each
    if not sound:
        told = "not looked at: they can be no better than the database"
        yield Finding("indexes", "warning", told, "see to the database first")
        return
    yield from guarded("indexes", lambda: _check_indexes(home, place), "make room and look again")


def _looks(place: str | Path, beside: Beside | None) -> Iterator[Finding]:
    """All checks that only read the database, each with a connection of its own."""
    others = beside.tables if beside else {}
    yield from _each(place, "database", check_soundness)
    known = list(_each(place, "schema", check_coverage_schema))
    yield from known
    if beside:
        yield from _each(place, "memory", lambda connection: _memory(connection, beside))
    if any(each.state != "ok" for each in known):
        return
    for name, look in (
        ("generation", check_generation),
        ("articles", check_articles),
        ("versions", check_versions),
        ("embeddings", check_embeddings),
        ("moments", lambda connection: check_moments(connection, {**tables.tables, **others})),
        ("watched", check_inputs),
    ):
        yield from _each(place, name, look)


def _each(place: str | Path, name: str, look: Callable[[Connection], Iterable[Finding]]) -> Iterator[Finding]:
    def within() -> Iterator[Finding]:
        with looking(place) as connection:
            yield from look(connection)

    yield from guarded(name, within, RESTORE)


def _memory(connection: Connection, beside: Beside) -> Iterator[Finding]:
    """The schema of what the conversation keeps, which is there once the bot has run."""
    if sa.inspect(connection).has_table(beside.name):
        yield from check_schema(connection, beside.name, beside.schema, beside.tables.values(), "memory")


def _check_indexes(home: Path, place: str | Path) -> Iterator[Finding]:
    database = Database.open(place)
    try:
        yield from check_indexes(home, database)
    finally:
        database.close()


def _holds_something(file: Path) -> bool:
    return file.exists() and not (file.is_file() and file.stat().st_size == 0)


def _missing(home: Path, file: Path) -> Finding:
    state = "is empty" if file.exists() else "is not there"
    derived = [name for name in ("dense.faiss", "lexical") if (home / name).exists()]
    if derived or file.with_name(f"{file.name}-wal").exists():
        return Finding("database", "failed", f"'{file}' {state}, but what it leaves beside it is", RESTORE)
    return Finding("database", "failed", f"'{file}' {state}", "index something: 'dateline index INPUT'")


def _made_with(place: str | Path) -> str | None:
    """The name of the model that made the coverage; None where the database does not tell."""
    try:
        with looking(place) as connection:
            name: str | None = connection.scalar(sa.select(coverage.c.model))
    except FAULTS:
        return None
    return name
