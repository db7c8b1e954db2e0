"""Two rankings to one: standardised scores, side by side.

A cosine and a BM25 score have nothing in common but their order and their spread. So each ranking's scores
are standardised, (score - mean) / deviation over the candidates of both. On news questions their sum puts
the answer higher than the reciprocal ranks of Cormack et al. (2009) do, since a first place by far counts
for more than one by a hair. The figures are in benchmarks/README.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fused(NamedTuple):
    """A passage's number with its standardised score in each ranking."""

    number: int
    meaning: float
    words: float


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float], depth: int) -> list[Fused]:
    """The passages of both rankings, by the sum of their scores; the older number wins a tie.

    Each ranking was asked for `depth` passages. What a full ranking does not name has at most its lowest
    score; what a shorter lexical one does not name holds none of the words, so its score is zero.
    """
    candidates = sorted(dense.keys() | lexical.keys())
    least_words = min(lexical.values()) if len(lexical) >= depth else 0.0
    by_meaning = _standardised(candidates, dense, min(dense.values(), default=0.0))
    by_words = _standardised(candidates, lexical, least_words)
    fused = [Fused(number, by_meaning[number], by_words[number]) for number in candidates]
    return sorted(fused, key=lambda each: (-(each.meaning + each.words), each.number))


def _standardised(candidates: list[int], scores: Mapping[int, float], least: float) -> dict[int, float]:
    """Each candidate's score in deviations from the mean; all zero where they do not differ."""
    if not candidates:
        return {}
    known = np.array([scores.get(number, least) for number in candidates], dtype=np.float64)
    # What does not differ has a deviation of rounding alone.
    deviation = known.std() if np.ptp(known) else 1.0
    return dict(zip(candidates, ((known - known.mean()) / deviation).tolist(), strict=True))
