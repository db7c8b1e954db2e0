"""How good are the answers? Questions with known answers, asked of a coverage of their own, and measured.

Whatever writes a run in the form of `dateline evaluate --run` is measured by the same code: read_set a
folder, read_run a file or make its lines, then measure, or compare with another run.
"""

from index.evaluation.measuring import Difference, Figure, compare, measure
from index.evaluation.quoting import cited_texts
from index.evaluation.runs import read_run
from index.evaluation.sets import Question, QuestionSet, read_set

__all__ = [
    "Difference",
    "Figure",
    "Question",
    "QuestionSet",
    "cited_texts",
    "compare",
    "measure",
    "read_run",
    "read_set",
]
