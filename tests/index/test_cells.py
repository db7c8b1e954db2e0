from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import DIMENSION, NONE, ORIGIN, assert_same, by_number, exact, filled, numbers, unit_vectors
from watching import until as until_it_holds

from index.beside import beside
from index.coverage import Coverage
from index.engines import cells as cells_module
from index.engines import dense as dense_module
from index.engines.cells import StoppedError, cells_for, looked_at, until
from index.engines.dense import Dense
from index.restoring import restore
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.encoder import Embeddings

NEVER = Event()


@pytest.fixture(autouse=True)
def cells_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a coverage be large from 40 passages on."""
    monkeypatch.setattr(dense_module, "CELLS_FROM", 40)


def laid_out(folder: Path, count: int = 500) -> Dense:
    """An index in cells at generation 1 with passages from 1 to `count`."""
    batch = (np.arange(1, count + 1), unit_vectors(count))
    dense = filled(folder, count).laid_out([batch], NEVER)
    dense.follow(1, NONE, [batch])
    return dense


def assert_found(dense: Dense, vectors: dict[int, Embeddings]) -> None:
    """With a filter all is found, and each vector has its cosine, which those found without one have too."""
    assert len(dense) == len(vectors)
    assert dense.numbers().tolist() == sorted(vectors)
    for question in unit_vectors(3, seed=99):
        odd = [number for number in vectors if number % 2]
        assert_same(dense.search(question, 10, numbers(*odd)), exact(vectors, question, 10, odd))
        every = exact(vectors, question, len(vectors))
        assert dense.cosines(question, vectors.keys()) == pytest.approx(every, abs=1e-3)
        found = dense.search(question, 10, None)
        assert found == pytest.approx({number: every[number] for number in found}, abs=1e-3)


def test_cells_grow_with_the_root_of_the_passages() -> None:
    """Four times the passages have twice the cells."""
    assert [cells_for(count) for count in (20_000, 80_000, 320_000, 1_280_000)] == [512, 1024, 2048, 4096]


def test_a_large_one_has_outgrown_standing_side_by_side(tmp_path: Path) -> None:
    """So has one in cells that has four times the passages it was laid out for, and no other."""
    assert not filled(tmp_path, 39).outgrown
    assert filled(tmp_path, 40).outgrown
    dense, vectors = laid_out(tmp_path, 50), unit_vectors(200)
    assert not dense.outgrown
    dense.follow(2, NONE, [(np.arange(51, 200), vectors[51:])])
    assert not dense.outgrown
    dense.follow(3, NONE, [(numbers(200), vectors[:1])])
    assert dense.outgrown


def test_near_vectors_are_found(tmp_path: Path) -> None:
    """Of vectors that are near to some others, as texts of one topic are, a question finds nearly all."""
    chance = np.random.default_rng(3)
    topics = unit_vectors(20, seed=5)
    vectors = topics[np.arange(2000) % 20] + chance.normal(scale=0.1, size=(2000, DIMENSION))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    batch = (np.arange(2000), vectors)
    flat = Dense(tmp_path / "dense.faiss", ORIGIN)
    flat.follow(1, NONE, [batch])
    cells = flat.laid_out([batch], NEVER)
    cells.follow(1, NONE, [batch])
    shared = [
        len(flat.search(question, 10, None).keys() & cells.search(question, 10, None).keys())
        for question in topics
    ]
    assert sum(shared) >= 0.95 * 10 * len(topics)


def test_a_part_of_the_cells_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a filter a question is compared with some of the vectors only; with one, with all."""
    monkeypatch.setattr(cells_module, "LOOKED_AT", 1)
    dense, question = laid_out(tmp_path), unit_vectors(1, seed=50)[0]
    assert 0 < len(dense.search(question, 500, None)) < 250
    assert len(dense.search(question, 500, np.arange(1, 501))) == 500


