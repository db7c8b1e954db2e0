# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from articles import make_article
from news_site.stories import story

from index.answering.question import Moment
from index.answering.topics import understand_topic
from index.errors import ModelError, QuestionError
from index.indexing import Indexing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.coverage import Coverage
    from index.records import Article, Hit

NOW = date(2025, 4, 20)
MOMENT = Moment(NOW, ("The Gull", "Tide", "BBC News", "Fox News", "Reuters"), date(2025, 4, 19))


def report(name: str, title: str, text: str, **fields: Any) -> Article:
    """An article of its own."""
    return make_article(text, **({"id": name, "title": title, "url": None, "language": "en"} | fields))


FERRY = report(
    "ferry",
    "Ferry sinks",
    "The ferry sank in the bay at night. Divers looked for the captain of the sunk ferry.",
    source="Tide",
    published=date(2025, 3, 11),
)
SEARCH = report(
    "search",
    "Ferry captain found",
    "Ferry captain\n\nDivers found the captain of the ferry that sank. The bay was calm.",
    published=date(2025, 3, 20),
)
HARBOUR = report(
    "harbour",
    "Harbour freezes",
    "Forty ships waited outside the frozen harbour. Nobody was hurt, and a ferry was late. " * 5,
    published=date(2024, 12, 1),
)
BREAD = report("bread", "Bread dearer", "A loaf costs nine crowns now. Bakers blame the mill.")


def add(coverage: Coverage, articles: Sequence[Article]) -> None:
    """Index these articles as they are."""
    Indexing(coverage._store, coverage._groups, coverage._encoder).run("wire", articles)


@pytest.fixture
def filled(coverage: Coverage) -> Coverage:
    """A coverage of two reports on a ferry and two on other things."""
    add(coverage, [FERRY, SEARCH, HARBOUR, BREAD])
    return coverage


def ids(hits: Sequence[Hit]) -> list[str]:
    """The hits' articles, in order."""
    return [hit.article.id for hit in hits]


def test_a_topic_gives_the_reports_that_are_about_it(filled: Coverage) -> None:
    """The most relevant first, verbatim; what only mentions it is none, and no hit claims to answer."""
    hits = filled.about("ferry captain", count=10, now=NOW)
    assert set(ids(hits)) == {"ferry", "search"}
    assert [hit.rank for hit in hits] == [1, 2]
    assert hits[0].score >= hits[1].score
    for hit in hits:
        passage = hit.passage
        assert passage.text == hit.article.text[passage.start : passage.end]
        assert all(passage.start <= start < end <= passage.end for start, end in hit.highlights)
        assert (hit.answers, hit.confidence) == (False, 0.0)
    assert filled.about("ferry captain", count=1, now=NOW) == hits[:1]
    assert filled.about("ferry captain", count=0, now=NOW) == []


@pytest.mark.parametrize("topic", ["zeppelin", "zeppelin of Qwyx", "the", "ferry zeppelin qwyx"])
def test_of_a_topic_that_nobody_wrote_about_there_is_nothing(filled: Coverage, topic: str) -> None:
    """Never the nearest that there is, nor what holds one word of three."""
    assert filled.about(topic, count=10, now=NOW) == []


def test_an_empty_coverage_has_no_reports(coverage: Coverage) -> None:
    """And what is no topic is refused all the same."""
    assert coverage.about("ferry", count=3) == []
    with pytest.raises(QuestionError, match="no words"):
        coverage.about("?!", count=3)


def test_another_models_coverage_is_refused(filled: Coverage) -> None:
    """Its embeddings would tell nothing."""
    filled._encoder.name = "other"  # type: ignore[misc]
    with pytest.raises(ModelError):
        filled.about("ferry", count=3)


def test_what_is_lit_holds_most_of_the_topic(filled: Coverage) -> None:
    """A heading is not lit where a sentence tells it; where only a heading does, it is."""
    lit = {
        hit.article.id: [hit.article.text[start:end] for start, end in hit.highlights]
        for hit in filled.about("ferry captain", count=10, now=NOW)
    }
    assert lit == {
        "ferry": ["Divers looked for the captain of the sunk ferry."],
        "search": ["Divers found the captain of the ferry that sank."],
    }
    add(filled, [report("note", "Zeppelin", "Zeppelin\n\nIt is not known where it went on that day.")])
    (hit,) = filled.about("Zeppelin", count=10, now=NOW)
    assert [hit.article.text[start:end] for start, end in hit.highlights] == ["Zeppelin"]


