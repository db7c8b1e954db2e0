"""Figures and differences with their intervals."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from question_sets import make_line, make_question

from index.errors import InputError
from index.evaluation import compare, measure
from index.evaluation.resampling import RESAMPLES, interval, resamples

if TYPE_CHECKING:
    from index.evaluation import Question

QUESTIONS = [make_question(str(number), "forty", answerable=number < 40) for number in range(60)]
QRELS = {question.id: {"right": 1} for question in QUESTIONS if question.answerable}
METRICS = [
    *("ndcg@10", "recall@10", "mrr@10", "answer@1", "answer@3", "answer@10"),
    *("answer@100w", "answer@300w", "answer@1000w"),
    *("false_answers@95", "answered", "false_answers", "auroc", "verbatim"),
]


def make_run(chance: float, seed: int = 1) -> list[dict[str, Any]]:
    """A run that finds and answers with a chance; the same from the same seed."""
    drawn = random.Random(seed)  # noqa: S311  # no secret
    return [_answer(question, drawn.random() < chance, drawn.random()) for question in QUESTIONS]


def _answer(question: Question, found: bool, confidence: float) -> dict[str, Any]:  # noqa: FBT001
    hit = ("right", "There were forty.") if found else ("wrong", "There were none.")
    told = confidence + (0.3 if question.answerable else 0.0)
    return make_line(question.id, hit, confidence=told, answered=told > 0.5)


def test_every_metric_has_a_figure() -> None:
    """A small run by hand: one of two found, the unanswerable refused."""
    questions = [make_question("a", "forty"), make_question("b", "two"), make_question("c", answerable=False)]
    run = [
        make_line("a", ("x", "no"), ("y", "Forty ships."), confidence=0.9, answered=True),
        make_line("b", ("z", "no"), confidence=0.8, answered=False),
        make_line("c", ("x", "no"), confidence=0.1, answered=False),
    ]
    figures = measure(questions, {"a": {"y": 1}, "b": {"y": 1}}, run, {})
    assert list(figures) == METRICS
    found = {name: figure.value for name, figure in figures.items()}
    assert (found["mrr@10"], found["recall@10"]) == (0.25, 0.5)
    assert [found[f"answer@{depth}"] for depth in ("1", "3", "10", "100w")] == [0, 0.5, 0.5, 0.5]
    assert (found["answered"], found["false_answers"], found["false_answers@95"]) == (0.5, 0, 0)
    assert (found["auroc"], found["verbatim"]) == (1, None)
    assert [figures[name].questions for name in ("mrr@10", "answered", "false_answers", "auroc")] == [
        2,
        2,
        1,
        3,
    ]


def test_what_cannot_be_measured_is_none() -> None:
    """No judgments, answers, unanswerable questions, confidences or spans: no value, and no trouble."""
    figures = measure([make_question("a")], {}, [make_line("a", ("x", "text"))])
    assert all(figure.value is figure.low is figure.high is None for figure in figures.values())
    assert {figure.questions for figure in figures.values()} == {0}
    differences = compare([make_question("a")], {}, [make_line("a")], [make_line("a")])
    assert {each.significant for each in differences.values()} == {None}


def test_intervals_are_the_same_every_time() -> None:
    """The bootstrap is seeded."""
    assert measure(QUESTIONS, QRELS, make_run(0.6)) == measure(QUESTIONS, QRELS, make_run(0.6))


def test_intervals_hold_the_figure() -> None:
    """A figure lies within its interval, which has some width where questions differ."""
    for name, figure in measure(QUESTIONS, QRELS, make_run(0.6)).items():
        if figure.value is not None and figure.low is not None and figure.high is not None:
            assert 0 <= figure.low < figure.value < figure.high <= 1, name


def test_the_interval_of_a_mean_is_about_two_standard_errors() -> None:
    """For a share of 40 questions the bootstrap agrees with the normal approximation."""
    figure = measure(QUESTIONS, QRELS, make_run(0.6))["answer@1"]
    assert figure.value is not None
    assert figure.low is not None
    assert figure.high is not None
    error = (figure.value * (1 - figure.value) / figure.questions) ** 0.5
    assert figure.high - figure.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_a_run_does_not_differ_from_itself() -> None:
    """Its differences are 0, with intervals of no width, and none is significant."""
    run = make_run(0.6)
    for each in compare(QUESTIONS, QRELS, run, run[::-1]).values():
        assert (each.difference, each.low, each.high) in ((0, 0, 0), (None, None, None))
        assert not each.significant


def test_a_clear_difference_is_significant_both_ways() -> None:
    """What finds nearly all differs from what finds few, by the same and with the other sign."""
    good, bad = make_run(0.95), make_run(0.3)
    there, back = (
        compare(QUESTIONS, QRELS, good, bad)["mrr@10"],
        compare(QUESTIONS, QRELS, bad, good)["mrr@10"],
    )
    assert there.value is not None
    assert there.other is not None
    assert there.difference == pytest.approx(there.value - there.other)
    assert there.significant
    assert back.significant
    assert there.low is not None
    assert back.high == pytest.approx(-there.low)


def test_pairing_shows_what_separate_intervals_hide() -> None:
    """Six questions won and none lost is significant, though the two intervals overlap."""
    run, better = make_run(0.5), make_run(0.5)
    lost = [number for number, line in enumerate(run[:40]) if line["hits"][0]["article"]["id"] == "wrong"]
    for number in lost[:6]:
        better[number] = _answer(QUESTIONS[number], found=True, confidence=0.5)
    old, new = measure(QUESTIONS, QRELS, run)["mrr@10"], measure(QUESTIONS, QRELS, better)["mrr@10"]
    assert old.high is not None
    assert new.low is not None
    assert new.low < old.high
    assert compare(QUESTIONS, QRELS, better, run)["mrr@10"].significant


def test_another_sets_run_is_refused() -> None:
    """A run of other questions is neither measured nor compared with."""
    with pytest.raises(InputError, match="'strange', which is not of this set"):
        measure(QUESTIONS, QRELS, [make_line("strange")])
    with pytest.raises(InputError, match="does not answer the question '59'"):
        compare(QUESTIONS, QRELS, make_run(1), make_run(1)[:-1])


@pytest.mark.parametrize("questions", [1, 2, 60, 3000])
def test_every_resample_is_as_large_as_the_set(questions: int) -> None:
    """A batch's rows count each question a whole number of times, as many in all as there are."""
    weights = next(resamples(questions))
    assert weights.shape[1] == questions
    assert (weights.sum(axis=1) == questions).all()


def test_there_are_enough_resamples_of_large_sets_too() -> None:
    """The batches of a large set are smaller and come to as many."""
    assert sum(len(weights) for weights in resamples(3)) == RESAMPLES
    assert sum(len(weights) for weights in resamples(300)) == RESAMPLES


def test_an_interval_leaves_out_resamples_without_a_value() -> None:
    """The middle 95 % of 0 to 100 is 2.5 to 97.5, whatever has no value beside it."""
    values = np.append(np.arange(101.0), np.nan)
    assert interval(values) == pytest.approx((2.5, 97.5))
