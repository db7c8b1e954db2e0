"""What becomes of five thousand questions while one call in ten to the Bot API goes wrong?

The real program with a small encoder, two hundred people who ask at once, in private and in groups, and some
who do all else that a bot is for, so that other methods are called, too. Two messages for one question are
excused where Telegram's own answer to the earlier was lost after its effect.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

TESTS = Path(__file__).parent.parent / "tests"
sys.path.append(str(TESTS))

from asking import ONCE, People, make_home, outcome_of, tally  # noqa: E402
from bot_api.faults import METHODS, NATURES  # noqa: E402
from company import ADMIN, Company  # noqa: E402
from harness import write_result  # noqa: E402
from killing import besieged  # noqa: E402
from mischief import Mischief  # noqa: E402
from programs import running  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot_api.records import Call
    from killing import Killing, Way

PEOPLE = 200
# A question waits a minute for its next try at most; when nothing has come for so many seconds, nothing will.
SETTLING = 150.0
# Something else than a question is done this often, in seconds.
EVERY = 0.25
SHOWN, CLIP = 500, 100


def ask_all(killing: Killing, count: int, company: Company, ended: Callable[[], object]) -> None:
    """Let so many questions be asked and settled while other things are done, too."""
    people, due, last = killing.people, time.monotonic(), (0, 0)
    ends = time.monotonic() + SETTLING
    while not ended() and time.monotonic() < ends and (people.waiting or len(people.questions) < count):
        people.read()
        if last != (last := (len(people.questions), people.waiting)):
            ends = time.monotonic() + SETTLING
        while people.idle and len(people.questions) < count:
            people.ask()
            if len(people.questions) % SHOWN == 0:
                print(f"{len(people.questions)} asked", flush=True)
        if time.monotonic() >= due and len(people.questions) < count:
            company.do_something()
            due += EVERY
        time.sleep(0.01)
    time.sleep(2)
    people.read()


def told(people: People, calls: tuple[Call, ...], mischief: Mischief) -> dict[str, Any]:
    """The figures of one run."""
    by_method, made = Counter[str](), Counter(call.method.lower() for call in calls)
    by_kind = Counter[str]()
    for (method, kind), times in mischief.done.items():
        by_method[method] += times
        by_kind[kind] += times
    return {
        **tally(people, calls),
        "by the messages that came": dict(_patterns(people)),
        "not answered once, by the faults that their messages met": _blamed(people, calls),
        "belongs to no question": people.strange[:5],
        "faults": sum(mischief.done.values()),
        "faults by kind": {kind: by_kind[kind] for kind in NATURES},
        "calls, faults by method": {
            method: [made[method.lower()], by_method[method.lower()]] for method in (*METHODS, "webhook")
        },
    }


def _patterns(people: People) -> Counter[str]:
    return Counter(
        ", ".join("answer" if reply.is_answer else "told" for reply in question.replies) or "nothing"
        for question in people.questions
    )


def _blamed(people: People, calls: tuple[Call, ...]) -> dict[str, dict[str, int]]:
    """Of the questions that did not fare well, by outcome, what their messages met on the way."""
    sends: defaultdict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call.method.lower() == "sendmessage":
            sends[str(call.params.get("chat_id"))].append(call)
    blamed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for question in people.questions:
        name = outcome_of(question, calls, ()).name
        if name != ONCE:
            last = max((reply.at for reply in question.replies), default=float("inf"))
            met = [
                call.detail or call.outcome
                for call in sends[str(question.chat)]
                if question.asked <= call.at <= last
            ]
            blamed[name][", ".join(met)] += 1
    return {name: dict(counts.most_common(12)) for name, counts in blamed.items()}


def measure(folder: Path, way: Way, questions: int, mischief: Mischief, chance: Random) -> dict[str, Any]:
    """Ask, while calls go wrong, and count."""
    began = time.monotonic()
    with besieged(make_home(folder), way, chance, at_once=min(PEOPLE, questions)) as killing:
        api = killing.api
        settings = killing.settings | {"DATELINE_ADMINS": str(ADMIN)}
        api.fail_by_chance(mischief)
        with running(killing.home, api, fake=True, **settings) as program:
            ask_all(killing, questions, Company(api, chance), lambda: program.ended)
            api.mend()
        # What follows may be somebody's words.
        lines = [line.split("\\n")[0] for line in program.log.splitlines() if " ERROR " in line]
        errors = [line[24 : 24 + CLIP] for line in lines]
        return {
            **told(killing.people, api.calls, mischief),
            "refused by the Bot API": sorted({f"{call.method}: {call.detail}" for call in api.refusals}),
            "errors in the log": dict(Counter(errors).most_common(12)),
            "seconds": round(time.monotonic() - began),
        }


def main() -> None:
    """Ask, count, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=5_000)
    parser.add_argument("--share", type=float, default=0.1, help="of the calls that go wrong")
    parser.add_argument("--kind", choices=tuple(NATURES), action="append", help="only these")
    parser.add_argument("--way", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="dateline-faults-"))
    try:
        chance = Random(given.seed)  # noqa: S311 - the same faults each time
        mischief = Mischief(chance, given.share, tuple(given.kind) if given.kind else tuple(NATURES))
        figures = measure(scratch, given.way, given.questions, mischief, chance)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    name = "faults" if given.way == "polling" else f"faults_{given.way}"
    write_result(name, {"seed": given.seed, "way": given.way, "share": given.share, **figures})


if __name__ == "__main__":
    main()
