"""The questions that people follow, and what each of them has been told."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from bot.memory.tables import alone, claims, follows, held, told, writing
from index.database import select_in, slices
from index.records import digest_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection

    from bot.memory.forgetting import Forgetting
    from index.database import Database

Outcome = Literal["added", "known", "full"]


@dataclass(frozen=True, slots=True)
class Follow:
    """A question to be told about, as it is to be asked by itself, and where to tell.

    `language` is the code of the interface's language then. Passages with a number above `after` are new
    to it. `begun` is the moment, in UTC.
    """

    key: str
    person: int
    chat: int
    thread: int | None
    question: str
    language: str | None
    after: int
    begun: datetime


_columns = tuple(follows.c[field.name] for field in fields(Follow))
_select = sa.select(*_columns).order_by(follows.c.begun, follows.c.key)


class Follows:
    """What is followed, in the database. What is written is on the disk when the call returns."""

    def __init__(self, database: Database, forgetting: Forgetting) -> None:
        self._database = database
        self._forgetting = forgetting

    def add(self, follow: Follow, limit: int, begun: datetime | None = None) -> Outcome:
        """Follow a question, unless its person follows it already or has as many as `limit`.

        The same question in other case or spaces is known, in whichever chat it is followed. Where the
        person was forgotten after the work on it had `begun`, by default with the follow, what is added
        is gone at once.

        Raises:
            StoreError: the database refuses.
        """
        digest = _digest(follow.question)
        own = sa.select(follows.c.digest).where(follows.c.person == follow.person)
        with alone(self._database) as connection:
            if self._forgetting.covers(begun or follow.begun, follow.person, follow.chat):
                return "added"
            known = set(connection.scalars(own))
            if digest in known:
                return "known"
            if len(known) >= limit:
                return "full"
            connection.execute(sa.insert(follows).values(asdict(follow) | {"digest": digest}))
        return "added"

    def of(self, person: int) -> list[Follow]:
        """What a person follows, the oldest first.

        Raises:
            StoreError: the database refuses.
        """
        return self._read(_select.where(follows.c.person == person))

    def all(self) -> list[Follow]:
        """What anybody follows, the oldest first.

        Raises:
            StoreError: the database refuses.
        """
        return self._read(_select)

    def count(self) -> int:
        """How many questions are followed.

        Raises:
            StoreError: the database refuses.
        """
        with self._database.transaction() as connection:
            return connection.scalars(sa.select(sa.func.count()).select_from(follows)).one()

    def get(self, key: str) -> Follow | None:
        """The follow of this key; None where it is no longer there.

        Raises:
            StoreError: the database refuses.
        """
        return next(iter(self._read(_select.where(follows.c.key == key))), None)

    def remove(self, key: str, person: int) -> Follow | None:
        """End a person's follow, which is returned; None, and nothing ends, where it is not theirs.

        Raises:
            StoreError: the database refuses.
        """
        own = sa.delete(follows).where(follows.c.key == key, follows.c.person == person)
        with writing(self._database) as connection:
            row = connection.execute(own.returning(*_columns)).one_or_none()
        return None if row is None else Follow(**row._asdict())

    def advance(self, key: str, after: int) -> None:
        """Note up to which passage a follow has looked; it never goes back.

        Raises:
            StoreError: the database refuses.
        """
        with writing(self._database) as connection:
            _advance(connection, key, after)

    def tell(self, key: str, stories: Collection[str]) -> bool:
        """Note that a follow was told these stories, and say whether that is news.

        False, and nothing is noted, where any of them was told before, where there are none, and where the
        follow has ended.

        Raises:
            StoreError: the database refuses.
        """
        with writing(self._database) as connection:
            return _tell(connection, key, set(stories))

    def claim(self, key: str, stories: Collection[str], after: int) -> bool:
        """Note that a follow is being told these stories, which passages up to `after` tell; as `tell` does.

        Of several that try at once, one gets True. It is to say when they have `arrived`; where it cannot,
        because it has died, `give_back` makes them news again.

        Raises:
            StoreError: the database refuses.
        """
        with writing(self._database) as connection:
            if not _tell(connection, key, set(stories)):
                return False
            before = connection.scalars(sa.select(follows.c.after).where(follows.c.key == key)).one()
            connection.execute(sa.delete(claims).where(claims.c.key == key))
            connection.execute(sa.insert(claims).values(key=key, after=before, stories=sorted(stories)))
            _advance(connection, key, after)
        return True

    def arrived(self, key: str) -> None:
        """What a follow was being told has arrived, or never will: nobody need send it again.

        Raises:
            StoreError: the database refuses.
        """
        with writing(self._database) as connection:
            connection.execute(sa.delete(claims).where(claims.c.key == key))

    def give_back(self) -> int:
        """Make news again of what was claimed and has not arrived, and say for how many follows.

        Only for a program that begins: what others are just sending would be told twice.

        Raises:
            StoreError: the database refuses.
        """
        with alone(self._database) as connection:
            unsent = connection.execute(sa.select(claims)).all()
            for key, after, stories in unsent:
                of = sa.delete(told).where(told.c.key == key)
                for some in slices(stories):
                    connection.execute(of.where(told.c.story.in_(some)))
                connection.execute(sa.update(follows).where(follows.c.key == key).values(after=after))
            connection.execute(sa.delete(claims))
        return len(unsent)

    def told(self, key: str) -> set[str]:
        """The stories that a follow has been told.

        Raises:
            StoreError: the database refuses.
        """
        with self._database.transaction() as connection:
            return set(connection.scalars(sa.select(told.c.story).where(told.c.key == key)))

    def drop_chat(self, chat: int) -> int:
        """End every follow that is told in a chat, where we can no longer write; how many these were.

        Raises:
            StoreError: the database refuses.
        """
        with alone(self._database) as connection:
            return connection.execute(sa.delete(follows).where(follows.c.chat == chat)).rowcount

    def move_chat(self, old: int, new: int) -> None:
        """Tell in another chat what was told in this one, which has become that.

        Raises:
            StoreError: the database refuses.
        """
        with alone(self._database) as connection:
            connection.execute(sa.update(follows).where(follows.c.chat == old).values(chat=new))

    def _read(self, wanted: sa.Select[Any]) -> list[Follow]:
        with self._database.transaction() as connection:
            return [Follow(**row._asdict()) for row in connection.execute(wanted)]


def _advance(connection: Connection, key: str, after: int) -> None:
    behind = sa.update(follows).where(follows.c.key == key, follows.c.after < after)
    connection.execute(behind.values(after=after))


def _tell(connection: Connection, key: str, stories: set[str]) -> bool:
    known = sa.select(told.c.story).where(told.c.key == key)
    if not stories or not held(connection, follows.c.key, key):
        return False
    if any(True for _ in select_in(connection, known, told.c.story, stories)):
        return False
    connection.execute(sa.insert(told), [{"key": key, "story": each} for each in sorted(stories)])
    return True


def _digest(question: str) -> str:
    return digest_of(" ".join(unicodedata.normalize("NFC", question).casefold().split()))
