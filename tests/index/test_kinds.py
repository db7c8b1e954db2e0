from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.kinds import kind_asked, offers


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many ships waited?", "number"),
        ("what percentage of ships", "number"),
        ("Скільки кораблів чекало?", "number"),
        ("When did the harbour freeze?", "time"),
        ("In what year was it built?", "time"),
        ("Когда замёрзла гавань?", "time"),
        ("Who closed the harbour?", "name"),
        ("Which northern country sent the icebreaker?", "name"),
        ("Де зупинилися кораблі?", "name"),
        ("Why did the harbour freeze?", None),
        ("ice", None),
    ],
)
def test_the_kind_is_told_by_how_it_is_asked(question: str, kind: str | None) -> None:
    """A number, a time or a name, in three languages; anything else may be answered by anything."""
    assert kind_asked(question) == kind


@pytest.mark.parametrize(
    ("kind", "text", "question", "offered"),
    [
        ("number", "Forty-two thousand ships waited.", "How many ships?", True),
        ("number", "Some ships waited.", "How many ships?", False),
        ("number", "It was 9 November.", "How many ships on 9 November?", False),
        ("number", "Чекало 40 кораблів.", "Скільки кораблів?", True),
        ("time", "It froze in January.", "When did it freeze?", True),
        ("time", "It may freeze.", "When did it freeze?", False),
        ("time", "Це сталося в січні.", "Коли?", True),
        ("name", "The mayor, Ann Reed, closed it.", "Who closed it?", True),
        ("name", "Nobody closed it.", "Who closed it?", False),
        ("name", "The mayor of Hull closed it.", "Who closed Hull?", False),
        (None, "The mayor, Ann Reed, closed 9 roads in May.", "Why?", False),
    ],
)
def test_a_text_offers_what_the_question_does_not_say(
    kind: str | None, text: str, question: str, *, offered: bool
) -> None:
    """What the question says itself is no answer, nor is the capital that begins a sentence."""
    assert offers(kind, text, question) is offered


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_has_a_kind_or_none(question: str, text: str) -> None:
    """Whatever is typed."""
    kind = kind_asked(question)
    assert kind in {None, "number", "time", "name"}
    assert offers(kind, text, question) in {True, False}
