# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fakes import FakeEncoder

from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.encoder import Embeddings
    from index.records import Article, Passage
    from index.reranker import Scores

NOW = date(2025, 4, 20)
HARBOUR = (
    "title: Harbour freezes\nsource: The Gull\ndate: 2025-03-11\n\n"
    "Mayor Hale said that forty ships waited outside the frozen harbour. Nobody was hurt in the storm.\n"
)
FERRY = (
    "title: Ferry sinks\nsource: The Tide\ndate: 2024-11-20\n\n"
    "Mayor Hale said that the ferry sank in the bay at night. Divers looked for the captain.\n"
)


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Coverage]:
    """Two articles of two sources, months apart, and a threshold that suits the fake encoder."""
    for name, text in (("harbour", HARBOUR), ("ferry", FERRY)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder(), threshold=0.45) as coverage:
        coverage.index([str(tmp_path / "harbour.txt"), str(tmp_path / "ferry.txt")])
        yield coverage


def test_a_time_of_saying_keeps_other_articles_out(news: Coverage) -> None:
    """Only what was published then is found, and the query tells the dates."""
    answer = news.ask("What did Mayor Hale say about forty ships in March?", now=NOW)
    assert answer.answered
    assert [hit.article.title for hit in answer.hits] == ["Harbour freezes"]
    assert answer.query.since == date(2025, 2, 28)


def test_a_filter_that_leaves_no_answer_is_let_go(news: Coverage) -> None:
    """The ferry sank in November; asked about March it is found all the same, and the query says so."""
    answer = news.ask("What did Mayor Hale say about the ferry that sank in March?", now=NOW)
    alone = news.ask("What did Mayor Hale say in March? The ferry sank in the bay at night", now=NOW)
    assert answer.hits[0].article.title == "Ferry sinks"
    widened = news.ask("What did The Gull report: the ferry sank in the bay at night?", now=NOW)
    assert widened.hits[0].article.title == "Ferry sinks"
    assert widened.query.widened
    assert not widened.query.filtered
    assert not alone.query.widened


def test_a_filter_that_was_given_holds(news: Coverage) -> None:
    """What the caller filters by is never let go."""
    answer = news.ask("the ferry sank in the bay at night", sources=["The Gull"], now=NOW)
    assert {hit.article.source for hit in answer.hits} == {"The Gull"}
    assert not answer.query.widened


def test_a_filter_that_words_imply_can_be_let_go_at_once(news: Coverage) -> None:
    """Widened, both articles are found; where nothing was implied it changes nothing, nor what was given."""
    question = "What did Mayor Hale say about forty ships in March?"
    wide = news.ask(question, widen=True, now=NOW)
    assert [hit.article.title for hit in wide.hits] == ["Harbour freezes", "Ferry sinks"]
    assert (wide.query.widened, wide.query.filtered) == (True, False)
    assert news.ask("forty ships", widen=True, now=NOW) == news.ask("forty ships", now=NOW)
    given = news.ask("the ferry sank", sources=["The Gull"], widen=True, now=NOW)
    assert {hit.article.source for hit in given.hits} == {"The Gull"}
    assert not given.query.widened


def test_only_what_came_since_is_asked(news: Coverage, tmp_path: Path) -> None:
    """What was there before is not found again, by meaning or by words, and what is new is; filters hold."""
    before, question = news.last_passage(), "What did Mayor Hale say about the ferry that sank in March?"
    assert news.ask(question, after=before, now=NOW).hits == ()
    new = FERRY.replace("Ferry sinks", "Ferry raised").replace("2024-11-20", "2025-03-12")
    (tmp_path / "raised.txt").write_text(
        new.replace("sank in the bay at night", "was raised"), encoding="utf-8"
    )
    (tmp_path / "old.txt").write_text("title: Old\ndate: 2024-01-01\n\nMayor Hale sank.", encoding="utf-8")
    news.index([str(tmp_path / "raised.txt"), str(tmp_path / "old.txt")])
    given = news.ask(question, after=before, since=date(2025, 3, 1), now=NOW)
    assert [hit.article.title for hit in given.hits] == ["Ferry raised"]
    assert (given.query.after, given.query.since) == (before, date(2025, 3, 1))
    wide = news.ask(question, after=before, widen=True, now=NOW)
    assert {hit.article.title for hit in wide.hits} == {"Ferry raised", "Old"}
    assert news.ask(question, after=news.last_passage(), now=NOW).hits == ()
    everything = news.ask(question, after=0, count=9, widen=True, now=NOW)
    assert everything.hits == news.ask(question, count=9, widen=True, now=NOW).hits


class Unasked(FakeEncoder):
    """An encoder that must not be asked anything."""

    def encode_question(self, text: str) -> Embeddings:
        """Never called."""
        raise AssertionError(text)


