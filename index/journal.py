"""What is known of the inputs that are watched, and of the pages they led to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from index.database import Database, select_in
from index.tables import inputs, pages, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Row

# An input's rhythm shows in its last so many arrivals, and in fewer than the least not at all.
ARRIVALS, LEAST = 20, 4
# Silent is who has been still for twice as long as ever lately, and for longer than a night.
PATIENCE, NIGHT = 2, timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class InputState:
    """An input: its last visit, what it answered, its failures in a row, when it brought something new.

    `etag` and `modified` are what it said of itself when all that it held was stored.
    """

    address: str
    etag: str | None = None
    modified: str | None = None
    visited: datetime | None = None
    succeeded: datetime | None = None
    failures: int = 0
    trouble: str | None = None
    arrivals: tuple[datetime, ...] = ()
    reported: bool = False

    @property
    def brought(self) -> datetime | None:
        """When it last brought something new."""
        return self.arrivals[-1] if self.arrivals else None

    @property
    def rhythm(self) -> timedelta | None:
        """The longest time between two arrivals lately; None where there were too few to tell."""
        if len(self.arrivals) < LEAST:
            return None
        return max(later - earlier for earlier, later in zip(self.arrivals, self.arrivals[1:], strict=False))

    def is_silent(self, now: datetime) -> bool:
        """Whether it has brought nothing for longer than its own rhythm lets one expect."""
        known = self.without_future(now)
        rhythm, last = known.rhythm, known.brought
        return rhythm is not None and last is not None and now - last > max(PATIENCE * rhythm, NIGHT)

    def without_future(self, now: datetime) -> InputState:
        """The same without arrivals that are still to come, as a clock that was ahead has noted them."""
        return replace(self, arrivals=tuple(each for each in self.arrivals if each <= now))


@dataclass(frozen=True, slots=True)
class PageState:
    """A page: the input that led to it, the article it holds, and what it said of itself when last read.

    `fingerprint` is what its feed said of it then. A page that is `gone` says so itself, and may be there
    again.
    """

    address: str
    input: str
    seen: datetime
    checked: datetime
    article_id: str | None = None
    etag: str | None = None
    modified: str | None = None
    fingerprint: str | None = None
    gone: bool = False


class Journal:
    """The state of everything that is watched, in the database. What it notes is on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def inputs(self) -> list[InputState]:
        """All inputs that were ever watched, by address."""
        with self._database.transaction() as connection:
            return list(map(_to_input, connection.execute(sa.select(inputs).order_by(inputs.c.address))))

    def input(self, address: str) -> InputState:
        """The state of an input; a new one has never been visited."""
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(inputs).where(inputs.c.address == address)).one_or_none()
        return _to_input(row) if row is not None else InputState(address)

    def note_input(self, state: InputState) -> None:
        """Keep the state of an input."""
        row = asdict(state) | {
            "arrivals": json.dumps([each.isoformat() for each in state.arrivals[-ARRIVALS:]])
        }
        with self._database.transaction() as connection:
            connection.execute(sa.delete(inputs).where(inputs.c.address == state.address))
            connection.execute(sa.insert(inputs).values(row))

    def forget_input(self, address: str) -> None:
        """Let go of an input and its pages, not of their articles."""
        with self._database.transaction() as connection:
            connection.execute(sa.delete(pages).where(pages.c.input == address))
            connection.execute(sa.delete(inputs).where(inputs.c.address == address))

    def pages(self, addresses: Iterable[str]) -> dict[str, PageState]:
        """The known ones of these pages, by address."""
        with self._database.transaction() as connection:
            rows = select_in(connection, sa.select(pages), pages.c.address, set(addresses))
            return {row.address: _to_page(row) for row in rows}

    def pages_of(self, address: str, since: datetime) -> list[PageState]:
        """The pages that an input led to, first seen since then."""
        wanted = sa.select(pages).where(pages.c.input == address, pages.c.seen >= since)
        with self._database.transaction() as connection:
            return list(map(_to_page, connection.execute(wanted.order_by(pages.c.address))))

    def lives_elsewhere(self, article_id: str, address: str) -> bool:
        """Whether an article stands on another page too, which is still there."""
        others = sa.select(pages.c.address).where(
            pages.c.article_id == article_id, pages.c.address != address, pages.c.gone.is_(False)
        )
        with self._database.transaction() as connection:
            return connection.execute(others.limit(1)).first() is not None

    def note_pages(self, states: Iterable[PageState]) -> None:
        """Keep the states of pages."""
        rows = {state.address: asdict(state) for state in states}
        with self._database.transaction() as connection:
            for address, row in rows.items():
                connection.execute(sa.delete(pages).where(pages.c.address == address))
                connection.execute(sa.insert(pages).values(row))


def _to_input(row: Row[Any]) -> InputState:
    known = row._asdict()
    arrivals = tuple(datetime.fromisoformat(each) for each in read_json(known.pop("arrivals")))
    return InputState(**known, arrivals=arrivals)


def _to_page(row: Row[Any]) -> PageState:
    return PageState(**row._asdict())
