"""What the memory comes to in numbers, for whoever runs the bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.memory.tables import answers, follows, votes

if TYPE_CHECKING:
    from datetime import datetime

    from index.database import Database

# So many questions can be looked through, or grouped by theme, at a time.
UNANSWERED = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Questions asked in a time, what became of them, and by how many people they were.

    Each was answered, refused or, its language being nobody's, unread. `good` and `bad` are the votes on
    their answers. `follows` are all that stand now. `unanswered` are the texts of those refused, each
    once, the newest first, at most a thousand.
    """

    asked: int
    answered: int
    refused: int
    unread: int
    good: int
    bad: int
    people: int
    follows: int
    unanswered: tuple[str, ...]


class Counting:
    """Counts what the database holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, moment: datetime) -> Figures:
        """The figures of all questions asked at that moment or later.

        Raises:
            StoreError: the database refuses.
        """
        recent = answers.c.asked >= moment
        refused = sa.and_(answers.c.answered.is_(False), answers.c.unread.is_(None))
        unread = sa.and_(answers.c.answered.is_(False), answers.c.unread.is_not(None))
        count = sa.func.count
        asked = sa.select(
            count().label("asked"),
            count().filter(answers.c.answered).label("answered"),
            count().filter(refused).label("refused"),
            count().filter(unread).label("unread"),
            count(sa.distinct(answers.c.person)).label("people"),
        ).where(recent)
        rated = sa.select(
            count().filter(votes.c.good).label("good"), count().filter(votes.c.good.is_(False)).label("bad")
        ).where(votes.c.key == answers.c.key, recent)
        texts = sa.select(answers.c.question).where(recent, refused).group_by(answers.c.question)
        newest_first = (sa.func.max(answers.c.asked).desc(), answers.c.question)
        with self._database.transaction() as connection:
            return Figures(
                **connection.execute(asked).one()._asdict(),
                **connection.execute(rated).one()._asdict(),
                follows=connection.scalars(sa.select(count()).select_from(follows)).one(),
                unanswered=tuple(connection.scalars(texts.order_by(*newest_first).limit(UNANSWERED))),
            )
