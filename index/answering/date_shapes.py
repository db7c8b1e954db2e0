# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""Each way to write a day or a longer time, and the days it stands for."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from index.answering import date_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator

# The first and the last day.
Period = tuple[date, date]

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_FEBRUARY_29_RECURS = 8
_FEBRUARY, _DECEMBER = 2, 12

_FOUR = r"(?P<year>1[0-9]{3}|20[0-9]{2})"
_YEAR = rf"{_FOUR}(?!\w|[-–][0-9])(?:\s*(?:року|році|рік|года|году|год)\b|\s[рг]\.)?"
_ORDINAL = r"(?:st|nd|rd|th|-?(?:го|ого|е))?(?!\w|[.,:][0-9])"
_DATE = rf"(?P<day>0?[1-9]|[12][0-9]|3[01]){_ORDINAL}"
_LAST = rf"(?P<last>0?[1-9]|[12][0-9]|3[01]){_ORDINAL}"
_MONTH = rf"(?P<month>{words.one_of(words.MONTHS)})\b(?:\.(?=\s*[0-9]))?"
# In "in November 9 people" the number is no day; Ukrainian and Russian never put the day behind.
_MONTH_FIRST = rf"(?<!in )(?P<month>{words.one_of(form for form in words.MONTHS if form.isascii())})\b\.?"
_TO = r"\s*(?:-|–|—|to|and|until|till|through|та|і|й|и|до|по)\s*"
_OPEN = r"(?:(?P<open>between|from|on|між|зі?|із|со?|между)\s+)?"
_COUNT = rf"(?P<count>[0-9]{{1,3}}|{words.one_of(words.NUMBERS)})(?:\s+of)?"
_UNIT = rf"(?P<unit>{words.one_of(words.UNIT)})\b"
_YEAR_WORD = words.one_of(form for form, unit in words.UNIT.items() if unit == "year")
_STEP = rf"(?P<step>{words.one_of(words.RELATION)})"
_BACK = words.one_of(words.ROLLING)
# Not the beginning of a name, as in "in August Wilson's play".
_ALONE = r"(?!['’]s)(?!(?-i:\s[A-Z][a-z]))"


@dataclass(frozen=True, slots=True)
class Atom:
    """One time as it is written: `text[start:end]`, from its first day to its last.

    `weak` where the same words may mean something else, so that only a preposition makes it a time;
    `relative` where it counts from today; `adverbial` where it tells when something was without a
    preposition; `again` reads it as somebody on another day would mean it.
    """

    start: int
    end: int
    period: Period
    weak: bool
    relative: bool
    adverbial: bool
    again: Callable[[date], Period | None]


@dataclass(frozen=True, slots=True)
class _Shape:
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], date], Period | None]
    weak: bool = False
    relative: bool = False


def find_atoms(text: str, now: date) -> list[Atom]:
    """The times in the text, in order, none overlapping another; impossible ones are left out."""
    found: list[Atom] = []
    taken: set[int] = set()
    for shape in _SHAPES:
        for match in shape.pattern.finditer(text):
            span = range(*match.span())
            if taken.isdisjoint(span):
                # A day that does not exist is not a month or a year either.
                taken.update(span)
                found += filter(None, [_atom(shape, match, now)])
    return sorted(found, key=lambda atom: atom.start)


def _atom(shape: _Shape, match: re.Match[str], now: date) -> Atom | None:
    def again(day: date) -> Period | None:
        try:
            return shape.read(match, day)
        except (ValueError, OverflowError, KeyError):
            # There is no such day, it is beyond the calendar, or a dotless i passed for an "i".
            return None

    period = again(now)
    if not period or period[0] > period[1]:
        return None
    weak = shape.weak or _word_too(match)
    adverbial = shape.relative or _is_adverb(match)
    return Atom(match.start(), match.end(), period, weak, shape.relative, adverbial, again)


def _is_adverb(match: re.Match[str]) -> bool:
    """Whether it is "from 3 to 9 November", or a day in a language that needs no "on"."""
    given = match.groupdict()
    month = given.get("month")
    return bool(given.get("open") or (given.get("day") and month and not month.isascii()))


def _word_too(match: re.Match[str]) -> bool:
    """Whether the month, as it is spelt, is a verb: "may 9 people", not "May 9"."""
    given = match.groupdict()
    return given.get("month") in {"may", "march", "mar"} and not given.get("year")


def whole_month(year: int, month: int) -> Period:
    """The first and the last day of a month; months beyond 1..12 are those of other years.

    Raises:
        ValueError: the year is beyond the calendar.
    """
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def moved(day: date, by: timedelta) -> date:
    """The day so much later; at the end of the calendar it stays there."""
    try:
        return day + by
    except OverflowError:
        return date.max if by > timedelta() else date.min


