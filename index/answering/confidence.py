"""Do these hits answer this question? A probability, from how near and how complete the best of them is.

Two signals of the best hit: its cosine, and the share of the question's words that it and its title hold,
each word weighted by how rare it is. A logistic regression makes one number of them;
`benchmarks/confidence.py` fits its coefficients.
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

INTERCEPT, COSINE, SHARE = -5.437, 3.532, 5.539
# A first threshold: it answers 95 in 100 answerable questions, and too many of the others.
THRESHOLD = 0.18


@dataclass(frozen=True, slots=True)
class Verdict:
    """The probability that the hits answer, in 0..1, and whether that is enough to say so."""

    confidence: float
    answered: bool


def assess(question: str, found: Sequence[Candidate], analyze: Analyze) -> Verdict:
    """The verdict on the passages found, best first, for a question; `analyze` gives a text's words."""
    if not found:
        return Verdict(0.0, answered=False)
    cosine, share = signals(question, found[0], analyze)
    confidence = 1 / (1 + math.exp(-(INTERCEPT + COSINE * cosine + SHARE * share)))
    return Verdict(confidence, confidence >= THRESHOLD)


def signals(question: str, best: Candidate, analyze: Analyze) -> tuple[float, float]:
    """The cosine of the best hit, in -1..1, and the share of the question's words it holds, in 0..1.

    A hit that only its words found is not among the nearest, so its cosine counts as zero.
    """
    held = set(analyze(in_context(best.article.title, best.passage.text)))
    return best.cosine or 0.0, share_held(word_weights(question, analyze), held)
