from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from articles import make_hit
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import Page, Turn
from bot.conversation import Reply
from bot.languages.words import ENGLISH, words_for
from bot.telegram.keyboards import CONTEXT, FOLLOW, TURN, WIDEN, Press, keyboard_for, read_press

if TYPE_CHECKING:
    from typing import Any

KEY = "AbCdEf-_09"
TWO = Reply((make_hit(), make_hit(rank=2)))


def labels(page: Page) -> list[list[str]]:
    """The buttons' words, row by row."""
    keyboard = keyboard_for(page, ENGLISH)
    return [[button.text for button in row] for row in keyboard.inline_keyboard] if keyboard else []


def presses(page: Page) -> list[Press | None]:
    """What each button asks for."""
    keyboard = keyboard_for(page, ENGLISH)
    assert keyboard is not None
    return [read_press(str(button.callback_data)) for row in keyboard.inline_keyboard for button in row]


def test_an_answer_has_what_makes_sense_under_it() -> None:
    """Context for each quotation, further passages and another order if there are any, and the thumbs."""
    page = Page(TWO, KEY, places=(0, 1), answered=True)
    assert labels(page) == [["1 in context", "2 in context"], ["👍", "👎"]]
    several = Page(TWO, KEY, places=(0, 1), answered=True, more=True, dated=True, filtered="dates")
    assert labels(several)[1:3] == [["More passages ▶", "By date"], ["All dates"]]


def test_one_quotation_needs_no_number() -> None:
    """Where there is only one to open, the button says no more than that."""
    assert labels(Page(Reply((make_hit(),)), KEY, places=(0,), answered=True))[0] == ["In context"]


def test_five_stand_in_two_rows() -> None:
    """No more than three buttons stand in a row, or a phone would cut their labels."""
    five = Reply(tuple(make_hit(rank=rank) for rank in range(1, 6)))
    rows = labels(Page(five, KEY, places=(0, 1, 2, 3, 4), answered=True))
    assert [len(row) for row in rows[:2]] == [3, 2]


def test_a_refusal_offers_to_tell_later() -> None:
    """Under a refusal stands "tell me when it does", and no thumbs."""
    assert labels(Page(Reply(notice="No."), KEY)) == [["🔔 Tell me when it does"]]


def test_a_passage_in_context_leads_back() -> None:
    """From a passage in its context there is one way: back to the page it was opened from."""
    page = Page(Reply((make_hit(),)), KEY, Turn("date", 1), (3,), within=True)
    assert presses(page) == [Press(TURN, KEY, Turn("date", 1), 0)]


def test_what_cannot_be_turned_has_no_buttons() -> None:
    """A notice has nothing to press."""
    assert keyboard_for(Page(Reply(notice="No words.")), ENGLISH) is None
    assert keyboard_for(Page(Reply(notice="Gone."), KEY, bare=True), ENGLISH) is None


@pytest.mark.parametrize("language", ["en", "uk"])
@pytest.mark.parametrize("order", ["relevance", "date"])
def test_what_is_pressed_is_what_was_offered(language: str, order: Any) -> None:
    """Each button carries at most 64 bytes, and they are read as what its label says."""
    page = Page(TWO, KEY, Turn(order, 2), (7, 8), more=True, dated=True, answered=False, filtered="both")
    keyboard = keyboard_for(page, words_for(language))
    assert keyboard is not None
    carried = [str(button.callback_data) for row in keyboard.inline_keyboard for button in row]
    assert all(len(each.encode()) <= 64 for each in carried)
    other = Turn("relevance" if order == "date" else "date")
    assert [read_press(each) for each in carried] == [
        Press(CONTEXT, KEY, Turn(order, 2), 7),
        Press(CONTEXT, KEY, Turn(order, 2), 8),
        Press(TURN, KEY, Turn(order, 1), 0),
        Press(TURN, KEY, Turn(order, 3), 0),
        Press(TURN, KEY, other, 0),
        Press(WIDEN, KEY, Turn(), 0),
        Press(FOLLOW, KEY, Turn(), 0),
    ]


@given(st.text() | st.from_regex(r"[a-z+-]:[A-Za-z0-9_-]*(:.*)?", fullmatch=True))
def test_forged_presses_are_nothing_or_harmless(carried: str) -> None:
    """Data that no button of ours carries is none of ours, or names an answer by a whole key."""
    press = read_press(carried)
    assert press is None or (len(press.key) == 10 and 0 <= press.turn.number <= 9 and 0 <= press.place <= 9)
