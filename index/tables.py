"""The database's tables, how their rows become records, and how SQLite is told to keep its word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from index.records import Article, Passage

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Row

SCHEMA = 1

tables = sa.MetaData()
# What is known of the coverage as a whole: always one row.
coverage = sa.Table(
    "coverage",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    # Random, so that an index made from another database is never taken for this one's.
    sa.Column("identity", sa.String(32), nullable=False),
    sa.Column("schema", sa.Integer, nullable=False),
    sa.Column("generation", sa.BigInteger, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("dimension", sa.Integer),
)
articles = sa.Table(
    "articles",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("titled", sa.Boolean, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("source", sa.Text, index=True),
    sa.Column("url", sa.Text),
    sa.Column("published", sa.Date, index=True),
    sa.Column("updated", sa.Date),
    sa.Column("authors", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
)
passages = sa.Table(
    "passages",
    tables,
    # SQLite counts by itself only in a key of type INTEGER.
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("article_id", sa.Text, sa.ForeignKey("articles.id"), nullable=False, index=True),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("embedding", sa.LargeBinary, nullable=False),
    sa.Column("generation", sa.BigInteger, nullable=False, index=True),
    # The number of a removed passage never comes back, or an index could not tell the two apart.
    sqlite_autoincrement=True,
)
removals = sa.Table(
    "removals",
    tables,
    sa.Column("number", sa.BigInteger, primary_key=True),
    sa.Column("generation", sa.BigInteger, nullable=False, index=True),
)


def to_row(article: Article) -> dict[str, Any]:
    """The article as a row of its table."""
    return {
        "id": article.id,
        "digest": article.digest,
        "title": article.title,
        "titled": article.titled,
        "text": article.text,
        "input": article.input,
        "source": article.source,
        "url": article.url,
        "published": article.published,
        "updated": article.updated,
        "authors": json.dumps(article.authors),
        "language": article.language,
    }


def to_article(row: Row[Any]) -> Article:
    """The article of a row of its table."""
    return Article(
        id=row.id,
        title=row.title,
        titled=row.titled,
        text=row.text,
        input=row.input,
        source=row.source,
        url=row.url,
        published=row.published,
        updated=row.updated,
        authors=tuple(json.loads(row.authors)),
        language=row.language,
    )


def to_passage(row: Row[Any], article: Article) -> Passage:
    """The passage of a row with a start and an end, cut from its article's text."""
    return Passage(article.id, row.start, row.end, article.text[row.start : row.end])


def listen_on_sqlite(engine: sa.Engine) -> None:
    """Give every connection write-ahead logging, full synchronisation and transactions of our own.

    WAL lets a second process read while one writes; FULL means that what was committed is on the
    disk, so that an acknowledged article outlives a power cut too.
    """

    def configure(connection: Any, _record: Any) -> None:
        # The sqlite3 module begins transactions by its own rules, and none at all for reading:
        # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    sa.event.listen(engine, "connect", configure)
    sa.event.listen(engine, "begin", begin)
