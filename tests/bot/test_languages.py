from __future__ import annotations

import ast
import string
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.languages.words import ENGLISH, FOLDER, LANGUAGES, mark, words_for

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).parent.parent.parent
# Where a text that is said to a person stands in the code, and in which arguments.
KEYWORDS = {"say": None, "count": (1, 2), "mark": None, "QuestionError": None}
OTHERS = sorted(set(LANGUAGES) - {"en"})


def said() -> set[str | tuple[str, ...]]:
    """Every text that the code says in the reader's language."""
    texts: set[str | tuple[str, ...]] = set()
    for package in ("bot", "index"):
        for _file, _line, text, _comments, _context in extract_from_dir(
            ROOT / package, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            texts.add(text)
    return texts


def catalogue(language: str) -> Catalog:
    """The language's file, as it is written."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def places(text: str) -> set[str]:
    """The names in braces in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_code_says_something() -> None:
    """The texts are found at all: those of one form and those of several, here and in the errors."""
    texts = said()
    assert "The coverage does not answer that." in texts
    assert ("It knows {number} article.", "It knows {number} articles.") in texts
    assert "there are no words in that; ask a question about the news" in texts


def test_no_text_hides_within_another() -> None:
    """Nothing is said inside an f-string, where an older Python's reader of texts does not find it."""
    for file in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "index").rglob("*.py")]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        within = [
            node for found in ast.walk(tree) if isinstance(found, ast.JoinedStr) for node in ast.walk(found)
        ]
        called = {
            node.func.attr
            for node in within
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.args
            and isinstance(node.args[0], ast.Constant)
        }
        assert called.isdisjoint(KEYWORDS), file


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_missing(language: str) -> None:
    """Every text has a translation, and the catalogue has no text that nobody says any more."""
    known = {message.id for message in catalogue(language) if message.id}
    texts = said()
    assert known - texts == set(), "said no more"
    assert texts - known == set(), "not in the catalogue; `make words` adds it"
    forms = {message.id: message.string for message in catalogue(language) if message.id}
    empty = [text for text, form in forms.items() if not (all(form) if isinstance(form, tuple) else form)]
    assert empty == []
    assert [message.id for message in catalogue(language) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_filled_in_is_the_same(language: str) -> None:
    """A translation names the very places that its text does, in each of its forms."""
    for message in catalogue(language):
        if not message.id:
            continue
        wanted = places(message.id if isinstance(message.id, str) else message.id[-1])
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for form in forms:
            # A form for one thing alone may leave the number out.
            assert wanted - places(form) <= {"number"} - ({"number"} if len(forms) == 1 else set()), (
                message.id
            )
            assert places(form) <= wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_buttons_and_toasts_fit(language: str) -> None:
    """A translation is not so much longer than its text that it breaks what the text fits into."""
    for message in catalogue(language):
        if isinstance(message.id, str) and message.id and len(message.id) <= 40:
            assert len(str(message.string)) <= 2 * len(message.id) + 8, message.id


@pytest.mark.parametrize(
    ("code", "language"),
    [("en", "en"), ("uk", "uk"), ("uk-UA", "uk"), ("EN-us", "en"), ("de", "en"), ("", "en"), (None, "en")],
)
def test_a_language_is_chosen_by_its_code(code: str | None, language: str) -> None:
    """Telegram's code chooses the language, whatever its region; what nobody speaks here is English."""
    assert words_for(code).code == language


def test_days_and_numbers_are_the_readers() -> None:
    """Each reader sees days and numbers as they write them themselves."""
    day = date(2025, 1, 11)
    assert words_for("en").day(day) == "11 January 2025"
    assert words_for("en-US").day(day) == "January 11, 2025"
    assert words_for("uk").day(day).startswith("11 січня 2025")
    assert words_for("en").number(12345) == "12,345"
    assert words_for("uk").number(12345) == "12\u00a0345"
    assert ENGLISH.moment(datetime(2025, 1, 11, 15, 5, tzinfo=UTC)) == "11 Jan 2025, 15:05:00"
    assert ENGLISH.day(None) == "undated"
    assert words_for("uk").language("fr") == "французька"
    assert ENGLISH.language("xx-none") == "xx-none"


def test_what_is_filled_in_is_no_form_itself() -> None:
    """Braces in what somebody typed stay as they are."""
    assert ENGLISH.say("Searched: {question}", question="{number} {0} {") == "Searched: {number} {0} {"
    assert ENGLISH.say(mark("It is {number} years old."), number=1200) == "It is 1,200 years old."


def test_forms_follow_the_number() -> None:
    """One thing and several are said as the language says them; Ukrainian has three forms."""
    one, many = "It knows {number} article.", "It knows {number} articles."
    assert [ENGLISH.count(one, many, number) for number in (1, 2)] == [
        "It knows 1 article.",
        "It knows 2 articles.",
    ]
    forms = [words_for("uk").count(one, many, number) for number in (1, 2, 5, 21)]
    assert len({form.translate({ord(digit): None for digit in string.digits}) for form in forms}) == 3
