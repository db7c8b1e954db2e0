from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from conversing import Chat, buttons
from desks import opened_desk, sharing
from remembered import make_follow, make_given
from telegram.ext import CallbackQueryHandler, CommandHandler

from bot.languages.words import ENGLISH, LANGUAGES, words_for
from bot.memory import tables
from bot.memory.memory import Forgotten
from bot.memory.people import Person
from bot.telegram.personal import (
    PRESSED,
    Personal,
    forgotten_words,
    privacy_words,
    settings_keyboard,
    settings_words,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot_api.server import BotApi

    from index.coverage import Coverage

ANN, BO = 1001, 1002
QUIET = (time(22), time(7))


api = pytest.fixture(sharing, scope="module")


@pytest.fixture
async def chat(coverage: Coverage, api: BotApi) -> AsyncIterator[Chat]:
    """A chat with a bot that knows quiet hours."""
    async with opened_desk(coverage, api, DATELINE_QUIET="22:00-07:00") as (application, desk):
        personal = Personal(desk)
        application.add_handler(CommandHandler("settings", personal.settings))
        application.add_handler(CommandHandler("privacy", personal.privacy))
        application.add_handler(CommandHandler("forget", personal.forget))
        application.add_handler(CallbackQueryHandler(personal.pressed, pattern="^s:"))
        yield Chat(application, desk, api)


def chosen(labels: list[tuple[str, str]]) -> list[str]:
    """The labels that bear the mark."""
    return [label for label, _ in labels if "✓" in label]


async def test_settings_show_what_goes_for_everybody(chat: Chat) -> None:
    """Who has set nothing sees Telegram's language, three passages and quiet nights marked."""
    (shown,) = await chat.feed(updates.command("settings"))
    assert chosen(buttons(shown)) == ["✓ Same as Telegram", "✓ 3 passages", "✓ Quiet at night"]
    assert "From 22:00 to 07:00" in shown.plain


async def test_a_choice_takes_effect_at_once(chat: Chat) -> None:
    """Each press changes the very message: its marks, and its language too."""
    (shown,) = await chat.feed(updates.command("settings"))
    (shown,) = await chat.press(shown, "5 passages", ANN)
    (shown,) = await chat.press(shown, "At night too", ANN)
    (changed,) = await chat.press(shown, "Українська", ANN)
    assert changed.method == "editMessageText"
    assert changed.message_id == shown.message_id
    assert chat.desk.memory.people.get(ANN) == Person(ANN, "uk", 5, nights=True)
    assert changed.plain == settings_words(words_for("uk"), QUIET)
    assert chosen(buttons(changed))[0] == "✓ Українська"


async def test_what_goes_for_everybody_is_not_kept(chat: Chat) -> None:
    """Who sets all of it back leaves nothing behind."""
    (shown,) = await chat.feed(updates.command("settings"))
    (shown,) = await chat.press(shown, "1 passage", ANN)
    await chat.press(shown, "3 passages", ANN)
    assert not chat.desk.memory.forget(ANN).settings


async def test_the_same_choice_twice_does_no_harm(chat: Chat) -> None:
    """A second press on the same button, under the old message, is answered and refused by nobody."""
    (shown,) = await chat.feed(updates.command("settings"))
    (changed,) = await chat.press(shown, "1 passage", ANN)
    assert await chat.press(shown, "1 passage", ANN) == []
    assert chat.toast.text == "Done."
    assert chosen(buttons(changed)) == ["✓ Same as Telegram", "✓ 1 passage", "✓ Quiet at night"]


async def test_in_a_group_only_the_caller_chooses(chat: Chat) -> None:
    """Another person's press changes nobody's settings, and says why."""
    (shown,) = await chat.feed(updates.group_command("settings", user_id=ANN))
    assert await chat.press(shown, "5 passages", BO) == []
    assert chat.toast.show_alert
    assert "somebody else's" in chat.toast.text
    assert chat.desk.memory.people.get(ANN) == Person(ANN)
    assert chat.desk.memory.people.get(BO) == Person(BO)
    assert len(await chat.press(shown, "5 passages", ANN)) == 1


@pytest.mark.parametrize(
    "data", ["s:", "s:1001:l:xx", "s:1001:p:9", "s:1001:n:z", "s:1001:q:y", "s:-1:l:en", "s:1001:p:³"]
)
async def test_a_forged_choice_is_none(chat: Chat, data: str) -> None:
    """What no button of ours carries changes nothing."""
    (shown,) = await chat.feed(updates.command("settings"))
    assert await chat.feed(updates.callback_query(data, shown.message, user_id=ANN)) == []
    assert chat.toast.show_alert
    assert chat.desk.memory.people.get(ANN) == Person(ANN)


async def test_settings_of_long_ago_can_be_pressed(chat: Chat) -> None:
    """A message of which Telegram tells only the number is changed all the same."""
    (shown,) = await chat.feed(updates.command("settings"))
    data = dict(buttons(shown))["5 passages"]
    old = {"chat": shown.message["chat"], "message_id": shown.message_id, "date": 0}
    (changed,) = await chat.feed(updates.callback_query(data, old, user_id=ANN))
    assert changed.message_id == shown.message_id


def test_every_button_of_anybody_is_within_telegrams_limit() -> None:
    """The longest number of a person fits, and every button is one that is understood."""
    keyboard = settings_keyboard(Person(2**52), ENGLISH, QUIET).inline_keyboard
    carried = [str(button.callback_data) for row in keyboard for button in row]
    assert all(len(each.encode()) <= 64 and PRESSED.fullmatch(each) for each in carried)
    assert len(set(carried)) == len(carried) == 8


def test_without_quiet_hours_nights_are_no_question() -> None:
    """Where the bot keeps no quiet hours, nothing is said or asked about them."""
    keyboard = settings_keyboard(Person(1), ENGLISH, None).inline_keyboard
    assert all(str(button.callback_data)[4] != "n" for row in keyboard for button in row)
    assert "night" not in settings_words(ENGLISH, None)


async def test_forget_deletes_everything_and_says_what(chat: Chat) -> None:
    """All that is kept about a person goes at once, also what only the program remembers."""
    memory = chat.desk.memory
    given = make_given(person=ANN, asked=datetime.now(UTC))
    memory.answers.keep(given)
    memory.answers.keep(make_given(person=ANN))
    memory.answers.rate(given.key, ANN, good=True)
    memory.follows.add(make_follow(person=ANN), 20)
    memory.people.change(ANN, shown=5)
    chat.desk.conversation._remember((ANN, None, ANN), "ships", begun=datetime.now(UTC))
    (said,) = await chat.feed(updates.command("forget"))
    assert said.plain.splitlines() == [
        "Deleted, for good:",
        "• 2 questions with what was found",
        "• 1 vote on an answer",
        "• 1 question that you followed",
        "• your settings",
    ]
    assert memory.answers.find(given.key) is None
    assert chat.desk.conversation._topic((ANN, None, ANN), lambda: "") == ""
    (said,) = await chat.feed(updates.command("forget"))
    assert said.plain == "Nothing was kept about you."


async def test_forget_works_in_groups_for_oneself_only(chat: Chat) -> None:
    """In a group whoever writes is forgotten, and nobody else."""
    chat.desk.memory.people.change(ANN, shown=5)
    chat.desk.memory.people.change(BO, shown=5)
    await chat.feed(updates.group_command("forget", user_id=ANN))
    assert chat.desk.memory.people.get(ANN) == Person(ANN)
    assert chat.desk.memory.people.get(BO) == Person(BO, shown=5)


async def test_forget_still_speaks_the_language_that_was_set(chat: Chat) -> None:
    """The last word comes in the language that is forgotten with it."""
    chat.desk.memory.people.change(ANN, language="uk")
    (said,) = await chat.feed(updates.command("forget"))
    assert said.plain == forgotten_words(Forgotten(0, 0, 0, settings=True), words_for("uk"))


async def test_nobody_is_everybody_who_writes_for_a_chat(chat: Chat) -> None:
    """Who writes in the name of a group shares a number with all who do: nothing is shown or deleted."""
    chat.desk.memory.people.change(ANN, shown=5)
    nameless = {"sender_chat": {"id": updates.GROUP, "type": "supergroup", "title": "Newsroom"}}
    for name in ("settings", "forget"):
        update = updates.altered(updates.group_command(name, user_id=ANN), nameless)
        (said,) = await chat.feed(update)
        assert said.plain.startswith("I cannot tell who you are.")
    assert chat.desk.memory.people.get(ANN) == Person(ANN, shown=5)


async def test_privacy_tells_how_long(chat: Chat) -> None:
    """The time for which questions are kept is the setting's."""
    (said,) = await chat.feed(updates.command("privacy"))
    assert "deleted when they are 30 days old" in said.plain


@pytest.mark.parametrize(
    ("keep", "told"),
    [
        (timedelta(days=1), "1 day old"),
        (timedelta(hours=36), "36 hours old"),
        (timedelta(hours=1), "1 hour old"),
    ],
)
def test_the_time_is_told_exactly(keep: timedelta, told: str) -> None:
    """A time that is no number of days is told in hours."""
    assert told in privacy_words(keep, ENGLISH)


@pytest.mark.parametrize("code", LANGUAGES)
def test_privacy_fits_a_message(code: str) -> None:
    """In every language it is one message."""
    assert len(privacy_words(timedelta(days=30), words_for(code)).encode("utf-16-le")) // 2 <= 4096


# What /privacy says is kept, by the columns that hold it.
TOLD: dict[str, set[str]] = {
    "people": {"id", "language", "shown", "nights"},
    "answers": {
        *("key", "person", "chat", "thread", "asked_in", "messages", "question", "query", "answered"),
        *("confidence", "newest", "marks", "unread", "asked"),
    },
    "votes": {"key", "person", "good"},
    "follows": {"key", "person", "chat", "thread", "question", "digest", "language", "after", "begun"},
    "told": {"key", "story"},
    "claims": {"key", "after", "stories"},
    "updates": {"bot", "number", "person", "body", "arrived", "tries"},
    "sends": {"bot", "number", "place", "message", "date"},
}


def test_privacy_tells_of_every_column() -> None:
    """Whoever keeps something more has to say so in /privacy, and then here."""
    kept: dict[str, Any] = {
        name: {column.name for column in table.columns}
        for name, table in tables.tables.tables.items()
        if table is not tables.memory
    }
    assert kept == TOLD
