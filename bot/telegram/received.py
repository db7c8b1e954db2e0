"""What admins bring to be indexed: addresses, posts with links, documents. One at a time."""

from __future__ import annotations

import asyncio
import logging
import mimetypes
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from telegram.constants import FileSizeLimit, MessageEntityType
from telegram.error import BadRequest
from telegram.ext import filters

from bot.admin_reports import report_words
from bot.documents import FOLDER, Documents
from bot.telegram.addressing import thread_of
from bot.telegram.admin import admin_message
from bot.telegram.harmless import says
from bot.telegram.typing_sign import seen_typing
from index.addresses import is_address
from index.errors import DatelineError
from index.records import Skipped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

    from telegram import Document, Message, Update
    from telegram.ext import CallbackContext

    from bot.languages.words import Words
    from bot.telegram.desk import Desk
    from index.indexing import Report

    Context = CallbackContext[Any, Any, Any, Any]

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
_UNDER_WORDS: list[str | None] = [MessageEntityType.TEXT_LINK]
_LINKS = [MessageEntityType.URL, *_UNDER_WORDS]
# As people write an address without its beginning.
_HOSTED = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#].*)?")
# A channel's own links under its posts, which lead to no article.
_TELEGRAM = ("t.me", "telegram.me", "telegram.dog")


def documents_of(admins: Sequence[int]) -> filters.BaseFilter:
    """Documents that admins send in their private chats; what moves on the screen is none."""
    return _privately(admins) & filters.Document.ALL & ~filters.ANIMATION


def links_forwarded_by(admins: Sequence[int]) -> filters.BaseFilter:
    """Messages with links that admins forward in their private chats."""
    kinds = [MessageEntityType.URL, MessageEntityType.TEXT_LINK]
    linked = [made(kind) for kind in kinds for made in (filters.Entity, filters.CaptionEntity)]
    return _privately(admins) & filters.FORWARDED & (linked[0] | linked[1] | linked[2] | linked[3])


def _privately(admins: Sequence[int]) -> filters.BaseFilter:
    return filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.User(admins)


