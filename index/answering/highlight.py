"""Which sentence of a passage answers: one that holds the question's words and what it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.answering.kinds import kind_asked, offers
from index.sentences import sentences

if TYPE_CHECKING:
    from index.answering.evidence import Asked
    from index.records import Passage

# What words side by side, and something of the kind that is asked for, add to the share of words held.
PAIR, OFFER = 0.1, 0.25


def highlight(asked: Asked, passage: Passage, language: str | None) -> tuple[tuple[int, int], ...]:
    """The span of the best sentence, in the article's offsets; none where no word is shared."""
    kind = kind_asked(asked.text)
    best, most = None, 0.0
    for start, end in sentences(passage.text, language):
        sentence = passage.text[start:end]
        share, pairs = asked.held_in(sentence)
        words = share + PAIR * pairs
        # What it offers is looked at only where that can make it the best.
        if not share or words + OFFER <= most:
            continue
        score = words + OFFER * offers(kind, sentence, asked.text)
        if score > most:
            best, most = (passage.start + start, passage.start + end), score
    return (best,) if best else ()
