"""Where sentences begin and end. The only file that imports sentencex."""

from __future__ import annotations

import re

Span = tuple[int, int]

_WIDE_SPACE = re.compile(r"[^\S \n]")


def sentences(text: str, language: str | None) -> list[Span]:
    """The spans of the text's sentences, in order, without the white space around them.

    `language` is an ISO 639 code; text of an unknown one is read by English rules.
    """
    from sentencex import get_sentence_boundaries

    # sentencex 1.0.32 panics where a space of several bytes stands between a capital and a full stop.
    found = get_sentence_boundaries(language or "en", _WIDE_SPACE.sub(" ", text))
    spans = [trim(text, each["start_index"], each["end_index"]) for each in found]
    return [span for span in spans if span[0] < span[1]]


def trim(text: str, start: int, end: int) -> Span:
    """The span without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
