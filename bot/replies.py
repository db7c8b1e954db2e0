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
    from collections.abc import Callable, Iterator
    from datetime import date

    from rich.console import RenderableType

    from bot.conversation import Reply
    from index.records import Article, Hit

TITLE_CHARACTERS = 200
# A correction is told in so many characters; the whole of it stands in the article.
CORRECTION_CHARACTERS = 300
# So many sources of copies are named.
ALSO = 3


def format_html(reply: Reply, limit: int) -> list[str]:
    """The reply as messages in Telegram's HTML, each of at most `limit` characters once it is parsed.

    Telegram counts UTF-16 code units. A passage is always shorter than a message, so the cut falls
    between quotations.
    """
    blocks = [(escape(reply.notice), _units(reply.notice))] if reply.notice else []
    for place, hit in enumerate(reply.quotes or reply.nearest):
        # The best stands open; the others would push it off a phone's screen.
        block = f"{_quote_html(hit, expandable=place > 0 or not reply.quotes)}\n{_citation_html(hit)}"
        blocks.append((block, _units(hit.passage.text) + _units(_citation_text(hit)) + len("\n")))
    if reply.searched:
        blocks.append((f"<i>{escape(reply.searched)}</i>", _units(reply.searched)))
    return _together(blocks, limit)


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


def _quote_html(hit: Hit, *, expandable: bool) -> str:
    opening = "<blockquote expandable>" if expandable else "<blockquote>"
    parts = (f"<b>{escape(part)}</b>" if lit else escape(part) for part, lit in _parts(hit))
    return f"{opening}{''.join(parts)}</blockquote>"


def _citation_html(hit: Hit) -> str:
    title, rest = escape(_title(hit.article)), escape(_rest(hit.article, format_day))
    link = link_to(hit)
    named = f'<a href="{escape(link)}">{title}</a>' if link else title
    also = _also(hit)
    return f"{named}\n{rest}" + (f"\n{escape(also)}" if also else "")


def _quote_text(hit: Hit, indent: int) -> Iterator[RenderableType]:
    quotation = Text()
    for part, lit in _parts(hit):
        quotation.append(part, style="bold green" if lit else "")
    article = hit.article
    yield Padding(quotation, (0, indent)) if indent else quotation
    yield Text()
    yield Text(_title(article), style="bold")
    yield Text(_rest(article, _iso_day), style="cyan")
    if hit.also:
        yield Text(_also(hit), style="cyan")
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


def _citation_text(hit: Hit) -> str:
    article = hit.article
    return f"{_title(article)}\n{_rest(article, format_day)}\n{_also(hit)}"


def _also(hit: Hit) -> str:
    """Where else the same stands, by source; the bare number of those that give none."""
    if not hit.also:
        return ""
    named = list(dict.fromkeys(each.source for each in hit.also if each.source))
    listed = ", ".join(named[:ALSO]) + (" …" if len(named) > ALSO else "")
    return f"also in {listed}"[:TITLE_CHARACTERS] if named else f"also in {len(hit.also)} more"


def _title(article: Article) -> str:
    title = article.title
    if len(title) > TITLE_CHARACTERS:
        title = f"{title[:TITLE_CHARACTERS].rsplit(maxsplit=1)[0]}…"
    return title if article.titled else f"{title} (untitled)"


def _rest(article: Article, written: Callable[[date | None], str]) -> str:
    """The source, the day, and when the article was changed or corrected, if it was."""
    source = (article.source or "source not given")[:TITLE_CHARACTERS]
    parts = [source, written(article.published)]
    if article.updated and article.updated != article.published:
        parts.append(f"updated {written(article.updated)}")
    line = " · ".join(parts)
    if not article.correction:
        return line
    day = f" on {written(article.corrected)}" if article.corrected else ""
    words = article.correction[:CORRECTION_CHARACTERS]
    return f"{line}\ncorrected{day}: {words}{'…' * (len(words) < len(article.correction))}"


def _iso_day(day: date | None) -> str:
    return day.isoformat() if day else "undated"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