@pytest.mark.parametrize(("passages", "share"), [(20_000, 0.27), (320_000, 0.14), (5_000_000, 0.07)])
def test_the_share_of_the_cells_falls_as_they_grow(passages: int, share: float) -> None:
    """So that a question takes far less than so many times as long."""
    cells = SimpleNamespace(nlist=cells_for(passages))
    assert looked_at(cells, all_cells=False) / cells.nlist == pytest.approx(share, abs=0.01)
    assert looked_at(SimpleNamespace(nlist=4), all_cells=False) == 4


def test_of_numbers_that_are_not_here_there_is_no_cosine(tmp_path: Path) -> None:
    """Those that are have theirs all the same."""
    dense, vectors, question = laid_out(tmp_path, 50), by_number(50), unit_vectors(1, seed=50)[0]
    assert_same(dense.cosines(question, [7, 51, 100_000]), exact(vectors, question, 9, [7]))


changes = st.lists(st.tuples(st.integers(0, 8), st.lists(st.integers(1, 90)), st.booleans()), max_size=6)


@settings(deadline=None, max_examples=25)
@given(changes)
def test_whatever_comes_and_goes_is_found(given: list[tuple[int, list[int], bool]]) -> None:
    """After each change, saved and opened again or not, filters lose nothing and cosines are right."""
    with TemporaryDirectory() as name:
        dense, vectors = laid_out(Path(name), 50), by_number(50)
        for generation, (count, removed, reopened) in enumerate(given, start=2):
            first = max(vectors, default=0) + 1 if count else 0
            fresh = dict(enumerate(unit_vectors(count, seed=generation), start=first))
            gone = [number for number in removed if number in vectors]
            vectors = {number: each for number, each in (vectors | fresh).items() if number not in gone}
            added = [(numbers(*fresh), np.stack([*fresh.values()]))] if fresh else []
            dense.follow(generation, numbers(*gone), added)
            if reopened:
                dense.save()
                before, dense = dense, Dense.open(Path(name), ORIGIN, generation)
                if dense.generation < generation:
                    dense = before
            assert_found(dense, vectors)


def test_batches_end_when_told_to_stop() -> None:
    """What comes after is not asked for."""
    stop = Event()
    some = until(stop, iter(range(3)))
    assert next(some) == 0
    stop.set()
    with pytest.raises(StoppedError):
        next(some)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home."""
    return tmp_path / "home"


@pytest.fixture
def coverage(home: Path) -> Iterator[Coverage]:
    """A coverage that is small still, open."""
    with Coverage.open(home, encoder=FakeEncoder(window=40)) as opened:
        opened.index([str(write_articles(home.parent / "news", 1))])
        yield opened


def grow(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another program, to which it is not large, store what makes it large here."""
    with monkeypatch.context() as patch, Coverage.open(home, encoder=FakeEncoder(window=40)) as other:
        patch.setattr(dense_module, "CELLS_FROM", 10_000)
        other.index([str(write_articles(home.parent / "news", 9))])
        assert other.extent().passages == 104


