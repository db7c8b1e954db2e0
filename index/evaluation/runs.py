"""A run: a line for each question, which is the object of `ask --json` with the question's id before it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InputError, QuestionError
from index.evaluation.lines import read_objects
from index.reading.decoding import shown
from index.records import Answer, Extent, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from index.evaluation.sets import Question

Line = dict[str, Any]


def ask_all(
    questions: Iterable[Question], ask: Callable[[str, date | None], Answer], extent: Extent
) -> Iterator[Line]:
    """Each question's line, as it is answered; what cannot be asked is refused, as it would be in a chat."""
    for question in questions:
        try:
            answer = ask(question.text, question.asked)
        except QuestionError:
            query = Query(question.text)
            answer = Answer(question.text, query, (), 0.0, answered=False, extent=extent)
        yield {"query_id": question.id, **answer.as_json()}


@contextmanager
def writing(path: Path) -> Iterator[Callable[[Line], Line]]:
    """What to hand each line through; the file has its name only once it is whole.

    Raises:
        InputError: the file cannot be written.
    """
    if path.exists() and not path.is_file():
        raise InputError(f"the run '{path}' is a folder or a device; name a file")
    partial = Path(f"{path}.partial")
    with _written(path):
        file = partial.open("w", encoding="utf-8")

    def write(line: Line) -> Line:
        with _written(path):
            file.write(f"{json.dumps(line, ensure_ascii=False)}\n")
        return line

    try:
        with file:
            yield write
        with _written(path):
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"the run '{path}' cannot be written ({reason}); name another file") from error


def read_run(path: Path) -> list[Line]:
    """The lines of a run file.

    Raises:
        InputError: the file cannot be read, or a line is not of a run; the message names file and line.
    """
    lines = []
    for place, line in read_objects(path):
        if trouble := _trouble(line):
            raise InputError(f"{place}: {trouble}; write runs with 'dateline evaluate SET --run FILE'")
        lines.append(line)
    return lines


def in_order(questions: Sequence[Question], run: Iterable[Line]) -> list[Line]:
    """The lines of a run in the order of the questions.

    Raises:
        InputError: the run is of other questions than these.
    """
    lines = list(run)
    known = {str(line["query_id"]): line for line in lines}
    asked = dict.fromkeys(question.id for question in questions)
    strange = next((each for each in known if each not in asked), None)
    missing = next((each for each in asked if each not in known), None)
    cure = "ask this set's questions again, each once"
    if strange is not None:
        raise InputError(f"the run answers the question '{strange}', which is not of this set; {cure}")
    if missing is not None:
        raise InputError(f"the run does not answer the question '{missing}' of this set; {cure}")
    if len(lines) > len(known):
        raise InputError(f"the run has {len(lines)} lines for {len(known)} questions; {cure}")
    return [known[each] for each in asked]


def _trouble(line: Line) -> str | None:
    if not isinstance(line.get("query_id"), str):
        return f"the query_id is {shown(line.get('query_id'))}, not a string"
    hits = line.get("hits")
    if not isinstance(hits, list) or not all(map(_is_hit, hits)):
        return "its hits are not a list of objects with a text and an article's id"
    if not isinstance(line.get("confidence"), int | float | None):
        return f"the confidence is {shown(line['confidence'])}, not a number"
    if not isinstance(line.get("answered"), bool | None):
        return f"answered is {shown(line['answered'])}, neither true nor false"
    return None


def _is_hit(hit: object) -> bool:
    article = hit.get("article") if isinstance(hit, dict) else None
    named = isinstance(article, dict) and isinstance(article.get("id"), str)
    return named and isinstance(hit, dict) and isinstance(hit.get("text"), str)
