from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from articles import make_article
from fakes import FakeEncoder
from news_site.stories import story

from index import indexing
from index.coverage import DATABASE, Coverage
from index.errors import DatelineError
from index.groups import Groups
from index.indexing import Indexing, Taken
from index.passages import split
from index.records import Article, Skipped, Withdrawal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.encoder import Embeddings
    from index.indexing import Item, Report
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
        with pytest.raises(DatelineError, match="there is not enough memory to go on"):
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


NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
DAY = NOON.date()


def issued(text: str = "Ice held.", hours: int = 0, **fields: Any) -> Article:
    """A version of one piece that its publisher issued so many hours after noon."""
    given = {"published": DAY, "issued": NOON + timedelta(hours=hours), "language": "en"}
    return make_article(text, **(given | fields))


def begun(coverage: Coverage) -> Indexing:
    """A run that has begun, into this coverage."""
    return Indexing(coverage._store, coverage._groups, coverage._encoder)


def read(coverage: Coverage, *items: Item) -> Report:
    """What becomes of these items in a run of their own."""
    run = begun(coverage)
    run.run("feed", items)
    return run.report


def counts(report: Report) -> tuple[int, int, int, int]:
    """How many were added, updated, unchanged and given twice."""
    return report.added, report.updated, report.unchanged, report.repeated


def answered(coverage: Coverage, question: str) -> list[str]:
    """The ids of the articles that a question finds."""
    return [hit.article.id for hit in coverage.ask(question).hits]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": "a"}, {"id": "b", "text": "Ice broke."}),
        ({"id": "a"}, {"id": "b", "text": "Ice broke.", "url": "http://www.gull.example/harbour/?utm_id=1"}),
        ({"id": "a", "url": None}, {"id": "b", "url": None}),
        ({"id": "a", "url": "https://gull.example/1"}, {"id": "b", "url": "https://gull.example/2"}),
    ],
    ids=["address", "spelling", "words", "words at two addresses"],
)
@pytest.mark.parametrize("way", ["one batch", "two batches of a run", "two runs"])
def test_the_same_piece_is_one_article(
    coverage: Coverage, store: Store, first: dict[str, Any], second: dict[str, Any], way: str
) -> None:
    """By its address, or by its source and words, whether it is stored or waits to be."""
    pieces = issued(**first), issued(**second, hours=1)
    run = begun(coverage)
    if way == "one batch":
        run.take(pieces)
    else:
        run.take(pieces[:1])
        if way == "two runs":
            run.flush()
            run = begun(coverage)
        run.take(pieces[1:])
    run.flush()
    assert texts(store) == {"a": pieces[1].text}
    assert store.extent().articles == 1


def test_two_files_of_the_same_words_do_not_take_turns(
    coverage: Coverage, store: Store, encoder: FakeEncoder, news: Path
) -> None:
    """Each dates them in its own way: the first stays as it is, in that run and the next."""
    write(news, "a.txt", "Ice held.", title="Ice", date="2025-01-11")
    write(news, "b.txt", "Ice held.", title="Ice", date="2025-01-12")
    coverage.index(["news"])
    encoder.encoded = 0
    assert counts(coverage.index(["news"])) == (0, 0, 2, 0)
    assert encoder.encoded == 0
    (article,) = store.articles()
    assert (article.id, article.published) == ("news/a.txt", date(2025, 1, 11))


def test_what_became_of_each_is_told(coverage: Coverage) -> None:
    """In the order of the articles, under the ids that they are stored by."""
    run = begun(coverage)
    items: list[Item] = [
        issued(id="a"),
        Skipped("feed", "no text"),
        issued("Snow fell.", id="b", url=None),
        issued("Ice broke.", 1, id="c"),
        issued("Ice broke.", 1, id="d"),
    ]
    assert run.take(items) == [
        Taken("a", "added"),
        Taken("b", "added"),
        Taken("a", "updated"),
        Taken("a", "unchanged"),
    ]
    run.flush()
    assert counts(run.report) == (2, 1, 1, 0)
    assert run.report.passages == 3


