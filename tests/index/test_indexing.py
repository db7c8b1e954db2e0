from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fakes import FakeEncoder

from index import indexing
from index.coverage import DATABASE, Coverage
from index.passages import split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.encoder import Embeddings
    from index.indexing import Report
    from index.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of inputs, beside the coverage's home, in the folder that the person is in."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


@pytest.fixture
def store(coverage: Coverage) -> Store:
    """The coverage's database."""
    return coverage._store


def write(folder: Path, name: str, text: str, **header: str) -> str:
    """A file with this text and header, whose title is its name; its path as a person types it."""
    lines = [f"{key}: {value}" for key, value in ({"title": name, "language": "en"} | header).items()]
    (folder / name).write_text("\n".join([*lines, "", text]), encoding="utf-8")
    return f"{folder.name}/{name}"


def long_text(word: str, passages: int) -> str:
    """Text that makes so many passages of 100 words."""
    return " ".join([f"{word.capitalize()} {'wind ' * 18}here."] * 5 * passages)


def texts(store: Store) -> dict[str, str]:
    """The text of each stored article, by id."""
    return {article.id: article.text for article in store.articles()}


def assert_sound(store: Store) -> None:
    """Every stored article has the passages, and these the embeddings, that it should have."""
    encoder = FakeEncoder()
    for article in store.articles():
        expected = split(article, encoder.count_tokens, encoder.window)
        assert store.spans(article.id) == [(passage.start, passage.end) for passage in expected]
    stored = {
        number: row
        for numbers, rows in store.embeddings_since(0)
        for number, row in zip(numbers, rows, strict=True)
    }
    for batch in store.texts_since(0):
        for number, (passage, article) in batch:
            assert passage.text == article.text[passage.start : passage.end]
            vector = encoder.encode_question(f"{article.title}. {passage.text}")
            np.testing.assert_allclose(stored[number], vector, atol=1e-3)


def test_what_is_new_is_added(coverage: Coverage, store: Store, encoder: FakeEncoder, news: Path) -> None:
    """Articles and passages are counted, stored, and encoded once, with their titles."""
    write(news, "a.txt", "Ice held.")
    write(news, "b.txt", long_text("rain", 3))
    report = coverage.index(["news"])
    assert (report.added, report.updated, report.unchanged, report.passages) == (2, 0, 0, 4)
    assert (report.skipped, report.noticed, report.barren) == ([], [], [])
    assert encoder.encoded == 4
    assert texts(store).keys() == {"news/a.txt", "news/b.txt"}
    assert_sound(store)


def test_indexing_again_encodes_nothing(
    coverage: Coverage, store: Store, encoder: FakeEncoder, news: Path
) -> None:
    """The same articles are unchanged, and the database stays at its generation."""
    write(news, "a.txt", "Ice held.")
    write(news, "b.txt", "Rain fell.")
    coverage.index(["news"])
    generation, encoder.encoded = store.generation(), 0
    report = coverage.index(["news"])
    assert (report.added, report.updated, report.unchanged, report.articles) == (0, 0, 2, 2)
    assert report.barren == []
    assert (encoder.encoded, store.generation()) == (0, generation)


@pytest.mark.parametrize(
    ("text", "header"),
    [("Ice broke.", {}), ("Ice held.", {"title": "Thaw"}), ("Ice held.", {"date": "2025-01-11"})],
)
def test_a_changed_file_replaces_its_article(
    coverage: Coverage, store: Store, encoder: FakeEncoder, news: Path, text: str, header: dict[str, str]
) -> None:
    """Another text, title or date is an update, and nothing else is encoded."""
    given = write(news, "a.txt", "Ice held.")
    write(news, "b.txt", "Rain fell.")
    coverage.index(["news"])
    encoder.encoded = 0
    write(news, "a.txt", text, **header)
    report = coverage.index(["news"])
    assert (report.added, report.updated, report.unchanged, report.noticed) == (0, 1, 1, [])
    assert encoder.encoded == 1
    assert texts(store) == {given: text, "news/b.txt": "Rain fell."}
    assert len(store.removed_since(0)) == 1
    assert_sound(store)


