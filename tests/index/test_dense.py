from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import NONE, ORIGIN, assert_same, by_number, exact, filled, numbers, unit_vectors

from index.encoder import Embeddings
from index.engines.dense import FORMAT, HEADER_BYTES, Dense
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from index.store import Numbers


def assert_exact(dense: Dense, vectors: dict[int, Embeddings]) -> None:
    """Some questions, with and without a filter, find what an exact search finds."""
    assert len(dense) == len(vectors)
    for question in unit_vectors(3, seed=99):
        assert_same(dense.search(question, 10, None), exact(vectors, question, 10))
        odd = [number for number in vectors if number % 2]
        assert_same(dense.search(question, 10, numbers(*odd)), exact(vectors, question, 10, odd))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [1, 10, 500])
def test_the_nearest_are_those_of_an_exact_search(tmp_path: Path, seed: int, count: int) -> None:
    """The same numbers in the same order, with cosines that differ by less than a thousandth."""
    dense, vectors = filled(tmp_path, 500), by_number(500)
    question = unit_vectors(1, seed + 50)[0]
    assert_same(dense.search(question, count, None), exact(vectors, question, count))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 1.0])
def test_a_filter_loses_nothing(tmp_path: Path, share: float) -> None:
    """However few are allowed, the nearest among them are found."""
    dense, vectors = filled(tmp_path, 500), by_number(500)
    allowed = np.random.default_rng(7).permutation(np.arange(1, 501))[: int(500 * share)]
    for question in unit_vectors(5, seed=50):
        assert_same(
            dense.search(question, 10, np.sort(allowed)), exact(vectors, question, 10, allowed.tolist())
        )


def test_fewer_are_found_where_fewer_are(tmp_path: Path) -> None:
    """More asked for than there are, or than are allowed, gives those that are."""
    dense = filled(tmp_path, 3)
    question = unit_vectors(1)[0]
    assert len(dense.search(question, 10, None)) == 3
    assert set(dense.search(question, 10, numbers(2))) == {2}
    assert dense.search(question, 10, NONE) == {}
    assert dense.search(question, 10, numbers(4, 1000)) == {}
    assert set(dense.search(question, 10, numbers(3, 1000))) == {3}


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    """With no file there is trouble, no passage, and no error."""
    dense = Dense.open(tmp_path, ORIGIN, 0)
    assert (dense.trouble, dense.generation, len(dense)) == ("missing", 0, 0)
    assert dense.search(unit_vectors(1)[0], 5, None) == {}
    dense.save()
    assert list(tmp_path.iterdir()) == []


def test_numbers_may_have_gaps(tmp_path: Path) -> None:
    """A passage is known by its number, not by its place."""
    dense = Dense.open(tmp_path, ORIGIN, 0)
    vectors = dict(zip([7, 1000, 70_000], unit_vectors(3), strict=True))
    dense.follow(1, NONE, [(numbers(*vectors), np.stack(list(vectors.values())))])
    assert_exact(dense, vectors)


@dataclass
class History:
    """What a store tells: the live vectors and the removed numbers, with the generation of each change."""

    vectors: dict[int, Embeddings] = field(default_factory=dict)
    came: dict[int, int] = field(default_factory=dict)
    went: dict[int, int] = field(default_factory=dict)

    def change(self, generation: int, count: int, removed: list[int]) -> None:
        """Remove some passages, then add `count` new ones."""
        for number in self.vectors.keys() & set(removed):
            del self.vectors[number]
            self.went[number] = generation
        first = len(self.came) + 1
        for number, vector in enumerate(unit_vectors(count, seed=generation), start=first):
            self.vectors[number] = vector
            self.came[number] = generation

    def bring(self, dense: Dense, generation: int) -> None:
        """Let the index follow from where it is."""
        fresh = [number for number in self.vectors if self.came[number] > dense.generation]
        added = [(numbers(*fresh), np.stack([self.vectors[number] for number in fresh]))] if fresh else []
        gone = [number for number, at in self.went.items() if at > dense.generation]
        dense.follow(generation, numbers(*gone), added)


changes = st.lists(st.tuples(st.integers(0, 8), st.lists(st.integers(1, 40)), st.booleans()), max_size=8)


