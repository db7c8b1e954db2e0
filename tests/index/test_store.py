from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from articles import make_article
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from index import database as database_module
from index import store as store_module
from index.errors import ModelError, StoreError
from index.history import Version, find_versions
from index.journal import Journal, PageState
from index.records import Article, Extent, Passage, Query, Withdrawal
from index.store import Encoded, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.database import Database
    from index.store import Embeddings

ROOT = Path(__file__).parents[2]
MODEL = "fake"

lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
days = st.dates(date(1600, 1, 1), date(2025, 12, 31))
zones = st.sampled_from([UTC, timezone(timedelta(hours=-8))])
instants = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - the zone is drawn
articles = st.builds(
    Article,
    id=lines,
    title=lines,
    text=lines,
    input=lines,
    source=st.none() | lines,
    url=st.none() | lines,
    published=st.none() | days,
    updated=st.none() | days,
    authors=st.lists(lines, max_size=3).map(tuple),
    language=st.none() | st.sampled_from(["en", "uk"]),
    titled=st.booleans(),
    issued=st.none() | instants,
    corrected=st.none() | days,
    correction=st.none() | lines,
    named=st.booleans(),
    story=st.none() | lines,
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where a database may be made."""
    return f"sqlite:///{tmp_path / 'a.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with closing(Store.open(url)) as opened:
        yield opened


@pytest.fixture
def database(store: Store) -> Database:
    """The database that the store is in."""
    return store._database


def encoded(article: Article, *marks: float) -> Encoded:
    """The article with a passage of one character for each mark, which stands in its embedding."""
    passages = [Passage(article.id, at, at + 1, article.text[at : at + 1]) for at in range(len(marks))]
    return Encoded(article, passages, np.array([[mark, 1] for mark in marks], dtype=np.float32))


def marks_since(store: Store, generation: int) -> dict[int, float]:
    """The marks of the passages that came after a generation, by number."""
    found: dict[int, float] = {}
    for numbers, embeddings in store.embeddings_since(generation):
        found |= zip(numbers.tolist(), embeddings[:, 0].tolist(), strict=True)
    return found


def spans_since(store: Store, generation: int) -> dict[int, tuple[str, int]]:
    """The article and the start of the passages that came after a generation, by number."""
    batches = store.texts_since(generation)
    return {number: (passage.article_id, passage.start) for each in batches for number, (passage, _) in each}


def content(store: Store) -> tuple[Any, ...]:
    """All that a store tells of itself."""
    return (
        store.generation(),
        store.model(),
        list(store.articles()),
        marks_since(store, 0),
        spans_since(store, 0),
        store.removed_since(0).tolist(),
    )


def test_a_new_store_is_empty(store: Store) -> None:
    """Generation 0, no model, no article, nothing since ever."""
    assert content(store) == (0, None, [], {}, {}, [])
    assert store.extent() == Extent(0, 0, None)
    assert store.oldest() is None
    assert store.sources() == []
    assert store.allowed(Query("ice")).tolist() == []
    assert store.fetch([1, 2]) == {}


@settings(deadline=None, max_examples=20)
@given(st.lists(articles, min_size=1, max_size=5, unique_by=lambda article: article.id))
def test_every_field_comes_back_as_it_was(given: list[Article]) -> None:
    """Articles are read back equal, with their spans and digests, after closing and opening again."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/a.db"
        with closing(Store.open(url)) as store:
            store.add([encoded(article, 1, 2) for article in given], MODEL)
        with closing(Store.open(url)) as store:
            assert list(store.articles()) == sorted(given, key=lambda article: article.id)
            assert store.digests(each.id for each in given) == {
                each.id: (each.digest, each.input) for each in given
            }
            for article in given:
                assert store.spans(article.id) == [(0, 1), (1, 2)]
            for passage, article in store.fetch(list(range(1, 2 * len(given) + 1))).values():
                assert article in given
                assert passage.text == article.text[passage.start : passage.end]


def test_embeddings_come_back_in_half_precision(store: Store) -> None:
    """What was stored is what float16 keeps of it, as float32 again."""
    given = np.random.default_rng(0).normal(size=(3, 384)).astype(np.float32)
    passages = [Passage("harbour", at, at + 1, "x") for at in range(3)]
    store.add([Encoded(make_article(), passages, given)], MODEL)
    ((numbers, embeddings),) = store.embeddings_since(0)
    assert numbers.tolist() == [1, 2, 3]
    assert embeddings.dtype == np.float32
    np.testing.assert_array_equal(embeddings, given.astype(np.float16).astype(np.float32))


def test_an_article_replaces_the_one_with_its_id(store: Store) -> None:
    """The old text and passages go, the new ones come, and the extent counts one article."""
    store.add([encoded(make_article(), 1, 2)], MODEL)
    store.add([encoded(make_article("Thaw.", published=None), 3)], MODEL)
    assert [article.text for article in store.articles()] == ["Thaw."]
    assert marks_since(store, 0) == {3: 3}
    assert store.removed_since(1).tolist() == [1, 2]
    assert store.extent() == Extent(1, 1, None)


def test_removing_tells_what_was_there(store: Store) -> None:
    """Unknown ids are left out and change nothing; known ones are told once, in order."""
    store.add([encoded(make_article(id=name), 1) for name in "abc"], MODEL)
    assert store.remove(["c", "x", "a", "a"]) == ["a", "c"]
    assert store.generation() == 2
    assert store.remove(["a", "x"]) == []
    assert store.generation() == 2
    assert [article.id for article in store.articles()] == ["b"]


def test_adding_nothing_changes_nothing(store: Store) -> None:
    """An empty batch is no change and claims no model."""
    store.add([], MODEL)
    assert content(store) == (0, None, [], {}, {}, [])


def test_numbers_never_return(store: Store) -> None:
    """After the last passage was removed the next has a number of its own."""
    for turn in range(1, 4):
        store.add([encoded(make_article(), turn)], MODEL)
        assert marks_since(store, 0) == {turn: turn}
        store.remove(["harbour"])


def test_the_extent_and_the_sources_are_those_of_the_articles(store: Store) -> None:
    """The newest and oldest days, and the sources with the most articles first."""
    days = [date(2025, 1, 3), None, date(2024, 5, 1), date(2024, 7, 1)]
    sources = ["Gull", None, "Tide", "Tide"]
    batch = zip("abcd", days, sources, strict=True)
    store.add(
        [encoded(make_article(id=i, published=day, source=source), 1) for i, day, source in batch], MODEL
    )
    assert store.extent() == Extent(4, 4, date(2025, 1, 3))
    assert store.oldest() == date(2024, 5, 1)
    assert store.sources() == ["Tide", "Gull"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query("x"), [1, 2, 3, 4]),
        (Query("x", since=date(2025, 1, 10)), [2, 3]),
        (Query("x", until=date(2025, 1, 10)), [1, 2]),
        (Query("x", since=date(2025, 1, 10), until=date(2025, 1, 10)), [2]),
        (Query("x", since=date(2025, 2, 1)), []),
        (Query("x", sources=("Gull",)), [1, 3]),
        (Query("x", sources=("Gull", "Tide")), [1, 2, 3]),
        (Query("x", since=date(2025, 1, 10), sources=("Gull",)), [3]),
        (Query("x", sources=("gull",)), []),
        (Query("x", after=0), [1, 2, 3, 4]),
        (Query("x", after=2), [3, 4]),
        (Query("x", after=4), []),
        (Query("x", sources=("Gull",), after=1), [3]),
    ],
)
def test_dates_and_sources_let_passages_through(store: Store, query: Query, expected: list[int]) -> None:
    """Days are inclusive, an undated article passes no date filter, one without a source no source filter."""
    rows = [
        ("a", date(2025, 1, 9), "Gull"),
        ("b", date(2025, 1, 10), "Tide"),
        ("c", date(2025, 1, 11), "Gull"),
    ]
    rows_and_undated = [*rows, ("d", None, None)]
    batch = [make_article(id=i, published=day, source=source) for i, day, source in rows_and_undated]
    store.add([encoded(article, 1) for article in batch], MODEL)
    found = store.allowed(query)
    assert found.dtype == np.int64
    assert found.tolist() == expected


NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)


def versions(store: Store, name: str = "harbour") -> list[Version]:
    """All that an article has said, newest first."""
    return [each for found in find_versions(store._database, name) for each in found]


@pytest.mark.parametrize(
    "fields",
    [{"text": "Thaw."}, {"title": "Thaw"}, {"source": "The Tide"}, {"correction": "The ships were forty."}],
)
def test_the_words_of_before_are_kept(store: Store, fields: dict[str, Any]) -> None:
    """Another text, title, source or correction leaves the former version in the history."""
    first = make_article(published=date(2025, 1, 10), authors=("Ann",), issued=NOON, language="en")
    store.add([encoded(first, 1)], MODEL)
    store.add([encoded(make_article(**fields), 2)], MODEL)
    newest, oldest = versions(store)
    assert newest.article == make_article(**fields)
    assert oldest.article == first
    assert (newest.replaced, oldest.withdrawn) == (None, None)
    assert oldest.replaced


def test_the_same_words_of_another_day_are_no_version(store: Store) -> None:
    """Dates, addresses, authors and where it was read may change without a trace."""
    store.add([encoded(make_article(published=None, issued=NOON), 1)], MODEL)
    other = make_article(
        updated=date(2025, 1, 12), issued=NOON + timedelta(days=1), url=None, input="feed", authors=("Bo",)
    )
    store.add([encoded(other, 2)], MODEL)
    assert [each.article for each in versions(store)] == [other]


