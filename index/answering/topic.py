"""Is this a question to ask of news at all? Told by examples of both kinds, which anyone can read and add to.

Small talk, sums, the weather, orders: such questions share their few plain words with any large coverage,
so what a passage holds says little of them. What they mean says much.
"""

from __future__ import annotations

import threading
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from index.encoder import Embeddings, Encoder

# So many of the nearest examples of each kind vote; one alone may be there by chance.
NEAREST = 3


class Topic:
    """The examples, encoded when they are first needed."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()

    def strangeness(self, embedding: Embeddings) -> float:
        """How much nearer a question, of shape (dimension,), is to what news does not answer.

        The mean cosine to the three nearest examples of that kind, less that to the other: in -2..2,
        above 0 for most small talk and below for nearly every question about news.
        """
        on, off = self._examples
        return _nearness(off, embedding) - _nearness(on, embedding)

    @property
    def _examples(self) -> tuple[Embeddings, Embeddings]:
        with self._lock:
            return self._encoded

    @cached_property
    def _encoded(self) -> tuple[Embeddings, Embeddings]:
        on, off = _read("on_topic.txt"), _read("off_topic.txt")
        embeddings = self._encoder.encode_questions([*on, *off])
        return embeddings[: len(on)], embeddings[len(on) :]


def _nearness(examples: Embeddings, embedding: Embeddings) -> float:
    cosines = examples @ embedding
    return float(np.sort(cosines)[-NEAREST:].mean())


def _read(name: str) -> list[str]:
    file = resources.files("index.answering") / "examples" / name
    return file.read_text(encoding="utf-8").splitlines()
