# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.sources import named_sources

KNOWN = (
    "cnn.com",
    "Reuters",
    "www.bbc.co.uk",
    "The Kyiv Independent",
    "theweek.co.uk",
    "usatoday.com",
    "time.com",
    "foxnews.com",
    "abcnews.go.com",
    "apple.com",
    "Українська правда",
)


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("What did Reuters report about Kursk?", "Reuters"),
        ("what did reuters report last week", "Reuters"),
        ("According to the BBC, how many died?", "www.bbc.co.uk"),
        ("How many died, according to the BBC?", "www.bbc.co.uk"),
        ("How many died according to bbc.co.uk?", "www.bbc.co.uk"),
        ("What was written in the Kyiv Independent about tanks?", "The Kyiv Independent"),
        ("articles in Kyiv Independent on tanks", "The Kyiv Independent"),
        ("Show me CNN's coverage of the trial", "cnn.com"),
        ("CNN’s coverage of the trial", "cnn.com"),
        ("What does CNN say about tariffs?", "cnn.com"),
        ("How did ABC News cover the strike?", "abcnews.go.com"),
        ("What did The Week report about the strike?", "theweek.co.uk"),
        ("headlines from USA Today", "usatoday.com"),
        ("За даними Української правди, скільки загинуло?", "Українська правда"),
        ("Що повідомляє Reuters про Курськ?", "Reuters"),
        ("Як повідомила Українська правда, скільки загинуло?", "Українська правда"),
        ("Что сообщил BBC о войне?", "www.bbc.co.uk"),
        ("По данным CNN, сколько погибло?", "cnn.com"),
    ],
)
def test_a_source_that_reported_is_named(question: str, source: str) -> None:
    """In any case, with or without "the", by the name of its host, in three languages."""
    assert named_sources(question, KNOWN) == (source,)


@pytest.mark.parametrize(
    "question",
    [
        "Who did CNN fire?",
        "Who was interviewed by CNN?",
        "Which Fox News host parted ways with the network?",
        "What did Apple announce?",
        "What did Apple say about its phones?",
        "How much did Apple report in revenue?",
        "Why did the BBC report a loss?",
        "what happened in the week of the strike",
        "according to time and tide",
        "What did AFP report?",
        "Who won?",
        "",
    ],
)
def test_a_source_that_the_question_is_about_is_none(question: str) -> None:
    """Nor is an everyday word in lower case, nor a source that the coverage lacks."""
    assert named_sources(question, KNOWN) == ()


def test_sources_come_in_the_order_they_are_known() -> None:
    """Two may be named; all of one name are meant."""
    question = "What did CNN report, and what was it according to Reuters?"
    assert named_sources(question, ["Reuters", "CNN", "cnn.com", "BBC"]) == ("Reuters", "CNN", "cnn.com")


def test_without_known_sources_there_is_none() -> None:
    """What the coverage does not have cannot be asked for."""
    assert named_sources("What did Reuters report?", []) == ()


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_any_question_and_any_sources_are_taken(text: str, known: list[str]) -> None:
    """Whatever they are, what is found is known."""
    for question in (text, *(f"What did {source} report, according to {source}?" for source in known)):
        assert set(named_sources(question, known)) <= set(known)
