"""What becomes of questions, changes, memory and disk as a coverage grows to a million passages?

The coverage is made: see `made.py`. At each size it is opened by a process of its own, which asks questions
of the set, each of them once, after some others.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
from harness import ask_each, write_result
from made import PASSAGES, Material, made_articles

from index.coverage import Coverage
from index.encoder import COMPILED, SentenceEncoder
from index.evaluation import read_set
from index.store import Encoded, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.encoder import Embeddings
    from index.engines.dense import Dense
    from index.engines.lexical import Lexical
    from index.evaluation.sets import QuestionSet
    from index.store import Numbers

SIZES = (10_000, 40_000, 100_000, 300_000, 1_000_000)
STORED_TOGETHER = 200
WARMING, ASKED, CHANGES = 50, 300, 7
NEAREST = 10
# The cosine of a vector with what half precision makes of it.
ITSELF = 0.999
SELECTIVITIES = (0.001, 0.01, 0.1, 0.5)
# Articles that come, change and go while it is measured have numbers from here on.
OTHERS = 10_000_000


def grow(home: Path, material: Material, encoder: SentenceEncoder, passages: int) -> dict[str, float]:
    """Let a coverage grow to so many passages; the seconds that each part takes."""
    with Coverage.open(home, encoder=encoder) as coverage:
        store = Store(coverage.database)
        first, last = coverage.extent().passages // PASSAGES, passages // PASSAGES
        seconds = {
            "storing": timed(lambda: store_made(store, encoder, material, first, last)),
            "indexes": timed(coverage.warm),
            "laying out": timed(partial(lay_out, coverage)),
        }
    return seconds | {"passages": float((last - first) * PASSAGES)}


def lay_out(coverage: Coverage) -> None:
    """Lay out the index, as the command that indexes does."""
    coverage._engines.lay_out(Event())  # noqa: SLF001 - it is what is measured


def store_made(store: Store, encoder: SentenceEncoder, material: Material, first: int, last: int) -> None:
    """Store the made articles from number `first` to before `last`."""
    made = made_articles(material, first, last)
    while some := list(islice(made, STORED_TOGETHER)):
        store.add(some, encoder.name)


def timed(work: Callable[[], object]) -> float:
    """How many seconds something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def resident() -> float:
    """This process's resident memory, in MB."""
    told = Path("/proc/self/status").read_text(encoding="utf-8").split("VmRSS:")[1]
    return int(told.split()[0]) / 1024


def measure(home: Path, asked: QuestionSet, material: Material) -> dict[str, Any]:
    """All that is to be known of a coverage of one size."""
    encoder = SentenceEncoder(None, home / COMPILED)
    encoder.encode_question("ready")
    material_and_model = resident()
    coverage = Coverage.open(home, encoder=encoder)
    opening = timed(partial(current, coverage, wait=True))
    coverage.warm()
    store = Store(coverage.database)
    dense, _ = current(coverage, wait=True)
    taken = ask_each(coverage, asked.questions[: WARMING + ASKED])[WARMING:]
    found = {
        "passages": len(dense),
        "opened in, s": round(opening, 2),
        "question, median, ms": round(median(taken), 1),
        "question, 95th percentile, ms": round(quantiles(taken, n=20)[-1], 1),
        "memory beyond the model, MB": round(resident() - material_and_model),
        "bytes a passage": {name: round(size / len(dense)) for name, size in disk(home).items()},
    }
    questions = [encoder.encode_question(each.text) for each in asked.questions[:ASKED]]
    found |= recall(dense, questions)
    found["filters"] = filtered(dense, store, questions[:10])
    found |= changes(coverage, store, encoder, material)
    coverage.close()
    return found


def disk(home: Path) -> dict[str, int]:
    """The bytes of the home's parts on the disk."""
    sizes = {name: (home / name).stat().st_size for name in ("dateline.db", "dense.faiss")}
    return sizes | {"lexical": sum(each.stat().st_size for each in (home / "lexical").iterdir())}


def recall(dense: Dense, questions: Sequence[Embeddings]) -> dict[str, Any]:
    """Which share of the nearest passages is found, against a search of all; and how long each takes."""
    every, shares, quick, whole = dense.numbers(), [], [], []
    for question in questions:
        began = time.perf_counter()
        found = dense.search(question, NEAREST, None)
        between = time.perf_counter()
        exact = dense.search(question, NEAREST, every)
        whole.append(time.perf_counter() - between)
        quick.append(between - began)
        # Where two are equally near either is right.
        least = min(exact.values()) - 1e-6
        shares.append(sum(score >= least for score in found.values()) / len(exact))
    return {
        f"recall@{NEAREST}": round(float(np.mean(shares)), 4),
        "dense search, median, ms": round(1000 * median(quick), 2),
        "dense search of all, median, ms": round(1000 * median(whole), 2),
    }


