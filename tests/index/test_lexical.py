# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from articles import make_article
from damage import cut, delete, empty, flip, rewrite

from index.engines.lexical import FORMAT, STATE, Lexical
from index.errors import StoreError
from index.records import Passage, Query
from index.seal import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from index.records import Article
    from index.store import Numbers

    Placed = tuple[int, tuple[Passage, Article]]

ORIGIN = "origin"
NONE = np.array([], dtype=np.int64)


def placed(number: int, title: str, text: str, **fields: Any) -> Placed:
    """A passage that is the whole of its article, under a number."""
    article = make_article(text, id=f"a{number}", title=title, **fields)
    return number, (Passage(article.id, 0, len(text), text), article)


def numbers(*given: int) -> Numbers:
    """Passage numbers as the store gives them."""
    return np.array(given, dtype=np.int64)


WINTER = [
    placed(1, "Harbour", "ice pier ice", source="The Gull", published=date(2025, 1, 10)),
    placed(2, "Rain", "rivers over flooded fields", source="Tide", published=date(2025, 1, 11)),
    placed(3, "Snow", "ice hill", source=None, published=None),
]


def filled(folder: Path, *batches: Sequence[Placed]) -> Lexical:
    """An index at generation 1 with these passages, else the three of `WINTER`."""
    lexical = Lexical.open(folder, ORIGIN, 0)
    lexical.follow(1, NONE, batches or [WINTER])
    return lexical


def found(lexical: Lexical, text: str, **filters: Any) -> list[int]:
    """The numbers of the passages found, best first."""
    return list(lexical.search(Query(text, **filters), 10))


def test_the_scores_are_those_worked_by_hand(tmp_path: Path) -> None:
    """BM25 with k1 = 1.2 and b = 0.75 over title and passage together, a sum over the question's words."""
    lexical = filled(tmp_path)
    # The passages have 4, 5 and 3 words, 4 on average. "ice" is in 2 of 3: ln(1 + 1.5/2.5) = .470004.
    # In the first twice: 2 * 2.2 / (2 + 1.2) = 1.375; in the third once: 2.2 / (1 + .975) = 1.113924.
    assert lexical.search(Query("ice"), 10) == pytest.approx({1: 0.646255, 3: 0.523548}, abs=1e-5)
    # "harbour" is in 1 of 3: ln(1 + 2.5/1.5) = .980829; once in average length: 1.
    found = lexical.search(Query("harbour ice"), 10)
    assert found == pytest.approx({1: 1.627084, 3: 0.523548}, abs=1e-5)
    assert list(found) == [1, 3]


def test_a_word_asked_for_twice_counts_once(tmp_path: Path) -> None:
    """Saying it again does not make a word weigh more."""
    lexical = filled(tmp_path)
    assert lexical.search(Query("ice ICE iced"), 10) == lexical.search(Query("ice"), 10)


