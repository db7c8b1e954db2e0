"""Dates in the forms that pages and feeds write; a date given as text is written as it was given."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from email.utils import format_datetime

Moment = datetime | date | str | None
"""When something was; a bare day has no time, and a time without a zone is taken for UTC."""


def iso(moment: Moment) -> str | None:
    """As JSON-LD, Atom news and sitemaps write it."""
    if isinstance(moment, datetime):
        return _zoned(moment).isoformat(timespec="seconds")
    return moment.isoformat() if isinstance(moment, date) else moment


def rfc3339(moment: Moment) -> str | None:
    """As Atom writes it: always with a time."""
    known = as_datetime(moment)
    return iso(known) if known and not isinstance(moment, str) else iso(moment)


def rfc822(moment: Moment) -> str | None:
    """As RSS writes it."""
    if moment is None or isinstance(moment, str):
        return moment
    known = as_datetime(moment)
    return format_datetime(known.astimezone(UTC), usegmt=True) if known else None


def as_datetime(moment: Moment) -> datetime | None:
    """The point in time, or None where there is none or the text is no ISO date."""
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            return None
    if isinstance(moment, datetime):
        return _zoned(moment)
    return datetime.combine(moment, time(), UTC) if moment else None


def now() -> datetime:
    """This second, in UTC."""
    return datetime.now(tz=UTC).replace(microsecond=0)


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