class Received:
    """Indexes what admins bring, and says what came of it.

    The work goes on beside the chat, so that an admin can ask meanwhile; `finish` waits for it.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = Documents(desk.settings.home / FOLDER)
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def finish(self) -> None:
        """Wait until all that was brought is indexed, and its result said."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def add(self, update: Update, context: Context) -> None:
        """Index the addresses in a command, or those in the message that it replies to."""
        brought = await admin_message(self._desk, update)
        if brought is None:
            return
        message, words = brought
        given = context.args or []
        if not given and message.reply_to_message is not None:
            await self._add(update, context, message, links_in(message.reply_to_message), (), words)
            return
        found = {each: address_of(each) for each in given}
        linked = links_in(message, _UNDER_WORDS)
        # Words that carry a link are no addresses, and need not be.
        others = [] if linked else [each for each, address in found.items() if address is None]
        addresses = [*filter(None, found.values()), *linked]
        await self._add(update, context, message, addresses, others, words)

    async def forwarded(self, update: Update, context: Context) -> None:
        """Index what a forwarded message links to, but for links into Telegram."""
        brought = await admin_message(self._desk, update)
        if brought is not None:
            message, words = brought
            await self._add(update, context, message, links_in(message), (), words)

    async def document(self, update: Update, context: Context) -> None:
        """Keep a document that an admin sends, and index it."""
        brought = await admin_message(self._desk, update)
        document = update.message.document if update.message else None
        if brought is None or document is None:
            return
        message, words = brought
        if (document.file_size or 0) > FileSizeLimit.FILESIZE_DOWNLOAD:
            await self._desk.sender.say(message, _too_big(words))
            return
        self._begin(self._take_document(message, document, words), update, context)

    async def _add(
        self,
        update: Update,
        context: Context,
        message: Message,
        addresses: Sequence[str],
        others: Sequence[str],
        words: Words,
    ) -> None:
        wanted = list(dict.fromkeys(addresses))
        if not wanted:
            how = words.say("Write which addresses to index, as in: /add https://gull.example/feed")
            await self._desk.sender.say(message, how)
            return
        unread = [Skipped(each, words.say("no address")) for each in others]
        self._begin(self._take_addresses(message, wanted, unread, words), update, context)

    def _begin(self, work: Coroutine[Any, Any, None], update: Update, context: Context) -> None:
        """Begin work beside the chat."""
        # The library waits at its end for tasks that it began before, but not for those of its last updates.
        task = asyncio.create_task(self._guarded(work, update, context))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], update: Update, context: Context) -> None:
        outcome = (await asyncio.gather(work, return_exceptions=True))[0]
        if isinstance(outcome, Exception):
            await context.application.process_error(update, outcome)

    async def _take_addresses(
        self, message: Message, addresses: Sequence[str], unread: Sequence[Skipped], words: Words
    ) -> None:
        async with self._in_turn(message, words):
            said = await self._indexed(addresses, words, unread)
        await self._desk.sender.say(message, said)

    async def _take_document(self, message: Message, document: Document, words: Words) -> None:
        async with self._in_turn(message, words):
            said = await self._kept_and_indexed(document, words)
        await self._desk.sender.say(message, said)

    @asynccontextmanager
    async def _in_turn(self, message: Message, words: Words) -> AsyncIterator[None]:
        """Wait until nothing else is being indexed, and be seen at work then."""
        # An album is sent by one tap, and comes as many messages.
        if self._turn.locked() and message.media_group_id is None:
            await self._desk.sender.say(
                message, words.say("Something else is being indexed. Yours comes after it.")
            )
        async with self._turn, seen_typing(message.chat, thread_of(message)):
            yield

    async def _indexed(self, inputs: Sequence[str], words: Words, unread: Sequence[Skipped] = ()) -> str:
        try:
            report = await asyncio.to_thread(self._desk.coverage.index, inputs)
        except DatelineError as error:
            return _failed(error, words)
        report.skipped.extend(unread)
        return report_words(report, words)

    async def _kept_and_indexed(self, document: Document, words: Words) -> str:
        """Index a document that stays only if something came of it."""
        name = document.file_name or _nameless(document)
        try:
            content = await (await document.get_file()).download_as_bytearray()
            kept = await asyncio.to_thread(self._documents.put, name, bytes(content))
        except BadRequest as error:
            if not says(error, "too big"):
                raise
            return _too_big(words)
        except OSError as error:
            return _failed(error, words)
        report: Report | None = None
        try:
            report = await asyncio.to_thread(self._desk.coverage.index, [str(kept.path)])
        except DatelineError as error:
            return _failed(error, words)
        finally:
            if report is None or report.barren:
                await asyncio.to_thread(self._documents.take_back, kept)
        return report_words(report, words, f"{self._documents.folder.as_posix()}/")


def links_in(message: Message, kinds: list[str | None] = _LINKS) -> list[str]:
    """The addresses that a message or its caption links to, in order, but for those of Telegram itself."""
    found = {**message.parse_entities(kinds), **message.parse_caption_entities(kinds)}
    addresses = [address_of(entity.url or text) for entity, text in found.items()]
    return [each for each in addresses if each is not None and not _leads_to_telegram(each)]


def address_of(word: str) -> str | None:
    """The address on the web that somebody wrote, with or without its beginning; None for any other word.

    Never a file of ours: that is what an admin may name at the command line, not here.
    """
    if is_address(word):
        return word
    return f"https://{word}" if _HOSTED.fullmatch(word) else None


def _leads_to_telegram(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host in _TELEGRAM or host.endswith(tuple(f".{each}" for each in _TELEGRAM))


def _nameless(document: Document) -> str:
    """A name for a document that came without."""
    return f"{document.file_unique_id}{mimetypes.guess_extension(document.mime_type or '') or ''}"


def _too_big(words: Words) -> str:
    limit = int(FileSizeLimit.FILESIZE_DOWNLOAD) // MEGABYTE
    return words.say(
        "Telegram gives me documents of up to {number} MB. Split it, or index it with dateline index.",
        number=limit,
    )


def _failed(error: DatelineError | OSError, words: Words) -> str:
    log.error("what an admin brought was not indexed: %s", error)
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return words.say("It could not be indexed: {reason}", reason=reason)
