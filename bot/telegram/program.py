"""The bot program: builds it, registers its handlers, runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from telegram import BotCommand, LinkPreviewOptions, Update
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, CommandHandler, Defaults, MessageHandler, filters

from bot.conversation import Conversation
from bot.telegram.errors import apologise
from bot.telegram.handlers import Handlers
from index.errors import DatelineError

if TYPE_CHECKING:
    from typing import Any

    from bot.telegram.alarms import Alarms
    from index.coverage import Coverage

    AnyApplication = Application[Any, Any, Any, Any, Any, Any]

log = logging.getLogger(__name__)

COMMANDS = [BotCommand("start", "What this bot does"), BotCommand("help", "How to ask")]
# Connections are shared by all chats; one that waits longer, in seconds, had better fail and say so.
CONNECTIONS = 32
POOL_SECONDS = 30.0
# Telegram asks too busy a bot to wait and try again.
RETRIES = 3


class TokenError(DatelineError):
    """Telegram does not know the token."""


def run(coverage: Coverage, token: str, api_base: str, alarms: Alarms) -> None:
    """Answer on Telegram by long polling until SIGINT or SIGTERM.

    While the Bot API is away, at the start or later, it is tried again and again.

    Raises:
        TokenError: Telegram refuses the token.
    """
    application = build(coverage, token, api_base, alarms)
    try:
        application.run_polling(allowed_updates=[Update.MESSAGE], bootstrap_retries=-1)
    except InvalidToken:
        # Its own message holds the token.
        raise TokenError("Telegram refuses TELEGRAM_BOT_TOKEN; copy it anew from @BotFather") from None


def build(coverage: Coverage, token: str, api_base: str, alarms: Alarms) -> AnyApplication:
    """The application with its handlers registered, not yet started."""
    defaults = Defaults(
        parse_mode=ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        allow_sending_without_reply=True,
    )

    async def prepare(application: AnyApplication) -> None:
        alarms.connect(application.bot)
        await asyncio.to_thread(coverage.warm)
        try:
            await application.bot.set_my_commands(COMMANDS)
        except TelegramError as error:
            log.warning("the list of commands could not be set: %s", error)
        log.info("answering as @%s", application.bot.username)

    builder = (
        Application.builder()
        .token(token)
        .base_url(f"{api_base}/bot")
        .base_file_url(f"{api_base}/file/bot")
        .defaults(defaults)
        .rate_limiter(AIORateLimiter(max_retries=RETRIES))
        .connection_pool_size(CONNECTIONS)
        .pool_timeout(POOL_SECONDS)
        .post_init(prepare)
    )
    application = builder.build()
    handlers = Handlers(Conversation(coverage))
    new = filters.UpdateType.MESSAGE
    private = filters.ChatType.PRIVATE
    application.add_handler(CommandHandler("start", handlers.start, new))
    application.add_handler(CommandHandler("help", handlers.help, new))
    application.add_handler(MessageHandler(new & filters.TEXT & ~filters.COMMAND, handlers.question))
    application.add_handler(
        MessageHandler(new & private & ~filters.StatusUpdate.ALL, handlers.not_a_question)
    )
    application.add_error_handler(apologise)
    return application
