"""The buttons under an answer, and what the presses on them carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.answers import Page, Turn

if TYPE_CHECKING:
    from bot.languages.words import Words

_ORDERS = {"r": "relevance", "d": "date"}
_LETTERS = {order: letter for letter, order in _ORDERS.items()}
_PRESSED = re.compile(
    r"(?P<what>[pcwf+-]):(?P<key>[A-Za-z0-9_-]{10})(?::(?P<order>[rd])(?P<number>\d)(?P<place>\d)?)?",
    re.ASCII,
)

# More buttons in a row would not be read on a phone.
IN_ROW = 3
TURN, CONTEXT, WIDEN, FOLLOW, GOOD, BAD = "p", "c", "w", "f", "+", "-"


class Press(NamedTuple):
    """What a pressed button asks for: what to do, with which answer, on which page and passage."""

    what: str
    key: str
    turn: Turn
    place: int


def keyboard_for(page: Page, words: Words) -> InlineKeyboardMarkup | None:
    """The buttons that make sense under a page; None under one that cannot be turned over."""
    if page.key is None or page.bare:
        return None
    if page.within:
        back = _button(words.say("◀ Back to the answer"), TURN, page.key, page.turn)
        return InlineKeyboardMarkup([[back]])
    contexts = _contexts(page, words)
    rows = [contexts[start : start + IN_ROW] for start in range(0, len(contexts), IN_ROW)]
    rows += [_pages(page, words), _other_ways(page, words), _votes(page)]
    return InlineKeyboardMarkup([row for row in rows if row])


def read_press(carried: str) -> Press | None:
    """What the data of a pressed button stands for; None for what is none of ours."""
    found = _PRESSED.fullmatch(carried)
    if found is None:
        return None
    turn = Turn(_ORDERS[found["order"] or "r"], int(found["number"] or 0))  # type: ignore[arg-type]
    return Press(found["what"], found["key"], turn, int(found["place"] or 0))


def _contexts(page: Page, words: Words) -> list[InlineKeyboardButton]:
    key, first = page.key or "", page.reply.first
    if len(page.places) == 1:
        labels = [words.say("In context")]
    else:
        labels = [words.say("{number} in context", number=first + at) for at in range(len(page.places))]
    return [
        _button(label, CONTEXT, key, page.turn, place)
        for label, place in zip(labels, page.places, strict=True)
        if place not in page.whole
    ]


def _pages(page: Page, words: Words) -> list[InlineKeyboardButton]:
    key, (order, number) = page.key or "", page.turn
    row = []
    if number:
        row.append(_button(words.say("◀ Back"), TURN, key, Turn(order, number - 1)))
    if page.more:
        row.append(_button(words.say("More passages ▶"), TURN, key, Turn(order, number + 1)))
    if page.dated:
        other = Turn("relevance" if order == "date" else "date")
        label = words.say("By relevance") if order == "date" else words.say("By date")
        row.append(_button(label, TURN, key, other))
    return row


def _other_ways(page: Page, words: Words) -> list[InlineKeyboardButton]:
    key = page.key or ""
    row = []
    if page.filtered:
        every = {
            "dates": words.say("All dates"),
            "sources": words.say("All sources"),
            "both": words.say("All dates and sources"),
        }
        row.append(_button(every[page.filtered], WIDEN, key))
    if not page.answered:
        row.append(_button(words.say("🔔 Tell me when it does"), FOLLOW, key))
    return row


def _votes(page: Page) -> list[InlineKeyboardButton]:
    key = page.key or ""
    return [_button("👍", GOOD, key), _button("👎", BAD, key)] if page.answered else []


def _button(
    label: str, what: str, key: str, turn: Turn | None = None, place: int | None = None
) -> InlineKeyboardButton:
    carried = f"{what}:{key}"
    if turn is not None:
        carried += f":{_LETTERS[turn.order]}{turn.number}{'' if place is None else place}"
    return InlineKeyboardButton(label, callback_data=carried)