def test_a_filter_does_not_change_the_scores(tmp_path: Path) -> None:
    """What is let through has the score that it has without a filter."""
    lexical = filled(tmp_path)
    scores = lexical.search(Query("ice"), 10)
    filtered = lexical.search(Query("ice", sources=("The Gull",), since=date(2025, 1, 1)), 10)
    assert filtered == pytest.approx({1: scores[1]})


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"since": date(2025, 1, 10)}, [2, 3]),
        ({"until": date(2025, 1, 10)}, [1, 2]),
        ({"since": date(2025, 1, 10), "until": date(2025, 1, 10)}, [2]),
        ({"since": date(2025, 1, 12)}, []),
        ({"until": date(1600, 1, 1)}, []),
        ({"sources": ("The Gull",)}, [1, 3]),
        ({"sources": ("The Gull", "Tide & Co")}, [1, 2, 3]),
        ({"sources": ("Gull",)}, []),
        ({"sources": ("the gull",)}, []),
        ({"sources": ("The Gull",), "until": date(2025, 1, 9)}, [1]),
        ({"after": 0}, [1, 2, 3, 4]),
        ({"after": 2}, [3, 4]),
        ({"after": 4}, []),
        ({"after": 1 << 40}, []),
        ({"after": 1, "sources": ("The Gull",)}, [3]),
    ],
)
def test_dates_and_sources_let_passages_through(
    tmp_path: Path, filters: dict[str, Any], expected: list[int]
) -> None:
    """Days are inclusive, a source is its whole name, and what has none passes no such filter."""
    batch = [
        placed(1, "a", "ice", published=date(2025, 1, 9), source="The Gull"),
        placed(2, "b", "ice", published=date(2025, 1, 10), source="Tide & Co"),
        placed(3, "c", "ice", published=date(2025, 1, 11), source="The Gull"),
        placed(4, "d", "ice", published=None, source=None),
    ]
    assert sorted(found(filled(tmp_path, batch), "ice", **filters)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flooding", [2]),
        ("FLOODS", [2]),
        ("river", [2]),
        ("icing", [1, 3]),
        ("the of and to", []),
        ("", []),
        ("?!", []),
        ("nothing", []),
        ("x" * 100, []),
    ],
)
def test_words_are_found_by_their_stems(tmp_path: Path, text: str, expected: list[int]) -> None:
    """Case and ending do not matter; stop words, signs and unknown words find nothing."""
    assert found(filled(tmp_path), text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ice AND NOT harbour",
        "+ice -harbour",
        "(ice harbour",
        '"harbour ice"',
        "harbour* ice~2 ice^5",
        "text:ice source:harbour",
        "ice\\ [harbour TO *}",
        "harbour\x00ice",
        "ice OR harbour OR",
    ],
)
def test_query_syntax_is_only_words(tmp_path: Path, text: str) -> None:
    """No sign and no capital word means anything: the same passages are found as by the words alone."""
    lexical = filled(tmp_path)
    assert lexical.search(Query(text), 10).keys() >= {1, 3}
    assert found(lexical, "number:1 published") == []


def test_the_best_are_found_where_fewer_are_asked_for(tmp_path: Path) -> None:
    """One hit is the first of all hits."""
    lexical = filled(tmp_path)
    assert list(lexical.search(Query("ice hill"), 1)) == found(lexical, "ice hill")[:1] == [3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("північнокорейських військових", [1]),
        ("ПІВНІЧНОКОРЕЙСЬКИЙ солдат", [1, 2]),
        ("Скільки солдатів загинуло?", [1, 2]),
        ("в Курской области", [2]),
        ("Курська область", [2]),
        ("об’єкту", [3]),
        ("Зеленского", [3]),
        ("Зеленському", [3]),
        ("і не в з", []),
        ("слон", []),
    ],
)
def test_ukrainian_and_russian_are_found_in_any_form(tmp_path: Path, text: str, expected: list[int]) -> None:
    """A question in either language finds the passages of its words, inflected otherwise."""
    batch = [
        placed(1, "Полонені", "північнокорейські військові, двоє солдатів"),
        placed(2, "Бои", "солдаты ушли из Курской области"),
        placed(3, "Зустріч", "Володимир Зеленський оглянув об'єкт"),
    ]
    assert sorted(found(filled(tmp_path, batch), text)) == expected


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    """With no folder there is trouble, no passage, and no error."""
    lexical = Lexical.open(tmp_path, ORIGIN, 0)
    assert (lexical.trouble, lexical.generation) == ("missing", 0)
    assert found(lexical, "ice") == []
    lexical.refresh()
    assert list(tmp_path.iterdir()) == []


def test_removed_passages_are_not_found(tmp_path: Path) -> None:
    """What the store took out is gone with the next generation, and after opening again."""
    lexical = filled(tmp_path)
    lexical.follow(2, numbers(1, 77), [])
    assert found(lexical, "harbour ice") == [3]
    lexical = Lexical.open(tmp_path, ORIGIN, 2)
    assert (lexical.trouble, lexical.generation) == (None, 2)
    assert found(lexical, "harbour ice") == [3]


def test_a_replaced_article_is_found_by_its_new_words(tmp_path: Path) -> None:
    """The old passage goes and the new one comes in one change."""
    lexical = filled(tmp_path)
    lexical.follow(2, numbers(1), [[placed(4, "Harbour", "thaw at the pier")]])
    assert found(lexical, "ice") == [3]
    assert found(lexical, "thaw") == [4]


