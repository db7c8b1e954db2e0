"""A coverage that grows while people follow questions, and reports on ships that answer one."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from conversing import Chat
from desks import opened_desk
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.telegram.buttons import Buttons
from bot.telegram.follows import Follows
from bot.telegram.questions import Questions
from bot.telegram.telling import Telling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.records import Sent
    from bot_api.server import BotApi
    from desks import AnyApplication

    from bot.memory.follows import Follow
    from bot.telegram.desk import Desk
    from index.coverage import Coverage

ANN, BO = 1001, 1002
QUESTION = "How many ships waited outside the harbour?"
FORTY = "Forty ships waited outside the harbour on Monday, the pilots said."
NINETY = "By Tuesday ninety ships waited outside the harbour, which the storm had closed."
WINTER = "The mayor spoke of a hard winter and of snow on all the roads."


def publish(
    coverage: Coverage, folder: Path, name: str, text: str, *, title: str = "", **metadata: str
) -> None:
    """Index an article, or another version of it."""
    about = {"date": "2025-01-11", "source": "The Gull"} | metadata
    told = {"_id": name, "title": title or f"Report {name}", "text": text, "metadata": about}
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.jsonl"
    file.write_text(json.dumps(told), encoding="utf-8")
    coverage.index([str(file)])


class Newsroom(Chat):
    """A chat with a bot that people follow questions with, all its handlers registered."""

    def __init__(self, application: AnyApplication, desk: Desk, api: BotApi, folder: Path) -> None:
        super().__init__(application, desk, api)
        self.folder = folder
        self.telling = Telling(desk, tick=0.01)
        follows = Follows(desk)
        questions, buttons = Questions(desk), Buttons(desk, follows)
        application.add_handler(CommandHandler("follow", follows.follow))
        application.add_handler(CommandHandler("following", follows.following))
        application.add_handler(CallbackQueryHandler(follows.pressed, pattern=r"^u:"))
        application.add_handler(CallbackQueryHandler(buttons.pressed))
        application.add_handler(ChatMemberHandler(follows.standing_changed))
        application.add_handler(MessageHandler(filters.StatusUpdate.MIGRATE, follows.moved))
        application.add_handler(MessageHandler(filters.TEXT, questions.asked))

    def publish(self, name: str, text: str, **metadata: str) -> None:
        """Index an article, or another version of it."""
        publish(self.desk.coverage, self.folder, name, text, **metadata)

    def followed(self, person: int = ANN) -> list[Follow]:
        """What a person follows."""
        return self.desk.memory.follows.of(person)

    @property
    def told(self) -> list[Sent]:
        """The news that were sent so far, in English."""
        return [sent for sent in self.api.sent if sent.plain.startswith("New coverage answers")]

    async def look(self) -> list[Sent]:
        """The news that are sent when it is looked whether there are any, once they have arrived."""
        before = len(self.told)
        await self.telling.look(self.application)
        await self.telling.arrived()
        return self.told[before:]


@asynccontextmanager
async def opened_newsroom(
    coverage: Coverage, api: BotApi, folder: Path, **settings: Any
) -> AsyncIterator[Newsroom]:
    """A newsroom whose bot has these settings; nothing in its coverage is about ships."""
    publish(coverage, folder, "winter", WINTER)
    async with opened_desk(coverage, api, **settings) as (application, desk):
        yield Newsroom(application, desk, api, folder)


async def newcomer(coverage: Coverage, api: BotApi, tmp_path: Path) -> AsyncIterator[Newsroom]:
    """A chat with a bot that knows nothing of ships yet; made a fixture by `pytest.fixture(newcomer)`."""
    async with opened_newsroom(coverage, api, tmp_path / "news") as opened:
        yield opened
