from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from damage import cut, delete, empty, flip, garble
from tiny_models import make_encoder

from index import compiling, kept_model
from index.compiled import Compiled, UncompilableError
from index.encoder import COMPILED, SentenceEncoder
from index.kept_model import Parts
from index.uncompiled import load_model

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PROMPTS = {"query": "query: ", "document": "passage: "}
TEXTS = ["ice", "ship harbour mayor. " * 30, "лід гавань?", "", "зима"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny model with prompts, in a folder."""
    return str(make_encoder(tmp_path_factory.mktemp("models") / "tiny", PROMPTS))


@pytest.fixture(scope="module")
def kept(model: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It, compiled, in its file."""
    file = tmp_path_factory.mktemp("kept") / COMPILED
    SentenceEncoder(model, file).encode_question("ice")
    return file


@pytest.fixture
def file(kept: Path, tmp_path: Path) -> Path:
    """A copy of that file."""
    (tmp_path / "home").mkdir()
    return Path(shutil.copy(kept, tmp_path / "home"))


def vectors(encoder: SentenceEncoder) -> bytes:
    """What an encoder makes of some texts."""
    return encoder.encode_passages(TEXTS).tobytes() + encoder.encode_questions(TEXTS).tobytes()


def test_it_is_made_once_and_kept(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one reads the file, and gives the same to the bit, window and counts too."""
    file = tmp_path / COMPILED
    made = SentenceEncoder(model, file)
    expected = vectors(made)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("made again"))
    kept = SentenceEncoder(model, file)
    assert vectors(kept) == expected
    assert (kept.window, kept.precision) == (made.window, made.precision)
    assert kept.window == 44
    assert kept.count_tokens(TEXTS) == made.count_tokens(TEXTS) == [1, 120, 3, 0, 1]
    assert [each.name for each in tmp_path.iterdir()] == [COMPILED]


def test_it_is_as_the_librarys_own(model: str, file: Path) -> None:
    """Without a file to keep it in the library serves, and the compiled model gives what that gives."""
    ours, theirs = SentenceEncoder(model, file), SentenceEncoder(model)
    assert ours.window == theirs.window
    assert ours.count_tokens(TEXTS) == theirs.count_tokens(TEXTS)
    for found, expected in (
        (ours.encode_passages(TEXTS), theirs.encode_passages(TEXTS)),
        (ours.encode_questions(TEXTS), theirs.encode_questions(TEXTS)),
    ):
        assert (found * expected).sum(axis=1).min() > 0.998
    assert ours.encode_passages([]).size == ours.encode_questions([]).size == 0


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("raise Exception('no such operation')", "Exception: no such operation"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "its program ended with -9"),
        ("import time; time.sleep(60)", "timed out after 2 seconds"),
        (None, "No such file or directory"),
    ],
)
def test_a_model_that_cannot_be_compiled_is_the_librarys_own(
    program: str | None,
    why: str,
    model: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever becomes of the program that compiles, it serves, nothing is kept, and a line says why."""
    caplog.set_level(logging.INFO, "index")
    python = tmp_path / "python"
    if program is not None:
        python.write_text(f"#!{sys.executable}\n{program}\n", encoding="utf-8")
        python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(compiling, "PATIENCE", 2)
    home = tmp_path / "home"
    home.mkdir()
    assert vectors(SentenceEncoder(model, home / COMPILED)) == vectors(SentenceEncoder(model))
    assert list(home.iterdir()) == []
    (line,) = (record.getMessage() for record in caplog.records if record.name == "index.encoder")
    assert line.startswith("the model is not compiled, which would be quicker: ")
    assert why in line


def test_one_that_differs_is_not_used(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What gives other embeddings than the library's is held back, and not kept."""
    other = load_model(str(make_encoder(tmp_path / "other", {})), float32=True)
    monkeypatch.setattr(compiling, "load_model", lambda *_, **__: load_model(model, float32=True))
    monkeypatch.setattr(compiling, "parts_of", lambda _, name, made=compiling.parts_of: made(other, name))
    with pytest.raises(UncompilableError, match="its embeddings are not the model's"):
        compiling.main(model, "other", str(tmp_path / COMPILED))
    assert not (tmp_path / COMPILED).exists()


def test_nothing_is_imported_from_where_somebody_stands(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of theirs that is called as one of Dateline's is not run."""
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "__init__.py").write_text("raise SystemExit('theirs')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    SentenceEncoder(model, tmp_path / COMPILED).encode_question("ice")
    assert (tmp_path / COMPILED).exists()


def test_one_failure_spoils_nothing_that_follows(
    model: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a batch that fails, as for want of memory, the next are encoded as ever."""
    encoder = SentenceEncoder(model, file)
    expected = vectors(encoder)
    # No network takes what has three dimensions.
    monkeypatch.setattr(Compiled, "_fed", lambda *_: {"input_ids": np.zeros((1, 2, 3), dtype=np.int64)})
    for encode in (encoder.encode_passages, encoder.encode_questions) * 4:
        with pytest.raises(RuntimeError, match="shape"):
            encode(TEXTS)
    monkeypatch.undo()
    assert vectors(encoder) == expected


def turn_in_note(file: Path) -> None:
    """Turn a bit of the note."""
    with file.open("r+b") as opened:
        opened.seek(20)
        (byte,) = opened.read(1)
        opened.seek(20)
        opened.write(bytes([byte ^ 1]))


@pytest.mark.parametrize("harm", [cut, empty, flip, garble, turn_in_note, delete])
def test_a_damaged_file_is_not_read(harm: Callable[[Path], None], file: Path) -> None:
    """Whatever became of it, it is noticed."""
    with file.open("rb") as opened:
        name = json.loads(opened.readline())["model"]
    assert Compiled.read(file, name).window == 44
    harm(file)
    with pytest.raises(UncompilableError):
        Compiled.read(file, name)


def test_a_damaged_file_is_made_anew(model: str, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is read is the model's all the same, and the next one finds the file whole."""
    caplog.set_level(logging.INFO, "index")
    expected = vectors(SentenceEncoder(model, file))
    garble(file)
    assert vectors(SentenceEncoder(model, file)) == expected
    assert "the compiled model is made anew: its content is not as it was written" in caplog.text
    caplog.clear()
    assert vectors(SentenceEncoder(model, file)) == expected
    assert caplog.text == ""


def test_that_of_another_model_is_not_taken(
    model: str, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor that of the same weights with other prompts, as when somebody has changed them."""
    caplog.set_level(logging.INFO, "index")
    changing = tmp_path / "tiny"
    shutil.copytree(model, changing)
    told = changing / "config_sentence_transformers.json"
    told.write_text(told.read_text(encoding="utf-8").replace("query: ", "mayor: "), encoding="utf-8")
    before = vectors(SentenceEncoder(model, file))
    changed = SentenceEncoder(str(changing), file)
    assert vectors(changed) != before
    assert "the compiled model is made anew: of the model 'tiny@" in caplog.text
    assert changed.encode_question("ice") @ SentenceEncoder(str(changing)).encode_question("ice") > 0.998


def test_a_file_in_another_form_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another Dateline may keep it otherwise."""
    monkeypatch.setattr(kept_model, "FORMAT", 2)
    with pytest.raises(ValueError, match="in form 1"):
        Parts.read(file, "tiny")


def test_where_it_cannot_be_kept_the_library_serves(
    model: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As in a home that cannot be written; a line says why."""
    caplog.set_level(logging.INFO, "index")
    assert vectors(SentenceEncoder(model, tmp_path / "missing" / COMPILED)) == vectors(SentenceEncoder(model))
    assert "the model is not compiled, which would be quicker: FileNotFoundError: " in caplog.text


def test_batches_of_any_size_give_each_text_its_own(model: str, file: Path) -> None:
    """However many texts of however many lengths stand together, each has the vector that it has alone."""
    encoder = SentenceEncoder(model, file)
    texts = [f"{'ship ' * (place * 7 % 23)}harbour mayor ice {'?' * (place % 5)}" for place in range(43)]
    alone = np.stack([encoder.encode_passages([text])[0] for text in texts])
    assert (encoder.encode_passages(texts) * alone).sum(axis=1).min() > 0.999


def test_a_program_that_lets_models_go_is_not_ended_by_a_signal(model: str, file: Path) -> None:
    """It handles a signal after some models were used, and the first of them was let go first."""
    told = f"""
import gc, signal
from pathlib import Path
from index.encoder import SentenceEncoder
signal.signal(signal.SIGTERM, lambda *_: print("handled"))
some = [SentenceEncoder({model!r}, Path({str(file)!r})) for _ in range(3)]
for each in some:
    each.encode_question("ice")
del each
while some:
    del some[0]
    gc.collect()
signal.raise_signal(signal.SIGTERM)
"""
    assert run(told) == "handled\n"


def run(program: str) -> str:
    """What a program writes, run beside this one to its good end."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_what_is_kept_needs_neither_torch_nor_transformers(model: str, file: Path) -> None:
    """A program that finds it there imports neither, nor what tells OpenVINO's makers of its use."""
    told = (
        "import sys; from pathlib import Path; from index.encoder import SentenceEncoder; "
        f"SentenceEncoder({model!r}, Path({str(file)!r})).encode_question('ice'); "
        "print(sorted({name.partition('.')[0] for name in sys.modules if sys.modules[name]}))"
    )
    imported = set(run(told).strip("[]\n").replace("'", "").split(", "))
    assert "openvino" in imported
    assert not imported & {"torch", "transformers", "sentence_transformers", "openvino_telemetry"}
