"""`dateline evaluate`: the whole journey with a small encoder, its tables and its JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from question_sets import ARTICLES, QUESTIONS, write_set
from rich.console import Console

from bot.__main__ import main
from bot.evaluating import evaluate
from bot.evaluations import evaluation_as_json, format_evaluation
from index.evaluation import Difference, read_run
from index.evaluation.cache import open_indexed

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes import FakeEncoder

    from bot.evaluating import Evaluation

    Evaluate = Callable[..., Evaluation]


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """A set of three articles and three questions."""
    return write_set(tmp_path / "gulls")


@pytest.fixture
def evaluated(tmp_path: Path, encoder: FakeEncoder) -> Evaluate:
    """The journey, with coverages in a folder of the test's own."""
    opening = partial(open_indexed, homes=tmp_path / "homes", encoder=encoder)
    return partial(evaluate, open_coverage=opening, console=Console(file=StringIO()))


def shown(found: Evaluation, width: int = 80) -> str:
    """What the command prints."""
    console = Console(file=StringIO(), width=width, highlight=False, markup=False, emoji=False)
    console.print(*format_evaluation(found), sep="\n")
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_set_is_asked_and_measured(asked: Path, evaluated: Evaluate) -> None:
    """Both answerable questions find their article and answer first; all quotations are verbatim."""
    found = evaluated(asked)
    figures = {name: figure.value for name, figure in found.figures.items()}
    assert [figures[name] for name in ("mrr@10", "answer@1", "answer@100w", "verbatim")] == [1, 1, 1, 1]
    assert (found.extent.articles, found.model, found.differences) == (3, "fake", {})


def test_the_json_is_flat_and_whole(asked: Path, evaluated: Evaluate) -> None:
    """Every metric has its value, its interval and its number of questions under the same name."""
    found = json.loads(json.dumps(evaluation_as_json(evaluated(asked))))
    assert list(found) == [
        *("set", "questions", "answerable", "unanswerable", "judged"),
        *("articles", "passages", "model", "metrics", "intervals", "over"),
    ]
    assert (found["set"], found["questions"], found["unanswerable"], found["judged"]) == ("gulls", 3, 1, 2)
    assert found["metrics"]["ndcg@10"] == 1
    assert found["intervals"]["ndcg@10"] == [1, 1]
    assert found["over"]["ndcg@10"] == 2
    assert found["metrics"].keys() == found["intervals"].keys() == found["over"].keys()


def test_the_table_names_every_metric(asked: Path, evaluated: Evaluate) -> None:
    """In 80 columns each metric is one line."""
    found = evaluated(asked)
    lines = shown(found).splitlines()
    assert lines[0] == "gulls: 3 questions, 2 of them answerable, 2 judged"
    assert lines[1] == "3 articles in 3 passages, fake"
    assert [line.split()[0] for line in lines[3:]] == list(found.figures)
    assert "1.000  1.000 to 1.000" in lines[3]


def test_what_cannot_be_measured_is_a_dash(tmp_path: Path, evaluated: Evaluate) -> None:
    """Without judgments, answers or unanswerable questions there are dashes and nulls, and no failure."""
    questions: list[dict[str, Any]] = [{"_id": "a", "text": "How many ships waited?"}]
    found = evaluated(write_set(tmp_path / "bare", questions=questions, judgments=None))
    printed = evaluation_as_json(found)
    without = [name for name, figure in printed["metrics"].items() if figure is None]
    assert without == [*list(found.figures)[:10], "false_answers", "auroc"]
    assert all(printed["intervals"][name] is None for name in without)
    assert "ndcg@10               \N{EN DASH}" in shown(found)


def test_a_run_is_what_ask_would_print(asked: Path, evaluated: Evaluate, tmp_path: Path) -> None:
    """A line for each question, in order: its id, then the fields of `ask --json`."""
    evaluated(asked, run=tmp_path / "run.jsonl")
    lines = read_run(tmp_path / "run.jsonl")
    assert [line["query_id"] for line in lines] == [question["_id"] for question in QUESTIONS]
    assert [line["question"] for line in lines] == [question["text"] for question in QUESTIONS]
    for line in lines:
        assert list(line)[:5] == ["query_id", "question", "answered", "confidence", "query"]
        assert list(line)[-1] == "hits"
        for hit in line["hits"]:
            assert ARTICLES[hit["article"]["id"]][hit["start"] : hit["end"]] == hit["text"]


