"""Which articles are copies of one story, as the database keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from index.database import Database, select_in
from index.tables import articles, fingerprints, key_of, to_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.records import Article

BATCH = 256
# Two copies share many fingerprints; one alone is a set phrase.
SHARED = 2
# SQLite binds at most 32,766 values in a statement, and no article of news has so many.
ASKED = 10_000
_USABLE = articles.c.withdrawn.is_(None)
_IN_ORDER = (articles.c.published.is_(None), articles.c.published, articles.c.arrived, articles.c.id)


class Groups:
    """The stories of one coverage: what its copies have in common is a random name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ungrouped(self) -> Iterator[Article]:
        """The articles of which nobody has looked yet what they are copies of, in the order they came.

        Each must be grouped before the next is asked for.
        """
        wanted = sa.select(articles).where(articles.c.story.is_(None), _USABLE)
        wanted = wanted.order_by(articles.c.arrived, articles.c.id).limit(BATCH)
        while True:
            with self._database.transaction() as connection:
                rows = connection.execute(wanted).all()
            if not rows:
                return
            yield from map(to_article, rows)

    def resembling(self, article: Article, marks: Iterable[int], most: int) -> list[Article]:
        """The grouped articles that share the most of an article's fingerprints, at most so many."""
        shared = sa.func.count()
        wanted = (
            sa.select(fingerprints.c.article)
            .where(
                fingerprints.c.hash.in_(sorted(marks)[:ASKED]), fingerprints.c.article != key_of(article.id)
            )
            .group_by(fingerprints.c.article)
            .having(shared >= SHARED)
            .order_by(shared.desc(), fingerprints.c.article)
            .limit(most)
        )
        grouped = sa.select(articles).where(articles.c.story.is_not(None), _USABLE)
        with self._database.transaction() as connection:
            keys = list(connection.scalars(wanted))
            found = {row.key: to_article(row) for row in select_in(connection, grouped, articles.c.key, keys)}
        return [found[each] for each in keys if each in found]

    def note(self, article: Article, marks: Iterable[int], story: str) -> None:
        """Keep an article's fingerprints, and which story it is a copy of."""
        theirs, key = articles.c.id == article.id, key_of(article.id)
        rows = [{"hash": mark, "article": key} for mark in sorted(marks)]
        with self._database.transaction() as connection:
            connection.execute(sa.update(articles).where(theirs).values(story=story))
            connection.execute(sa.delete(fingerprints).where(fingerprints.c.article == key))
            if rows:
                connection.execute(sa.insert(fingerprints), rows)

    def copies(self, stories: Iterable[str]) -> list[Article]:
        """All articles of these stories, the one that was published first before the others."""
        wanted = sa.select(articles).where(articles.c.story.in_(sorted(set(stories))), _USABLE)
        with self._database.transaction() as connection:
            return [to_article(row) for row in connection.execute(wanted.order_by(*_IN_ORDER))]
