"""Markdown, rendered to the plain text that a reader would see; its header is the one of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.errors import InputError
from index.reading.fields import Noticed, Origin, canonical, compose
from index.reading.text import split_header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from index.records import Article

# markdown-it drops what is nested deeper, 20 levels unless told; a mail thread quotes more than that.
_DEEPEST = 100
# Each bracket may open a link, and is looked behind for its end to that depth: a million take minutes.
_BRACKETS = 20_000


def read_markdown(text: str, origin: Origin) -> Iterator[Article | Noticed]:
    """What is to be said about the header, then the article.

    Without a title in the header, the first heading of level 1 is the title.

    Args:
        text: the decoded file.
        origin: where it came from.

    Raises:
        InputError: the front matter is no YAML, there is no text, or there are far too many brackets.
    """
    fields, body = split_header(text, origin.input)
    if body.count("[") > _BRACKETS:
        raise InputError(f"{origin.input}: more than {_BRACKETS:,} brackets; no article has so many links")
    given = canonical(fields)
    heading, plain = render(body, given.get("title"))
    yield from compose({"title": heading, **given}, plain, origin)


def render(markdown: str, title: object = None) -> tuple[str | None, str]:
    """The first heading of level 1, and the text as read: blocks with a blank line between them.

    The heading is not repeated in the text when it stands first and is the title, which it is when
    there is no other. Pictures and HTML are left out; code stays as it is.
    """
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table").parse(markdown)
    at = _first_heading(tokens)
    if at is None:
        return None, "\n\n".join(_blocks(tokens))
    heading = " ".join(_plain(tokens[at + 1]).split())
    before = list(_blocks(tokens[:at]))
    is_title = not before and title in (None, heading)
    return heading, "\n\n".join([*before, *_blocks(tokens[at + 3 if is_title else at :])])


def _first_heading(tokens: Sequence[Token]) -> int | None:
    """Where a heading of level 1 that says something opens; its words are the token after."""
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h1" and token.level == 0 and _plain(tokens[at + 1]):
            return at
    return None


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """The text of each block that has any; a row of a table is a block."""
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "inline" and row is not None:
            row.append(_plain(token))
        elif token.type == "tr_close":
            yield " | ".join(row or ())
            row = None
        elif token.type in {"inline", "fence", "code_block"} and (text := _plain(token)):
            yield text


def _plain(token: Token) -> str:
    if token.type != "inline":
        return token.content.rstrip("\n")
    return "".join(map(_piece, token.children or ())).strip()


def _piece(token: Token) -> str:
    if token.type in {"text", "code_inline"}:
        return token.content
    if token.type == "softbreak":
        return " "
    is_break = token.type == "hardbreak" or token.content.lower().startswith("<br")
    return "\n" if is_break else ""