def test_a_run_against_itself_shows_no_difference(asked: Path, evaluated: Evaluate, tmp_path: Path) -> None:
    """The run just written differs in nothing, in words too; encoding is not done again."""
    run = tmp_path / "run.jsonl"
    evaluated(asked, run=run)
    found = evaluated(asked, against=run)
    compared = evaluation_as_json(found)["against"]
    assert set(compared["differences"].values()) == {0.0}
    assert set(compared["significant"].values()) == {False}
    printed = shown(found)
    assert f"less the run {run}:" in printed.replace("\n", "")
    assert "not significant" in printed
    assert "Small sets lie" in printed


def test_better_and_worse_are_told_apart(asked: Path, evaluated: Evaluate) -> None:
    """Of answers more is better, of false answers less; an interval that holds 0 says nothing."""
    differences = {
        "answer@1": Difference(0.9, 0.5, 0.4, 0.1, 0.7),
        "answer@3": Difference(0.5, 0.9, -0.4, -0.7, -0.1),
        "auroc": Difference(0.9, 0.8, 0.1, -0.1, 0.2),
        "false_answers": Difference(0.9, 0.5, 0.4, 0.1, 0.7),
        "false_answers@95": Difference(0.5, 0.9, -0.4, -0.7, -0.1),
        "verbatim": Difference(None, None, None, None, None),
    }
    printed = shown(replace(evaluated(asked), against=Path("other.jsonl"), differences=differences))
    rows = printed.partition("less the run other.jsonl:\n")[2].splitlines()[1:]
    assert [" ".join(row.split()) for row in rows[:6]] == [
        "answer@1 0.500 +0.400 +0.100 to +0.700 significantly better",
        "answer@3 0.900 -0.400 -0.700 to -0.100 significantly worse",
        "auroc 0.800 +0.100 -0.100 to +0.200 not significant",
        "false_answers 0.500 +0.400 +0.100 to +0.700 significantly worse",
        "false_answers@95 0.900 -0.400 -0.700 to -0.100 significantly better",
        "verbatim \N{EN DASH} \N{EN DASH} \N{EN DASH}",
    ]
    assert "differences of less than about 0.30 do not show" in " ".join(printed.split())


def test_another_sets_run_is_refused_before_the_work(
    asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends with one line that names a question, and nothing is indexed."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    (tmp_path / "run.jsonl").write_text('{"query_id": "strange", "hits": []}\n')
    assert main(["evaluate", str(asked), "--against", str(tmp_path / "run.jsonl")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "'strange', which is not of this set" in line
    assert not (tmp_path / "home").exists()


def test_a_broken_set_is_one_line(
    asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line names file, line and cure, and the command exits with 1."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    with (asked / "queries.jsonl").open("a") as file:
        file.write("nonsense\n")
    assert main(["evaluate", str(asked)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"error: {asked}/queries.jsonl, line 4: not a JSON object: 'nonsense'; write one")
    assert len(error.splitlines()) == 1


def test_the_command_prints_what_was_measured(
    asked: Path,
    evaluated: Evaluate,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The table by default and the object with --json, on standard output, with the options handed on."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    calls: list[dict[str, Any]] = []

    def measured(folder: Path, _opening: object, _console: object, **options: Any) -> Evaluation:
        calls.append(options)
        return evaluated(folder)

    monkeypatch.setattr("bot.evaluating.evaluate", measured)
    assert main(["evaluate", str(asked)]) == 0
    assert capsys.readouterr().out.startswith("gulls: 3 questions")
    assert main(["evaluate", str(asked), "--json", "--run", "a", "--against", "b"]) == 0
    assert json.loads(capsys.readouterr().out)["set"] == "gulls"
    assert [str(options["run"]) for options in calls] == ["None", "a"]
    assert str(calls[1]["against"]) == "b"
