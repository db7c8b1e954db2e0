"""Which sentence of a passage answers: the one that holds most of the question's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.answering.words import share_held, word_weights
from index.sentences import sentences

if TYPE_CHECKING:
    from index.answering.words import Analyze
    from index.records import Passage


def highlight(
    question: str, passage: Passage, language: str | None, analyze: Analyze
) -> tuple[tuple[int, int], ...]:
    """The span of the best sentence, in the article's offsets; none where no word is shared."""
    weights = word_weights(question, analyze)
    best, most = None, 0.0
    for start, end in sentences(passage.text, language):
        share = share_held(weights, set(analyze(passage.text[start:end])))
        if share > most:
            best, most = (passage.start + start, passage.start + end), share
    return (best,) if best else ()