def test_every_version_is_kept(store: Store) -> None:
    """Also one that says again what was said before; and those of one article are no other's."""
    for at, text in enumerate(["Ice.", "Thaw.", "Ice.", "Ice.", "Flood."]):
        batch = [make_article(text), make_article(f"Day {at}.", id="other")]
        store.add([encoded(each, at) for each in batch], MODEL)
    assert [each.article.text for each in versions(store)] == ["Flood.", "Ice.", "Thaw.", "Ice."]
    assert [each.article.text for each in versions(store, "other")] == [
        f"Day {at}." for at in range(4, -1, -1)
    ]


def test_a_withdrawn_article_is_in_no_answer(store: Store) -> None:
    """Its passages go in a change of their own; its words stay in the history, with moment and reason."""
    store.add([encoded(make_article(), 1, 2), encoded(make_article(id="b"), 3)], MODEL)
    assert store.withdraw(
        Withdrawal("harbour", "wire", "staged", NOON.astimezone(timezone(timedelta(hours=3))))
    )
    assert [each.id for each in store.articles()] == ["b"]
    assert marks_since(store, 0) == {3: 3}
    assert store.removed_since(1).tolist() == [1, 2]
    assert (store.fetch([1, 2]), store.spans("harbour")) == ({}, [])
    assert store.allowed(Query("ice")).tolist() == [3]
    assert store.generation() == 2
    # It is a copy of nothing any more.
    kept = make_article(story="")
    assert store.article("harbour") == (kept, NOON, False)
    (version,) = versions(store)
    assert (version.article, version.withdrawn, version.reason) == (kept, NOON, "staged")


def test_an_article_is_withdrawn_once(store: Store) -> None:
    """A second word takes nothing more away; the later one tells from when on a version is newer."""
    store.add([encoded(make_article(), 1)], MODEL)
    assert store.withdraw(Withdrawal("harbour", "wire", "staged", NOON))
    before = content(store)
    assert not store.withdraw(Withdrawal("harbour", "page", "gone", NOON + timedelta(days=1)))
    assert not store.withdraw(Withdrawal("harbour", "wire", "early", NOON - timedelta(days=1)))
    assert not store.withdraw(Withdrawal("harbour", "page", "vanished", vanished=True))
    assert content(store) == before
    assert store.article("harbour").withdrawn == NOON + timedelta(days=1)
    assert not store.article("harbour").vanished