@pytest.mark.parametrize("way", ["one batch", "two runs"])
def test_what_names_itself_stands_alone(coverage: Coverage, store: Store, way: str) -> None:
    """Two ids are two articles, whatever else they share."""
    pieces = [issued(id=name, named=True) for name in "ab"]
    if way == "one batch":
        assert counts(read(coverage, *pieces)) == (2, 0, 0, 0)
    else:
        for each in pieces:
            assert counts(read(coverage, each)) == (1, 0, 0, 0)
    assert texts(store).keys() == {"a", "b"}


def test_a_page_does_not_replace_what_a_file_names(coverage: Coverage, store: Store) -> None:
    """It is that piece, and the file's word on it holds."""
    read(coverage, issued(id="archive-1", named=True))
    assert counts(read(coverage, issued("Ice broke.", 1, id="page"))) == (0, 0, 1, 0)
    assert texts(store) == {"archive-1": "Ice held."}


def test_a_kill_finds_its_article_by_either_name(coverage: Coverage, store: Store) -> None:
    """The page came first, then the agency's item of the same piece; the kill names the agency's id."""
    read(coverage, issued(id="page"))
    read(coverage, issued("Ice broke.", 1, id="urn:1"))
    assert texts(store) == {"page": "Ice broke."}
    report = read(coverage, Withdrawal("urn:1", "wire", "staged", NOON + timedelta(hours=2)))
    assert report.withdrawn == 1
    assert texts(store) == {}
    assert counts(read(coverage, issued("Ice broke.", 1, id="urn:1"))) == (0, 0, 1, 0)
    assert texts(store) == {}


def test_a_folder_with_a_kill_in_the_middle_comes_to_rest(coverage: Coverage, store: Store) -> None:
    """Version, kill, newer version: read again and again, the newest stays and nothing is encoded."""
    wire: list[Item] = [
        issued(id="urn:1"),
        Withdrawal("urn:1", "wire", "staged", NOON + timedelta(hours=1)),
        issued("Ice broke.", 2, id="urn:1"),
    ]
    read(coverage, *wire)
    assert texts(store) == {"urn:1": "Ice broke."}
    generation = store.generation()
    for _ in range(2):
        report = read(coverage, *wire)
        assert (report.updated, report.withdrawn, report.passages) == (0, 0, 0)
    assert store.generation() == generation


def test_what_somebody_removed_is_not_put_back_by_a_watch(coverage: Coverage, store: Store) -> None:
    """By none of its names; whoever indexes it puts it back."""
    read(coverage, issued(id="page"))
    read(coverage, issued(id="urn:1"))
    coverage.remove(["page"])
    watch = Indexing(store, coverage._groups, coverage._encoder, watching=True)
    watch.run("feed", [issued(id="page"), issued("Ice broke.", 3, id="urn:1")])
    assert (watch.report.added, watch.report.unchanged, texts(store)) == (0, 2, {})
    assert read(coverage, issued(id="page")).added == 1
    watch.run("feed", [issued("Ice broke.", 3, id="page")])
    assert texts(store) == {"page": "Ice broke."}


def test_an_update_keeps_the_first_day_and_gets_one(coverage: Coverage, store: Store) -> None:
    """However late the publisher dates it anew; the old words stay in the history."""
    read(coverage, issued())
    later = issued("Ice broke.", 48, published=date(2025, 1, 13), id="feed#2")
    assert counts(read(coverage, later)) == (0, 1, 0, 0)
    stored = store.article("harbour").article
    assert (stored.published, stored.updated, stored.issued) == (DAY, date(2025, 1, 13), later.issued)
    ((newest, oldest),) = coverage.history("harbour")
    assert (newest.article.text, oldest.article.text) == ("Ice broke.", "Ice held.")
    assert answered(coverage, "ice broke") == ["harbour"]