def test_the_days_and_sources_that_a_topic_names_hold(filled: Coverage) -> None:
    """What was published before, or by another, is no report."""
    assert ids(filled.about("ferry captain since 15 March", count=10, now=NOW)) == ["search"]
    assert ids(filled.about("ferry captain from Tide", count=10, now=NOW)) == ["ferry"]
    assert filled.about("ferry captain from Tide since 15 March", count=10, now=NOW) == []


def test_of_a_story_there_is_one_report(coverage: Coverage) -> None:
    """The one that was first to tell it, with those behind it that say the same."""
    wire = story(3)
    copies = [
        report(name, wire.title, wire.text, source=name, published=date(2025, 3, day))
        for name, day in (("late", 3), ("first", 1), ("later", 4))
    ]
    add(coverage, [*copies, BREAD])
    (hit,) = coverage.about(wire.title, count=5, now=NOW)
    assert hit.article.id == "first"
    assert {each.id for each in hit.also} == {"late", "later"}


def test_an_article_is_one_report(coverage: Coverage) -> None:
    """However many of its passages are about the topic."""
    text = " ".join(f"The ferry sank near pier {number}, said the captain." for number in range(60))
    add(coverage, [report("ferry", "Ferry sinks", text)])
    assert coverage.extent().passages > 3
    assert ids(coverage.about("ferry captain", count=5, now=NOW)) == ["ferry"]


def test_a_topic_that_the_model_cannot_read_is_found_by_its_words(coverage: Coverage) -> None:
    """Then only what holds nearly all of its words is about it."""
    coverage._encoder.languages = frozenset({"en"})  # type: ignore[misc]
    ukrainian = {"language": "uk", "published": None}
    add(
        coverage,
        [
            report("гавань", "Гавань замерзла", "Сорок кораблів чекали біля гавані.", **ukrainian),
            report("мер", "Мер говорив", "Мер говорив про сувору зиму.", **ukrainian),
        ],
    )
    assert ids(coverage.about("кораблі у гавані", count=5, now=NOW)) == ["гавань"]
    assert coverage.about("пороми у гавані", count=5, now=NOW) == []


@pytest.mark.parametrize(
    ("topic", "text", "since", "until", "sources"),
    [
        ("Kursk", "Kursk", None, None, ()),
        ("Kursk since March", "Kursk", date(2025, 2, 28), None, ()),
        ("since March: Kursk", "Kursk", date(2025, 2, 28), None, ()),
        ("Kursk last week", "Kursk", date(2025, 4, 6), date(2025, 4, 16), ()),
        ("Kursk in March", "Kursk", date(2025, 2, 28), date(2025, 4, 3), ()),
        ("Kursk, from the BBC News", "Kursk", None, None, ("BBC News",)),
        ("latest news about Kursk from Reuters", "Kursk", None, None, ("Reuters",)),
        ("from Reuters since March: Kursk", "Kursk", date(2025, 2, 28), None, ("Reuters",)),
        ("The Gull's coverage of Kursk", "The Gull's coverage of Kursk", None, None, ("The Gull",)),
        ("host fired from Fox News", "host fired from Fox News", None, None, ()),
        ("troops from Kursk", "troops from Kursk", None, None, ()),
        ("the latest news", "news", None, None, ()),
        ("The Hague", "The Hague", None, None, ()),
        ("news anchor", "news anchor", None, None, ()),
        ("новини про Курськ", "Курськ", None, None, ()),
        ("attack on 7 March", "attack", date(2025, 3, 6), None, ()),
        ("US election 2024", "US election 2024", None, None, ()),
    ],
)
def test_a_topic_is_parted_from_when_and_by_whom(
    topic: str, text: str, since: date | None, until: date | None, sources: tuple[str, ...]
) -> None:
    """Days and sources become filters; what is left is looked for, without "latest news about"."""
    query = understand_topic(topic, MOMENT)
    assert (query.text, query.since, query.until, query.sources) == (text, since, until, sources)
    assert query.implied is query.filtered


@pytest.mark.parametrize("topic", ["since March", "news", "from Reuters", "7 March", "—x—", "( )1"])
def test_something_is_always_looked_for(topic: str) -> None:
    """A topic that only says when, or by whom, is looked for as it is."""
    assert any(character.isalnum() for character in understand_topic(topic, MOMENT).text)


def test_on_the_shipped_coverage_a_topic_is_told_from_others(shipped: Coverage) -> None:
    """With the real encoder: what the article is about is found, and what it is not about is not."""
    assert len(shipped.about("North Korean troops", count=5)) == 1
    for topic in ("sourdough bread", "Liechtenstein elections", "Taylor Swift tour", "earthquake in Peru"):
        assert shipped.about(topic, count=5) == []
