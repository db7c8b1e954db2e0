"""Feeds: RSS 2.0 and Atom, of what the site has published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from typing import TYPE_CHECKING, Literal, TypedDict

from news_site.moments import Moment, as_datetime, now, rfc822, rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from news_site.pages import Page

FeedKind = Literal["rss", "atom"]

_RSS_NAMES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
_CUT = 0.6


class FeedFields(TypedDict, total=False):
    """What may be said of a feed when it is made; see `Feed`."""

    full_text: bool
    pages: Sequence[str] | None
    limit: int | None
    charset: str
    header_charset: str | None
    broken: bool


@dataclass(slots=True, kw_only=True)
class Feed:
    """A feed whose knobs may be turned while the site runs: the next request sees it.

    `pages` are the paths that it lists, in their order; None for all that is published, newest first,
    and at most `limit` of it. `full_text` puts the whole text beside the summary. `broken` cuts the XML
    in the middle. `header_charset` is what the header claims: None for the truth, "" for nothing.
    """

    url: str
    kind: FeedKind = "rss"
    full_text: bool = False
    pages: Sequence[str] | None = None
    limit: int | None = None
    charset: str = "utf-8"
    header_charset: str | None = None
    broken: bool = False
    dated: datetime | None = None

    def redate(self, at: datetime | None = None) -> None:
        """Give every item one new date, now unless given, and change nothing else: their order stays."""
        later = max(now(), self.dated + timedelta(seconds=1)) if self.dated else now()
        self.dated = at or later

    def state(self) -> object:
        """All that the feed's bytes depend on, but for the pages."""
        listed = None if self.pages is None else tuple(self.pages)
        return replace(self, pages=listed)

    def render(self, pages: list[Page], address: Callable[[str], str], publisher: str) -> tuple[bytes, str]:
        """The feed's bytes and its content type.

        Args:
            pages: what it lists, in its order.
            address: a path's address.
            publisher: who publishes it.
        """
        write = _rss if self.kind == "rss" else _atom
        text = f'<?xml version="1.0" encoding="{self.charset}"?>\n{write(self, pages, address, publisher)}'
        body = text.encode(self.charset, "xmlcharrefreplace")
        claimed = self.charset if self.header_charset is None else self.header_charset
        kind = f"application/{self.kind}+xml"
        return (
            body[: int(len(body) * _CUT)] if self.broken else body,
            f"{kind}; charset={claimed}" if claimed else kind,
        )

    def date_of(self, page: Page) -> Moment:
        """When the feed says that the page was published."""
        return self.dated or page.date

    def change_of(self, page: Page) -> Moment:
        """When the feed says that the page last changed."""
        return self.dated or page.modified or page.date


def _rss(feed: Feed, pages: list[Page], address: Callable[[str], str], publisher: str) -> str:
    items = "".join(_rss_item(feed, page, address(page.path)) for page in pages)
    name = escape(publisher)
    built = rfc822(_newest(feed, pages))
    return (
        f'<rss version="2.0" {_RSS_NAMES}>\n<channel>\n<title>{name}</title>\n<link>{address("/")}</link>\n'
        f"<description>News from {name}</description>\n<language>en</language>\n"
        f'<atom:link href="{escape(feed.url)}" rel="self" type="application/rss+xml"/>\n'
        f"{_tag('lastBuildDate', built)}{items}</channel>\n</rss>\n"
    )


def _rss_item(feed: Feed, page: Page, url: str) -> str:
    permanent = "true" if page.guid is None else "false"
    return (
        f"<item>\n{_tag('title', page.title)}{_tag('link', url)}"
        f'<guid isPermaLink="{permanent}">{escape(page.guid or url)}</guid>\n'
        f"{_tag('pubDate', rfc822(feed.date_of(page)))}{_tag('dc:creator', page.author)}"
        f"{_tag('description', next(iter(page.paragraphs), None))}"
        f"{_tag('content:encoded', _content(page) if feed.full_text else None)}</item>\n"
    )


def _atom(feed: Feed, pages: list[Page], address: Callable[[str], str], publisher: str) -> str:
    entries = "".join(_atom_entry(feed, page, address(page.path)) for page in pages)
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"{_tag('title', publisher)}{_tag('id', feed.url)}"
        f'<link href="{escape(feed.url)}" rel="self"/>\n<link href="{address("/")}"/>\n'
        f"{_tag('updated', rfc3339(_newest(feed, pages)))}"
        f"<author>{_tag('name', publisher)}</author>\n{entries}</feed>\n"
    )


def _atom_entry(feed: Feed, page: Page, url: str) -> str:
    by = f"<author>{_tag('name', page.author)}</author>\n" if page.author else ""
    content = f'<content type="html">{escape(_content(page))}</content>\n' if feed.full_text else ""
    return (
        f'<entry>\n{_tag("title", page.title)}<link rel="alternate" type="text/html" href="{escape(url)}"/>\n'
        f"{_tag('id', page.guid or url)}{_tag('published', rfc3339(feed.date_of(page)))}"
        f"{_tag('updated', rfc3339(feed.change_of(page)))}{by}"
        f"{_tag('summary', next(iter(page.paragraphs), None))}{content}</entry>\n"
    )


def _newest(feed: Feed, pages: list[Page]) -> datetime | None:
    return max((known for page in pages if (known := as_datetime(feed.change_of(page)))), default=None)


def _content(page: Page) -> str:
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in page.paragraphs)


def _tag(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{escape(text, quote=False)}</{name}>\n"
