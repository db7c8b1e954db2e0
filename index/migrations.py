"""From each older schema to the next, inside the transaction that opens the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from index.tables import articles, key_of, tables, to_article

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection


def _add_versions_and_watching(connection: Connection) -> None:
    """Schema 2: versions, corrections, withdrawals, copies, and what is watched."""
    known = {column["name"] for column in sa.inspect(connection).get_columns(articles.name)}
    for column in articles.columns:
        if column.name not in known:
            form = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {articles.name} ADD COLUMN {form}")
    tables.create_all(connection)
    for index in articles.indexes:
        index.create(connection, checkfirst=True)
    for article_id in list(connection.scalars(sa.select(articles.c.id))):
        article = to_article(connection.execute(sa.select(articles).where(articles.c.id == article_id)).one())
        values = {"key": key_of(article.id), "content": article.content, "address": article.address}
        connection.execute(sa.update(articles).where(articles.c.id == article.id).values(values))


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _add_versions_and_watching}
