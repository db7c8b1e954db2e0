"""What a new reading makes of the article that is stored: a newer version, or nothing new."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from index.records import Article


def succeed(stored: Article, read: Article, today: date, withdrawn: datetime | None = None) -> Article | None:
    """The article as it is to be stored from now on; None where the reading is not newer than what is stored.

    Args:
        stored: the newest version that we have.
        read: the same piece as it was read now.
        today: the day of reading, for a publisher that does not say when it changed the words.
        withdrawn: when the stored one was withdrawn, if it was; only a version issued later lifts that.
    """
    if withdrawn is not None and not (read.issued and read.issued > withdrawn):
        return None
    if stored.issued and read.issued and not _is_newer(stored, read):
        return None
    same_words = (stored.title, stored.text) == (read.title, read.text)
    if not read.issued:
        # Who keeps files says himself what he knows of them.
        return replace(read, id=stored.id, named=stored.named)
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


def _is_newer(stored: Article, read: Article) -> bool:
    """Whether a dated reading may replace a dated version: two inputs may spell one version in two ways."""
    if read.issued == stored.issued:
        return read.input == stored.input
    return bool(read.issued and stored.issued and read.issued > stored.issued)


def _day_after(stored: Article, day: date) -> date | None:
    """The day, if it may be that of a change: not before the article was first published."""
    return day if stored.published is None or day >= stored.published else None