def test_a_correction_alone_is_an_update(coverage: Coverage, store: Store) -> None:
    """The same words with a word on what was wrong."""
    read(coverage, issued())
    corrected = issued(hours=1, correction="The ice held on Friday.", corrected=date(2025, 1, 12))
    assert counts(read(coverage, corrected)) == (0, 1, 0, 0)
    stored = store.article("harbour").article
    assert (stored.correction, stored.corrected) == ("The ice held on Friday.", date(2025, 1, 12))
    assert stored.updated is None


def test_what_is_only_dated_anew_is_unchanged(coverage: Coverage, store: Store, encoder: FakeEncoder) -> None:
    """Nothing is encoded or stored, and the history has one version."""
    read(coverage, issued())
    generation, encoder.encoded = store.generation(), 0
    again = issued(hours=5, published=date(2025, 1, 14), updated=date(2025, 1, 14), authors=("Ann",))
    assert counts(read(coverage, again)) == (0, 0, 1, 0)
    assert (store.generation(), encoder.encoded) == (generation, 0)
    assert store.article("harbour")[0].published == DAY
    assert [len(versions) for versions in coverage.history("harbour")] == [1]


def test_an_older_version_changes_nothing(coverage: Coverage, store: Store, encoder: FakeEncoder) -> None:
    """A slow feed does not take the coverage back, not even within one batch."""
    first = read(coverage, issued("Ice broke.", 2), issued("Ice held.", 1))
    assert counts(first) == (1, 0, 1, 0)
    encoder.encoded = 0
    assert counts(read(coverage, issued("Ice held.", 1))) == (0, 0, 1, 0)
    assert (texts(store), encoder.encoded) == ({"harbour": "Ice broke."}, 0)


def withdrawn(hours: int, name: str = "harbour") -> Withdrawal:
    """A publisher's word, so many hours after noon."""
    return Withdrawal(name, "wire", "the photograph was staged", NOON + timedelta(hours=hours))


def test_a_withdrawn_article_is_in_no_answer_at_once(coverage: Coverage) -> None:
    """It is told with its reason, and reading the old version again does not bring it back."""
    read(coverage, issued(), issued("Snow fell.", id="b", url=None))
    assert answered(coverage, "ice") == ["harbour", "b"]
    report = read(coverage, withdrawn(3))
    assert (report.withdrawn, report.barren) == (1, [])
    assert [(each.input, each.reason) for each in report.withdrawals] == [
        ("wire", "the photograph was staged")
    ]
    for again in (issued(), issued(hours=3), issued("Ice  held.", 2, id="other way"), issued(issued=None)):
        assert answered(coverage, "ice") == ["b"]
        assert counts(read(coverage, again)) == (0, 0, 1, 0)
    assert answered(coverage, "ice") == ["b"]
    assert coverage.extent().articles == 1


def test_a_later_version_lifts_a_withdrawal(coverage: Coverage, store: Store) -> None:
    """Also with the very same words; it is an update of what is known."""
    read(coverage, issued(), withdrawn(3))
    assert counts(read(coverage, issued(hours=4))) == (0, 1, 0, 0)
    assert answered(coverage, "ice") == ["harbour"]
    stored, withdrawn_on, _ = store.article("harbour")
    assert (stored.issued, withdrawn_on) == (NOON + timedelta(hours=4), None)


def test_a_second_withdrawal_says_nothing_new(coverage: Coverage) -> None:
    """It is counted as given twice, and so is one of an article that is not known."""
    read(coverage, issued(), withdrawn(3))
    report = read(coverage, withdrawn(4), withdrawn(4, "unknown"))
    assert (report.withdrawn, report.repeated, report.noticed, report.barren) == (0, 2, [], [])


def test_what_was_withdrawn_before_it_came_is_not_taken_in(coverage: Coverage) -> None:
    """Only a version issued after the word is."""
    read(coverage, withdrawn(3))
    assert counts(read(coverage, issued())) == (0, 0, 1, 0)
    assert coverage.extent().articles == 0
    assert counts(read(coverage, issued("Ice broke.", 4))) == (0, 1, 0, 0)
    assert answered(coverage, "ice") == ["harbour"]


