"""How a sentence-transformers model is loaded: from safetensors, in what the processor multiplies best."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch


SETTINGS = ("*.json", "*.txt", "*.model")
# So torch says it, or the C++ library.
NO_MEMORY = ("allocate memory", "not enough memory", "bad_alloc", "bad alloc")


@contextmanager
def loading(model: str, cure: str) -> Iterator[dict[str, Any]]:
    """The arguments to load a model with, by folder or name; import the library and load within.

    Raises:
        ModelError: what was done within failed; `cure` says what to do then.
    """
    # Read when transformers is imported: a folder needs no hub, and its progress bar is not ours.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from safetensors import SafetensorError

    try:
        _refuse_pickles(Path(model))
        yield _arguments(model)
    except (OSError, ValueError, ImportError, RuntimeError, LookupError, TypeError, SafetensorError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelError(f"the model '{model}' cannot be loaded ({reason}); {cure}") from error


@contextmanager
def allocating() -> Iterator[None]:
    """Let want of memory within be Python's own error for it; the libraries call it one like any other.

    Raises:
        MemoryError: there was not enough.
    """
    try:
        yield
    except RuntimeError as error:
        if any(words in str(error).lower() for words in NO_MEMORY):
            raise MemoryError("the model has not enough memory") from error
        raise


def has_bfloat16(capabilities: dict[str, Any]) -> bool:
    """Whether a processor, told by torch's capabilities, multiplies bfloat16 matrices in hardware.

    Elsewhere torch emulates them, which is slower than float32.
    """
    return any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def name_of(model: str, setting: str) -> str:
    """A folder's name with its weights' digest; any other name stands for itself.

    Raises:
        ModelError: the folder holds no safetensors; the message names the setting that led there.
    """
    folder = Path(model)
    return f"{folder.resolve().name}@{weights_digest(folder, setting)[:12]}" if folder.is_dir() else model


def weights_digest(folder: Path, setting: str) -> str:
    """SHA-256, in hex, of the folder's safetensors; of one file it is that file's own.

    Raises:
        ModelError: the folder holds no safetensors; the message names the setting that led there.
    """
    files = sorted(folder.rglob("*.safetensors"))
    if not files:
        raise ModelError(
            f"the model folder '{folder}' holds no .safetensors file; "
            f"set {setting} to the folder of a sentence-transformers model saved with safetensors"
        )
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def settings_digest(folder: Path) -> str:
    """SHA-256, in hex, of what stands beside the weights: settings, prompts, the tokenizer's words.

    Raises:
        OSError: they cannot be read, or there is no such folder.
    """
    digest = hashlib.sha256()
    if not folder.is_dir():
        raise NotADirectoryError(f"'{folder}' is no folder")
    for file in sorted(each for kind in SETTINGS for each in folder.rglob(kind)):
        digest.update(f"{file.relative_to(folder)} {file.stat().st_size} ".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _refuse_pickles(model: Path) -> None:
    """Let no layer be read out of a pickle: the library does so where a layer has no safetensors.

    Raises:
        ValueError: there is one.
    """
    for pickled in sorted(model.rglob("pytorch_model*.bin")) if model.is_dir() else ():
        if not any(pickled.parent.glob("*.safetensors")):
            raise ValueError(f"'{pickled.relative_to(model)}' is a pickle, with no safetensors beside it")


def best_format() -> torch.dtype:
    """The number format that the processor multiplies best."""
    import torch

    return torch.bfloat16 if has_bfloat16(dict(torch.cpu.get_capabilities())) else torch.float32


def _arguments(model: str) -> dict[str, Any]:
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    return {
        "device": "cpu",
        "local_files_only": Path(model).is_dir(),
        # Only safetensors: other weight files are pickles, and a pickle can run code.
        "model_kwargs": {"use_safetensors": True, "dtype": best_format()},
    }
