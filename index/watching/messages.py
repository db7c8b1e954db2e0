"""What those who visit tell those who store."""

from __future__ import annotations

from dataclasses import dataclass

from index.indexing import Item
from index.journal import PageState


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page or a file of an input gave; `page` is to be noted once that is stored."""

    input: str
    items: tuple[Item, ...] = ()
    page: PageState | None = None


@dataclass(frozen=True, slots=True)
class Visited:
    """The end of a visit: all that it gave has been told before.

    `etag` and `modified` are what the input said of itself, None where the next visit had better read
    all of it again. `trouble` says why the visit failed.
    """

    input: str
    etag: str | None = None
    modified: str | None = None
    trouble: str | None = None


Message = Reading | Visited
