"""What the site has published: pages by their path, in the order they came."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from news_site.moments import Moment, as_datetime, now

_BLANK_LINE = re.compile(r"\n\s*\n")
_WORDS = {"title", "text", "correction", "author"}


class PageFields(TypedDict, total=False):
    """What may be said of a page when it is published or updated; see `Page`."""

    title: str
    text: Sequence[str] | str
    date: Moment
    modified: Moment
    author: str | None
    canonical: str | None
    charset: str
    header_charset: str | None
    meta_charset: str | None
    correction: str | None
    extra_head: str
    boilerplate: bool
    edition: int
    metadata: bool
    language: str
    guid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A news page. `text` is paragraphs, or one string with blank lines between them.

    `canonical` is the page's own address unless given; "" leaves the link out. `header_charset` and
    `meta_charset` are what the header and the page claim: None for the truth, "" for nothing.
    `boilerplate` is all that stands around the article, and another `edition` of it says other things;
    `metadata` is JSON-LD, Open Graph and the like. `guid` is what feeds call the page, its address
    unless given. `since` is when it was put on the site.
    """

    path: str
    title: str
    text: Sequence[str] | str
    date: Moment
    since: datetime
    modified: Moment = None
    author: str | None = None
    canonical: str | None = None
    charset: str = "utf-8"
    header_charset: str | None = None
    meta_charset: str | None = None
    correction: str | None = None
    extra_head: str = ""
    boilerplate: bool = True
    edition: int = 0
    metadata: bool = True
    language: str = "en"
    guid: str | None = None

    @property
    def paragraphs(self) -> list[str]:
        """The text, a string for each paragraph."""
        parts = _BLANK_LINE.split(self.text) if isinstance(self.text, str) else self.text
        return [part for part in parts if part.strip()]


class Shelf:
    """The pages; `revision` rises with each change of any of them."""

    def __init__(self) -> None:
        self._pages: dict[str, Page] = {}
        self._hidden: set[str] = set()
        self.revision = 0

    def publish(self, path: str, fields: PageFields) -> None:
        """Put up a page, dated now unless `date` is given (None: undated), without any state of before."""
        given: PageFields = {"title": "Untitled", "text": "", "date": now(), **fields}
        self._pages[path] = Page(path=path, since=now(), **given)
        self._hidden.discard(path)
        self.revision += 1

    def update(self, path: str, fields: PageFields) -> None:
        """Change a page. Where its words change, it says it was modified now, unless `modified` is given."""
        old = self.page(path)
        new = replace(old, **fields)
        if "modified" not in fields and any(getattr(old, name) != getattr(new, name) for name in _WORDS):
            new = replace(new, modified=now())
        self._pages[path] = new
        self.revision += 1

    def hide(self, path: str) -> None:
        """Take a page off all lists; those that name it explicitly keep it, as slow ones do."""
        self._hidden.add(path)
        self.revision += 1

    def page(self, path: str) -> Page:
        """The page that is, or was, under this path.

        Raises:
            KeyError: There never was one.
        """
        if path not in self._pages:
            raise KeyError(f"nothing was published under {path!r}; call publish first")
        return self._pages[path]

    def listed(self, paths: Sequence[str] | None = None, limit: int | None = None) -> list[Page]:
        """These pages in this order, or all that are up, newest first; at most so many."""
        if paths is not None:
            return [self.page(path) for path in paths][:limit]
        standing = [page for path, page in self._pages.items() if path not in self._hidden]
        # Of two from one second, the one that came later is the newer.
        oldest = sorted(standing, key=lambda page: as_datetime(page.date) or page.since)
        return oldest[::-1][:limit]
