from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest
from fakes import FakeEncoder
from filelock import FileLock

from index.coverage import Coverage
from index.errors import ModelError, QuestionError, StoreError
from index.records import Answer, Extent, Query

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.records import Article, Passage

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTIONS = [
    "How many ships waited?",
    "Who spoke of a hard winter?",
    "rivers flooded the fields",
    "ice",
    "Kursk",
]
NEWS = {
    "harbour.txt": (
        "title: Harbour freezes\nsource: The Gull\ndate: 2025-01-10",
        "The harbour froze in January. Forty ships waited outside. The mayor spoke of a hard winter.",
    ),
    "rivers.txt": (
        "title: Rivers rise\nsource: Tide\ndate: 2025-02-01",
        "Two rivers flooded the fields. Nobody was hurt. The water fell after a week.",
    ),
    "bridge.txt": (
        "title: Bridge opens\nsource: The Gull\ndate: 2025-02-20",
        "A bridge over both rivers opened. It is open to ships and carts.",
    ),
    "undated.txt": (
        "title: On ice",
        "Ice is harder in a hard winter. " + "Skaters know it well by now. " * 60,
    ),
}


def write(folder: Path, name: str, text: str, header: str = "title: News") -> str:
    """A file with this header and text; its path."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"{header}\nlanguage: en\n\n{text}", encoding="utf-8")
    return str(folder / name)


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder of four articles of seven passages."""
    for name, (header, text) in NEWS.items():
        write(tmp_path / "news", name, text, header)
    return tmp_path / "news"


@pytest.fixture
def filled(coverage: Coverage, news: Path) -> Coverage:
    """A coverage of those articles."""
    coverage.index([str(news)])
    return coverage


def ids(answer: Answer) -> list[str]:
    """The articles of the hits, best first."""
    return [hit.article.id.removeprefix("news/") for hit in answer.hits]


def assert_sound(answer: Answer) -> None:
    """All that holds of any answer."""
    assert 0 <= answer.confidence <= 1
    assert answer.answered is any(hit.answers for hit in answer.hits[:1])
    assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    spans = {(hit.article.id, hit.passage.start) for hit in answer.hits}
    assert len(spans) == len(answer.hits)
    for hit in answer.hits:
        passage = hit.passage
        assert passage.article_id == hit.article.id
        assert passage.text == hit.article.text[passage.start : passage.end]
        assert all(passage.start <= start < end <= passage.end for start, end in hit.highlights)


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_spans_of_their_articles(filled: Coverage, question: str) -> None:
    """Every hit is verbatim, every highlight lies inside, ranks count from 1 and scores fall."""
    filled.index([str(SEEDS)])
    answer = filled.ask(question, count=20)
    assert_sound(answer)
    assert answer.question == question
    assert answer.extent == filled.extent() == Extent(5, len(answer.hits), date(2025, 2, 20))


def test_the_passage_that_answers_is_first(filled: Coverage) -> None:
    """With the sentence that holds the question's words lit."""
    answer = filled.ask("How many ships waited outside?")
    best = answer.hits[0]
    assert best.article.id == "news/harbour.txt"
    assert [best.article.text[start:end] for start, end in best.highlights] == ["Forty ships waited outside."]
    assert answer.answered


def test_a_question_with_more_of_its_words_in_the_coverage_is_surer(filled: Coverage) -> None:
    """Confidence falls as words are replaced by ones that nobody wrote; with none left it is unanswered."""
    questions = ["forty ships waited outside", "forty ships dqz outside", "qzd dqz xvz qkw"]
    answers = [filled.ask(question) for question in questions]
    confidences = [answer.confidence for answer in answers]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] > confidences[-1]
    assert answers[0].answered
    assert not answers[-1].answered
    assert answers[-1].hits


@pytest.mark.parametrize("count", [0, 1, 2, 5, 200])
def test_as_many_hits_as_asked_for(filled: Coverage, count: int) -> None:
    """Never more, and fewer only where there are no more; the first are the same."""
    everything = filled.ask("hard winter", count=200)
    answer = filled.ask("hard winter", count=count)
    assert len(answer.hits) == min(count, filled.extent().passages)
    assert answer.hits == everything.hits[:count]


