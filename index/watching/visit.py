"""One visit of an address: whatever it is, its articles, and those of all pages that it lists."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from index.errors import FetchError, InputError
from index.reading.decoding import shown
from index.reading.feed import read_feed
from index.reading.fields import Noticed
from index.reading.kind import Kind
from index.reading.opml import read_opml
from index.reading.sitemap import read_sitemap
from index.records import Article, Skipped, Withdrawal
from index.watching.boundary import boundary, without_name
from index.watching.contents import kind_at, page_items, wire_items
from index.watching.leads import Lead, lead_of_entry, lead_of_listed, newest_first
from index.watching.messages import Reading, Visited
from index.watching.pages import FOUND, GONE, NOT_CHANGED, Pages, answer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

    from index.indexing import Item
    from index.journal import Journal
    from index.reading.sitemap import Listed
    from index.watching.bridge import Emit
    from index.web.fetching import Fetched, Web

# Maps of maps are followed so deep; the standard allows one level.
DEEPEST = 2
# Of an archive of millions the newest are enough; a site's latest news stand in a map of their own.
MOST_LISTED = 50_000
_LISTS = {Kind.FEED, Kind.SITEMAP}


class Visitor:
    """Visits addresses and tells what they give. With `again`, what was read before is read anew."""

    def __init__(
        self, web: Web, journal: Journal, emit: Emit, *, every: timedelta, again: bool = False
    ) -> None:
        self._web = web
        self._journal = journal
        self._emit = emit
        self._again = again
        self._pages = Pages(web, journal, emit, every=every, again=again)

    async def visit(self, address: str) -> Sequence[str]:
        """Tell an address's articles, then how the visit went; the further feeds that it lists.

        What goes wrong is told, never raised.
        """
        feeds: Sequence[str] = ()
        with boundary(address) as found:
            fetched = await self._fetch(address)
            kind = kind_at(fetched) if fetched.status == FOUND else Kind.UNKNOWN
            if kind == Kind.OPML:
                feeds = await self._listed_feeds(address, fetched)
                # Only what is read whole each time tells which feeds are no longer listed.
                ended = Visited(address)
            else:
                ended = await self._read(address, fetched, kind)
        await self._emit(Visited(address, trouble=found.trouble) if found.trouble else ended)
        return feeds

    async def _fetch(self, address: str) -> Fetched:
        state, page = self._journal.input(address), self._pages.state(address)
        unread = await asyncio.to_thread(self._pages.has_unread, address)
        if self._again or unread or (page and page.gone):
            return await self._web.fetch(address)
        return await self._web.fetch(address, etag=state.etag, modified=state.modified)

    async def _read(self, given: str, fetched: Fetched, kind: Kind) -> Visited:
        if fetched.status == NOT_CHANGED:
            state = self._journal.input(given)
            whole = await self._pages.read(given, [])
            return Visited(given, *((state.etag, state.modified) if whole else ()))
        page = self._pages.state(given)
        if fetched.status == GONE and page and page.article_id:
            await self._emit(self._pages.gone(given, page, Lead(given)))
        if fetched.status != FOUND:
            return Visited(given, trouble=answer_of(fetched))
        if fetched.moved:
            await self._remark(given, [f"has moved for good to {fetched.address}; name that from now on"])
        if kind not in _LISTS:
            trouble = await self._read_itself(given, fetched, kind)
            return Visited(given, fetched.etag, fetched.modified, trouble)
        leads = await (self._feed if kind == Kind.FEED else self._sitemap)(given, fetched)
        whole = await self._pages.read(given, leads)
        return Visited(given, *((fetched.etag, fetched.modified) if whole else ()))

    async def _read_itself(self, given: str, fetched: Fetched, kind: Kind) -> str | None:
        """Read what is itself an article or newswire; why there is none, if there is none."""
        if kind not in {Kind.PAGE, Kind.NINJS}:
            said = shown(fetched.content_type) if fetched.content_type else "it gives no type"
            return f"neither a page, a feed, a list of feeds, a sitemap nor newswire ({said})"
        lead, state = Lead(given), self._pages.state(given)
        if kind == Kind.NINJS:
            items, page = await asyncio.to_thread(wire_items, lead, fetched), None
        else:
            items = await asyncio.to_thread(page_items, lead, fetched)
            page = self._pages.read_state(given, lead, fetched, state)
        trouble = _trouble(items)
        # The trouble is told at the end of the visit, and once is enough.
        told = (
            each for each in items if not (trouble and isinstance(each, Skipped) and each.reason == trouble)
        )
        await self._emit(Reading(given, tuple(told), page))
        return trouble

    async def _listed_feeds(self, given: str, fetched: Fetched) -> list[str]:
        feeds, remarks = await asyncio.to_thread(read_opml, fetched.body, given)
        await self._remark(given, remarks)
        return feeds

    async def _feed(self, given: str, fetched: Fetched) -> list[Lead]:
        read = await asyncio.to_thread(
            read_feed, fetched.body, fetched.address, content_type=fetched.content_type
        )
        await self._remark(given, read.remarks)
        return [lead for entry in read.entries if (lead := lead_of_entry(entry)) is not None]

    async def _sitemap(self, given: str, fetched: Fetched) -> list[Lead]:
        """The pages of a site's map, and of the maps that it lists, the newest first."""
        listed: list[Listed] = []
        await self._read_map(given, fetched, listed, DEEPEST)
        if len(listed) > MOST_LISTED:
            await self._remark(
                given, [f"lists more than {MOST_LISTED:,} pages; the newest of these are read"]
            )
        return [lead_of_listed(each) for each in newest_first(listed)[:MOST_LISTED]]

    async def _read_map(self, given: str, fetched: Fetched, listed: list[Listed], depth: int) -> None:
        found = await asyncio.to_thread(read_sitemap, fetched.body, fetched.address)
        await self._remark(given, found.remarks)
        listed += found.pages
        for each in found.maps if depth else ():
            if len(listed) > MOST_LISTED:
                return
            try:
                further = await self._web.fetch(each.address)
                if further.status == FOUND:
                    await self._read_map(given, further, listed, depth - 1)
            except (FetchError, InputError) as error:
                reason = without_name(str(error), each.address)
                await self._emit(Reading(given, (Skipped(each.address, reason),)))

    async def _remark(self, given: str, remarks: Iterable[str]) -> None:
        if noticed := tuple(Noticed(given, remark) for remark in remarks):
            await self._emit(Reading(given, noticed))


def _trouble(items: Sequence[Item]) -> str | None:
    """Why there is neither an article nor a withdrawal among what was read, if there is none."""
    reasons = [each.reason for each in items if isinstance(each, Skipped)]
    if any(isinstance(each, Article | Withdrawal) for each in items):
        return None
    return reasons[0] if reasons else "no article in it"