def test_a_broken_file_does_not_stop_the_good_ones(coverage: Coverage, store: Store, news: Path) -> None:
    """It is skipped with its reason, and the others are stored."""
    write(news, "a.txt", "Ice held.")
    (news / "b.txt").write_bytes(b"caf\xe9")
    (news / "c.pdf").write_bytes(b"%PDF")
    write(news, "d.txt", "Rain fell.")
    report = coverage.index(["news"])
    assert report.added == 2
    assert [each.input for each in report.skipped] == ["news/b.txt", "news/c.pdf"]
    assert "save it as UTF-8" in report.skipped[0].reason
    assert texts(store).keys() == {"news/a.txt", "news/d.txt"}


def test_inputs_without_an_article_are_told(coverage: Coverage, news: Path) -> None:
    """Each ends up in `barren` with its reason, and the other inputs are indexed."""
    good = write(news, "a.txt", "Ice held.")
    for name in ("void", "bad"):
        (news.parent / name).mkdir()
    (news.parent / "bad" / "a.txt").write_text("", encoding="utf-8")
    (news.parent / "bad" / "b.pdf").write_bytes(b"%PDF")
    report = coverage.index(["nowhere", "void", good, "bad", "bad/a.txt"])
    assert report.added == 1
    assert [(each.input, each.reason) for each in report.barren] == [
        ("nowhere", "no such file or folder; check the spelling"),
        ("void", "holds no article"),
        ("bad", "none of its 2 files or lines is an article; the first: no text in it"),
        ("bad/a.txt", "no text in it"),
    ]


def test_an_id_twice_in_a_run_is_skipped(coverage: Coverage, store: Store, news: Path) -> None:
    """The first article keeps the id; the message names it and says what to do."""
    write(news, "a.txt", "Ice held.", id="x")
    write(news, "b.txt", "Rain fell.", id="x")
    report = coverage.index(["news"])
    assert report.added == 1
    (skipped,) = report.skipped
    reason = "its id 'x' is that of an earlier article of this run; give it another"
    assert (skipped.input, skipped.reason) == ("news/b.txt", reason)
    assert texts(store) == {"x": "Ice held."}


def test_a_file_named_twice_is_read_once(coverage: Coverage, encoder: FakeEncoder, news: Path) -> None:
    """A folder and a file in it give the article once, and neither input is barren."""
    given = write(news, "a.txt", "Ice held.")
    report = coverage.index(["news", given, "news"])
    assert (report.added, report.unchanged, report.repeated) == (1, 0, 2)
    assert (report.skipped, report.barren) == ([], [])
    assert encoder.encoded == 1


def test_an_article_of_another_file_is_replaced_with_a_word(
    coverage: Coverage, store: Store, news: Path
) -> None:
    """The remark names the id and where the old one came from."""
    coverage.index([write(news, "a.txt", "Ice held.", id="x")])
    report = coverage.index([write(news, "b.txt", "Rain fell.", id="x")])
    assert (report.updated, texts(store)) == (1, {"x": "Rain fell."})
    (noticed,) = report.noticed
    assert (noticed.input, noticed.remark) == (
        "news/b.txt",
        "replaces the article 'x' that came from news/a.txt",
    )


def test_a_word_about_an_article_is_passed_on(coverage: Coverage, news: Path) -> None:
    """A date that nobody understands is noticed, and the article is stored undated."""
    report = coverage.index([write(news, "a.txt", "Ice held.", date="13/13/2025")])
    assert report.added == 1
    assert [each.input for each in report.noticed] == ["news/a.txt"]
    assert coverage.extent().newest is None