def _month_of(match: re.Match[str]) -> int:
    return words.MONTHS[match["month"].casefold()]


def _day(year: str | None, month: int, day: str, now: date) -> date:
    """The day of that year; without a year, the latest such day until `now`."""
    if year:
        return date(int(year), month, int(day))
    if (month, int(day)) == (_FEBRUARY, 29):
        leap = (each for each in range(now.year, now.year - _FEBRUARY_29_RECURS, -1) if each % 4 == 0)
        return next(each for each in (date(year, 2, 29) for year in leap) if each <= now)
    found = date(now.year, month, int(day))
    return found if found <= now else found.replace(year=now.year - 1)


def _read_iso(match: re.Match[str], _now: date) -> Period:
    day = date(int(match["year"]), int(match["number"]), int(match["day"]))
    return day, day


def _read_slashed(match: re.Match[str], _now: date) -> Period | None:
    """A day only where no other order of day and month makes one."""
    year, first, second = (int(match[name]) for name in ("year", "first", "second"))
    if max(first, second) <= _DECEMBER and first != second:
        return None
    day = date(year, min(first, second), max(first, second))
    return day, day


def _read_day(match: re.Match[str], now: date) -> Period:
    day = _day(match["year"], _month_of(match), match["day"], now)
    return day, day


def _read_days(match: re.Match[str], now: date) -> Period:
    last = _day(match["year"], _month_of(match), match["last"], now)
    return last.replace(day=int(match["day"])), last


def _read_month(match: re.Match[str], now: date) -> Period:
    """The latest such month that has begun, where nothing tells the year."""
    month, given = _month_of(match), match.groupdict()
    year = now.year - (month > now.month)
    if given.get("year"):
        year = int(given["year"])
    elif given.get("step"):
        year = now.year + words.RELATION[given["step"].casefold()]
    return whole_month(year, month)


def _read_related_month(match: re.Match[str], now: date) -> Period:
    month, step = _month_of(match), words.RELATION[match["step"].casefold()]
    year = {-1: now.year - (month >= now.month), 0: now.year, 1: now.year + (month <= now.month)}[step]
    return whole_month(year, month)


def _read_year(match: re.Match[str], _now: date) -> Period:
    return date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31)


def _read_season(match: re.Match[str], now: date) -> Period:
    """That of a year, which for winter is the one it ends in; else this year's, the last or the next."""
    month, given = words.SEASONS[match["season"].casefold()], match.groupdict()
    if given.get("year"):
        year = int(given["year"])
    else:
        year = now.year + (month == _DECEMBER and now.month > _FEBRUARY)
    year -= month == _DECEMBER
    first, last = whole_month(year, month)[0], whole_month(year, month + 2)[1]
    step = words.RELATION[given["step"].casefold()] if given.get("step") else 0
    away = step if (step < 0 and last >= now) or (step > 0 and first <= now) else 0
    return whole_month(year + away, month)[0], whole_month(year + away, month + 2)[1]


def _read_word(match: re.Match[str], now: date) -> Period:
    first, last = words.DAYS[" ".join(match[0].casefold().split())]
    return now + first * _DAY, now + last * _DAY


def _read_year_word(match: re.Match[str], now: date) -> Period:
    return _unit("year", now, words.YEARS[match[0].casefold()])


def _read_unit(match: re.Match[str], now: date) -> Period:
    return _unit(words.UNIT[match["unit"].casefold()], now, words.RELATION[match["step"].casefold()])


def _read_weekend(match: re.Match[str], now: date) -> Period:
    """The last one that has begun; "last weekend" has ended; the next has not begun."""
    step = words.RELATION.get((match["step"] or "").casefold(), -1)
    saturday = now - ((now.weekday() + 2) % 7) * _DAY
    if step < 0 and match["step"] and saturday + _DAY >= now:
        saturday -= _WEEK
    saturday += _WEEK * (step > 0)
    return saturday, saturday + _DAY


