"""When an article is dated, from the forms that machines write; a guess would be worse than none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_ISO = re.compile(r"\d{8}|\d{4}-\d\d-\d\d(?:[Tt ]\d\d:?\d\d.*)?", re.ASCII)
# Python takes no space before the zone, and no zone by its name; Java writes the zone's place after it.
_LOOSE_ZONE = re.compile(r" (?=[+-]\d\d:?\d\d$|Z$)|\[[\w/+-]{1,40}\]$")
_NAMED_ZONE = re.compile(r" ?([A-Z]{2,5})$", re.ASCII)
# A clock with something after it that may be a zone, though none that is known.
_CLOCK = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)? ?"
    r"(?:[+-]\d[\d:]{0,5}|\([A-Za-z ]{1,30}\)|[A-Z][a-z]+/[A-Za-z_]{1,30}|[A-Z]{2,5}(?:[+-]\d[\d:]{0,5})?)",
    re.ASCII,
)
_SECONDS = re.compile(r"\d{9,13}(?:\.\d+)?", re.ASCII)
_MILLISECONDS = 10**11
_DAY_EVERYWHERE = timedelta(hours=12)
_MAIL = re.compile(
    r"(?:[a-z]{3}, *)?(\d\d?) +([a-z]{3}) +(\d{4})"
    r"(?: +(\d\d:\d\d(?::\d\d)?)(?: +([+-]\d\d:?\d\d|[a-z]{1,5}))?)?",
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
    return _instant(text)


def parse_deadline(text: str) -> datetime | None:
    """An instant in UTC that may lie far ahead: an ISO or RFC 2822 date-time, or seconds since 1970.

    None for all else. A day alone is the instant when it has begun everywhere on Earth.
    """
    text = text.strip()
    if _SECONDS.fullmatch(text):
        seconds = int(text.partition(".")[0])
        return datetime.fromtimestamp(seconds // 1000 if seconds >= _MILLISECONDS else seconds, tz=UTC)
    instant = _instant(text)
    return instant if instant is None or ":" in text or "T" in text else instant + _DAY_EVERYWHERE


def _instant(text: str) -> datetime | None:
    try:
        instant = _iso_instant(text) if _ISO.fullmatch(text) else _mail_instant(text)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso_instant(text: str) -> datetime:
    plain, zone = _without_zone_name(text)
    instant = datetime.fromisoformat(plain)
    return instant if instant.tzinfo else instant.replace(tzinfo=_zone(zone))


def _without_zone_name(text: str) -> tuple[str, str]:
    plain = _LOOSE_ZONE.sub("", text)
    named = _NAMED_ZONE.search(plain)
    return (plain[: named.start()], named[1]) if named else (plain, "")


def _mail_instant(text: str) -> datetime:
    match = _MAIL.fullmatch(text)
    day = _mail_day(text)
    if not match or not day:
        raise ValueError(text)
    clock = datetime.strptime(f"{match[4] or '00:00'}:00"[:8], "%H:%M:%S").time()  # noqa: DTZ007
    return datetime.combine(day, clock, _zone(match[5] or ""))


def _zone(name: str) -> timezone:
    if name[:1] in {"+", "-"}:
        away = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
        return timezone(-away if name[0] == "-" else away)
    return timezone(timedelta(hours=_ZONES.get(name.lower(), 0)))


def _iso_day(text: str) -> date:
    plain, _ = _without_zone_name(text)
    clock = _CLOCK.fullmatch(plain)
    try:
        return datetime.fromisoformat(plain).date()
    except ValueError:
        # Where only the zone cannot be read, the day can.
        return datetime.fromisoformat(clock[1] if clock else plain).date()


def _mail_day(text: str) -> date | None:
    match = _MAIL.fullmatch(text)
    if not match or match[2].lower() not in _MONTHS:
        return None
    return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
