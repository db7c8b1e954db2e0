"""The coverage of a set, made once for each content and model."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEncoder
from question_sets import ARTICLES, QUESTIONS, write_set

from index.errors import InputError
from index.evaluation import read_set
from index.evaluation.cache import WHOLE, open_indexed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.indexing import Report


@contextmanager
def no_bar(_total: int) -> Iterator[Callable[[Report], None]]:
    """Progress that nobody sees."""
    yield lambda _report: None


def opened(folder: Path, homes: Path, encoder: FakeEncoder) -> int:
    """Open the set's coverage; the number of its articles."""
    with open_indexed(read_set(folder).corpus, no_bar, homes=homes, encoder=encoder) as coverage:
        return coverage.extent().articles


def test_the_second_time_nothing_is_encoded(tmp_path: Path, encoder: FakeEncoder) -> None:
    """Neither the corpus is checked again nor anything indexed, by whatever name the set goes."""
    write_set(tmp_path / "set")
    assert opened(tmp_path / "set", tmp_path / "homes", encoder) == 3
    encoded = encoder.encoded
    (tmp_path / "set").rename(tmp_path / "renamed")
    assert opened(tmp_path / "renamed", tmp_path / "homes", encoder) == 3
    assert encoder.encoded == encoded


def test_another_content_or_model_has_another_coverage(tmp_path: Path, encoder: FakeEncoder) -> None:
    """Changed articles are not mixed with the old ones, and a model's vectors not with another's."""
    homes = tmp_path / "homes"
    opened(write_set(tmp_path / "set"), homes, encoder)
    opened(write_set(tmp_path / "set", {"bridge": ARTICLES["bridge"]}), homes, encoder)
    opened(tmp_path / "set", homes, FakeEncoder("another"))
    assert len(list(homes.iterdir())) == 3
    assert opened(tmp_path / "set", homes, encoder) == 1


def test_another_way_of_splitting_has_another_coverage(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is measured is what would be made today, not what was cached."""
    folder, homes = (
        write_set(tmp_path / "set", ARTICLES | {"long": "It rained all day. " * 100}),
        tmp_path / "homes",
    )
    opened(folder, homes, encoder)
    monkeypatch.setattr("index.passages.WORDS", 50)
    opened(folder, homes, encoder)
    assert len(list(homes.iterdir())) == 2


def test_changed_questions_need_no_indexing(tmp_path: Path, encoder: FakeEncoder) -> None:
    """Only the articles and the model make the coverage."""
    opened(write_set(tmp_path / "set"), tmp_path / "homes", encoder)
    encoded = encoder.encoded
    opened(write_set(tmp_path / "set", questions=QUESTIONS[:1]), tmp_path / "homes", encoder)
    assert encoder.encoded == encoded


def test_an_interrupted_indexing_goes_on(tmp_path: Path, encoder: FakeEncoder) -> None:
    """A coverage that is not known to be whole is made whole, and what it has is kept."""
    folder, homes = write_set(tmp_path / "set"), tmp_path / "homes"
    opened(folder, homes, encoder)
    (home,) = homes.iterdir()
    (home / WHOLE).write_text("1 articles in 1 passages\n")
    encoded = encoder.encoded
    assert opened(folder, homes, encoder) == 3
    assert encoder.encoded == encoded


def test_an_article_without_a_text_is_left_out(
    tmp_path: Path, encoder: FakeEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    """Many public sets have a few; a line says how many."""
    folder = write_set(tmp_path / "set", ARTICLES | {"empty": ""})
    with caplog.at_level(logging.WARNING):
        assert opened(folder, tmp_path / "homes", encoder) == 3
    assert "1 articles left out; the first: " in caplog.text


@pytest.mark.parametrize("articles", [{}, {"empty": " "}])
def test_a_corpus_without_articles_is_an_error(
    tmp_path: Path, encoder: FakeEncoder, articles: dict[str, str]
) -> None:
    """A set that has nothing to ask about is not measured."""
    with pytest.raises(InputError, match=r"corpus\.jsonl\.gz"):
        opened(write_set(tmp_path / "set", articles), tmp_path / "homes", encoder)


def test_a_broken_corpus_is_told_before_it_is_indexed(tmp_path: Path, encoder: FakeEncoder) -> None:
    """Not after half an hour of encoding."""
    folder = write_set(tmp_path / "set")
    (folder / "corpus.jsonl").write_text('{"_id": "a", "text": "Rain fell."}\nnonsense\n')
    with pytest.raises(InputError, match=r"corpus\.jsonl, line 2: not a JSON object"):
        opened(folder, tmp_path / "homes", encoder)
    assert encoder.encoded == 0
