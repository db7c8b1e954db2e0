# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.followup import continue_topic

NOW = date(2025, 4, 20)


@pytest.mark.parametrize(
    ("topic", "question", "text"),
    [
        (
            "What did the EU say about the ferry?",
            "And what about NATO?",
            "What did NATO say about the ferry?",
        ),
        ("What did the EU say about the ferry?", "and NATO?", "What did NATO say about the ferry?"),
        ("What did the mayor say in March?", "and in April?", "What did the mayor say in April?"),
        ("How many ships waited?", "What about trains?", "How many ships waited? trains"),
        ("Що сказав мер?", "а НАТО?", "Що сказав мер? НАТО"),
        ("Что сказал мэр?", "А как насчёт НАТО?", "Что сказал мэр? НАТО"),
    ],
)
def test_another_takes_the_place(topic: str, question: str, text: str) -> None:
    """Whoever asks "and what about" asks the same of another speaker, another time or another thing."""
    assert continue_topic(question, topic, NOW).text == text


@pytest.mark.parametrize(
    "question",
    [
        "when was that?",
        "why did he say so?",
        "Why?",
        "how many?",
        "What did she say about NATO?",
        "What did the EU say about it in November?",
        "коли це було?",
        "чому?",
        "почему он так сказал?",
        "А когда это было?",
    ],
)
def test_a_pronoun_points_back(question: str) -> None:
    """What it points to comes first, and stays what is talked of."""
    topic = "What did Mayor Hale say about the ferry?"
    assert continue_topic(question, topic, NOW) == (f"{topic} {question}", topic)


@pytest.mark.parametrize(
    "question",
    [
        "Who closed the harbour?",
        "And what did Zelenskyy say?",
        "Did Apple say that it will sue?",
        "NATO",
        "thanks",
        "Скільки кораблів чекало?",
    ],
)
def test_a_whole_question_stands_alone(question: str) -> None:
    """It is run as it is, and becomes what the next may lean on."""
    assert continue_topic(question, "How many ships waited?", NOW) == (question, question)


def test_without_a_topic_nothing_is_added() -> None:
    """The first question is run as it is, whatever it lacks."""
    assert continue_topic("why did he say so?", "", NOW) == ("why did he say so?", "why did he say so?")


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_typed_is_never_lost(question: str, topic: str) -> None:
    """There is always a text to run, and without a topic it is the question."""
    continued = continue_topic(question, topic, NOW)
    assert continued.text or not question
    assert topic or continued.text == question
