"""Are copies of wire stories told from other stories on one event, how fast, and is MinHash better?"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasketch import MinHash, MinHashLSH
from harness import write_result

from index.stories import are_copies, fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from outlets import Member

    Pairs = set[tuple[int, int]]

TESTS = Path(__file__).parent.parent / "tests"
# What datasketch's own documentation uses, and every threshold and shingle that might suit it.
PERMUTATIONS = 128
THRESHOLDS = [tenths / 20 for tenths in range(2, 19)]
SHINGLES = (1, 2, 3, 4)
PRECISE = 0.95
_WORD = re.compile(r"[^\W_]+")


def read_set() -> list[Member]:
    """The set that the tests keep."""
    sys.path.append(str(TESTS))
    from outlets import read_members

    return read_members()


def find(members: Sequence[Member]) -> Pairs:
    """Ours, the whole way: articles that share a fingerprint, each pair of them then read whole."""
    holders: defaultdict[int, list[int]] = defaultdict(list)
    found: Pairs = set()
    for number, member in enumerate(members):
        prints = fingerprints(member.article.text)
        candidates = {other for each in prints for other in holders[each]}
        article = member.article
        found |= {(other, number) for other in candidates if are_copies(members[other].article, article)}
        for each in prints:
            holders[each].append(number)
    return found


def find_by_minhash(members: Sequence[Member], shingle: int, threshold: float) -> Pairs:
    """datasketch's: what its index returns for an article, of an estimated Jaccard similarity that high.

    Punctuation and typography are taken off here as well, so that only the method differs.
    """
    index: Any = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    sketches: list[Any] = []
    found: Pairs = set()
    for number, member in enumerate(members):
        words = _WORD.findall(member.article.text.casefold())
        runs = {" ".join(words[at : at + shingle]).encode() for at in range(len(words) - shingle + 1)}
        sketch: Any = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch(list(runs))
        near = index.query(sketch)
        found |= {(other, number) for other in near if sketches[other].jaccard(sketch) >= threshold}
        index.insert(number, sketch)
        sketches.append(sketch)
    return found


def precision_recall(found: Pairs, true: Pairs, among: Pairs) -> tuple[float, float]:
    """Of the pairs among these, the share of the found that are true, and of the true that are found."""
    taken, right = found & among, found & among & true
    return round(len(right) / max(1, len(taken)), 3), round(len(right) / len(true & among), 3)


def harmonic_mean(shares: tuple[float, float]) -> float:
    """F1 of a precision and a recall."""
    return 2 * shares[0] * shares[1] / (sum(shares) or 1)


def fifty_and_fifty(members: Sequence[Member]) -> Pairs:
    """Of each event, its first story with a copy of it, and with its second story."""
    at = {member.article.id: number for number, member in enumerate(members)}
    events = {member.event for member in members}
    ends = [
        (at[f"{event}-first-0"], at[f"{event}-{end}"]) for event in events for end in ("first-1", "second-0")
    ]
    return {(min(pair), max(pair)) for pair in ends}


def pairs_of(numbers: Iterable[int]) -> Pairs:
    """All pairs of these articles."""
    return set(combinations(sorted(numbers), 2))


def main() -> None:
    """Look for the copies both ways and print the figures."""
    members = read_set()
    everything = pairs_of(range(len(members)))
    true = {(a, b) for a, b in everything if members[a].story == members[b].story}
    fifty = fifty_and_fifty(members)
    # The first articles load what is loaded once.
    find(members[:20])
    began = time.perf_counter()
    ours = find(members)
    milliseconds = (time.perf_counter() - began) * 1000 / len(members)
    figures: dict[str, Any] = {
        "articles": len(members),
        "pairs": len(everything),
        "true pairs": len(true),
        "ours, all pairs": precision_recall(ours, true, everything),
        "ours, 50 and 50": precision_recall(ours, true, fifty),
    }
    for name, held_out in (("tuned", False), ("held out", True)):
        of_half = [number for number, member in enumerate(members) if member.held_out is held_out]
        figures[f"ours, {name} events"] = precision_recall(ours, true, pairs_of(of_half))
    figures["ours, ms an article"] = round(milliseconds, 2)
    write_result("copies", figures | minhash_figures(members, true, everything, fifty))


def minhash_figures(
    members: Sequence[Member], true: Pairs, everything: Pairs, fifty: Pairs
) -> dict[str, Any]:
    """The same figures of datasketch, with the shingle and threshold that are best for all pairs.

    They are chosen on the very pairs they are measured on, which flatters them.
    """
    tried = {}
    for shingle, threshold in product(SHINGLES, THRESHOLDS):
        found = find_by_minhash(members, shingle, threshold)
        tried[shingle, threshold] = (precision_recall(found, true, everything), found)
    best = max(tried, key=lambda each: harmonic_mean(tried[each][0]))
    precise = [shares[1] for shares, _ in tried.values() if shares[0] >= PRECISE]
    began = time.perf_counter()
    find_by_minhash(members, *best)
    milliseconds = (time.perf_counter() - began) * 1000 / len(members)
    return {
        "MinHash, best shingle, threshold": best,
        "MinHash, all pairs": tried[best][0],
        "MinHash, 50 and 50": precision_recall(tried[best][1], true, fifty),
        "MinHash, recall at precision .95": max(precise, default=0.0),
        "MinHash, ms an article": round(milliseconds, 2),
    }


if __name__ == "__main__":
    main()
