"""How long does a question take in a running process, and how often does a quotation hold the answer?"""

from __future__ import annotations

import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from harness import read_arguments, write_result

from index.coverage import Coverage
from index.errors import QuestionError
from index.evaluation import Question, read_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.records import Answer

DEPTHS = (1, 3, 10)


def ask_all(coverage: Coverage, questions: Sequence[Question]) -> list[tuple[Question, Answer, float]]:
    """Each question with its answer and the milliseconds it took."""
    asked = []
    for question in questions:
        began = time.perf_counter()
        try:
            answer = coverage.ask(question.text, count=max(DEPTHS), now=question.asked)
        except QuestionError as error:
            print(f"not asked: {question.text}: {error}")
            continue
        asked.append((question, answer, (time.perf_counter() - began) * 1000))
    return asked


def answer_at(asked: list[tuple[Question, Answer, float]], depth: int) -> float:
    """The share of the answerable questions one of whose answers stands in the first passages."""
    found = [
        any(
            each.casefold() in hit.passage.text.casefold()
            for each in question.answers
            for hit in answer.hits[:depth]
        )
        for question, answer, _ in asked
        if question.answerable
    ]
    return round(sum(found) / len(found), 3)


def answered_share(asked: list[tuple[Question, Answer, float]], *, answerable: bool) -> float:
    """The share of the answerable, or of the other, questions that were answered."""
    said = [answer.answered for question, answer, _ in asked if question.answerable is answerable]
    return round(sum(said) / len(said), 3)


def main() -> None:
    """Ask every question of the set twice, the first time to warm up, and print the figures."""
    given = read_arguments(__doc__ or "")
    asked_set = read_set(given.set)
    questions = asked_set.questions
    with Coverage.open(given.home) as coverage:
        coverage.index([str(asked_set.corpus)])
        coverage.warm()
        ask_all(coverage, questions[:50])
        asked = ask_all(coverage, questions)
        extent = coverage.extent()
    times = [milliseconds for _, _, milliseconds in asked]
    figures: dict[str, Any] = {
        "passages": extent.passages,
        "questions": len(asked),
        "median, ms": round(median(times), 1),
        "95th percentile, ms": round(quantiles(times, n=20)[-1], 1),
        **{f"answer@{depth}": answer_at(asked, depth) for depth in DEPTHS},
        "answerable answered": answered_share(asked, answerable=True),
        "unanswerable answered": answered_share(asked, answerable=False),
    }
    write_result("questions", figures)


if __name__ == "__main__":
    main()
