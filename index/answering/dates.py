# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""The dates that a question speaks of, in English, Ukrainian and Russian."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from index.answering import date_words as words
from index.answering.date_shapes import Atom, find_atoms, moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.answering.date_shapes import Period

_DAY = timedelta(days=1)
# Nobody means two days and a third by "early this week".
_DIVISIBLE = 27
_PARTS = ("first", "middle", "last")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A time that `question[start:end]` names, from `since` to `until`, both inclusive, None if open.

    `relative` where it counts from today ("last week"); `adverbial` where it tells when something was,
    rather than being a part of a name ("the 9 November agreement", "last week's summit").
    """

    start: int
    end: int
    since: date | None
    until: date | None
    relative: bool
    adverbial: bool


# Each ends where the time begins. What follows "the" is a name, as in "in the November election".
_LEADS = {
    "within": r"in|on|during|throughout|within|over|as\s+of|in\s+the\s+month\s+of"
    r"|у|в|во|за|протягом|впродовж|упродовж|під\s+час|в\s+течение",
    "from": r"from",
    "since": r"since|starting(?:\s+(?:from|on|in))?|beginning\s+(?:on|in)"
    r"|починаючи\s+зі?|начиная\s+со?|зі?|із|со?",
    "until": r"until|till|by|up\s+to|through|до|по",
    "before": r"before|prior\s+to|перед",
    "after": r"after|following|після|после",
}
_LEAD = re.compile(
    r"(?<!\w)(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _LEADS.items()) + r")\s+$",
    re.IGNORECASE,
)
# "May" and "March" are names too, and "by" or "after" may stand before a name.
_MONTH_LEAD = re.compile(r"(?<!\w)(?:in|during|throughout|since|until|till|from)\s+$", re.IGNORECASE)
_NAMES = {"may", "march", "april", "june", "august", "jan"}
_ONWARDS = re.compile(r"\s+(?:on|onwards?)(?!\w)(?!\s+\w)", re.IGNORECASE)
_OPENING = re.compile(r"(?<!\w)(?P<open>between|from|між|від|зі?|із|со?|между|от)\s+$", re.IGNORECASE)
_JOINING = re.compile(
    r"\s*(?:-|–|—|(?<=\s)(?:to|and|until|till|through|та|і|й|и|до|по)(?=\s))\s*",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?<!\w)(?:(?:at|in|on|by|на|у|в|к)\s+)?(?:"
    r"(?P<first>early(?:\s+in)?|(?:the\s+)?(?:beginning|start)\s+of|початк\w+|начал\w+)"
    r"|(?P<middle>mid[\s-]*|(?:the\s+)?middle\s+of\s+|(?:у\s+)?середин\w+|всередині|посеред)"
    r"|(?P<last>late(?:\s+in)?|(?:the\s+)?end\s+of|наприкінці|кінц\w+|конц\w+)"
    r")\s*$",
    re.IGNORECASE,
)


def find_dates(question: str, now: date) -> list[DateMention]:
    """The times a question names, in order, none overlapping another.

    A month, a day or a weekday without its year or week is the latest that has begun by `now`. Words
    that may mean something else ("may", "march", a number) are times only behind a preposition, and
    days that do not exist are none. Weeks begin on Monday.
    """
    # One sign for another: the places stay.
    text = question.translate(str.maketrans("’ʼ`", "'''"))
    return list(_mentions(text, [_parted(text, atom) for atom in find_atoms(text, now)]))


def _mentions(text: str, atoms: list[Atom]) -> Iterator[DateMention]:
    number = 0
    while number < len(atoms):
        pair = _between(text, *atoms[number : number + 2]) if number + 1 < len(atoms) else None
        mention = pair or _single(text, atoms[number])
        if mention:
            yield mention
        number += 2 if pair else 1


def _parted(text: str, atom: Atom) -> Atom:
    """The atom with the words before it that take a third of it: "early", "the end of"."""
    part = _PART.search(text, 0, atom.start)
    first, last = atom.period
    if not part or (last - first).days < _DIVISIBLE:
        return atom
    third = (last - first + _DAY) / len(_PARTS)
    number = _PARTS.index(part.lastgroup or "first")
    period = (
        first + third * number,
        last if number == len(_PARTS) - 1 else first + third * (number + 1) - _DAY,
    )
    return replace(atom, start=part.start(), period=period, weak=False, adverbial=True)


def _between(text: str, first: Atom, second: Atom) -> DateMention | None:
    """Both as one time, if "between … and …", "from … to …" or a dash joins them."""
    joined = _JOINING.fullmatch(text, first.end, second.start)
    opening = _OPENING.search(text, 0, first.start)
    dash = joined and joined[0].strip() in {"-", "–", "—"}
    if not joined or not (opening or (dash and not (first.weak and second.weak))):
        return None
    since, until = first.period[0], second.period[1]
    if since > until:
        # "Between November and January 2025" begins in 2024.
        earlier = first.again(until)
        since = earlier[0] if earlier else since
    if since > until:
        return None
    start = opening.start() if opening else first.start
    relative = first.relative or second.relative
    return DateMention(start, second.end, since, until, relative, adverbial=True)


def _single(text: str, atom: Atom) -> DateMention | None:
    lead = _LEAD.search(text, 0, atom.start)
    if atom.weak and not _certain(text, atom, lead):
        return None
    kind = lead.lastgroup if lead else None
    onwards = _ONWARDS.match(text, atom.end)
    kind = "since" if kind == "from" and onwards else kind
    possessive = text.startswith("'s", atom.end)
    return DateMention(
        lead.start() if lead else atom.start,
        onwards.end() if onwards and kind == "since" else atom.end,
        *_opened(atom.period, kind),
        relative=atom.relative,
        adverbial=bool(lead or atom.adverbial) and not possessive,
    )


def _opened(period: Period, kind: str | None) -> tuple[date | None, date | None]:
    since, until = period
    return {
        "since": (since, None),
        "after": (moved(until, _DAY), None),
        "until": (None, until),
        "before": (None, moved(since, -_DAY)),
    }.get(kind or "", period)


def _certain(text: str, atom: Atom, lead: re.Match[str] | None) -> bool:
    """Whether a weak time is one: behind a preposition, or a weekday behind a verb ("died Thursday")."""
    word = text[atom.start : atom.end].casefold()
    if word in _NAMES:
        return bool(_MONTH_LEAD.search(text, 0, atom.start))
    if lead or word not in words.WEEKDAYS or not word.isascii():
        return bool(lead)
    before = text[: atom.start].split()
    return bool(before) and before[-1].islower() and before[-1] not in words.NAMING
