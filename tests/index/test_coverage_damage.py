from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from damage import empty, garble
from fakes import FakeEncoder

from index.coverage import Coverage
from index.errors import StoreError
from index.records import Query

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOPICS = ["harbour", "river", "bridge", "mayor", "winter", "skater", "dyke", "ferry"]
QUESTIONS = ["Which ferry left the harbour?", "river dyke", "Who saw the mayor of the bridge?", "skater"]


def write(folder: Path, name: str, text: str) -> str:
    """A file with this text; its path."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"title: News of {name}\nlanguage: en\n\n{text}", encoding="utf-8")
    return str(folder / name)


def write_news(folder: Path) -> str:
    """Articles about each two of the topics; the folder's path."""
    for one in TOPICS:
        for other in TOPICS:
            write(
                folder, f"{one}-{other}.txt", f"The {one} stood by the {other}. " + f"A {one} is old. " * 30
            )
    return str(folder)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with 64 articles, closed."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        coverage.index([write_news(tmp_path / "news")])
    return tmp_path / "home"


def answers(home: Path) -> list[dict[str, Any]]:
    """What is answered to some questions by a coverage that has just been opened."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        return [coverage.ask(question, count=10).as_json() for question in QUESTIONS]


def garble_lexical(home: Path) -> None:
    """Overwrite a part of every file of the tantivy folder."""
    for file in (home / "lexical").iterdir():
        garble(file)


def swap(home: Path) -> None:
    """Put each index where the other should be."""
    (home / "dense.faiss").rename(home / "old")
    (home / "lexical" / "meta.json").rename(home / "dense.faiss")
    (home / "old").rename(home / "lexical" / "meta.json")


def truncate_all(home: Path) -> None:
    """Empty every file of both indexes."""
    for file in (home / "dense.faiss", *(home / "lexical").iterdir()):
        empty(file)


FAISS, BM25 = ["FAISS"], ["BM25"]
MISHAPS = [
    pytest.param(lambda home: (home / "dense.faiss").unlink(), FAISS, id="no FAISS file"),
    pytest.param(lambda home: garble(home / "dense.faiss"), FAISS, id="FAISS file garbled"),
    pytest.param(lambda home: empty(home / "dense.faiss"), FAISS, id="FAISS file empty"),
    pytest.param(lambda home: shutil.rmtree(home / "lexical"), BM25, id="no tantivy folder"),
    pytest.param(lambda home: (home / "lexical" / "state.json").unlink(), BM25, id="no note"),
    pytest.param(lambda home: (home / "lexical" / "meta.json").unlink(), BM25, id="no meta.json"),
    pytest.param(lambda home: garble(home / "lexical" / "state.json"), BM25, id="note garbled"),
    pytest.param(garble_lexical, BM25, id="tantivy folder garbled"),
    pytest.param(swap, ["FAISS", "BM25"], id="swapped"),
    pytest.param(truncate_all, ["FAISS", "BM25"], id="all empty"),
]


@pytest.mark.parametrize(("mishap", "named"), MISHAPS)
def test_damaged_indexes_are_built_anew_with_the_same_answers(
    home: Path, mishap: Callable[[Path], None], named: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """One warning for each index that is damaged, none after that, and every answer as it was."""
    before = answers(home)
    mishap(home)
    with caplog.at_level(logging.WARNING):
        assert answers(home) == before
    assert [record.message.split()[1] for record in caplog.records] == named
    assert all(
        record.message.endswith("; building it again from the database") and "\n" not in record.message
        for record in caplog.records
    )
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert answers(home) == before
    assert caplog.records == []


def test_a_sound_home_is_opened_without_a_word(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is built again, and no index file is touched."""
    before = {file: file.stat().st_mtime_ns for file in home.rglob("*.faiss")}
    with caplog.at_level(logging.INFO):
        answers(home)
    assert [record for record in caplog.records if record.name.startswith("index")] == []
    assert {file: file.stat().st_mtime_ns for file in home.rglob("*.faiss")} == before


