from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from articles import TEXT
from articles import make_article as make
from fakes import FakeEncoder
from news_site.stories import story

from index.coverage import Coverage
from index.indexing import Indexing
from index.records import Mark, Passage, SourceExtent, Withdrawal, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from index.records import Article, Hit


def article_of(text: str = TEXT, **fields: Any) -> Article:
    """An article without an address, by which two would be one."""
    return make(text, **({"url": None} | fields))


HARBOUR = article_of(id="harbour")
RIVERS = article_of(
    "Two rivers flooded the fields. Nobody was hurt.",
    id="rivers",
    title="Rivers rise",
    source="Tide",
    published=date(2025, 2, 1),
)
UNDATED = article_of("Ice is harder in a hard winter.", id="ice", source=None, published=None)
# Six passages of about a hundred words.
LONG = article_of(
    " ".join(f"Skater {number} came over the ice to the harbour at about that time." for number in range(48)),
    id="skaters",
    published=None,
)


def add(coverage: Coverage, articles: Iterable[Article]) -> None:
    """Index these articles as they are."""
    Indexing(coverage._store, coverage._groups, coverage._encoder, lambda _report: None).run(
        "wire", iter(articles)
    )


@pytest.fixture
def filled(coverage: Coverage) -> Coverage:
    """A coverage of three short articles and a long one."""
    add(coverage, [HARBOUR, RIVERS, UNDATED, LONG])
    return coverage


def mark(article: Article, words: str, **fields: object) -> Mark:
    """A mark of these words of an article."""
    start = article.text.index(words)
    kept = Mark(article.id, start, start + len(words), digest_of(words))
    return replace(kept, **fields)  # type: ignore[arg-type]


def ids(hits: Iterable[Hit]) -> list[str]:
    """The hits' articles, in order."""
    return [hit.article.id for hit in hits]


def test_what_was_answered_is_recalled_as_it_was(filled: Coverage) -> None:
    """In the order of the marks, with the passages, highlights and confidence that it had, ranked anew."""
    hits = filled.ask("How many ships waited outside?", count=5).hits
    recalled = filled.recall([hit.mark for hit in reversed(hits)])
    assert [hit.rank for hit in recalled] == list(range(1, len(hits) + 1))
    as_before = [replace(hit, rank=0, score=0.0) for hit in reversed(hits)]
    assert [replace(hit, rank=0) for hit in recalled] == as_before
    assert len(hits) == 5


def test_nothing_is_recalled_of_nothing(filled: Coverage) -> None:
    """No mark, no hit; nor of an empty coverage or of an id that is no text."""
    assert filled.recall([]) == []
    filled.remove(["harbour"])
    assert filled.recall([mark(HARBOUR, "Forty"), Mark("\ud800", 0, 1, digest_of("x"))]) == []


def test_what_no_longer_stands_there_is_left_out(filled: Coverage) -> None:
    """Of an article that was edited, what stands where it stood is recalled, and what moved is not."""
    marks = [mark(HARBOUR, "Forty ships"), mark(RIVERS, "Two rivers"), mark(HARBOUR, "The harbour froze")]
    edited = HARBOUR.text.replace("January", "December")
    add(filled, [replace(HARBOUR, text=edited)])
    recalled = filled.recall(marks)
    assert [hit.passage.text for hit in recalled] == ["Two rivers", "The harbour froze"]
    assert [hit.rank for hit in recalled] == [1, 2]
    assert recalled[1].article.text == edited


def test_a_withdrawn_article_is_not_recalled(filled: Coverage) -> None:
    """Nor named among those that said the same, nor are its words told."""
    marks = [mark(RIVERS, "Two rivers", also=("harbour", "ice", "nowhere")), mark(HARBOUR, "Forty")]
    assert [[each.id for each in hit.also] for hit in filled.recall(marks)] == [["harbour", "ice"], []]
    filled._store.withdraw(Withdrawal("harbour", "wire", "staged"))
    assert [[each.id for each in hit.also] for hit in filled.recall(marks)] == [["ice"]]
    assert filled.texts(["harbour", "ice"]) == {"ice": UNDATED.text}


def test_a_mark_keeps_what_is_shown_with_a_hit(filled: Coverage) -> None:
    """Highlights, confidence and whether it answers are the mark's; a score was not kept."""
    kept = mark(HARBOUR, "Forty ships waited", highlights=((30, 35),), confidence=0.7, answers=True)
    (hit,) = filled.recall([kept])
    assert (hit.highlights, hit.confidence, hit.answers, hit.score) == (((30, 35),), 0.7, True, 0.0)
    assert hit.mark == kept


def hit_of(coverage: Coverage, article: Article, number: int) -> Hit:
    """The hit of the passage of this number in an article."""
    start, end = coverage._store.spans(article.id)[number]
    return coverage.recall([Mark(article.id, start, end, digest_of(article.text[start:end]))])[0]


