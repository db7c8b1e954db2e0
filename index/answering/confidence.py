"""Do these hits answer this question? A probability, from how near and how complete the best of them are.

Two signals, taken over the first hits: the highest cosine, and the largest share of the question's words
that one passage and its title hold. A word counts by how rare it is in the language (`wordfreq`), since
in a coverage of one article how often a word occurs says nothing. A logistic regression makes one number
of them; `benchmarks/confidence.py` fits its coefficients.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.answering.words import share_held, word_weights
from index.records import in_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.answering.search import Candidate
    from index.answering.words import Analyze

LOOKED_AT = 3
THRESHOLD = 0.5
INTERCEPT, COSINE, SHARE = -6.0, 6.0, 5.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The probability that the hits answer, and whether that is enough to say so."""

    confidence: float
    answered: bool


def assess(question: str, found: Sequence[Candidate], analyze: Analyze) -> Verdict:
    """The verdict on the passages found, best first, for a question; `analyze` gives a text's words."""
    if not found:
        return Verdict(0.0, answered=False)
    cosine, share = signals(question, found, analyze)
    confidence = 1 / (1 + math.exp(-(INTERCEPT + COSINE * cosine + SHARE * share)))
    return Verdict(confidence, confidence >= THRESHOLD)


def signals(question: str, found: Sequence[Candidate], analyze: Analyze) -> tuple[float, float]:
    """The highest cosine, and the largest share of the question's words held, over the first hits."""
    first = found[:LOOKED_AT]
    weights = word_weights(question, analyze)
    held = [set(analyze(in_context(each.article.title, each.passage.text))) for each in first]
    return max((each.cosine or 0.0 for each in first), default=0.0), max(
        (share_held(weights, words) for words in held), default=0.0
    )
