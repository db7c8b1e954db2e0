"""Presses on the buttons under an answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from telegram.constants import ChatType

from bot.telegram.harmless import toast
from bot.telegram.keyboards import BAD, CONTEXT, FOLLOW, GOOD, WIDEN, Press, read_press
from bot.telegram.pressed import stands_there

if TYPE_CHECKING:
    from telegram import CallbackQuery, Chat, Update, User
    from telegram.ext import CallbackContext

    from bot.answers import Page
    from bot.memory.answers import Given
    from bot.telegram.desk import Desk, Reader
    from bot.telegram.follows import Follows

    Context = CallbackContext[Any, Any, Any, Any]


class Buttons:
    """Turns answers over. What is pressed twice does the same twice; what is another's does nothing."""

    def __init__(self, desk: Desk, follows: Follows) -> None:
        self._desk = desk
        self._follows = follows

    async def pressed(self, update: Update, context: Context) -> None:
        """Do what a button asks for, if it is still known and pressed by whoever may."""
        query = update.callback_query
        if query is None or not await self._desk.admits(update):
            return
        reader = await self._desk.reader(query.from_user)
        press = read_press(query.data or "")
        given = await self._given(query, press)
        if press is None or given is None:
            await toast(query, reader.words.say("These buttons are too old. Please ask again."), alert=True)
        elif press.what in {GOOD, BAD}:
            await self._vote(query, press, reader)
        elif given.person not in {reader.id, given.chat}:
            # What was asked in the name of a group belongs to all in it.
            await toast(
                query,
                reader.words.say(
                    "These buttons belong to whoever asked. Ask me yourself, and you get yours."
                ),
                alert=True,
            )
        elif press.what == FOLLOW:
            await self._follows.from_answer(query, given, reader)
        else:
            await self._turn(query, context, given, press, reader)

    async def _given(self, query: CallbackQuery, press: Press | None) -> Given | None:
        """The answer that a press is about, as the message shows it that was pressed on."""
        if press is None or query.message is None or _is_anothers(query.message.chat, query.from_user):
            return None
        given = await asyncio.to_thread(self._desk.memory.answers.find, press.key)
        if given is None or given.chat != query.message.chat.id:
            return None
        if not given.messages and stands_there(query, press.key):
            # Sent, but not noted: the plug was pulled in between.
            return replace(given, messages=(query.message.message_id,))
        if query.message.message_id not in given.messages:
            return None
        return given

    async def _turn(
        self, query: CallbackQuery, context: Context, given: Given, press: Press, reader: Reader
    ) -> None:
        page, _ = await asyncio.gather(asyncio.to_thread(self._page, given, press, reader), toast(query))
        await self._desk.turn(context.bot, given, page, reader.words)

    def _page(self, given: Given, press: Press, reader: Reader) -> Page:
        answers, words = self._desk.answers, reader.words
        if press.what == CONTEXT:
            return answers.in_context(given, press.place, press.turn, words)
        if press.what == WIDEN:
            return answers.widen(given, reader.shown, words)
        return answers.turn(given, press.turn, reader.shown, words)

    async def _vote(self, query: CallbackQuery, press: Press, reader: Reader) -> None:
        good = press.what == GOOD
        rate = self._desk.memory.answers.rate
        if await asyncio.to_thread(rate, press.key, reader.id, good=good):
            await toast(query, reader.words.say("Noted, thank you."))
        else:
            await toast(query, reader.words.say("That is noted already."))


def _is_anothers(chat: Chat, person: User) -> bool:
    """Whether this is said to be the private chat of somebody else, where nobody but they can press."""
    return chat.type == ChatType.PRIVATE and chat.id != person.id
