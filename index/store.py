"""The database: articles, passages and embeddings. The one source of truth; every index follows it.

Each committed change has a number, the generation. A passage carries the generation it came with; a
removed passage leaves its number and the generation it went with. So whoever has reached generation g
can ask for what has come and gone since.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from index.errors import ModelError, StoreError
from index.records import Article, Extent, Passage, Query
from index.tables import (
    SCHEMA,
    articles,
    coverage,
    listen_on_sqlite,
    passages,
    removals,
    tables,
    to_article,
    to_passage,
    to_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from sqlalchemy.engine import Connection, Row

Embeddings = NDArray[np.float32]
Numbers = NDArray[np.int64]

BATCH = 4096
# SQLite binds at most 32,766 values in a statement.
VALUES = 10_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """An article with its passages and their embeddings, of shape (passages, dimension)."""

    article: Article
    passages: Sequence[Passage]
    embeddings: Embeddings


class Store:
    """The database of one coverage. Any number of processes may have it open."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, place: str | Path) -> Store:
        """The store in a SQLite file or at a SQLAlchemy URL; its tables are made where there are none.

        Raises:
            StoreError: the database cannot be reached or written, or a newer Dateline made it.
        """
        try:
            # A path may hold what means something in a URL.
            url = (
                sa.make_url(place) if isinstance(place, str) else sa.URL.create("sqlite", database=str(place))
            )
            is_sqlite = url.get_backend_name() == "sqlite"
            # Another process may be writing a batch: wait for it, in seconds, rather than fail.
            engine = sa.create_engine(url, connect_args={"timeout": 30} if is_sqlite else {})
        except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
            raise StoreError(f"DATELINE_DATABASE_URL cannot be used: {_first_line(error)}") from error
        if is_sqlite:
            listen_on_sqlite(engine)
        store = cls(engine)
        try:
            store._prepare()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    def generation(self) -> int:
        """The number of the last committed change; 0 for a new coverage."""
        with self._transaction() as connection:
            return int(connection.scalars(sa.select(coverage.c.generation)).one())

    def model(self) -> str | None:
        """The name of the model that made the embeddings; None before the first."""
        with self._transaction() as connection:
            return connection.scalar(sa.select(coverage.c.model))

    def identity(self) -> str:
        """What tells this database's indexes from any other's."""
        with self._transaction() as connection:
            return str(connection.scalars(sa.select(coverage.c.identity)).one())

    def extent(self) -> Extent:
        """How much coverage there is, and its newest publication date."""
        with self._transaction() as connection:
            whole = connection.scalars(sa.select(sa.func.count()).select_from(articles)).one()
            parts = connection.scalars(sa.select(sa.func.count()).select_from(passages)).one()
            newest = connection.scalar(sa.select(sa.func.max(articles.c.published)))
        return Extent(whole, parts, newest)

    def oldest(self) -> date | None:
        """The earliest publication date."""
        with self._transaction() as connection:
            earliest: date | None = connection.scalar(sa.select(sa.func.min(articles.c.published)))
        return earliest

    def sources(self) -> list[str]:
        """The names of all sources, those with the most articles first."""
        named = sa.select(articles.c.source).where(articles.c.source.is_not(None))
        ranked = named.group_by(articles.c.source).order_by(sa.func.count().desc(), articles.c.source)
        with self._transaction() as connection:
            return list(connection.scalars(ranked))

    def digests(self, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """For those of the articles that are stored, by id: their digest, and the input they came from."""
        columns = sa.select(articles.c.id, articles.c.digest, articles.c.input)
        # What a terminal makes of bytes that are no text is the id of no article.
        ids = [each for each in ids if each.encode("utf-8", "ignore").decode() == each]
        with self._transaction() as connection:
            rows = _select_in(connection, columns, articles.c.id, ids)
            return {row.id: (row.digest, row.input) for row in rows}

    def add(self, encoded: Sequence[Encoded], model: str) -> None:
        """Store the articles, each replacing what has its id, in one transaction.

        Raises:
            ModelError: the coverage's embeddings were made by another model.
            StoreError: the database refuses.
        """
        if not encoded:
            return
        with self._change() as (connection, generation):
            _claim(connection, model, encoded[0].embeddings.shape[1])
            _remove(connection, [item.article.id for item in encoded], generation)
            connection.execute(sa.insert(articles), [to_row(item.article) for item in encoded])
            rows = [row for item in encoded for row in _passage_rows(item, generation)]
            connection.execute(sa.insert(passages), rows)

    def remove(self, ids: Iterable[str]) -> list[str]:
        """Take the articles out, in one transaction; the ids that were there, in order."""
        present = sorted(self.digests(ids))
        if present:
            with self._change() as (connection, generation):
                _remove(connection, present, generation)
        return present

    def articles(self) -> Iterator[Article]:
        """All articles, in the order of their ids."""
        with self._transaction() as connection:
            rows = connection.execute(
                sa.select(articles).order_by(articles.c.id).execution_options(yield_per=256)
            )
            yield from map(to_article, rows)

    def spans(self, article_id: str) -> list[tuple[int, int]]:
        """Where the article's passages start and end, in order."""
        wanted = sa.select(passages.c.start, passages.c.end).where(passages.c.article_id == article_id)
        with self._transaction() as connection:
            return [(row.start, row.end) for row in connection.execute(wanted.order_by(passages.c.start))]

    def fetch(self, numbers: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """The passages of these numbers, each with its article; those now gone are left out."""
        with self._transaction() as connection:
            rows = _select_in(connection, _SPANS, passages.c.number, numbers)
            return dict(_with_articles(connection, rows))

    def allowed(self, query: Query) -> Numbers:
        """The numbers of the passages that the query's dates and sources let through, ascending."""
        wanted = sa.select(passages.c.number).join(articles, articles.c.id == passages.c.article_id)
        if query.since:
            wanted = wanted.where(articles.c.published >= query.since)
        if query.until:
            wanted = wanted.where(articles.c.published <= query.until)
        if query.sources:
            wanted = wanted.where(articles.c.source.in_(query.sources))
        with self._transaction() as connection:
            return np.fromiter(connection.scalars(wanted.order_by(passages.c.number)), dtype=np.int64)

    def embeddings_since(self, generation: int) -> Iterator[tuple[Numbers, Embeddings]]:
        """Passages that came after a generation, in batches: their numbers, and their embeddings as rows."""
        columns = sa.select(passages.c.number, passages.c.embedding)
        for rows in self._batches_since(generation, columns):
            halves = np.frombuffer(b"".join(row.embedding for row in rows), dtype="<f2")
            numbers = np.array([row.number for row in rows], dtype=np.int64)
            yield numbers, halves.reshape(len(rows), -1).astype(np.float32)

    def texts_since(self, generation: int) -> Iterator[list[tuple[int, tuple[Passage, Article]]]]:
        """Passages that came after a generation, in batches: their numbers, each with passage and article."""
        for rows in self._batches_since(generation, _SPANS):
            with self._transaction() as connection:
                yield list(_with_articles(connection, rows))

    def removed_since(self, generation: int) -> Numbers:
        """The numbers of the passages that went after a generation."""
        wanted = sa.select(removals.c.number).where(removals.c.generation > generation)
        with self._transaction() as connection:
            return np.fromiter(connection.scalars(wanted), dtype=np.int64)

    def _batches_since(self, generation: int, columns: sa.Select[Any]) -> Iterator[list[Row[Any]]]:
        last = 0
        newer = columns.where(passages.c.generation > generation).order_by(passages.c.number).limit(BATCH)
        while True:
            with self._transaction() as connection:
                rows = list(connection.execute(newer.where(passages.c.number > last)))
            if not rows:
                return
            yield rows
            last = rows[-1].number

    def _prepare(self) -> None:
        with self._transaction() as connection:
            tables.create_all(connection)
            schema = connection.scalar(sa.select(coverage.c.schema))
            if schema is None:
                connection.execute(
                    sa.insert(coverage).values(id=1, identity=uuid4().hex, schema=SCHEMA, generation=0)
                )
            elif schema != SCHEMA:
                raise StoreError(
                    f"the database has schema {schema}, and this Dateline knows {SCHEMA}; "
                    "use the version that made it"
                )

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(
                f"the database {self._engine.url!r} cannot be used: {_first_line(error)}; "
                "check that it is there, writable, whole and that the disk has room"
            ) from error

    @contextmanager
    def _change(self) -> Iterator[tuple[Connection, int]]:
        with self._transaction() as connection:
            # Counting first takes the write lock first: two writers wait for, and never deadlock, each other.
            connection.execute(sa.update(coverage).values(generation=coverage.c.generation + 1))
            yield connection, connection.scalars(sa.select(coverage.c.generation)).one()


_SPANS = sa.select(passages.c.number, passages.c.article_id, passages.c.start, passages.c.end)


def _claim(connection: Connection, model: str, dimension: int) -> None:
    """Note whose embeddings these are, or refuse to mix them with another model's."""
    known = connection.execute(sa.select(coverage.c.model, coverage.c.dimension)).one()
    if known.model is None:
        connection.execute(sa.update(coverage).values(model=model, dimension=dimension))
    elif (known.model, known.dimension) != (model, dimension):
        raise ModelError(
            f"this coverage was made with the model '{known.model}' ({known.dimension} dimensions), "
            f"not '{model}' ({dimension})"
        )


def _remove(connection: Connection, ids: Sequence[str], generation: int) -> None:
    for some in _slices(ids):
        theirs = passages.c.article_id.in_(some)
        gone = sa.select(passages.c.number, sa.literal(generation, sa.BigInteger)).where(theirs)
        connection.execute(sa.insert(removals).from_select(["number", "generation"], gone))
        connection.execute(sa.delete(passages).where(theirs))
        connection.execute(sa.delete(articles).where(articles.c.id.in_(some)))


def _passage_rows(item: Encoded, generation: int) -> Iterator[dict[str, Any]]:
    for passage, embedding in zip(item.passages, item.embeddings.astype("<f2"), strict=True):
        yield {
            "article_id": item.article.id,
            "start": passage.start,
            "end": passage.end,
            "embedding": embedding.tobytes(),
            "generation": generation,
        }


def _with_articles(
    connection: Connection, rows: Iterable[Row[Any]]
) -> Iterator[tuple[int, tuple[Passage, Article]]]:
    """Each row's number with its passage and article; an article is read once for all its passages."""
    spans = list(rows)
    found = _select_in(connection, sa.select(articles), articles.c.id, {row.article_id for row in spans})
    whole = {row.id: to_article(row) for row in found}
    for row in spans:
        if row.article_id in whole:
            yield row.number, (to_passage(row, whole[row.article_id]), whole[row.article_id])


def _select_in(
    connection: Connection, columns: sa.Select[Any], key: sa.Column[Any], wanted: Iterable[Any]
) -> Iterator[Row[Any]]:
    for some in _slices(sorted(wanted)):
        yield from connection.execute(columns.where(key.in_(some)))


def _slices(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), VALUES):
        yield values[start : start + VALUES]


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
