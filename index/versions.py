"""What a new reading makes of the article that is stored: a newer version, or nothing new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.addresses import is_address

if TYPE_CHECKING:
    from datetime import date, datetime

    from index.records import Article


def succeed(
    stored: Article,
    read: Article,
    today: date,
    withdrawn: datetime | None = None,
    *,
    vanished: bool = False,
) -> Article | None:
    """The article as it is to be stored from now on; None where the reading is not newer than what is stored.

    Args:
        stored: the newest version that we have.
        read: the same piece as it was read now.
        today: the day of reading, for a publisher that does not say when it changed the words.
        withdrawn: when the stored one was withdrawn, if it was; only a version issued later lifts that.
        vanished: whether only its address no longer gave it; then any address that gives it lifts that.
    """
    read = _completed(stored, read)
    if withdrawn is not None:
        is_back = vanished and is_address(read.input)
        if not is_back and not (read.issued and read.issued > withdrawn):
            return None
    elif not _may_replace(stored, read):
        return None
    if not read.issued:
        # Who keeps files says himself what he knows of them.
        return replace(read, id=stored.id, named=stored.named)
    same_words = (stored.title, stored.text) == (read.title, read.text)
    if same_words and read.correction == stored.correction and withdrawn is None:
        return None
    changed = (
        stored.updated if same_words else read.updated or _day_after(stored, read.issued.date()) or today
    )
    first = min((day for day in (stored.published, read.published) if day), default=None)
    corrected = (read.corrected or today) if read.correction else None
    if read.correction == stored.correction:
        corrected = stored.corrected or corrected
    return replace(
        read, id=stored.id, named=stored.named, published=first, updated=changed, corrected=corrected
    )


def _completed(stored: Article, read: Article) -> Article:
    """The reading with what an earlier one of the same page knew from its feed, and the page does not say."""
    if read.input != stored.input or not stored.issued:
        return read
    titled = read.titled or not stored.titled
    return replace(
        read,
        title=read.title if titled else stored.title,
        titled=read.titled or stored.titled,
        source=stored.source or read.source,
        authors=read.authors or stored.authors,
        published=read.published or stored.published,
        issued=read.issued or stored.issued,
    )


def _may_replace(stored: Article, read: Article) -> bool:
    """Whether a reading may replace what is stored: inputs that spell one piece in two ways take no turns."""
    if stored.named and not read.named:
        return False
    if stored.issued and read.issued:
        return _is_newer(stored, read)
    return bool(read.issued) or not stored.issued


def _is_newer(stored: Article, read: Article) -> bool:
    """Whether a dated reading may replace a dated version: two inputs may spell one version in two ways."""
    if read.issued == stored.issued:
        return read.input == stored.input
    return bool(read.issued and stored.issued and read.issued > stored.issued)


def _day_after(stored: Article, day: date) -> date | None:
    """The day, if it may be that of a change: not before the article was first published."""
    return day if stored.published is None or day >= stored.published else None