def test_a_passage_that_came_and_went_is_not_found(tmp_path: Path) -> None:
    """Removed wins where a number is in both."""
    lexical = filled(tmp_path)
    lexical.follow(2, numbers(4), [[placed(4, "Storm", "gale")]])
    assert found(lexical, "gale") == []


def test_taking_in_the_same_again_doubles_nothing(tmp_path: Path) -> None:
    """A batch that comes again, as after a failure before the note was written, changes nothing."""
    lexical = filled(tmp_path)
    for _ in range(2):
        lexical.follow(2, numbers(2), [[WINTER[0], placed(4, "Storm", "ice gale")]])
        assert sorted(found(lexical, "ice")) == [1, 3, 4]
        assert found(lexical, "river") == []
    assert lexical._searcher
    assert lexical._searcher.num_docs == 3


def test_a_commit_without_its_note_is_built_anew(tmp_path: Path) -> None:
    """A note that is older than the files, as after a crash between the two, is trouble."""
    lexical = filled(tmp_path)
    note = (tmp_path / "lexical" / STATE).read_bytes()
    lexical.follow(2, NONE, [[placed(4, "Storm", "ice gale")]])
    (tmp_path / "lexical" / STATE).write_bytes(note)
    assert_troubled_and_built_anew(tmp_path)


def test_additions_that_fail_leave_the_index_as_it_was(tmp_path: Path) -> None:
    """Where the batches break off nothing is taken in, and following again takes in all."""
    lexical = filled(tmp_path)

    def broken() -> Iterator[Sequence[Placed]]:
        yield [placed(4, "Storm", "gale")]
        raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="full"):
        lexical.follow(2, NONE, broken())
    assert (lexical.generation, found(lexical, "gale")) == (1, [])
    lexical.follow(2, NONE, [[placed(4, "Storm", "gale")], [placed(5, "Storm", "gale")]])
    assert (lexical.generation, sorted(found(lexical, "gale"))) == (2, [4, 5])


def test_a_failure_that_is_still_held_blocks_nobody(tmp_path: Path) -> None:
    """While the error is being told, another may write."""
    lexical = filled(tmp_path)

    def broken() -> Iterator[Sequence[Placed]]:
        yield [placed(4, "Storm", "gale")]
        raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="full") as caught:
        lexical.follow(2, NONE, broken())
    lexical.follow(2, NONE, [[placed(4, "Storm", "gale")]])
    assert (found(lexical, "gale"), str(caught.value)) == ([4], "the disk is full")


def test_a_second_reader_sees_a_commit_after_refreshing(tmp_path: Path) -> None:
    """What one has taken in the other finds, and has reached, once it has refreshed."""
    first = filled(tmp_path)
    second = Lexical.open(tmp_path, ORIGIN, 1)
    first.follow(2, numbers(1), [[placed(4, "Storm", "gale")]])
    assert (found(second, "gale"), found(second, "ice"), second.generation) == ([], [1, 3], 1)
    second.refresh()
    assert (found(second, "gale"), found(second, "ice"), second.generation) == ([4], [3], 2)


def test_two_may_take_turns_in_writing(tmp_path: Path) -> None:
    """Each sees the other's passages, and none is lost or doubled."""
    first, second = filled(tmp_path), Lexical.open(tmp_path, ORIGIN, 1)
    for generation in range(2, 12):
        writer = second if generation % 2 else first
        writer.refresh()
        writer.follow(generation, numbers(generation), [[placed(generation + 10, "Storm", "gale")]])
    first.refresh()
    assert sorted(found(first, "gale")) == list(range(12, 22))
    opened = Lexical.open(tmp_path, ORIGIN, 11)
    assert (opened.trouble, sorted(found(opened, "gale"))) == (None, list(range(12, 22)))


@pytest.mark.parametrize(
    ("origin", "newest", "why"),
    [("another", 1, "of another database"), (ORIGIN, 0, "at generation 1, ahead of the database at 0")],
)
def test_another_databases_index_is_not_used(tmp_path: Path, origin: str, newest: int, why: str) -> None:
    """Neither one of another origin nor one ahead of its database, as after a restored backup."""
    filled(tmp_path)
    lexical = Lexical.open(tmp_path, origin, newest)
    assert (lexical.trouble or "").startswith(f"damaged ({why}")
    assert (lexical.generation, found(lexical, "ice")) == (0, [])


