"""An evaluation as tables, in words and as JSON."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from bot.evaluating import Evaluation
    from index.evaluation import Difference, Figure

NONE = "\N{EN DASH}"
# As long as an 80-column terminal has room for beside the figures.
MEANINGS = {
    "ndcg@10": "judged articles come early",
    "recall@10": "judged articles in the first ten",
    "mrr@10": "1 by rank of the first judged",
    "answer@1": "answer in the first passage",
    "answer@3": "… in the first 3 passages",
    "answer@10": "… in the first 10 passages",
    "answer@100w": "answer in the first 100 words",
    "answer@300w": "… in the first 300 words",
    "answer@1000w": "… in the first 1,000 words",
    "false_answers@95": "false answers if 95 % answered",
    "answered": "answerable answered, as shipped",
    "false_answers": "unanswerable answered, likewise",
    "auroc": "answerable above unanswerable",
    "verbatim": "quoted word for word",
}
LESS_IS_BETTER = {"false_answers@95", "false_answers"}


def evaluation_as_json(found: Evaluation) -> dict[str, Any]:
    """The object that `evaluate --json` prints; null is a metric that this set or run has no value for."""
    figures = found.figures
    return {
        "set": found.asked.name,
        **_counts(found),
        "articles": found.extent.articles,
        "passages": found.extent.passages,
        "model": found.model,
        "metrics": {name: figure.value for name, figure in figures.items()},
        "intervals": {name: _ends(figure) for name, figure in figures.items()},
        "over": {name: figure.questions for name, figure in figures.items()},
        **({"against": _against_as_json(found)} if found.differences else {}),
    }


def format_evaluation(found: Evaluation) -> Iterator[RenderableType]:
    """What was asked, a table of the figures, and how the run compares if it was to be compared."""
    counts = _counts(found)
    yield (
        f"{found.asked.name}: {counts['questions']:,} questions, "
        f"{counts['answerable']:,} of them answerable, {counts['judged']:,} judged"
    )
    yield f"{found.extent.articles:,} articles in {found.extent.passages:,} passages, {found.model}"
    yield _table(found.figures)
    if found.differences:
        yield f"less the run {found.against}:"
        yield _table_of_differences(found.differences)
        yield _caution(found)


def _counts(found: Evaluation) -> dict[str, int]:
    questions = found.asked.questions
    answerable = sum(question.answerable for question in questions)
    return {
        "questions": len(questions),
        "answerable": answerable,
        "unanswerable": len(questions) - answerable,
        "judged": found.figures["ndcg@10"].questions,
    }


def _against_as_json(found: Evaluation) -> dict[str, Any]:
    differences = found.differences
    return {
        "run": str(found.against),
        "metrics": {name: each.other for name, each in differences.items()},
        "differences": {name: each.difference for name, each in differences.items()},
        "intervals": {name: _ends(each) for name, each in differences.items()},
        "significant": {name: each.significant for name, each in differences.items()},
    }


def _table(figures: dict[str, Figure]) -> Table:
    table = _empty_table("metric", "value", "95 % interval", "over", "")
    for name, figure in figures.items():
        over = str(figure.questions) if figure.questions else NONE
        table.add_row(name, _number(figure.value), _interval(figure), over, MEANINGS[name])
    return table


def _table_of_differences(differences: dict[str, Difference]) -> Table:
    table = _empty_table("metric", "other", "difference", "95 % interval", "")
    for name, each in differences.items():
        table.add_row(
            name,
            _number(each.other),
            _number(each.difference, "+.3f"),
            _interval(each, "+.3f"),
            _verdict(name, each),
        )
    return table


def _empty_table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    first, *middle, last = headings
    table.add_column(first, no_wrap=True)
    for heading in middle:
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(last)
    return table


def _verdict(name: str, each: Difference) -> str:
    if each.significant is None or each.difference is None:
        return ""
    if not each.significant:
        return "not significant"
    return (
        "significantly better" if (each.difference > 0) != (name in LESS_IS_BETTER) else "significantly worse"
    )


def _caution(found: Evaluation) -> str:
    widths = [high - low for low, high in filter(None, map(_ends, found.differences.values()))]
    reach = f"; here differences of less than about {median(widths) / 2:.2f} do not show" if widths else ""
    return (
        "A difference is significant when its interval leaves out 0. Small sets lie: of twenty such lines "
        f"one leaves it out by chance{reach}."
    )


def _ends(each: Figure | Difference) -> tuple[float, float] | None:
    return None if each.low is None or each.high is None else (each.low, each.high)


def _number(value: float | None, form: str = ".3f") -> str:
    return NONE if value is None else format(value, form)


def _interval(each: Figure | Difference, form: str = ".3f") -> str:
    ends = _ends(each)
    return NONE if ends is None else " to ".join(_number(end, form) for end in ends)
