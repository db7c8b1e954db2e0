# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from datetime import date

import pytest
from articles import make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from index.answering.evidence import Asked
from index.answering.highlight import highlight
from index.answering.words import COMMONEST, share_held, word_weights
from index.engines.analysis import analyze
from index.passages import split
from index.records import Passage

DAY = date(2025, 1, 11)
TEXT = "The harbour froze in January. Forty ships waited outside. The mayor spoke of a hard winter."
words = st.sampled_from(
    ["ice", "ships", "mayor", "the", "No. 84", "Mr. Hale", "Їжак", "日本", "?", "harbour's"]
)
questions = st.lists(words, max_size=6).map(" ".join)


def lit(question: str, text: str = TEXT, start: int = 0, language: str | None = "en") -> list[str]:
    """What is highlighted of a passage that starts at `start` of its article."""
    passage = Passage("harbour", start, start + len(text), text)
    spans = highlight(Asked(question, DAY, analyze), passage, language)
    return [text[first - start : last - start] for first, last in spans]


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    """Weights follow how rare a word is in the language, and stop words are none."""
    weights = word_weights("Is the mayor on an icebreaker today?", analyze)
    assert weights.keys() == {"mayor", "icebreak", "today"}
    assert 0 < weights["today"] < weights["mayor"] < weights["icebreak"] <= COMMONEST


def test_a_word_that_nobody_knows_weighs_most() -> None:
    """What is in no list of words has the highest weight there is."""
    assert word_weights("Xqzzyv", analyze) == {"xqzzyv": COMMONEST}


def test_words_of_one_stem_are_one_word() -> None:
    """The rarer form gives the weight, in any case and order."""
    both = word_weights("ship Shipped", analyze)
    assert both == word_weights("SHIPPED ship ship", analyze)
    assert both == {"ship": max(word_weights(word, analyze)["ship"] for word in ("ship", "shipped"))}


@pytest.mark.parametrize("question", ["", "the of and", "?!"])
def test_a_question_of_stop_words_has_no_weight(question: str) -> None:
    """With nothing to look for, nothing is held."""
    assert word_weights(question, analyze) == {}
    assert share_held({}, {"ice"}) == 0


def test_the_share_is_that_of_the_weights() -> None:
    """Three of four parts are three quarters; words that were not asked for count nothing."""
    weights = {"ice": 3.0, "ship": 1.0}
    assert share_held(weights, {"ice", "mayor"}) == 0.75
    assert share_held(weights, {"ice", "ship"}) == 1
    assert share_held(weights, set()) == 0
    assert share_held({"the": 0.0}, {"the"}) == 0


@given(st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 8)), st.sets(st.sampled_from("abcdef")))
def test_a_share_lies_between_nothing_and_all(weights: dict[str, float], held: set[str]) -> None:
    """More words never hold less."""
    share = share_held(weights, held)
    assert 0 <= share <= 1 + 1e-9
    assert share <= share_held(weights, held | {"a"}) + 1e-9


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many ships waited?", ["Forty ships waited outside."]),
        ("What did the mayor say of winter", ["The mayor spoke of a hard winter."]),
        ("freezing harbours", ["The harbour froze in January."]),
        ("HARBOUR", ["The harbour froze in January."]),
        ("icebreaker", []),
        ("the of", []),
    ],
)
def test_the_sentence_that_holds_most_of_the_question_is_lit(question: str, expected: list[str]) -> None:
    """One whole sentence, or none where no word is shared."""
    assert lit(question) == expected


def test_the_first_of_equals_is_lit() -> None:
    """Where two sentences hold as much, it is the one that stands first."""
    assert lit("ships", "Ships came. Ships left.") == ["Ships came."]


def test_a_rare_word_decides() -> None:
    """The sentence with the telling word goes before one with a common one."""
    text = "People saw it in the city. An icebreaker came. Nobody was there."
    assert lit("Did people see the icebreaker?", text) == ["An icebreaker came."]


def test_the_span_is_in_the_articles_offsets() -> None:
    """A passage that does not begin its article is lit where the sentence stands in the article."""
    passage = Passage("harbour", 1000, 1000 + len(TEXT), TEXT)
    assert highlight(Asked("ships", DAY, analyze), passage, "en") == ((1030, 1057),)


def test_sentences_are_those_of_the_language() -> None:
    """An abbreviation does not end what is lit."""
    assert lit("Hale", "Mr. Hale left on 11 Jan. by ship. Ice held.") == ["Mr. Hale left on 11 Jan. by ship."]
    text = "Він жив у м. Київ на вул. Садовій. Потім поїхав."
    assert lit("Київ", text, language="uk") == ["Він жив у м. Київ на вул. Садовій."]


@settings(deadline=None, max_examples=60)
@given(questions, st.lists(words, max_size=200).map(" ".join), st.sampled_from([None, "en", "uk", "zz"]))
def test_what_is_lit_lies_inside_the_passage(question: str, text: str, language: str | None) -> None:
    """Whatever the question and the passage, the span is a part of the passage's own."""
    article = make_article(f"Ice. {text}", language=language)
    for passage in split(article, lambda texts: [len(each.split()) for each in texts], 50):
        for start, end in highlight(Asked(question, DAY, analyze), passage, language):
            assert passage.start <= start < end <= passage.end
            assert set(analyze(article.text[start:end])) & set(analyze(question))
