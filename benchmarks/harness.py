"""What every benchmark needs: a BEIR-form set, the machine's facts, a place for results."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.coverage import Coverage
    from index.evaluation.sets import Question

RESULTS = Path(__file__).parent / "results"


def read_arguments(told: str) -> argparse.Namespace:
    """The set's folder, and the home to keep its coverage in."""
    parser = argparse.ArgumentParser(description=told)
    parser.add_argument("set", type=Path, help="a BEIR-form folder: corpus.jsonl(.gz), queries.jsonl")
    kept = Path(tempfile.gettempdir()) / "dateline-benchmark"
    parser.add_argument(
        "--home", type=Path, default=kept, help=f"where its coverage is kept (default: {kept})"
    )
    return parser.parse_args()


def ask_each(coverage: Coverage, questions: Iterable[Question]) -> list[float]:
    """The milliseconds that each question takes, one after the other; of those that can be asked."""
    taken = []
    for question in questions:
        began = time.perf_counter()
        try:
            coverage.ask(question.text, now=question.asked)
        except QuestionError:
            continue
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def write_result(name: str, figures: dict[str, Any]) -> None:
    """Print the figures, and keep them as JSON with the machine and the commit they were measured on."""
    for key, value in figures.items():
        print(f"{key:32} {value}")
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": _machine(), "commit": _commit(), **figures}, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def _machine() -> dict[str, Any]:
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    model = next((line.partition(":")[2].strip() for line in facts.splitlines() if "model name" in line), "")
    return {
        "processor": model or platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
