"""A desk for tests of handlers: the real application, fed with updates, against a Bot API on loopback."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot_api.server import TOKEN, BotApi
from telegram import Update
from telegram.ext import ExtBot

from bot.memory.memory import Memory
from bot.settings import Settings
from bot.telegram.program import begin_building, furnish

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from telegram.ext import Application

    from bot.telegram.desk import Desk
    from index.coverage import Coverage

    AnyApplication = Application[Any, Any, Any, Any, Any, Any]

ADMIN = 4242


def make_desk(coverage: Coverage, **settings: Any) -> Desk:
    """A desk on a coverage; the settings are those of the environment, by their names there."""
    made = Settings(_env_file=None, **({"DATELINE_ADMINS": str(ADMIN)} | settings))
    return furnish(coverage, Memory(coverage.database), made)


@asynccontextmanager
async def opened_desk(
    coverage: Coverage, api: BotApi, **settings: Any
) -> AsyncIterator[tuple[AnyApplication, Desk]]:
    """An application without any handlers yet, and the desk for them."""
    there = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": api.base_url}
    desk = make_desk(coverage, **(there | settings))
    # Without the order and the pace of the program: a test feeds it one update after the other.
    async with begin_building(desk.settings).updater(None).build() as application:
        yield application, desk


async def feed(application: AnyApplication, api: BotApi, update: dict[str, Any]) -> None:
    """Let the application work on an update to the end, as if Telegram had sent it."""
    number = api.push(update)
    read = Update.de_json({**update, "update_id": number}, application.bot)
    await application.process_update(read)


def sharing() -> Iterator[BotApi]:
    """A Bot API; made a fixture by `api = pytest.fixture(sharing)`, of a module or of one test."""
    with BotApi() as opened:
        yield opened


def knowing_admin() -> Iterator[BotApi]:
    """A Bot API that knows the admin, made a fixture likewise."""
    with BotApi() as opened:
        opened.add_chat(ADMIN)
        yield opened


async def talking(api: BotApi) -> AsyncIterator[ExtBot[None]]:
    """A bot without any program around it, made a fixture likewise."""
    made: ExtBot[None] = ExtBot(TOKEN, base_url=f"{api.base_url}/bot")
    async with made:
        yield made
