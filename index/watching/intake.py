"""What was fetched is stored, and only then noted as fetched: a crash between the two fetches it again."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.journal import InputState

if TYPE_CHECKING:
    from index.indexing import Indexing
    from index.journal import Journal, PageState
    from index.watching.messages import Reading, Visited

# What is fetched may be asked about within so many seconds, however much else comes in.
SETTLED = 2.0


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that is over: the input's state after it, and how many articles it brought."""

    state: InputState
    added: int
    updated: int


class Intake:
    """Takes what the visits give and settles it now and then: articles first, then what was visited."""

    def __init__(self, indexing: Indexing, journal: Journal) -> None:
        self._indexing = indexing
        self._journal = journal
        self._pages: list[PageState] = []
        self._brought: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._since: float | None = None

    def take(self, reading: Reading) -> None:
        """Line up what was read, to be stored in a moment."""
        if self._since is None:
            self._since = time.monotonic()
        taken = self._indexing.take(reading.items)
        self._brought[reading.input].update(each.fate for each in taken)
        if reading.page is not None:
            known = taken[-1].id if taken else reading.page.article_id
            self._pages.append(replace(reading.page, article_id=known))
        if time.monotonic() - self._since > SETTLED:
            self.settle()

    def settle(self) -> None:
        """Store all that waits, then note which pages it came from."""
        if self._since is not None:
            self._indexing.flush()
            self._journal.note_pages(self._pages)
            self._pages, self._since = [], None

    def end(self, visited: Visited) -> Visit:
        """Settle all, then note that a visit is over and how it went."""
        self.settle()
        self._indexing.begin_anew()
        now, brought = datetime.now(UTC), self._brought.pop(visited.input, Counter())
        state = replace(self._journal.input(visited.input), visited=now, trouble=visited.trouble)
        if visited.trouble is None:
            state = replace(state, succeeded=now, failures=0, etag=visited.etag, modified=visited.modified)
        else:
            state = replace(state, failures=state.failures + 1)
        if brought["added"]:
            before = state.without_future(now).arrivals
            state = replace(state, arrivals=(*before, now), reported=False)
        self._journal.note_input(state)
        return Visit(state, brought["added"], brought["updated"])
