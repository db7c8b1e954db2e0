"""The bot's whole program in the test's own event loop, against a Bot API on loopback."""

from __future__ import annotations

import asyncio
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot_api.server import TOKEN, BotApi
from desks import ADMIN

from bot.memory.memory import Memory
from bot.settings import Settings
from bot.telegram.alarms import Alarms
from bot.telegram.program import live

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from index.coverage import Coverage


def live_with(coverage: Coverage, api: BotApi, **given: str) -> asyncio.Task[None]:
    """The bot as a task, with settings by their names in the environment."""
    basic = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": api.base_url, "DATELINE_ADMINS": str(ADMIN)}
    settings = Settings(_env_file=None, **(basic | given))  # type: ignore[arg-type]
    work = live(coverage, Memory(coverage.database), settings, Alarms(settings.admin_ids))
    return asyncio.create_task(work)


@asynccontextmanager
async def living(coverage: Coverage, api: BotApi, **given: str) -> AsyncIterator[asyncio.Task[None]]:
    """The bot while it takes updates; afterwards it must stop on a signal, without an error."""
    task = live_with(coverage, api, **given)
    try:
        await until(api, lambda: called(api, "getUpdates") or called(api, "setWebhook"))
        yield task
    finally:
        if not task.done():
            signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(task, 30)


async def until(api: BotApi, holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds that comes with what reaches the Bot API."""
    await asyncio.to_thread(api.wait_for, lambda _: holds(), seconds)


def called(api: BotApi, method: str) -> int:
    """How often a method was called."""
    return sum(call.method == method for call in api.calls)
