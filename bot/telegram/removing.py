"""Articles taken out of the coverage by those who run the bot: by name, or from under one of its answers."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageEntityType

from bot.admin_reports import LINE_CHARACTERS, LINES, brief
from bot.citations import source_of, title_of
from bot.documents import FOLDER, Documents
from bot.telegram.admin import admin_message, only_admins
from bot.telegram.harmless import toast
from bot.telegram.keyboards import CONTEXT, read_press
from bot.telegram.pressed import carried_under, rewrite
from index.addresses import canonical_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from telegram import CallbackQuery, Message, Update
    from telegram.ext import CallbackContext

    from bot.languages.words import Words
    from bot.memory.answers import Given
    from bot.telegram.desk import Desk
    from index.records import Article

    Context = CallbackContext[Any, Any, Any, Any]

log = logging.getLogger(__name__)

# a:KEY:PLACES lists the articles at these places of an answer, a:KEY:PLACES:PLACE asks about one of them,
# and a:KEY:PLACES:PLACE! takes it out.
PRESSED = re.compile(
    r"a:(?P<key>[A-Za-z0-9_-]{10}):(?P<places>\d{1,10})(?::(?P<place>\d)(?P<sure>!)?)?", re.ASCII
)
LABEL_CHARACTERS = 48
# Twenty of these fit one message, and so do so many characters of ids, which cannot be cut.
NAMED_CHARACTERS, IDS_CHARACTERS = 80, 1_800
_QUOTED: list[str | None] = [MessageEntityType.BLOCKQUOTE, MessageEntityType.EXPANDABLE_BLOCKQUOTE]


class Removing:
    """Takes articles out. What it is asked twice it does once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = Documents(desk.settings.home / FOLDER)

    async def remove(self, update: Update, _context: Context) -> None:
        """Take out what is named; of an answer that is replied to, list the articles to choose from."""
        asked = await admin_message(self._desk, update)
        if asked is None:
            return
        message, words = asked
        _, *named = (message.text or "").split(maxsplit=1)
        if named:
            await self._desk.sender.say(message, await asyncio.to_thread(self._remove_named, named[0], words))
        elif message.reply_to_message is not None:
            await self._offer(message, message.reply_to_message, words)
        else:
            await self._desk.sender.say(
                message,
                words.say(
                    "Reply with /remove to one of my answers, or write an article's id or address behind it."
                ),
            )

    async def pressed(self, update: Update, _context: Context) -> None:
        """List, ask, or take out, as a button says that an admin presses."""
        query = update.callback_query
        if query is None or not await self._desk.admits(update):
            return
        words = (await self._desk.reader(query.from_user)).words
        if not self._desk.access.is_admin(query.from_user.id):
            await toast(query, only_admins(words), alert=True)
            return
        found = PRESSED.fullmatch(query.data or "")
        given = await asyncio.to_thread(self._desk.memory.answers.find, found["key"]) if found else None
        if found is None or given is None:
            await toast(query, words.say("These buttons are too old. Send /remove again."), alert=True)
            return
        await self._go_on(query, found, given, words)

    async def _go_on(self, query: CallbackQuery, found: re.Match[str], given: Given, words: Words) -> None:
        choice = _Choice(given.key, found["places"])
        articles = await asyncio.to_thread(self._standing, given, choice)
        if found["place"] is None:
            await toast(query)
            await rewrite(query, *_list(choice, articles, words))
            return
        article = articles.pop(int(found["place"]), None)
        if article is None:
            await toast(query, words.say("That article is gone already."), alert=True)
            await rewrite(query, *_list(choice, articles, words))
        elif found["sure"]:
            await toast(query)
            await asyncio.to_thread(self._take_out, [article.id], [article])
            await rewrite(query, *_list(choice, articles, words, removed=article))
        else:
            await toast(query)
            await rewrite(query, *_doubt(choice, int(found["place"]), article, words))

    def _take_out(self, names: Sequence[str], articles: Sequence[Article]) -> list[str]:
        """Take out what has these names, and the documents that the articles came from."""
        removed = self._desk.coverage.remove(names)
        for article in articles:
            try:
                self._documents.drop(article.input)
            except OSError as error:
                log.error("the document '%s' was not deleted: %s", article.input, error)  # noqa: TRY400 - it says all
        return removed

    async def _offer(self, message: Message, replied: Message, words: Words) -> None:
        """List what a message of ours quotes: to press on where its answer is kept, else by their ids."""
        choice = _choice_under(replied)
        given = await asyncio.to_thread(self._desk.memory.answers.find, choice.key) if choice else None
        if choice is not None and given is not None:
            articles = await asyncio.to_thread(self._standing, given, choice)
            text, keyboard = _list(choice, articles, words)
            await self._desk.sender.say(message, text, keyboard)
            return
        quoted = replied.parse_entities(_QUOTED).values()
        articles_quoted = await asyncio.to_thread(self._quoted, quoted)
        await self._desk.sender.say(message, _ids(articles_quoted, words))

    def _standing(self, given: Given, choice: _Choice) -> dict[int, Article]:
        """The articles at these places of an answer that are still there, each at the first of its places."""
        articles: dict[str, tuple[int, Article]] = {}
        for place in sorted(map(int, set(choice.places))):
            if place < len(given.marks):
                article = self._by_id(given.marks[place].article_id)
                articles |= {article.id: (place, article)} if article and article.id not in articles else {}
        return dict(articles.values())

    def _by_id(self, article_id: str) -> Article | None:
        """The article of an id, if it has not been withdrawn."""
        newest = [versions[0] for versions in self._desk.coverage.history(article_id)]
        return next((v.article for v in newest if v.article.id == article_id and v.withdrawn is None), None)

    def _named(self, name: str) -> list[Article]:
        """The articles of this id or address, those not counted that only hold the words."""
        address = canonical_address(name)
        newest = [versions[0].article for versions in self._desk.coverage.history(name)]
        return [each for each in newest if each.id == name or each.address == address]

    def _quoted(self, quoted: Iterable[str]) -> list[Article]:
        """The articles that hold these words."""
        found = [versions[0].article for words in quoted for versions in self._desk.coverage.history(words)]
        return list({each.id: each for each in found}.values())

    def _remove_named(self, named: str, words: Words) -> str:
        """Take out the articles of these ids or addresses, and say which there were."""
        gone: list[str] = []
        unknown: list[str] = []
        for name in self._names(named):
            articles = list(self._named(name))
            titles = {each.id: title_of(each, words) for each in articles}
            # An input that is watched no longer goes by its address.
            removed = self._take_out(list(dict.fromkeys([*titles, name])), articles)
            gone += [titles.get(each, each) for each in removed]
            unknown += [] if removed else [name]
        lines = [words.say("Removed: {title}", title=brief(each, NAMED_CHARACTERS)) for each in gone[:LINES]]
        lines += [
            words.say("Not there: {name}", name=brief(each, NAMED_CHARACTERS)) for each in unknown[:LINES]
        ]
        if more := max(0, len(gone) - LINES) + max(0, len(unknown) - LINES):
            lines.append(words.more(more))
        return "\n".join(lines)

    def _names(self, named: str) -> list[str]:
        """The names in a text: each line that is one as it stands, for files have spaces, else its words."""
        lines = [line.strip() for line in named.splitlines()]
        names = [[line] if self._named(line) else line.split() for line in lines]
        return list(dict.fromkeys(name for some in names for name in some))


