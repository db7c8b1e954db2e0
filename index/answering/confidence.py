"""Does a hit answer the question? A probability, from how near and how complete it is.

Two signals: its cosine, and the share of the question's words that it and its title hold, each word
weighted by how rare it is. A logistic regression makes one number of them; `benchmarks/confidence.py`
fits its coefficients to the best hits of answerable and other questions.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from index.answering.words import share_held, word_weights
from index.records import in_context

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.answering.search import Candidate
    from index.answering.words import Analyze

INTERCEPT, COSINE, SHARE = -5.437, 3.532, 5.539
# A first threshold: it answers 95 in 100 answerable questions, and too many of the others.
THRESHOLD = 0.18


def assess(question: str, found: Sequence[Candidate], analyze: Analyze) -> list[float]:
    """The probability, in 0..1, that each of the passages found answers the question.

    `analyze` gives a text's words as they are indexed.
    """
    weights = word_weights(question, analyze)
    exponents = []
    for each in found:
        cosine, share = signals(weights, each, analyze)
        exponents.append(INTERCEPT + COSINE * cosine + SHARE * share)
    return [1 / (1 + math.exp(-exponent)) for exponent in exponents]


def signals(weights: Mapping[str, float], found: Candidate, analyze: Analyze) -> tuple[float, float]:
    """The passage's cosine, in -1..1, and the share of the question's words it holds, in 0..1.

    What was found by its words alone is not among the nearest, so its cosine counts as zero.
    """
    held = set(analyze(in_context(found.article.title, found.passage.text)))
    return found.cosine or 0.0, share_held(weights, held)
