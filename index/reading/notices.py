"""Notes to readers and editors: a text is withdrawn, or was corrected. A text about such things is no note.

What is a note                                      what is none
"KILL", "KILL: Bridge opens", "Bridge opens-KILL"   "Police kill two in raid", "KILL BILL RETURNS"
"EDITORS: story withdrawn", "Please disregard."     "Troops withdrawn from Kherson"
"Correction: the bridge has…"                       "Correction in shares deepens", "Updates with quotes"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from index.answering.date_words import MONTHS
from index.reading.dates import parse_day
from index.reading.decoding import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS_LIMIT = 300
_SHORT = 80
_STORY = r"(?:story|stories|item|article|dispatch|report|series|alert|piece)"
_DONE = r"(?:withdrawn|killed|retracted|eliminated|removed|pulled|deleted|taken\s+down|unpublished)"
_TO_EDITORS = (
    r"(?:(?:attention|attn|urgent|note\s+to)[\s:,.\u2013—-]+)?"
    r"(?:editors?(?:['\u2019]s?)?(?:\s+note)?|eds|ed\.?\s*note)"
)
_KILLS = (
    "MANDATORY KILL|STORY KILL|KILL STORY|KILL NOTICE|KILL ADVISORY|KILL|STORY WITHDRAWN|WITHDRAWN|RETRACTED"
    "|RETRACTION|ELIMINATION|MANDATORY ELIMINATION|NOTICE OF WITHDRAWAL|ANNULATION|АНУЛЬОВАНО|АННУЛИРОВАНО"
    "|ВІДКЛИКАНО|ОТОЗВАНО"  # noqa: RUF001 - Russian
)
# Agencies write these in capitals, and that is what tells them from words of a headline.
_IN_CAPITALS = re.compile(
    rf"(?:{_KILLS}|WITHDRAWAL)[.!]*$|(?:{_KILLS})(?:\s*:|\s+[\u2013—-]|[\u2013—])\s*\S|KILL(?:[\s,]+KILL)+\b"
    rf"|(?=.*[a-z]|(?:BC|AM|PM|AP)-).*[-\u2013—/,:]\s*(?:{_KILLS})[.!]*$"
    r"|NOTICE:.*\b(?i:(?:is|was|has been) withdrawn)\b"
)
_OUTRIGHT = re.compile(
    rf"(?:mandatory\s+kill|kill\s+(?:notice|advisory)|{_STORY}\s+(?:kill|{_DONE})|notice\s+of\s+withdrawal)[.!]*$"
    rf"|(?:mandatory\s+kill|kill\s+(?:notice|advisory)|notice\s+of\s+withdrawal)\s*[:\u2013—-]\s"
    rf"|please\s+disregard[.!]*$|please\s+(?:kill|disregard|withdraw|do\s+not\s+use)\s+(?:the|this|our)\b.*\b{_STORY}\b"
    rf"|please\s+kill\s+{_STORY}\b|do\s+not\s+use\s+(?:this|the|our)\s+{_STORY}\b"
    rf"|this\s+{_STORY}\s+(?:has\s+been|have\s+been|was|is(?:\s+being)?)\s+{_DONE}\b"
    rf"|{_STORY}\s+(?:has\s+been|was|is)\s+{_DONE}[.!]*$"
    rf"|the\s+(?:AP|associated\s+press|reuters|AFP|dpa)\s+has\s+{_DONE}\s+(?:its|the|a|this)\s+{_STORY}\b"
    r"|.*\b(?:a\s+)?kill\s+is\s+mandatory\b"
    r"|(?:(?:новину|повідомлення|матеріал)\s+(?:відкликано|анульовано|скасовано|видалено)"
    r"|(?:новость|сообщение|материал)\s+(?:отозван|отозвано|отозвана|аннулирован|аннулировано|аннулирована|снят|снято|снята))[.!]*$"
    r"|про(?:симо|сим)\s+не\s+(?:використовувати|использовать)\b",
    re.IGNORECASE,
)
# In a note to editors, the words need no capitals; the note is about a story already.
_FOR_EDITORS = re.compile(
    rf"(?:{_STORY}\b.{{0,160}}\b(?:{_DONE}|disregard|kill)\b|(?:kill|disregard|withdraw|do\s+not\s+use)\b.{{0,160}}\b{_STORY}\b)"
    r"|(?:kill|withdrawn|disregard)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(rf"{_TO_EDITORS}\s*[:\u2013—,-]+\s*", re.IGNORECASE)
# A new text that takes the place of an old one is no withdrawal.
_REPLACES = re.compile(
    r"\b(?:corrects?|corrected|updates?|updated|adds|recasts|replac\w+|previous|earlier|fixes)\b",
    re.IGNORECASE,
)
_GONE = re.compile(
    rf"(?:editor['\u2019]?s?['\u2019]?\s+note\s*[:.\u2013—-]\s*)?"
    rf"(?:(?:this\s+(?:{_STORY}|post|page|content)|(?:the|an?)\s+(?:article|story|post))\b.{{0,120}}?"
    rf"\b(?:has\s+(?:since\s+|now\s+)?been|was|is)\s+(?:\w+ly\s+|now\s+)?{_DONE}\b"
    rf"|(?:{_STORY})\s+(?:{_DONE})\b"
    rf"|(?:we|[\w .'\u2019-]{{2,60}}?)\s+(?:have|has)"
    rf"\s+(?:removed|withdrawn|retracted|taken\s+down|deleted|unpublished)\s+(?:this|an|the|a)\s+(?:{_STORY}|post)\b"
    r"|(?:цю\s+статтю|цей\s+матеріал|статтю|матеріал|новину)\s+(?:було\s+)?(?:видалено|знято|відкликано)"
    r"|(?:(?:эта|этот|это)\s+)?(?:статья|материал|новость)\s+(?:(?:был|была|было)\s+)?(?:удал[её]н\w*|снят\w*|отозван\w*))",
    re.IGNORECASE,
)
_LABEL = (
    r"corrections?(?:\s+and\s+clarifications?)?|clarifications?|corrected|виправлення|уточнення|исправление"
    r"|уточнение|поправка"
)
_BEGINS_CORRECTION = re.compile(
    rf"[\s•*\u2013—\[(]*(?:editor['\u2019]?s?['\u2019]?\s+note\s*[:,.\u2013—-]\s*)?(?:"
    rf"(?:{_LABEL})\s*(?:\([^)]{{1,60}}\)|[,\u2013—-]?\s*[\w., ]{{1,40}})?\s*:"
    rf"|th(?:is|e)\s+(?:{_STORY}|post|page|headline|interview|analysis|column)\b[^.:]{{0,80}}?"
    r"\b(?:was|has\s+been|have\s+been)\s+(?:amended|corrected|clarified|(?:updated|edited|changed)\s+to\s+(?:correct|fix|clarify))\b"
    rf"|an?\s+(?:earlier|previous)\s+version\s+of\s+this\s+(?:{_STORY}|post|headline)\b[^:]{{0,120}}?"
    r"\b(?:misstated|misspelled|misidentified|incorrectly|wrongly|mistakenly|erroneously|inaccurately|said|gave|stated)\b"
    r"|\w\s+(?:попередній\s+версії|предыдущей\s+версии)\b"
    r"|(?:цю\s+статтю|цей\s+матеріал|матеріал|статтю)\s+(?:було\s+)?виправлено)",
    re.IGNORECASE,
)
_WIRE_CORRECTION = re.compile(
    rf"\W*(?:(?i:{_TO_EDITORS})\s*[:\u2013—,.-]*\s*)?(?:CORRECT(?:S|ED|IVE)\b|CORRECTION(?:S?\s*[:,\u2013—(-]|$)"
    r"|(?i:corrections?|corrected|clarification)\s*:)"
)
_NOTE_CORRECTION = re.compile(
    r"(?:^\W*|[;:.,]\s*|\band\s+)(?:CORRECT(?:S|ED|ION|IVE)|[Cc]orrects|Corrected)\b"
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


def withdraws(line: str, *, to_editors: bool = False) -> bool:
    """Whether a headline, slugline or note is a kill note: the story it stands in is not to be used.

    Args:
        line: the words.
        to_editors: they stand where an agency writes to editors, so that capitals are not needed.
    """
    line = one_line(line)
    addressed = _ADDRESSED.match(line)
    told = line[addressed.end() :] if addressed else line
    if _IN_CAPITALS.match(told) or _OUTRIGHT.match(told):
        return not _REPLACES.search(told) or bool(re.match(r"KILL|MANDATORY", told))
    loose = to_editors or addressed
    return bool(loose and _FOR_EDITORS.match(told) and not _REPLACES.search(told))


def is_withdrawal(text: str) -> bool:
    """Whether a whole text is a short note that what stood there was withdrawn."""
    text = one_line(text)
    return len(text.split()) <= _SHORT and bool(_GONE.match(text) or withdraws(text))


def correction_in(paragraphs: Iterable[str], near: date | None = None) -> Correction | None:
    """The first paragraph that begins as a correction does; `near` gives a day without a year its year."""
    return next((correction(text, near) for text in paragraphs if _BEGINS_CORRECTION.match(text)), None)


def wire_correction(headline: str, note: str, near: date | None = None) -> Correction | None:
    """The words of a wire story's note to editors, or of its headline, if they tell of a correction."""
    if _NOTE_CORRECTION.search(note) or _WIRE_CORRECTION.match(note):
        return correction(note, near)
    return correction(headline, near) if _WIRE_CORRECTION.match(headline) else None


def correction(words: str, near: date | None = None) -> Correction:
    """These words as a correction, with the day that stands in them."""
    line = " ".join(one_line(words).split())
    return Correction(shortened(line), day_in(line, near))


def shortened(line: str) -> str:
    """The line, cut between words where it is longer than a note is shown."""
    if len(line) <= _WORDS_LIMIT:
        return line
    return (line[: _WORDS_LIMIT - 1].rpartition(" ")[0] or line[: _WORDS_LIMIT - 1]) + "…"


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
