"""A set of questions in BEIR form: articles, questions with their answers, judgments of articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import InputError
from index.evaluation.lines import read_lines, read_objects
from index.reading.dates import parse_day
from index.reading.decoding import clean, one_line, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

CORPORA = ("corpus.jsonl", "corpus.jsonl.gz")
QUESTIONS = "queries.jsonl"
JUDGMENTS = Path("qrels", "test.tsv")
_COLUMNS = 3

Qrels = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the day it was asked, the strings any of which answers it, and whether any article does."""

    id: str
    text: str
    asked: date | None = None
    answers: tuple[str, ...] = ()
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The file of the articles, the questions, and for each judged one how much each article is worth."""

    name: str
    corpus: Path
    questions: tuple[Question, ...]
    qrels: Qrels


def read_set(folder: Path) -> QuestionSet:
    """The set in a folder with corpus.jsonl(.gz), queries.jsonl and, if there are judgments, qrels/test.tsv.

    Raises:
        InputError: a file is missing or broken; the message names file, line and cure.
    """
    corpus = next((folder / name for name in CORPORA if (folder / name).is_file()), None)
    if corpus is None:
        needed = f"a set is a folder with corpus.jsonl or corpus.jsonl.gz, {QUESTIONS} and {JUDGMENTS}"
        raise InputError(f"'{one_line(str(folder))}' holds no corpus.jsonl; {needed}")
    questions = _read_questions(folder / QUESTIONS)
    judgments = folder / JUDGMENTS
    qrels = _read_qrels(judgments) if judgments.exists() else {}
    if qrels and not qrels.keys() & {question.id for question in questions}:
        raise InputError(f"{judgments}: judges no question of {QUESTIONS}; take both from the same set")
    return QuestionSet(one_line(folder.resolve().name), corpus, questions, qrels)


def check_corpus(path: Path) -> None:
    """See that each line is an article of its own; one without a text is, and is left out later.

    Raises:
        InputError: a line is broken or its id is taken; the message names file, line and cure.
    """
    seen: dict[str, str] = {}
    for place, record in read_objects(path):
        _claim(_id(record, place), place, seen)
        if not isinstance(record.get("text"), str | None):
            raise InputError(f"{place}: the text is {shown(record['text'])}; write it as a string")


def _read_questions(path: Path) -> tuple[Question, ...]:
    seen: dict[str, str] = {}
    questions = tuple(_to_question(record, place, seen) for place, record in read_objects(path))
    if not questions:
        raise InputError(
            f'{path}: holds no question; write a line such as {{"_id": "1", "text": "Who won?"}}'
        )
    return questions


def _to_question(record: dict[str, Any], place: str, seen: dict[str, str]) -> Question:
    identity = _id(record, place)
    _claim(identity, place, seen)
    text, told = record.get("text"), record.get("metadata")
    told = {} if told is None else told
    if not isinstance(text, str):
        raise InputError(f"{place}: the text is {shown(text)}; write the question as a string")
    if not isinstance(told, dict):
        raise InputError(f"{place}: the metadata is {shown(told)}; write it as an object")
    return Question(
        identity, clean(text), _asked(told, place), _answers(told, place), _answerable(told, place)
    )


def _id(record: Mapping[str, Any], place: str) -> str:
    given = record.get("_id")
    identity = one_line(str(given)) if isinstance(given, str | int) else ""
    if not identity:
        raise InputError(f"{place}: no _id; give every line one of its own")
    return identity


def _claim(identity: str, place: str, seen: dict[str, str]) -> None:
    if identity in seen:
        raise InputError(f"{place}: the _id '{identity}' is that of {seen[identity]}; give it another")
    seen[identity] = place


def _asked(told: Mapping[str, Any], place: str) -> date | None:
    given = told.get("date")
    if given is None:
        return None
    day = parse_day(given) if isinstance(given, str) else None
    if day is None:
        raise InputError(f"{place}: the date {shown(given)} is no day; write it as 2025-01-31")
    return day


def _answers(told: Mapping[str, Any], place: str) -> tuple[str, ...]:
    given = told.get("answers")
    listed = [] if given is None else given if isinstance(given, list) else [given]
    if not all(isinstance(each, str | int | float) for each in listed):
        raise InputError(f"{place}: the answers are {shown(given)}; write them as a list of strings")
    return tuple(text for each in listed if (text := one_line(str(each))))


def _answerable(told: Mapping[str, Any], place: str) -> bool:
    given = told.get("answerable")
    if not isinstance(given, bool | None):
        raise InputError(f"{place}: answerable is {shown(given)}; write true or false")
    return given is not False


def _read_qrels(path: Path) -> Qrels:
    qrels: Qrels = {}
    for row, (place, line) in enumerate(read_lines(path)):
        cells = [cell.strip() for cell in line.split("\t")]
        whole = len(cells) == _COLUMNS and all(cells)
        if whole and cells[2].removeprefix("-").isdecimal():
            qrels.setdefault(cells[0], {})[cells[1]] = int(cells[2])
        elif not whole or row:
            form = "question, article and a whole number, with tabs between"
            raise InputError(f"{place}: not a judgment: {shown(line)}; write {form}")
    return qrels
