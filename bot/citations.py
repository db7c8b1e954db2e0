"""What stands under a quotation: title, source, days, corrections, and where else the same stands."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import bidirectional

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bot.languages.words import Words
    from index.records import Article, Hit

TITLE_CHARACTERS = 200
# The beginning of the text that stands for a title stands just above, too.
UNTITLED_CHARACTERS = 100
# A correction is told in so many characters; the whole of it stands in the article.
CORRECTION_CHARACTERS = 300
# So many sources of copies are named, each by so much of its name.
ALSO, ALSO_CHARACTERS = 3, 60


def title_of(article: Article, words: Words) -> str:
    """The article's title, cut where it is long; for one that has none, the beginning of its text."""
    most = TITLE_CHARACTERS if article.titled else UNTITLED_CHARACTERS
    title = article.title
    if len(title) > most:
        title = f"{title[:most].rsplit(maxsplit=1)[0]}…"
    title = isolated(title)
    return title if article.titled else words.say("{beginning} (untitled)", beginning=title)


def citation(hit: Hit, words: Words, written: Callable[[date | None], str] | None = None) -> list[str]:
    """The lines under the title: source and days, then a correction and "also in" where there are any.

    `written` writes a day, where not as the reader does.
    """
    article, written = hit.article, written or words.day
    lines = [" · ".join(_origin(article, words, written))]
    if article.correction:
        lines.append(_correction(article, words, written))
    if hit.also:
        lines.append(_also(hit, words))
    return lines


def source_of(article: Article, words: Words) -> str:
    """Who published the article, or that nobody says so."""
    return isolated(article.source[:TITLE_CHARACTERS]) if article.source else words.say("source not given")


def isolated(text: str) -> str:
    """The text, apart from the direction of what stands around it if it is written from right to left.

    Else the day after an Arabic name would be torn apart: https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
    """
    if any(bidirectional(each) in {"R", "AL"} for each in text):
        return f"\u2068{text}\u2069"
    return text


def _origin(article: Article, words: Words, written: Callable[[date | None], str]) -> list[str]:
    """The source, the day, and the day of the last change, if there was one later."""
    parts = [source_of(article, words), written(article.published)]
    if article.updated and article.updated != article.published:
        parts.append(words.say("updated {day}", day=written(article.updated)))
    return parts


def _correction(article: Article, words: Words, written: Callable[[date | None], str]) -> str:
    whole = article.correction or ""
    cut = whole[:CORRECTION_CHARACTERS] + "…" * (len(whole) > CORRECTION_CHARACTERS)
    if article.corrected is None:
        return words.say("corrected: {correction}", correction=cut)
    return words.say("corrected on {day}: {correction}", day=written(article.corrected), correction=cut)


def _also(hit: Hit, words: Words) -> str:
    """Where else the same stands, by source; the bare number of those that give none."""
    named = list(dict.fromkeys(each.source for each in hit.also if each.source))
    if not named:
        return words.count("also in {number} other article", "also in {number} other articles", len(hit.also))
    listed = ", ".join(isolated(each[:ALSO_CHARACTERS]) for each in named[:ALSO])
    if len(named) == ALSO + 1:
        listed = f"{listed}, {isolated(named[ALSO][:ALSO_CHARACTERS])}"
    if len(named) <= ALSO + 1:
        return words.say("also in {sources}", sources=listed)
    return words.count(
        "also in {sources} and {number} more",
        "also in {sources} and {number} more",
        len(named) - ALSO,
        sources=listed,
    )
