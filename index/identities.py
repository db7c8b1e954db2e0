"""Under which ids else a stored article is known, and which somebody took out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from index.database import Database, select_in, slices
from index.tables import aliases, articles, removed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Connection

    from index.records import Article


class Identities:
    """The other names of one coverage's articles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def own(self, article_id: str) -> str:
        """The id of the article that this one turned out to be, or the id itself."""
        with self._database.transaction() as connection:
            found = connection.scalar(sa.select(aliases.c.article_id).where(aliases.c.id == article_id))
        return article_id if found is None else str(found)

    def same_piece(self, article: Article) -> str | None:
        """The id of the stored article of this address, or of this source with the very same words."""
        address, content = articles.c.address == article.address, articles.c.content == article.content
        with self._database.transaction() as connection:
            for same in (address, content) if article.address else (content,):
                wanted = sa.select(articles.c.id).where(same).order_by(articles.c.arrived, articles.c.id)
                if (found := connection.scalar(wanted.limit(1))) is not None:
                    return str(found)
        return None

    def note(self, other: str, own: str) -> None:
        """Keep that what calls itself by another id is this article."""
        with self._database.transaction() as connection:
            connection.execute(sa.delete(aliases).where(aliases.c.id == other))
            connection.execute(sa.insert(aliases).values(id=other, article_id=own))

    def removed(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids whose articles somebody took out, and nobody has put back."""
        with self._database.transaction() as connection:
            rows = select_in(connection, sa.select(removed.c.id), removed.c.id, set(ids))
            return {row.id for row in rows}


def remember_removed(connection: Connection, ids: Sequence[str]) -> None:
    """Note that these were taken out, by whatever name they come again."""
    for some in slices(ids):
        others = sa.select(aliases.c.id).where(aliases.c.article_id.in_(some))
        named = {*some, *connection.scalars(others)}
        connection.execute(sa.delete(removed).where(removed.c.id.in_(named)))
        connection.execute(sa.insert(removed), [{"id": each} for each in sorted(named)])
        connection.execute(sa.delete(aliases).where(aliases.c.article_id.in_(some)))


def forget_removed(connection: Connection, ids: Sequence[str]) -> None:
    """Note that these are put back."""
    for some in slices(ids):
        connection.execute(sa.delete(removed).where(removed.c.id.in_(some)))
