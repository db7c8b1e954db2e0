"""What an article has said: its versions, old and new, found by id, by address or by words once quoted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from index.addresses import canonical_address
from index.records import Article
from index.tables import articles, to_article, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from index.database import Database

# Words are looked for in the texts of all versions, which takes its time and may find very many.
MOST = 20


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it once was, until it was replaced; the newest has not been, but may be withdrawn."""

    article: Article
    replaced: datetime | None = None
    withdrawn: datetime | None = None
    reason: str | None = None


def find_versions(database: Database, wanted: str) -> list[list[Version]]:
    """The versions, newest first, of each article that has this id or address, or ever held these words.

    At most twenty articles are found by their words.
    """
    address = canonical_address(wanted)
    with database.transaction() as connection:
        known = sa.or_(
            articles.c.id == wanted, sa.and_(articles.c.address.is_not(None), articles.c.address == address)
        )
        ids = list(connection.scalars(sa.select(articles.c.id).where(known)))
        if not ids and wanted.strip():
            now = sa.select(articles.c.id).where(_holds(articles.c.text, wanted))
            then = sa.select(versions.c.article_id).where(_holds(versions.c.text, wanted))
            found = sa.union(now, then).subquery()
            ids = list(connection.scalars(sa.select(found.c[0]).order_by(found.c[0]).limit(MOST)))
        return [list(_versions(connection, each)) for each in ids]


def keep_version(connection: Connection, newer: Article, now: datetime) -> None:
    """Keep the stored version of an article whose newer one has other words, or words of correction."""
    kept = [column.name for column in versions.c if column.name not in {"number", "article_id", "replaced"}]
    columns = [articles.c.id, sa.literal(now, versions.c.replaced.type), *(articles.c[name] for name in kept)]
    other = sa.or_(
        articles.c.content != newer.content, articles.c.correction.is_distinct_from(newer.correction)
    )
    old = sa.select(*columns).where(articles.c.id == newer.id, other, articles.c.text != "")
    connection.execute(sa.insert(versions).from_select(["article_id", "replaced", *kept], old))


def _holds(text: sa.Column[Any], words: str) -> sa.ColumnElement[bool]:
    return text.contains(words, autoescape=True)


def _versions(connection: Connection, article_id: str) -> Iterator[Version]:
    newest = connection.execute(sa.select(articles).where(articles.c.id == article_id)).one()
    # A version has no more of its own than its words.
    rest = (versions.c.article_id.label("id"), sa.false().label("named"), sa.null().label("story"))
    older = sa.select(versions, *rest).where(versions.c.article_id == article_id)
    yield Version(to_article(newest), None, newest.withdrawn, newest.reason)
    for row in connection.execute(older.order_by(versions.c.number.desc())):
        yield Version(to_article(row), row.replaced)