@pytest.mark.parametrize(
    ("since", "until", "sources", "expected"),
    [
        (date(2025, 1, 11), None, [], {"rivers.txt", "bridge.txt"}),
        (None, date(2025, 2, 1), [], {"harbour.txt", "rivers.txt"}),
        (date(2025, 2, 1), date(2025, 2, 1), [], {"rivers.txt"}),
        (date(2025, 3, 1), None, [], set()),
        (None, None, ["the gull"], {"harbour.txt", "bridge.txt"}),
        (None, None, ["Tide", "The Gull"], {"harbour.txt", "rivers.txt", "bridge.txt"}),
        (date(2025, 2, 1), None, ["The Gull"], {"bridge.txt"}),
    ],
)
def test_filters_let_through_what_satisfies_them(
    filled: Coverage, since: date | None, until: date | None, sources: list[str], expected: set[str]
) -> None:
    """Whatever the question, every hit is of the days and sources asked for, and none of those is lost."""
    for question in QUESTIONS:
        answer = filled.ask(question, count=20, since=since, until=until, sources=sources)
        assert_sound(answer)
        assert set(ids(answer)) == expected
        assert (answer.query.since, answer.query.until) == (since, until)


def test_a_filter_that_leaves_nothing_is_unanswered(filled: Coverage) -> None:
    """No hit, no confidence, no error."""
    answer = filled.ask("ships", since=date(2030, 1, 1))
    assert (answer.hits, answer.confidence, answer.answered) == ((), 0.0, False)


def test_what_cannot_be_asked_is_refused(filled: Coverage) -> None:
    """No words, days the wrong way round, and sources that nobody is."""
    with pytest.raises(QuestionError, match="no words"):
        filled.ask("?!")
    with pytest.raises(QuestionError, match="swap them"):
        filled.ask("ice", since=date(2025, 2, 1), until=date(2025, 1, 1))
    with pytest.raises(QuestionError, match="no article is from 'Gul'; the sources are: The Gull, Tide"):
        filled.ask("ice", sources=["Gul"])


def test_an_empty_coverage_answers_nothing_and_loads_nothing(tmp_path: Path) -> None:
    """Without a passage there is no need of a model, even of one that cannot be loaded."""
    with Coverage.open(tmp_path / "home", model=str(tmp_path / "nowhere")) as coverage:
        answer = coverage.ask("How many ships?")
        assert (answer.hits, answer.answered, answer.extent) == ((), False, Extent(0, 0, None))
        coverage.warm()
        assert coverage.remove(["x"]) == []
        status = coverage.status()
    assert (status.model, status.generation, status.dense_generation, status.lexical_generation) == (
        None,
        0,
        0,
        0,
    )


def test_removed_articles_are_in_no_answer(filled: Coverage, tmp_path: Path) -> None:
    """They go at once, with their source, and stay away after opening again."""
    assert filled.remove(["news/harbour.txt", "nowhere"]) == ["news/harbour.txt"]
    assert filled.extent() == Extent(3, 6, date(2025, 2, 20))
    for question in QUESTIONS:
        assert "harbour.txt" not in ids(filled.ask(question, count=20))
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as again:
        for question in QUESTIONS:
            assert_sound(again.ask(question, count=20))
            assert "harbour.txt" not in ids(again.ask(question, count=20))


def test_a_coverage_may_be_emptied_and_filled_again(filled: Coverage, news: Path) -> None:
    """With all articles gone nothing is answered, and what comes next is found."""
    everything = [f"news/{name}" for name in NEWS]
    assert filled.remove(everything) == sorted(everything)
    assert filled.ask("ships").hits == ()
    filled.index([str(news)])
    assert ids(filled.ask("Forty ships waited outside"))[0] == "harbour.txt"


def test_a_removed_passage_leaves_the_dense_engine(filled: Coverage, encoder: FakeEncoder) -> None:
    """FAISS holds no vector of it."""
    filled.remove(["news/harbour.txt"])
    dense, _ = filled._engines.current(wait=True)
    assert len(dense) == 6
    found = dense.search(encoder.encode_question("forty ships"), 20, None)
    assert found.keys() == set(filled._store.allowed(Query("ships")).tolist())


def test_a_removed_passage_leaves_the_lexical_engine(filled: Coverage) -> None:
    """Nothing finds any of its words."""
    filled.remove(["news/harbour.txt"])
    _, lexical = filled._engines.current(wait=True)
    assert lexical.search(Query("forty mayor january"), 20) == {}


def test_earlier_editions_take_no_place_in_the_ranking(filled: Coverage, news: Path) -> None:
    """An article that was rewritten again and again is one passage to both engines."""
    for turn in range(3):
        filled.index([write(news, "rivers.txt", f"Bridges flooded. Edition {turn}.", "title: Rivers rise")])
    dense, lexical = filled._engines.current(wait=True)
    assert len(dense) == filled.extent().passages
    assert len(lexical.search(Query("edition flooded"), 20)) == 1