def test_where_nothing_came_since_nothing_is_encoded(news: Coverage) -> None:
    """Who asks again and again waits for no model, and learns how much coverage there is."""
    before = news.last_passage()
    news._encoder = Unasked()
    answer = news.ask("What did Mayor Hale say in March?", after=before, now=NOW)
    assert (answer.hits, answer.answered, answer.confidence) == ((), False, 0.0)
    assert (answer.extent, answer.query.after) == (news.extent(), before)


def test_the_question_before_completes_the_next(news: Coverage) -> None:
    """A fragment alone finds nothing; with the topic before it the ship is found."""
    first = news.ask("Where did forty ships wait?", now=NOW)
    second = news.ask("why?", topic=first.query.topic, now=NOW)
    assert second.query.text == "Where did forty ships wait? why?"
    assert second.hits[0].article.title == "Harbour freezes"


def test_copies_stand_behind_the_best(news: Coverage, tmp_path: Path) -> None:
    """The same story from another source is no second hit; the hit tells where else it stands."""
    copy = HARBOUR.replace("The Gull", "The Wire").replace(" outside", "")
    (tmp_path / "copy.txt").write_text(copy, encoding="utf-8")
    news.index([str(tmp_path / "copy.txt")])
    answer = news.ask("How many ships waited at the harbour?", now=NOW)
    (hit,) = [hit for hit in answer.hits if "ships" in hit.passage.text]
    assert {hit.article.source, *(each.source for each in hit.also)} == {"The Gull", "The Wire"}
    assert answer.as_json()["hits"][0]["also"][0].keys() == {"id", "source", "url", "published"}


def test_a_language_that_nobody_reads_is_told(tmp_path: Path) -> None:
    """A model of English says so to a question in Ukrainian, unless the coverage is in Ukrainian too."""
    encoder = FakeEncoder()
    encoder.languages = frozenset({"en"})
    with Coverage.open(tmp_path / "home", encoder=encoder) as coverage:
        (tmp_path / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
        coverage.index([str(tmp_path / "harbour.txt")])
        answer = coverage.ask("Скільки кораблів чекало?", now=NOW)
        assert (answer.answered, answer.hits) == (False, ())
        assert answer.remark is not None
        assert answer.remark.startswith("That seems to be Ukrainian.")
        assert answer.as_json()["remark"] == answer.remark
        assert answer.unread == "uk"
        text = "Сорок кораблів чекали біля замерзлої гавані. Мер говорив про сувору зиму."
        (tmp_path / "гавань.txt").write_text(text, encoding="utf-8")
        coverage.index([str(tmp_path / "гавань.txt")])
        answer = coverage.ask("Скільки кораблів чекало біля гавані?", now=NOW)
        assert (answer.remark, answer.unread) == (None, None)
        assert answer.hits[0].passage.text == text


class Backwards:
    """A reranker that prefers whatever is about the ferry."""

    name = "backwards"

    def score(self, _question: str, texts: Sequence[str]) -> Scores:
        """One for the ferry, zero for all else."""
        return np.array(["Ferry" in text for text in texts], dtype=np.float32)


def test_a_reranker_has_the_last_word_on_the_order(news: Coverage) -> None:
    """It reads title and passage, and what it prefers comes first."""
    assert news.ask("forty ships waited", now=NOW).hits[0].article.title == "Harbour freezes"
    news._reranker = Backwards()
    answer = news.ask("forty ships waited", now=NOW)
    assert [hit.article.title for hit in answer.hits] == ["Ferry sinks", "Harbour freezes"]
    assert [hit.rank for hit in answer.hits] == [1, 2]


def test_the_threshold_decides_what_is_answered(tmp_path: Path) -> None:
    """At nought everything that is found answers, at one nothing does."""
    (tmp_path / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    for threshold, answered in ((0.0, True), (1.0, False)):
        home = tmp_path / str(threshold)
        with Coverage.open(home, encoder=FakeEncoder(), threshold=threshold) as coverage:
            coverage.index([str(tmp_path / "harbour.txt")])
            assert coverage.ask("forty ships waited", now=NOW).answered is answered


def test_questions_are_searched_for_side_by_side(news: Coverage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that are asked at once meet in the middle of their searches, each waiting there for the other."""
    meeting, fetch = threading.Barrier(2), news._store.fetch

    def fetch_together(numbers: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        meeting.wait(20)
        return fetch(numbers)

    questions = ("Where did forty ships wait?", "Where did the ferry sink?")
    alone = [news.ask(question, now=NOW) for question in questions]
    monkeypatch.setattr(news._store, "fetch", fetch_together)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda question: news.ask(question, now=NOW), questions)) == alone
