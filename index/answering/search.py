"""A query to passages: rank by meaning and by words, fuse, fetch, weigh what speaks for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.answering.coefficients import coefficients
from index.answering.evidence import Asked, Evidence
from index.engines.fusion import fuse
from index.records import Article, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.encoder import Embeddings
    from index.engines.dense import Dense
    from index.engines.lexical import Lexical
    from index.records import Query
    from index.store import Store

# How many passages each engine names, and how many of the fused ones are looked at closely.
CANDIDATES, SHORTLIST = 100, 32


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, with what speaks for it and the score that makes of it."""

    passage: Passage
    article: Article
    evidence: Evidence
    score: float


def search(
    query: Query,
    embedding: Embeddings | None,
    asked: Asked,
    *,
    dense: Dense,
    lexical: Lexical,
    store: Store,
    count: int = 0,
) -> list[Candidate]:
    """The passages for a query, best first: `count` of them or more, where there are as many.

    `embedding`, of shape (dimension,), is its text's; without one, words alone decide.
    """
    allowed = store.allowed(query) if query.filtered else None
    if allowed is not None and not len(allowed):
        return []
    depth = max(CANDIDATES, 2 * count)
    by_words = lexical.search(query, depth)
    by_meaning = {}
    if embedding is not None:
        by_meaning = dense.search(embedding, depth, allowed)
        # What was found by its words alone has a cosine too.
        by_meaning |= dense.cosines(embedding, by_words.keys() - by_meaning.keys())
    shortlist = fuse(by_meaning, by_words, depth)[: max(SHORTLIST, 2 * count)]
    found = store.fetch([each.number for each in shortlist])
    weighed = []
    for number, meaning, words in shortlist:
        # Some may have been removed a moment ago.
        if number in found:
            cosine = by_meaning.get(number, 0.0)
            evidence = asked.weigh(*found[number], cosine=cosine, meaning=meaning, words=words)
            weighed.append((*found[number], evidence))
    return rank(weighed)


def rank(weighed: Iterable[tuple[Passage, Article, Evidence]]) -> list[Candidate]:
    """The passages by the weighted sum of what speaks for each, best first; the order given breaks ties."""
    weights = coefficients("ranking")
    candidates = [
        Candidate(passage, article, evidence, sum(w * getattr(evidence, name) for name, w in weights.items()))
        for passage, article, evidence in weighed
    ]
    return sorted(candidates, key=lambda each: -each.score)
