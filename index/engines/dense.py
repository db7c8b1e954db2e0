"""The ranking by meaning: FAISS over the embeddings.

Half-precision vectors (SQfp16) stand under the passages' own numbers, so that passages can be removed and
filters lose nothing. They are compared one by one, or, where there are very many, laid out in cells.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from index.engines.cells import CELLS_FROM, GROWN, lay_out, looked_at, numbers_in
from index.replacing import replacing
from index.seal import check_origin, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path
    from threading import Event

    from index.encoder import Embeddings
    from index.store import Numbers

    Batches = Iterable[tuple[Numbers, Embeddings]]

FORMAT = 2
HEADER_BYTES = 512
# Reading back a small share from the store is quicker than writing a large index for every article.
UNSAVED_SHARE = 0.02


class Dense:
    """A FAISS index in one file that knows its database, its generation and its own checksum."""

    def __init__(self, file: Path, origin: str) -> None:
        self.generation = 0
        self.trouble: str | None = None
        self._file = file
        self._origin = origin
        self._index: Any = None
        self._last = 0
        self._saved = 0
        # For how many passages the cells were laid out; 0 where all stand side by side.
        self._laid_out = 0

    @classmethod
    def open(cls, folder: Path, origin: str, newest: int) -> Dense:
        """What the folder holds of a database that has reached the generation `newest`.

        Where that cannot be used the index is empty, and `trouble` says why it must be built anew.
        """
        dense = cls(folder / "dense.faiss", origin)
        try:
            dense._read(newest)
        except FileNotFoundError:
            dense.trouble = "missing"
        except (OSError, ValueError, RuntimeError) as error:
            dense.trouble = f"damaged ({error})"
        return dense

    @property
    def outgrown(self) -> bool:
        """Whether there are so many passages that they are to be laid out, or laid out anew."""
        return len(self) >= max(CELLS_FROM, GROWN * self._laid_out)

    def replaces(self, other: Dense) -> bool:
        """Whether this is as good, and is laid out for more passages."""
        return not self.trouble and not self.outgrown and self._laid_out > other._laid_out

    def laid_out(self, embeddings: Batches, stop: Event) -> Dense:
        """An index of the same database, empty, with cells for as many passages as this one has.

        `embeddings` are all there are.

        Raises:
            StoppedError: `stop` is set.
        """
        fresh = Dense(self._file, self._origin)
        fresh._laid_out = len(self)
        fresh._index = lay_out(embeddings, len(self), stop)
        return fresh

    def __len__(self) -> int:
        return self._index.ntotal if self._index is not None else 0

    def follow(self, generation: int, removed: Numbers, added: Batches) -> None:
        """Take in what came and went up to a generation of the store.

        `added` holds numbers with embeddings of shape (numbers, dimension). Numbers only grow, so one
        that is not above the last is here already, and taking in the same twice changes nothing.
        """
        import faiss

        for numbers, embeddings in added:
            fresh = numbers > self._last
            if self._index is None:
                flat = faiss.IndexScalarQuantizer(
                    embeddings.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
                )
                self._index = faiss.IndexIDMap2(flat)
            self._index.add_with_ids(np.ascontiguousarray(embeddings[fresh]), numbers[fresh])
            self._last = max(self._last, int(numbers.max(initial=0)))
        if len(removed) and self._index is not None:
            self._index.remove_ids(removed)
        self.generation = generation
        self.trouble = None

    def save(self) -> None:
        """Write the index to its file, unless the file is so near that the store makes up the rest."""
        import faiss

        if self._index is None or (self._saved and self._last - self._saved < len(self) * UNSAVED_SHARE):
            return
        with replacing(self._file) as stream:
            stream.write(b" " * HEADER_BYTES)
            writer = _HashingWriter(stream)
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(writer.write))
            stream.seek(0)
            stream.write(self._header(writer.digest.hexdigest()))
        self._saved = self._last

    def search(self, embedding: Embeddings, count: int, allowed: Numbers | None) -> dict[int, float]:
        """The cosine of up to `count` nearest passages, by number, nearest first.

        `embedding` has shape (dimension,); only passages in `allowed` are looked at, where given.
        """
        import faiss

        if not len(self) or (allowed is not None and not len(allowed)):
            return {}
        told: dict[str, Any] = {}
        if allowed is not None:
            bits = np.zeros(self._last + 1, dtype=bool)
            bits[allowed[allowed <= self._last]] = True
            packed = np.packbits(bits, bitorder="little")
            told["sel"] = faiss.IDSelectorBitmap(packed)
        if self._laid_out:
            chosen = faiss.SearchParametersIVF(nprobe=looked_at(self._index, all_cells=bool(told)), **told)
        else:
            chosen = faiss.SearchParameters(**told)
        # A question is one vector, which one thread compares; a second would only be waited for.
        faiss.omp_set_num_threads(1)
        scores, numbers = self._index.search(embedding[np.newaxis], min(count, len(self)), params=chosen)
        found = zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
        return {number: score for number, score in found if number >= 0}

    def numbers(self) -> Numbers:
        """The numbers of the passages that are here, ascending."""
        import faiss

        if self._index is None:
            return np.empty(0, dtype=np.int64)
        if self._laid_out:
            return np.sort(numbers_in(self._index))
        return np.sort(np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64))

    def cosines(self, embedding: Embeddings, numbers: Collection[int]) -> dict[int, float]:
        """The cosine of these passages, by number; of those that are here."""
        if not numbers or not len(self):
            return {}
        some = np.fromiter(sorted(numbers), dtype=np.int64)
        with suppress(RuntimeError):
            # Their vectors are looked up, which fails where one of them is not here.
            scores = self._index.reconstruct_batch(some) @ embedding
            return dict(zip(some.tolist(), scores.tolist(), strict=True))
        return self.search(embedding, len(some), some)

    def _header(self, digest: str) -> bytes:
        told = {
            "format": FORMAT,
            "origin": self._origin,
            "generation": self.generation,
            "last": self._last,
            "laid out": self._laid_out,
            "sha256": digest,
        }
        return seal(told).ljust(HEADER_BYTES - 1) + b"\n"

    def _read(self, newest: int) -> None:
        import faiss

        with self._file.open("rb") as stream:
            told = unseal(stream.read(HEADER_BYTES))
            if told["format"] != FORMAT:
                raise ValueError(f"format {told['format']}, not {FORMAT}")
            check_origin(told, self._origin, newest)
            # FAISS believes what it reads: only bytes that are surely ours reach it.
            if _digest(stream) != told["sha256"]:
                raise ValueError("its checksum differs")
            stream.seek(HEADER_BYTES)
            self._index = faiss.read_index(faiss.PyCallbackIOReader(stream.read))
        self.generation, self._last, self._laid_out = told["generation"], told["last"], told["laid out"]
        self._saved = self._last


class _HashingWriter:
    """Passes on what is written, and hashes it on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def write(self, chunk: bytes) -> int:
        self.digest.update(chunk)
        return self._stream.write(chunk)


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
