"""Answers as they were given, so that their buttons work after a restart, and what people thought of them."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.memory.tables import alone, answers, held, votes, writing
from index.records import Mark, Query

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Row

    from bot.memory.forgetting import Forgetting
    from index.database import Database

_LENGTH = 10
# A key never begins with the last of these: it might be taken for an option.
_CHARACTERS = f"{string.ascii_letters}{string.digits}_-"


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given, without its words.

    `key` is its short name, for buttons. `asked_in` is the message that asked, `messages` are ours that
    show the answer. `confidence` is in 0..1, `newest` the coverage's newest day then. `unread` is the code
    of the question's language where nobody here reads it. `asked` is the moment, in UTC.
    """

    key: str
    person: int
    chat: int
    thread: int | None
    asked_in: int
    messages: tuple[int, ...]
    question: str
    query: Query
    answered: bool
    confidence: float
    newest: date | None
    marks: tuple[Mark, ...]
    unread: str | None
    asked: datetime


def new_key() -> str:
    """A fresh key that nobody can guess: 10 characters of a-z, A-Z, 0-9, _ and -, the first no -."""
    rest = (secrets.choice(_CHARACTERS) for _ in range(_LENGTH - 1))
    return secrets.choice(_CHARACTERS[:-1]) + "".join(rest)


class Answers:
    """The answers that were given, in the database.

    A vote is on the disk when the call returns. An answer outlives the program, but a power cut may lose the
    latest: then its update was not done either, and is begun again.
    """

    def __init__(self, database: Database, forgetting: Forgetting) -> None:
        self._database = database
        self._forgetting = forgetting

    def keep(self, given: Given, begun: datetime | None = None) -> bool:
        """Keep an answer under its key, which is a new one, and say whether it is kept.

        It is not where its person was forgotten after the work on it had `begun`, by default when it
        was asked.

        Raises:
            StoreError: the database refuses.
        """
        # Alone, so that whoever forgets at this moment does so before it or deletes it.
        with alone(self._database, lasting=False) as connection:
            if self._forgetting.covers(begun or given.asked, given.person, given.chat):
                return False
            connection.execute(sa.insert(answers).values(_to_row(given)))
        return True

    def find(self, key: str) -> Given | None:
        """The answer of this key; None where it was never given, or let go since.

        Raises:
            StoreError: the database refuses.
        """
        return self._first(sa.select(answers).where(answers.c.key == key))

    def asked_by(self, chat: int, message: int) -> Given | None:
        """The newest answer to a message of a chat, which may have been edited and asked again.

        Raises:
            StoreError: the database refuses.
        """
        there = sa.select(answers).where(answers.c.chat == chat, answers.c.asked_in == message)
        return self._first(there.order_by(answers.c.asked.desc(), answers.c.key).limit(1))

    def last(self, chat: int, thread: int | None, person: int, since: datetime) -> Given | None:
        """The newest answer that somebody got there, among those that did answer since a moment.

        Raises:
            StoreError: the database refuses.
        """
        there = (answers.c.chat == chat, answers.c.thread.is_not_distinct_from(thread))
        lately = (answers.c.person == person, answers.c.answered, answers.c.asked > since)
        newest = sa.select(answers).where(*there, *lately).order_by(answers.c.asked.desc(), answers.c.key)
        return self._first(newest.limit(1))

    def place(self, key: str, messages: Iterable[int]) -> None:
        """Note which messages of ours show an answer now; one that was let go stays so.

        Raises:
            StoreError: the database refuses.
        """
        placed = sa.update(answers).where(answers.c.key == key).values(messages=list(messages))
        with writing(self._database, lasting=False) as connection:
            connection.execute(placed)

    def rate(self, key: str, person: int, good: bool) -> bool:  # noqa: FBT001 - a vote is up or down
        """Note whether a person finds an answer good, and say whether that is news.

        A person has one vote on each, and may change it. An answer that was let go takes none.

        Raises:
            StoreError: the database refuses.
        """
        own = (votes.c.key == key, votes.c.person == person)
        with writing(self._database) as connection:
            if not held(connection, answers.c.key, key):
                return False
            before = connection.scalars(sa.select(votes.c.good).where(*own)).one_or_none()
            if before is None:
                connection.execute(sa.insert(votes).values(key=key, person=person, good=good))
            elif before != good:
                connection.execute(sa.update(votes).where(*own).values(good=good))
            return before != good

    def _first(self, wanted: sa.Select[Any]) -> Given | None:
        with self._database.transaction() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else _to_given(row)


def _to_row(given: Given) -> dict[str, Any]:
    since, until = given.query.since, given.query.until
    row = asdict(given)
    row["query"] |= {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }
    return row


def _to_given(row: Row[Any]) -> Given:
    known = row._asdict()
    return Given(
        **known
        | {
            "messages": tuple(known["messages"]),
            "query": _to_query(known["query"]),
            "marks": tuple(map(_to_mark, known["marks"])),
        }
    )


def _to_query(known: dict[str, Any]) -> Query:
    days = {name: known[name] and date.fromisoformat(known[name]) for name in ("since", "until")}
    return Query(**known | days | {"sources": tuple(known["sources"])})


def _to_mark(known: dict[str, Any]) -> Mark:
    spans = tuple((start, end) for start, end in known["highlights"])
    return Mark(**known | {"highlights": spans, "also": tuple(known["also"])})
