"""A reply to Telegram's HTML, or to text for a terminal. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from bot.citations import citation, title_of
from bot.languages.words import ENGLISH
from bot.links import link_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from rich.console import RenderableType

    from bot.conversation import Reply
    from bot.languages.words import Words
    from index.records import Hit

# A quotation of more columns than a phone shows in five lines is folded, unless it is the best.
LONG = 220
# So many of them a folded one still shows; one whose answering sentence lies beyond stands open.
STILL_SEEN = 110


def format_html(
    reply: Reply,
    limit: int,
    words: Words = ENGLISH,
    address: Callable[[Hit], str | None] = link_to,
) -> list[str]:
    """The reply as messages in Telegram's HTML, each of at most `limit` characters once it is parsed.

    Telegram counts UTF-16 code units. The cut falls between quotations, or between one and its citation
    where both together are too long. `address` is where a citation leads.
    """
    blocks = [_plain(reply.notice, limit)] if reply.notice else []
    shown = reply.quotes or reply.nearest
    for place, hit in enumerate(shown):
        folded = (place > 0 or not reply.quotes) and is_foldable(hit)
        number = reply.first + place if len(shown) > 1 or reply.first > 1 else None
        # What may not answer is not lit as if it did.
        said = hit if reply.quotes else replace(hit, highlights=())
        quotation = _quote_html(said, expandable=folded), units_of(hit.passage.text)
        named = _citation_html(hit, words, address(hit), number)
        together = f"{quotation[0]}\n{named[0]}", quotation[1] + len("\n") + named[1]
        blocks += [together] if together[1] <= limit else [quotation, named]
    if reply.searched:
        searched, size = _plain(reply.searched, limit)
        blocks.append((f"<i>{searched}</i>", size))
    return _together(blocks, limit)


def is_foldable(hit: Hit) -> bool:
    """Whether a quotation is long, and its answering sentence would still be seen if it were folded."""
    before = hit.article.text[hit.passage.start : hit.highlights[0][0]] if hit.highlights else ""
    return _columns(hit.passage.text) > LONG and _columns(before) < STILL_SEEN


def format_text(reply: Reply, indent: int = 0) -> RenderableType:
    """The reply for a terminal: each quotation with its sentence lit, and its citation under it.

    Quotations stand `indent` columns in, which wraps them; in a pipe a line had better stay a line.
    """
    parts: list[RenderableType] = []
    if reply.notice:
        parts += [Text(reply.notice, style="yellow")] + [Text()] * bool(reply.nearest)
    for hit in reply.quotes or reply.nearest:
        parts += _quote_text(hit, indent)
    if reply.searched:
        parts.append(Text(reply.searched, style="dim italic"))
    return Group(*parts)


def units_of(text: str) -> int:
    """How long Telegram finds a text, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _together(blocks: list[tuple[str, int]], limit: int) -> list[str]:
    """The blocks, each with its size, in as few messages as hold them in order."""
    messages: list[list[str]] = []
    room = 0
    for block, size in blocks:
        if not messages or size > room:
            messages.append([])
            room = limit
        messages[-1].append(block)
        room -= size + len("\n\n")
    return ["\n\n".join(each) for each in messages]


def _plain(text: str, limit: int) -> tuple[str, int]:
    """A text of our own, shortened at a word where it is too long, with its size."""
    if units_of(text) > limit:
        # Half of the limit in characters is at most the limit in units.
        text = f"{text[: limit // 2 - 1].rsplit(maxsplit=1)[0]}…"
    return escape(text), units_of(text)


def _quote_html(hit: Hit, *, expandable: bool) -> str:
    opening = "<blockquote expandable>" if expandable else "<blockquote>"
    parts = (f"<b>{escape(part)}</b>" if lit else escape(part) for part, lit in _parts(hit))
    return f"{opening}{''.join(parts)}</blockquote>"


def _citation_html(hit: Hit, words: Words, link: str | None, number: int | None) -> tuple[str, int]:
    title, lines = title_of(hit.article, words), citation(hit, words)
    named = f'<a href="{escape(link)}">{escape(title)}</a>' if link else escape(title)
    place = f"{words.number(number)}. " if number else ""
    size = units_of("\n".join([place + title, *lines]))
    return "\n".join([place + named, *map(escape, lines)]), size


def _quote_text(hit: Hit, indent: int) -> Iterator[RenderableType]:
    quotation = Text()
    for part, lit in _parts(hit):
        quotation.append(part, style="bold green" if lit else "")
    yield Padding(quotation, (0, indent)) if indent else quotation
    yield Text()
    yield Text(title_of(hit.article, ENGLISH), style="bold")
    for line in citation(hit, ENGLISH, _iso_day):
        yield Text(line, style="cyan")
    yield Text(link_to(hit) or hit.article.input, style="dim")
    yield Text()


def _parts(hit: Hit) -> Iterator[tuple[str, bool]]:
    """The passage cut at its highlights: pieces in order, each with whether it is lit."""
    text, at = hit.article.text, hit.passage.start
    for start, end in hit.highlights:
        yield text[at:start], False
        yield text[start:end], True
        at = end
    yield text[at : hit.passage.end], False


def _iso_day(day: date | None) -> str:
    return day.isoformat() if day else "undated"


def _columns(text: str) -> int:
    """How wide a text is: a Chinese character takes the room of two letters."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
