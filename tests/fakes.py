"""A small encoder for fast tests: texts that share words are near each other."""

from __future__ import annotations

import hashlib
import re
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.encoder import Embeddings

DIMENSION = 64


class FakeEncoder:
    """A bag of hashed words as a unit vector; a token is a word. Counts the texts it encoded."""

    def __init__(self, name: str = "fake", window: int = 200) -> None:
        self.name = name
        self.window = window
        self.languages: frozenset[str] | None = None
        self.encoded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of words of each text."""
        return [len(text.split()) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, 64)."""
        self.encoded += len(texts)
        return np.stack([self.encode_question(text) for text in texts])

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, 64)."""
        return np.stack([self.encode_question(text) for text in texts])

    def encode_question(self, text: str) -> Embeddings:
        """A unit vector of shape (64,)."""
        vector = np.full(DIMENSION, 0.01, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[hashlib.sha256(word.encode("utf-8", "replace")).digest()[0] % DIMENSION] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class SlowEncoder(FakeEncoder):
    """One that takes its time with passages, so that a kill may fall into their midst."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Vectors, some milliseconds for each text."""
        time.sleep(0.004 * len(texts))
        return super().encode_passages(texts)
