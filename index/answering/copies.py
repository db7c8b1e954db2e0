"""One thing said once: passages that say the same in other articles stand behind the best of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.answering.search import Candidate

# Two passages are copies where the shorter one's words are, but for so many, in the longer one, and they
# are of like length: a few plain words stand in any longer text.
SHARED, LIKE = 0.8, 0.5


def merge_copies(ranked: Iterable[Candidate], count: int) -> list[tuple[Candidate, list[Candidate]]]:
    """The first `count` passages that differ, best first, each with its copies further down."""
    kept: list[tuple[Candidate, list[Candidate]]] = []
    for each in ranked:
        of = next((copies for first, copies in kept if _alike(first, each)), None)
        if of is not None:
            of.append(each)
        elif len(kept) < count:
            kept.append((each, []))
    return kept


def _alike(one: Candidate, other: Candidate) -> bool:
    mine, theirs = one.evidence.held, other.evidence.held
    fewer, more = sorted((len(mine), len(theirs)))
    alike = fewer >= LIKE * more and len(mine & theirs) >= SHARED * fewer
    # An article that says a thing twice is no copy of itself.
    return alike and one.article.id != other.article.id
