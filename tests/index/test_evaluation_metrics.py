"""The metrics of one run, on values worked by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_sets import ARTICLES, make_line, write_set
from sklearn.metrics import roc_auc_score

from index.evaluation import cited_texts, read_set
from index.evaluation.finding import find_answer
from index.evaluation.quoting import count_quotes
from index.evaluation.ranking import rate_rankings
from index.evaluation.shares import auroc, false_answers_at, mean, share

if TYPE_CHECKING:
    from pathlib import Path

    from index.evaluation.shares import Statistic


def value(statistic: Statistic, *weights: float) -> float:
    """The statistic's value under one row of weights."""
    return float(statistic.of(np.array([weights], dtype=np.float64))[0])


def test_an_article_ranks_where_its_first_passage_ranks() -> None:
    """Three articles over four passages; the judged one is second, and of two judged one is found."""
    lines = [
        make_line("one", ("a", ""), ("a", ""), ("b", ""), ("c", "")),
        make_line("two", ("a", ""), ("b", ""), ("a", "")),
    ]
    rated = rate_rankings({"one": {"b": 1}, "two": {"a": 1, "z": 1}}, lines)
    second = 1 / math.log2(3)
    assert rated["mrr@10"] == {"one": 0.5, "two": 1.0}
    assert rated["recall@10"] == {"one": 1.0, "two": 0.5}
    assert rated["ndcg@10"] == pytest.approx({"one": second, "two": 1 / (1 + second)})


def test_a_rank_is_not_changed_by_the_name() -> None:
    """trec_eval would put equal scores in the order of ids; ranks have no equals."""
    for names in ("ab", "ba"):
        rated = rate_rankings({"q": {names[1]: 1}}, [make_line("q", *((name, "") for name in names))])
        assert rated["mrr@10"] == {"q": 0.5}


def test_the_eleventh_article_is_not_seen() -> None:
    """All three look at ten articles, however many passages those have."""
    hits = [(str(number), "") for number in range(10) for _ in range(2)] + [("last", "")]
    rated = rate_rankings({"q": {"last": 1}}, [make_line("q", *hits)])
    assert [rated[name]["q"] for name in rated] == [0, 0, 0]


def test_only_questions_with_a_relevant_article_are_judged() -> None:
    """No hits count as nothing found; a question whose judgments are all 0 does not count."""
    rated = rate_rankings(
        {"q": {"a": 1}, "r": {"a": 0}, "elsewhere": {"a": 1}}, [make_line("q"), make_line("r")]
    )
    assert rated == {name: {"q": 0.0} for name in ("ndcg@10", "recall@10", "mrr@10")}
    assert rate_rankings({}, [make_line("q")])["mrr@10"] == {}


def test_depth_in_passages() -> None:
    """An answer in the second passage is found at three and not at one."""
    found = find_answer(["Forty"], ["Ice.", "There were forty ships.", "More."])
    assert [found[f"answer@{count}"] for count in (1, 3, 10)] == [False, True, True]


def test_depth_in_words_ends_between_words() -> None:
    """The hundredth word is among the first hundred, and an answer must stand there whole."""
    found = find_answer(["two crowns"], ["word " * 98 + "two", "crowns more"])
    assert found["answer@100w"]
    found = find_answer(["two crowns"], ["word " * 99 + "two", "crowns more"])
    assert (found["answer@100w"], found["answer@300w"]) == (False, True)


def test_letter_case_and_white_space_do_not_count() -> None:
    """A line end within the answer's words is white space like another; any one answer is enough."""
    found = find_answer(["no", "Stra\u00dfe  9"], ["In the STRASSE\n9 they met."])
    assert all(found.values())
    assert not any(find_answer(["Forty"], []).values())
    assert not any(find_answer([], ["Forty"]).values())


def test_a_share_counts_what_it_is_over() -> None:
    """Parts by wholes, each as often as the question was drawn; nothing over nothing has no value."""
    statistic = share(np.array([1.0, 3, 0]), np.array([2.0, 4, 0]))
    assert statistic.questions == 2
    assert value(statistic, 1, 1, 1) == 4 / 6
    assert value(statistic, 3, 1, 0) == 6 / 10
    assert math.isnan(value(statistic, 0, 0, 3))


