"""What speaks for a passage: its place by meaning and by words, what it holds, where and when it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from index.answering.words import share_held, word_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from index.answering.words import Analyze
    from index.records import Article, Passage

# Half as fresh after so many days. News is asked about in the days after it breaks.
WEEK = 7.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a passage with regard to a question; each figure grows with what speaks for it.

    `meaning` and `words` are its standardised scores in the two rankings, `cosine` the raw one, in
    -1..1. The rest are in 0..1: the weighted share of the question's words that the passage holds, and
    that it holds together with its title (`context`); the share of the question's neighbouring words
    that are neighbours in it; whether it opens its article; how near its article's day is to the day of
    asking. `held` are its words as they are indexed.
    """

    cosine: float
    meaning: float
    words: float
    share: float
    context: float
    pairs: float
    lead: float
    fresh: float
    held: frozenset[str] = frozenset()


class Asked:
    """A question taken apart once, to be held against many passages."""

    def __init__(self, text: str, now: date, analyze: Analyze) -> None:
        self._analyze = analyze
        self._now = now
        self.text = text
        self._weights = word_weights(text, analyze)
        self._pairs = set(pairwise(analyze(text)))

    @property
    def mass(self) -> float:
        """How much there is to go by: the logarithm of one and the weights of the question's words."""
        return math.log1p(sum(self._weights.values()))

    def weigh(
        self, passage: Passage, article: Article, *, cosine: float, meaning: float, words: float
    ) -> Evidence:
        """The evidence for a passage with these scores in the two rankings."""
        stems = self._analyze(passage.text)
        held = frozenset(stems)
        mine = self._weights.keys() & held
        with_title = mine.union(self._analyze(article.title))
        return Evidence(
            cosine=cosine,
            meaning=meaning,
            words=words,
            share=share_held(self._weights, mine),
            context=share_held(self._weights, with_title),
            pairs=self._count_pairs(stems) / len(self._pairs) if mine and self._pairs else 0.0,
            lead=float(not article.text[: passage.start].strip()),
            fresh=freshness(article.published, self._now),
            held=held,
        )

    def held_in(self, text: str) -> tuple[float, int]:
        """The weighted share of the question's words that a text holds, in 0..1; how many of its pairs."""
        stems = self._analyze(text)
        return share_held(self._weights, set(stems)), self._count_pairs(stems)

    def _count_pairs(self, stems: Sequence[str]) -> int:
        return len(self._pairs.intersection(pairwise(stems)))


def freshness(published: date | None, now: date) -> float:
    """1 on the day itself, a half a week before or after, a third two weeks; 0 for the undated."""
    return 0.0 if published is None else 1 / (1 + abs((now - published).days) / WEEK)
