"""The metrics as functions of how often each question counts; NaN where a metric has no value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.evaluation.resampling import Values, Weights

# One value for each question, in their order; and whether each question counts.
Column = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Statistic:
    """A metric: over how many questions it is, and its values by weights of shape (resamples, questions)."""

    questions: int
    of: Callable[[Weights], Values]


def share(parts: Column, wholes: Column) -> Statistic:
    """The sum of the parts by that of the wholes, both of shape (questions,): a mean where wholes are 1."""

    def of(weights: Weights) -> Values:
        return _divide(weights @ parts, weights @ wholes)

    return Statistic(int(np.count_nonzero(wholes)), of)


def mean(values: Column, counted: Mask) -> Statistic:
    """The mean of the values of the questions that count."""
    return share(np.where(counted, values, 0.0), counted.astype(np.float64))


def auroc(confidences: Column, answerable: Mask) -> Statistic:
    """The chance that an answerable question has more confidence than another; a tie counts half.

    The Mann-Whitney statistic over the number of pairs: Hanley and McNeil, Radiology 143, 1982.
    Questions without a confidence (NaN) are left out.
    """
    yes, no = _sides(confidences, answerable)
    above = np.sign(confidences[yes][:, None] - confidences[no][None, :]) / 2 + 0.5

    def of(weights: Weights) -> Values:
        ours, theirs = weights[:, yes], weights[:, no]
        return _divide(((ours @ above) * theirs).sum(axis=1), ours.sum(axis=1) * theirs.sum(axis=1))

    return Statistic(int(yes.sum() + no.sum()), of)


def false_answers_at(percent: int, confidences: Column, answerable: Mask) -> Statistic:
    """The share of the unanswerable that are answered if a threshold answers `percent` of the answerable.

    The threshold is the highest confidence that answers at least so many; it is found anew in each resample.
    """
    yes, no = _sides(confidences, answerable)
    yes_at = np.flatnonzero(yes)[np.argsort(-confidences[yes], kind="stable")]

    def of(weights: Weights) -> Values:
        if not yes_at.size:
            return np.full(len(weights), np.nan)
        sums = weights[:, yes_at].cumsum(axis=1)
        enough = sums * 100 >= sums[:, -1:] * percent
        thresholds = confidences[yes_at][enough.argmax(axis=1)]
        theirs = weights[:, no] * (sums[:, -1:] > 0)
        answered = confidences[no][None, :] >= thresholds[:, None]
        return _divide((theirs * answered).sum(axis=1), theirs.sum(axis=1))

    return Statistic(int(no.sum()) if yes_at.size else 0, of)


def _sides(confidences: Column, answerable: Mask) -> tuple[Mask, Mask]:
    known = ~np.isnan(confidences)
    return known & answerable, known & ~answerable


def _divide(parts: Values, wholes: Values) -> Values:
    shares: Values = np.full(parts.shape, np.nan)
    np.divide(parts, wholes, out=shares, where=wholes > 0)
    return shares
