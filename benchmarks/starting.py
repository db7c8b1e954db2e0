"""How long does a command take from a cold start: help, wrong usage, a question?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from harness import read_arguments, write_result

from index.coverage import Coverage
from index.evaluation import read_set

ROOT = Path(__file__).parent.parent
ROUNDS = 9


def seconds(home: Path, *arguments: str) -> float:
    """How long a command takes as a process of its own."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATELINE_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    return time.perf_counter() - began


def main() -> None:
    """Start each command again and again, taking turns, and keep the medians and the slowest."""
    given = read_arguments(__doc__ or "")
    asked = read_set(given.set)
    with Coverage.open(given.home) as coverage:
        coverage.index([str(asked.corpus)])
        passages = coverage.extent().passages
    question = asked.questions[0].text
    commands = {
        "--help": ("--help",),
        "wrong usage": ("ask", "--since", "yesterday-ish", question),
        "status": ("status",),
        "a question": ("ask", question),
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, arguments in commands.items():
            taken[name].append(seconds(given.home, *arguments))
    write_result(
        "starting",
        {
            "passages": passages,
            **{
                name: {"median, s": round(median(each), 2), "slowest, s": round(max(each), 2)}
                for name, each in taken.items()
            },
        },
    )


if __name__ == "__main__":
    main()
