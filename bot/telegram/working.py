"""The work on one update: what is known of it, and whether it will have to be done again."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.memory.updates import Sent

if TYPE_CHECKING:
    from collections.abc import Iterator

# The place of the message that tells of failure, beside all that the work sends.
APOLOGY: Final = -1

_work: ContextVar[Work | None] = ContextVar("work", default=None)


@dataclass(slots=True, eq=False)
class Work:
    """The work on the update of this number.

    It `arrived` at a moment in UTC. It is `repeated` where it was begun before, by this program or one that
    has `left` it; `programs` counts those that have begun it again, `doubtful` how often a message may have
    been sent or not. `sent`, by place, are the messages that were sent for it, now or then; `place` is that
    of the next. It is to be done `again` in so many seconds, or is `over`.
    """

    number: int
    arrived: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent: dict[int, Sent] = field(default_factory=dict)
    repeated: bool = False
    left: bool = False
    programs: int = 0
    doubtful: int = 0
    place: int = 0
    again: float | None = None
    over: bool = False

    @property
    def age(self) -> timedelta:
        """How long ago it arrived; after a leap of the clock perhaps less than nothing."""
        return datetime.now(UTC) - self.arrived

    def take_place(self) -> int:
        """The place of the message that is to be sent now."""
        self.place += 1
        return self.place - 1


def current_work() -> Work | None:
    """The work that this is a part of; None outside of any, and when it is over."""
    work = _work.get()
    return None if work is None or work.over else work


@contextmanager
def working(work: Work) -> Iterator[Work]:
    """All that is done in here, and in tasks begun here, is a part of this work."""
    token = _work.set(work)
    try:
        yield work
    finally:
        work.over = True
        _work.reset(token)
