"""Questions: asked, asked by a link, and changed after they were asked."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.answers import Asker, Turn
from bot.telegram.addressing import question_for, thread_of
from bot.telegram.deep_links import Opened, read_payload
from bot.telegram.order import seconds_since_arrival
from bot.telegram.typing_sign import seen_typing
from bot.telegram.working import current_work
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from telegram import Message, Update
    from telegram.ext import CallbackContext

    from bot.answers import Page
    from bot.telegram.desk import Desk, Reader

    Context = CallbackContext[Any, Any, Any, Any]

log = logging.getLogger(__name__)


class Questions:
    """Answers questions on Telegram."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def asked(self, update: Update, context: Context) -> None:
        """Answer a question, in a group only one that is addressed to the bot."""
        message = update.message
        question = question_for(context.bot.id, context.bot.username, message) if message else None
        if message is not None and question is not None and await self._desk.admits(update):
            await self.answer(message, question, await self._desk.reader(message.from_user))

    async def changed(self, update: Update, context: Context) -> None:
        """Answer a question anew whose words were changed, in the messages of its first answer."""
        message = update.edited_message
        question = question_for(context.bot.id, context.bot.username, message) if message else None
        if message is None or question is None or not await self._desk.admits(update):
            return
        reader = await self._desk.reader(message.from_user)
        given = await asyncio.to_thread(
            self._desk.memory.answers.asked_by, message.chat_id, message.message_id
        )
        if given is None or not given.messages:
            await self.answer(message, question, reader)
        elif question != given.question:
            page = await self._find(message, question, reader)
            shown = await self._desk.sender.turn(context.bot, given, page, reader.words)
            await self._place(page, shown)
            self._desk.metrics.question(page.outcome, seconds_since_arrival())

    async def started(self, update: Update, context: Context) -> None:
        """Say what the bot does; or what the link that led here asks for."""
        served = await self._desk.served(update)
        if served is None:
            return
        message, reader = served
        opened = read_payload(context.args[0]) if context.args else None
        if isinstance(opened, str):
            await self.answer(message, opened, reader)
        elif isinstance(opened, Opened) and (page := await self._opened(opened, reader)):
            await self._desk.sender.give(message, page, reader.words)
        else:
            if isinstance(opened, Opened):
                gone = reader.words.say("That quotation is no longer kept.")
                await self._desk.sender.say(message, gone)
            greeting = await asyncio.to_thread(self._desk.conversation.greet, reader.words)
            await self._desk.sender.say(message, greeting.notice or "")

    async def helped(self, update: Update, _context: Context) -> None:
        """Say how to ask."""
        if served := await self._desk.served(update):
            message, reader = served
            await self._desk.sender.say(message, self._desk.conversation.explain(reader.words).notice or "")

    async def unknown(self, update: Update, _context: Context) -> None:
        """Say that there is no such command, and which there are."""
        if served := await self._desk.served(update):
            message, reader = served
            unknown = reader.words.say("I do not know that command.")
            explained = self._desk.conversation.explain(reader.words).notice
            await self._desk.sender.say(message, f"{unknown}\n\n{explained}")

    async def not_a_question(self, update: Update, _context: Context) -> None:
        """Say kindly that only words are understood."""
        if served := await self._desk.served(update):
            message, reader = served
            notice = self._desk.conversation.misunderstand(reader.words).notice
            await self._desk.sender.say(message, notice or "")

    async def answer(self, message: Message, question: str, reader: Reader) -> None:
        """Answer a message that asks this, or say that it is too late for that."""
        work = current_work()
        if work is not None and work.age > self._desk.settings.answer_within:
            late = reader.words.say("You asked this long ago, and I was not at work. Please ask again.")
            await self._desk.sender.say(message, late)
            self._desk.metrics.question("failed")
            return
        page = await self._find(message, question, reader)
        shown: list[int] = []
        try:
            await self._desk.sender.give(message, page, reader.words, shown)
        finally:
            # What has arrived of it can be edited, even where the rest has not.
            await self._place(page, shown)
        self._desk.metrics.question(page.outcome, seconds_since_arrival())

    async def _find(self, message: Message, question: str, reader: Reader) -> Page:
        thread = thread_of(message)
        person = message.sender_chat.id if message.sender_chat else reader.id
        asker = Asker(
            person, message.chat_id, thread, message.message_id, reader.words, reader.shown, datetime.now(UTC)
        )
        work = current_work()
        ask = self._desk.answers.ask_again if work is not None and work.repeated else self._desk.answers.ask
        async with seen_typing(message.chat, thread):
            return await asyncio.to_thread(ask, question, asker)

    async def _opened(self, opened: Opened, reader: Reader) -> Page | None:
        """The quotation of a link, in its context, without buttons: it is somebody else's answer."""
        desk = self._desk
        given = await asyncio.to_thread(desk.memory.answers.find, opened.key)
        if given is None or opened.place >= len(given.marks):
            return None
        page = await asyncio.to_thread(desk.answers.in_context, given, opened.place, Turn(), reader.words)
        return replace(page, bare=True)

    async def _place(self, page: Page, shown: Sequence[int]) -> None:
        """Note which messages show an answer; who was answered has nothing from hearing that this failed."""
        if page.key is None:
            return
        try:
            await asyncio.to_thread(self._desk.memory.answers.place, page.key, shown)
        except StoreError as error:
            log.error("an answer was sent, but its messages were not noted: %s", error)  # noqa: TRY400 - it says all