def test_a_newer_version_is_not_withdrawn(store: Store) -> None:
    """A kill of the version before says nothing of it."""
    store.add([encoded(make_article(issued=NOON), 1)], MODEL)
    before = content(store)
    assert not store.withdraw(Withdrawal("harbour", "wire", "staged", NOON - timedelta(hours=1)))
    assert content(store) == before
    assert store.article("harbour").withdrawn is None


def test_what_came_in_between_is_not_undone(store: Store) -> None:
    """Another process has stored a newer version, or a kill, while this one encoded an older version."""
    store.add([encoded(make_article("Thaw.", issued=NOON), 1)], MODEL)
    store.add([encoded(make_article("Ice.", issued=NOON - timedelta(hours=1)), 2)], MODEL)
    assert [each.text for each in store.articles()] == ["Thaw."]
    store.withdraw(Withdrawal("harbour", "wire", "staged", NOON + timedelta(hours=2)))
    store.add([encoded(make_article("Flood.", issued=NOON + timedelta(hours=1)), 3)], MODEL)
    assert list(store.articles()) == []
    store.add([encoded(make_article("Flood.", issued=NOON + timedelta(hours=3)), 4)], MODEL)
    assert [each.text for each in store.articles()] == ["Flood."]


def test_a_withdrawal_may_come_before_its_article(store: Store) -> None:
    """It is noted under the id, withdraws nothing, and says when, if only the moment it was read."""
    before = datetime.now(UTC)
    assert not store.withdraw(Withdrawal("x", "wire", "sent in error"))
    assert not store.withdraw(Withdrawal("x", "wire", "sent in error"))
    blank, withdrawn, _ = store.article("x")
    assert (blank.title, blank.text, blank.input) == ("", "", "wire")
    assert withdrawn
    assert before <= withdrawn <= datetime.now(UTC)
    assert list(store.articles()) == []
    assert store.extent() == Extent(0, 0, None)


def test_the_digest_of_a_withdrawn_article_is_no_articles(store: Store) -> None:
    """So that its very same words are not taken for unchanged."""
    store.add([encoded(make_article(), 1)], MODEL)
    store.withdraw(Withdrawal("harbour", "wire", "staged"))
    assert store.digests(["harbour"]) == {"harbour": ("", "news/harbour.txt")}


def test_adding_lifts_a_withdrawal(store: Store) -> None:
    """Whoever adds has decided that it may be used; the words of before stay in the history."""
    store.add([encoded(make_article("Ice."), 1)], MODEL)
    store.withdraw(Withdrawal("harbour", "wire", "staged"))
    store.add([encoded(make_article("Thaw."), 2)], MODEL)
    assert [each.text for each in store.articles()] == ["Thaw."]
    assert [(each.article.text, each.withdrawn) for each in versions(store)] == [
        ("Thaw.", None),
        ("Ice.", None),
    ]
    store.withdraw(Withdrawal("unknown", "wire", "sent in error"))
    store.add([encoded(make_article("Rain.", id="unknown"), 3)], MODEL)
    assert [each.article.text for each in versions(store, "unknown")] == ["Rain."]


def test_what_is_withdrawn_is_not_counted(store: Store) -> None:
    """Articles, days and sources are those of what may be used."""
    batch = [
        ("a", date(2025, 1, 3), "Gull"),
        ("b", date(2025, 1, 2), "Tide"),
        ("c", date(2025, 1, 5), "Gull"),
        ("d", date(2025, 1, 1), "Reed"),
    ]
    rows = [make_article(id=name, published=day, source=source) for name, day, source in batch]
    store.add([encoded(each, 1) for each in rows], MODEL)
    for name in "cd":
        store.withdraw(Withdrawal(name, "wire", "staged"))
    assert store.extent() == Extent(2, 2, date(2025, 1, 3))
    assert store.oldest() == date(2025, 1, 2)
    assert store.sources() == ["Gull", "Tide"]
    assert [each.id for each in store.articles()] == ["a", "b"]


