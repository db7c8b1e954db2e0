from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tiny_models import WINDOW, make_cross_encoder, make_encoder

from index import loading
from index.errors import ModelError
from index.reranker import BATCH, CrossEncoderReranker

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = "ice ship?"
TEXTS = ["harbour", "ice ship", "лід корабель", "зима " * 100, "", "mayor ice. harbour"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny cross-encoder."""
    return make_cross_encoder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossEncoderReranker:
    """A tiny cross-encoder, loaded once."""
    return CrossEncoderReranker(str(folder))


def test_each_text_has_a_score(reranker: CrossEncoderReranker) -> None:
    """One float32 for each, different for different texts, and none for none."""
    scores = reranker.score(QUESTION, TEXTS)
    assert scores.shape == (len(TEXTS),)
    assert scores.dtype == np.float32
    assert len({round(float(score), 2) for score in scores}) == len(TEXTS)
    assert reranker.score(QUESTION, []).shape == (0,)


def test_a_score_is_the_texts_own(reranker: CrossEncoderReranker) -> None:
    """In whatever order and company a text comes, across batches too."""
    scores = reranker.score(QUESTION, TEXTS)
    np.testing.assert_allclose(reranker.score(QUESTION, TEXTS[::-1]), scores[::-1], atol=0.3)
    alone = [float(reranker.score(QUESTION, [text])[0]) for text in TEXTS]
    np.testing.assert_allclose(alone, scores, atol=0.3)
    many = reranker.score(QUESTION, TEXTS * BATCH)
    np.testing.assert_allclose(many.reshape(BATCH, -1), np.tile(scores, (BATCH, 1)), atol=0.3)


def test_the_question_is_read_with_the_text(reranker: CrossEncoderReranker) -> None:
    """Another question gives the same texts other scores."""
    other = reranker.score("гавань зими?", TEXTS)
    assert np.abs(other - reranker.score(QUESTION, TEXTS)).max() > 1


def test_a_long_text_is_cut_and_not_refused(reranker: CrossEncoderReranker) -> None:
    """What stands beyond the model's window changes nothing."""
    long = "ice " * WINDOW
    scores = reranker.score(QUESTION, [long, f"{long} mayor harbour"])
    assert scores[0] == pytest.approx(scores[1], abs=0.3)


def test_threads_may_share_a_reranker(folder: Path) -> None:
    """Scoring at once gives what it gives alone, also where none has loaded the model yet."""
    reranker = CrossEncoderReranker(str(folder))
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: reranker.score(QUESTION, TEXTS), range(8)))
    for scores in together:
        np.testing.assert_allclose(scores, reranker.score(QUESTION, TEXTS), atol=0.3)


def test_near_scores_are_told_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are the model's logits, not squeezed into 0..1, and nearly the same in either precision."""
    found = {}
    for has in (True, False):
        monkeypatch.setattr(loading, "has_bfloat16", lambda _capabilities, has=has: has)
        found[has] = CrossEncoderReranker(str(folder)).score(QUESTION, TEXTS)
    assert found[False].max() > 1
    assert np.corrcoef(found[True], found[False])[0, 1] > 0.98


def test_it_is_known_by_its_folder_and_weights(reranker: CrossEncoderReranker) -> None:
    """The folder's name and twelve letters of a digest; a hub name is itself."""
    assert reranker.name.startswith("tiny@")
    assert len(reranker.name) == len("tiny@") + 12
    assert CrossEncoderReranker("someone/some-reranker").name == "someone/some-reranker"


CURE = "set DATELINE_RERANKER to the folder of a sentence-transformers cross-encoder .* or unset it"


def assert_refused(model: str, expected: str) -> None:
    """Scoring fails in one line that a person can act on."""
    with pytest.raises(ModelError, match=expected) as caught:
        CrossEncoderReranker(model).score(QUESTION, TEXTS)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("model", ["./no/such/folder", "nobody/no-such-model"])
def test_a_model_that_is_nowhere_is_told(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a missing folder nor, without a network, an unknown name can be loaded."""
    # The hub reads HF_HUB_OFFLINE into this when it is imported, which it may be already.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert_refused(model, f"the model '{model}' cannot be loaded .*; {CURE}")


def test_an_encoder_is_no_reranker(tmp_path: Path) -> None:
    """An embedding model would be given a head of random numbers, so it is refused."""
    folder = make_encoder(tmp_path / "encoder", {})
    assert_refused(str(folder), f"it is no cross-encoder but BertModel.*; {CURE}")


def test_a_model_of_several_scores_is_refused(tmp_path: Path) -> None:
    """As one that tells entailment from contradiction."""
    folder = make_cross_encoder(tmp_path / "three", labels=3)
    assert_refused(str(folder), f"it gives 3 scores a pair, not one.*; {CURE}")


def test_weights_of_another_kind_are_refused(folder: Path, tmp_path: Path) -> None:
    """Without safetensors nothing is opened, since other weights may be code."""
    shutil.copytree(folder, tmp_path / "pickled")
    (tmp_path / "pickled/model.safetensors").rename(tmp_path / "pickled/pytorch_model.bin")
    assert_refused(str(tmp_path / "pickled"), CURE)
    with pytest.raises(ModelError, match=r"holds no \.safetensors file; set DATELINE_RERANKER"):
        _ = CrossEncoderReranker(str(tmp_path / "pickled")).name
