"""How long do people wait for an answer on Telegram, two hundred chats at once, at thirty questions a second?

The real program, with its own model, against a Bot API on loopback. Each chat asks several questions, the
next without waiting for the answer to the last, so that their order is at stake too.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from harness import read_arguments, write_result

from index.coverage import Coverage
from index.evaluation import read_set

if TYPE_CHECKING:
    from bot_api.server import BotApi

TESTS = Path(__file__).parent.parent / "tests"
# Questions a second; the last is Telegram's ceiling for a bot that pays nothing.
RATES = (10, 15, 30)
CHATS, EACH = 200, 6
SEED = 5


def ask_in_round(api: BotApi, questions: list[str], rate: float) -> dict[int, list[tuple[int, float]]]:
    """Let every chat ask, `rate` questions a second in all: by chat, the messages and when they were sent."""
    from bot_api import updates

    asked: dict[int, list[tuple[int, float]]] = defaultdict(list)
    begun, first = time.monotonic(), len(api.sent)
    for number, question in enumerate(questions):
        chat = 1000 + number % CHATS
        update = updates.private_message(question, user_id=chat)
        delay = begun + number / rate - time.monotonic() if rate else 0
        if delay > 0:
            time.sleep(delay)
        asked[chat].append((update["message"]["message_id"], time.monotonic()))
        api.push(update)
    every = first + len(questions)
    api.wait_for(lambda api: len(api.sent) >= every, timeout=300)
    # Should something be answered twice, it shows by now.
    time.sleep(2)
    return asked


def waits(api: BotApi, asked: dict[int, list[tuple[int, float]]], first: int) -> dict[str, Any]:
    """What became of the questions: how long each waited, how many were answered, twice, out of order."""
    seen: dict[int, list[float]] = defaultdict(list)
    for sent in api.sent[first:]:
        seen[sent.chat_id].append(sent.at)
    times = [
        (came - went) * 1000
        for chat, questions in asked.items()
        for (_, went), came in zip(questions, seen[chat], strict=False)
    ]
    extra = Counter({chat: len(seen[chat]) - len(questions) for chat, questions in asked.items()})
    return {
        "questions": sum(map(len, asked.values())),
        "answered": len(times),
        "answered more than once": sum(each for each in extra.values() if each > 0),
        "median, ms": round(median(times)),
        "95th percentile, ms": round(quantiles(times, n=20)[-1]),
        "99th percentile, ms": round(quantiles(times, n=100)[-1]),
        "longest, ms": round(max(times)),
    }


def out_of_order(api: BotApi, numbers: dict[int, list[int]], first: int) -> int:
    """How many answers name another question than the one that stood at their place in their chat."""
    seen: dict[int, list[str]] = defaultdict(list)
    for sent in api.sent[first:]:
        seen[sent.chat_id].append(sent.plain.partition("Searched: ")[2])
    # What cannot be answered at all names no query; a follow-up names the question before it, too.
    return sum(
        bool(searched) and f"({number})" not in searched
        for chat, asked in numbers.items()
        for number, searched in zip(asked, seen[chat], strict=False)
    )


def main() -> None:
    """Ask at the rate of the ceiling, then all at once, and print the figures."""
    given = read_arguments(__doc__ or "")
    asked_set = read_set(given.set)
    sys.path.append(str(TESTS))
    from bot_api.server import BotApi
    from programs import running

    with Coverage.open(given.home) as coverage:
        coverage.index([str(asked_set.corpus)])
        passages = coverage.extent().passages
    chosen = random.Random(SEED).choices([each.text for each in asked_set.questions], k=CHATS * EACH)  # noqa: S311
    # A number in each makes it another question than the last one in its chat.
    questions = [f"{text} ({number})" for number, text in zip(itertools.count(), chosen, strict=False)]
    numbers: dict[int, list[int]] = defaultdict(list)
    for number in range(len(questions)):
        numbers[1000 + number % CHATS].append(number)
    figures: dict[str, Any] = {"passages": passages, "chats": CHATS}
    with BotApi() as api, running(given.home, api):
        ask_in_round(api, questions[:CHATS], RATES[0])
        for rate in (*RATES, 0):
            some = questions if rate == RATES[-1] else questions[: CHATS + CHATS // 2 * bool(rate)]
            name = f"{rate} a second" if rate else "all at once"
            first = len(api.sent)
            asked = ask_in_round(api, some, rate)
            figures[name] = waits(api, asked, first) | {"out of order": out_of_order(api, numbers, first)}
        figures["refused by the Bot API"] = len(api.refusals)
    write_result("chats", figures)


if __name__ == "__main__":
    main()
