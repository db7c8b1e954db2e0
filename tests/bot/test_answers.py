from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from harbour import QUESTION, write_articles

from bot.answers import FIRST, Answers, Asker, Page, Turn
from bot.conversation import Conversation
from bot.languages.words import ENGLISH
from bot.memory.memory import Memory
from index.errors import StoreError
from index.records import Query

if TYPE_CHECKING:
    from pathlib import Path

    from bot.memory.answers import Given
    from index.coverage import Coverage

ANN = Asker(1, 1, None, 7, ENGLISH, 3)


@pytest.fixture
def memory(coverage: Coverage) -> Memory:
    """The memory in the coverage's database."""
    return Memory(coverage.database)


@pytest.fixture
def answers(coverage: Coverage, memory: Memory, tmp_path: Path) -> Answers:
    """Answers from five reports on ships."""
    coverage.index([str(write_articles(tmp_path / "news"))])
    return Answers(coverage, memory, Conversation(coverage))


def kept(memory: Memory, page: Page) -> Given:
    """What is kept of the answer on a page."""
    assert page.key is not None
    given = memory.answers.find(page.key)
    assert given is not None
    return given


def numbers(page: Page) -> list[str]:
    """The ids of the articles on a page, in order."""
    return [hit.article.id.rpartition("-")[2] for hit in page.reply.quotes or page.reply.nearest]


def test_pages_hold_all_that_was_found_once(answers: Answers, memory: Memory) -> None:
    """Turning on shows further passages until there are no more, none of them twice."""
    page = answers.ask(QUESTION, ANN)
    given = kept(memory, page)
    seen = numbers(page)
    assert len(seen) == len(page.places) <= 3
    number = 0
    while page.more:
        number += 1
        page = answers.turn(given, Turn("relevance", number), 3, ENGLISH)
        assert page.turn == Turn("relevance", number)
        seen += numbers(page)
    assert len(seen) == len(set(seen)) == len(given.marks)


def test_by_date_is_newest_first(answers: Answers, memory: Memory) -> None:
    """In the order of dates the newest article comes first."""
    given = kept(memory, answers.ask(QUESTION, ANN))
    page = answers.turn(given, Turn("date"), 5, ENGLISH)
    assert numbers(page) == sorted(numbers(page), reverse=True)
    assert page.reply.quotes or page.reply.nearest


def test_a_page_too_far_is_the_last(answers: Answers, memory: Memory) -> None:
    """A forged or stale number leads to a page that is there."""
    given = kept(memory, answers.ask(QUESTION, ANN))
    page = answers.turn(given, Turn("relevance", 9), 3, ENGLISH)
    assert not page.more
    assert numbers(page)


def test_it_is_the_same_after_a_restart(answers: Answers, coverage: Coverage) -> None:
    """Another program, with nothing in its memory, turns to the very page that the first one showed."""
    page = answers.ask(QUESTION, ANN)
    again = Memory(coverage.database)
    other = Answers(coverage, again, Conversation(coverage))
    turned = other.turn(kept(again, page), FIRST, 3, ENGLISH)
    assert numbers(turned) == numbers(page)
    assert turned.places == page.places
    assert [hit.highlights for hit in turned.reply.quotes] == [hit.highlights for hit in page.reply.quotes]


def test_work_that_was_broken_off_gives_the_same_answer(answers: Answers, memory: Memory) -> None:
    """Asked again for the same message, a question has the answer that it had, and one is kept."""
    first = answers.ask(QUESTION, ANN)
    again = answers.ask_again(QUESTION, ANN)
    assert (again.key, again.places, numbers(again)) == (first.key, first.places, numbers(first))
    assert memory.figures.since(datetime(2025, 1, 1, tzinfo=UTC)).asked == 1


def test_work_that_was_broken_off_early_is_done_anew(answers: Answers, memory: Memory) -> None:
    """Where nothing was found yet, or for other words, the question is asked as it is now."""
    page = answers.ask_again(QUESTION, ANN)
    assert page.answered
    changed = answers.ask_again("Who sings in the opera house?", ANN)
    assert changed.key != page.key
    assert memory.figures.since(datetime(2025, 1, 1, tzinfo=UTC)).asked == 2


def test_a_follow_up_leans_on_what_was_asked_before_a_restart(
    answers: Answers, coverage: Coverage, memory: Memory
) -> None:
    """Another program knows what somebody talked of there, and nobody else or elsewhere."""
    answers.ask(QUESTION, ANN)
    other = Answers(coverage, memory, Conversation(coverage))
    for asker, leans in ((ANN, True), (ANN._replace(person=2), False), (ANN._replace(thread=5), False)):
        page = other.ask("And what about pilots?", asker)
        assert (kept(memory, page).query.text != "And what about pilots?") is leans
    memory.forget(ANN.person)
    late = Answers(coverage, memory, Conversation(coverage))
    assert kept(memory, late.ask("And what about pilots?", ANN)).query.text == "And what about pilots?"


