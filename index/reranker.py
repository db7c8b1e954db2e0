"""Question and passage, read together, to a score: a cross-encoder, for who has set one."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.loading import loading, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import CrossEncoder

Scores = NDArray[np.float32]

SETTING = "DATELINE_RERANKER"
CURE = (
    f"set {SETTING} to the folder of a sentence-transformers cross-encoder with safetensors weights, "
    "or unset it to do without"
)
BATCH = 16
# A pair's tokens grow its cost more than its score: passages have some 140, and a longer one is cut.
WINDOW = 512


class Reranker(Protocol):
    """What the house asks of a reranker."""

    @property
    def name(self) -> str:
        """What tells this model's scores from any other's."""

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """How well each text answers, of shape (texts,); higher is better, on the model's own scale."""


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder by name or folder, loaded when first used."""

    def __init__(self, model: str) -> None:
        self._given = model
        # The tokenizer keeps its padding and truncation as state, so two threads must not share a call.
        self._lock = threading.Lock()

    @cached_property
    def name(self) -> str:
        """The folder's name with its weights' digest; a hub name stands for itself.

        Raises:
            ModelError: the folder holds no safetensors.
        """
        return name_of(self._given, SETTING)

    def score(self, question: str, texts: Sequence[str]) -> Scores:
        """How well each text answers, of shape (texts,): the model's logits, higher is better.

        Raises:
            ModelError: the model cannot be loaded, or is no cross-encoder with one score.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        pairs = [(question, text) for text in texts]
        with self._lock:
            found = self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    @cached_property
    def _model(self) -> CrossEncoder:
        return _load(self._given)


def _load(model: str) -> CrossEncoder:
    with loading(model, CURE) as arguments:
        from sentence_transformers import CrossEncoder
        from torch.nn import Identity

        # A sigmoid, its default, makes one score of all that is very near.
        loaded: CrossEncoder = CrossEncoder(model, activation_fn=Identity(), **arguments)
        _check(loaded)
        loaded.max_seq_length = min(loaded.max_seq_length or WINDOW, WINDOW)
        return loaded


def _check(model: CrossEncoder) -> None:
    """Refuse a model whose scores would mean nothing.

    Raises:
        ValueError: its weights are those of another kind of model, or it gives several scores.
    """
    inner = model.transformers_model
    saved = getattr(getattr(inner, "config", None), "architectures", None) or []
    # An embedding model is loaded without complaint, with a head of random numbers.
    if type(inner).__name__ not in saved:
        raise ValueError(f"it is no cross-encoder but {' or '.join(saved) or 'unknown'}")
    if model.num_labels != 1:
        raise ValueError(f"it gives {model.num_labels} scores a pair, not one")