def test_an_updated_article_is_found_by_its_new_words(filled: Coverage, news: Path) -> None:
    """The old text is in no answer."""
    write(news, "rivers.txt", "A dyke held back the flood.", "title: Dyke holds")
    filled.index([str(news)])
    assert ids(filled.ask("Did the dyke hold?"))[0] == "rivers.txt"
    for question in QUESTIONS:
        answer = filled.ask(question, count=20)
        assert_sound(answer)
        assert not any("fields" in hit.passage.text for hit in answer.hits)


def test_another_models_coverage_is_refused_and_kept(filled: Coverage, tmp_path: Path, news: Path) -> None:
    """Neither asking nor indexing nor warming works; the message names both models and the setting."""
    before = filled.ask("ships", count=20)
    write(news, "new.txt", "Snow fell.")
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder("other")) as other:
        for attempt in (lambda: other.ask("ships"), lambda: other.index([str(news)]), other.warm):
            with pytest.raises(
                ModelError, match="made with the model 'fake', not 'other'; set DATELINE_MODEL"
            ):
                attempt()
        assert other.extent() == filled.extent()
        assert other.status().model == "fake"
    assert filled.ask("ships", count=20) == before


def test_the_status_tells_how_far_the_indexes_are(filled: Coverage, tmp_path: Path) -> None:
    """Both engines are where the database is, and the size is that of the files."""
    filled.remove(["news/undated.txt"])
    status = filled.status()
    assert status.home == str(tmp_path / "home")
    assert status.extent == Extent(3, 3, date(2025, 2, 20))
    assert (status.oldest, status.sources, status.model) == (date(2025, 1, 10), 2, "fake")
    assert status.generation == status.dense_generation == status.lexical_generation == 2
    assert status.size > 10_000


def test_the_articles_of_inputs_are_counted(coverage: Coverage, news: Path) -> None:
    """Over all inputs, without reading them."""
    assert coverage.count([str(news), str(news / "rivers.txt"), "nowhere"]) == 5


def test_another_open_coverage_sees_what_was_added(filled: Coverage, tmp_path: Path, news: Path) -> None:
    """Both on one home answer the same, whichever adds and removes, without opening again."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as other:
        assert ids(other.ask("ships")) == ids(filled.ask("ships"))
        for turn, (one, another) in enumerate([(filled, other), (other, filled)] * 2):
            one.index([write(news, f"{turn}.txt", f"Edition{turn} came out.")])
            for coverage in (another, one):
                assert ids(coverage.ask(f"edition{turn}"))[0] == f"{turn}.txt"
            another.remove([f"news/{turn}.txt"])
            assert f"{turn}.txt" not in ids(one.ask(f"edition{turn}", count=20))
        for question in QUESTIONS:
            assert other.ask(question, count=20).hits == filled.ask(question, count=20).hits


def test_two_that_were_opened_empty_see_each_others_articles(tmp_path: Path) -> None:
    """Neither had an index to open, and both find all that either added."""
    home, news = tmp_path / "home", tmp_path / "news"
    with Coverage.open(home, encoder=FakeEncoder()) as a, Coverage.open(home, encoder=FakeEncoder()) as b:
        for each in (a, b):
            each.index([])
        a.index([write(news, "a.txt", "Ice held.")])
        b.index([write(news, "b.txt", "Rain fell.")])
        a.index([write(news, "c.txt", "Snow fell.")])
        for question, name in (("ice", "a.txt"), ("rain", "b.txt"), ("snow", "c.txt")):
            for each in (a, b):
                answer = each.ask(question)
                assert_sound(answer)
                assert ids(answer)[0] == name
                assert len(answer.hits) == 3
    with Coverage.open(home, encoder=FakeEncoder()) as again:
        assert ids(again.ask("rain"))[0] == "b.txt"


def test_an_answer_does_not_wait_for_whoever_writes_the_indexes(
    filled: Coverage, tmp_path: Path, news: Path
) -> None:
    """While another holds the index files, a new article is found by its meaning, and later by its words."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as other:
        other.ask("ships")
        filled.index([write(news, "new.txt", "Snow fell on skaters.")])
        with FileLock(tmp_path / "home" / "indexes.lock"):
            answer = other.ask("snow fell on skaters")
            assert_sound(answer)
            assert ids(answer)[0] == "new.txt"
        assert other.ask("snow fell on skaters").hits == filled.ask("snow fell on skaters").hits


