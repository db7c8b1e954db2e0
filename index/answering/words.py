"""The words of a question, and how much each of them tells."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    # A text to its words as they are indexed: lower case, without stop words, stemmed.
    Analyze = Callable[[str], Sequence[str]]

# On wordfreq's scale 8 is one word in ten, 3 one in a million. What is commoner than this, as "what" and
# "how" are, only asks.
COMMONEST = 6.5
CYRILLIC = re.compile(r"[\u0400-\u052f]")
CYRILLIC_LANGUAGES = ("uk", "ru")
# An apostrophe between two Cyrillic letters is a letter of the word.
WORD = re.compile(r"(?:\w|(?<=[\u0400-\u052f])['\u2019](?=[\u0400-\u052f]))+")


def word_weights(question: str, analyze: Analyze) -> dict[str, float]:
    """The question's words as they are indexed, each with how rare it is in the language, from 0.

    The rarity is the language's own (wordfreq's Zipf scale), not the coverage's: in a coverage of one
    article every word that occurs is common.
    """
    weights: dict[str, float] = {}
    for word in WORD.findall(question):
        for stem in analyze(word):
            weights[stem] = max(weights.get(stem, 0.0), _rarity(word.lower()))
    return weights


def share_held(weights: Mapping[str, float], words: AbstractSet[str]) -> float:
    """The share of the weight of a question's words that stand among `words`, in 0..1."""
    held = sum([weight for word, weight in weights.items() if word in words])
    return held / sum(weights.values()) if held else 0.0


@lru_cache(maxsize=10_000)
def _rarity(word: str) -> float:
    from wordfreq import zipf_frequency

    # Only letters tell a language for sure; of two that share them the one that knows the word counts.
    languages = CYRILLIC_LANGUAGES if CYRILLIC.search(word) else ("en",)
    return max(0.0, COMMONEST - max(zipf_frequency(word, each, wordlist="small") for each in languages))
