"""Words to those who run the bot, from any thread."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING, Any

from telegram.error import TelegramError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Bot
    from telegram.ext import ExtBot

log = logging.getLogger(__name__)


class Alarms:
    """Sends a line to every admin; what comes before the bot is connected is sent as soon as it is."""

    def __init__(self, admins: Sequence[int]) -> None:
        self._admins = admins
        self._connected: tuple[Bot, asyncio.AbstractEventLoop] | None = None
        self._early: list[str] = []
        self._lock = threading.Lock()

    def connect(self, bot: ExtBot[Any]) -> None:
        """From now on the bot can send; to be called in its event loop."""
        with self._lock:
            self._connected = bot, asyncio.get_running_loop()
            early, self._early = self._early, []
        for line in early:
            self.raise_alarm(line)

    def raise_alarm(self, line: str) -> None:
        """Send the line, from whatever thread, without waiting for it."""
        with self._lock:
            if self._connected is None:
                self._early.append(line)
                return
            bot, loop = self._connected
        if not loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._send(bot, line), loop)

    async def _send(self, bot: Bot, line: str) -> None:
        for admin in self._admins:
            try:
                await bot.send_message(admin, line, parse_mode=None)
            except TelegramError as error:
                log.warning("the admin %s was not told that %s: %s", admin, line, error)
