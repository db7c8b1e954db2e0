"""What every handler works with, and who may be served."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from telegram.constants import ChatType

from bot.answers import Answers
from bot.conversation import SHOWN, Conversation
from bot.languages.words import Words, words_for
from bot.memory.memory import Memory
from bot.settings import Settings
from bot.telegram.access import Access
from bot.telegram.harmless import toast
from bot.telegram.metrics import Metrics
from bot.telegram.sending import Sender
from index.coverage import Coverage

if TYPE_CHECKING:
    from telegram import Chat, Message, Update, User

    from bot.answers import Page
    from bot.memory.answers import Given
    from bot.telegram.sending import AnyBot


class Reader(NamedTuple):
    """A person as we write to them: in which language, with how many passages at first."""

    id: int
    words: Words
    shown: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that handlers share. All of it but the sender is asked in worker threads."""

    coverage: Coverage
    memory: Memory
    conversation: Conversation
    answers: Answers
    sender: Sender
    access: Access
    metrics: Metrics
    settings: Settings

    async def reader(self, user: User | None) -> Reader:
        """How to write to a person: as their settings say, else as their Telegram does."""
        if user is None:
            return Reader(0, words_for(None), SHOWN)
        person = await asyncio.to_thread(self.memory.people.get, user.id)
        return Reader(user.id, words_for(person.language or user.language_code), person.shown or SHOWN)

    async def turn(self, bot: AnyBot, given: Given, page: Page, words: Words) -> None:
        """Turn the messages that show an answer into another page, of that answer or of a new one."""
        messages = await self.sender.turn(bot, given, page, words)
        for key in {given.key, page.key or given.key}:
            await asyncio.to_thread(self.memory.answers.place, key, messages)

    async def admits(self, update: Update) -> bool:
        """Whether to serve whoever sent this; if not, they are told why, once."""
        # Who writes in the name of a group or channel is that group or channel.
        sender, chat = update.effective_sender, update.effective_chat
        person = sender.id if sender else chat.id if chat else 0
        verdict = self.access.check(chat.id if chat else person, person)
        if verdict.welcome:
            return True
        self.metrics.turned_away(verdict.reason)
        if verdict.tell or update.callback_query is not None:
            words = (await self.reader(update.effective_user)).words
            await self._turn_away(update, _why_not(verdict.reason, person, chat, words))
        return False

    async def served(self, update: Update) -> tuple[Message, Reader] | None:
        """A new message, and how to write to whoever sent it; None for whoever is not served."""
        if update.message is None or not await self.admits(update):
            return None
        return update.message, await self.reader(update.message.from_user)

    async def asked_by_a_person(
        self, update: Update, *, anybody: bool = False
    ) -> tuple[Message, Reader] | None:
        """The message and who wrote it; None for whoever is not served, or writes in the name of a chat.

        What is kept about `anybody` is theirs to know and to delete, whether they are served or not.
        """
        message = update.message
        if message is None or message.from_user is None or not (anybody or await self.admits(update)):
            return None
        reader = await self.reader(message.from_user)
        if message.sender_chat is None:
            return message, reader
        # All who write like this have one number, whatever the chat.
        no_person = reader.words.say("I cannot tell who you are. Write as yourself, or to me in private.")
        await self.sender.say(message, no_person)
        return None

    async def _turn_away(self, update: Update, why: str) -> None:
        if update.callback_query is not None:
            await toast(update.callback_query, why, alert=True)
        elif update.inline_query is None and update.effective_message is not None:
            await self.sender.say(update.effective_message, why)


def _why_not(reason: str, person: int, chat: Chat | None, words: Words) -> str:
    if reason == "stranger":
        number = str(person if chat is None or chat.type == ChatType.PRIVATE else chat.id)
        return words.say(
            "This bot answers only people and groups that it knows. Whoever runs it can add the number "
            "{chat} to those.",
            chat=number,
        )
    return words.say("That is more than I can answer at once. Please ask again in a minute.")
