"""The whole program with a small coverage, fed with updates by whoever is not asynchronous."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot_api import updates
from bot_api.server import BotApi
from desks import opened_desk
from fakes import FakeEncoder
from harbour import write_articles
from made_updates import ADMIN
from telegram.error import BadRequest, Forbidden

from bot.telegram.incoming import person_in, read_update
from bot.telegram.registering import register
from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot_api.updates import Update
    from desks import AnyApplication
    from telegram.ext import CallbackContext

    from bot.telegram.desk import Desk

# So Telegram refuses what is about a chat, a message or a query that was made up.
_MADE_UP = ("not found", "too old", "id is invalid", "message to edit", "message can't be")
_NO_LIMIT = {"DATELINE_PERSON_LIMIT": 1_000_000, "DATELINE_CHAT_LIMIT": 1_000_000}


class House:
    """The program, its Bot API, and what its handlers have raised."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, application: AnyApplication, desk: Desk, api: BotApi
    ) -> None:
        self.desk, self.api = desk, api
        self._loop, self._application = loop, application
        self._raised: list[Exception] = []
        self._number = 0

    async def note(self, _update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """Keep what a handler has raised."""
        if context.error is not None:
            self._raised.append(context.error)

    def feed(self, update: Update) -> list[Exception]:
        """What was raised while an update was worked on, refusals of what was made up left out."""
        self._number += 1
        told = json.loads(json.dumps({**update, "update_id": self._number}))
        person_in(told)
        read = read_update(told, self._application.bot)
        self._raised.clear()
        if read is not None:
            self._loop.run_until_complete(self._application.process_update(read))
        return [error for error in self._raised if not _is_made_up(error)]


@contextmanager
def housed(folder: Path) -> Iterator[House]:
    """A house whose coverage lies in the folder."""
    loop = asyncio.new_event_loop()
    with Coverage.open(folder / "home", encoder=FakeEncoder()) as coverage, BotApi() as api:
        coverage.index([str(write_articles(folder / "news"))])
        for chat in (ADMIN, 7, updates.PERSON, updates.GROUP):
            api.add_chat(chat)
        desk_of = opened_desk(coverage, api, **_NO_LIMIT)
        application, desk = loop.run_until_complete(desk_of.__aenter__())
        house = House(loop, application, desk, api)
        register(application, desk)
        application.add_error_handler(house.note)
        yield house
        loop.run_until_complete(desk_of.__aexit__(None, None, None))
    loop.close()


def _is_made_up(error: Exception) -> bool:
    return isinstance(error, BadRequest | Forbidden) and any(each in str(error).lower() for each in _MADE_UP)
