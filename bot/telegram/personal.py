"""What people set for themselves, what is kept about them, and how all of it is deleted."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.conversation import SHOWN
from bot.languages.words import LANGUAGES
from bot.telegram.harmless import toast
from bot.telegram.pressed import rewrite, stands_there

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import time

    from telegram import Update
    from telegram.ext import CallbackContext

    from bot.languages.words import Words
    from bot.memory.memory import Forgotten
    from bot.memory.people import Person
    from bot.telegram.desk import Desk

    Context = CallbackContext[Any, Any, Any, Any]
    Quiet = tuple[time, time] | None

CHOICES = (1, 3, 5)
# s:PERSON:WHAT:VALUE; "-" stands for what goes where nothing is set.
PRESSED = re.compile(r"s:(?P<person>\d{1,16}):(?P<what>[lpn]):(?P<value>[a-z0-9-]{1,8})", re.ASCII)


class Personal:
    """Answers what people ask about themselves, in private chats and in groups."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def settings(self, update: Update, _context: Context) -> None:
        """Show a person's settings, with buttons to change them."""
        asked = await self._desk.asked_by_a_person(update)
        if asked is None:
            return
        message, reader = asked
        person = await asyncio.to_thread(self._desk.memory.people.get, reader.id)
        quiet = self._desk.settings.quiet
        await self._desk.sender.say(
            message, settings_words(reader.words, quiet), settings_keyboard(person, reader.words, quiet)
        )

    async def pressed(self, update: Update, _context: Context) -> None:
        """Change what a button stands for, if its own person presses it, and show it at once."""
        query = update.callback_query
        if query is None or not await self._desk.admits(update):
            return
        words = (await self._desk.reader(query.from_user)).words
        found = PRESSED.fullmatch(query.data or "")
        fields = _chosen(found["what"], found["value"]) if found else None
        if found is None or fields is None or not stands_there(query, found["person"]):
            await toast(query, words.say("These buttons are too old. Send /settings again."), alert=True)
            return
        if int(found["person"]) != query.from_user.id:
            await toast(
                query,
                words.say("These are somebody else's settings. Send /settings to see yours."),
                alert=True,
            )
            return
        person = await asyncio.to_thread(self._desk.memory.people.change, query.from_user.id, **fields)
        words = (await self._desk.reader(query.from_user)).words
        quiet = self._desk.settings.quiet
        await toast(query, words.say("Done."))
        await rewrite(query, settings_words(words, quiet), settings_keyboard(person, words, quiet))

    async def privacy(self, update: Update, _context: Context) -> None:
        """Say what is kept about a person, how long and what for."""
        if update.message is not None:
            words = (await self._desk.reader(update.message.from_user)).words
            await self._desk.sender.say(update.message, privacy_words(self._desk.settings.keep, words))

    async def forget(self, update: Update, _context: Context) -> None:
        """Delete everything about a person, and say what that was."""
        # The reader first: afterwards nothing tells any more which language they had chosen.
        asked = await self._desk.asked_by_a_person(update, anybody=True)
        if asked is None:
            return
        message, reader = asked
        forgotten = await asyncio.to_thread(self._desk.memory.forget, reader.id)
        self._desk.conversation.forget(reader.id)
        await self._desk.sender.say(message, forgotten_words(forgotten, reader.words))


def settings_words(words: Words, quiet: Quiet) -> str:
    """What can be set, over its buttons."""
    lines = [
        words.say("Your settings"),
        words.say("Choose the language I write in, and how many passages an answer shows at first."),
    ]
    if quiet:
        lines.append(
            words.say(
                "From {begin} to {end} I keep what you follow for the morning, unless you want it at "
                "night too.",
                begin=f"{quiet[0]:%H:%M}",
                end=f"{quiet[1]:%H:%M}",
            )
        )
    return "\n\n".join(lines)


