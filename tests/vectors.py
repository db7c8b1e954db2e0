"""Vectors that any passages might have, and what an exact search finds among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index.engines.dense import Dense

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from index.encoder import Embeddings
    from index.store import Numbers

ORIGIN = "origin"
DIMENSION = 16
NONE = np.array([], dtype=np.int64)


def unit_vectors(count: int, seed: int = 0) -> Embeddings:
    """Random unit vectors, rounded as the database rounds them."""
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16).astype(np.float32)


def numbers(*given: int) -> Numbers:
    """Passage numbers as the store gives them."""
    return np.array(given, dtype=np.int64)


def filled(folder: Path, count: int = 100) -> Dense:
    """An index at generation 1 with passages from 1 to `count`."""
    dense = Dense.open(folder, ORIGIN, 0)
    dense.follow(1, NONE, [(np.arange(1, count + 1), unit_vectors(count))])
    return dense


def exact(
    vectors: dict[int, Embeddings], question: Embeddings, count: int, allowed: Iterable[int] | None = None
) -> dict[int, float]:
    """What an exact search finds: every cosine, computed with NumPy."""
    among = vectors if allowed is None else [number for number in allowed if number in vectors]
    ranked = sorted(((float(vectors[number] @ question), number) for number in among), reverse=True)
    return {number: score for score, number in ranked[:count]}


def assert_same(found: dict[int, float], expected: dict[int, float]) -> None:
    """The same passages in the same order, with the same cosines."""
    assert list(found) == list(expected)
    np.testing.assert_allclose(list(found.values()), list(expected.values()), atol=1e-3)


def by_number(count: int, first: int = 1) -> dict[int, Embeddings]:
    """The vectors of `filled`, by passage number."""
    return dict(enumerate(unit_vectors(count), start=first))
