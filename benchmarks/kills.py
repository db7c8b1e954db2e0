"""What is lost, and what is done twice, when a program is killed at hundreds of moments?

Of the bot: every question is answered once, whether Telegram is polled or posts. Two messages for one
question are excused where Telegram had carried out the first and the program was killed before it could note
that; the gaps between Telegram's answer and the kill are told. Of indexing and watching: whatever was
acknowledged is there, whole and once.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

TESTS = Path(__file__).parent.parent / "tests"
sys.path.append(str(TESTS))

from asking import ONCE, TWICE_LOST, make_home, outcome_of, tally  # noqa: E402
from harness import write_result  # noqa: E402
from killing import WHENS, Killing, besieged  # noqa: E402

if TYPE_CHECKING:
    from killing import Way

# Seconds for the last program to answer what the killed ones have left.
SETTLING = 180.0
SHOWN = 10
WAYS: tuple[Way, ...] = ("polling", "webhook")


def kill_bot(folder: Path, way: Way, moments: int, chance: Random) -> dict[str, Any]:
    """Kill the bot at so many moments, and count what became of the questions."""
    home = make_home(folder)
    began = time.monotonic()
    with besieged(home, way, chance) as killing:
        for number in range(moments):
            killing.kill(WHENS[number % len(WHENS)])
            if (number + 1) % SHOWN == 0:
                print(f"{way}: {number + 1} kills, {len(killing.people.questions)} questions", flush=True)
        killing.settle(SETTLING)
        return told(killing) | {"seconds": round(time.monotonic() - began)}


def told(killing: Killing) -> dict[str, Any]:
    """The figures of one siege."""
    people, calls = killing.people, killing.api.calls
    kills = [kill.at for kill in killing.kills]
    outcomes = {each.number: outcome_of(each, calls, kills) for each in people.questions}
    gaps = sorted(gap for each in outcomes.values() for gap in each.gaps)
    return {
        "kills": {when: sum(kill.when == when for kill in killing.kills) for when in WHENS},
        "kills before it was ready": sum(not kill.ready for kill in killing.kills),
        **tally(people, calls, kills),
        "from Telegram's answer to the kill, ms": [round(gap * 1000, 1) for gap in gaps],
        "not as it should be": [
            _as_told(killing, number, outcome.name)
            for number, outcome in outcomes.items()
            if outcome.name not in (ONCE, TWICE_LOST)
        ][:20],
        "belongs to no question": people.strange[:5],
        "refused by the Bot API": sorted({f"{call.method}: {call.detail}" for call in killing.api.refusals}),
        "errors in the log": dict(Counter(killing.complaints).most_common(20)),
    }


def _as_told(killing: Killing, number: int, name: str) -> dict[str, Any]:
    """A question by its moments, in seconds since it was asked."""
    question = killing.people.questions[number]
    last = max((reply.at for reply in question.replies), default=question.asked + 30)
    return {
        "question": number,
        "outcome": name,
        "chat": "private" if question.chat > 0 else "group",
        "replies": [
            [round(reply.at - question.asked, 3), "answer" if reply.is_answer else "told"]
            for reply in question.replies
        ],
        "kills": [
            round(kill.at - question.asked, 3) for kill in killing.kills if question.asked < kill.at <= last
        ],
    }


def main() -> None:
    """Kill, count, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--of", choices=("bot", "index", "watch"), default="bot")
    parser.add_argument("--kills", type=int, help="moments: of the bot for each way (150), else in all (100)")
    parser.add_argument("--way", choices=("polling", "webhook"), help="only this one")
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="dateline-kills-"))
    figures: dict[str, Any] = {"seed": given.seed}
    try:
        if given.of == "bot":
            for way in [each for each in WAYS if given.way in (None, each)]:
                chance = Random(given.seed)  # noqa: S311 - the same moments each time
                figures[way] = kill_bot(scratch / way, way, given.kills or 150, chance)
        else:
            from kills_of_articles import kill_index, kill_watch

            kill = kill_index if given.of == "index" else kill_watch
            figures |= kill(scratch, given.kills or 100, given.seed)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    write_result("kills" if given.of == "bot" else f"kills_{given.of}", figures)


if __name__ == "__main__":
    main()
