"""What is said, in the reader's language, with days and numbers in the reader's form.

A language is one file beside this one, `uk.po`, in gettext's form; the English words are its keys. It is
read as it is, so that there is nothing to compile and nothing to forget to.
"""

from __future__ import annotations

import gettext
from datetime import UTC
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from babel import Locale

# Each under its own name, as its readers look for it.
LANGUAGES = {"en": "English", "uk": "Українська"}
DEFAULT = "en"
FOLDER = Path(__file__).parent


class Words:
    """One language: `code` is one of `LANGUAGES`, `locale` how its reader writes days and numbers."""

    def __init__(self, code: str, locale: Locale, catalogue: gettext.NullTranslations) -> None:
        self.code = code
        self.locale = locale
        self._catalogue = catalogue

    def say(self, text: str, **values: object) -> str:
        """The text in this language, with the values in the places that it names in braces.

        The text is a literal where it is said, or one that was marked by `mark`: so it is found.
        """
        return self._fill(self._catalogue.gettext(text), values)

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """One of both texts, or whatever form the language has for this number; `{number}` is the number."""
        return self._fill(self._catalogue.ngettext(one, many, number), {"number": number, **values})

    def more(self, number: int) -> str:
        """That a list goes on for so many."""
        return self.count("and {number} more", "and {number} more", number)

    def number(self, number: float) -> str:
        """A number with the reader's separators."""
        from babel.numbers import format_decimal

        return str(format_decimal(number, locale=self.locale))

    def day(self, day: date | None) -> str:
        """A day as people write it; an unknown one is called so."""
        from babel.dates import format_date

        return str(format_date(day, "long", locale=self.locale)) if day else self.say("undated")

    def moment(self, moment: datetime, zone: tzinfo = UTC) -> str:
        """A day with the time of day in a time zone."""
        from babel.dates import format_datetime

        return str(format_datetime(moment, "medium", tzinfo=zone, locale=self.locale))

    def language(self, code: str) -> str:
        """The name of another language in this one; the code itself where it has none."""
        return str(self.locale.languages.get(code, code))

    def _fill(self, text: str, values: dict[str, object]) -> str:
        if not values:
            return text
        return text.format(
            **{
                name: self.number(value) if isinstance(value, int) and not isinstance(value, bool) else value
                for name, value in values.items()
            }
        )


def mark(text: str) -> str:
    """The text itself; it marks one that is said elsewhere, so that it is found and translated."""
    return text


def words_for(code: str | None) -> Words:
    """The words for a language code as Telegram sends it, such as "uk" or "en-US"; English for others."""
    language, _, region = (code or DEFAULT).replace("_", "-").partition("-")
    language = language.lower()
    if language not in LANGUAGES:
        language, region = DEFAULT, ""
    return _words(language, region.upper() if region.isascii() and region.isalpha() else "")


@cache
def _words(language: str, region: str) -> Words:
    from babel import Locale, UnknownLocaleError

    # Without a region, English days are written as most of the world writes them, not month first.
    place = region or ("GB" if language == "en" else "")
    try:
        locale = Locale(language, place or None)
    except UnknownLocaleError:
        locale = Locale(language)
    return Words(language, locale, _catalogue(language))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    if language == DEFAULT:
        return gettext.NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


ENGLISH = words_for(DEFAULT)
