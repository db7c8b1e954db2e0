"""The watch: fetching in a thread of its own, storing in this one, until somebody says stop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.records import Skipped, Withdrawal
from index.watching.bridge import Bridge
from index.watching.intake import Intake, Visit
from index.watching.messages import Visited
from index.watching.rounds import Rounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import timedelta
    from pathlib import Path
    from threading import Event

    from index.indexing import Indexing
    from index.journal import Journal
    from index.manners import Manners
    from index.watching.bridge import Emit
    from index.web.fetching import Web

# When nothing has come in for so many seconds, what waits is stored.
IDLE = 0.5
# So many pages and files about which something was said are remembered.
REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Happening:
    """What a watch has to tell: the end of a visit, or a word on something that was read, or not read.

    `silent` tells that an input has brought nothing for longer than its own rhythm lets one expect.
    """

    input: str
    visit: Visit | None = None
    remark: str | None = None
    silent: bool = False


class Watcher:
    """Visits inputs and stores what they give. What it tells is stored."""

    def __init__(self, indexing: Indexing, journal: Journal, base: Path, manners: Manners) -> None:
        self._indexing = indexing
        self._journal = journal
        self._intake = Intake(indexing, journal)
        self._base = base
        self._manners = manners
        self._told: set[tuple[str, str]] = set()

    def once(self, given: str) -> None:
        """Visit an input once, reading anew what was read before; the indexing's report tells how it went.

        Raises:
            StoreError: the database refuses; all that was reported before is stored.
        """

        async def work(emit: Emit) -> None:
            async with self._web() as web:
                await Rounds(web, self._journal, emit, base=self._base, again=True).once([given])

        with self._indexing.reading(given), Bridge(work) as bridge:
            while not bridge.over:
                message = bridge.get(IDLE)
                if isinstance(message, Visited):
                    self._intake.settle()
                    if message.trouble:
                        self._indexing.take([Skipped(message.input, message.trouble)])
                elif message is not None:
                    self._intake.take(message)

    def forever(
        self, inputs: Iterable[str], every: timedelta, stop: Event, tell: Callable[[Happening], None]
    ) -> None:
        """Visit the inputs again and again, with a pause of `every` between, until `stop` is set.

        Raises:
            StoreError: the database refuses; all that was told before is stored.
        """

        async def work(emit: Emit) -> None:
            async with self._web() as web:
                rounds = Rounds(web, self._journal, emit, base=self._base, every=every)
                await rounds.forever(inputs)

        with Bridge(work) as bridge:
            while not (stop.is_set() or bridge.over):
                message = bridge.get(IDLE)
                if message is None:
                    self._intake.settle()
                elif isinstance(message, Visited):
                    self._end(message, tell)
                else:
                    self._intake.take(message)
                self._pass_on(tell)
        self._intake.settle()
        self._pass_on(tell)

    def _pass_on(self, tell: Callable[[Happening], None]) -> None:
        """Tell what was noticed: each withdrawal, but what is said at every visit only once."""
        for item in self._indexing.report.take_words():
            if isinstance(item, Withdrawal):
                tell(Happening(item.input, remark=f"withdrawn: {item.reason}"))
                continue
            words = item.input, item.reason if isinstance(item, Skipped) else item.remark
            if words not in self._told:
                tell(Happening(item.input, remark=words[1]))
            self._told.add(words)
        if len(self._told) > REMEMBERED:
            self._told.clear()

    def _web(self) -> Web:
        # Most commands never go out.
        from index.web.fetching import Web

        return Web(private=self._manners.private, pause=self._manners.pause)

    def _end(self, visited: Visited, tell: Callable[[Happening], None]) -> None:
        visit = self._intake.end(visited)
        tell(Happening(visited.input, visit))
        if visit.state.is_silent(datetime.now(UTC)) and not visit.state.reported:
            self._journal.note_input(replace(visit.state, reported=True))
            tell(Happening(visited.input, visit, silent=True))
