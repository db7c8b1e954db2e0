"""Is every damage to a home found, healed or reported, and never a wrong word quoted?

Each file of a home is damaged in each of some twenty ways, in two homes: one that was closed, and one whose
program was killed with changes in the database's log. What a home says then is held against what was
indexed, not against what is stored. Afterwards bits are flipped at random places of the database. Each case
is a process of its own, so that one that dies or hangs is seen.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from harness import write_result

if TYPE_CHECKING:
    from collections.abc import Callable

    from damaged import Made

TESTS = Path(__file__).parent.parent / "tests"
SEED = 6
# A case takes half a second; what takes so many hangs.
PATIENCE = 60
# Whoever is not root cannot read what nobody may.
NOBODY = 65534
DATABASE = "dateline.db"
PAGE = 4096


def apart(work: Callable[[], Any]) -> Any:
    """What some work gives, as JSON can tell it, done in a process of its own; how that died, if it did."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(PATIENCE)
        with os.fdopen(writing, "w", encoding="utf-8", errors="replace") as stream:
            try:
                json.dump(work(), stream)
            except BaseException:  # noqa: BLE001 - nothing may get out of the child
                traceback.print_exc()
                os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8", errors="replace") as stream:
        told = stream.read()
    status = os.waitpid(child, 0)[1]
    return json.loads(told) if status == 0 and told else {"verdict": f"died ({status})"}


def damage_and_use(
    made: Made, copies: tuple[Path, Path], before: Any, file: str, kind: str, seed: int
) -> Any:
    """Damage both copies of a home alike, use one and let the doctor look at the other."""
    from damage import KINDS, Scene
    from damaged import diagnose, judge, use

    for copy in copies:
        KINDS[kind](copy / file, Scene(copy, made.foreign, made.older, Random(seed)))  # noqa: S311 - no secret
    database = copies[0] / DATABASE
    # What stands in SQLite's log of changes belongs into the database, and gets there when that is closed.
    pages = _pages(database) | _logged(database.with_name(f"{DATABASE}-wal"))
    says = use(copies[0], made.news), use(copies[0], made.news)
    doctor = diagnose(copies[1])
    exchanged = file == DATABASE and kind in {"of another home", "older", "swapped"}
    verdict = judge(before, says, doctor, made, exchanged=exchanged)
    if file == DATABASE and says[0].error and _pages(database) - pages:
        verdict = "database changed"
    if file == DATABASE and not (says[0].error or any(says[0].best[:-1])):
        verdict = "database replaced"
    said = [each.error or (each.trace or "")[-900:] or "; ".join(each.logged)[:300] for each in says]
    wrong = says[0].wrong(made.originals)[:2] + says[1].wrong(made.originals)[:2]
    found = doctor.get("failed", []) + doctor.get("mended", [])
    return {"verdict": verdict, "said": said, "doctor": [each[:160] for each in found], "wrong": wrong}


def _pages(database: Path) -> set[bytes]:
    """The pages of a database, or what stands in its place."""
    try:
        raw = database.read_bytes()
    except OSError:
        return set()
    # Whatever SQLite puts behind a page that was cut short are zeros.
    return {raw[start : start + PAGE].rstrip(b"\0") for start in range(0, len(raw), PAGE)} | {b""}


def _logged(log: Path) -> set[bytes]:
    """The pages in SQLite's log of changes, which it writes into the database when the last one closes it."""
    try:
        raw = log.read_bytes()
    except OSError:
        return set()
    return {raw[start : start + PAGE].rstrip(b"\0") for start in range(32 + 24, len(raw), 24 + PAGE)}


def one_case(made: Made, folder: Path, before: Any, file: str, kind: str, seed: int) -> Any:
    """Copy a home twice, and see in a process of its own what damage does."""
    copies = folder / "case", folder / "looked-at"
    unreadable = kind == "nobody's to read" and os.getuid() == 0
    for copy in copies:
        if copy.exists():
            shutil.rmtree(copy)
        shutil.copytree(made.home, copy, copy_function=shutil.copy2)
        if unreadable:
            for each in (copy, *copy.rglob("*")):
                os.chown(each, NOBODY, NOBODY)

    def work() -> Any:
        if unreadable:
            from damaged import use

            # All that is imported late is imported now: afterwards Python's own files may be out of reach.
            shutil.copytree(made.home, folder / "warm", dirs_exist_ok=True)
            use(folder / "warm", made.news)
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        return damage_and_use(made, copies, before, file, kind, seed)

    return apart(work)


def matrix(folder: Path, *, killed: bool, flips: int, told: list[dict[str, Any]]) -> None:
    """Every file, every kind; then so many random bits of the database."""
    from damage import KINDS, files_of
    from damaged import Said, make_homes, use

    def make() -> Any:
        made = make_homes(folder, killed=killed)
        shutil.copytree(made.home, folder / "sound")
        before = use(folder / "sound", made.news)
        return [made.originals, before.best, before.error or before.trace or "; ".join(before.logged)]

    from damaged import Made

    originals, best, fault = apart(make)
    if fault:
        sys.exit(f"the undamaged home is not sound: {fault}")
    before = Said(best=best)
    kept = {key: [tuple(each) for each in shown] for key, shown in originals.items()}
    made = Made(
        folder / "home", folder / "older", folder / "foreign", folder / "inputs" / "comet.jsonl", kept
    )
    state = "killed" if killed else "closed"
    for path in files_of(made.home):
        file = str(path.relative_to(made.home))
        told += [_row(state, file, kind, one_case(made, folder, before, file, kind, SEED)) for kind in KINDS]
    kind = "random bit"
    told += [
        _row(state, DATABASE, kind, one_case(made, folder, before, DATABASE, kind, seed))
        for seed in range(flips)
    ]


def _row(state: str, file: str, kind: str, found: Any) -> dict[str, Any]:
    from damaged import GOOD

    if found["verdict"] not in GOOD:
        print(f"{state} {file} {kind}: {json.dumps(found, ensure_ascii=False)}", file=sys.stderr)
    # What tantivy writes is named by chance.
    name = f"lexical/*{Path(file).suffix}" if len(Path(file).stem) == len(uuid4().hex) else file
    return {"home": state, "file": name, "kind": kind, **found}


def main() -> None:
    """Damage everything, and print what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=300, help="random bits of the database, in each home")
    parser.add_argument("--table", type=Path, help="write every case to this file, as JSON lines")
    given = parser.parse_args()
    sys.path.append(str(TESTS))
    logging.getLogger().addHandler(logging.NullHandler())
    # Once, before all processes.
    import damaged  # noqa: F401
    import faiss  # noqa: F401
    import tantivy  # noqa: F401

    told: list[dict[str, Any]] = []
    for killed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            matrix(Path(folder), killed=killed, flips=given.flips, told=told)
            print(f"{len(told):,} cases", file=sys.stderr)
            if given.table:
                given.table.write_text("".join(f"{json.dumps(each)}\n" for each in told), encoding="utf-8")
    whole = Counter(each["verdict"] for each in told)
    by_kind: dict[str, Counter[str]] = {}
    for each in told:
        by_kind.setdefault(each["kind"], Counter())[each["verdict"]] += 1
    figures = {"cases": len(told), "files": len({(each["home"], each["file"]) for each in told})}
    write_result("damage", {**figures, **dict(sorted(whole.items())), "by kind": by_kind})


if __name__ == "__main__":
    main()
