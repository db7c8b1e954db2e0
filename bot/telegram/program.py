"""The bot program: builds its parts, registers its handlers, runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import Application, Defaults

from bot.answers import Answers
from bot.conversation import Conversation
from bot.telegram.access import Access, Limits
from bot.telegram.called import Called
from bot.telegram.desk import Desk
from bot.telegram.errors import Errors
from bot.telegram.inbox import Inbox
from bot.telegram.incoming import Polled
from bot.telegram.metrics import Metrics
from bot.telegram.once import Once
from bot.telegram.order import AT_ONCE, Order, stepped_aside
from bot.telegram.pace import Pace
from bot.telegram.registering import register
from bot.telegram.running import Running
from bot.telegram.sending import Sender

if TYPE_CHECKING:
    from typing import Any

    from telegram.ext import ApplicationBuilder

    from bot.memory.memory import Memory
    from bot.settings import Settings
    from bot.telegram.alarms import Alarms
    from index.coverage import Coverage

    AnyApplication = Application[Any, Any, Any, Any, Any, Any]
    AnyBuilder = ApplicationBuilder[Any, Any, Any, Any, Any, Any]

log = logging.getLogger(__name__)

# Connections are shared by all chats; one that waits longer, in seconds, had better fail and say so.
POOL_SECONDS = 30.0


def run(coverage: Coverage, memory: Memory, settings: Settings, alarms: Alarms) -> None:
    """Answer on Telegram until SIGINT or SIGTERM.

    While the Bot API is away, at the start or later, it is tried again and again.

    Raises:
        TokenError: Telegram refuses the token.
        ServerError: the server cannot listen, or Telegram refuses the webhook.
        ModelError: the coverage was made with another model, or the model cannot be loaded.
    """
    if not settings.chats:
        log.warning(
            "everybody on Telegram can ask this bot; DATELINE_CHATS names those who may, or 'all' on purpose"
        )
    asyncio.run(live(coverage, memory, settings, alarms))


async def live(coverage: Coverage, memory: Memory, settings: Settings, alarms: Alarms) -> None:
    """Answer on Telegram, in this event loop; raises as `run` does."""
    desk = furnish(coverage, memory, settings)
    updates, queue = memory.updates_of(settings.bot), asyncio.Queue[object]()
    inbox = Inbox(updates, queue)
    running = Running(desk, alarms, inbox)
    order = Order(around=inbox.working)
    desk.metrics.watch_progress(lambda: order.working, lambda: inbox.in_hand)
    polled = None if settings.webhook else Polled(inbox, desk.metrics.unreadable, running.refuse_token)
    application = build(settings, order, Once(Pace(stepped_aside), updates), queue, polled)
    register(application, desk)
    application.add_error_handler(Errors(desk.metrics, alarms).caught)
    await running.live(application)


def furnish(coverage: Coverage, memory: Memory, settings: Settings) -> Desk:
    """The desk that the handlers work at."""
    conversation, metrics = Conversation(coverage), Metrics()
    limits = Limits(settings.person_limit, settings.chat_limit)
    return Desk(
        coverage=coverage,
        memory=memory,
        conversation=conversation,
        answers=Answers(coverage, memory, conversation),
        sender=Sender(coverage, metrics),
        access=Access(settings.chat_ids, frozenset(settings.admin_ids), limits),
        metrics=metrics,
        settings=settings,
    )


def begin_building(settings: Settings) -> AnyBuilder:
    """A builder of an application that talks to the settings' Bot API, in our way of writing."""
    defaults = Defaults(
        parse_mode=ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        allow_sending_without_reply=True,
    )
    return (
        Application.builder()
        .token(settings.token.get_secret_value() if settings.token else "")
        .base_url(f"{settings.api_base}/bot")
        .base_file_url(f"{settings.api_base}/file/bot")
        .defaults(defaults)
    )


def build(
    settings: Settings, order: Order, once: Once, queue: asyncio.Queue[object], polled: Polled | None
) -> AnyApplication:
    """The application without handlers, not yet started, which works on what is in the queue.

    It polls over `polled`; without, somebody else puts updates there.
    """
    builder = (
        begin_building(settings)
        .rate_limiter(once)
        .update_queue(queue)
        .concurrent_updates(order)
        .request(Called(connection_pool_size=AT_ONCE, pool_timeout=POOL_SECONDS))
    )
    if polled is None:
        return builder.updater(None).build()
    return builder.get_updates_request(polled).build()