def test_an_article_stored_and_not_yet_indexed_is_found(filled: Coverage, tmp_path: Path, news: Path) -> None:
    """Where the writer of the database went before it wrote the indexes, whoever asks makes it up."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as other:
        other.ask("ships")

        def stop(_report: object) -> None:
            if filled.extent().articles == 5:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            filled.index([write(news, "new.txt", "Snow fell on skaters.")], stop)
        for _ in range(2):
            assert ids(other.ask("snow fell on skaters"))[0] == "new.txt"
        assert other.status().lexical_generation == 2


@contextmanager
def asking(coverage: Coverage, threads: int) -> Iterator[list[Answer]]:
    """Threads that ask for as long as the block lasts; what they were answered."""
    over, answers = Event(), list[Answer]()

    def ask() -> None:
        while not over.is_set():
            answers.append(coverage.ask("How many ships waited outside?", count=20))

    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(ask) for _ in range(threads)]
        try:
            yield answers
        finally:
            over.set()
        for each in asked:
            each.result(timeout=30)


def test_threads_may_ask_while_another_adds(filled: Coverage, news: Path) -> None:
    """Each answer is right at its time: verbatim, and the passage that answers is first."""
    with asking(filled, 3) as answers:
        for turn in range(6):
            filled.index([write(news, f"{turn}.txt", f"Edition{turn} came out.")])
            assert ids(filled.ask(f"edition{turn}"))[0] == f"{turn}.txt"
            if turn % 2:
                filled.remove([f"news/{turn}.txt"])
    assert answers
    for answer in answers:
        assert_sound(answer)
        assert ids(answer)[0] == "harbour.txt"
    assert filled.status().lexical_generation == filled.status().generation == 10


def test_the_home_is_made_where_it_is_not(tmp_path: Path) -> None:
    """With the folders that lead to it."""
    with Coverage.open(tmp_path / "a" / "b", encoder=FakeEncoder()):
        assert (tmp_path / "a" / "b" / "dateline.db").exists()


@pytest.mark.parametrize("place", ["file", "file/home"])
def test_a_home_that_cannot_be_made_is_told(tmp_path: Path, place: str) -> None:
    """A file in its way gives one line that names the home and the setting."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(
        StoreError, match=rf"the home '.*{place}' cannot be written .*; set DATELINE_HOME"
    ) as caught:
        Coverage.open(tmp_path / place, encoder=FakeEncoder())
    assert "\n" not in str(caught.value)


def test_the_database_may_stand_elsewhere(tmp_path: Path, news: Path) -> None:
    """The home keeps the indexes alone; without the address it is told from a home that lost its database."""
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    with Coverage.open(tmp_path / "home", database_url=url, encoder=FakeEncoder()) as coverage:
        coverage.index([str(news)])
    assert not (tmp_path / "home" / "dateline.db").exists()
    with Coverage.open(tmp_path / "second", database_url=url, encoder=FakeEncoder()) as coverage:
        assert ids(coverage.ask("Forty ships waited"))[0] == "harbour.txt"
    with pytest.raises(StoreError, match="set DATELINE_DATABASE_URL if it stands elsewhere"):
        Coverage.open(tmp_path / "second", encoder=FakeEncoder())


def test_a_home_whose_database_was_exchanged_is_indexed_anew(tmp_path: Path, news: Path) -> None:
    """Indexes of another database are never asked."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        coverage.index([str(news)])
    Coverage.open(tmp_path / "fresh", encoder=FakeEncoder()).close()
    (tmp_path / "fresh" / "dateline.db").replace(tmp_path / "home" / "dateline.db")
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        coverage.index([write(tmp_path / "other", "a.txt", "Snow fell on ships.")])
        answer = coverage.ask("ships", count=20)
        assert [hit.article.id for hit in answer.hits] == ["other/a.txt"]
        np.testing.assert_array_equal(coverage._store.allowed(Query("x")), [1])


def test_an_id_that_is_no_text_is_not_there(filled: Coverage) -> None:
    """What a terminal makes of bytes that are no UTF-8 is the id of no article."""
    assert filled.remove(["\udcff", "news/rivers.txt"]) == ["news/rivers.txt"]


def test_an_article_that_changes_while_it_is_asked_for_is_found(
    filled: Coverage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit between the search and the fetching of its texts costs a second search, not the answer."""
    store, fetch, changed = filled._store, filled._store.fetch, list[str]()

    def fetch_late(numbers: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        if not changed:
            changed.append(write(tmp_path / "news", "harbour.txt", "Forty ships waited for a day."))
            with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as other:
                other.index(changed)
        return fetch(numbers)

    monkeypatch.setattr(store, "fetch", fetch_late)
    assert filled.ask("Forty ships waited").hits[0].passage.text == "Forty ships waited for a day."
    assert changed