def test_what_is_removed_leaves_nothing(store: Store, database: Database) -> None:
    """All versions go, withdrawn or not, and whoever watches does not ask for its pages again."""
    store.add([encoded(make_article("Ice."), 1), encoded(make_article("Snow.", id="b"), 2)], MODEL)
    store.add([encoded(make_article("Thaw."), 3), encoded(make_article("Rain.", id="b"), 4)], MODEL)
    store.withdraw(Withdrawal("harbour", "wire", "staged"))
    pages = [
        PageState(address, "feed", NOON, NOON, article_id=name)
        for address, name in (("1", "harbour"), ("2", "harbour"), ("3", "b"), ("4", None))
    ]
    journal = Journal(database)
    journal.note_pages(pages)
    assert store.remove(["harbour"]) == ["harbour"]
    assert versions(store) == []
    with pytest.raises(KeyError, match="harbour"):
        store.article("harbour")
    assert store.identities.removed(["harbour", "b", "x"]) == {"harbour"}
    store.add([encoded(make_article("Flood."), 5)], MODEL)
    assert [each.article.text for each in versions(store)] == ["Flood."]
    assert [each.article.text for each in versions(store, "b")] == ["Rain.", "Snow."]


def test_the_same_piece_is_known_by_address_or_words(store: Store) -> None:
    """By the address however it is spelt, else by source and words; not by words of another source."""
    ice = make_article("Ice.", id="ice", url="https://gull.example/ice")
    snow = make_article("Snow.", id="snow", url=None)
    store.add([encoded(ice, 1), encoded(snow, 2)], MODEL)
    same = store.identities.same_piece
    assert same(make_article("Flood.", id="x", url="https://gull.example/ice")) == "ice"
    assert same(make_article("Flood.", id="x", url="http://www.gull.example/ice/?utm_source=x")) == "ice"
    assert same(make_article("Snow.", id="x", url="https://gull.example/snow")) == "snow"
    assert same(make_article("Snow.", id="x", url=None)) == "snow"
    assert same(make_article("Snow.", id="x", url="https://gull.example/ice")) == "ice"
    assert same(make_article("Snow.", id="x", url=None, source="The Tide")) is None
    assert same(make_article("Snow.", id="x", url=None, title="Other")) is None
    assert same(make_article("Flood.", id="x", url=None)) is None


def test_of_several_the_first_to_come_is_the_piece(store: Store) -> None:
    """Whatever their ids, and also if it is withdrawn, so that it does not come back by another way."""
    for name in ("b", "a"):
        store.add([encoded(make_article(id=name), 1)], MODEL)
    assert store.identities.same_piece(make_article(id="x")) == "b"
    # A newer version has not come later than the piece itself.
    store.add([encoded(make_article(id="b", updated=date(2025, 1, 12)), 1)], MODEL)
    assert store.identities.same_piece(make_article(id="x")) == "b"
    store.withdraw(Withdrawal("b", "wire", "staged"))
    store.add([encoded(make_article("Thaw.", id="a", url=None), 2)], MODEL)
    assert store.identities.same_piece(make_article(id="x")) == "b"


@dataclass
class Model:
    """What a store should hold: numbers with mark, article, start and the generation they came with."""

    generation: int = 0
    live: dict[int, tuple[float, str, int, int]] = field(default_factory=dict)
    gone: dict[int, int] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)

    @property
    def known(self) -> set[str]:
        """The ids of the articles that may be used."""
        return {owner for _, owner, _, _ in self.live.values()}

    def take_out(self, ids: list[str]) -> None:
        """Let the passages of these articles go in this generation."""
        for number in [number for number, (_, owner, _, _) in self.live.items() if owner in ids]:
            del self.live[number]
            self.gone[number] = self.generation


