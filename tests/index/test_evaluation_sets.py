from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from question_sets import JUDGMENTS, QUESTIONS, to_lines, write_set

from index.errors import DatelineError, InputError
from index.evaluation import Question, read_set
from index.evaluation.sets import check_corpus

if TYPE_CHECKING:
    from pathlib import Path


def test_a_set_is_read(tmp_path: Path) -> None:
    """Questions have their day, answers and whether they are answerable; judgments are by question."""
    found = read_set(write_set(tmp_path / "gulls"))
    assert (found.name, found.corpus.name) == ("gulls", "corpus.jsonl.gz")
    assert found.questions[0] == Question(
        "ships", "How many ships waited outside the harbour?", date(2025, 2, 1), ("Forty",), answerable=True
    )
    assert [question.answerable for question in found.questions] == [True, True, False]
    assert found.qrels == {"ships": {"harbour": 1}, "toll": {"bridge": 1}}


def test_a_set_may_lack_metadata_and_judgments(tmp_path: Path) -> None:
    """A question without metadata is answerable and was asked on no known day."""
    folder = write_set(tmp_path / "set", questions=[{"_id": 7, "text": "Who won?"}], judgments=None)
    found = read_set(folder)
    assert found.questions == (Question("7", "Who won?"),)
    assert found.qrels == {}


def test_answers_may_be_one_or_a_number(tmp_path: Path) -> None:
    """A single answer needs no list, a number is its digits, and a blank one is none."""
    questions = [
        {"_id": "a", "text": "When?", "metadata": {"answers": "in May"}},
        {"_id": "b", "text": "When?", "metadata": {"answers": [1994, " ", "the  year"]}},
    ]
    first, second = read_set(write_set(tmp_path / "set", questions=questions, judgments=None)).questions
    assert (first.answers, second.answers) == (("in May",), ("1994", "the  year"))


def test_judgments_may_go_without_a_heading(tmp_path: Path) -> None:
    """A first row that is a judgment counts, and other systems' line ends are no part of it."""
    folder = write_set(tmp_path / "set", judgments="ships\tharbour\t2\r\n\r\ntoll\tbridge\t0\r\n")
    assert read_set(folder).qrels == {"ships": {"harbour": 2}, "toll": {"bridge": 0}}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('{"_id": "x", ', "not a JSON object"),
        ("[1]", "not a JSON object"),
        ('{"text": "Who?"}', "no _id"),
        ('{"_id": " ", "text": "Who?"}', "no _id"),
        ('{"_id": "ships", "text": "Who?"}', "is that of"),
        ('{"_id": "x", "text": 3}', "the text is '3'"),
        ('{"_id": "x", "text": "Who?", "metadata": []}', "the metadata is a list"),
        ('{"_id": "x", "text": "Who?", "metadata": {"date": "1 May"}}', "write it as 2025-01-31"),
        ('{"_id": "x", "text": "Who?", "metadata": {"date": 2025}}', "write it as 2025-01-31"),
        ('{"_id": "x", "text": "Who?", "metadata": {"answers": {}}}', "a list of strings"),
        ('{"_id": "x", "text": "Who?", "metadata": {"answerable": "no"}}', "write true or false"),
    ],
)
def test_a_broken_question_is_named(tmp_path: Path, line: str, named: str) -> None:
    """The message names the file, the line and what is wrong with it."""
    folder = write_set(tmp_path / "set")
    (folder / "queries.jsonl").write_text(f"{to_lines(QUESTIONS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"queries\.jsonl, line 5: ") as raised:
        read_set(folder)
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("row", ["ships\tharbour", "ships harbour 1", "ships\tharbour\tmuch", "\tharbour\t1"])
def test_a_broken_judgment_is_named(tmp_path: Path, row: str) -> None:
    """The message names the file, the line and the form of a judgment."""
    folder = write_set(tmp_path / "set", judgments=f"{JUDGMENTS}{row}\n")
    with pytest.raises(InputError, match=r"test\.tsv, line 4: not a judgment: .*tabs between"):
        read_set(folder)


def test_judgments_of_another_set_are_refused(tmp_path: Path) -> None:
    """Judgments that fit no question would leave the rankings unmeasured without a word."""
    folder = write_set(tmp_path / "set", judgments="query-id\tcorpus-id\tscore\nq\ta\t1\n")
    with pytest.raises(InputError, match=r"judges no question of queries\.jsonl"):
        read_set(folder)


def test_missing_files_are_named(tmp_path: Path) -> None:
    """A folder without articles or questions is told what a set holds."""
    with pytest.raises(InputError, match=r"holds no corpus\.jsonl; a set is a folder with"):
        read_set(tmp_path / "nowhere")
    folder = write_set(tmp_path / "set")
    (folder / "queries.jsonl").write_text("\n")
    with pytest.raises(InputError, match="holds no question"):
        read_set(folder)
    (folder / "queries.jsonl").unlink()
    with pytest.raises(InputError, match=r"queries\.jsonl: cannot be read .*No such file"):
        read_set(folder)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("nonsense", "line 2: not a JSON object"),
        ('{"text": "Rain fell."}', "line 2: no _id"),
        ('{"_id": "a", "text": "Rain fell."}', "line 2: the _id 'a' is that of"),
        ('{"_id": "b", "text": ["Rain fell."]}', "line 2: the text is a list"),
    ],
)
def test_a_broken_article_is_named(tmp_path: Path, line: str, named: str) -> None:
    """Before a corpus is indexed, its first broken line is an error."""
    path = tmp_path / "corpus.jsonl"
    path.write_text(f'{{"_id": "a", "text": ""}}\n{line}\n')
    with pytest.raises(InputError) as raised:
        check_corpus(path)
    assert f"corpus.jsonl, {named}" in str(raised.value)


def test_a_damaged_corpus_is_named(tmp_path: Path) -> None:
    """A .gz that was cut is an error that says how far it could be read."""
    path = tmp_path / "corpus.jsonl.gz"
    lines = to_lines({"_id": str(number), "text": f"Rain {number}."} for number in range(2000))
    path.write_bytes(gzip.compress(lines.encode())[:-2000])
    with pytest.raises(InputError, match=r"cannot be read after line [1-9]\d* \(.*whole"):
        check_corpus(path)


@given(st.binary())
def test_no_questions_end_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever stands in the file of the questions, it is read or it is one line of trouble."""
    folder = write_set(tmp_path_factory.getbasetemp() / "any-bytes")
    (folder / "queries.jsonl").write_bytes(content)
    try:
        read_set(folder)
    except DatelineError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017  # either outcome is right
