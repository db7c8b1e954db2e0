"""The evaluation's journey: a set's articles indexed apart, every question asked, the answers measured."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import track

from bot.progress import progress_bar
from index.evaluation import (
    Difference,
    Figure,
    QuestionSet,
    cited_texts,
    compare,
    measure,
    read_run,
    read_set,
)
from index.evaluation.runs import ask_all, in_order, writing
from index.records import Extent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from rich.console import Console

    from index.coverage import Coverage
    from index.evaluation import Question
    from index.evaluation.cache import Progress
    from index.evaluation.runs import Line
    from index.records import Answer

# Enough for ten different articles and a thousand words: of the development set's questions, 93 % find
# that many articles in 50 passages, 54 % in 20; and all find the words.
DEPTH = 50


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured on which set, and what the run has over another one if one was given."""

    asked: QuestionSet
    extent: Extent
    model: str | None
    figures: dict[str, Figure]
    against: Path | None
    differences: dict[str, Difference]


def evaluate(
    folder: Path,
    open_coverage: Callable[[Path, Progress], Coverage],
    console: Console,
    *,
    run: Path | None = None,
    against: Path | None = None,
) -> Evaluation:
    """Ask all questions of the set in a folder and measure the answers.

    Args:
        folder: the set, in BEIR form.
        open_coverage: opens the coverage of a corpus, showing the progress where it must be made first.
        console: where the progress is shown.
        run: the file to write the answers to.
        against: a file of another run, to compare with.

    Raises:
        DatelineError: a file is missing or broken, or the model or the homes cannot be used.
    """
    asked = read_set(folder)
    # Read before the long work, so that a slip of the pen is told at once.
    other = None if against is None else in_order(asked.questions, read_run(against))
    with ExitStack() as stack:
        write = stack.enter_context(writing(run)) if run else _forget
        coverage = stack.enter_context(open_coverage(asked.corpus, partial(progress_bar, console)))
        lines = [write(line) for line in _ask(coverage, asked.questions, console)]
        extent, used = coverage.extent(), coverage.status().model
    texts = cited_texts(asked.corpus, lines, other or ())
    figures = measure(asked.questions, asked.qrels, lines, texts)
    differences = compare(asked.questions, asked.qrels, lines, other, texts) if other else {}
    return Evaluation(asked, extent, used, figures, against, differences)


def _ask(coverage: Coverage, questions: Sequence[Question], console: Console) -> Iterable[Line]:
    """The answers as they come, with a bar in a terminal."""
    coverage.warm()

    def ask(text: str, day: date | None) -> Answer:
        return coverage.ask(text, count=DEPTH, now=day)

    answers = ask_all(questions, ask, coverage.extent())
    return track(answers, "asking", len(questions), console=console, disable=not console.is_terminal)


def _forget(line: Line) -> Line:
    return line
