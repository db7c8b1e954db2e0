"""When an article is dated, from the forms that machines write; a guess would be worse than none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_ISO = re.compile(r"\d{8}|\d{4}-\d\d-\d\d(?:[Tt ]\d\d:?\d\d.*)?", re.ASCII)
# Python takes no space before the zone, and no zone by its name.
_LOOSE_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$|Z$)| (?:UTC|GMT)$")
_MAIL = re.compile(
    r"(?:[a-z]{3}, *)?(\d\d?) +([a-z]{3}) +(\d{4})(?: +(\d\d:\d\d(?::\d\d)?)(?: +([+-]\d{4}|[a-z]{1,5}))?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# RFC 2822 has UTC, GMT and the American ones; feeds write the European ones too. Hours from UTC.
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7} | {
    **dict.fromkeys(("bst", "cet"), 1),
    **dict.fromkeys(("cest", "eet"), 2),
    **dict.fromkeys(("eest", "msk"), 3),
}
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


def parse_instant(text: str) -> datetime | None:
    """The instant, in UTC, of what `parse_day` takes; midnight where only a day is written.

    A missing zone counts as UTC, and so does a named one that is not widely known. None where
    `parse_day` gives none, and where the time does not exist.
    """
    text = text.strip()
    if parse_day(text) is None:
        return None
    try:
        instant = _iso_instant(text) if _ISO.fullmatch(text) else _mail_instant(text)
    except (ValueError, OverflowError):
        return None
    return instant.astimezone(UTC)


def _iso_instant(text: str) -> datetime:
    instant = datetime.fromisoformat(_LOOSE_ZONE.sub("", text))
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _mail_instant(text: str) -> datetime:
    match = _MAIL.fullmatch(text)
    day = _mail_day(text)
    if not match or not day:
        raise ValueError(text)
    clock = datetime.strptime(f"{match[4] or '00:00'}:00"[:8], "%H:%M:%S").time()  # noqa: DTZ007
    return datetime.combine(day, clock, _zone(match[5] or ""))


def _zone(name: str) -> timezone:
    if name[:1] in {"+", "-"}:
        away = timedelta(hours=int(name[1:3]), minutes=int(name[3:]))
        return timezone(-away if name[0] == "-" else away)
    return timezone(timedelta(hours=_ZONES.get(name.lower(), 0)))


def _iso_day(text: str) -> date:
    return datetime.fromisoformat(_LOOSE_ZONE.sub("", text)).date()


def _mail_day(text: str) -> date | None:
    match = _MAIL.fullmatch(text)
    if not match or match[2].lower() not in _MONTHS:
        return None
    return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
