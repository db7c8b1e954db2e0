"""What is done with each kind of message."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from telegram.constants import ChatAction, MessageLimit
from telegram.error import TelegramError

from bot.replies import format_html
from bot.telegram.addressing import question_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from telegram import Chat, Message, Update
    from telegram.ext import CallbackContext

    from bot.conversation import Conversation, Reply

    Context = CallbackContext[Any, Any, Any, Any]

# "Typing…" fades on the phone after five seconds.
TYPING_SECONDS = 4.0


class Handlers:
    """The conversation, held on Telegram."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    async def start(self, update: Update, _context: Context) -> None:
        """Say what the bot does and how current its coverage is."""
        await _send(update.message, await asyncio.to_thread(self._conversation.greet))

    async def help(self, update: Update, _context: Context) -> None:
        """Say how to ask."""
        await _send(update.message, self._conversation.explain())

    async def question(self, update: Update, context: Context) -> None:
        """Answer a question, in a group only one that is addressed to the bot."""
        message = update.message
        question = question_for(context.bot.id, context.bot.username, message) if message else None
        if message is None or question is None:
            return
        async with _typing(message.chat):
            # In a group everybody leads a conversation of their own.
            who = (message.chat_id, message.from_user.id if message.from_user else None)
            reply = await asyncio.to_thread(self._conversation.reply, question, who)
        await _send(message, reply)

    async def not_a_question(self, update: Update, _context: Context) -> None:
        """Say kindly that only words are understood."""
        await _send(update.message, self._conversation.misunderstand())


async def _send(message: Message | None, reply: Reply) -> None:
    if message is not None:
        for text in format_html(reply, MessageLimit.MAX_TEXT_LENGTH):
            await message.reply_text(text)


@asynccontextmanager
async def _typing(chat: Chat) -> AsyncIterator[None]:
    async def keep_on() -> None:
        # Whether "typing…" is seen matters to nobody's answer.
        with suppress(TelegramError):
            while True:
                await chat.send_action(ChatAction.TYPING)
                await asyncio.sleep(TYPING_SECONDS)

    task = asyncio.create_task(keep_on())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
