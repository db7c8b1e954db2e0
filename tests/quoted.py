"""What was quoted in messages that reached a chat, held against the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot_api.records import Sent

    from bot.telegram.desk import Desk

QUOTATIONS = {"blockquote", "expandable_blockquote"}


def quoted(sent: Sent) -> list[str]:
    """The words of each block quotation of a message, as the chat shows them."""
    units = sent.plain.encode("utf-16-le")
    return [
        units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in sent.entities
        if entity["type"] in QUOTATIONS
    ]


def misquoted(messages: Iterable[Sent], desk: Desk) -> list[str]:
    """The quotations that stand word for word in none of the articles that their answer is made of."""
    return [
        words for sent in messages for words in quoted(sent) if not _stands_in(words, _articles(sent, desk))
    ]


def _articles(sent: Sent, desk: Desk) -> Iterable[str]:
    """The texts of the articles of the answer whose buttons a message has; of all where it has none."""
    rows = sent.message.get("reply_markup", {}).get("inline_keyboard", [])
    keys = {button["callback_data"].split(":")[1] for row in rows for button in row}
    given = [desk.memory.answers.find(key) for key in keys]
    ids = {mark.article_id for each in given if each for mark in each.marks}
    if ids:
        return desk.coverage.texts(ids).values()
    return [article.text for article in desk.coverage._store.articles()]


def _stands_in(words: str, texts: Iterable[str]) -> bool:
    return any(words in text for text in texts)