def assert_troubled_and_built_anew(folder: Path) -> None:
    """Opening gives an empty index with trouble; following from 0 makes it whole again."""
    lexical = Lexical.open(folder, ORIGIN, 1)
    assert lexical.trouble
    assert (lexical.generation, found(lexical, "ice")) == (0, [])
    lexical.follow(1, NONE, [WINTER])
    assert found(lexical, "ice") == [1, 3]
    again = Lexical.open(folder, ORIGIN, 1)
    assert (again.trouble, again.generation, found(again, "ice")) == (None, 1, [1, 3])


@pytest.mark.parametrize("mishap", [flip, cut, empty, delete])
def test_damage_to_any_file_is_told_and_built_anew(tmp_path: Path, mishap: Callable[[Path], None]) -> None:
    """Whichever file of the folder it is, but for locks, which hold nothing."""
    filled(tmp_path)
    kinds = [
        "*.fast",
        "*.fieldnorm",
        "*.idx",
        "*.pos",
        "*.store",
        "*.term",
        "meta.json",
        ".managed.json",
        STATE,
    ]
    assert len([file for file in (tmp_path / "lexical").iterdir() if file.suffix != ".lock"]) == len(kinds)
    for kind in kinds:
        (file,) = (tmp_path / "lexical").glob(kind)
        mishap(file)
        assert_troubled_and_built_anew(tmp_path)


NOTE = {"format": FORMAT, "origin": ORIGIN, "generation": 1, "files": {}}


@pytest.mark.parametrize(
    "note",
    [
        5,
        None,
        [],
        "text",
        {},
        NOTE | {"format": 99},
        NOTE | {"generation": "1"},
        NOTE | {"generation": None},
        NOTE | {"files": {"gone": ""}},
        {key: value for key, value in NOTE.items() if key != "files"},
        NOTE | {"files": []},
    ],
    ids=str,
)
def test_a_note_that_says_something_else_is_told_and_built_anew(tmp_path: Path, note: object) -> None:
    """Whatever JSON it holds."""
    filled(tmp_path)
    (tmp_path / "lexical" / STATE).write_text(json.dumps(note), encoding="utf-8")
    assert_troubled_and_built_anew(tmp_path)


def test_a_changed_byte_in_the_note_is_told(tmp_path: Path) -> None:
    """Whichever byte it is, no other generation is taken for the one reached."""
    lexical = filled(tmp_path)
    lexical.follow(4, NONE, [])
    note = tmp_path / "lexical" / STATE
    raw = note.read_bytes()
    for place in range(len(raw)):
        rewrite(note, raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        opened = Lexical.open(tmp_path, ORIGIN, 8)
        assert opened.trouble or opened.generation == 4


def test_a_note_of_another_format_is_told_and_built_anew(tmp_path: Path) -> None:
    """A whole and sound note of a later version is not taken for one of ours."""
    filled(tmp_path)
    rewrite(tmp_path / "lexical" / STATE, seal(NOTE | {"format": FORMAT + 1}))
    assert Lexical.open(tmp_path, ORIGIN, 1).trouble == f"damaged (format {FORMAT + 1}, not {FORMAT})"
    assert_troubled_and_built_anew(tmp_path)


def test_a_folder_that_is_gone_is_missing(tmp_path: Path) -> None:
    """Without the folder, or without the note alone, the index is built anew."""
    filled(tmp_path)
    (tmp_path / "lexical" / STATE).unlink()
    assert Lexical.open(tmp_path, ORIGIN, 1).trouble == "missing"
    assert_troubled_and_built_anew(tmp_path)
    shutil.rmtree(tmp_path / "lexical")
    assert Lexical.open(tmp_path, ORIGIN, 1).trouble == "missing"
    assert_troubled_and_built_anew(tmp_path)


def test_a_file_in_the_folders_place_is_replaced(tmp_path: Path) -> None:
    """What is no folder makes room for one."""
    (tmp_path / "lexical").write_text("no folder", encoding="utf-8")
    assert_troubled_and_built_anew(tmp_path)
