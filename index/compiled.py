"""A sentence-transformers model as OpenVINO runs it.

On the same processor it is nearly twice as quick as torch, and it is there in a second: neither torch nor
transformers have to be imported.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from index.kept_model import Parts
from index.loading import allocating

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.encoder import Embeddings

# Small batches of like length waste the least padding and keep their numbers near the processor: of 512
# passages of about 125 tokens, two cores took 123 a second by 8, 122 by 16 and 116 by 32.
BATCH = 8
# Held while the one core is made.
_MAKING = threading.Lock()


class UncompilableError(Exception):
    """This model cannot be compiled, or gives other embeddings then; or what was kept of it is no good."""


class Compiled:
    """A compiled model, ready for texts. Threads may share it: questions do not wait for all passages."""

    def __init__(self, parts: Parts) -> None:
        """The model that these are of; raises whatever OpenVINO and the tokenizer do where they are not."""
        from tokenizers import Tokenizer

        self._note = parts.note
        self._tokenizer = Tokenizer.from_str(parts.tokenizer)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        able = _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = "bfloat16" if "BF16" in able else "float32"
        weights = the_library().Tensor(np.frombuffer(parts.weights, np.uint8))
        self._model = _core().read_model(model=parts.network, weights=weights)
        # For questions: all processors work on one batch.
        self._asking = self._compile("LATENCY")

    @classmethod
    def read(cls, file: Path, model: str) -> Self:
        """The model that is known by this, as a file keeps it.

        Raises:
            UncompilableError: the file is missing, damaged, of another model, or OpenVINO cannot run.
        """
        try:
            return cls(Parts.read(file, model))
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise UncompilableError(str(error).strip().partition("\n")[0][:200]) from error

    @cached_property
    def _reading(self) -> tuple[_Running, ThreadPoolExecutor]:
        """For passages: as many batches at a time as is best for all; with the threads that feed them."""
        running = self._compile("THROUGHPUT")
        return running, ThreadPoolExecutor(running.at_once, "encoding")

    def _compile(self, hint: str) -> _Running:
        settings = {
            "PERFORMANCE_HINT": hint,
            "INFERENCE_PRECISION_HINT": {"bfloat16": "bf16", "float32": "f32"}[self.precision],
            # Another program that pinned its threads would have the same cores.
            "ENABLE_CPU_PINNING": False,
        }
        return _Running(_core().compile_model(self._model, "CPU", settings))

    @property
    def window(self) -> int:
        """How many tokens a passage may have, special ones and the prompt aside."""
        return self._note.longest - self._special - sum(self.count([self._note.passage_prompt]))

    @property
    def _special(self) -> int:
        return int(self._tokenizer.num_special_tokens_to_add(is_pair=False))

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, special ones aside."""
        return [len(each) for each in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def questions(self, texts: Sequence[str]) -> Embeddings:
        """Vectors of shape (texts, dimension), of any length; raises MemoryError."""
        rows = self._rows(self._note.question_prompt, texts)
        batches = _batches(rows)
        return _in_order(batches, [self._asking.work(self._fed(rows, each)) for each in batches])

    def passages(self, texts: Sequence[str]) -> Embeddings:
        """The same of passages, several batches at a time."""
        rows = self._rows(self._note.passage_prompt, texts)
        batches = _batches(rows)
        running, workers = self._reading
        found = workers.map(lambda places: running.work(self._fed(rows, places)), batches)
        return _in_order(batches, list(found))

    def _rows(self, prompt: str, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, special ones too, cut to what the model reads."""
        encoded = self._tokenizer.encode_batch([prompt + text for text in texts], add_special_tokens=False)
        for each in encoded:
            each.truncate(self._note.longest - self._special)
        return [self._tokenizer.post_process(each).ids for each in encoded]

    def _fed(self, rows: Sequence[Sequence[int]], places: Sequence[int]) -> dict[str, NDArray[np.int64]]:
        longest = max(len(rows[place]) for place in places)
        tokens = np.full((len(places), longest), self._note.pad, dtype=np.int64)
        mask = np.zeros_like(tokens)
        for number, place in enumerate(places):
            tokens[number, : len(rows[place])] = rows[place]
            mask[number, : len(rows[place])] = 1
        fed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
        return {name: fed[name] for name in self._note.inputs}


class _Running:
    """The network as it is compiled for one purpose."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled
        self.at_once = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        # Whoever has a batch takes one, and waits where all are taken.
        self._requests: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self.at_once):
            self._requests.put(compiled.create_infer_request())

    def work(self, fed: dict[str, NDArray[np.int64]]) -> Embeddings:
        """The vectors of a batch; raises MemoryError."""
        request = self._requests.get()
        try:
            with allocating():
                request.infer(fed)
                return np.array(request.get_output_tensor(0).data, dtype=np.float32)
        except BaseException:
            # One that has failed may fail for ever.
            request = self._compiled.create_infer_request()
            raise
        finally:
            self._requests.put(request)


def _batches(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """The places of rows of like length, the longest first, so many together."""
    order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
    return [order[start : start + BATCH] for start in range(0, len(order), BATCH)]


def _in_order(batches: Sequence[Sequence[int]], found: Sequence[Embeddings]) -> Embeddings:
    """The vectors of batches, each in its text's place."""
    if not batches:
        return np.empty((0, 0), dtype=np.float32)
    vectors = np.empty((sum(map(len, batches)), found[0].shape[1]), dtype=np.float32)
    for places, each in zip(batches, found, strict=True):
        vectors[list(places)] = each
    return vectors


def the_library() -> Any:
    """OpenVINO, without what tells its makers of its use; raises ImportError."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    return openvino


def _core() -> Any:
    """What all models run in, for as long as the program does.

    It gives the thread that makes it a stack for signals, and takes that away when it ends. After two that
    end in the order in which they were made, the thread is left with a stack that is no more, and the next
    signal kills the program.
    """
    with _MAKING:
        return _only_core()


@cache
def _only_core() -> Any:
    return the_library().Core()
