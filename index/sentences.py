"""Where sentences begin and end. The only file that imports sentencex."""

from __future__ import annotations

import re

Span = tuple[int, int]

# No paragraph that people read is so long, in characters.
_PIECE = 10_000
# In these languages sentencex takes long for each full stop, of which no prose has so many in a piece.
_SLOW = frozenset(("ca", "da", "it", "oc"))
_STOPS = 500
_WIDE_SPACE = re.compile(r"[^\S \n]")


def sentences(text: str, language: str | None) -> list[Span]:
    """The spans of the text's sentences, in order, without the white space around them.

    `language` is an ISO 639 code; text of an unknown one is read by English rules.
    """
    from sentencex import get_sentence_boundaries

    spans: list[Span] = []
    start = 0
    while start < len(text):
        end, is_whole = _piece(text, start)
        # sentencex 1.0.32 panics where a space of several bytes stands between a capital and a full stop.
        piece = _WIDE_SPACE.sub(" ", text[start:end])
        is_slow = language in _SLOW and piece.count(".") > _STOPS
        found = get_sentence_boundaries("en" if is_slow else language or "en", piece)
        trimmed = [trim(text, start + each["start_index"], start + each["end_index"]) for each in found]
        spans += [span for span in trimmed if span[0] < span[1]]
        if not is_whole and spans and spans[-1][0] - start > _PIECE // 2:
            # The last sentence may go on: it is read with what follows. What is longer than half a piece is
            # none, and may begin anywhere.
            end = spans.pop()[0]
        start = end
    return spans


def _piece(text: str, start: int) -> tuple[int, bool]:
    """Where to end a piece of the text, and whether a paragraph ends there; else it is wherever it may.

    sentencex takes the square of the number of opening quotation marks: a megabyte of them takes minutes.
    """
    most = start + _PIECE
    if most >= len(text):
        return len(text), True
    borders = [text.rfind(border, start, most) + len(border) for border in ("\n\n", "\n", " ")]
    end = next((each for each in borders if each > start + len("\n\n")), most)
    return end, end == borders[0]


def trim(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
