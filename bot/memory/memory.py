"""The memory: all that the conversation keeps, opened, forgotten and let go as a whole."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.memory import tables
from bot.memory.answers import Answers
from bot.memory.figures import Counting
from bot.memory.follows import Follows
from bot.memory.forgetting import Forgetting
from bot.memory.people import People
from bot.memory.updates import Updates, forget_in_updates
from index.errors import StoreError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from index.database import Database


log = logging.getLogger(__name__)

# Seconds between two tries to empty the log of changes: whoever reads or writes is done within them, mostly.
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted: answers to a person, votes of theirs, follows, and whether they had settings."""

    answers: int
    votes: int
    follows: int
    settings: bool


class Memory:
    """What the conversation keeps, in the coverage's own database. Threads and processes may share it.

    What one process writes the next one reads: in the program is kept only who has just been forgotten.
    """

    def __init__(self, database: Database) -> None:
        """The memory in a database; its tables are made where there are none.

        Raises:
            StoreError: the database refuses, or a newer Dateline has written this memory.
        """
        self._database = database
        self._forgetting = Forgetting()
        self._prepare()
        self.people = People(database)
        self.answers = Answers(database, self._forgetting)
        self.follows = Follows(database, self._forgetting)
        self.figures = Counting(database)

    def updates_of(self, bot: int) -> Updates:
        """The updates that Telegram hands over for the bot of this id."""
        return Updates(self._database, bot)

    def forget(self, person: int) -> Forgotten:
        """Delete everything about a person, at once or not at all, and say what that was.

        What concerns their private chat with us, which has their own number, is about them too. What is
        in progress for them in this program is done, but neither kept then, nor begun again after a crash.

        Raises:
            StoreError: the database refuses.
        """
        answers, votes, follows, people = tables.answers, tables.votes, tables.follows, tables.people
        cast = sa.select(sa.func.count()).where(votes.c.person == person)
        given = sa.delete(answers).where(sa.or_(answers.c.person == person, answers.c.chat == person))
        followed = sa.delete(follows).where(sa.or_(follows.c.person == person, follows.c.chat == person))
        with tables.alone(self._database) as connection:
            self._forgetting.note(person)
            voted = connection.scalars(cast).one()
            # Answers before votes, as in rate(): whoever takes them the other way round would make
            # PostgreSQL choose whom to fail. With an answer go all votes on it.
            gone = connection.execute(given).rowcount
            connection.execute(sa.delete(votes).where(votes.c.person == person))
            ended = connection.execute(followed).rowcount
            settings = connection.execute(sa.delete(people).where(people.c.id == person)).rowcount
            forget_in_updates(connection, person)
        self._settle()
        return Forgotten(gone, voted, ended, settings > 0)

    def expire(self, before: datetime) -> int:
        """Let go of the answers asked before a moment, with the votes on them; how many these were.

        Raises:
            StoreError: the database refuses.
        """
        with tables.alone(self._database) as connection:
            old = sa.delete(tables.answers).where(tables.answers.c.asked < before)
            gone = connection.execute(old).rowcount
        self._forgetting.let_go()
        self._database.settle()
        return gone

    def _settle(self) -> None:
        """Let what was deleted go from SQLite's log too, once nobody reads there that began before."""
        for pause in PAUSES:
            if self._database.settle():
                return
            time.sleep(pause)
        log.warning("what was deleted stands in the database's log of changes for some minutes more")

    def _prepare(self) -> None:
        with self._database.transaction() as connection:
            schema = _schema(connection)
        if schema is not None and schema < tables.SCHEMA:
            self._database.keep_before(f"memory-{tables.SCHEMA}")
        if schema is None or schema < tables.SCHEMA:
            # One makes the tables while the others wait, and then find them.
            with self._database.writing() as connection:
                schema = _make(connection, _schema(connection))
        if schema != tables.SCHEMA:
            raise StoreError(
                f"the conversation's memory has schema {schema}, and this Dateline knows {tables.SCHEMA}; "
                "use the version that made it"
            )


def _schema(connection: Connection) -> int | None:
    """The number of the tables that are there."""
    if not sa.inspect(connection).has_table(tables.memory.name):
        return None
    known: int = connection.scalars(sa.select(tables.memory.c.schema)).one()
    return known


def _make(connection: Connection, schema: int | None) -> int:
    """Make the tables that are missing: each schema has those of the one before it, and some more."""
    if schema is not None and schema > tables.SCHEMA:
        return schema
    tables.tables.create_all(connection)
    known = tables.memory
    if schema is None:
        connection.execute(sa.insert(known).values(id=1, schema=tables.SCHEMA))
    else:
        connection.execute(sa.update(known).values(schema=tables.SCHEMA))
    return tables.SCHEMA
