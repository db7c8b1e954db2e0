"""Where sentences begin and end. The only file that imports sentencex."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

# No paragraph of an article is so long, in characters.
_PIECE = 10_000
_WIDE_SPACE = re.compile(r"[^\S \n]")


def sentences(text: str, language: str | None) -> list[Span]:
    """The spans of the text's sentences, in order, without the white space around them.

    `language` is an ISO 639 code; text of an unknown one is read by English rules.
    """
    from sentencex import get_sentence_boundaries

    spans: list[Span] = []
    for start, end in _pieces(text):
        # sentencex 1.0.32 panics where a space of several bytes stands between a capital and a full stop.
        found = get_sentence_boundaries(language or "en", _WIDE_SPACE.sub(" ", text[start:end]))
        spans += [trim(text, start + each["start_index"], start + each["end_index"]) for each in found]
    return [span for span in spans if span[0] < span[1]]


def _pieces(text: str) -> Iterator[Span]:
    """The text in pieces that end where a paragraph does, else at a line's end, white space, or anywhere.

    sentencex takes the square of the number of opening quotation marks: a megabyte of them takes minutes.
    """
    start = 0
    while len(text) - start > _PIECE:
        most = start + _PIECE
        found = (text.rfind(border, start, most) + len(border) for border in ("\n\n", "\n", " "))
        end = next((each for each in found if each > start), most)
        yield start, end
        start = end
    yield start, len(text)


def trim(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
