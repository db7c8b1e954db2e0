"""Is this commit quicker or slower than the one last recorded? Both, taking turns, in two minutes.

The recorded commit is checked out beside this one and measured by the same code in the same run: figures
of another hour are those of another machine. `--record` makes this commit the one to be compared with.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from harness import RESULTS, ask_each, write_result

ROOT = Path(__file__).parent.parent
RECORDED = RESULTS / "quick.json"
ROUNDS, ARTICLES, WARMING, ASKED, STARTS = 3, 24, 20, 120, 2
HIGHER_IS_BETTER = "a second"


def measure(corpus: Path, home: Path, place: int) -> dict[str, float]:
    """Index some articles of the corpus, other ones in each round, and ask; by whatever code is imported."""
    from index.coverage import Coverage
    from index.evaluation import read_set
    from index.evaluation.lines import read_objects

    asked = read_set(corpus)
    some = home.parent / f"{home.name}-{place}.jsonl"
    lines = [json.dumps(record) for _, record in read_objects(asked.corpus)]
    step = max(1, len(lines) // ARTICLES // ROUNDS)
    some.write_text("\n".join(lines[place::step][:ARTICLES]), encoding="utf-8")
    with Coverage.open(home) as coverage:
        # The model is made ready, however that is done, before anything is timed.
        coverage.themes(["ready"])
        began, before = time.perf_counter(), coverage.extent().passages
        coverage.index([str(some)])
        indexed = (coverage.extent().passages - before) / (time.perf_counter() - began)
        coverage.warm()
        taken = ask_each(coverage, asked.questions[: WARMING + ASKED])[WARMING:]
    starts = [_cold(home, asked.questions[0].text) for _ in range(STARTS)]
    return {
        f"passages indexed {HIGHER_IS_BETTER}": indexed,
        "question, median, ms": median(taken),
        "ask from a cold start, s": min(starts),
    }


def _cold(home: Path, question: str) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "DATELINE_HOME": str(home)}
    command = [sys.executable, "-m", "bot", "ask", question]
    subprocess.run(command, capture_output=True, check=True, env=environment)
    return time.perf_counter() - began


def measured(tree: Path, corpus: Path, home: Path, place: int) -> dict[str, float]:
    """The figures of the code in a folder, by a process of its own."""
    command = [sys.executable, __file__, str(corpus), "--measure", str(home), "--place", str(place)]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: '{tree.name}' could not be measured: {done.stderr.strip()[-300:]}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """Measure both commits in turns, and print this one's figures and their ratios to the other's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path, help="a BEIR-form folder")
    parser.add_argument("--record", action="store_true", help="keep this commit's figures to compare with")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--place", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    corpus = given.set.resolve()
    if given.measure:
        print(json.dumps(measure(corpus, given.measure, given.place)))
        return
    before = json.loads(RECORDED.read_text(encoding="utf-8"))["commit"] if RECORDED.exists() else ""
    with tempfile.TemporaryDirectory() as folder:
        trees = {"now": ROOT}
        if before:
            trees[before] = check_out(before, Path(folder, "recorded"))
        try:
            found: dict[str, list[dict[str, float]]] = {name: [] for name in trees}
            for place in range(ROUNDS):
                for name in list(trees)[:: 1 if place % 2 else -1]:
                    found[name].append(measured(trees[name], corpus, Path(folder, f"home-{name}"), place))
        finally:
            if before:
                git("worktree", "remove", "--force", str(trees[before]))
    report(found, before)
    if given.record:
        write_result("quick", {name: round(each, 2) for name, each in medians(found["now"]).items()})


def check_out(commit: str, folder: Path) -> Path:
    """A commit's files in a folder."""
    git("worktree", "add", "--detach", "--quiet", str(folder), commit.removesuffix("-dirty"))
    return folder


def git(*arguments: str) -> None:
    """Run git, or end with what it says."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: git {arguments[0]}: {done.stderr.strip()}")


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: median(each[name] for each in rounds) for name in rounds[0]}


def report(found: dict[str, list[dict[str, Any]]], before: str) -> None:
    """Print each figure, and the median of its ratios to the recorded commit's in the same round."""
    for name, figure in medians(found["now"]).items():
        told = f"{name:32} {figure:8.2f}"
        if before:
            ratios = [now[name] / then[name] for now, then in zip(found["now"], found[before], strict=True)]
            better = "higher" if HIGHER_IS_BETTER in name else "lower"
            told += f"   {median(ratios):5.2f} of {before} ({better} is better)"
        print(told)


if __name__ == "__main__":
    main()
