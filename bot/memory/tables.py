"""The tables of the memory, in the coverage's own database, and how to write to them one at a time."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from index.tables import Day, Instant, Readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Dialect

    from index.database import Database

SCHEMA = 2

tables = sa.MetaData()


class Json(Readable):
    """A value written as JSON in ASCII.

    All text stands like this, even a single string: people type anything, and a database takes neither a
    half of a surrogate pair nor, if it is PostgreSQL, a NUL. Two halves that follow each other come back
    as the character that they make.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """As it is written; None is the database's own NULL."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """As it was, with lists for tuples."""
        return None if value is None else json.loads(value)


def _cascading(column: str) -> sa.ForeignKey:
    """What belongs to a row goes with it."""
    return sa.ForeignKey(column, ondelete="CASCADE")


# Always one row.
memory = sa.Table(
    "memory",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("schema", sa.Integer, nullable=False),
)
# Telegram's ids have up to 52 bits, and those of groups are negative.
people = sa.Table(
    "people",
    tables,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("language", Json),
    sa.Column("shown", sa.Integer),
    sa.Column("nights", sa.Boolean, nullable=False),
)
answers = sa.Table(
    "answers",
    tables,
    sa.Column("key", Json, primary_key=True),
    sa.Column("person", sa.BigInteger, nullable=False, index=True),
    sa.Column("chat", sa.BigInteger, nullable=False),
    sa.Column("thread", sa.BigInteger),
    sa.Column("asked_in", sa.BigInteger, nullable=False),
    sa.Column("messages", Json, nullable=False),
    sa.Column("question", Json, nullable=False),
    sa.Column("query", Json, nullable=False),
    sa.Column("answered", sa.Boolean, nullable=False),
    sa.Column("confidence", sa.Double, nullable=False),
    sa.Column("newest", Day),
    sa.Column("marks", Json, nullable=False),
    sa.Column("unread", Json),
    sa.Column("asked", Instant, nullable=False, index=True),
)
sa.Index("ix_answers_chat_asked_in", answers.c.chat, answers.c.asked_in)
votes = sa.Table(
    "votes",
    tables,
    sa.Column("key", Json, _cascading("answers.key"), primary_key=True),
    sa.Column("person", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("good", sa.Boolean, nullable=False),
)
follows = sa.Table(
    "follows",
    tables,
    sa.Column("key", Json, primary_key=True),
    sa.Column("person", sa.BigInteger, nullable=False),
    sa.Column("chat", sa.BigInteger, nullable=False, index=True),
    sa.Column("thread", sa.BigInteger),
    sa.Column("question", Json, nullable=False),
    # By this a question is known in other case or spaces, however long: PostgreSQL indexes no long text.
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("language", Json),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("begun", Instant, nullable=False),
    sa.UniqueConstraint("person", "digest"),
)
told = sa.Table(
    "told",
    tables,
    sa.Column("key", Json, _cascading("follows.key"), primary_key=True),
    sa.Column("story", Json, primary_key=True),
)
# Each update of Telegram that was taken, by the bot that it was for. It has a body until its work is done.
updates = sa.Table(
    "updates",
    tables,
    sa.Column("bot", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person", sa.BigInteger, index=True),
    sa.Column("body", Json),
    sa.Column("arrived", Instant, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False),
)
# What has been sent, in this order, for an update whose work is not done.
sends = sa.Table(
    "sends",
    tables,
    sa.Column("bot", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("message", sa.BigInteger, nullable=False),
    sa.Column("date", sa.BigInteger, nullable=False),
    sa.ForeignKeyConstraint(["bot", "number"], ["updates.bot", "updates.number"], ondelete="CASCADE"),
)
# News that are claimed and have not arrived yet, and up to which passage their follow had looked before.
claims = sa.Table(
    "claims",
    tables,
    sa.Column("key", Json, _cascading("follows.key"), primary_key=True),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("stories", Json, nullable=False),
)


# SQLite lets one write at a time, and lets the others look again after ever longer pauses. Those of this
# program wait for each other instead, which is quicker, and in the order in which they came.
_pen = threading.Lock()


@contextmanager
def writing(database: Database, *, lasting: bool = True) -> Iterator[Connection]:
    """A transaction that begins by writing, beside which no other of this program is.

    What nobody was told to be kept need not be `lasting`: it outlives the program, but not a power cut.

    Raises:
        StoreError: the database refuses.
    """
    with _pen, database.transaction(lasting=lasting) as connection:
        yield connection


@contextmanager
def alone(database: Database, *, lasting: bool = True) -> Iterator[Connection]:
    """A transaction beside which no other of these runs, in whatever process: for what touches several rows.

    It writes before it reads: SQLite fails who reads first where another has written since. The row that
    it writes is the memory's own, so that on PostgreSQL nobody waits for a batch of articles.

    Raises:
        StoreError: the database refuses.
    """
    with writing(database, lasting=lasting) as connection:
        connection.execute(sa.update(memory).values(schema=memory.c.schema))
        yield connection


def held(connection: Connection, column: sa.Column[Any], key: str) -> bool:
    """Whether the row of a key is there; until the transaction ends it is nobody else's to write."""
    hold = sa.update(column.table).where(column == key).values({column: column})
    return connection.execute(hold).rowcount > 0
