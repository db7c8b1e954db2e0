"""Can anything that strangers send break a promise? A fuzzer that follows what the code does looks for it.

Each promise of tests/promises.py and tests/structured.py is tried in a process of its own for its share of
the minutes. The former are given the bytes themselves, beginning with small documents of each kind; the
latter what Hypothesis makes of the bytes: documents, articles, questions and updates put together from
pieces. What breaks one is kept in a file, once for each place in the code, and the search goes on.
Needs atheris, which is not installed with the project: pip install atheris.
"""

from __future__ import annotations

import argparse
import logging
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from harness import write_result

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
# libFuzzer tells how far it is: "#4096 pulse cov: 812 ft: 2103 corp: 77/12Kb exec/s: 341 rss: 301Mb".
_TOLD = re.compile(r"#(\d+)\s.*?cov: (\d+) ft: (\d+)")
BYTES = 8_192
# Hypothesis makes nothing of a few bytes only.
SEEDS = 40


def all_promises(folder: Path) -> dict[str, Callable[[bytes], Any]]:
    """Every promise by its name; those that are given what is made of the bytes are called "made."."""
    from promises import promises
    from structured import structured

    made = {name: test.hypothesis.fuzz_one_input for name, test in structured(folder).items()}
    return {**promises(folder), **made}


def fuzz_one(name: str, seconds: int, folder: Path) -> None:
    """Try one promise for so many seconds; this process ends with it."""
    import atheris

    sys.path[:0] = [str(ROOT), str(TESTS)]
    corpus, broken = folder / "corpus", folder / "broken"
    for each in (corpus, broken):
        each.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=["bot", "index"]):
        import promises
    promise = all_promises(folder)[name]
    random = Random(name)  # noqa: S311 - no secret
    made = [random.randbytes(BYTES // 2) for _ in range(SEEDS)] if name.startswith("made.") else ()
    for number, some in enumerate(made or promises.beginnings()):
        (corpus / f"beginning-{number}").write_bytes(some)
    # What a broken update leads to is told by what is kept, not by the program's log.
    logging.disable(logging.CRITICAL)

    def try_it(some: bytes) -> None:
        try:
            promises.keep(promise, some)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            last = traceback.extract_tb(error.__traceback__)[-1]
            found = f"{name}-{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
            (broken / found).write_bytes(some)

    limits = [f"-max_total_time={seconds}", f"-max_len={BYTES}", "-timeout=60", "-rss_limit_mb=4000"]
    # Its own log is what tells how far it came.
    atheris.Setup([sys.argv[0], *limits, str(corpus)], try_it)
    atheris.Fuzz()


def fuzz_all(names: list[str], minutes: float, folder: Path) -> dict[str, Any]:
    """Try the promises one after the other; by name, how often, how much code was reached, what broke."""
    figures: dict[str, Any] = {}
    for name in names:
        seconds = max(1, round(minutes * 60 / len(names)))
        command = [
            sys.executable,
            __file__,
            "--one",
            name,
            "--seconds",
            str(seconds),
            "--in",
            str(folder / name),
        ]
        ended = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
        )
        told = _TOLD.findall(ended.stderr)
        tries, edges, features = map(int, told[-1]) if told else (0, 0, 0)
        broken = sorted(each.name for each in (folder / name / "broken").glob("*"))
        # 0 is the end of the time; else libFuzzer has ended it, for time or memory, or Python has died.
        figures[name] = {"seconds": seconds, "tries": tries, "edges": edges, "features": features}
        figures[name] |= {"broken": broken, "exit": ended.returncode}
        print(f"{name:16} {figures[name]}", flush=True)
        if not told or ended.returncode:
            print(ended.stderr[-2000:], file=sys.stderr, flush=True)
    return figures


def main() -> None:
    """Fuzz for so many minutes in all, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=32.0, help="for all promises together")
    parser.add_argument("--only", nargs="*", default=[], help="the names of the promises, by default all")
    parser.add_argument("--in", dest="folder", type=Path, default=None, help="where what is found is kept")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=60, help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="dateline-fuzz-"))
    if given.one:
        fuzz_one(given.one, given.seconds, folder)
        return
    sys.path[:0] = [str(ROOT), str(TESTS)]
    names = given.only or sorted(all_promises(folder))
    figures = fuzz_all(names, given.minutes, folder)
    tries = sum(each["tries"] for each in figures.values())
    print(f"what was found is in {folder}")
    write_result("fuzz", {"minutes": given.minutes, "tries": tries, "promises": figures})


if __name__ == "__main__":
    main()