@pytest.mark.parametrize("last", [0, 2])
def test_a_withdrawal_holds_within_a_batch(coverage: Coverage, store: Store, last: int) -> None:
    """The article stands before and after it in what one input gives at once."""
    report = read(coverage, issued(), withdrawn(3), issued("Ice held still.", last))
    assert (counts(report), report.withdrawn) == ((1, 0, 1, 0), 1)
    assert texts(store) == {}


def test_a_withdrawal_is_lifted_within_a_batch(coverage: Coverage) -> None:
    """By a later version with the very words that were stored when the batch was looked up."""
    read(coverage, issued())
    report = read(coverage, withdrawn(3), issued(hours=4))
    assert (counts(report), report.withdrawn) == ((0, 1, 0, 0), 1)
    assert answered(coverage, "ice") == ["harbour"]


def test_an_article_stored_in_the_middle_of_a_batch_is_known(
    coverage: Coverage, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not there when the batch was looked up may be there by now."""
    monkeypatch.setattr(indexing, "TOGETHER", 1)
    report = read(coverage, issued("Ice broke.", 2), issued("Ice held.", 1), issued("Ice broke.", 3))
    assert counts(report) == (1, 0, 2, 0)
    assert texts(store) == {"harbour": "Ice broke."}


def test_an_article_that_waited_since_the_batch_before_is_known(coverage: Coverage, store: Store) -> None:
    """It was not stored when this batch was looked up, and is by when its older version comes."""
    run = begun(coverage)
    run.take([issued("Ice broke.", 2)])
    run.take([withdrawn(3, "unknown"), issued("Ice held.", 1)])
    run.flush()
    assert counts(run.report) == (1, 0, 1, 1)
    assert texts(store) == {"harbour": "Ice broke."}


def copies_of(number: int, *sources: str) -> list[Article]:
    """A story as several sources print it."""
    told = story(number)
    return [
        make_article(told.text, id=f"{number} in {source}", title=told.title, source=source, url=None)
        for source in sources
    ]


def stories(store: Store) -> dict[str, str | None]:
    """The story of each article, by id."""
    return {each.id: each.story for each in store.articles()}


def test_copies_of_a_story_are_grouped(coverage: Coverage, store: Store) -> None:
    """In one batch or in runs one after the other; another story is a group of its own."""
    first, second, third = copies_of(1, "Gull", "Tide", "Reed")
    other, another = copies_of(2, "Gull", "Tide")
    read(coverage, first, second, other)
    read(coverage, another, third)
    named = stories(store)
    assert None not in named.values()
    assert named[first.id] == named[second.id] == named[third.id]
    assert named[other.id] == named[another.id]
    assert len(set(named.values())) == 2


def test_an_update_stays_with_its_copies_or_leaves_them(coverage: Coverage, store: Store) -> None:
    """What it is a copy of is decided by its newest words."""
    one, two = copies_of(1, "Gull", "Tide")
    read(coverage, one, two)
    read(
        coverage, make_article(f"{two.text} More later.", id=two.id, title=two.title, source="Tide", url=None)
    )
    assert stories(store)[one.id] == stories(store)[two.id]
    read(coverage, make_article(story(2).text, id=two.id, source="Tide", url=None))
    assert stories(store)[one.id] != stories(store)[two.id]


class Stopping(Groups):
    """Groups of a program that is stopped when it has stored articles and not yet grouped them."""

    def group_new(self) -> None:
        """Ctrl-C."""
        raise KeyboardInterrupt


def test_what_a_crash_left_ungrouped_is_grouped_by_the_next_run(coverage: Coverage, store: Store) -> None:
    """Even by one that reads nothing new."""
    copies = copies_of(1, "Gull", "Tide", "Reed")
    run = Indexing(store, Stopping(coverage._database), coverage._encoder)
    with pytest.raises(KeyboardInterrupt):
        run.run("feed", copies)
    assert set(stories(store).values()) == {None}
    assert counts(read(coverage, copies[0])) == (0, 0, 1, 0)
    assert len(set(stories(store).values())) == 1
    assert None not in stories(store).values()


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
