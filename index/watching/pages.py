"""The pages that an input lists: which are due, and what each gives."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import DisallowedError, FetchError
from index.journal import PageState
from index.reading.fields import Noticed
from index.records import Article, Skipped, Withdrawal
from index.watching.boundary import without_name
from index.watching.contents import content_items, page_items
from index.watching.leads import RECHECKED, Lead, first_of_each, is_due, is_news
from index.watching.messages import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from index.journal import Journal
    from index.watching.bridge import Emit
    from index.web.fetching import Fetched, Web

FOUND, NOT_CHANGED, GONE, BROKEN = 200, 304, 410, 500
# A host that fails so many times in a row is left alone until the next visit.
FAILURES = 3
# So many pages of one input are read in a visit, in the order it lists them; the rest in the next ones.
MOST_PAGES = 1_000


class Pages:
    """Reads the pages of inputs, each host's one after the other, no host waiting for another."""

    def __init__(
        self, web: Web, journal: Journal, emit: Emit, *, every: timedelta, again: bool = False
    ) -> None:
        self._web = web
        self._journal = journal
        self._emit = emit
        self._every = every
        self._again = again

    def state(self, address: str) -> PageState | None:
        """What is known of a page, if it is known."""
        return self._journal.pages([address]).get(address)

    def has_unread(self, given: str) -> bool:
        """Whether a page is due that could not be read: what its feed says of it is needed again."""
        now = datetime.now(UTC)
        listed = self._journal.pages_of(given, now - RECHECKED)
        return any(page.article_id is None and is_due(page, now, self._every) for page in listed)

    async def read(self, given: str, leads: Sequence[Lead]) -> bool:
        """Read the pages that are due, of these and of those seen before; whether none was left for later."""
        due = await asyncio.to_thread(self._due, given, first_of_each(leads))
        now, later = due[:MOST_PAGES], due[MOST_PAGES:]
        if later:
            await self._remark(given, f"{len(later):,} of {len(due):,} pages left for the next visit")
        hosts: dict[str, list[Lead]] = defaultdict(list)
        for lead in now:
            hosts[urlsplit(lead.address).hostname or ""].append(lead)
        whole = await asyncio.gather(*(self._read_host(given, host, some) for host, some in hosts.items()))
        return all(whole) and not later

    @staticmethod
    def read_state(given: str, lead: Lead, fetched: Fetched, state: PageState | None) -> PageState:
        """What is to be noted of a page that has just been read."""
        known = _checked(_known(given, lead, state), lead)
        return replace(known, etag=fetched.etag, modified=fetched.modified, gone=False)

    def gone(self, given: str, state: PageState | None, lead: Lead) -> Reading:
        """What is to be told of a page whose address says that it is gone for good.

        An article that has moved to another page is still there.
        """
        reason = "its address answers 410 Gone"
        if state is None or state.article_id is None:
            return _unread(given, lead, state, reason)
        page = _checked(replace(state, gone=True), lead)
        if self._journal.lives_elsewhere(state.article_id, lead.address):
            return Reading(given, (), page)
        return Reading(given, (Withdrawal(state.article_id, lead.address, reason, vanished=True),), page)

    def _due(self, given: str, leads: Sequence[Lead]) -> list[Lead]:
        if self._again:
            return list(leads)
        now = datetime.now(UTC)
        known = self._journal.pages(lead.address for lead in leads)
        fresh = [lead for lead in leads if is_news(known.get(lead.address), lead, given)]
        named = {lead.address: lead for lead in leads}
        seen = {page.address: page for page in self._journal.pages_of(given, now - RECHECKED)} | known
        for lead in fresh:
            seen.pop(lead.address, None)
        due = (page for page in seen.values() if is_due(page, now, self._every))
        # What is new goes first: however many pages there are to look at again, it is not starved.
        return fresh + [named.get(page.address) or Lead(page.address, page.fingerprint) for page in due]

    async def _read_host(self, given: str, host: str, leads: Sequence[Lead]) -> bool:
        failures = 0
        for place, lead in enumerate(leads, start=1):
            failures = 0 if await self._read_page(given, lead) else failures + 1
            if failures == FAILURES and place < len(leads):
                left = len(leads) - place
                await self._remark(given, f"{host} fails; {left:,} of its pages left for the next visit")
                return False
        return True

    async def _read_page(self, given: str, lead: Lead) -> bool:
        """Read a page and tell what it gives; whether its host answered."""
        state = self.state(lead.address)
        # What is there again is there with the words of before, and is to be sent all the same.
        unread = state is None or state.article_id is None or state.gone
        known = None if self._again or unread else state
        etag, modified = (known.etag, known.modified) if known else (None, None)
        try:
            fetched = await self._web.fetch(lead.address, etag=etag, modified=modified)
        except FetchError as error:
            reason = without_name(str(error), lead.address)
            await self._emit(await asyncio.to_thread(_unread, given, lead, state, reason))
            return isinstance(error, DisallowedError)
        if fetched.status == NOT_CHANGED and known:
            reading = Reading(given, (), _checked(known, lead))
        elif fetched.status == GONE:
            reading = self.gone(given, state, lead)
        elif fetched.status != FOUND:
            reading = await asyncio.to_thread(_unread, given, lead, state, answer_of(fetched))
        else:
            items = await asyncio.to_thread(page_items, lead, fetched)
            reading = Reading(given, items, self.read_state(given, lead, fetched, state))
        await self._emit(reading)
        return fetched.status < BROKEN

    async def _remark(self, given: str, remark: str) -> None:
        await self._emit(Reading(given, (Noticed(given, remark),)))


def answer_of(fetched: Fetched) -> str:
    """An answer that is not the one hoped for, in words."""
    return f"its host answers {fetched.status}"


def _known(given: str, lead: Lead, state: PageState | None) -> PageState:
    """What is known of a page; one that is seen for the first time is seen now."""
    now = datetime.now(UTC)
    return state or PageState(lead.address, given, now, now)


def _checked(state: PageState, lead: Lead) -> PageState:
    return replace(state, checked=datetime.now(UTC), fingerprint=lead.fingerprint)


def _unread(given: str, lead: Lead, state: PageState | None, reason: str) -> Reading:
    """What can be told of a page that cannot be read now: what came along in its feed, or why not."""
    page = replace(_known(given, lead, state), checked=datetime.now(UTC))
    if lead.content and page.article_id is None:
        items = content_items(lead)
        if any(isinstance(each, Article) for each in items):
            return Reading(given, items, _checked(page, lead))
    return Reading(given, (Skipped(lead.address, reason),), page)
