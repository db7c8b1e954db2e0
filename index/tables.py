"""The database's tables, and how their rows become records."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from index.records import Article, Passage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Dialect, Row

SCHEMA = 2

tables = sa.MetaData()


class UnreadableError(sa.exc.SQLAlchemyError, ValueError):
    """What stands in a row is nothing that its column can hold: the disk has changed it, say."""

    def __init__(self, error: ValueError) -> None:
        # What it is may be somebody's words.
        super().__init__(
            f"a row cannot be read ({type(error).__name__}); "
            "run 'dateline doctor', which tells where it is damaged"
        )


class Readable(sa.types.TypeDecorator[Any]):
    """A type whose values are told as unreadable where they are none, whatever its own way to say so."""

    __abstract__ = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """What makes a value of what the database gives."""
        process = super().result_processor(dialect, coltype)

        def read(value: Any) -> Any:
            try:
                return process(value) if process else value
            except ValueError as error:
                raise UnreadableError(error) from error

        return read


def read_json(written: str) -> Any:
    """What a column of text holds as JSON.

    Raises:
        UnreadableError: it is none.
    """
    try:
        return json.loads(written)
    except ValueError as error:
        raise UnreadableError(error) from error


class Day(Readable):
    """A day."""

    impl = sa.Date
    cache_ok = True


class Instant(Readable):
    """A moment, kept without its zone, which is always UTC: SQLite knows none."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Without the zone."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """With the zone."""
        return value.replace(tzinfo=UTC) if value else None


def _version_columns() -> list[sa.Column[Any]]:
    """What is known of an article's version; the same of the newest as of those before it."""
    return [
        sa.Column("content", sa.String(64)),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("titled", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("published", Day),
        sa.Column("updated", Day),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("language", sa.Text),
        sa.Column("issued", Instant),
        sa.Column("corrected", Day),
        sa.Column("correction", sa.Text),
    ]


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
    *_version_columns(),
    sa.Column("key", sa.BigInteger),
    # What makes two addresses of a piece one.
    sa.Column("address", sa.Text),
    sa.Column("named", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("story", sa.Text),
    sa.Column("arrived", Instant),
    # A withdrawn article keeps its row, so that it is not taken for a new one, and has no passages.
    sa.Column("withdrawn", Instant),
    sa.Column("reason", sa.Text),
    # Nobody called it back, only its address no longer gives it: should that give it again, it is back.
    sa.Column("vanished", sa.Boolean, nullable=False, server_default=sa.false()),
)
# By this, what may be used is counted, and the newest of it found, without a look at the texts.
sa.Index("ix_articles_withdrawn_published", articles.c.withdrawn, articles.c.published)
sa.Index("ix_articles_withdrawn_source", articles.c.withdrawn, articles.c.source)
for name in ("source", "published", "content", "address", "story", "key"):
    sa.Index(f"ix_articles_{name}", articles.c[name])
# Old versions: kept to be looked up, never searched.
versions = sa.Table(
    "versions",
    tables,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("article_id", sa.Text, nullable=False, index=True),
    sa.Column("replaced", Instant, nullable=False),
    *_version_columns(),
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
# What else an article calls itself: an agency's id of a piece that came as a page first.
aliases = sa.Table(
    "aliases",
    tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("article_id", sa.Text, nullable=False, index=True),
)
# What somebody took out, so that whoever watches does not put it back.
removed = sa.Table("removed", tables, sa.Column("id", sa.Text, primary_key=True))
# By these the copies of a story find each other, however large the coverage. An article has a hundred of
# them, so each names it by a number: rows with whole ids would be as large as the texts.
fingerprints = sa.Table(
    "fingerprints",
    tables,
    sa.Column("hash", sa.BigInteger, primary_key=True),
    sa.Column("article", sa.BigInteger, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
# What is watched: when it was asked, what it answered, and when it last brought something new.
inputs = sa.Table(
    "inputs",
    tables,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    sa.Column("visited", Instant),
    sa.Column("succeeded", Instant),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("trouble", sa.Text),
    # The moments of the last visits that brought something new, as JSON, oldest first.
    sa.Column("arrivals", sa.Text, nullable=False),
    sa.Column("reported", sa.Boolean, nullable=False),
)
# The pages that the inputs led to: what they answered, and which article that is.
pages = sa.Table(
    "pages",
    tables,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("input", sa.Text, nullable=False, index=True),
    sa.Column("article_id", sa.Text, index=True),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    sa.Column("fingerprint", sa.Text),
    sa.Column("seen", Instant, nullable=False),
    sa.Column("checked", Instant, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False),
)


def key_of(article_id: str) -> int:
    """A signed 64-bit number that stands for an article's id, and hardly ever for another's."""
    return int.from_bytes(hashlib.sha256(article_id.encode()).digest()[:8], signed=True)


def to_row(article: Article) -> dict[str, Any]:
    """The article as a row of its table."""
    return {
        "id": article.id,
        "key": key_of(article.id),
        "digest": article.digest,
        "content": article.content,
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
        "issued": article.issued,
        "corrected": article.corrected,
        "correction": article.correction,
        "address": article.address,
        "named": article.named,
        "story": article.story,
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
        authors=tuple(read_json(row.authors)),
        language=row.language,
        issued=row.issued,
        corrected=row.corrected,
        correction=row.correction,
        named=row.named,
        story=row.story,
    )


def to_passage(row: Row[Any], article: Article) -> Passage:
    """The passage of a row with a start and an end, cut from its article's text."""
    return Passage(article.id, row.start, row.end, article.text[row.start : row.end])
