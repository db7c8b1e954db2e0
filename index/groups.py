"""Which articles are copies of one story: found out once, when they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import sqlalchemy as sa

from index.database import Database, select_in
from index.intact import intact_articles
from index.stories import are_copies
from index.stories import fingerprints as fingerprints_of
from index.tables import articles, fingerprints, key_of, to_article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from index.records import Article

BATCH = 256
# Of so many articles that share the most fingerprints with one, it is looked whether it is their copy.
CANDIDATES = 5
# Two copies share many fingerprints; one alone is a set phrase.
SHARED = 2
# A set phrase stands in ever more articles, and looking at all of them for each new one would take ever
# longer. So only the first so many keep it.
PHRASE = 100
# SQLite binds at most 32,766 values in a statement, and no article of news has so many fingerprints.
ASKED = 10_000
_IN_ORDER = (articles.c.published.is_(None), articles.c.published, articles.c.arrived, articles.c.id)


class Groups:
    """The stories of one coverage: what copies of one story have in common is a random name.

    A withdrawn article has no part in any; the store takes it out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def group_new(self) -> None:
        """Find out of each article of which nobody has yet, in the order they came, what it is a copy of.

        Raises:
            StoreError: the database refuses; what was found out before stays.
        """
        new = sa.select(articles).where(articles.c.story.is_(None))
        new = new.order_by(articles.c.arrived, articles.c.id).limit(BATCH)
        while self._any(new):
            with self._database.writing() as connection:
                for row in connection.execute(new).all():
                    _group(connection, to_article(row))

    def _any(self, wanted: sa.Select[Any]) -> bool:
        with self._database.transaction() as connection:
            return connection.execute(wanted.limit(1)).first() is not None

    def copies(self, stories: Iterable[str]) -> list[Article]:
        """All articles of these stories, the one that was published first before the others."""
        wanted = sa.select(articles).where(articles.c.story.in_(sorted(set(stories))))
        with self._database.transaction() as connection:
            return list(intact_articles(connection.execute(wanted.order_by(*_IN_ORDER))))


def _group(connection: Connection, article: Article) -> None:
    marks, key = sorted(fingerprints_of(article.text))[:ASKED], key_of(article.id)
    connection.execute(sa.delete(fingerprints).where(fingerprints.c.article == key))
    alike = _resembling(connection, marks)
    story = next((each.story for each in alike if are_copies(article, each)), None) or uuid4().hex
    connection.execute(sa.update(articles).where(articles.c.id == article.id).values(story=story))
    phrases = _phrases(connection, marks)
    if rows := [{"hash": mark, "article": key} for mark in marks if mark not in phrases]:
        connection.execute(sa.insert(fingerprints), rows)


def _resembling(connection: Connection, marks: list[int]) -> list[Article]:
    """The grouped articles that share the most of these fingerprints."""
    shared = sa.func.count()
    wanted = (
        sa.select(fingerprints.c.article)
        .where(fingerprints.c.hash.in_(marks))
        .group_by(fingerprints.c.article)
        .having(shared >= SHARED)
        .order_by(shared.desc(), fingerprints.c.article)
        .limit(CANDIDATES)
    )
    keys = list(connection.scalars(wanted))
    found = {
        row.key: to_article(row) for row in select_in(connection, sa.select(articles), articles.c.key, keys)
    }
    return [found[each] for each in keys if each in found]


def _phrases(connection: Connection, marks: list[int]) -> set[int]:
    """Those of the fingerprints that enough articles have already."""
    count = sa.select(fingerprints.c.hash).where(fingerprints.c.hash.in_(marks))
    return set(connection.scalars(count.group_by(fingerprints.c.hash).having(sa.func.count() >= PHRASE)))