class StoreMachine(RuleBasedStateMachine):
    """Adds, replaces, withdraws and removes at random, beside a model of plain dictionaries."""

    ids = st.sampled_from("abcde")

    @initialize()
    def open(self) -> None:
        """Start with an empty store, of which a second object is open all the time."""
        self.folder = TemporaryDirectory()
        url = f"sqlite:///{self.folder.name}/a.db"
        self.store, self.other = Store.open(url), Store.open(url)
        self.model = Model()
        self.marks = count(1)

    @rule(given=st.dictionaries(ids, st.integers(1, 3), min_size=1))
    def add(self, given: dict[str, int]) -> None:
        """Add or replace some articles in one change."""
        batch = [
            encoded(
                make_article(f"{next(self.marks)} text", id=name), *(next(self.marks) for _ in range(parts))
            )
            for name, parts in given.items()
        ]
        before = self.model.generation
        self.store.add(batch, MODEL)
        self.model.generation += 1
        self.model.take_out(list(given))
        self.model.withdrawn -= given.keys()
        fresh = marks_since(self.store, before)
        expected = [(item.article.id, at, row[0]) for item in batch for at, row in enumerate(item.embeddings)]
        assert list(fresh.values()) == [mark for _, _, mark in expected]
        assert min(fresh) > max([0, *self.model.live, *self.model.gone])
        for number, (owner, start, mark) in zip(fresh, expected, strict=True):
            self.model.live[number] = (mark, owner, start, self.model.generation)

    @rule(given=st.lists(ids, max_size=3))
    def remove(self, given: list[str]) -> None:
        """Remove some articles, of which some are not there."""
        present = sorted((self.model.known | self.model.withdrawn) & set(given))
        assert self.store.remove(given) == present
        if present:
            self.model.generation += 1
            self.model.take_out(present)
            self.model.withdrawn -= set(present)

    @rule(name=ids)
    def withdraw(self, name: str) -> None:
        """Withdraw an article that is there, or is not, or was withdrawn before."""
        assert self.store.withdraw(Withdrawal(name, "wire", "staged")) == (name in self.model.known)
        if name not in self.model.withdrawn:
            self.model.generation += 1
            self.model.take_out([name])
            self.model.withdrawn.add(name)

    @invariant()
    def what_may_be_used_is_told(self) -> None:
        """Both objects tell of the articles that are there and not withdrawn, and of no other."""
        for store in (self.store, self.other):
            assert {each.id for each in store.articles()} == self.model.known
            assert store.extent().articles == len(self.model.known)

    @invariant()
    def what_came_and_went_is_told(self) -> None:
        """From every generation on, both objects tell what the model tells."""
        for store in (self.store, self.other):
            assert store.generation() == self.model.generation
            for since in range(self.model.generation + 1):
                came = {number: each for number, each in self.model.live.items() if each[3] > since}
                assert marks_since(store, since) == {number: mark for number, (mark, *_) in came.items()}
                assert spans_since(store, since) == {
                    number: (i, at) for number, (_, i, at, _) in came.items()
                }
                went = sorted(number for number, at in self.model.gone.items() if at > since)
                assert sorted(store.removed_since(since).tolist()) == went

    def teardown(self) -> None:
        """Close both objects."""
        self.store.close()
        self.other.close()
        self.folder.cleanup()


StoreMachine.TestCase.settings = settings(max_examples=10, stateful_step_count=8, deadline=None)
TestStoreAgainstModel = StoreMachine.TestCase


def test_what_came_since_is_whole_in_small_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """More passages than a batch, and more values than a statement takes, lose nothing."""
    monkeypatch.setattr(store_module, "BATCH", 2)
    monkeypatch.setattr(database_module, "VALUES", 3)
    store.add([encoded(make_article(id=f"{at}"), at) for at in range(1, 8)], MODEL)
    assert [len(numbers) for numbers, _ in store.embeddings_since(0)] == [2, 2, 2, 1]
    assert marks_since(store, 0) == {at: at for at in range(1, 8)}
    assert len(spans_since(store, 0)) == 7
    assert len(store.digests(f"{at}" for at in range(20))) == 7
    assert list(store.fetch([7, 3, 1, 9, 5])) == [1, 3, 5, 7]
    assert store.remove(f"{at}" for at in range(20)) == [f"{at}" for at in range(1, 8)]
    assert marks_since(store, 0) == {}


