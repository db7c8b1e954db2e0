"""What is read at a glance: one sentence of a passage, and the beginning of a text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from index.records import Passage
from index.sentences import sentences

if TYPE_CHECKING:
    from index.records import Hit

# What has fewer words and no full stop is a heading rather than a sentence.
WORDS = 5
_STOPS = tuple(".!?…。！？؟۔।॥")  # noqa: RUF001 - full stops of several scripts
_CLOSING = "\"'”’»)]」』"  # noqa: RUF001 - so quotations end


def to_sentence(hit: Hit) -> Hit:
    """The hit with a single sentence for its passage: the one that is lit, else the first one.

    A heading is no sentence; where there is nothing else, the passage stays whole. Nothing of it is lit.
    """
    passage, text = hit.passage, hit.article.text
    spans = [
        (passage.start + start, passage.start + end)
        for start, end in sentences(passage.text, hit.article.language)
    ]
    found = (span for span in (*hit.highlights, *spans) if _is_sentence(text[slice(*span)]))
    start, end = next(found, (passage.start, passage.end))
    return replace(hit, passage=Passage(passage.article_id, start, end, text[start:end]), highlights=())


def from_lit(hit: Hit, columns: int) -> Hit:
    """The hit from the sentence that is lit on, where that begins only after so many characters.

    It is then seen without unfolding the quotation; what stands before it is in the context.
    """
    passage, text = hit.passage, hit.article.text
    if not hit.highlights or hit.highlights[0][0] - passage.start < columns:
        return hit
    start = hit.highlights[0][0]
    return replace(hit, passage=Passage(passage.article_id, start, passage.end, text[start : passage.end]))


def beginning(text: str, characters: int) -> str:
    """The text in one line of at most so many characters, cut at a word where it is longer."""
    line = " ".join(text.split())
    if len(line) <= characters:
        return line
    return f"{line[: characters - 1].rsplit(maxsplit=1)[0]}…"


def _is_sentence(words: str) -> bool:
    return len(words.split()) >= WORDS or words.rstrip(_CLOSING).endswith(_STOPS)
