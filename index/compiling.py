"""A sentence-transformers model compiled for OpenVINO: once, and held against the library's own.

That is done by a program of its own: what converts a model needs torch, and much memory, which nothing needs
afterwards.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from index.compiled import Compiled, UncompilableError, the_library
from index.kept_model import Note, Parts
from index.uncompiled import load_model, passage_prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import SentenceTransformer

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# So far the compiled model may be from the library's own; bfloat16 and padding leave .9999.
LEAST_COSINE = 0.995
# Texts of many lengths, one of them cut.
PROBES = (
    *("Who?", "Forty ships waited outside the harbour, and nobody was hurt."),
    *("Сорок кораблів. " * 9, "ice " * 600),
)
# In seconds; the model that ships takes ten. A large one is worth a longer wait, but not one without end.
PATIENCE = 1800


def compile_model(source: str, identity: str, file: Path) -> None:
    """Compile the model of a folder, and keep it in a file as the one that is known by `identity`.

    Raises:
        UncompilableError: it cannot be, it gives other embeddings then, or it cannot be kept.
    """
    try:
        the_library()
    except ImportError as error:
        raise UncompilableError(str(error)) from error
    # Nothing is imported from where somebody happens to stand.
    command = [sys.executable, "-P", "-m", __name__, source, identity, str(file)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UncompilableError(str(error)) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        told = said.rpartition("\n")[2] or f"its program ended with {done.returncode}"
        raise UncompilableError(told[:200])


def main(source: str, identity: str, file: str) -> None:
    """Compile the model of a folder into a file; raises whatever is in the way, which ends the program."""
    # What runs it puts it into the processor's best format.
    model = load_model(source, float32=True)
    parts = parts_of(model, identity)
    check(Compiled(parts), model)
    parts.write(Path(file))


def parts_of(model: SentenceTransformer, identity: str) -> Parts:
    """What a model is of once it is compiled, in half precision; raises whatever is in the way."""
    note, tokenizer = _note_of(model, identity), model.tokenizer.backend_tokenizer.to_str()
    return Parts(note, tokenizer, *_converted(model, note.inputs))


def check(compiled: Compiled, model: SentenceTransformer) -> None:
    """Hold what a compiled model gives, of texts together and alone, against what the library's gives.

    Raises:
        UncompilableError: it is something else.
    """
    for ours, theirs in (
        (compiled.passages, model.encode_document),
        (compiled.questions, model.encode_query),
    ):
        expected = np.asarray(theirs(list(PROBES), show_progress_bar=False))
        for found in (ours(PROBES), np.concatenate([ours([each]) for each in PROBES])):
            lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
            if not ((found * expected).sum(axis=1) >= LEAST_COSINE * lengths).all():
                raise UncompilableError("its embeddings are not the model's")


def _note_of(model: SentenceTransformer, identity: str) -> Note:
    prompts = model.prompts
    default = prompts.get(model.default_prompt_name or "") or ""
    tokenizer: Any = model.tokenizer
    return Note(
        identity,
        prompts.get("query", default) or "",
        passage_prompt(model),
        int(model.max_seq_length or 512),
        tuple(each for each in INPUTS if each in tokenizer.model_input_names),
        int(tokenizer.pad_token_id or 0),
    )


def _converted(model: SentenceTransformer, inputs: Sequence[str]) -> tuple[bytes, bytes]:
    """The network that is given these inputs, and its weights."""
    import torch

    openvino = the_library()
    # What ships as the converter would tell its makers of each use; this is the part of it that converts.
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    class Whole(torch.nn.Module):
        """All of the model's parts, one after the other."""

        def __init__(self) -> None:
            super().__init__()
            self.parts = torch.nn.ModuleList(model)

        def forward(
            self,
            input_ids: torch.Tensor,
            attention_mask: torch.Tensor,
            token_type_ids: torch.Tensor | None = None,
        ) -> torch.Tensor:
            features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            if token_type_ids is not None:
                features["token_type_ids"] = token_type_ids
            for part in self.parts:
                features = part(features)
            found: torch.Tensor = features["sentence_embedding"]
            return found

    example = {name: torch.ones(2, 8, dtype=torch.long) for name in inputs}
    # What tracing warns of is what the probes find, if it matters.
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        decoder = TorchScriptPythonDecoder(Whole().eval(), example_input=example)
        front = FrontEndManager().load_by_framework("pytorch")
        network = front.convert(front.load(decoder))
    with TemporaryDirectory() as folder:
        file = Path(folder, "network.xml")
        openvino.save_model(network, file)
        return file.read_bytes(), file.with_suffix(".bin").read_bytes()


if __name__ == "__main__":
    main(*sys.argv[1:])
