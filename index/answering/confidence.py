"""Does a hit answer the question? A probability, from several signals that mean the same in any coverage.

A logistic regression of the passage's cosine, the share of the question's words that it holds, rare ones
counting for more, its place, and how far the question is from what news answers. `benchmarks/fitting.py`
fits it to the best hits of answerable and other questions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.answering.coefficients import coefficients

if TYPE_CHECKING:
    from index.answering.evidence import Evidence


def default_threshold() -> float:
    """The confidence from which on a question counts as answered, where no setting says another."""
    return coefficients("confidence")["threshold"]


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a question by itself.

    Whether it asks of the present, how unlike a question about news it is (see `topic.py`), and how
    much its words tell (see `Asked.mass`).
    """

    recent: bool
    strangeness: float
    mass: float


def assess(evidence: Evidence, traits: Traits) -> float:
    """The probability, in 0..1, that the passage with this evidence answers the question of these traits."""
    weights = coefficients("confidence")
    exponent = sum(weights[name] * value for name, value in signals(evidence, traits).items())
    return 1 / (1 + math.exp(-weights["intercept"] - exponent))


def signals(evidence: Evidence, traits: Traits) -> dict[str, float]:
    """What the confidence is computed from, by the names of its coefficients."""
    return {
        "cosine": evidence.cosine,
        "context": evidence.context,
        "pairs": evidence.pairs,
        "lead": evidence.lead,
        # Only where the present is asked about does the age of an answer speak against it.
        "current": evidence.fresh - 0.5 if traits.recent else 0.0,
        "off_topic": traits.strangeness,
        "mass": traits.mass,
    }
