"""A sentence-transformers model as the library runs it, for those that cannot be compiled."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from index.loading import allocating, loading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import SentenceTransformer

    from index.encoder import Embeddings

SETTING = "DATELINE_MODEL"
CURE = (
    f"set {SETTING} to the folder of a sentence-transformers model with safetensors weights, "
    "or unset it for the one that ships"
)
# Under which of these names a model may have its prompt for passages; the first counts, as in the library.
PASSAGES = ("document", "passage", "corpus")
# Small batches of like length waste the least padding: on two cores, 500 passages of about 140
# tokens took 14.0 s by 16, 15.1 s by 32 and 17.2 s by 64.
BATCH = 16
# A question waits for so many passages at most, about half a second, where a watch encodes beside it.
SLICE = 2 * BATCH


class Uncompiled:
    """The library's model, ready for texts. Threads may share it: each waits for its turn."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        # The tokenizer keeps its padding and truncation as state, so two threads must not share a call.
        self._lock = threading.Lock()
        # Whoever has a question holds this while it waits for the lock, and passages let it go first.
        self._question = threading.Lock()

    @property
    def precision(self) -> str:
        """The number format it computes in: "bfloat16" or "float32"."""
        return str(next(self._model.parameters()).dtype).removeprefix("torch.")

    @property
    def window(self) -> int:
        """How many tokens a passage may have, special ones and the prompt aside."""
        with self._lock:
            taken = len(self._tokenizer(passage_prompt(self._model))["input_ids"])
        return int(self._model.max_seq_length or 512) - taken

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special ones aside."""
        if not texts:
            return []
        with self._lock:
            encoded = self._tokenizer(
                list(texts), add_special_tokens=False, return_attention_mask=False, verbose=False
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def questions(self, texts: Sequence[str]) -> Embeddings:
        """Vectors of shape (texts, dimension), of any length; raises MemoryError."""
        import torch

        with self._question, self._lock, allocating():
            threads = torch.get_num_threads()
            # The vectors are the same. Each of some hundred small steps would wait for the processor to run
            # every thread, which is busy with other questions: that took eight times as long.
            torch.set_num_threads(1)
            try:
                found = self._model.encode_query(list(texts), batch_size=BATCH, show_progress_bar=False)
            finally:
                torch.set_num_threads(threads)
        return np.asarray(found, dtype=np.float32)

    def passages(self, texts: Sequence[str]) -> Embeddings:
        """The same of passages; a question that comes meanwhile waits for some of them only."""
        # Texts of like length stand together, as the model's own sorting would have them.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        rows: list[Any] = [None] * len(texts)
        for start in range(0, len(order), SLICE):
            places = order[start : start + SLICE]
            with self._question:
                pass
            with self._lock, allocating():
                found = self._model.encode_document(
                    [texts[place] for place in places], batch_size=BATCH, show_progress_bar=False
                )
            for place, row in zip(places, found, strict=True):
                rows[place] = row
        return np.asarray(rows, dtype=np.float32)

    @property
    def _tokenizer(self) -> Any:
        return self._model.tokenizer


def passage_prompt(model: SentenceTransformer) -> str:
    """What stands before a passage when it is encoded."""
    prompts = model.prompts
    default = prompts.get(model.default_prompt_name or "") or ""
    return next((prompts[kind] for kind in PASSAGES if kind in prompts), default) or ""


def load_model(model: str, *, float32: bool = False) -> SentenceTransformer:
    """The model of a folder or a name, in the format that the processor multiplies best, or in float32.

    Raises:
        ModelError: it cannot be loaded.
    """
    with loading(model, CURE) as arguments:
        import torch
        from sentence_transformers import SentenceTransformer

        if float32:
            arguments["model_kwargs"]["dtype"] = torch.float32
        return SentenceTransformer(model, **arguments)