def test_what_is_told_is_stored(
    coverage: Coverage, store: Store, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever `tell` is called, all that the report counts can be read from the database."""
    monkeypatch.setattr(indexing, "TOGETHER", 4)
    for at in range(12):
        write(news, f"{at:02}.txt", long_text("rain", 1 + at % 3))
    told: list[int] = []

    def tell(report: Report) -> None:
        assert store.extent().articles == report.articles
        assert store.extent().passages == report.passages
        told.append(report.articles)

    report = coverage.index(["news"], tell)
    assert told == sorted(told)
    assert told[-1] == report.articles == 12
    assert len(set(told)) > 3
    assert report.passages == 24
    assert_sound(store)


def test_an_interrupted_run_keeps_what_it_told(
    coverage: Coverage, store: Store, encoder: FakeEncoder, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after the first batch leaves that batch stored, and the next run encodes only the rest."""
    monkeypatch.setattr(indexing, "TOGETHER", 4)
    for at in range(12):
        write(news, f"{at:02}.txt", f"Rain fell on day {at}.")

    def interrupt(report: Report) -> None:
        if report.added:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        coverage.index(["news"], interrupt)
    assert sorted(texts(store)) == [f"news/{at:02}.txt" for at in range(4)]
    assert {hit.article.id for hit in coverage.ask("rain", count=20).hits} == texts(store).keys()
    encoder.encoded = 0
    report = coverage.index(["news"])
    assert (report.added, report.unchanged, encoder.encoded) == (8, 4, 8)
    assert len(coverage.ask("rain", count=20).hits) == 12
    assert_sound(store)


class Failing(FakeEncoder):
    """An encoder that fails when it is asked for more than two texts altogether."""

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """As the fake does, while it does."""
        if self.encoded + len(texts) > 2:
            raise MemoryError
        return super().encode_passages(texts)


def test_a_failing_encoder_loses_no_stored_batch(tmp_path: Path, news: Path) -> None:
    """What was stored before stays, nothing half is stored, and a sound encoder goes on."""
    given = [write(news, f"{name}.txt", f"{name} fell.") for name in ("rain", "snow", "hail")]
    with Coverage.open(tmp_path / "home", encoder=Failing()) as coverage:
        with pytest.raises(MemoryError):
            coverage.index(given)
        assert coverage.extent().articles == 2
    encoder = FakeEncoder()
    with Coverage.open(tmp_path / "home", encoder=encoder) as coverage:
        assert coverage.index(given).added == 1
        assert encoder.encoded == 1
        assert coverage.ask("hail").hits[0].article.id == "news/hail.txt"


def test_ids_are_relative_to_the_folder_of_the_home(
    coverage: Coverage, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From wherever it is run, and however the path is written, an article is the same one."""
    write(news, "a.txt", "Ice held.")
    coverage.index([str(news)])
    monkeypatch.chdir(news)
    assert coverage.index(["."]).unchanged == 1
    report = coverage.index(["a.txt", "../news"])
    assert (report.unchanged, report.repeated) == (1, 1)


SCRIPT = """
import sys
import time
from pathlib import Path

from fakes import FakeEncoder
from index.coverage import Coverage


class Slow(FakeEncoder):
    def encode_passages(self, texts):
        time.sleep(0.03)
        return super().encode_passages(texts)


home, *inputs = sys.argv[1:]
with Coverage.open(Path(home), encoder=Slow()) as coverage:
    coverage.index(inputs, lambda report: print(report.added, flush=True))
"""


def killed(home: Path, inputs: list[str], lines: int) -> int:
    """Index in a process that is killed after so many lines; how many articles it told were added."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", SCRIPT, str(home), *inputs]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        told = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
    # The last line may be cut.
    return max(int(line) for line in told if line.endswith("\n"))


def found(coverage: Coverage) -> set[str]:
    """The ids of the articles that a question finds; those much alike stand behind one another."""
    hits = coverage.ask("rain", count=40).hits
    return {article.id for hit in hits for article in (hit.article, *hit.also)}


@pytest.mark.parametrize("lines", [2, 15, 32])
def test_a_killed_run_keeps_what_it_told(tmp_path: Path, news: Path, lines: int) -> None:
    """After SIGKILL all that was told is stored, whole, and the next run finishes the rest."""
    given = [
        write(news, f"{at:02}.txt", f"Rain fell on day {at}. " + long_text("rain", 2)) for at in range(16)
    ]
    told = killed(tmp_path / "home", given, lines)
    assert 0 < told <= 16
    encoder = FakeEncoder()
    with Coverage.open(tmp_path / "home", encoder=encoder) as coverage:
        stored = texts(coverage._store)
        assert set(stored) >= set(given[:told])
        assert_sound(coverage._store)
        assert found(coverage) == set(stored)
        report = coverage.index(given)
        assert (report.added, report.unchanged, report.updated) == (16 - len(stored), len(stored), 0)
        assert encoder.encoded == report.passages == 2 * report.added
        assert_sound(coverage._store)
        assert found(coverage) == set(texts(coverage._store))
        assert coverage.extent().passages == 32
    assert (tmp_path / "home" / DATABASE).exists()
