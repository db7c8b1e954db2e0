"""The updates that Telegram has handed over: each is taken once, and kept until its work is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from bot.memory.tables import alone, sends, updates, writing
from index.database import select_in
from index.together import Together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.database import Database

# Telegram hands an update over again for a day at most, and a number comes back after a week at the earliest.
REMEMBERED = timedelta(days=2)
# So many notes are written in one go where they come at the same time.
TOGETHER = 100


# Who sent a message, or is named in one; from where one is passed on or replied to, and who wrote it there.
_NAMING = ("from", "user", "forward_origin", "origin", "sender_user")
# What a reply quotes stands beside the message that it replies to.
_REPLIES, _QUOTE = {"reply_to_message", "external_reply"}, "quote"


class Taken(NamedTuple):
    """An update as it came: its number, who sent it, where that is known, and what it says."""

    number: int
    person: int | None
    body: dict[str, Any]


class Sent(NamedTuple):
    """A message of ours: its id in its chat, and its date in seconds since 1970, as Telegram told them."""

    message: int
    date: int


@dataclass(frozen=True, slots=True)
class Left:
    """An update whose work is not done: how often it was begun again, and by place what was sent for it."""

    number: int
    body: dict[str, Any]
    arrived: datetime
    tries: int
    sent: dict[int, Sent]


class Updates:
    """One bot's updates, in the database.

    What is taken is on the disk when the call returns. What is noted of the work on it outlives this program,
    however that ends; a power cut may lose the latest of it, so that the same work is begun again.
    """

    def __init__(self, database: Database, bot: int) -> None:
        """The updates for the bot of this Telegram id: two that share a database count for themselves."""
        self._database = database
        self._bot = bot
        self._theirs = updates.c.bot == bot
        self._taking = Together(self.take, TOGETHER)
        self._finishing = Together(self._finish, TOGETHER)
        self._noting = Together(self._note, TOGETHER)
        self._beginning = Together(self._begin, TOGETHER)

    def take(self, taken: Sequence[Taken]) -> list[bool]:
        """Record updates; for each whether it is new, all others having been taken before.

        Raises:
            StoreError: the database refuses, and none is recorded.
        """
        now, fresh = datetime.now(UTC), list[bool]()
        with alone(self._database) as connection:
            numbers = sa.select(updates.c.number).where(self._theirs)
            rows = select_in(connection, numbers, updates.c.number, {each.number for each in taken})
            known = {row.number for row in rows}
            for each in taken:
                fresh.append(each.number not in known)
                known.add(each.number)
            new: list[dict[str, Any]] = [
                {**each._asdict(), "bot": self._bot, "arrived": now, "tries": 0}
                for each, is_new in zip(taken, fresh, strict=True)
                if is_new
            ]
            if new:
                connection.execute(sa.insert(updates), new)
        return fresh

    def take_one(self, taken: Taken) -> bool:
        """Record an update, together with others that come at the same moment; whether it is new.

        Raises:
            StoreError: the database refuses.
        """
        return self._taking.find(taken)

    def note(self, number: int, place: int, sent: Sent) -> None:
        """Note what was sent for an update, the first message in place 0.

        Raises:
            StoreError: the database refuses.
        """
        self._noting.find((number, place, sent))

    def finish(self, number: int) -> None:
        """The work on an update is done: of it only its number is kept.

        Raises:
            StoreError: the database refuses.
        """
        self._finishing.find(number)

    def left(self) -> list[Left]:
        """The updates whose work is not done, the first first.

        Raises:
            StoreError: the database refuses.
        """
        left = sa.select(updates).where(self._theirs, updates.c.body.is_not(None)).order_by(updates.c.number)
        messages = sa.select(sends).where(sends.c.bot == self._bot)
        sent: dict[int, dict[int, Sent]] = {}
        with self._database.transaction() as connection:
            rows = connection.execute(left).all()
            for row in select_in(connection, messages, sends.c.number, [row.number for row in rows]):
                sent.setdefault(row.number, {})[row.place] = Sent(row.message, row.date)
        return [Left(row.number, row.body, row.arrived, row.tries, sent.get(row.number, {})) for row in rows]

    def begin_again(self, number: int) -> int:
        """Note that the work on an update is begun once more; how often it was begun again, now included.

        Raises:
            StoreError: the database refuses.
        """
        return self._beginning.find(number)

    def let_go(self, now: datetime) -> None:
        """Let go of the numbers that Telegram cannot send again.

        Raises:
            StoreError: the database refuses.
        """
        old = (self._theirs, updates.c.arrived < now - REMEMBERED, updates.c.body.is_(None))
        with writing(self._database) as connection:
            connection.execute(sa.delete(updates).where(*old))

    def _begin(self, numbers: Sequence[int]) -> list[int]:
        these = (self._theirs, updates.c.number.in_(numbers))
        begun = sa.update(updates).where(*these).values(tries=updates.c.tries + 1)
        with writing(self._database, lasting=False) as connection:
            connection.execute(begun)
            rows = connection.execute(sa.select(updates.c.number, updates.c.tries).where(*these))
            tries = {row.number: row.tries for row in rows}
        return [tries.get(number, 0) for number in numbers]

    def _finish(self, numbers: Sequence[int]) -> list[None]:
        done = sa.update(updates).where(self._theirs, updates.c.number.in_(numbers))
        sent = sa.delete(sends).where(sends.c.bot == self._bot, sends.c.number.in_(numbers))
        with writing(self._database, lasting=False) as connection:
            connection.execute(done.values(body=None, person=None))
            connection.execute(sent)
        return [None] * len(numbers)

    def _note(self, notes: Sequence[tuple[int, int, Sent]]) -> list[None]:
        rows = [
            {"bot": self._bot, "number": number, "place": place, **sent._asdict()}
            for number, place, sent in notes
        ]
        with writing(self._database, lasting=False) as connection:
            connection.execute(sa.insert(sends), rows)
        return [None] * len(rows)


def forget_in_updates(connection: sa.Connection, person: int) -> None:
    """Of a person's updates in progress keep the numbers alone, of those of others what is not theirs.

    What somebody passes on of them is theirs, and all that there is to such an update.
    """
    theirs = updates.c.person == person
    of_theirs = sa.exists().where(updates.c.bot == sends.c.bot, updates.c.number == sends.c.number, theirs)
    connection.execute(sa.delete(sends).where(of_theirs))
    connection.execute(sa.update(updates).where(theirs).values(body=None, person=None))
    naming = sa.select(updates).where(sa.cast(updates.c.body, sa.Text).contains(str(person)))
    for row in connection.execute(naming).all():
        rest = without_person(row.body, person)
        this = (updates.c.bot == row.bot, updates.c.number == row.number, updates.c.body.is_not(None))
        if rest.keys() != row.body.keys():
            connection.execute(sa.update(updates).where(*this).values(body=None, person=None))
        elif rest != row.body:
            connection.execute(sa.update(updates).where(*this).values(body=rest))


def without_person(told: Any, person: int) -> Any:
    """What Telegram tells, without the parts that are a person, or of one, such as a message replied to."""
    if isinstance(told, dict):
        theirs = {name for name, part in told.items() if _is_of(part, person)}
        gone = theirs | ({_QUOTE} if theirs & _REPLIES else set())
        return {name: without_person(part, person) for name, part in told.items() if name not in gone}
    if isinstance(told, list):
        return [without_person(part, person) for part in told if not _is_of(part, person)]
    return told


def _is_of(part: Any, person: int) -> bool:
    if not isinstance(part, dict):
        return False
    return person in (part.get("id"), part.get("user_id")) or any(
        _is_of(part.get(name), person) for name in _NAMING
    )
