"""Which sentence of a passage answers: one that holds the question's words and what it asks for."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from index.answering.kinds import kind_asked, offers
from index.answering.words import share_held, word_weights
from index.sentences import sentences

if TYPE_CHECKING:
    from index.answering.words import Analyze
    from index.records import Passage

# What words side by side, and something of the kind that is asked for, add to the share of words held.
PAIR, OFFER = 0.1, 0.25


def highlight(
    question: str, passage: Passage, language: str | None, analyze: Analyze
) -> tuple[tuple[int, int], ...]:
    """The span of the best sentence, in the article's offsets; none where no word is shared."""
    weights, kind = word_weights(question, analyze), kind_asked(question)
    pairs = set(pairwise(analyze(question)))
    best, most = None, 0.0
    for start, end in sentences(passage.text, language):
        sentence = passage.text[start:end]
        stems = analyze(sentence)
        share = share_held(weights, set(stems))
        score = share + PAIR * len(pairs & set(pairwise(stems))) + OFFER * offers(kind, sentence, question)
        if share and score > most:
            best, most = (passage.start + start, passage.start + end), score
    return (best,) if best else ()
