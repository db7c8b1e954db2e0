from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from damage import KINDS, Scene, empty, files_of, flip_bit, garble
from damaged import GOOD, Made, Said, diagnose, judge, make_homes, use
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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A home with two versions of sixty articles, another one, and what was indexed."""
    return make_homes(tmp_path_factory.mktemp("made"), killed=False)


@pytest.fixture(scope="module")
def before(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What the undamaged home says."""
    sound = tmp_path_factory.mktemp("sound") / "home"
    shutil.copytree(made.home, sound)
    said = use(sound, made.news)
    assert (said.error, said.trace, said.logged, said.wrong(made.originals)) == (None, None, [], [])
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_damage_is_found_healed_or_reported(
    made: Made, before: Said, tmp_path: Path, kind: str
) -> None:
    """To the database, and to one of the other files in turn; no wrong word is quoted, nothing replaced."""
    if kind == "nobody's to read" and os.getuid() == 0:
        pytest.skip("root may read everything; benchmarks/damaging.py does it as somebody else")
    others = [path for path in files_of(made.home) if path.name != "dateline.db"]
    turn = others[list(KINDS).index(kind) % len(others)]
    for path in (made.home / "dateline.db", turn):
        file = path.relative_to(made.home)
        copies = tmp_path / file.name / "used", tmp_path / file.name / "looked-at"
        for copy in copies:
            shutil.copytree(made.home, copy)
            KINDS[kind](copy / file, Scene(copy, made.foreign, made.older, Random(6)))  # noqa: S311 - no secret
        doctor = diagnose(copies[1])
        says = use(copies[0], made.news), use(copies[0], made.news)
        verdict = judge(before, says, doctor, made, exchanged=path.name == "dateline.db")
        assert verdict in GOOD, (str(file), says, doctor)
        assert says[0].error or any(says[0].best[:-1]), f"{file} was replaced by an empty database"


def test_a_letter_changed_on_the_disk_is_never_quoted(made: Made, tmp_path: Path) -> None:
    """SQLite does not see it; the article's digest does, in answers, in kept ones and in what is newest."""
    raw = (made.home / "dateline.db").read_bytes()
    words = b"The ferry of the gazette told the skater number 3 things"
    home = tmp_path / "home"
    shutil.copytree(made.home, home)
    place, flipped = raw.find(words), 0
    while place >= 0:
        flip_bit(home / "dateline.db", place + 5, bit=1)
        flipped += 1
        place = raw.find(words, place + 1)
    assert flipped
    said = use(home, made.news)
    assert said.wrong(made.originals) == []
    assert any("the article 'ferry-skater' is damaged" in line for line in said.logged)
    assert any("articles: not all" in line for line in diagnose(home)["failed"])


@pytest.mark.parametrize("state", ["missing", "empty", "a dangling link"])
def test_no_empty_database_is_put_where_one_was_lost(made: Made, tmp_path: Path, state: str) -> None:
    """The indexes tell that there was one, so opening is refused until somebody decides."""
    home = tmp_path / "home"
    shutil.copytree(made.home, home)
    KINDS[state](home / "dateline.db", Scene(home, made.foreign, made.older, Random(6)))  # noqa: S311 - no secret
    for _ in range(2):
        with pytest.raises(StoreError, match=r"dateline\.db' is (missing|empty), but .*; put it back"):
            Coverage.open(home, encoder=FakeEncoder())
    assert not (home / "dateline.db").exists() or (home / "dateline.db").stat().st_size == 0


@pytest.mark.parametrize("nonsense", ["published = '20x5'", "authors = '[oops'", "arrived = 'never'"])
def test_a_row_that_cannot_be_read_is_told_in_one_line(made: Made, tmp_path: Path, nonsense: str) -> None:
    """What is no day or no JSON, in one article, ends in one clear line or is left out, without a trace."""
    home = tmp_path / "home"
    shutil.copytree(made.home, home)
    with closing(sqlite3.connect(home / "dateline.db")) as connection, connection:
        connection.execute(f"UPDATE articles SET {nonsense} WHERE id = 'ferry-skater'")  # noqa: S608 - ours
    said = use(home, made.news)
    assert said.trace is None
    assert said.error is None or ("dateline doctor" in said.error and "\n" not in said.error)
    assert said.error or any("'ferry-skater' is damaged" in line for line in said.logged)
    assert said.wrong(made.originals) == []


@pytest.mark.parametrize("lock", ["indexes.lock", "opening.lock"])
def test_a_lock_that_cannot_be_taken_is_told_in_one_line(made: Made, tmp_path: Path, lock: str) -> None:
    """Something else stands where the lock's file should be."""
    home = tmp_path / "home"
    shutil.copytree(made.home, home)
    (home / lock).unlink(missing_ok=True)
    (home / lock).mkdir()
    said = use(home, made.news)
    assert said.trace is None
    assert lock in (said.error or "")
    assert any(lock in line for line in diagnose(home)["failed"])


def test_a_damaged_copy_is_not_named_under_another_quotation(tmp_path: Path) -> None:
    """Its source and its address may be what has changed, and "also in" would show them."""
    text = " ".join(f"The ferry {word} the harbour at dawn with cargo." for word in TOPICS)
    for name in ("Gull", "Heron"):
        (tmp_path / "news").mkdir(exist_ok=True)
        head = f"source: {name}\nurl: https://{name.lower()}.example/a\ntitle: Ferry\nlanguage: en"
        (tmp_path / "news" / f"{name}.txt").write_text(f"{head}\n\n{text}", encoding="utf-8")
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        coverage.index([str(tmp_path / "news")])
        (hit,) = coverage.ask("Which ferry saw the harbour at dawn?", count=1).hits
        (copy,) = hit.also
        with closing(sqlite3.connect(tmp_path / "home" / "dateline.db")) as connection, connection:
            connection.execute("UPDATE articles SET source = 'Heroo' WHERE id = ?", (copy.id,))
        (hit,) = coverage.ask("Which ferry saw the harbour at dawn?", count=1).hits
        assert hit.also == ()
