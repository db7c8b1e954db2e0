"""Notes that a text was corrected: a publisher's words to readers, a wire's to editors, and their day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from index.answering.date_words import MONTHS
from index.reading.dates import parse_day
from index.reading.decoding import one_line
from index.reading.notices import TO_EDITORS, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

_STORY = r"(?:story|stories|item|article|dispatch|report|series|alert|piece)"
_TEXT = rf"(?:{_STORY}|post|page|headline|interview|analysis|column)"
_LABEL = (
    rf"(?:(?:corrections?(?:\s+and\s+clarifications?)?|clarifications?)(?:\s+to\s+this\s+{_TEXT})?|corrected"
    r"|виправлення|виправлено|уточнення|исправление|исправлено|уточнение)"
)
_DAY = (
    r"(?:\d{4}-\d\d-\d\d|\d\d?\.\d\d\.\d{4}|(?:\d\d?(?:st|nd|rd|th)?\s+[^\W\d_]{3,10}\.?|[^\W\d_]{3,10}\.?\s+\d\d?(?:st|nd|rd|th)?)"
    r"(?:,?\s+\d{4})?)\b"
)
_BEFORE_LABEL = r"[\s•●*\u2013—\[(]*(?:(?:editor['\u2019]?s?['\u2019]?\s+)?note\s*[:,.\u2013—-]\s*)?"
_WRONG = (
    r"(?:misstated|misspelled|misidentified|misreported|incorrectly|wrongly|mistakenly|erroneously|inaccurately"
    r"|said|gave|stated|contained|included|omitted)"
)
_DID = r"(?:amended|corrected|clarified)"
_BEGINS_CORRECTION = re.compile(
    rf"{_BEFORE_LABEL}(?:{_LABEL}\s*(?::|\([^)\d]{{0,40}}\d[^)]{{0,40}}\)|[,|\u2013—-]?\s*(?:on\s+|від\s+|от\s+)?{_DAY})"
    rf"|(?:the\s+headline\s+(?:of|on|for)\s+)?this\s+(?:[\w.,]+\s+){{0,3}}?{_TEXT}\b[^.:]{{0,80}}?"
    rf"\b(?:was|has\s+been|have\s+been)\s+(?:{_DID}|(?:updated|edited|changed)\s+to\s+(?:correct|fix|clarify))\b"
    rf"|this\s+{_TEXT}\s+(?:(?:originally|previously|initially)\s+(?:\w+ly\s+)?)?(?:mis(?:stated|spelled|spelt|identified|reported|quoted|attributed)\b|(?<=ly\s){_WRONG}\b|(?:incorrect|wrong|mistaken)ly\b)"
    rf"|(?:in\s+)?an?\s+(?:earlier|previous)\s+version\s+of\s+this\s+{_TEXT}\b[^:]{{0,120}}?\b{_WRONG}\b"
    r"|\w\s+(?:попередній\s+версії|предыдущей\s+версии)\s+(?:(?:цієї|цього|нашої|нашого|этой|этого|нашей)\s+)?"
    r"(?:статті|матеріалу|новини|публікації|тексту|статьи|материала|новости|публикации|текста)\b"
    r"|(?:цю\s+статтю|цей\s+матеріал|матеріал|статтю)\s+(?:було\s+)?виправлено)"
    r"|\(\s*corrects\s[^)]{3,200}\)",
    re.IGNORECASE,
)
# The day of the note itself: after its label, or after what was done; any other may be of what it is about.
_OWN_DAY = re.compile(
    rf"(?:^{_BEFORE_LABEL}{_LABEL}\s*[(,|\u2013—-]?\s*(?:on\s+|від\s+|от\s+)?"
    rf"|\b(?:{_DID}|updated|edited|changed|виправлено|исправлен\w{{0,2}})\s+(?:on\s+)?)(?P<day>{_DAY})",
    re.IGNORECASE,
)
_WIRE_CORRECTION = re.compile(
    rf"\W*(?:(?i:{TO_EDITORS})\s*[:\u2013—,.-]*\s*)?(?:CORRECT(?:S|ED|IVE)\b|CORRECTION(?:S?\s*[:,\u2013—(-]|$)"
    r"|(?i:corrections?|corrected|clarification)\s*:)"
)
_NOTE_CORRECTION = re.compile(
    r"(?:^\W*|[;:.,]\s*|\band\s+)(?:CORRECT(?:S|ED|ION|IVE)|[Cc]orrects|Corrected)\b|(?i:\bthis\s+version\s+corrects\b)"
)
_DAYS = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b", re.ASCII),
    re.compile(r"\b(?P<day>\d\d?)\.(?P<month>\d\d)\.(?P<year>\d{4})\b", re.ASCII),
    re.compile(r"\b(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?P<month>[^\W\d_]{3,10})\.?,?(?:\s+(?P<year>\d{4})\b)?"),
    re.compile(
        r"\b(?P<month>[^\W\d_]{3,10})\.?\s+(?P<day>\d\d?)(?:st|nd|rd|th)?\b(?:,?\s+(?P<year>\d{4})\b)?"
    ),
)


@dataclass(frozen=True, slots=True)
class Correction:
    """A publisher's words of a correction, on one line and at most 300 characters, and its day if told."""

    words: str
    day: date | None


def correction_in(paragraphs: Iterable[str], near: date | None = None) -> Correction | None:
    """The first paragraph that begins as a correction does; `near` gives a day without a year its year."""
    return next((correction(text, near) for text in paragraphs if _BEGINS_CORRECTION.match(text)), None)


def wire_correction(headline: str, note: str, near: date | None = None) -> Correction | None:
    """The words of a wire story's note to editors, or of its headline, if they tell of a correction."""
    if _NOTE_CORRECTION.search(note) or _WIRE_CORRECTION.match(note):
        return correction(note, near)
    return correction(headline, near) if _WIRE_CORRECTION.match(headline) else None


def correction(words: str, near: date | None = None) -> Correction:
    """These words as a correction, with the day that they say it was made."""
    line = " ".join(one_line(words).split())
    own = _OWN_DAY.search(line)
    return Correction(shortened(line), day_in(own["day"], near) if own else None)


def day_in(line: str, near: date | None = None) -> date | None:
    """The first day written out in a line; one without a year is the last such day up to `near`."""
    found = (match for pattern in _DAYS for match in pattern.finditer(line))
    return next((day for match in found if (day := _day(match, near))), None)


def _day(match: re.Match[str], near: date | None) -> date | None:
    month = MONTHS.get(match["month"].lower(), match["month"])
    if not str(month).isdigit():
        return None
    years = [match["year"]] if match["year"] else [near.year, near.year - 1] if near else []
    days = (parse_day(f"{int(year):04}-{int(month):02}-{int(match['day']):02}") for year in years)
    return next((day for day in days if day and (match["year"] or not near or day <= near)), None)
