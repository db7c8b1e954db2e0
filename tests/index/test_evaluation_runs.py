from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from articles import make_answer, make_hit
from question_sets import make_line, make_question

from index.errors import InputError, QuestionError
from index.evaluation import Question, read_run
from index.evaluation.runs import ask_all, in_order, writing
from index.records import Answer, Extent

EXTENT = Extent(3, 5, date(2025, 6, 1))


def test_each_question_is_asked_as_of_its_day() -> None:
    """A line is the question's id, then the object of `ask --json`; the day is handed on."""
    asked: list[tuple[str, date | None]] = []

    def ask(text: str, day: date | None) -> Answer:
        asked.append((text, day))
        return make_answer(make_hit())

    day = date(2025, 1, 12)
    (line,) = ask_all([Question("q", "How many?", day)], ask, EXTENT)
    assert asked == [("How many?", day)]
    assert list(line.items()) == [("query_id", "q"), *make_answer(make_hit()).as_json().items()]


def test_what_cannot_be_asked_is_refused() -> None:
    """A question without words has a line like any other, without hits."""

    def ask(_text: str, _day: date | None) -> Answer:
        raise QuestionError("nothing to look for")

    (line,) = ask_all([Question("q", "?!")], ask, EXTENT)
    assert (line["query_id"], line["question"], line["answered"], line["hits"]) == ("q", "?!", False, [])
    assert line["coverage"]["articles"] == 3


def test_a_run_is_written_whole_and_read_back(tmp_path: Path) -> None:
    """The file appears when its last line is written, and reads as what was written."""
    path = tmp_path / "run.jsonl"
    lines = [make_line("a", ("x", "caf\u00e9\u2028")), make_line("b")]
    with writing(path) as write:
        assert [write(line) for line in lines] == lines
        assert not path.exists()
    assert read_run(path) == lines
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_run_leaves_the_old_one(tmp_path: Path) -> None:
    """What goes wrong between the lines leaves the file as it was, and no other."""
    path = tmp_path / "run.jsonl"
    path.write_text("before")

    def interrupted() -> None:
        with writing(path) as write:
            write(make_line("a"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


@pytest.mark.parametrize("place", ["", "missing/run.jsonl", "file/run.jsonl"])
def test_a_place_that_takes_no_file_is_named(tmp_path: Path, place: str) -> None:
    """A folder, or a place within none, is an error before the first question is asked."""
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="name a"), writing(tmp_path / place):
        pytest.fail("nothing should be asked")


def test_a_device_is_not_replaced() -> None:
    """A device is no place for a run."""
    with pytest.raises(InputError, match="'/dev/null' is a folder or a device"), writing(Path("/dev/null")):
        pytest.fail("nothing should be asked")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"query_id": 3}, "the query_id is '3'"),
        ({"hits": None}, "its hits"),
        ({"hits": [{"text": "x"}]}, "its hits"),
        ({"hits": [{"text": "x", "article": {"id": 1}}]}, "its hits"),
        ({"hits": [{"text": None, "article": {"id": "a"}}]}, "its hits"),
        ({"hits": ["x"]}, "its hits"),
        ({"confidence": "high"}, "the confidence is 'high'"),
        ({"answered": 1}, "answered is '1'"),
    ],
)
def test_a_line_of_no_run_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    """The message names file and line, what is wrong, and what writes runs."""
    path = tmp_path / "run.jsonl"
    path.write_text(f"{json.dumps(make_line('a'))}\n{json.dumps(make_line('b') | change)}\n")
    with pytest.raises(InputError, match=r"run\.jsonl, line 2: .*dateline evaluate SET --run FILE") as raised:
        read_run(path)
    assert named in str(raised.value)


def test_a_run_is_put_in_the_order_of_the_questions() -> None:
    """The order of a run's lines does not matter."""
    questions = [make_question("a"), make_question("b")]
    assert in_order(questions, [make_line("b"), make_line("a")]) == [make_line("a"), make_line("b")]


@pytest.mark.parametrize(
    ("answered", "named"),
    [("abc", "'c', which is not of this set"), ("a", "does not answer the question 'b'"), ("aba", "3 lines")],
)
def test_a_run_of_other_questions_is_refused(answered: str, named: str) -> None:
    """A question too many, too few or twice is named."""
    questions = [make_question("a"), make_question("b")]
    with pytest.raises(InputError, match="ask this set's questions again") as raised:
        in_order(questions, map(make_line, answered))
    assert named in str(raised.value)