@settings(deadline=None, max_examples=25)
@given(changes)
def test_whatever_comes_and_goes_the_search_stays_exact(given: list[tuple[int, list[int], bool]]) -> None:
    """After each change, saved and opened again or not, the index finds what NumPy finds."""
    with TemporaryDirectory() as name:
        dense, history = Dense.open(Path(name), ORIGIN, 0), History()
        for generation, (count, removed, reopened) in enumerate(given, start=1):
            history.change(generation, count, removed)
            history.bring(dense, generation)
            dense.save()
            if reopened:
                dense = Dense.open(Path(name), ORIGIN, generation)
                history.bring(dense, generation)
            assert dense.generation == generation
            assert_exact(dense, history.vectors)


def test_following_twice_changes_nothing(tmp_path: Path) -> None:
    """The same additions and removals again leave the same passages with the same cosines."""
    dense = filled(tmp_path, 50)
    added = [(np.arange(51, 61), unit_vectors(60)[50:])]
    vectors = {number: each for number, each in by_number(60).items() if number not in (3, 55)}
    for _ in range(2):
        dense.follow(2, numbers(3, 55), added)
        assert_exact(dense, vectors)


def test_additions_interrupted_are_taken_in_the_next_time(tmp_path: Path) -> None:
    """Where the batches break off, the generation stays, and following again loses and doubles nothing."""
    dense, vectors = filled(tmp_path, 10), unit_vectors(30)
    batches = [(np.arange(11, 21), vectors[10:20]), (np.arange(21, 31), vectors[20:])]

    def broken() -> Iterable[tuple[Numbers, Embeddings]]:
        yield batches[0]
        raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="full"):
        dense.follow(2, numbers(1), broken())
    assert dense.generation == 1
    dense.follow(2, numbers(1), batches)
    assert_exact(dense, {number: each for number, each in by_number(30).items() if number != 1})


def test_what_was_saved_is_opened_again(tmp_path: Path) -> None:
    """The same generation, the same passages, no trouble, and no other file."""
    filled(tmp_path).save()
    dense = Dense.open(tmp_path, ORIGIN, 1)
    assert (dense.trouble, dense.generation) == (None, 1)
    assert_exact(dense, by_number(100))
    assert [file.name for file in tmp_path.iterdir()] == ["dense.faiss"]


def test_an_index_that_was_emptied_is_saved_and_opened(tmp_path: Path) -> None:
    """No passage left is a state like any other."""
    dense = filled(tmp_path, 5)
    dense.save()
    dense.follow(2, np.arange(1, 6), [])
    dense.save()
    dense = Dense.open(tmp_path, ORIGIN, 2)
    dense.follow(3, np.arange(1, 6), [(numbers(6), unit_vectors(6)[5:])])
    assert_exact(dense, {6: unit_vectors(6)[5]})


def test_a_small_change_is_not_worth_a_save(tmp_path: Path) -> None:
    """The file stays as it is, opens with the generation it had, and following makes up the rest."""
    dense, vectors = filled(tmp_path, 200), unit_vectors(210)
    dense.save()
    before = (tmp_path / "dense.faiss").read_bytes()
    added = [(np.arange(201, 204), vectors[200:203])]
    dense.follow(2, numbers(7), added)
    dense.save()
    assert (tmp_path / "dense.faiss").read_bytes() == before
    dense = Dense.open(tmp_path, ORIGIN, 2)
    assert (dense.trouble, dense.generation) == (None, 1)
    dense.follow(2, numbers(7), added)
    assert_exact(dense, {number: each for number, each in by_number(203).items() if number != 7})
    dense.follow(3, NONE, [(np.arange(204, 211), vectors[203:])])
    dense.save()
    assert Dense.open(tmp_path, ORIGIN, 3).generation == 3


@pytest.mark.parametrize(
    ("origin", "newest", "why"),
    [("another", 1, "of another database"), (ORIGIN, 0, "at generation 1, ahead of the database at 0")],
)
def test_another_databases_index_is_not_used(tmp_path: Path, origin: str, newest: int, why: str) -> None:
    """Neither one of another origin nor one ahead of its database, as after a restored backup."""
    filled(tmp_path).save()
    dense = Dense.open(tmp_path, origin, newest)
    assert (dense.trouble or "").startswith(f"damaged ({why}")
    assert (dense.generation, len(dense)) == (0, 0)