def filtered(dense: Dense, store: Store, questions: Sequence[Embeddings]) -> dict[str, Any]:
    """Whether filters of several selectivities find what NumPy finds among what they let through."""
    every = dense.numbers()
    scores: list[Embeddings] = []
    numbers: list[Numbers] = []
    for some, embeddings in store.embeddings_since(0):
        numbers.append(some)
        scores.append(np.stack(questions) @ embeddings.T)
    known, compared = np.concatenate(numbers), np.concatenate(scores, axis=1)
    chance, told = np.random.default_rng(1), {}
    for share in SELECTIVITIES:
        allowed = every[chance.random(len(every)) < share]
        among = np.isin(known, allowed)
        right, seconds = 0, []
        for place, question in enumerate(questions):
            began = time.perf_counter()
            found = dense.search(question, NEAREST, allowed)
            seconds.append(time.perf_counter() - began)
            best = np.sort(compared[place][among])[::-1][:NEAREST]
            right += bool(np.allclose(sorted(found.values(), reverse=True), best, atol=1e-4))
        told[f"{share:.1%}"] = {
            "exact": f"{right} of {len(questions)}",
            "median, ms": round(1000 * median(seconds), 2),
        }
    return told


def changes(
    coverage: Coverage, store: Store, encoder: SentenceEncoder, material: Material
) -> dict[str, float]:
    """The median milliseconds of a change, from the store to both indexes, encoding aside."""
    taken: dict[str, list[float]] = {
        "1,000 passages added": [],
        "an article updated": [],
        "an article removed": [],
    }
    for place in range(CHANGES):
        first = OTHERS + place * 1000
        some = list(made_articles(material, first, first + 1000 // PASSAGES))
        for what, wanted in (
            ("1,000 passages added", some),
            ("an article updated", changed(some[:1], some[1])),
        ):
            taken[what].append(1000 * timed(partial(add, coverage, store, wanted, encoder.name)))
            check_there(coverage, wanted[0])
        ids = [each.article.id for each in some]
        taken["an article removed"].append(1000 * timed(partial(coverage.remove, ids[:1])))
        coverage.remove(ids[1:])
    return {f"{what}, median, ms": round(median(each)) for what, each in taken.items()}


def add(coverage: Coverage, store: Store, some: Sequence[Encoded], model: str) -> None:
    """Store articles, and let both indexes follow, as the next question does."""
    store.add(some, model)
    current(coverage, wait=False)


def check_there(coverage: Coverage, encoded: Encoded) -> None:
    """See whether an article that has just come is found.

    Raises:
        LookupError: it is not.
    """
    dense, _ = current(coverage, wait=False)
    if max(dense.search(encoded.embeddings[0], 1, None).values()) < ITSELF:
        raise LookupError(encoded.article.id)


def current(coverage: Coverage, *, wait: bool) -> tuple[Dense, Lexical]:
    """A coverage's indexes, having followed it."""
    return coverage._engines.current(wait=wait)  # noqa: SLF001 - it is what is measured


def changed(some: Sequence[Encoded], other: Encoded) -> list[Encoded]:
    """The articles with the text and the passages of another."""
    return [
        Encoded(
            replace(other.article, id=each.article.id, story=each.article.story),
            other.passages,
            other.embeddings,
        )
        for each in some
    ]


def main() -> None:
    """Grow, measure, grow; and keep the figures of all sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, help="a BEIR-form folder")
    parser.add_argument("home", type=Path, help="a folder for the coverage, 4 GB for a million passages")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--measure", action="store_true", help="print the figures of the coverage as it is")
    given = parser.parse_args()
    given.home.mkdir(parents=True, exist_ok=True)
    asked = read_set(given.set)
    encoder = SentenceEncoder(None, given.home / COMPILED)
    material = Material.of(asked.corpus, encoder, given.home / "sentences.npy")
    if given.measure:
        print(json.dumps(measure(given.home, asked, material)))
        return
    sizes = []
    for size in given.sizes:
        seconds = grow(given.home, material, encoder, size)
        command = [sys.executable, __file__, str(given.set), str(given.home), "--measure"]
        told = subprocess.run(
            command, check=True, capture_output=True, text=True, env=dict(os.environ)
        ).stdout
        sizes.append(
            {**json.loads(told.splitlines()[-1]), "grown by, s": {k: round(v, 1) for k, v in seconds.items()}}
        )
        print(json.dumps(sizes[-1], indent=1), flush=True)
    write_result("million", {"sentences": len(material.texts), "sizes": sizes})


if __name__ == "__main__":
    main()
