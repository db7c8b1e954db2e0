"""Who has just been forgotten, so that what was in progress then is not kept after all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

# Nothing that somebody waits for is in progress for so long.
REMEMBERED = timedelta(hours=1)
PEOPLE = 10_000


class Forgetting:
    """The moments at which people were forgotten, in this program only. Threads may share it."""

    def __init__(self) -> None:
        # The oldest stand first.
        self._moments: OrderedDict[Hashable, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, person: Hashable) -> None:
        """A person is being forgotten now."""
        with self._lock:
            self._moments[person] = datetime.now(UTC)
            self._moments.move_to_end(person)
            if len(self._moments) > PEOPLE:
                self._moments.popitem(last=False)

    def covers(self, begun: datetime, *people: Hashable) -> bool:
        """Whether one of these people was forgotten after something had begun, or at that moment."""
        with self._lock:
            moments = [self._moments[each] for each in people if each in self._moments]
        return any(begun <= each for each in moments)

    def let_go(self) -> None:
        """Let go of those who were forgotten long enough ago: their numbers are not to be kept either."""
        before = datetime.now(UTC) - REMEMBERED
        with self._lock:
            while self._moments and next(iter(self._moments.values())) <= before:
                self._moments.popitem(last=False)
