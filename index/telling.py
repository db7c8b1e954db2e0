"""The words that turn a sentence into another, in English, Ukrainian and Russian: numbers, days, negations.

Words are as `index.stories` takes them from a text: without case, accents and apostrophes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# So many words before or after a number are its slot: where two texts share them, they speak of one thing.
SLOT = 3
_DIGITS = re.compile(r"\d+")
_TEN, _TENS = 10, range(20, 100, 10)


def _table(*rows: str) -> dict[str, int]:
    return {form: number for number, forms in enumerate(rows) for form in forms.split()}


_NUMBERS = _table(
    "zero ноль нуль",
    "one один одна одно одне одного однои одному одну одним",
    "two два две дві двух двох двум двом двое двоє двумя двома",
    "three три трех трьох трем трьом трое троє тремя трьома",
    "four четыре чотири четырех чотирьох четырем чотирьом четверо",
    "five пять пяти пятерых пятеро",
    "six шесть шість шести шестеро",
    "seven семь сім семи семеро",
    "eight восемь вісім восьми",
    "nine девять девяти",
    "ten десять десяти",
    "eleven одиннадцать одинадцять одиннадцати одинадцяти",
    "twelve двенадцать дванадцять двенадцати дванадцяти",
    "thirteen тринадцать тринадцять тринадцати тринадцяти",
    "fourteen четырнадцать чотирнадцять четырнадцати чотирнадцяти",
    "fifteen пятнадцать пятнадцять пятнадцати пятнадцяти",
    "sixteen шестнадцать шістнадцять шестнадцати шістнадцяти",
    "seventeen семнадцать сімнадцять семнадцати сімнадцяти",
    "eighteen восемнадцать вісімнадцять восемнадцати вісімнадцяти",
    "nineteen девятнадцать девятнадцять девятнадцати девятнадцяти",
) | {
    form: 10 * number
    for form, number in _table(
        *("", ""),
        "twenty двадцать двадцять двадцати двадцяти",
        "thirty тридцать тридцять тридцати тридцяти",
        "forty сорок сорока",
        "fifty пятьдесят пятдесят пятидесяти пятдесяти",
        "sixty шестьдесят шістдесят шестидесяти шістдесяти",
        "seventy семьдесят сімдесят семидесяти сімдесяти",
        "eighty восемьдесят вісімдесят восьмидесяти вісімдесяти",
        "ninety девяносто девяноста",
    ).items()
}
# Without what is no day elsewhere: Ukrainian "середина" is a middle, Russian "неделя" a week.
_DAYS = _table(
    "monday mondays понеділок понеділка понедельник понедельника",
    "tuesday tuesdays вівторок вівторка вторник вторника",
    "wednesday wednesdays середу середи среду среды",
    "thursday thursdays четвер четверга четверг",
    "friday fridays пятницю пятниці пятницу пятницы",
    "saturday saturdays суботу суботи субботу субботы",
    "sunday sundays неділю неділі воскресенье воскресенья",
)
_NOT = frozenset(
    (
        *("not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot", "cant"),
        *("isnt", "arent", "wasnt", "werent", "dont", "doesnt", "didnt", "hasnt", "havent", "hadnt", "wont"),
        *("wouldnt", "couldnt", "shouldnt", "не", "ні", "ни", "нет", "немає", "без", "ніколи", "никогда"),
    )
)
# What one house adds and another leaves out. Not "by", "to", "at", "or": with them it is another sentence.
_EMPTY = frozenset(
    (
        *("a", "an", "the", "that", "which", "and", "of", "in", "on", "has", "have", "had", "did", "does"),
        *("в", "у", "і", "и", "та", "що", "что", "це", "это", "ж", "же"),  # noqa: RUF001 - these are Cyrillic
    )
)
# Another tense is a small edit, and a passive made active is none.
_BE = frozenset({"is", "are", "was", "were", "be", "been", "being"})


def as_digits(words: Sequence[str]) -> list[str]:
    """The words with the numbers below a hundred in digits: "twenty", "one" becomes "21"."""
    written: list[str] = []
    last = 0
    for word in words:
        number = _NUMBERS.get(word)
        if number and last in _TENS and number < _TEN:
            written[-1] = str(last + number)
        else:
            written.append(word if number is None else str(number))
        last = number or 0
    return written


def content(words: Sequence[str]) -> list[str]:
    """What may not differ where two sentences say the same: all but articles and the like, in order.

    All negations are one word, all forms of "to be" another, and numbers are digits.
    """
    return [
        "not" if word in _NOT else "be" if word in _BE else word
        for word in as_digits(words)
        if word not in _EMPTY
    ]


def changed(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """The places, in the first words as digits, where the others have another number or day of the week.

    A place is known again by the SLOT words before or after it. Where the others have none, or the
    same one too, nothing is changed.
    """
    held = defaultdict(set)
    for slot, _, value in _slots(others):
        held[slot].add(value)
    known: dict[int, list[bool]] = defaultdict(list)
    for slot, place, value in _slots(words):
        if slot in held:
            known[place].append(value in held[slot])
    return [place for place, kept in known.items() if not any(kept)]


def is_day(word: str) -> bool:
    """Whether the word is a day of the week, in any case that stands after "on" or "of"."""
    return word in _DAYS


def _slots(words: Sequence[str]) -> Iterator[tuple[tuple[str, ...], int, str]]:
    """What stands around each number and day: the words of its slot, its place, and itself."""
    values = [_value(word) for word in words]
    masked = [word if value is None else value[0] for word, value in zip(words, values, strict=True)]
    for place, value in enumerate(values):
        if value is None:
            continue
        kind, said = value
        if place >= SLOT:
            yield (kind, "after", *masked[place - SLOT : place]), place, said
        if place + SLOT < len(words):
            yield (kind, "before", *masked[place + 1 : place + 1 + SLOT]), place, said


def _value(word: str) -> tuple[str, str] | None:
    """The kind of a number or a day, and which it is."""
    if word in _DAYS:
        return "day", str(_DAYS[word])
    found = _DIGITS.search(word)
    return ("#", found[0].lstrip("0")) if found else None
