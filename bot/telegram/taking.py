"""How updates reach the bot: it polls for them, or Telegram posts them to its server."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from telegram.constants import UpdateType
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.written import path_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Coroutine

    from telegram.ext import Application, Updater

    from bot.settings import Settings
    from bot.telegram.health import Health
    from bot.telegram.inbox import Inbox
    from bot.telegram.metrics import Metrics
    from bot.telegram.webhook import Server, Taking

    AnyApplication = Application[Any, Any, Any, Any, Any, Any]

log = logging.getLogger(__name__)

KINDS = [
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.INLINE_QUERY,
    UpdateType.MY_CHAT_MEMBER,
]
# Seconds between two tries while Telegram cannot be reached: one at first, then half as long again.
FIRST_TRY, LAST_TRY = 1.0, 30.0


async def poll(application: AnyApplication, updater: Updater) -> None:
    """Begin to poll; errors of the polling go to the application's handlers of errors."""

    def complain(error: TelegramError) -> None:
        application.create_task(application.process_error(None, error))

    await updater.start_polling(allowed_updates=KINDS, bootstrap_retries=-1, error_callback=complain)
    log.info("polling for updates")


async def set_webhook(application: AnyApplication, settings: Settings) -> None:
    """Let Telegram post to the webhook from now on.

    Raises:
        ServerError: Telegram refuses its address.
    """
    from bot.telegram.webhook import ServerError

    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else None

    async def set_it() -> None:
        await application.bot.set_webhook(settings.webhook, allowed_updates=KINDS, secret_token=secret)

    try:
        await persist(set_it)
    except BadRequest as error:
        raise ServerError(f"Telegram refuses DATELINE_WEBHOOK: {error.message}") from None
    log.info("Telegram posts updates to the webhook")


def listen_as(settings: Settings) -> socket.socket | None:
    """A socket for the server; None where none is wanted.

    Raises:
        ServerError: nobody can listen there.
    """
    if settings.listen is None:
        return None
    from bot.telegram.webhook import listen

    return listen(settings.listen)


def serve(
    application: AnyApplication,
    settings: Settings,
    metrics: Metrics,
    health: Health,
    inbox: Inbox,
    listening: socket.socket,
) -> Server:
    """The server on its socket, from now on; with a webhook it puts updates into the inbox."""
    from bot.telegram.webhook import Server, pages

    taking = _taking(application, settings, metrics, inbox) if settings.webhook else None
    server = Server(pages(health.told, health.measured, taking), listening)
    server.begin()
    return server


async def persist(call: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Make a call until Telegram answers it.

    Raises:
        InvalidToken: Telegram refuses the token.
        BadRequest: Telegram refuses the call.
    """
    wait = FIRST_TRY
    while True:
        try:
            return await call()
        except (BadRequest, InvalidToken):
            raise
        except TelegramError as error:
            log.warning("Telegram cannot be reached, trying again in %.0f seconds: %s", wait, error)
        await asyncio.sleep(wait)
        wait = min(1.5 * wait, LAST_TRY)


def _taking(application: AnyApplication, settings: Settings, metrics: Metrics, inbox: Inbox) -> Taking:
    from bot.telegram.webhook import Taking

    return Taking(
        path=path_of(settings.webhook),
        secret=settings.webhook_secret.get_secret_value() if settings.webhook_secret else "",
        bot=application.bot,
        put=inbox.put,
        unreadable=metrics.unreadable,
        is_room=lambda: not inbox.is_full,
    )