def settings_keyboard(person: Person, words: Words, quiet: Quiet) -> InlineKeyboardMarkup:
    """The buttons of the settings, each present choice with a mark."""
    shown = person.shown or SHOWN
    languages = [(name, code, person.language == code) for code, name in LANGUAGES.items()]
    # A third beside them would not be read on a phone.
    telegrams = [(words.say("Same as Telegram"), "-", person.language is None)]
    numbers = [
        (words.count("{number} passage", "{number} passages", number), str(number), shown == number)
        for number in CHOICES
    ]
    nights = [
        (words.say("Quiet at night"), "-", not person.nights),
        (words.say("At night too"), "y", person.nights),
    ]
    rows = [("l", languages), ("l", telegrams), ("p", numbers), *([("n", nights)] if quiet else [])]
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    f"✓ {label}" if chosen else label, callback_data=f"s:{person.id}:{what}:{value}"
                )
                for label, value, chosen in row
            ]
            for what, row in rows
        ]
    )


def privacy_words(keep: timedelta, words: Words) -> str:
    """All that is kept about a person, as the memory's tables have it."""
    kept = [
        words.say(
            "Your settings, if you change any: your Telegram number with the language, the number of "
            "passages and whether I may write at night. Kept until you set them back."
        ),
        words.say(
            "Each question you ask: your number, those of the chat, the topic and the messages, its words, "
            "what I understood of it, the time, whether an answer was found, how surely, and in which "
            "passages. It makes the buttons work and shows what the coverage lacks."
        ),
        _how_long(keep, words),
        words.say(
            "Your 👍 and 👎: your number with the answer, for as long as the answer. They show which answers "
            "are bad."
        ),
        words.say(
            "What you follow: your number, those of the chat and the topic, the question, your language, "
            "since when, how far I have looked and which reports I told you of, so that I tell each once. "
            "Kept until you stop following, or I can no longer write there."
        ),
        words.say(
            "Each message to me, with all that Telegram tells of it: only until it is answered, so that "
            "nothing is lost if I stop in between. Then its number and time alone, for two days."
        ),
        words.say(
            "Only while I run, and not on disk: what you asked about last, which your next question may lean "
            "on for half an hour, and how often you wrote in the last minute, so nobody crowds out others."
        ),
    ]
    return "\n\n".join(
        [
            words.say("What I keep about you, and why"),
            *(f"• {each}" for each in kept),
            words.say(
                "Your name is kept nowhere else, and I give none of this on to anybody. Those who run this "
                "bot hold its database; I show them the questions that found no answer, without who asked "
                "them."
            ),
            words.say("/forget deletes all of this at once, but for the count of the last minute."),
        ]
    )


def forgotten_words(forgotten: Forgotten, words: Words) -> str:
    """What was deleted, in a list."""
    lines = list(_deleted(forgotten, words))
    if not lines:
        return words.say("Nothing was kept about you.")
    return "\n".join([words.say("Deleted, for good:"), *(f"• {line}" for line in lines)])


def _deleted(forgotten: Forgotten, words: Words) -> Iterator[str]:
    if number := forgotten.answers:
        yield words.count(
            "{number} question with what was found", "{number} questions with what was found", number
        )
    if number := forgotten.votes:
        yield words.count("{number} vote on an answer", "{number} votes on answers", number)
    if number := forgotten.follows:
        yield words.count(
            "{number} question that you followed", "{number} questions that you followed", number
        )
    if forgotten.settings:
        yield words.say("your settings")


def _how_long(keep: timedelta, words: Words) -> str:
    if not keep % timedelta(days=1):
        return words.count(
            "Questions are deleted when they are {number} day old.",
            "Questions are deleted when they are {number} days old.",
            keep.days,
        )
    return words.count(
        "Questions are deleted when they are {number} hour old.",
        "Questions are deleted when they are {number} hours old.",
        round(keep / timedelta(hours=1)),
    )


def _chosen(what: str, value: str) -> dict[str, Any] | None:
    """The setting that a button stands for; None for one that never was offered."""
    if what == "l":
        return {"language": None if value == "-" else value} if value in {"-", *LANGUAGES} else None
    if what == "p":
        number = int(value) if value.isdigit() else 0
        # What goes for everybody need not be kept about anybody.
        return {"shown": None if number == SHOWN else number} if number in CHOICES else None
    return {"nights": value == "y"} if value in {"-", "y"} else None
