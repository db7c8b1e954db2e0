# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""The words that dates are made of, in English, Ukrainian and Russian, with all their endings."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Stems and endings, as "stem: ending ending"; a lone hyphen is the stem itself.
_UK_MONTH = "ень ня ню нем ні"
_RU_MONTH = "ь я ю ем е"
_MONTHS = (
    f"january jan, січ: {_UK_MONTH}, январ: {_RU_MONTH}",
    f"february feb, лют: ий ого ому им, феврал: {_RU_MONTH}",
    f"march mar, берез: {_UK_MONTH}, март: - а у ом е",
    f"april apr, квіт: {_UK_MONTH}, апрел: {_RU_MONTH}",
    f"may, трав: {_UK_MONTH}, ма: й я е",
    f"june jun, черв: {_UK_MONTH}, июн: {_RU_MONTH}",
    f"july jul, лип: {_UK_MONTH}, июл: {_RU_MONTH}",
    f"august aug, серп: {_UK_MONTH}, август: - а у ом е",
    f"september sept sep, верес: {_UK_MONTH}, сентябр: {_RU_MONTH}",
    f"october oct, жовт: {_UK_MONTH}, октябр: {_RU_MONTH}",
    f"november nov, листопад: - а у ом і, ноябр: {_RU_MONTH}",
    f"december dec, груд: {_UK_MONTH}, декабр: {_RU_MONTH}",
)
_WEEKDAYS = (
    "monday, понеділ: ок ка ку, понедельник: - а у",
    "tuesday, вівтор: ок ка ку, вторник: - а у",
    "wednesday, серед: а и у і, сред: а ы у е",
    "thursday, четвер: - га гу, четверг: - а у",
    "friday, п'ятниц: я і ю, пятниц: а ы у е",
    "saturday, субот: а и у і, суббот: а ы у е",
    "sunday, неділ: я і ю, воскресень: е я ю",
)
_SEASONS = (
    "winter, зим: а и у і ою, зимой",
    "spring, весн: а и у і ою ы е ой",
    "summer, літ: о а у ом і, лет: о а у ом",
    "fall autumn, осінь осені осінню, осень осени осенью",
)
_UNITS = (
    "hour hours, годин: а у и -, часа часов",
    "day days, день дні днів дня днем днями днях, дн: и ей я",
    "week weeks, тиждень тижня тижні тижнів тижню тижнем, недел: я ю и е ь",
    "month months, місяц: ь я і ів ю ем, месяц: - а ы ев е",
    "year years, рок: и ів у ом ами, рік році, год: - а ы у ом, лет",
)
UNITS = ("hour", "day", "week", "month", "year")
_NUMBERS = {
    1: "one, один одна одну одного одной однієї",
    2: "two couple, два дві двух двох две пару пара",
    3: "three, три трьох трех трёх",
    4: "four, чотири чотирьох четыре четырех четырёх",
    5: "five, п'ять п'яти пять пяти",
    6: "six, шість шести шесть",
    7: "seven, сім семи семь",
    8: "eight, вісім восьми восемь",
    9: "nine, дев'ять дев'яти девять девяти",
    10: "ten, десять десяти",
    12: "twelve, дванадцять двенадцать",
}
# What "a few" may be at most, where too short a time would leave something out.
_FEW = "few several, кілька кількох декілька декількох несколько нескольких"
FEW = 7

# A "last" that names the week before this one, and one that counts back from today.
_BEFORE = "last previous, минул: ий а е ого ої ому ій у і их, прошл: ый ая ое ого ой ом ую ым"
_ROLLING = (
    "last past recent previous, останн: ій я є ього ьої ьому ю і іх іми, последн: ий яя ее его ей ем юю ие их"
)
_THIS = (
    "this current, ц: ей я е ього ієї ьому ій ю, поточн: ий ого ому"
    ", эт: от а о ого ой ом у им, текущ: ий его ем"
)
_AHEAD = "next coming upcoming, наступн: ий а е ого ої ому ій у, следующ: ий ая ее его ей ем ую"


def spell(line: str) -> list[str]:
    """All forms of a line of words: `"may, ма: й я"` is may, май, мая."""
    forms = []
    for part in line.split(","):
        stem, colon, endings = part.strip().rpartition(":")
        forms += [stem + ending.removeprefix("-") for ending in endings.split()] if colon else endings.split()
    return forms


def one_of(words: Iterable[str]) -> str:
    """A pattern, without a group, that matches any of the words; the longest where several do."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(word.replace(" ", r"\s+") for word in longest_first) + ")"


MONTHS = {form: number for number, line in enumerate(_MONTHS, 1) for form in spell(line)}
# Monday is 0, as in `datetime.date.weekday`.
WEEKDAYS = {form: number for number, line in enumerate(_WEEKDAYS) for form in spell(line)}
# The month that each begins with: the year's winter begins in December.
SEASONS = {form: (12, 3, 6, 9)[number] for number, line in enumerate(_SEASONS) for form in spell(line)}
UNIT = {form: UNITS[number] for number, line in enumerate(_UNITS) for form in spell(line)}
NUMBERS = {form: number for number, line in _NUMBERS.items() for form in spell(line)}
NUMBERS |= dict.fromkeys(spell(_FEW), FEW)
# How many periods away from the present one.
RELATION = {form: step for step, line in ((-1, _BEFORE), (0, _THIS), (1, _AHEAD)) for form in spell(line)}
ROLLING = spell(_ROLLING)
# How many days from today the first and the last day are.
DAYS = {
    form: span
    for span, line in (
        ((0, 0), "today|tonight|this morning|this afternoon|this evening|сьогодні|сегодня"),
        ((-1, 0), "last night|overnight"),
        ((-1, -1), "yesterday|вчора|учора|вчера"),
        ((-2, -2), "the day before yesterday|day before yesterday|позавчора|позавчера"),
        ((1, 1), "tomorrow|завтра"),
    )
    for form in line.split("|")
}
# Years that are one word.
YEARS = {"торік": -1, "цьогоріч": 0, "позаторік": -2}
# Words that stand before a weekday in the name of something else, as in "Black Friday".
NAMING = frozenset(
    ("black", "cyber", "good", "super", "giving", "the", "every", "each", "ash", "palm", "bloody", "easter")
)