class _Choice(NamedTuple):
    """Which articles of an answer are offered: those at these places, a digit each."""

    key: str
    places: str

    def button(self, label: str, place: str = "") -> InlineKeyboardButton:
        """A button that goes back to the list, or on with the article at a place."""
        carried = f"a:{self.key}:{self.places}" + (f":{place}" if place else "")
        return InlineKeyboardButton(label, callback_data=carried)


def _choice_under(message: Message) -> _Choice | None:
    """The answer whose buttons stand under a message, and the places of the passages that it shows."""
    presses = [press for press in map(read_press, carried_under(message)) if press is not None]
    if not presses:
        return None
    places = dict.fromkeys(str(press.place) for press in presses if press.what == CONTEXT)
    return _Choice(presses[0].key, "".join(places) or "0123456789")


def _list(
    choice: _Choice, articles: Mapping[int, Article], words: Words, removed: Article | None = None
) -> tuple[str, InlineKeyboardMarkup | None]:
    """The articles to choose from, each with its button."""
    said = [words.say("Removed: {title}", title=brief(title_of(removed, words)))] if removed else []
    if not articles:
        return "\n\n".join([*said, words.say("None of its articles is left.")]), None
    lines = [
        f"{number}. {_line(article, words)}" for number, article in enumerate(articles.values(), start=1)
    ]
    rows = [
        [choice.button(f"🗑 {number}. {brief(title_of(article, words), LABEL_CHARACTERS)}", str(place))]
        for number, (place, article) in enumerate(articles.items(), start=1)
    ]
    text = [*said, words.say("Which article shall I remove?"), "\n".join(lines)]
    return "\n\n".join(text), InlineKeyboardMarkup(rows)


def _doubt(choice: _Choice, place: int, article: Article, words: Words) -> tuple[str, InlineKeyboardMarkup]:
    """The question whether an article is really to be removed."""
    text = words.say("Remove this article, with all that it ever said? Only indexing it anew brings it back.")
    rows = [
        [choice.button(words.say("Yes, remove it"), f"{place}!")],
        [choice.button(words.say("No, back to the list"))],
    ]
    return f"{text}\n\n{_line(article, words)}\n{brief(article.id)}", InlineKeyboardMarkup(rows)


def _ids(articles: list[Article], words: Words) -> str:
    """How to remove articles for which there are no buttons."""
    lines: list[str] = []
    for each in articles:
        line = f"{_line(each, words)}\n/remove {each.id}"
        if sum(map(len, lines)) + len(line) <= IDS_CHARACTERS:
            lines.append(line)
    if not lines:
        return words.say("I find no article in that. Write its id or address behind /remove.")
    return "\n\n".join([words.say("To remove an article, send the line under it:"), *lines])


def _line(article: Article, words: Words) -> str:
    parts = [title_of(article, words), source_of(article, words), words.day(article.published)]
    return brief(" · ".join(parts), LINE_CHARACTERS)
