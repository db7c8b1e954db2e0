from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from conversing import Chat
from desks import ADMIN, opened_desk, sharing
from remembered import make_given
from telegram.ext import CommandHandler

from bot.telegram.admin import Admin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot_api.server import BotApi

    from index.coverage import Coverage

ANN = 1001


api = pytest.fixture(sharing, scope="module")


@pytest.fixture
async def chat(coverage: Coverage, api: BotApi) -> AsyncIterator[Chat]:
    """A chat with a bot that has an admin."""
    async with opened_desk(coverage, api) as (application, desk):
        application.add_handler(CommandHandler("stats", Admin(desk).stats))
        yield Chat(application, desk, api)


def ask(chat: Chat, question: str, *, days: int = 0, answered: bool = False) -> None:
    """Note a question of some days ago."""
    asked = datetime.now(UTC) - timedelta(days=days, minutes=1)
    chat.desk.memory.answers.keep(make_given(question=question, asked=asked, answered=answered, person=ANN))


async def test_stats_are_of_the_time_asked_for(chat: Chat) -> None:
    """A week if nothing is said, else so many days."""
    ask(chat, "Why is the sea salt?", days=3)
    ask(chat, "Who won?", days=20, answered=True)
    (week,) = await chat.feed(updates.command("stats", user_id=ADMIN))
    assert "In the last 7 days:\nQuestions: 1, people: 1\nAnswered: 0, refused: 1" in week.plain
    (month,) = await chat.feed(updates.command("stats", "30", user_id=ADMIN))
    assert "In the last 30 days:\nQuestions: 2, people: 1\nAnswered: 1, refused: 1" in month.plain


async def test_stats_tell_unanswered_questions_without_their_askers(chat: Chat) -> None:
    """What found no answer is told by theme, and nothing of who asked."""
    ask(chat, "Why is the sea salt?")
    ask(chat, "Why is the sea <b>so salt</b>?")
    (told,) = await chat.feed(updates.command("stats", user_id=ADMIN))
    assert "Not answered, by theme:" in told.plain
    assert "“Why is the sea <b>so salt</b>?”" in told.plain
    assert str(ANN) not in told.plain


async def test_a_group_is_not_shown_what_people_asked(chat: Chat) -> None:
    """In a group an admin gets the figures alone."""
    ask(chat, "Why is the sea salt?")
    (told,) = await chat.feed(updates.group_command("stats", user_id=ADMIN))
    assert "refused: 1" in told.plain
    assert "salt" not in told.plain


@pytest.mark.parametrize("days", ["0", "-1", "week", "99999", "3651", "7 8", "\u0667"])
async def test_days_that_are_none_are_asked_for_again(chat: Chat, days: str) -> None:
    """Whatever is no number of days gets a word on how to write it."""
    (told,) = await chat.feed(updates.command("stats", days, user_id=ADMIN))
    assert told.plain == "Write how many days to look back, as in: /stats 7"


async def test_others_are_told_in_private_and_not_in_groups(chat: Chat) -> None:
    """Who does not run the bot hears so in private; in a group nothing is said."""
    (told,) = await chat.feed(updates.command("stats"))
    assert told.plain == "That is only for those who run this bot."
    assert await chat.feed(updates.group_command("stats", user_id=ANN)) == []
