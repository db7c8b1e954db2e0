from __future__ import annotations

from typing import TYPE_CHECKING

from articles import make_answer, make_hit

from bot.conversation import EMPTY, Conversation, to_reply

if TYPE_CHECKING:
    from index.coverage import Coverage


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


def test_empty_coverage_says_what_to_do() -> None:
    """Without any article the reply tells how to index some."""
    assert to_reply(make_answer(articles=0, answered=False)).notice == EMPTY


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
