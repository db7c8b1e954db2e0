"""The site, and what a test does with it."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Self, Unpack

from news_site.conditions import settle
from news_site.documents import Document, Fixed, Stamp
from news_site.false_replies import substitute
from news_site.faults import Fault, FaultKind, Faults
from news_site.feeds import Feed, FeedFields, FeedKind
from news_site.maps import packed, render_index, render_opml, render_sitemap
from news_site.newswire import item_bytes
from news_site.page_html import render_page
from news_site.pages import Page, PageFields, Shelf
from news_site.records import Journal, Request, most_at_once
from news_site.sending import Sending
from news_site.server import Server
from news_site.wire import Asked, Reply, read_asked, simple

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType


class NewsSite:
    """A news site on loopback; a context manager, and safe to use from any thread.

    Several of them are several hosts by their ports; on Linux also by address, since every 127.x.y.z is
    loopback there. Start it before anything is put up: addresses need its port. What is not put up is
    404, /robots.txt too. Methods that put something up return its address, `feed` the feed. Answers
    close their connection.
    """

    def __init__(self, host: str = "127.0.0.1", name: str = "The Gull", port: int = 0) -> None:
        self.host = host
        self.name = name
        self.port = port
        self._lock = threading.RLock()
        self._shelf = Shelf()
        self._paths: dict[str, Document | Fixed] = {}
        self._stamps: dict[str, Stamp] = {}
        self._headers: dict[str, dict[str, str | None]] = {}
        self._faults = Faults()
        self._journal = Journal()
        self._server = Server(self._converse)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; on the port of before, if the site was stopped in between."""
        self.port = self._server.start(self.host, self.port)

    def stop(self) -> None:
        """Cut every connection and listen no more; what was published stays for another start."""
        self._server.stop()

    def url(self, path: str = "/") -> str:
        """The address of a path; an address is returned as it is."""
        return f"{self.origin}{path}" if path.startswith("/") else path

    @property
    def origin(self) -> str:
        """The site's address without a path."""
        return f"http://{self.host}:{self.port}"

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request so far, oldest first."""
        return self._journal.requests

    @property
    def most_at_once(self) -> int:
        """How many requests were being answered at one time, at most."""
        return most_at_once(self.requests)

    def asked(self, path: str) -> int:
        """How often a path was asked for, with this query or, if none is given, with any."""
        return sum(path in {one.path, one.path.partition("?")[0]} for one in self.requests)

    def wait_for(self, path: str, times: int = 1, timeout: float = 5.0) -> None:
        """Wait until a path was asked for so many times in all.

        Raises:
            AssertionError: It was not; the message tells what was.
        """
        if not self._journal.wait(lambda: self.asked(path) >= times, timeout):
            raise AssertionError(f"waited {timeout} s in vain for {times} of {path}\n{self._journal.told()}")

    def publish(self, path: str, **fields: Unpack[PageFields]) -> str:
        """Put up a page; see `Page` for what may be said of it."""
        with self._lock:
            self._shelf.publish(path, fields)
            page = partial(self._shelf.page, path)
            return self._put(path, lambda: render_page(page(), self.url(path), self.name), page)

    def update(self, path: str, **fields: Unpack[PageFields]) -> str:
        """Change a page. Where its words change, it says it was modified now, unless `modified` is given."""
        with self._lock:
            self._shelf.update(path, fields)
        return self.url(path)

    def page(self, path: str) -> Page:
        """The page that is, or was, under a path."""
        with self._lock:
            return self._shelf.page(path)

    def gone(self, path: str) -> str:
        """Take down what is there, for good: 410."""
        return self._take_down(path, simple(410))

    def missing(self, path: str) -> str:
        """Take down what is there: 404."""
        return self._take_down(path, simple(404))

    def redirect(self, path: str, to: str, status: int = 301) -> str:
        """Send whoever asks for the path elsewhere; `to` goes into the header as it is."""
        return self._take_down(path, simple(status, Location=to))

    def serve(
        self,
        path: str,
        body: bytes,
        content_type: str = "text/html; charset=utf-8",
        headers: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> str:
        """Serve these bytes; with the status 200, they have validators like all else."""
        with self._lock:
            self._headers[path] = dict(headers or {})
            if status == 200:
                return self._put(path, lambda: (body, content_type), lambda: None)
            self._paths[path] = Fixed(Reply(status, {"Content-Type": content_type}, body))
            return self.url(path)

    def headers(self, path: str, changes: Mapping[str, str | None]) -> None:
        """Answer a path with these headers too; None takes one away, as `{"ETag": None}`."""
        with self._lock:
            self._headers[path] = dict(changes)

    def feed(self, path: str, kind: FeedKind = "rss", **fields: Unpack[FeedFields]) -> Feed:
        """Put up a feed of what is published; see `Feed` for its knobs, which it is returned for."""
        feed = Feed(url=self.url(path), kind=kind, **fields)
        with self._lock:
            self._put(
                path,
                lambda: feed.render(self._shelf.listed(feed.pages, feed.limit), self.url, self.name),
                lambda: (self._shelf.revision, feed.state()),
            )
        return feed

    def sitemap(self, path: str, pages: Sequence[str] | None = None, *, news: bool = True) -> str:
        """Put up a sitemap of these paths, or of all that is published; packed if the path ends in .gz."""
        with self._lock:
            return self._put(
                path,
                lambda: packed(
                    render_sitemap(self._shelf.listed(pages), self.url, self.name, news=news), path
                ),
                lambda: self._shelf.revision,
            )

    def sitemap_index(self, path: str, maps: Sequence[str]) -> str:
        """Put up an index of sitemaps, by their paths or addresses; packed if the path ends in .gz."""
        rendered = packed(render_index([self.url(each) for each in maps]), path)
        return self.serve(path, *rendered)

    def opml(self, path: str, feeds: Sequence[str | Feed], folder: str | None = None) -> str:
        """Put up a list of feeds, by their paths or addresses or themselves, in a folder if one is named."""
        addresses = [each.url if isinstance(each, Feed) else self.url(each) for each in feeds]
        return self.serve(path, *render_opml(addresses, f"Feeds of {self.name}", folder))

    def robots(self, text: str) -> str:
        """Put up /robots.txt."""
        return self.serve("/robots.txt", text.encode(), "text/plain; charset=utf-8")

    def newswire(self, path: str, item: dict[str, Any] | list[dict[str, Any]], *, bom: bool = True) -> str:
        """Serve an item of the wire, or a list of them, with a byte order mark before it."""
        return self.serve(path, item_bytes(item, bom=bom), "application/json")

    def fault(
        self,
        path: str,
        kind: FaultKind,
        times: int | None = None,
        *,
        seconds: float | None = None,
        size: int | None = None,
        retry_after: int | str | None = 1,
    ) -> None:
        """Let requests for a path ("*": for any) go wrong: so many of them, or all until `mend`.

        Faults of one path come one after the other; a path's own come before those of all.
        """
        with self._lock:
            self._faults.add(path, Fault(kind, seconds, size, retry_after), times)

    def mend(self, path: str | None = None) -> None:
        """Let nothing go wrong any more, or nothing that was asked for this path ("*": for any)."""
        with self._lock:
            self._faults.clear(path)

    def _put(self, path: str, render: Callable[[], tuple[bytes, str]], state: Callable[[], object]) -> str:
        self._paths[path] = Document(render, state, self._stamps.setdefault(path, Stamp()))
        return self.url(path)

    def _take_down(self, path: str, answer: Reply) -> str:
        with self._lock:
            self._shelf.hide(path)
            self._paths[path] = Fixed(answer)
        return self.url(path)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await read_asked(reader)
        if asked is None:
            return
        number = self._journal.begin(Request(asked.method, asked.target, asked.headers, asked.body))
        try:
            with self._lock:
                fault = self._faults.take(asked.path)
                whole = self._whole(asked, fault)
            reply = settle(asked, whole)
            await Sending(reader, writer, reply, whole, fault, partial(self._journal.sent, number)).send()
        finally:
            self._journal.end(number)

    def _whole(self, asked: Asked, fault: Fault | None) -> Reply:
        found = next((key for key in (asked.target, asked.path) if key in self._paths), None)
        fair = self._paths[found].reply() if found else simple(404)
        fair = fair.with_headers(self._headers.get(found or asked.path, {}))
        return substitute(asked, fair, fault, self.origin) if fault else fair
