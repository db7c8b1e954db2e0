"""Work that many threads ask for one by one, done for all who wait at once, by whichever has the turn."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING, Generic, TypeVar

from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Asked = TypeVar("Asked")
Found = TypeVar("Found")


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Asked, Found]):
    """One who waits: what it asked for, in a list of one what was found, and why nothing will be."""

    asked: Asked
    found: list[Found]
    failure: DatelineError | None = None

    @property
    def over(self) -> bool:
        """Whether it need not wait any longer."""
        return bool(self.found) or self.failure is not None


class Together(Generic[Asked, Found]):
    """Work that is cheaper for several at once. One batch is worked on at a time, the first come first.

    `work` finds as many as it is asked for, in their order: at most `most` at once.
    """

    def __init__(self, work: Callable[[Sequence[Asked]], Iterable[Found]], most: int) -> None:
        self._work = work
        self._most = most
        self._changed = Condition()
        self._waiting: list[_Waiting[Asked, Found]] = []
        self._busy = False

    def find(self, asked: Asked) -> Found:
        """What `work` finds for this; where nobody else waits, it is asked for nothing else.

        Where `work` raises a DatelineError, all of that batch get it: while a database is locked each would
        else wait in vain for as long as the one before. Anything else reaches the one who had the turn, and
        the others take turns of their own.
        """
        mine: _Waiting[Asked, Found] = _Waiting(asked, [])
        with self._changed:
            self._waiting.append(mine)
        try:
            while not self._is_over(mine):
                self._work_for_the_first()
        finally:
            with self._changed:
                self._waiting = [each for each in self._waiting if each is not mine]
        if mine.failure is not None:
            raise mine.failure
        return mine.found[0]

    def _is_over(self, mine: _Waiting[Asked, Found]) -> bool:
        """Wait until it is, or until nobody is at work: then the turn is ours."""
        with self._changed:
            self._changed.wait_for(lambda: mine.over or not self._busy)
            if not mine.over:
                self._busy = True
            return mine.over

    def _work_for_the_first(self) -> None:
        some: list[_Waiting[Asked, Found]] = []
        try:
            with self._changed:
                some = [each for each in self._waiting if not each.over][: self._most]
            found = list(self._work([each.asked for each in some]))
            for each, its in zip(some, found, strict=True):
                each.found.append(its)
        except DatelineError as error:
            for each in some:
                each.failure = error
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
