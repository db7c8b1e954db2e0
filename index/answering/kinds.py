# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""What kind of thing a question asks for, and whether a text has one to offer: a number, a time, a name."""

from __future__ import annotations

import re

from index.answering.date_words import MONTHS, WEEKDAYS, one_of
from index.answering.patterns import any_of

# What is asked for by the first of these that a question holds.
_ASKED = {
    "number": any_of(
        r"how\s+(?:many|much|old|high|tall|long|far|large|big|often)",
        r"(?:what|which)\s+(?:percentage|per\s*cent|percent|share|number|amount|age|price)",
        r"скільки|сколько",
    ),
    "time": any_of(
        r"when|since\s+when|(?:what|which)\s+(?:year|month|date|day|time|week)",
        r"коли|відколи|(?:якого|якому|який)\s+(?:року|році|дня|день|місяця|числа)",
        r"когда|(?:какого|каком|какой)\s+(?:года|году|дня|день|месяца|числа)",
    ),
    "name": any_of(
        r"who|whom|whose|where",
        r"(?:what|which)\s+(?:\w+\s+)?(?:country|countries|city|cities|town|state|region|company|companies|party|"
        r"team|person|president|minister|actor|singer|player|author|unit|units|organi[sz]ation|agency)",
        r"хто|кого|кому|ким|де|куди|звідки|(?:яка|яку|якій|який|якого|які)\s+(?:країн\w+|міст\w+|компані\w+|парті\w+)",
        r"кто|кем|где|куда|откуда|(?:какая|какую|какой|какие)\s+(?:стран\w+|город\w*|компани\w+|парти\w+)",
    ),
}
_NUMBERS = any_of(
    r"[$€£₴₽]?\d[\d.,]*%?",
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?",
    "billions?|half|third|quarter|одн\\w+|два|дві|двоє|двое|три|троє|трое|чотири|четыре|п.ять|пять|десят\\w+",
    "сот\\w+|тисяч\\w*|тысяч\\w*|мільйон\\w*|миллион\\w*|мільярд\\w*|миллиард\\w*",
)
_TIMES = any_of(
    r"(?:1[5-9]|20)\d\d",
    r"\d{1,2}:\d\d",
    one_of(word for word in (*MONTHS, *WEEKDAYS) if word != "may"),
    r"(?-i:May)",
)
# A capital where no sentence begins.
_NAME = re.compile(r"(?:(?<=[^\W\d_]\s)|(?<=[,;:]\s))[^\W\d_a-zа-яіїєґё][\w’'-]+")


def kind_asked(question: str) -> str | None:
    """The kind of the answer: "number", "time" or "name"; None where it may be anything."""
    found = [(match.start(), kind) for kind, asks in _ASKED.items() if (match := asks.search(question))]
    return min(found)[1] if found else None


def offers(kind: str | None, text: str, question: str) -> bool:
    """Whether the text has something of that kind which the question does not say itself."""
    if kind == "number":
        return bool(_fresh(_NUMBERS, text, question))
    if kind == "time":
        return bool(_fresh(_TIMES, text, question))
    return kind == "name" and bool(_fresh(_NAME, text, question))


def _fresh(pattern: re.Pattern[str], text: str, question: str) -> set[str]:
    said = question.casefold()
    return {found.casefold() for found in pattern.findall(text) if found.casefold() not in said}