def test_a_passage_is_surrounded_by_its_neighbours(filled: Coverage) -> None:
    """From the beginning of the one before to the end of the one after, and no further at the ends."""
    spans = filled._store.spans("skaters")
    assert len(spans) == 6
    for number, (first, last) in enumerate([(0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5)]):
        around = filled.surroundings(hit_of(filled, LONG, number))
        start, end = spans[first][0], spans[last][1]
        assert around == Passage("skaters", start, end, LONG.text[start:end])
    alone = hit_of(filled, HARBOUR, 0)
    assert filled.surroundings(alone) == alone.passage


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ((900, 900, 900), (0, 2)),
        ((1400, 1200, 1400), (0, 1)),
        ((1900, 1400, 1400), (1, 2)),
        ((1900, 1900, 1900), (1, 1)),
    ],
)
def test_surroundings_have_an_end(
    coverage: Coverage, lengths: tuple[int, ...], expected: tuple[int, int]
) -> None:
    """Where three passages exceed 3,000 characters the one before stays, else the one after, else neither."""
    words = [" ".join(["x" * (length // 90)] * 89) + "." for length in lengths]
    article = article_of(" ".join(f"W{each}" for each in words), id="long", language="en")
    add(coverage, [article])
    spans = coverage._store.spans("long")
    assert len(spans) == 3
    around = coverage.surroundings(hit_of(coverage, article, 1))
    assert (around.start, around.end) == (spans[expected[0]][0], spans[expected[1]][1])
    assert around.text == article.text[around.start : around.end]
    assert len(around.text) <= 3000


def test_of_an_article_that_changed_only_the_passage_is_shown(filled: Coverage) -> None:
    """What stands around it now may not be what the hit's article has there."""
    hit = hit_of(filled, LONG, 2)
    add(filled, [replace(LONG, text="New. " + LONG.text)])
    assert filled.surroundings(hit) == hit.passage
    filled.remove(["skaters"])
    assert filled.surroundings(hit) == hit.passage


def test_the_texts_are_as_they_stand_now(filled: Coverage) -> None:
    """By id; of those that are not there, nothing."""
    assert filled.texts([]) == {}
    assert filled.texts(["ice", "rivers", "nowhere", "\udcff", "ice"]) == {
        "ice": UNDATED.text,
        "rivers": RIVERS.text,
    }
    add(filled, [replace(RIVERS, text="One river rose.")])
    assert filled.texts(["rivers"]) == {"rivers": "One river rose."}


def test_the_newest_are_the_openings_of_the_latest_articles(filled: Coverage) -> None:
    """By day, of one day what came last first, the undated at the end; as they open, nothing lit."""
    add(filled, [article_of("Snow fell.", id="snow", published=date(2025, 2, 1))])
    hits = filled.newest(10)
    assert ids(hits)[:3] == ["snow", "rivers", "harbour"]
    assert set(ids(hits)[3:]) == {"ice", "skaters"}
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
    assert all(not hit.article.text[: hit.passage.start].strip() for hit in hits)
    assert all(hit.passage.text == hit.article.text[hit.passage.start : hit.passage.end] for hit in hits)
    assert {(hit.highlights, hit.answers, hit.also) for hit in hits} == {((), False, ())}
    assert filled.newest(2) == hits[:2]
    assert filled.newest(0) == []


def test_of_a_story_the_first_to_tell_it_is_among_the_newest(coverage: Coverage) -> None:
    """Its copies stand behind it, however many come before, and a withdrawn one nowhere."""
    text = story(0).text
    copies = [
        article_of(text, id=f"copy{number}", source=f"Paper {number}", published=date(2025, 3, 2))
        for number in range(60)
    ]
    first = article_of(text, id="first", source="The Wire", published=date(2025, 3, 1))
    add(coverage, [*copies, first, HARBOUR])
    coverage._store.withdraw(Withdrawal("copy7", "wire", "staged"))
    hits = coverage.newest(3)
    assert ids(hits) == ["first", "harbour"]
    assert {each.id for each in hits[0].also} == {each.id for each in copies} - {"copy7"}


def test_an_empty_coverage_has_nothing_to_look_through(coverage: Coverage) -> None:
    """No articles, no sources, no passages."""
    assert (coverage.newest(3), coverage.sources(), coverage.last_passage()) == ([], [], 0)
    assert coverage.generation() == 0


def test_each_source_is_told_with_what_it_has(filled: Coverage) -> None:
    """The largest first, of like ones in the order of their names, the nameless among them."""
    add(filled, [replace(RIVERS, id="more", text="It rained.", published=None)])
    filled._store.withdraw(Withdrawal("skaters", "wire", "staged"))
    assert filled.sources() == [
        SourceExtent("Tide", 2, date(2025, 2, 1)),
        SourceExtent("The Gull", 1, date(2025, 1, 11)),
        SourceExtent(None, 1, None),
    ]


def test_the_last_passage_grows_with_what_comes(filled: Coverage, tmp_path: Path) -> None:
    """Every passage that comes later has a greater number, also after the last one went."""
    before, changes = filled.last_passage(), filled.generation()
    assert before == 9
    filled.remove(["skaters"])
    assert filled.last_passage() == 3
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as other:
        add(other, [article_of("Snow fell.", id="snow")])
    assert filled.last_passage() == before + 1
    assert filled.generation() == changes + 2


def test_the_database_is_handed_out(coverage: Coverage) -> None:
    """What else is kept of a coverage is kept with it; nobody can put another in its place."""
    assert coverage.database is coverage._store._database
    with pytest.raises(AttributeError):
        coverage.database = coverage.database  # type: ignore[misc]