def test_what_came_since_is_whole_over_many_changes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that end within a change and between two of them lose nothing, in the order of the numbers."""
    monkeypatch.setattr(store_module, "BATCH", 2)
    at = 0
    for some in (1, 2, 3, 1):
        store.add([encoded(make_article(id=f"{at + more}"), at + more) for more in range(some)], MODEL)
        at += some
    found = [number for numbers, _ in store.embeddings_since(0) for number in numbers]
    assert len(found) == 7
    assert found == sorted(found)
    assert [len(marks_since(store, since)) for since in range(5)] == [7, 6, 4, 1, 0]


class Interrupted(list[Passage]):
    """Passages of which the second never comes."""

    def __iter__(self) -> Iterator[Passage]:
        """The first, then Ctrl-C."""
        yield self[0]
        raise KeyboardInterrupt


def broken_batches() -> dict[str, tuple[list[Encoded], type[BaseException]]]:
    """Batches that fail after their first article, with what they raise."""
    good, second = encoded(make_article("New."), 7), make_article(id="second")
    two = [Passage("second", 0, 1, "T"), Passage("second", 1, 2, "h")]
    one_row: Embeddings = np.ones((1, 2), dtype=np.float32)
    return {
        "lengths differ": ([good, Encoded(second, two, one_row)], ValueError),
        "interrupted": (
            [good, Encoded(second, Interrupted(two), np.ones((2, 2), np.float32))],
            KeyboardInterrupt,
        ),
        "an id twice": ([good, good], StoreError),
        "a passage of no article": ([good, Encoded(second, two, np.ones((0, 2), np.float32))], ValueError),
        "no title": ([good, encoded(make_article(id="x", title=None), 1)], StoreError),
        "a lone surrogate": ([good, encoded(make_article("\ud800", id="x"), 1)], UnicodeEncodeError),
    }


@pytest.mark.parametrize("name", broken_batches())
def test_a_batch_is_stored_whole_or_not_at_all(store: Store, name: str) -> None:
    """Whatever fails on the way, all is as it was, and the next batch is stored."""
    store.add([encoded(make_article(), 1, 2)], MODEL)
    before = content(store)
    batch, error = broken_batches()[name]
    with pytest.raises(error):
        store.add(batch, MODEL)
    assert content(store) == before
    store.add([encoded(make_article("New."), 7)], MODEL)
    assert marks_since(store, 0) == {3: 7}


@pytest.mark.parametrize(("model", "dimension"), [("other", 2), (MODEL, 3)])
def test_another_models_embeddings_are_refused(store: Store, model: str, dimension: int) -> None:
    """Neither another name nor another dimension is mixed in; the message names both, nothing changes."""
    store.add([encoded(make_article(), 1)], MODEL)
    before = content(store)
    batch = Encoded(make_article(id="x"), [Passage("x", 0, 1, "T")], np.ones((1, dimension), np.float32))
    with pytest.raises(ModelError, match=rf"'{MODEL}' \(2 dimensions\), not '{model}' \({dimension}\)"):
        store.add([batch], model)
    assert content(store) == before


def test_two_stores_on_one_file_see_each_others_changes(store: Store, url: str) -> None:
    """What one commits the other tells at once, and both have the same identity."""
    with closing(Store.open(url)) as other:
        assert other.identity() == store.identity()
        store.add([encoded(make_article(), 1)], MODEL)
        other.add([encoded(make_article(id="x"), 2)], MODEL)
        assert content(store) == content(other)
        assert store.generation() == 2
        assert other.remove(["harbour"]) == ["harbour"]
        assert marks_since(store, 0) == {2: 2}


def test_each_database_has_its_own_identity(tmp_path: Path) -> None:
    """Two databases are never taken for one another."""
    with (
        closing(Store.open(f"sqlite:///{tmp_path}/a.db")) as a,
        closing(Store.open(f"sqlite:///{tmp_path}/b.db")) as b,
    ):
        assert a.identity() != b.identity()


WRITER = """
import sys
import numpy as np
from index.records import Article, Passage
from index.store import Encoded, Store

url, name = sys.argv[1:]
store = Store.open(url)
print("ready", flush=True)
sys.stdin.readline()
for turn in range(25):
    article = Article(id=f"{name}{turn}", title="t", text="x", input="i")
    store.add([Encoded(article, [Passage(article.id, 0, 1, "x")], np.ones((1, 2), np.float32))], "fake")