def test_in_context_is_what_stands_around(coverage: Coverage, memory: Memory, tmp_path: Path) -> None:
    """In its context a passage stands with those before and after it, its sentence still lit."""
    around = " ".join(f"Word{number} stood there alone today." for number in range(120))
    text = f"{around} Forty ships waited outside the harbour. {around}"
    (tmp_path / "long.txt").write_text(text, encoding="utf-8")
    coverage.index([str(tmp_path / "long.txt")])
    answers = Answers(coverage, memory, Conversation(coverage))
    page = answers.ask(QUESTION, ANN)
    given = kept(memory, page)
    wider = answers.in_context(given, page.places[0], FIRST, ENGLISH)
    (hit,) = wider.reply.quotes
    mark = given.marks[page.places[0]]
    assert hit.passage.start < mark.start
    assert hit.passage.end > mark.end
    assert hit.passage.text == hit.article.text[hit.passage.start : hit.passage.end]
    assert wider.within


def test_what_has_changed_is_not_quoted(answers: Answers, memory: Memory, coverage: Coverage) -> None:
    """A passage whose article was removed or changed since is left out; where all are, that is said."""
    page = answers.ask(QUESTION, ANN)
    given = kept(memory, page)
    gone = given.marks[page.places[0]].article_id
    coverage.remove([gone])
    turned = answers.turn(given, FIRST, 9, ENGLISH)
    assert gone not in {hit.article.id for hit in turned.reply.quotes + turned.reply.nearest}
    stale = answers.in_context(given, page.places[0], FIRST, ENGLISH)
    assert stale.reply.notice is not None
    assert stale.reply.quotes == ()
    coverage.remove([mark.article_id for mark in given.marks])
    assert "changed or withdrawn" in str(answers.turn(given, FIRST, 3, ENGLISH).reply.notice)


def test_what_cannot_be_asked_is_kept_to_be_edited(answers: Answers, memory: Memory) -> None:
    """No words, nothing to turn over: the reply says why, and an edit finds it."""
    page = answers.ask("🙂", ANN)
    assert page.bare
    assert page.reply.notice == "There are no words in that; ask a question about the news."
    found = memory.answers.asked_by(1, 7)
    assert found is not None
    assert (found.question, found.marks) == ("🙂", ())


def test_an_answer_that_cannot_be_kept_is_given(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the memory refuses, the person is answered all the same, only without buttons."""

    def refuse(*_arguments: object) -> bool:
        raise StoreError("the disk is full")

    monkeypatch.setattr(answers._memory.answers, "keep", refuse)
    page = answers.ask(QUESTION, ANN)
    assert page.reply.quotes
    assert (page.key, page.bare) == (None, True)


def test_a_refusal_is_kept_to_be_followed(answers: Answers, memory: Memory) -> None:
    """A question that is not answered is kept as one that was not."""
    page = answers.ask("Who composed the opera about penguins?", ANN)
    assert (page.answered, page.outcome) == (False, "refused")
    assert kept(memory, page).answered is False
    assert str(page.reply.notice).startswith("The coverage does not answer that.")


def test_further_passages_that_do_not_answer_are_called_so(answers: Answers, memory: Memory) -> None:
    """What comes after the passages that answer is never shown as if it did."""
    page = answers.ask(QUESTION, ANN)
    given = kept(memory, page)
    doubtful = replace(
        given, marks=tuple(replace(mark, answers=not place) for place, mark in enumerate(given.marks))
    )
    doubtful = replace(doubtful, answered=True)
    assert len(answers.turn(doubtful, FIRST, 3, ENGLISH).reply.quotes) == 1
    second = answers.turn(doubtful, Turn("relevance", 1), 3, ENGLISH).reply
    assert second.quotes == ()
    assert second.nearest
    assert second.notice == "Further passages that come near; they may not answer:"
    assert second.first == 2


def test_without_the_filter_it_is_asked_anew(coverage: Coverage, memory: Memory, tmp_path: Path) -> None:
    """The dates that a question was understood to mean are let go, and no other reason for it is told."""
    coverage.index([str(write_articles(tmp_path / "news"))])
    answers = Answers(coverage, memory, Conversation(coverage))
    page = answers.ask(
        "What was reported since 4 January 2025 about ships that waited outside the harbour?", ANN
    )
    given = kept(memory, page)
    assert given.query.implied
    assert page.filtered == "dates"
    wider = answers.widen(given, ANN.shown, ANN.words)
    assert kept(memory, wider).query == replace(
        Query(given.query.text),
        recent=given.query.recent,
        topic=kept(memory, wider).query.topic,
    )
    assert wider.filtered == ""
    assert wider.key != page.key
    assert len(kept(memory, wider).marks) > len(given.marks)