MISHAPS = [
    pytest.param(lambda _: b"", id="empty"),
    pytest.param(lambda raw: raw[:HEADER_BYTES], id="a header alone"),
    pytest.param(lambda raw: raw[:60], id="half a header"),
    pytest.param(lambda raw: raw[HEADER_BYTES:], id="no header"),
    pytest.param(lambda raw: raw[: len(raw) // 2], id="half a body"),
    pytest.param(lambda raw: raw[:-1], id="without its last byte"),
    pytest.param(lambda raw: raw + b"\0", id="longer by a byte"),
    pytest.param(lambda raw: bytes(len(raw)), id="zeroes"),
    pytest.param(lambda raw: raw[:-4096] + bytes(4096), id="zeroes at the end"),
    pytest.param(lambda _: b"The harbour froze in January.\n" * 40, id="text"),
    pytest.param(lambda _: bytes(faiss.serialize_index(faiss.IndexFlatL2(8))), id="another index"),
    pytest.param(lambda raw: raw.replace(b'"format": %d' % FORMAT, b'"format": 0'), id="another format"),
    pytest.param(lambda _: b'{"format": 1}', id="a JSON object"),
    pytest.param(lambda _: b"5", id="a JSON number"),
    pytest.param(lambda _: b"[1, 2]", id="a JSON list"),
    pytest.param(lambda _: b"null", id="a JSON null"),
    pytest.param(
        lambda raw: raw.replace(b'"generation": 1', b'"generation": "one"').replace(b"  ", b"", 2),
        id="a generation in words",
    ),
    pytest.param(
        lambda raw: raw.replace(b'"last"', b'"lost"'),
        id="a field of another name",
    ),
]


@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_damaged_file_is_told_and_built_anew(tmp_path: Path, mishap: Callable[[bytes], bytes]) -> None:
    """Opening gives an empty index with trouble; following from 0 and saving make it whole again."""
    filled(tmp_path, 200).save()
    file = tmp_path / "dense.faiss"
    file.write_bytes(mishap(file.read_bytes()))
    dense = Dense.open(tmp_path, ORIGIN, 1)
    assert dense.trouble
    assert dense.trouble.startswith("damaged (")
    assert (dense.generation, len(dense)) == (0, 0)
    dense.follow(1, NONE, [(np.arange(1, 201), unit_vectors(200))])
    dense.save()
    assert Dense.open(tmp_path, ORIGIN, 1).trouble is None
    assert_exact(Dense.open(tmp_path, ORIGIN, 1), by_number(200))


def test_a_changed_byte_in_the_body_is_told(tmp_path: Path) -> None:
    """Whichever byte of the vectors or their numbers it is."""
    filled(tmp_path, 20).save()
    file = tmp_path / "dense.faiss"
    raw = file.read_bytes()
    for place in range(HEADER_BYTES, len(raw), 7):
        file.write_bytes(raw[:place] + bytes([raw[place] ^ 0x10]) + raw[place + 1 :])
        assert Dense.open(tmp_path, ORIGIN, 1).trouble == "damaged (its checksum differs)"


def test_a_changed_byte_in_the_header_is_told_or_does_no_harm(tmp_path: Path) -> None:
    """Whichever byte it is, the index is empty with trouble, or finds what it should after following."""
    dense = filled(tmp_path, 20)
    dense.follow(5, numbers(3), [])
    dense.save()
    file = tmp_path / "dense.faiss"
    raw = file.read_bytes()
    for place in range(raw.index(b"}") + 2):
        for bit in (0, 1, 4):
            file.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :])
            opened = Dense.open(tmp_path, ORIGIN, 8)
            if opened.trouble:
                assert len(opened) == 0
            else:
                assert (opened.generation, opened._last) == (5, 20)


def test_what_another_process_saved_meanwhile_is_replaced_whole(tmp_path: Path) -> None:
    """Two that save one after the other leave the last one's file, and no rest of the first."""
    first, second = filled(tmp_path, 100), filled(tmp_path, 100)
    first.save()
    second.follow(2, NONE, [(np.arange(101, 151), unit_vectors(150)[100:])])
    second.save()
    assert_exact(Dense.open(tmp_path, ORIGIN, 2), by_number(150))
    assert [file.name for file in tmp_path.iterdir()] == ["dense.faiss"]
