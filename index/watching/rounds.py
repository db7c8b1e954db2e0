"""Visiting inputs: each once, or each again and again on its own, so that a slow one delays no other."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from index.addresses import is_address
from index.errors import InputError
from index.reading.inputs import read_input
from index.reading.opml import read_opml
from index.records import Article, Skipped, Withdrawal
from index.watching.boundary import boundary
from index.watching.messages import Reading, Visited
from index.watching.visit import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.indexing import Item
    from index.journal import Journal
    from index.watching.bridge import Emit
    from index.web.fetching import Web

# Who fails is asked ever less often: after six failures in a row every 64th time, and once a day at least.
MOST_DOUBLINGS = 6
DAY = timedelta(days=1)
# So that two hundred feeds are not asked in the same second for ever.
SPREAD = 0.1
TOGETHER = 32
OPML = ".opml"


def is_visited(given: str) -> bool:
    """Whether an input is read by visiting the web: an address, or a file that lists addresses."""
    return is_address(given) or given.lower().endswith(OPML)


class Rounds:
    """Visits inputs of any kind and emits what they give."""

    def __init__(
        self,
        web: Web,
        journal: Journal,
        emit: Emit,
        *,
        base: Path,
        every: timedelta = DAY,
        again: bool = False,
    ) -> None:
        self._journal = journal
        self._emit = emit
        self._base = base
        self._every = every
        self._visiting: set[str] = set()
        self._visitor = Visitor(web, journal, emit, every=every, again=again)

    async def once(self, inputs: Iterable[str]) -> None:
        """Visit each input, and the feeds that it lists, once."""
        await asyncio.gather(*map(self._visit_once, self._new(inputs)))

    async def forever(self, inputs: Iterable[str]) -> None:
        """Visit each input, and the feeds that it lists, again and again, until it is cancelled.

        Raises:
            StoreError: the database refuses.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for given in self._new(inputs):
                    group.create_task(self._keep_visiting(given, group))
        except ExceptionGroup as failed:
            # Whoever waits for the visits expects the error itself, and all of them meet the same.
            raise failed.exceptions[0] from None

    def _new(self, inputs: Iterable[str]) -> list[str]:
        """Those that nobody visits yet: a list may name itself, and two lists the same feed."""
        new = [each for each in dict.fromkeys(inputs) if each not in self._visiting]
        self._visiting.update(new)
        return new

    async def _visit_once(self, given: str) -> None:
        await asyncio.gather(*map(self._visit_once, self._new(await self._visit(given))))

    async def _keep_visiting(self, given: str, group: asyncio.TaskGroup) -> None:
        listed: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                feeds = await self._visit(given)
                # A list that cannot be read says nothing of what is no longer in it.
                for feed in listed.keys() - set(feeds) if feeds else ():
                    listed.pop(feed).cancel()
                for feed in self._new(feeds):
                    listed[feed] = group.create_task(self._keep_visiting(feed, group))
                await asyncio.sleep(self._pause(given).total_seconds())
        finally:
            self._visiting.discard(given)
            for task in listed.values():
                task.cancel()

    def _pause(self, given: str) -> timedelta:
        # Of its own running visit the journal may not know yet, which costs one early try at most.
        failures = self._journal.input(given).failures if is_visited(given) else 0
        pause = max(self._every, min(DAY, self._every * 2.0 ** min(failures, MOST_DOUBLINGS)))
        return pause * float(random.uniform(1 - SPREAD, 1 + SPREAD))  # noqa: S311 - not a secret

    async def _visit(self, given: str) -> Sequence[str]:
        if is_address(given):
            return await self._visitor.visit(given)
        if given.lower().endswith(OPML):
            return await self._read_list(given)
        with boundary(given) as found:
            await self._read_files(given)
        await self._emit(Visited(given, trouble=found.trouble))
        return ()

    async def _read_files(self, given: str) -> None:
        """Tell what a file or folder gives.

        Raises:
            InputError: it is not there, or a file that gives nothing; a folder may be empty for a while.
        """
        items, reason = read_input(given, self._base), "holds no article"
        gave = await asyncio.to_thread(Path(given).is_dir)
        while some := await asyncio.to_thread(_next_of, items):
            gave = gave or any(isinstance(each, Article | Withdrawal) for each in some)
            reason = next((each.reason for each in some if isinstance(each, Skipped)), reason)
            # What is told at the end as the visit's trouble is told once.
            told = some if gave else [each for each in some if not isinstance(each, Skipped)]
            await self._emit(Reading(given, tuple(told)))
        if not gave:
            raise InputError(reason)

    async def _read_list(self, given: str) -> Sequence[str]:
        """The feeds of a list that is a file here."""
        feeds: Sequence[str] = ()
        with boundary(given) as found:
            feeds = await asyncio.to_thread(_feeds_of, given)
        await self._emit(Visited(given, trouble=found.trouble))
        return feeds


def _feeds_of(file: str) -> list[str]:
    try:
        return read_opml(Path(file).read_bytes(), file)[0]
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}; check the spelling") from error


def _next_of(items: Iterator[Item]) -> list[Item]:
    return list(islice(items, TOGETHER))
