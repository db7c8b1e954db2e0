"""What Telegram shows of the bot before anything is asked: its commands, and what it says of itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.languages.words import DEFAULT, LANGUAGES, mark, words_for

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine, Iterator

    from telegram import BotCommandScope
    from telegram.ext import ExtBot

    from bot.languages.words import Words

    Commands = dict[str, str]

log = logging.getLogger(__name__)

READING = {
    "latest": mark("The newest articles, or those on a topic"),
    "timeline": mark("Who reported what about a topic, and when"),
    "sources": mark("Whose articles there are, and how many"),
    "follow": mark("Be told when there is an answer to a question"),
    "following": mark("What you follow"),
}
IN_GROUPS = {"help": mark("How to ask"), **READING}
IN_PRIVATE = {
    "start": mark("What this bot does"),
    **IN_GROUPS,
    "settings": mark("Language, and how much is shown"),
    "privacy": mark("What is kept about you"),
    "forget": mark("Delete all that is kept about you"),
}
FOR_ADMINS = {
    **IN_PRIVATE,
    "add": mark("Read an address into the coverage"),
    "remove": mark("Take articles out of the coverage"),
    "stats": mark("What is asked, and what is not answered"),
}
SHORT = mark("Answers questions about the news in the articles' own words, with source and date.")
LONG = mark(
    "Ask me about the news. I answer with passages of the articles themselves, quoted to the letter, each "
    "with its source, title and date. When the articles do not answer, I say so."
)


async def introduce(bot: ExtBot[Any], admins: Collection[int]) -> None:
    """Set the commands and descriptions in each language, where they are others than those set already.

    What Telegram refuses costs a line in the log, and what comes after it is still set.
    """
    for language in LANGUAGES:
        # Whoever has no language of ours is shown what is set for none.
        code = None if language == DEFAULT else language
        for what, call in _calls(bot, admins, words_for(language), code):
            try:
                await call
            except TelegramError as error:
                log.warning("%s could not be set: %s", what, error)


def _calls(
    bot: ExtBot[Any], admins: Collection[int], words: Words, code: str | None
) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
    language = words.code
    yield (
        f"the commands in private ({language})",
        _commands(bot, IN_PRIVATE, BotCommandScopeAllPrivateChats(), words, code),
    )
    yield (
        f"the commands in groups ({language})",
        _commands(bot, IN_GROUPS, BotCommandScopeAllGroupChats(), words, code),
    )
    for admin in admins:
        yield (
            f"the commands of the admin {admin} ({language})",
            _commands(bot, FOR_ADMINS, BotCommandScopeChat(admin), words, code),
        )
    yield f"the description ({language})", _description(bot, words, code)
    yield f"the short description ({language})", _short_description(bot, words, code)


async def _commands(
    bot: ExtBot[Any], commands: Commands, scope: BotCommandScope, words: Words, code: str | None
) -> None:
    wanted = tuple(BotCommand(name, words.say(text)) for name, text in commands.items())
    if await bot.get_my_commands(scope, code) != wanted:
        await bot.set_my_commands(wanted, scope, code)


async def _description(bot: ExtBot[Any], words: Words, code: str | None) -> None:
    wanted = words.say(LONG)
    if (await bot.get_my_description(code)).description != wanted:
        await bot.set_my_description(wanted, code)


async def _short_description(bot: ExtBot[Any], words: Words, code: str | None) -> None:
    wanted = words.say(SHORT)
    if (await bot.get_my_short_description(code)).short_description != wanted:
        await bot.set_my_short_description(wanted, code)
