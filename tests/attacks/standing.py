"""The whole bot as strangers meet it: every handler registered, and what must not change by what they try."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot_api import updates
from bot_api.server import BotApi
from conversing import Chat
from desks import ADMIN, opened_desk
from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from remembered import make_follow

from bot.telegram.errors import Errors
from bot.telegram.registering import register
from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest
    from bot_api.records import Sent

ANN, BO = updates.PERSON, 1002
# Of the right form, and nobody's.
GUESSED = "AAAAAAAAAA"


class Alarms:
    """Admins who are told nothing."""

    def raise_alarm(self, line: str) -> None:
        """Nothing of what strangers do is worth an alarm.

        Raises:
            AssertionError: always.
        """
        raise AssertionError(line)


class Bot(Chat):
    """A chat with the whole bot: five articles, an answer of Ann's with its buttons, and a follow of hers."""

    answer: Sent
    follow: str

    @property
    def key(self) -> str:
        """The key of Ann's answer."""
        return next(data for _, data in carried(self.answer)).split(":")[1]

    def state(self) -> tuple[Any, ...]:
        """All that a stranger might like to change."""
        memory, coverage = self.desk.memory, self.desk.coverage
        return (
            coverage.extent(),
            coverage.generation(),
            memory.people.get(ANN),
            memory.people.get(ADMIN),
            [each.key for each in memory.follows.of(ANN)],
            memory.answers.find(self.key),
            sorted(str(path) for path in self.desk.settings.home.rglob("received/*")),
        )


def carried(sent: Sent) -> list[tuple[str, str]]:
    """The buttons under a message that carry something."""
    rows = sent.message.get("reply_markup", {}).get("inline_keyboard", [])
    return [(each["text"], each["callback_data"]) for row in rows for each in row if "callback_data" in each]


@asynccontextmanager
async def standing(folder: Path, **settings: Any) -> AsyncIterator[Bot]:
    """The bot, of which Ann has asked something, with a home in this folder."""
    given = {"DATELINE_HOME": str(folder / "home"), "DATELINE_PERSON_LIMIT": 100_000} | settings
    with Coverage.open(folder / "home", encoder=FakeEncoder()) as coverage, BotApi() as api:
        coverage.index([str(write_articles(folder / "news"))])
        for chat in (ANN, BO, ADMIN, updates.GROUP):
            api.add_chat(chat)
        async with _working(coverage, api, given) as bot:
            yield bot


@asynccontextmanager
async def _working(coverage: Coverage, api: BotApi, given: dict[str, Any]) -> AsyncIterator[Bot]:
    async with opened_desk(coverage, api, **given) as (application, desk):
        register(application, desk)
        application.add_error_handler(Errors(desk.metrics, Alarms()).caught)  # type: ignore[arg-type]
        await application.start()
        bot = Bot(application, desk, api)
        (bot.answer,) = await bot.feed(updates.private_message(QUESTION, user_id=ANN))
        follow = make_follow(person=ANN, chat=ANN)
        desk.memory.follows.add(follow, 20)
        bot.follow = follow.key
        yield bot
        await application.stop()
        if application.post_stop:
            await application.post_stop(application)


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as going wrong."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
