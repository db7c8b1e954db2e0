"""A query to hits: encode, rank by meaning and by words, fuse, fetch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.engines.fusion import fuse
from index.records import Article, Passage, Query

if TYPE_CHECKING:
    from index.encoder import Encoder
    from index.engines.dense import Dense
    from index.engines.lexical import Lexical
    from index.store import Store

# How many passages each engine names. The fused first ten of 100 are those of 1,000 but for a few.
CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, with what each engine and the fusion made of it."""

    passage: Passage
    article: Article
    score: float
    cosine: float | None


def search(
    query: Query, count: int, *, encoder: Encoder, dense: Dense, lexical: Lexical, store: Store
) -> list[Candidate]:
    """The `count` best passages for a query, best first; fewer where fewer are allowed."""
    allowed = store.allowed(query) if query.filtered else None
    if allowed is not None and not len(allowed):
        return []
    depth = max(CANDIDATES, count)
    cosines = dense.search(encoder.encode_question(query.text), depth, allowed)
    fused = fuse(cosines, lexical.search(query, depth), depth)
    # A few more than asked for, should some have been removed a moment ago.
    best = fused[: count + 10]
    found = store.fetch([number for number, _ in best])
    candidates = [
        Candidate(*found[number], score, cosines.get(number)) for number, score in best if number in found
    ]
    return candidates[:count]
