"""Two rankings to one: a weighted sum of standardised scores.

A cosine and a BM25 score have nothing in common but their order and their spread. Each ranking's scores
are standardised, (score - mean) / deviation over its own candidates, and added. On news questions this
puts the answer higher than the reciprocal ranks of Cormack et al. (2009) do, since a first place by far
counts for more than one by a hair.
"""

from __future__ import annotations

from statistics import fmean, pstdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DENSE_WEIGHT = 0.5


def fuse(
    dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float = DENSE_WEIGHT
) -> list[tuple[int, float]]:
    """The passages of both rankings with their fused scores, best first; the older number wins a tie.

    A passage that one ranking does not name has that ranking's lowest score.
    """
    by_meaning, by_words = _standardised(dense), _standardised(lexical)
    least_meaning, least_words = min(by_meaning.values(), default=0.0), min(by_words.values(), default=0.0)
    fused = {
        number: dense_weight * by_meaning.get(number, least_meaning)
        + (1 - dense_weight) * by_words.get(number, least_words)
        for number in dense.keys() | lexical.keys()
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _standardised(scores: Mapping[int, float]) -> dict[int, float]:
    """Each score in deviations from the mean; all zero where they do not differ."""
    if not scores:
        return {}
    mean, deviation = fmean(scores.values()), pstdev(scores.values())
    return {number: (score - mean) / deviation if deviation else 0.0 for number, score in scores.items()}
