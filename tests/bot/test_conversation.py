from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from articles import make_answer, make_hit

from bot import conversation as conversation_module
from bot.conversation import Conversation, Reply, format_query, to_reply
from index.records import Query

if TYPE_CHECKING:
    import pytest

    from index.coverage import Coverage

# How current the coverage of these tests is.
NEWEST = " · the newest article is of 11 January 2025"


def test_only_what_answers_is_quoted() -> None:
    """A hit that would not answer by itself is not quoted beside one that does."""
    best, neighbour, other = make_hit(), make_hit(rank=2, answers=False), make_hit(rank=3)
    assert to_reply(make_answer(best, neighbour, other)).quotes == (best, other)


def test_three_are_shown() -> None:
    """At most three passages are quoted unless more are asked for."""
    answer = make_answer(*[make_hit(rank=rank) for rank in range(1, 6)])
    assert len(to_reply(answer).quotes) == 3
    assert len(to_reply(answer, shown=5).quotes) == 5


def test_refusal_quotes_nothing() -> None:
    """Where the hits do not answer, the reply says so and quotes nothing."""
    reply = to_reply(make_answer(make_hit(), answered=False))
    assert reply.quotes == ()
    assert reply.notice == "The coverage does not answer that."


def test_a_near_miss_is_shown_without_a_claim() -> None:
    """The nearest passages stand under the refusal, unless they are far off."""
    near, far = make_hit(confidence=0.2, answers=False), make_hit(rank=2, confidence=0.01, answers=False)
    reply = to_reply(make_answer(near, far, answered=False))
    assert (reply.quotes, reply.nearest) == ((), (near,))
    assert reply.notice == "The coverage does not answer that. The nearest that it has:"


def test_what_was_searched_is_told() -> None:
    """The words, the dates and sources within which, and that those were let go."""
    whole = Query("ships", date(2025, 1, 1), date(2025, 1, 31), ("The Gull", "The Tide"))
    assert format_query(whole) == (
        "Searched: ships · published 1 January 2025 to 31 January 2025 · only The Gull, The Tide"
    )
    assert format_query(replace(whole, until=None, sources=())) == (
        "Searched: ships · published since 1 January 2025"
    )
    assert format_query(replace(whole, since=None, sources=())) == (
        "Searched: ships · published until 31 January 2025"
    )
    assert format_query(whole.widen()) == (
        "Searched: ships · nothing within the dates or sources named answers, so all were searched"
    )
    assert format_query(Query("ships"), date(2025, 1, 11)) == f"Searched: ships{NEWEST}"
    assert format_query(whole.widen(), date(2025, 1, 11)).endswith(f"so all were searched{NEWEST}")
    assert format_query(Query("ships"), None) == "Searched: ships"
    assert to_reply(make_answer(make_hit())).searched == f"Searched: How many ships?{NEWEST}"


def test_how_current_it_is_stands_under_a_refusal_too() -> None:
    """What is not answered may be too new; where no article has a day there is nothing to tell."""
    refused = make_answer(make_hit(answers=False), answered=False)
    assert to_reply(refused).searched == f"Searched: How many ships?{NEWEST}"
    undated = replace(refused, extent=replace(refused.extent, newest=None))
    assert to_reply(undated).searched == "Searched: How many ships?"


def test_a_remark_is_all_there_is_to_say() -> None:
    """Why a question cannot be answered stands alone."""
    answer = replace(make_answer(make_hit(), answered=False), remark="That seems to be Ukrainian.")
    assert to_reply(answer) == Reply(notice="That seems to be Ukrainian.")


def test_everybody_has_a_conversation_of_their_own(shipped: Coverage) -> None:
    """A follow-up leans on what the same person asked before, and on nobody else's question."""
    conversation = Conversation(shipped)
    conversation.reply("What did NATO condemn?", who="ann")
    assert conversation.reply("why?", who="ann").searched == f"Searched: What did NATO condemn? why?{NEWEST}"
    assert conversation.reply("why?", who="bo").searched == f"Searched: why?{NEWEST}"


def test_a_whole_sentence_with_a_pronoun_may_stand_alone(shipped: Coverage) -> None:
    """What looks like a follow-up and is answered better by itself is asked by itself."""
    conversation = Conversation(shipped)
    conversation.reply("What did NATO condemn?", who="ann")
    leaning = "And why did it condemn that so strongly?"
    assert "What did NATO condemn?" in str(conversation.reply(leaning, who="ann").searched)
    whole = "How many soldiers were taken to Kyiv after they were captured?"
    assert conversation.reply(whole, who="ann").searched == f"Searched: {whole}{NEWEST}"


def test_who_was_forgotten_stays_forgotten(shipped: Coverage) -> None:
    """What somebody talked of is gone when they ask for it, and what nobody talks of after half an hour."""
    conversation = Conversation(shipped)
    conversation.reply("What did NATO condemn?", who=(1, None, 7))
    conversation.forget(7)
    assert conversation.reply("why?", who=(1, None, 7)).searched == f"Searched: why?{NEWEST}"
    conversation._remember((1, None, 7), "a topic", begun=datetime.min.replace(tzinfo=UTC))
    assert (1, None, 7) not in conversation._topics


def test_what_was_talked_of_is_forgotten(shipped: Coverage, monkeypatch: pytest.MonkeyPatch) -> None:
    """After half an hour a question stands alone again, and the oldest talks make room."""
    conversation = Conversation(shipped)
    conversation.reply("What did NATO condemn?", who="ann")
    later = time.monotonic() + 1801
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert conversation.reply("why?", who="ann").searched == f"Searched: why?{NEWEST}"
    monkeypatch.setattr(conversation_module, "TALKS", 1)
    conversation.reply("What did NATO condemn?", who="bo")
    assert list(conversation._topics) == ["bo"]


def test_empty_coverage_says_what_to_do() -> None:
    """Without any article the reply tells how to index some."""
    assert to_reply(make_answer(articles=0, answered=False)).notice == (
        "There is no coverage yet. Index some articles first: dateline index FILE"
    )


def test_what_is_no_question_gets_a_sentence(coverage: Coverage) -> None:
    """No words, or too many of them, get one plain sentence back."""
    conversation = Conversation(coverage)
    assert conversation.reply(" \n").notice == "There are no words in that; ask a question about the news."
    assert conversation.reply("🙂").notice == "There are no words in that; ask a question about the news."
    assert conversation.reply("a" * 5000).notice == "That is 5,000 characters long; ask in at most 1,000."


def test_greeting_tells_the_extent(shipped: Coverage) -> None:
    """The greeting tells how much coverage there is and how current they are."""
    greeting = Conversation(shipped).greet().notice
    assert greeting is not None
    assert "It knows 1 article, the newest of 11 January 2025." in greeting
