"""How sure is a figure that was measured on few questions? The percentile bootstrap over questions.

Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. A resample is told by how often
each question was drawn, so a metric is a function of such weights, and its value that of weights 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

# Floats of shape (resamples, questions), and of shape (resamples,).
Weights = NDArray[np.float64]
Values = NDArray[np.float64]

# So many move the ends of an interval by less than a tenth of a point from seed to seed.
RESAMPLES = 10_000
SEED = 20250111
LEVEL = 0.95
_TOGETHER = 2_000_000


def resamples(questions: int) -> Iterator[Weights]:
    """Draws of as many questions as there are, with replacement, in batches; the same ones every time."""
    generator = np.random.default_rng(SEED)
    chances = np.full(questions, 1 / questions)
    batch = max(1, min(RESAMPLES, _TOGETHER // questions))
    for done in range(0, RESAMPLES, batch):
        yield generator.multinomial(questions, chances, min(batch, RESAMPLES - done)).astype(np.float64)


def interval(values: Values) -> tuple[float, float]:
    """The middle 95 % of the resamples' values; those in which the metric has no value do not count."""
    edge = (1 - LEVEL) / 2
    low, high = np.nanquantile(values, [edge, 1 - edge])
    return float(low), float(high)
