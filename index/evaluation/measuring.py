"""A run to figures with their intervals, and two runs to differences. Any system's run is measured alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.evaluation.finding import find_answer
from index.evaluation.quoting import count_quotes
from index.evaluation.ranking import rate_rankings
from index.evaluation.resampling import interval, resamples
from index.evaluation.runs import in_order
from index.evaluation.shares import Column, Statistic, auroc, false_answers_at, mean, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from index.evaluation.resampling import Values, Weights
    from index.evaluation.runs import Line
    from index.evaluation.sets import Question

    Qrels = Mapping[str, Mapping[str, int]]

# The share of the answerable that must be answered before false answers are counted, in percent.
MUST_ANSWER = 95


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's value with its 95 % interval, and over how many questions; None where it has no value."""

    value: float | None
    low: float | None
    high: float | None
    questions: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One run's value less the other's, with the 95 % interval of the difference on the same questions."""

    value: float | None
    other: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def significant(self) -> bool | None:
        """Whether the interval leaves out 0."""
        return None if self.low is None or self.high is None else self.low > 0 or self.high < 0


def measure(
    questions: Sequence[Question], qrels: Qrels, run: Iterable[Line], texts: Mapping[str, str] | None = None
) -> dict[str, Figure]:
    """Every metric of a run, by name.

    Args:
        questions: the set's questions, each of which the run answers once.
        qrels: what each judged article is worth to a question.
        run: lines of the form of `dateline evaluate --run`.
        texts: the articles' texts by id, if quotations are to be checked.

    Raises:
        InputError: the run is of other questions.
    """
    statistics = _statistics(questions, qrels, in_order(questions, run), texts)
    drawn = _draw([statistic.of for statistic in statistics.values()], len(questions))
    return {
        name: Figure(*found, statistic.questions)
        for (name, statistic), found in zip(statistics.items(), drawn, strict=True)
    }


def compare(
    questions: Sequence[Question],
    qrels: Qrels,
    run: Iterable[Line],
    other: Iterable[Line],
    texts: Mapping[str, str] | None = None,
) -> dict[str, Difference]:
    """What a run has over another run of the same questions, metric by metric; arguments as in `measure`.

    Raises:
        InputError: one of the runs is of other questions.
    """
    ours = _statistics(questions, qrels, in_order(questions, run), texts)
    theirs = _statistics(questions, qrels, in_order(questions, other), texts)
    drawn = _draw([_less(ours[name], theirs[name]) for name in ours], len(questions))
    return {
        name: Difference(_value(ours[name], questions), _value(theirs[name], questions), *found)
        for name, found in zip(ours, drawn, strict=True)
    }


def _statistics(
    questions: Sequence[Question], qrels: Qrels, lines: Sequence[Line], texts: Mapping[str, str] | None
) -> dict[str, Statistic]:
    answerable = np.array([question.answerable for question in questions], dtype=np.bool_)
    confidences, answered = _column(lines, "confidence"), _column(lines, "answered")
    told = ~np.isnan(answered)
    return {
        **_of_rankings(questions, qrels, lines),
        **_of_answers(questions, lines),
        f"false_answers@{MUST_ANSWER}": false_answers_at(MUST_ANSWER, confidences, answerable),
        "answered": mean(answered, answerable & told),
        "false_answers": mean(answered, ~answerable & told),
        "auroc": auroc(confidences, answerable),
        "verbatim": _of_quotes(lines, texts),
    }


def _of_rankings(questions: Sequence[Question], qrels: Qrels, lines: Sequence[Line]) -> dict[str, Statistic]:
    rated = rate_rankings(qrels, lines)
    return {
        name: mean(_values(found, questions), np.array([question.id in found for question in questions]))
        for name, found in rated.items()
    }


def _of_answers(questions: Sequence[Question], lines: Sequence[Line]) -> dict[str, Statistic]:
    counted = np.array([question.answerable and bool(question.answers) for question in questions])
    found = [
        find_answer(question.answers, [hit["text"] for hit in line["hits"]])
        for question, line in zip(questions, lines, strict=True)
    ]
    return {name: mean(np.array([each[name] for each in found], np.float64), counted) for name in found[0]}


def _of_quotes(lines: Sequence[Line], texts: Mapping[str, str] | None) -> Statistic:
    counts = [(0, 0) if texts is None else count_quotes(line, texts) for line in lines]
    verbatim, placed = np.array(counts, dtype=np.float64).T
    return share(verbatim, placed)


def _values(found: Mapping[str, float], questions: Sequence[Question]) -> Column:
    return np.array([found.get(question.id, 0.0) for question in questions], dtype=np.float64)


def _column(lines: Sequence[Line], name: str) -> Column:
    """One number for each line; NaN where it does not say."""
    found = [line.get(name) for line in lines]
    return np.array([np.nan if each is None else float(each) for each in found], dtype=np.float64)


def _less(ours: Statistic, theirs: Statistic) -> Callable[[Weights], Values]:
    return lambda weights: ours.of(weights) - theirs.of(weights)


def _value(statistic: Statistic, questions: Sequence[Question]) -> float | None:
    (value,) = statistic.of(np.ones((1, len(questions)))).tolist()
    return None if np.isnan(value) else float(value)


def _draw(
    statistics: Sequence[Callable[[Weights], Values]], questions: int
) -> list[tuple[float | None, float | None, float | None]]:
    """Each statistic's value and its interval, all of them on the same resamples."""
    values = [of(np.ones((1, questions))) for of in statistics]
    batches = [[of(weights) for of in statistics] for weights in resamples(questions)]
    drawn = [np.concatenate(of_all) for of_all in zip(*batches, strict=True)]
    return [
        (None, None, None) if np.isnan(value[0]) else (float(value[0]), *interval(draws))
        for value, draws in zip(values, drawn, strict=True)
    ]
