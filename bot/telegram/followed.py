"""What is said about following: how to, what came of it, and the list of what somebody follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation import say_why_not
from bot.excerpts import beginning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.following import Begun
    from bot.languages.words import Words
    from bot.memory.follows import Follow

# u:KEY under news, which whoever follows may press; u:KEY:PERSON under what is one person's.
PRESSED = re.compile(r"u:(?P<key>[A-Za-z0-9_-]{10})(?::(?P<person>\d{1,16}))?", re.ASCII)
# So many questions of so many characters are sure to stand in one message, whatever their script.
LISTED, LINE_CHARACTERS = 20, 80
SHOWN_CHARACTERS, LABEL_CHARACTERS = 200, 40


def stop_button(label: str, key: str, person: int | None = None) -> InlineKeyboardButton:
    """The button that ends a follow, wherever it stands or under what only this person may press."""
    return InlineKeyboardButton(label, callback_data=f"u:{key}" if person is None else f"u:{key}:{person}")


def how_words(words: Words) -> str:
    """How to follow something."""
    return words.say(
        "Write what to follow, for example: /follow When does the harbour open?\n"
        "Or reply with /follow to a question, or to one of my answers."
    )


def begun_words(begun: Begun, words: Words) -> str:
    """That a question is followed now."""
    question = beginning(begun.answer.query.text, SHOWN_CHARACTERS)
    lines = [words.say("I will tell you here when new coverage answers: {question}", question=question)]
    if begun.answer.answered:
        lines.append(words.say("What the coverage has by now is no news; ask me the question to read it."))
    lines.append(words.say("/following lists what you follow."))
    return "\n\n".join(lines)


def refused_words(begun: Begun, limit: int, words: Words) -> str:
    """Why a question is not followed."""
    if begun.outcome == "unread":
        return say_why_not(begun.answer, words) or ""
    if begun.outcome == "known":
        return words.say("You follow that already. /following lists what you follow.")
    if not limit:
        return words.say("Nothing can be followed here.")
    return words.count(
        "You follow {number} question, and may follow no more. Stop following it first: /following",
        "You follow {number} questions, and may follow no more. Stop following one first: /following",
        limit,
    )


def followed_words(
    follows: Sequence[Follow], person: int, chat: int, words: Words
) -> tuple[str, InlineKeyboardMarkup | None]:
    """What a person follows, as it is told to them in a chat, with a button for each to end it.

    In a group, where all may read it, it is only what is told there.
    """
    private = chat == person
    shown = [each for each in follows if private or each.chat == chat]
    if not shown:
        nothing = words.say("You follow nothing.") if private else words.say("You follow nothing here.")
        return f"{nothing} {how_words(words)}", None
    lines, rows = [], []
    for number, follow in enumerate(shown[:LISTED], start=1):
        question = beginning(follow.question, LINE_CHARACTERS)
        if follow.chat != chat:
            question = words.say("{question} (told in a group)", question=question)
        lines.append(f"{words.number(number)}. {question}")
        label = f"✕ {words.number(number)}. {beginning(follow.question, LABEL_CHARACTERS)}"
        rows.append([stop_button(label, follow.key, person)])
    if len(shown) > LISTED:
        lines.append(words.more(len(shown) - LISTED))
    head = words.count("You follow {number} question:", "You follow {number} questions:", len(shown))
    hint = words.say("Press on one to follow it no longer.")
    return "\n\n".join([head, "\n".join(lines), hint]), InlineKeyboardMarkup(rows)
