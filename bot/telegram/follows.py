"""Following: a question is followed, what one follows is listed and ended, chats move and are lost."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from telegram import InlineKeyboardMarkup
from telegram.constants import ChatMemberStatus

from bot.conversation import complain
from bot.excerpts import beginning
from bot.following import MANY, Place, begin
from bot.telegram.addressing import question_for, thread_of
from bot.telegram.followed import (
    LINE_CHARACTERS,
    PRESSED,
    begun_words,
    followed_words,
    how_words,
    refused_words,
    stop_button,
)
from bot.telegram.harmless import GONE, UNCHANGED, toast, unless
from bot.telegram.keyboards import read_press
from bot.telegram.pressed import carried_under, rewrite, stands_there
from index.errors import QuestionError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from telegram import CallbackQuery, Message, Update
    from telegram.ext import CallbackContext, ExtBot

    from bot.following import Begun
    from bot.memory.answers import Given
    from bot.memory.follows import Follow
    from bot.telegram.desk import Desk, Reader
    from index.records import Answer

    Context = CallbackContext[Any, Any, Any, Any]

_OUTSIDE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


class Follows:
    """Lets people follow questions, each in the chat and topic where they said so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def follow(self, update: Update, context: Context) -> None:
        """Follow the question in a command, or the one that the command replies to."""
        asked = await self._desk.asked_by_a_person(update)
        if asked is None:
            return
        message, reader = asked
        place = Place(reader.id, message.chat_id, thread_of(message), _language_of(message))
        _, *typed = (message.text or "").split(maxsplit=1)
        ask: Callable[[], Answer]
        if typed:
            # Nobody follows half a sentence, so it leans on nothing that was asked before.
            ask = partial(self._desk.coverage.ask, typed[0], count=MANY)
        elif question := await self._replied_to(message, context):
            ask = partial(self._desk.coverage.ask, question, count=MANY)
        else:
            await self._desk.sender.say(message, how_words(reader.words))
            return
        try:
            begun = await asyncio.to_thread(self._begun, ask, place)
        except QuestionError as error:
            await self._desk.sender.say(message, complain(error, reader.words).notice or "")
            return
        await self._say_begun(message, begun, reader)

    async def from_answer(self, query: CallbackQuery, given: Given, reader: Reader) -> None:
        """Follow the question of a refusal; if the coverage answers it by now, turn the refusal into that."""
        words = reader.words
        place = Place(reader.id, given.chat, given.thread, query.from_user.language_code)
        ask = partial(self._desk.coverage.ask, given.query.text, count=MANY)
        try:
            begun = await asyncio.to_thread(self._begun, ask, place, unless_answered=True)
        except QuestionError as error:
            await toast(query, complain(error, words).notice or "", alert=True)
            return
        if begun.outcome == "added":
            await toast(query, words.say("I will tell you here. /following lists what you follow."))
        elif begun.outcome == "answered":
            await toast(query, words.say("By now the coverage answers it."))
            await self._answer(query, given, reader)
        else:
            await toast(query, refused_words(begun, self._desk.settings.follows, words), alert=True)

    async def following(self, update: Update, _context: Context) -> None:
        """List what somebody follows."""
        asked = await self._desk.asked_by_a_person(update)
        if asked is not None:
            message, reader = asked
            await self._desk.sender.say(message, *await self._followed(reader, message.chat_id))

    async def pressed(self, update: Update, _context: Context) -> None:
        """End the follow that a button stands for, if whoever follows presses it."""
        query = update.callback_query
        if query is None:
            return
        # Whoever is not served any more may still end what they began.
        reader, found = await self._desk.reader(query.from_user), PRESSED.fullmatch(query.data or "")
        words, follows = reader.words, self._desk.memory.follows
        if found is None:
            await toast(query, words.say("These buttons are too old. Send /following again."), alert=True)
            return
        own = found["person"] in {None, str(reader.id)}
        ended = await asyncio.to_thread(self._end, found["key"], reader.id) if own else None
        if ended is not None:
            question = beginning(ended.question, LINE_CHARACTERS)
            await toast(query, words.say("No longer followed: {question}", question=question))
        elif not own or await asyncio.to_thread(follows.get, found["key"]) is not None:
            await toast(
                query, words.say("That is followed by somebody else, who alone can end it."), alert=True
            )
            return
        else:
            await toast(query, words.say("That is not followed any more."))
        await self._show_ended(query, found, reader)

    async def standing_changed(self, update: Update, _context: Context) -> None:
        """Let go of what is told in a chat that has shut the bot out."""
        changed = update.my_chat_member
        if changed is not None and changed.new_chat_member.status in _OUTSIDE:
            await asyncio.to_thread(self._desk.memory.follows.drop_chat, changed.chat.id)

    async def moved(self, update: Update, _context: Context) -> None:
        """Tell under its new number what is told in a group that has become a supergroup."""
        message, move = update.message, self._desk.memory.follows.move_chat
        if message is not None and message.migrate_to_chat_id is not None:
            await asyncio.to_thread(move, message.chat_id, message.migrate_to_chat_id)
        if message is not None and message.migrate_from_chat_id is not None:
            await asyncio.to_thread(move, message.migrate_from_chat_id, message.chat_id)

    def _end(self, key: str, person: int) -> Follow | None:
        """End a follow for whoever follows, or for an admin of the bot."""
        follows = self._desk.memory.follows
        known = follows.get(key) if self._desk.access.is_admin(person) else None
        return follows.remove(key, known.person if known else person)

    def _begun(self, ask: Callable[[], Answer], place: Place, *, unless_answered: bool = False) -> Begun:
        desk = self._desk
        limit = desk.settings.follows
        return begin(desk.coverage, desk.memory, ask, place, limit, unless_answered=unless_answered)

    async def _say_begun(self, message: Message, begun: Begun, reader: Reader) -> None:
        words, say = reader.words, self._desk.sender.say
        if begun.outcome == "added":
            stop = stop_button(words.say("🔕 Stop following"), begun.key, reader.id)
            await say(message, begun_words(begun, words), InlineKeyboardMarkup([[stop]]))
        else:
            await say(message, refused_words(begun, self._desk.settings.follows, words))

    async def _answer(self, query: CallbackQuery, given: Given, reader: Reader) -> None:
        """Turn the messages that show an answer into what answers its question now."""
        page = await asyncio.to_thread(self._desk.answers.widen, given, reader.shown, reader.words)
        await self._desk.turn(cast("ExtBot[None]", query.get_bot()), given, page, reader.words)

    async def _followed(self, reader: Reader, chat: int) -> tuple[str, InlineKeyboardMarkup | None]:
        follows = await asyncio.to_thread(self._desk.memory.follows.of, reader.id)
        return followed_words(follows, reader.id, chat, reader.words)

    async def _show_ended(self, query: CallbackQuery, found: re.Match[str], reader: Reader) -> None:
        """Take the button from news, and what has ended from a list."""
        message = query.message
        if message is None or not stands_there(query, found["person"] or found["key"]):
            return
        if found["person"]:
            await rewrite(query, *await self._followed(reader, message.chat.id))
            return
        edit = query.get_bot().edit_message_reply_markup(message.chat.id, message.message_id)
        await unless(edit, UNCHANGED, *GONE)

    async def _replied_to(self, message: Message, context: Context) -> str | None:
        """The question that a message replies to: of an answer of ours, of news, or as somebody wrote it."""
        replied = message.reply_to_message
        # In a topic, what replies to nothing replies to the topic's first message.
        if replied is None or replied.forum_topic_created is not None:
            return None
        memory = self._desk.memory
        for carried in carried_under(replied):
            if (press := read_press(carried)) and (
                given := await asyncio.to_thread(memory.answers.find, press.key)
            ):
                return given.query.text if given.chat == message.chat_id else None
            if (found := PRESSED.fullmatch(carried)) and (
                known := await asyncio.to_thread(memory.follows.get, found["key"])
            ):
                return known.question if known.chat == message.chat_id else None
        if replied.from_user is not None and replied.from_user.id == context.bot.id:
            return None
        given = await asyncio.to_thread(memory.answers.asked_by, message.chat_id, replied.message_id)
        if given is not None:
            return given.query.text
        written = question_for(context.bot.id, context.bot.username, replied) or replied.text or ""
        return None if written.startswith("/") else written


def _language_of(message: Message) -> str | None:
    return message.from_user.language_code if message.from_user else None
