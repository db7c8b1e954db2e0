"""A model's folder that somebody else has made: nothing in it is run, and no pickle is read."""

from __future__ import annotations

import json
import pickle
import shutil
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from tiny_models import make_cross_encoder, make_encoder

from index.encoder import SentenceEncoder
from index.errors import DatelineError
from index.reranker import CrossEncoderReranker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE = "from pathlib import Path\nPath({trace!r}).touch()\nclass Evil:\n    load = from_pretrained = print\n"
WEIGHTS = "model.safetensors"


class Touch:
    """What touches a file when it is read out of a pickle."""

    def __init__(self, trace: Path) -> None:
        self._trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self._trace).touch, (self._trace,)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model as it should be."""
    return make_encoder(tmp_path_factory.mktemp("models") / "sound", {})


@pytest.fixture(scope="module")
def sound_reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small cross-encoder as it should be."""
    return make_cross_encoder(tmp_path_factory.mktemp("models") / "reranker")


def change(file: Path, **fields: Any) -> None:
    """Put fields into a JSON file."""
    told = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(told | fields))


def pickles_alone(model: Path, trace: Path) -> None:
    """The weights are a pickle."""
    (model / WEIGHTS).unlink()
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Touch(trace)))


def pickle_beside_a_decoy(model: Path, trace: Path) -> None:
    """The weights are a pickle, and a file that is not used is safetensors."""
    (model / "decoy").mkdir()
    (model / WEIGHTS).rename(model / "decoy" / WEIGHTS)
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Touch(trace)))


def code_in_the_modules(model: Path, trace: Path) -> None:
    """A module is of a class in the folder."""
    (model / "evil.py").write_text(CODE.format(trace=str(trace)))
    (model / "modules.json").write_text(
        json.dumps([{"idx": 0, "name": "0", "path": "", "type": "evil.Evil"}])
    )


def class_of_python(model: Path, trace: Path) -> None:
    """A module is a class that is installed, and none of the library's."""
    told = [{"idx": 0, "name": "0", "path": str(trace), "type": "pathlib.Path"}]
    (model / "modules.json").write_text(json.dumps(told))


def code_of_its_own(model: Path, trace: Path) -> None:
    """The configuration maps the model to a class in the folder."""
    (model / "evil.py").write_text(CODE.format(trace=str(trace)))
    mapped = dict.fromkeys(("AutoModel", "AutoConfig", "AutoModelForSequenceClassification"), "evil.Evil")
    change(model / "config.json", auto_map=mapped, model_type="evil")


def code_of_the_tokenizer(model: Path, trace: Path) -> None:
    """The tokenizer is of a class in the folder."""
    (model / "evil.py").write_text(CODE.format(trace=str(trace)))
    mapped = {"AutoTokenizer": ["evil.Evil", "evil.Evil"]}
    change(model / "tokenizer_config.json", auto_map=mapped, tokenizer_class="Evil")


def link_to_elsewhere(model: Path, _trace: Path) -> None:
    """The weights are a link to a file of the system."""
    (model / WEIGHTS).unlink()
    (model / WEIGHTS).symlink_to("/etc/passwd")


def noise(model: Path, _trace: Path) -> None:
    """The weights are noise."""
    (model / WEIGHTS).write_bytes(b"\x80\x04" + bytes(range(256)) * 40)


def huge_header(model: Path, _trace: Path) -> None:
    """The weights claim a header of exabytes."""
    (model / WEIGHTS).write_bytes(struct.pack("<Q", 2**62) + b"{}")


def deep_header(model: Path, _trace: Path) -> None:
    """The weights' header is nested without end."""
    (model / WEIGHTS).write_bytes(struct.pack("<Q", 100_000) + b"[" * 100_000)


def overlapping(model: Path, _trace: Path) -> None:
    """The weights lie outside their file."""
    head = json.dumps({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}).encode()
    (model / WEIGHTS).write_bytes(struct.pack("<Q", len(head)) + head + bytes(8))


def pickle_renamed(model: Path, trace: Path) -> None:
    """The weights are a pickle that is called safetensors."""
    (model / WEIGHTS).write_bytes(pickle.dumps(Touch(trace)))


TAMPERED = (
    *(pickles_alone, pickle_beside_a_decoy, code_of_its_own),
    *(link_to_elsewhere, noise, huge_header, deep_header, overlapping, pickle_renamed),
)


def _named(tamper: Callable[[Path, Path], None]) -> str:
    return tamper.__name__


def named_and_asked(model: SentenceEncoder | CrossEncoderReranker) -> str:
    """The name of a model, which is then asked for something."""
    name = model.name
    if isinstance(model, SentenceEncoder):
        model.encode_question("How many ships waited?")
    else:
        model.score("How many ships waited?", ["Forty."])
    return name


@pytest.mark.parametrize("tamper", [*TAMPERED, code_in_the_modules, class_of_python], ids=_named)
def test_model_is_refused(sound: Path, tmp_path: Path, tamper: Callable[[Path, Path], None]) -> None:
    """A model's folder holds code, a pickle or no weights: it is refused in one line, and nothing is run."""
    model, trace = tmp_path / "model", tmp_path / "trace"
    shutil.copytree(sound, model)
    tamper(model, trace)
    with pytest.raises(DatelineError) as refused:
        named_and_asked(SentenceEncoder(str(model)))
    assert "\n" not in str(refused.value)
    assert not trace.exists()


@pytest.mark.parametrize("tamper", TAMPERED, ids=_named)
def test_reranker_is_refused(
    sound_reranker: Path, tmp_path: Path, tamper: Callable[[Path, Path], None]
) -> None:
    """A cross-encoder's folder holds code, a pickle or no weights: it is refused, and nothing is run."""
    model, trace = tmp_path / "model", tmp_path / "trace"
    shutil.copytree(sound_reranker, model)
    tamper(model, trace)
    with pytest.raises(DatelineError):
        named_and_asked(CrossEncoderReranker(str(model)))
    assert not trace.exists()


def test_tokenizer_of_its_own(sound: Path, tmp_path: Path) -> None:
    """A tokenizer of a class in the folder is not run, whether the model is refused or read without it."""
    model, trace = tmp_path / "model", tmp_path / "trace"
    shutil.copytree(sound, model)
    code_of_the_tokenizer(model, trace)
    with suppress(DatelineError):
        named_and_asked(SentenceEncoder(str(model)))
    assert not trace.exists()


@pytest.mark.parametrize("kind", ["safetensors", "pickle"])
def test_layer_that_is_a_pickle(sound: Path, tmp_path: Path, kind: str) -> None:
    """One layer of a model has its weights in a pickle, all others in safetensors: that one is not read."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense

    model = tmp_path / "model"
    made = SentenceTransformer(str(sound), device="cpu", local_files_only=True)
    made.append(Dense(32, 32))
    made.save_pretrained(str(model), create_model_card=False)
    layer = next(file for file in model.rglob(WEIGHTS) if file.parent.name.endswith("Dense"))
    if kind == "safetensors":
        assert SentenceEncoder(str(model)).encode_question("How many ships waited?").shape == (32,)
        return
    layer.unlink()
    torch.save(made[-1].state_dict(), layer.with_name("pytorch_model.bin"))
    with pytest.raises(DatelineError, match="safetensors"):
        SentenceEncoder(str(model)).encode_question("How many ships waited?")
