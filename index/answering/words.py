"""The words of a question, and how much each of them tells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    # A text to its words as they are indexed: lower case, without stop words, stemmed.
    Analyze = Callable[[str], list[str]]

# On wordfreq's scale 8 is one word in ten, 3 one in a million.
COMMONEST = 8.0


def word_weights(question: str, analyze: Analyze) -> dict[str, float]:
    """The question's words as they are indexed, each with how rare it is in the language, from 0.

    The rarity is the language's own (wordfreq's Zipf scale), not the coverage's: in a coverage of one
    article every word that occurs is common.
    """
    weights: dict[str, float] = {}
    for word in re.findall(r"\w+", question):
        for stem in analyze(word):
            weights[stem] = max(weights.get(stem, 0.0), _rarity(word.lower()))
    return weights


def share_held(weights: Mapping[str, float], words: set[str]) -> float:
    """The share of the weight of a question's words that stand among `words`, in 0..1."""
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / whole if whole else 0.0


@lru_cache(maxsize=10_000)
def _rarity(word: str) -> float:
    from wordfreq import zipf_frequency

    return max(0.0, COMMONEST - zipf_frequency(word, "en", wordlist="small"))