def _read_rolling(match: re.Match[str], now: date) -> Period:
    """So many days, weeks, months or years up to today."""
    count, unit = _count(match["count"]), words.UNIT[match["unit"].casefold()]
    if unit == "hour":
        return now - -(-count // 24) * _DAY, now
    if unit in {"day", "week"}:
        return now - count * (_DAY if unit == "day" else _WEEK), now
    first, last = whole_month(now.year, now.month - count * (1 if unit == "month" else 12))
    return min(first.replace(day=min(now.day, last.day)), now), now


def _read_ago(match: re.Match[str], now: date) -> Period | None:
    if match["unit"].isascii() and match.start("unit") == match.start():
        # The number before "years ago" is one that we do not read: "46,000 years ago".
        return None
    unit = words.UNIT[match["unit"].casefold()]
    return _unit(unit, now, -_count(match["count"]))


def _read_weekday(match: re.Match[str], now: date) -> Period:
    """The latest such day until today; "last" is before today, "this" in this week, "next" after it."""
    wanted, given = words.WEEKDAYS[match["weekday"].casefold()], match.groupdict()
    day = now - ((now.weekday() - wanted) % 7) * _DAY
    step = words.RELATION[given["step"].casefold()] if given.get("step") else None
    if step == 0:
        day = now + (wanted - now.weekday()) * _DAY
    elif step is not None and (step > 0 or day == now):
        day += step * _WEEK
    return day, day


def _count(text: str | None) -> int:
    number = (text or "one").casefold()
    return int(number) if number.isdecimal() else words.NUMBERS[number]


def _unit(unit: str, now: date, step: int) -> Period:
    """The week from Monday, the calendar month or the year that is `step` of them away from now's."""
    if unit == "year":
        return date(now.year + step, 1, 1), date(now.year + step, 12, 31)
    if unit == "month":
        return whole_month(now.year, now.month + step)
    if unit == "week":
        monday = now - now.weekday() * _DAY + step * _WEEK
        return monday, monday + 6 * _DAY
    day = now + step * (_DAY if unit == "day" else timedelta())
    return day, day


def _shapes() -> Iterator[_Shape]:
    def shape(
        pattern: str,
        read: Callable[[re.Match[str], date], Period | None],
        *,
        weak: bool = False,
        relative: bool = False,
    ) -> _Shape:
        return _Shape(
            re.compile(rf"(?<!\w)(?<![0-9][.,])(?:{pattern})(?!\w)", re.IGNORECASE), read, weak, relative
        )

    number = r"(?P<number>0?[1-9]|1[0-2])"
    yield shape(rf"{_FOUR}-{number}-(?P<day>[0-3]?[0-9])", _read_iso)
    yield shape(rf"(?P<day>[0-3]?[0-9])\.{number}\.{_YEAR}", _read_iso)
    yield shape(rf"(?P<first>[0-3]?[0-9])/(?P<second>[0-3]?[0-9])/{_YEAR}", _read_slashed)
    yield shape(rf"{_OPEN}{_DATE}{_TO}{_LAST}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?", _read_days)
    yield shape(rf"{_OPEN}{_MONTH_FIRST}\s+{_DATE}{_TO}{_LAST}(?:,?\s+{_YEAR})?", _read_days)
    yield shape(rf"(?:the\s+)?{_DATE}(?:\s+of)?\s+{_MONTH}(?:,?\s+{_YEAR})?", _read_day)
    yield shape(rf"{_MONTH_FIRST}\s+(?:the\s+)?{_DATE}(?:,?\s+{_YEAR})?", _read_day)
    yield shape(rf"{_MONTH},?\s+(?:of\s+)?{_YEAR}", _read_month)
    yield shape(rf"{_MONTH}\s+(?:of\s+)?{_STEP}\s+{_YEAR_WORD}", _read_month, relative=True)
    yield shape(rf"{_STEP}\s+{_MONTH}{_ALONE}", _read_related_month, relative=True)
    yield shape(words.one_of(words.DAYS), _read_word, relative=True)
    yield shape(words.one_of(words.YEARS), _read_year_word, relative=True)
    yield shape(rf"(?:the\s+)?{_BACK}\s+{_COUNT}\s+{_UNIT}", _read_rolling, relative=True)
    yield shape(
        rf"(?:the\s+last|(?:the\s+|this\s+)?past|останн\w+|последн\w+)\s+(?P<count>)?{_UNIT}",
        _read_rolling,
        relative=True,
    )
    yield shape(rf"(?:{_STEP}|over\s+the|at\s+the)\s+weekend", _read_weekend, relative=True)
    # Not "the coming days", which have no end.
    yield shape(rf"{_STEP}\s+{_UNIT}(?<!s)", _read_unit, relative=True)
    yield shape(rf"(?:(?:a|an|{_COUNT})\s+)?{_UNIT}\s+(?:ago|тому|назад)", _read_ago, relative=True)
    season = rf"(?P<season>{words.one_of(words.SEASONS)})"
    yield shape(rf"{_STEP}\s+{season}", _read_season, relative=True)
    yield shape(rf"(?:the\s+)?{season}\s+(?:of\s+)?{_YEAR}", _read_season)
    weekday = rf"(?P<weekday>{words.one_of(words.WEEKDAYS)})"
    yield shape(rf"{_STEP}\s+{weekday}", _read_weekday, relative=True)
    yield shape(rf"{weekday}{_ALONE}", _read_weekday, weak=True, relative=True)
    yield shape(rf"{_MONTH}{_ALONE}", _read_month, weak=True)
    yield shape(_YEAR, _read_year, weak=True)


_SHAPES = tuple(_shapes())
