"""Vectors in cells, for a coverage so large that a question cannot be compared with all of them in time.

Every vector stands in the cell whose centre is nearest to it, and a question is compared with those of the
nearest cells: an inverted file (Sivic and Zisserman, 2003). The vectors are what they are elsewhere, so a
cosine is too; only what stands in a cell that was not looked at is missed. A filter misses nothing: what it
leaves is looked for in all cells.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from threading import Event

    from index.encoder import Embeddings
    from index.store import Numbers

Batch = TypeVar("Batch")

# A smaller coverage is compared whole, in a millisecond at most.
CELLS_FROM = 20_000
# After so many times the passages that it was laid out for, it is laid out anew.
GROWN = 4
# A question looks at so many cells for each of the root of their number: 192 of 1,024, 384 of 4,096. What it
# finds so is in benchmarks/README.md.
LOOKED_AT = 6
# A centre is the mean of so many vectors, and after so many rounds it hardly moves.
VECTORS_A_CELL, ROUNDS = 40, 8


def cells_for(count: int) -> int:
    """How many cells so many vectors are best laid out in: a power of two near four times their root."""
    return int(2 ** round(math.log2(4 * math.sqrt(max(count, 1)))))


class StoppedError(Exception):
    """It was told to stop."""


def until(stop: Event, batches: Iterable[Batch]) -> Iterator[Batch]:
    """The batches, as long as nobody says stop.

    Raises:
        StoppedError: somebody has.
    """
    for batch in batches:
        if stop.is_set():
            raise StoppedError
        yield batch


def lay_out(batches: Iterable[tuple[Numbers, Embeddings]], count: int, stop: Event) -> Any:
    """An empty FAISS index whose cells suit vectors like these, about `count` of them.

    It works with one thread: others are answering questions meanwhile.

    Raises:
        StoppedError: `stop` is set.
    """
    import faiss

    cells = cells_for(count)
    chance = np.random.default_rng(cells)
    share = min(1.0, VECTORS_A_CELL * cells / max(count, 1))
    sample = np.concatenate([each[chance.random(len(each)) < share] for _, each in batches])
    dimension = sample.shape[1]
    faiss.omp_set_num_threads(1)
    means = faiss.Kmeans(dimension, cells, niter=1, spherical=True, seed=cells, min_points_per_centroid=1)
    for _ in until(stop, range(ROUNDS)):
        means.train(sample, init_centroids=means.centroids)
    centres = faiss.IndexFlatIP(dimension)
    centres.add(means.centroids)
    index = faiss.IndexIVFScalarQuantizer(
        centres, dimension, cells, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    # Half precision has nothing to learn from a sample.
    index.is_trained = True
    # So that a vector is found by its number.
    index.set_direct_map_type(faiss.DirectMap.Hashtable)
    return index


def looked_at(index: Any, *, all_cells: bool) -> int:
    """How many cells a question looks at."""
    cells = int(index.nlist)
    return cells if all_cells else min(cells, math.ceil(LOOKED_AT * math.sqrt(cells)))


def numbers_in(index: Any) -> Numbers:
    """The numbers of all vectors, in no order."""
    import faiss

    kept = index.invlists
    sizes = [(cell, kept.list_size(cell)) for cell in range(index.nlist)]
    found = [faiss.rev_swig_ptr(kept.get_ids(cell), size) for cell, size in sizes if size]
    return np.concatenate([np.empty(0, dtype=np.int64), *found])
