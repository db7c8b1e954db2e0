"""The articles, their passages and embeddings: the one source of truth, which every index follows.

Each committed change has a number, the generation. A passage carries the generation it came with; a
removed passage leaves its number and the generation it went with. So whoever has reached generation g
can ask for what has come and gone since.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from index.database import Database, select_in, slices
from index.errors import ModelError
from index.history import keep_version
from index.identities import Identities, forget_removed, remember_removed
from index.intact import intact_articles, lies_within
from index.records import Article, Extent, Passage, Query, Withdrawal
from index.standing import effect_of, is_outdated, standing
from index.tables import (
    articles,
    coverage,
    fingerprints,
    key_of,
    passages,
    removals,
    to_article,
    to_passage,
    to_row,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from sqlalchemy.engine import Connection, Row

Embeddings = NDArray[np.float32]
Numbers = NDArray[np.int64]

BATCH = 4096
# Above any number that a passage can have.
LAST = 2**63 - 1
# What a withdrawn article is a copy of: of nothing, and nobody need look.
NO_STORY = ""
# What is no longer to be used is neither counted nor found.
_USABLE = articles.c.withdrawn.is_(None)


@dataclass(frozen=True, slots=True)
class Encoded:
    """An article with its passages and their embeddings, of shape (passages, dimension)."""

    article: Article
    passages: Sequence[Passage]
    embeddings: Embeddings


class Stored(NamedTuple):
    """An article as it is stored; when it was withdrawn, if it was, and whether it only vanished."""

    article: Article
    withdrawn: datetime | None
    vanished: bool


class Store:
    """The articles of one coverage. Any number of processes may have it open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.identities = Identities(database)

    @classmethod
    def open(cls, place: str | Path) -> Store:
        """The store in a SQLite file or at a SQLAlchemy URL; its tables are made where there are none.

        Raises:
            StoreError: the database cannot be reached or written, or a newer Dateline made it.
        """
        return cls(Database.open(place))

    def close(self) -> None:
        """Let the connections go."""
        self._database.close()

    def generation(self) -> int:
        """The number of the last committed change; 0 for a new coverage."""
        with self._database.transaction() as connection:
            return int(connection.scalars(sa.select(coverage.c.generation)).one())

    def model(self) -> str | None:
        """The name of the model that made the embeddings; None before the first."""
        with self._database.transaction() as connection:
            return connection.scalar(sa.select(coverage.c.model))

    def identity(self) -> str:
        """What tells this database's indexes from any other's."""
        with self._database.transaction() as connection:
            return str(connection.scalars(sa.select(coverage.c.identity)).one())

    def extent(self) -> Extent:
        """How much coverage there is, and its newest publication date."""
        with self._database.transaction() as connection:
            whole = connection.scalars(sa.select(sa.func.count()).where(_USABLE).select_from(articles)).one()
            parts = connection.scalars(sa.select(sa.func.count()).select_from(passages)).one()
            newest = connection.scalar(sa.select(sa.func.max(articles.c.published)).where(_USABLE))
        return Extent(whole, parts, newest)

    def oldest(self) -> date | None:
        """The earliest publication date."""
        with self._database.transaction() as connection:
            earliest: date | None = connection.scalar(
                sa.select(sa.func.min(articles.c.published)).where(_USABLE)
            )
        return earliest

    def sources(self) -> list[str]:
        """The names of all sources, those with the most articles first."""
        named = sa.select(articles.c.source).where(articles.c.source.is_not(None), _USABLE)
        ranked = named.group_by(articles.c.source).order_by(sa.func.count().desc(), articles.c.source)
        with self._database.transaction() as connection:
            return list(connection.scalars(ranked))

    def digests(self, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """For those of the articles that are stored, by id: their digest, and the input they came from.

        The digest of a withdrawn article is no article's.
        """
        digest = sa.case((_USABLE, articles.c.digest), else_="").label("digest")
        columns = sa.select(articles.c.id, digest, articles.c.input)
        # What a terminal makes of bytes that are no text is the id of no article.
        ids = [each for each in ids if each.encode("utf-8", "ignore").decode() == each]
        with self._database.transaction() as connection:
            rows = select_in(connection, columns, articles.c.id, ids)
            return {row.id: (row.digest, row.input) for row in rows}

    def add(self, encoded: Sequence[Encoded], model: str) -> None:
        """Store the articles, each replacing what has its id, in one transaction.

        Where the words of one change, those that it had are kept as a version of their own. What another
        process has stored meanwhile, newer than an article, stays.

        Raises:
            ModelError: the coverage's embeddings were made by another model.
            StoreError: the database refuses.
        """
        if not encoded:
            return
        now = datetime.now(UTC)
        with self._change() as (connection, generation):
            _claim(connection, model, encoded[0].embeddings.shape[1])
            stored = standing(connection, [item.article.id for item in encoded])
            newer = [item for item in encoded if not is_outdated(item.article, stored.get(item.article.id))]
            ids = [item.article.id for item in newer]
            for item in newer:
                if item.article.id in stored:
                    keep_version(connection, item.article, now)
            _remove(connection, ids, generation)
            forget_removed(connection, ids)
            if newer:
                rows = [to_row(item.article) | {"arrived": _arrived(item, stored, now)} for item in newer]
                connection.execute(sa.insert(articles), rows)
                connection.execute(sa.insert(passages), [*_passage_rows(newer, generation)])

    def withdraw(self, withdrawal: Withdrawal) -> bool:
        """Take an article out of all answers, in one transaction, and keep what it said to be looked up.

        An article that is not known yet is noted, so that it is not taken in later. A version issued after
        the withdrawal stays. Whether something changed: a withdrawn article is withdrawn once.
        """
        when = withdrawal.issued or datetime.now(UTC)
        theirs = articles.c.id == withdrawal.id
        gone = {"withdrawn": when, "reason": withdrawal.reason, "vanished": withdrawal.vanished}
        with self._database.transaction() as connection:
            before = standing(connection, [withdrawal.id]).get(withdrawal.id)
        effect = effect_of(withdrawal, when, before)
        if effect == "counts from later on":
            with self._database.writing() as connection:
                connection.execute(sa.update(articles).where(theirs).values(gone))
        if effect != "takes it away":
            return False
        with self._change() as (connection, generation):
            if withdrawal.id not in standing(connection, [withdrawal.id]):
                blank = Article(id=withdrawal.id, title="", text="", input=withdrawal.input)
                connection.execute(sa.insert(articles).values(to_row(blank)))
            _clear(connection, [withdrawal.id], generation)
            connection.execute(sa.update(articles).where(theirs).values(gone | {"story": NO_STORY}))
        return before is not None

    def remove(self, ids: Iterable[str]) -> list[str]:
        """Take the articles out with all that they ever said, in one transaction; the ids that were there.

        They are remembered by all their names, so that whoever watches does not put them back.
        """
        present = sorted(self.digests(ids))
        if present:
            with self._change() as (connection, generation):
                _remove(connection, present, generation)
                remember_removed(connection, present)
                for some in slices(present):
                    connection.execute(sa.delete(versions).where(versions.c.article_id.in_(some)))
        return present

    def article(self, article_id: str) -> Stored:
        """A stored article, withdrawn or not.

        Raises:
            KeyError: there is none of this id.
        """
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(articles).where(articles.c.id == article_id)).one_or_none()
        if row is None:
            raise KeyError(article_id)
        return Stored(to_article(row), row.withdrawn, row.vanished)

    def articles(self) -> Iterator[Article]:
        """All articles that may be used, in the order of their ids."""
        wanted = sa.select(articles).where(_USABLE).order_by(articles.c.id)
        with self._database.transaction() as connection:
            yield from map(to_article, connection.execute(wanted.execution_options(yield_per=256)))

    def spans(self, article_id: str) -> list[tuple[int, int]]:
        """Where the article's passages start and end, in order."""
        wanted = sa.select(passages.c.start, passages.c.end).where(passages.c.article_id == article_id)
        with self._database.transaction() as connection:
            return [(row.start, row.end) for row in connection.execute(wanted.order_by(passages.c.start))]

    def fetch(self, numbers: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """The passages of these numbers, each with its article; those now gone are left out."""
        with self._database.transaction() as connection:
            rows = select_in(connection, _SPANS, passages.c.number, numbers)
            return dict(_with_articles(connection, rows))

    def allowed(self, query: Query) -> Numbers:
        """The numbers of the passages that the query's filters let through, ascending."""
        wanted = sa.select(passages.c.number).join(articles, articles.c.id == passages.c.article_id)
        if query.since:
            wanted = wanted.where(articles.c.published >= query.since)
        if query.until:
            wanted = wanted.where(articles.c.published <= query.until)
        if query.sources:
            wanted = wanted.where(articles.c.source.in_(query.sources))
        if query.after is not None:
            wanted = wanted.where(passages.c.number > query.after)
        with self._database.transaction() as connection:
            # Asked to sort, SQLite reads all passages in order and looks up the article of each.
            return np.sort(np.fromiter(connection.scalars(wanted), dtype=np.int64))

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
            with self._database.transaction() as connection:
                yield list(_with_articles(connection, rows))

    def removed_since(self, generation: int) -> Numbers:
        """The numbers of the passages that went after a generation."""
        wanted = sa.select(removals.c.number).where(removals.c.generation > generation)
        with self._database.transaction() as connection:
            return np.fromiter(connection.scalars(wanted), dtype=np.int64)

    def _batches_since(self, generation: int, columns: sa.Select[Any]) -> Iterator[list[Row[Any]]]:
        # In the order of the index on the generation, which is that of the numbers, too. Ordered by numbers
        # alone, SQLite would read all passages there are.
        place = sa.tuple_(passages.c.generation, passages.c.number)
        ordered = columns.add_columns(passages.c.generation).order_by(*place).limit(BATCH)
        last = (generation, LAST)
        while True:
            with self._database.transaction() as connection:
                rows = list(connection.execute(ordered.where(place > last)))
            if not rows:
                return
            yield rows
            last = (rows[-1].generation, rows[-1].number)

    @contextmanager
    def _change(self) -> Iterator[tuple[Connection, int]]:
        with self._database.transaction() as connection:
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
    _clear(connection, ids, generation)
    for some in slices(ids):
        connection.execute(sa.delete(articles).where(articles.c.id.in_(some)))


def _clear(connection: Connection, ids: Sequence[str], generation: int) -> None:
    """Take away all by which the articles are found."""
    for some in slices(ids):
        theirs = passages.c.article_id.in_(some)
        gone = sa.select(passages.c.number, sa.literal(generation, sa.BigInteger)).where(theirs)
        connection.execute(sa.insert(removals).from_select(["number", "generation"], gone))
        connection.execute(sa.delete(passages).where(theirs))
        keys = [key_of(each) for each in some]
        connection.execute(sa.delete(fingerprints).where(fingerprints.c.article.in_(keys)))


def _arrived(item: Encoded, stored: Mapping[str, Row[Any]], now: datetime) -> datetime:
    """When an article first came."""
    known = stored.get(item.article.id)
    arrived: datetime = known.arrived if known else now
    return arrived


def _passage_rows(encoded: Iterable[Encoded], generation: int) -> Iterator[dict[str, Any]]:
    for item in encoded:
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
    found = select_in(connection, sa.select(articles), articles.c.id, {row.article_id for row in spans})
    whole = {article.id: article for article in intact_articles(found)}
    for row in spans:
        if row.article_id in whole and lies_within(row, whole[row.article_id]):
            yield row.number, (to_passage(row, whole[row.article_id]), whole[row.article_id])