@pytest.fixture
def before(coverage: Coverage, home: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What answers once another program has made the coverage large, which is not laid out yet."""
    grow(home, monkeypatch)
    return answers(coverage)


def opened_dense(home: Path, coverage: Coverage) -> Dense:
    """The index as its file has it."""
    store = Store(coverage.database)
    kept = Dense.open(home, store.identity(), store.generation())
    assert kept.trouble is None
    return kept


def answers(coverage: Coverage) -> list[tuple[str, int]]:
    """Which passages answer, on a day that the filter of all questions here lets through."""
    hits = coverage.ask(QUESTION, count=5, since=date(2024, 1, 1)).hits
    return [(hit.article.id, hit.passage.start) for hit in hits]


def test_what_is_indexed_is_laid_out_when_it_is_large(home: Path, tmp_path: Path) -> None:
    """After the command the file has cells."""
    with Coverage.open(home, encoder=FakeEncoder(window=40)) as coverage:
        coverage.index([str(write_articles(tmp_path / "news", 1))])
        assert len(opened_dense(home, coverage)) == 8
        coverage.index([str(write_articles(tmp_path / "news", 9))])
        kept = opened_dense(home, coverage)
        assert (len(kept), kept.outgrown) == (104, False)


def test_the_switch_is_not_seen(coverage: Coverage, home: Path, before: list[tuple[str, int]]) -> None:
    """Who asks gets the same before and after, and what comes and goes then is right at once."""
    assert opened_dense(home, coverage).outgrown
    coverage._engines.lay_out(NEVER)
    assert not opened_dense(home, coverage).outgrown
    assert answers(coverage) == before
    (first, _), *_ = before
    coverage.remove([first])
    assert first not in dict(answers(coverage))
    coverage.index([str(home.parent / "news")])
    assert answers(coverage) == before


def test_what_another_program_has_laid_out_is_taken(
    coverage: Coverage, home: Path, before: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not done twice."""
    with Coverage.open(home, encoder=FakeEncoder(window=40)) as other:
        other.warm()
        other._engines.lay_out(NEVER)
    monkeypatch.setattr(dense_module, "lay_out", lambda *_: pytest.fail("laid out again"))
    coverage._engines.lay_out(NEVER)
    coverage._engines.lay_out(NEVER)
    assert answers(coverage) == before


def test_questions_and_changes_do_not_wait_for_it(
    coverage: Coverage, home: Path, before: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes and goes while it is laid out is there, and gone, during it and afterwards."""
    begun, go_on, done = Event(), Event(), cells_module.lay_out

    def slow(*given: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return done(*given)

    monkeypatch.setattr(dense_module, "lay_out", slow)
    laying = Thread(target=coverage._engines.lay_out, args=[NEVER])
    laying.start()
    try:
        assert begun.wait(30)
        assert answers(coverage) == before
        (first, _), *_ = before
        coverage.remove([first])
        changed = answers(coverage)
        assert first not in dict(changed)
    finally:
        go_on.set()
        laying.join()
    assert answers(coverage) == changed
    coverage.warm()
    assert not opened_dense(home, coverage).outgrown


def test_told_to_stop_it_changes_nothing(
    coverage: Coverage, home: Path, before: list[tuple[str, int]]
) -> None:
    """As when the bot ends meanwhile."""
    stop = Event()
    stop.set()
    coverage._engines.lay_out(stop)
    assert opened_dense(home, coverage).outgrown
    assert answers(coverage) == before


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("std::bad_alloc")])
def test_want_of_memory_leaves_it_as_it_was(
    error: Exception,
    coverage: Coverage,
    before: list[tuple[str, int]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A warning says so, and questions are answered as before."""

    def refuse(*_given: object) -> None:
        raise error

    monkeypatch.setattr(dense_module, "lay_out", refuse)
    coverage._engines.lay_out(NEVER)
    assert "the FAISS index could not be laid out anew, and is slower so" in caplog.text
    assert answers(coverage) == before


def test_a_restored_backup_is_not_mixed_with_it(
    coverage: Coverage, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was being laid out is of the database before, and is let go."""
    coverage.back_up(tmp_path / "small.backup", "none")
    before = answers(coverage)
    grow(home, monkeypatch)
    assert answers(coverage) != before
    done = cells_module.lay_out

    def meanwhile(*given: Any) -> Any:
        restore(home, tmp_path / "small.backup")
        return done(*given)

    monkeypatch.setattr(dense_module, "lay_out", meanwhile)
    coverage._engines.lay_out(NEVER)
    assert answers(coverage) == before


def test_a_watch_lays_out_beside_what_it_stores(
    coverage: Coverage, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has grown large is laid out while the watch goes on, and the watch ends when it is told to."""
    grow(home, monkeypatch)
    stop = Event()
    given = ([str(home.parent / "news")], timedelta(hours=1), stop, lambda _happening: None)
    watching = Thread(target=coverage.watch, args=given)
    watching.start()
    try:
        until_it_holds(lambda: not opened_dense(home, coverage).outgrown)
    finally:
        stop.set()
        watching.join(30)
    assert not watching.is_alive()


def test_work_beside_is_told_to_stop_and_waited_for() -> None:
    """However what it stands beside ends."""
    done = Event()

    def work(stop: Event) -> None:
        assert stop.wait(30)
        done.set()

    with pytest.raises(KeyError), beside(work, "working"):
        raise KeyError
    assert done.is_set()