store.close()
"""


def started(url: str, name: str) -> subprocess.Popen[str]:
    """A process that adds 25 articles, one by one, once it is told to."""
    command = [sys.executable, "-c", WRITER, url, name]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_two_processes_that_add_at_once_both_succeed(store: Store, url: str) -> None:
    """They wait for each other: every article is stored, and every change has its generation."""
    with started(url, "a") as first, started(url, "b") as second:
        for process in (first, second):
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in (first, second):
            assert process.stdin
            print("go", file=process.stdin, flush=True)
        for process in (first, second):
            process.communicate(timeout=60)
        assert (first.returncode, second.returncode) == (0, 0)
    assert store.generation() == 50
    assert store.extent().articles == 50
    assert len(marks_since(store, 49)) == 1


def test_a_newer_schema_is_refused_and_left_alone(url: str, tmp_path: Path) -> None:
    """The message tells both schemas and what to do."""
    Store.open(url).close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("UPDATE coverage SET schema = 99")
        connection.execute("DROP TABLE removals")
    with pytest.raises(
        StoreError, match="schema 99, and this Dateline knows 2; use the version that made it"
    ):
        Store.open(url)
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE name = 'removals'").fetchall()
    assert names == []


def test_opening_waits_for_nobody(store: Store, url: str, tmp_path: Path) -> None:
    """While another process writes, a question can be asked: what is up to date is opened without a write."""
    store.add([encoded(make_article(), 1)], MODEL)
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE").close()
        writer.execute("DELETE FROM passages").close()
        began = time.monotonic()
        with closing(Store.open(url)) as other:
            assert marks_since(other, 0) == {1: 1}
        assert time.monotonic() - began < 5
        writer.execute("ROLLBACK").close()


@pytest.mark.parametrize("raw", [b"no database " * 400, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_refused(url: str, tmp_path: Path, raw: bytes) -> None:
    """The message is one line that names the database, and the file is left as it was."""
    (tmp_path / "a.db").write_bytes(raw)
    with pytest.raises(StoreError, match=r"a\.db cannot be used: .*; check that it is there") as caught:
        Store.open(url)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "a.db").read_bytes() == raw


def test_a_database_damaged_inside_is_told(store: Store, url: str, tmp_path: Path) -> None:
    """Pages that are overwritten give an error that can be acted on."""
    store.add([encoded(make_article("x" * 9000), 1)], MODEL)
    store.close()
    file = tmp_path / "a.db"
    raw = file.read_bytes()
    file.write_bytes(raw[:4096] + b"\xa5" * (len(raw) - 4096))
    with pytest.raises(StoreError, match="cannot be used"), closing(Store.open(url)) as damaged:
        list(damaged.articles())


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A database in a folder that nobody made cannot be used."""
    with pytest.raises(StoreError, match=r"nowhere/a\.db cannot be used"):
        Store.open(f"sqlite:///{tmp_path}/nowhere/a.db")


def test_a_database_that_cannot_be_written_is_told(store: Store, tmp_path: Path) -> None:
    """Opened for reading alone, it refuses to add and keeps what it has."""
    store.add([encoded(make_article(), 1)], MODEL)
    with closing(Store.open(f"sqlite:///file:{tmp_path / 'a.db'}?mode=ro&uri=true")) as reader:
        with pytest.raises(StoreError, match="readonly database; check that it is there, writable"):
            reader.add([encoded(make_article("New."), 2)], MODEL)
        assert marks_since(reader, 0) == {1: 1}


@pytest.mark.parametrize("url", ["", "no url", "nosuch://x/y", "oracle://gull:hush@db.invalid/x"])
def test_an_address_of_no_database_we_know_is_told(url: str) -> None:
    """The message names the setting, is one line, and keeps the password to itself."""
    with pytest.raises(StoreError, match="DATELINE_DATABASE_URL cannot be used") as caught:
        Store.open(url)
    assert "\n" not in str(caught.value)
    assert "hush" not in str(caught.value)