def test_a_mean_leaves_out_what_does_not_count() -> None:
    """Not even a value that is none disturbs it."""
    statistic = mean(np.array([1.0, 0, np.nan]), np.array([True, True, False]))
    assert (statistic.questions, value(statistic, 1, 1, 1)) == (2, 0.5)


def test_auroc_by_hand() -> None:
    """Of four pairs two are in order, one is a tie and one is not; a question without confidence is out."""
    confidences = np.array([0.9, 0.5, 0.5, 0.7, np.nan])
    statistic = auroc(confidences, np.array([True, True, False, False, True]))
    assert statistic.questions == 4
    assert value(statistic, 1, 1, 1, 1, 1) == 2.5 / 4
    assert value(statistic, 2, 0, 1, 1, 1) == 1
    assert math.isnan(value(statistic, 0, 0, 2, 3, 0))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(1, 3)), min_size=2, max_size=20))
def test_auroc_is_that_of_the_library(drawn: list[tuple[int, bool, int]]) -> None:
    """With ties, and with questions drawn several times, it is what scikit-learn says."""
    scores, answerable, weights = (np.array(column) for column in zip(*drawn, strict=True))
    statistic = auroc(scores.astype(np.float64), answerable)
    if answerable.all() or not answerable.any():
        assert math.isnan(value(statistic, *weights))
    else:
        expected = roc_auc_score(answerable, scores, sample_weight=weights)
        assert value(statistic, *weights) == pytest.approx(expected)


def test_false_answers_by_hand() -> None:
    """19 of 20 must be answered, so the threshold is the 19th confidence; at the threshold is answered."""
    answerable = [number / 20 for number in range(1, 21)]
    unanswerable = [0.99, 0.10, 0.0999, 0.05]
    confidences = np.array(answerable + unanswerable)
    statistic = false_answers_at(95, confidences, np.array([True] * 20 + [False] * 4))
    assert statistic.questions == 4
    assert value(statistic, *[1] * 24) == 2 / 4
    # With the lowest drawn three times more, it must be answered as well.
    assert value(statistic, 4, *[1] * 23) == 1
    assert math.isnan(value(statistic, *[1] * 20, 0, 0, 0, 0))
    assert math.isnan(value(statistic, *[0] * 20, 1, 1, 1, 1))


def test_false_answers_with_ties() -> None:
    """Those who share the threshold's confidence are all answered."""
    statistic = false_answers_at(95, np.full(4, 0.5), np.array([True, True, False, False]))
    assert value(statistic, 1, 1, 1, 1) == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30))
def test_the_threshold_is_the_highest_that_answers_enough(drawn: list[tuple[int, bool]]) -> None:
    """It is what trying every confidence as a threshold finds."""
    yes, no = ([score for score, which in drawn if which is side] for side in (True, False))
    scores = np.array([score for score, _ in drawn], dtype=np.float64)
    statistic = false_answers_at(95, scores, np.array([which for _, which in drawn], dtype=np.bool_))
    found = value(statistic, *[1] * len(drawn))
    if yes and no:
        threshold = max(each for each in yes if sum(score >= each for score in yes) * 100 >= 95 * len(yes))
        assert found == sum(score >= threshold for score in no) / len(no)
    else:
        assert math.isnan(found)


def test_quotes_are_checked_against_the_file(tmp_path: Path) -> None:
    """A quotation is verbatim where its span of its article is its text; one without a span is let be."""
    corpus = read_set(write_set(tmp_path / "set")).corpus
    text = ARTICLES["bridge"]
    hits = [
        {"text": text[4:10], "start": 4, "end": 10, "article": {"id": "bridge"}},
        {"text": text[4:10], "start": 5, "end": 11, "article": {"id": "bridge"}},
        {"text": text[4:10], "start": 4, "end": 10, "article": {"id": "unknown"}},
        {"text": "", "start": 4, "end": 4, "article": {"id": "bridge"}},
        {"text": text[4:10], "article": {"id": "bridge"}},
    ]
    line = {"query_id": "toll", "hits": hits}
    texts = cited_texts(corpus, [line])
    assert texts == {"bridge": text}
    assert count_quotes(line, texts) == (1, 4)