def test_damage_is_healed_by_whoever_adds_next(home: Path, tmp_path: Path) -> None:
    """Indexing into a home without indexes builds them with the old articles and the new one."""
    (home / "dense.faiss").unlink()
    shutil.rmtree(home / "lexical")
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([write(tmp_path / "news", "new.txt", "Snow fell on lanterns.")])
        assert coverage.ask("snow lanterns").hits[0].article.id == "news/new.txt"
        dense, lexical = coverage._engines.current(wait=True)
        assert len(dense) == coverage.extent().passages
        assert lexical.search(Query("snow"), 10).keys() == {coverage.extent().passages}
        assert len(lexical.search(Query("harbour"), 100)) >= 15


@pytest.mark.parametrize("step", ["ask", "index", "remove"])
def test_a_database_from_a_backup_has_its_indexes_built_anew(home: Path, tmp_path: Path, step: str) -> None:
    """Indexes that are ahead of the database are not believed, whatever is done first."""
    shutil.copy(home / "dateline.db", tmp_path / "backup")
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([write(tmp_path / "late", "late.txt", "Snow fell on lanterns.")])
    shutil.copy(tmp_path / "backup", home / "dateline.db")
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        if step == "remove":
            coverage.remove(["news/ferry-ferry.txt"])
        if step == "index":
            coverage.index([write(tmp_path / "news", "new.txt", "Hail broke windows.")])
        assert coverage.ask("Snow on lanterns").hits[0].article.id != "late/late.txt"
        dense, lexical = coverage._engines.current(wait=True)
        assert len(dense) == coverage.extent().passages
        assert lexical.search(Query("lanterns"), 10) == {}
        coverage.index([write(tmp_path / "news", "rain.txt", "Rain fell on orchards.")])
        assert coverage.ask("Rain on orchards").hits[0].article.id == "news/rain.txt"
        assert len(dense) == coverage.extent().passages


@pytest.mark.parametrize(
    "mishap",
    [
        pytest.param(lambda home: shutil.rmtree(home / "lexical"), id="no tantivy folder"),
        pytest.param(lambda home: garble(home / "lexical" / "state.json"), id="note garbled"),
    ],
)
def test_damage_under_an_open_coverage_is_healed(
    home: Path, tmp_path: Path, mishap: Callable[[Path], None]
) -> None:
    """It goes on answering, takes in what is added, and both engines have it."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        before = coverage.ask("river dyke").hits
        mishap(home)
        assert coverage.ask("river dyke").hits == before
        coverage.index([write(tmp_path / "news", "new.txt", "Snow fell on lanterns.")])
        assert coverage.ask("snow lanterns").hits[0].article.id == "news/new.txt"
        _, lexical = coverage._engines.current(wait=True)
        assert lexical.search(Query("lanterns"), 10).keys() == {coverage.extent().passages}


def test_a_faiss_file_lost_under_an_open_coverage_is_no_loss(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The open coverage goes on, and the next one builds the file again."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.ask("river dyke")
        (home / "dense.faiss").unlink()
        coverage.index([write(tmp_path / "news", "new.txt", "Snow fell on lanterns.")])
        expected = coverage.ask("snow lanterns").hits
    with caplog.at_level(logging.WARNING), Coverage.open(home, encoder=FakeEncoder()) as coverage:
        assert coverage.ask("snow lanterns").hits == expected


def test_a_damaged_database_is_told_in_one_line(home: Path) -> None:
    """The one file that nothing can be built from is refused, not overwritten."""
    (home / "dateline.db").write_bytes(b"no database " * 1000)
    with pytest.raises(
        StoreError, match=r"dateline\.db cannot be used: .*; check that it is there"
    ) as caught:
        Coverage.open(home, encoder=FakeEncoder())
    assert "\n" not in str(caught.value)
    assert (home / "dateline.db").read_bytes() == b"no database " * 1000


def test_what_a_crash_left_behind_does_no_harm(home: Path) -> None:
    """A half-written file of a process that died is neither read nor in the way."""
    before = answers(home)
    (home / "dense.4242.partial").write_bytes(b"half")
    (home / "lexical" / "state.json.4242.lock").write_text("half", encoding="utf-8")
    (home / "lexical" / ".tantivy-writer.lock").write_text("", encoding="utf-8")
    assert answers(home) == before
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        assert coverage.remove(["news/ferry-ferry.txt"]) == ["news/ferry-ferry.txt"]
