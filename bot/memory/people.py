"""What people have set for themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.memory.tables import alone, people

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from index.database import Database


@dataclass(frozen=True, slots=True)
class Person:
    """A person's settings: the interface's language, by its code, and how many passages are shown at first.

    None leaves it to the bot. `nights` tells that they may be written to in quiet hours too.
    """

    id: int
    language: str | None = None
    shown: int | None = None
    nights: bool = False


class People:
    """The settings of everybody, in the database. Who has set nothing has no row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, person: int) -> Person:
        """A person's settings, or what goes for everybody where nothing is kept.

        Raises:
            StoreError: the database refuses.
        """
        with self._database.transaction() as connection:
            return _read(connection, person)

    def change(self, person: int, **fields: Any) -> Person:
        """Set some of a person's settings, and leave the others; all of them as they are now.

        Raises:
            StoreError: the database refuses.
            TypeError: there is no such setting.
        """
        with alone(self._database) as connection:
            changed = replace(_read(connection, person), **fields)
            connection.execute(sa.delete(people).where(people.c.id == person))
            if changed != Person(person):
                connection.execute(sa.insert(people).values(asdict(changed)))
        return changed


def _read(connection: Connection, person: int) -> Person:
    row = connection.execute(sa.select(people).where(people.c.id == person)).one_or_none()
    return Person(person) if row is None else Person(**row._asdict())
