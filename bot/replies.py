"""A reply to Telegram's HTML, or to text for a terminal. Pure functions."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from bot.conversation import format_day
from bot.links import link_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bot.conversation import Reply
    from index.records import Article, Hit

TITLE_CHARACTERS = 200


def format_html(reply: Reply, limit: int) -> list[str]:
    """The reply as messages in Telegram's HTML, each of at most `limit` characters once it is parsed.

    Telegram counts UTF-16 code units. A passage is always shorter than a message, so the cut falls
    between quotations.
    """
    if not reply.quotes:
        return [escape(reply.notice or "")]
    messages: list[list[str]] = []
    room = 0
    for place, hit in enumerate(reply.quotes):
        # The best stands open; the others would push it off a phone's screen.
        block = f"{_quote_html(hit, expandable=place > 0)}\n{_citation_html(hit)}"
        size = _units(hit.passage.text) + _units(_citation_text(hit.article)) + len("\n\n\n")
        if not messages or size > room:
            messages.append([])
            room = limit
        messages[-1].append(block)
        room -= size
    return ["\n\n".join(blocks) for blocks in messages]


def format_text(reply: Reply, indent: int = 0) -> RenderableType:
    """The reply for a terminal: each quotation with its sentence lit, and its citation under it.

    Quotations stand `indent` columns in, which wraps them; in a pipe a line had better stay a line.
    """
    if not reply.quotes:
        return Text(reply.notice or "", style="yellow")
    return Group(*[part for hit in reply.quotes for part in _quote_text(hit, indent)])


def _quote_html(hit: Hit, *, expandable: bool) -> str:
    opening = "<blockquote expandable>" if expandable else "<blockquote>"
    parts = (f"<b>{escape(part)}</b>" if lit else escape(part) for part, lit in _parts(hit))
    return f"{opening}{''.join(parts)}</blockquote>"


def _citation_html(hit: Hit) -> str:
    title, rest = escape(_title(hit.article)), escape(_rest(hit.article, format_day(hit.article.published)))
    link = link_to(hit)
    named = f'<a href="{escape(link)}">{title}</a>' if link else title
    return f"{named}\n{rest}"


def _quote_text(hit: Hit, indent: int) -> Iterator[RenderableType]:
    quotation = Text()
    for part, lit in _parts(hit):
        quotation.append(part, style="bold green" if lit else "")
    article = hit.article
    day = article.published.isoformat() if article.published else "undated"
    yield Padding(quotation, (0, indent)) if indent else quotation
    yield Text()
    yield Text(_title(article), style="bold")
    yield Text(_rest(article, day), style="cyan")
    yield Text(link_to(hit) or article.input, style="dim")
    yield Text()


def _parts(hit: Hit) -> Iterator[tuple[str, bool]]:
    """The passage cut at its highlights: pieces in order, each with whether it is lit."""
    text, at = hit.article.text, hit.passage.start
    for start, end in hit.highlights:
        yield text[at:start], False
        yield text[start:end], True
        at = end
    yield text[at : hit.passage.end], False


def _citation_text(article: Article) -> str:
    return f"{_title(article)}\n{_rest(article, format_day(article.published))}"


def _title(article: Article) -> str:
    title = article.title
    if len(title) > TITLE_CHARACTERS:
        title = f"{title[:TITLE_CHARACTERS].rsplit(maxsplit=1)[0]}…"
    return title if article.titled else f"{title} (untitled)"


def _rest(article: Article, day: str) -> str:
    source = (article.source or "source not given")[:TITLE_CHARACTERS]
    return f"{source} · {day}"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
