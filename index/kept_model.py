"""A compiled model as the home keeps it: one file with a checksum."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from index.replacing import replacing
from index.seal import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FORMAT = 1
# Bytes; prompts are the longest part of it.
LONGEST_NOTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Note:
    """What is to be known of a compiled model beside its network.

    `model` tells it from any other. `inputs` are what the network is given, besides the tokens'
    numbers; `pad` fills a row up. A text has `longest` tokens at most, special ones counted.
    """

    model: str
    question_prompt: str
    passage_prompt: str
    longest: int
    inputs: tuple[str, ...]
    pad: int


@dataclass(frozen=True, slots=True)
class Parts:
    """What a compiled model is of: a note, the tokenizer as JSON, the network and its weights."""

    note: Note
    tokenizer: str
    network: bytes
    weights: bytes

    @classmethod
    def read(cls, file: Path, model: str) -> Self:
        """Those of the model that is known by this, as a file keeps them.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: it is damaged, of another model, or in another form.
        """
        with file.open("rb") as kept:
            told = unseal(kept.readline(LONGEST_NOTE))
            if (told.get("format"), told.get("model")) != (FORMAT, model):
                raise ValueError(f"of the model '{told.get('model')}', in form {told.get('format')}")
            parts = [kept.read(size) for size in told.pop("sizes")]
        if told.pop("sha256") != _digest(parts):
            raise ValueError("its content is not as it was written")
        del told["format"]
        note = Note(**{**told, "inputs": tuple(told["inputs"])})
        return cls(note, parts[0].decode(), parts[1], parts[2])

    def write(self, file: Path) -> None:
        """Keep them in a file, in the place of what was there.

        Raises:
            OSError: it cannot be written.
        """
        parts = (self.tokenizer.encode(), self.network, self.weights)
        told = {"format": FORMAT, "sizes": [*map(len, parts)], "sha256": _digest(parts)}
        with replacing(file) as kept:
            kept.write(seal(told | asdict(self.note)) + b"\n")
            kept.writelines(parts)


def _digest(parts: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
