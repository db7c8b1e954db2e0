"""The day an article is dated, from the forms that machines write; a guess would be worse than none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_ISO = re.compile(r"\d{8}|\d{4}-\d\d-\d\d(?:[Tt ]\d\d:?\d\d.*)?", re.ASCII)
# Python takes no space before the zone, and no zone by its name.
_LOOSE_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$|Z$)| (?:UTC|GMT)$")
_MAIL = re.compile(
    r"(?:[a-z]{3}, *)?(\d\d?) +([a-z]{3}) +(\d{4})(?: +\d\d:\d\d(?::\d\d)?(?: +(?:[+-]\d{4}|[a-z]{1,5}))?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_YEAR = 1600


def parse_day(text: str) -> date | None:
    """The day of an ISO date or date-time, or of an RFC 2822 date, as written there.

    None for all else: other forms, days that do not exist, days before 1600 or after tomorrow.
    """
    text = text.strip()
    try:
        day = _iso_day(text) if _ISO.fullmatch(text) else _mail_day(text)
    except ValueError:
        return None
    tomorrow = datetime.now(tz=UTC).date() + timedelta(days=1)
    return day if day and day.year >= _FIRST_YEAR and day <= tomorrow else None


def _iso_day(text: str) -> date:
    return datetime.fromisoformat(_LOOSE_ZONE.sub("", text)).date()


def _mail_day(text: str) -> date | None:
    match = _MAIL.fullmatch(text)
    if not match or match[2].lower() not in _MONTHS:
        return None
    return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
