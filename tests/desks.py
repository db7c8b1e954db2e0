"""A desk for tests of handlers: the real application, fed with updates, against a Bot API on loopback."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot_api.server import TOKEN, BotApi
from telegram import LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.ext import Application, Defaults

from bot.answers import Answers
from bot.conversation import Conversation
from bot.memory.memory import Memory
from bot.settings import Settings
from bot.telegram.access import Access, Limits
from bot.telegram.desk import Desk
from bot.telegram.metrics import Metrics
from bot.telegram.sending import Sender

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from index.coverage import Coverage

    AnyApplication = Application[Any, Any, Any, Any, Any, Any]

ADMIN = 4242


def make_desk(coverage: Coverage, **settings: Any) -> Desk:
    """A desk on a coverage; the settings are those of the environment, by their names there."""
    made = Settings(_env_file=None, **({"DATELINE_ADMINS": str(ADMIN)} | settings))
    memory, conversation, metrics = Memory(coverage.database), Conversation(coverage), Metrics()
    return Desk(
        coverage=coverage,
        memory=memory,
        conversation=conversation,
        answers=Answers(coverage, memory, conversation),
        sender=Sender(coverage, metrics),
        access=Access(made.chat_ids, frozenset(made.admin_ids), Limits(made.person_limit, made.chat_limit)),
        metrics=metrics,
        settings=made,
    )


@asynccontextmanager
async def opened_desk(
    coverage: Coverage, api: BotApi, **settings: Any
) -> AsyncIterator[tuple[AnyApplication, Desk]]:
    """An application without any handlers yet, and the desk for them."""
    application: AnyApplication = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{api.base_url}/bot")
        .base_file_url(f"{api.base_url}/file/bot")
        .defaults(
            Defaults(
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                allow_sending_without_reply=True,
            )
        )
        .updater(None)
        .build()
    )
    async with application:
        yield application, make_desk(coverage, **settings)


async def feed(application: AnyApplication, api: BotApi, update: dict[str, Any]) -> None:
    """Let the application work on an update to the end, as if Telegram had sent it."""
    number = api.push(update)
    read = Update.de_json({**update, "update_id": number}, application.bot)
    await application.process_update(read)
