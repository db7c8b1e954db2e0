"""How many questions a second are answered, and how long does each wait, when they come at a steady rate?

They come to the coverage itself, as the bot's threads ask it: what Telegram's library does with each is in
`chats.py`. No two of them are the same: of each of the set's there is only one.
"""

from __future__ import annotations

import resource
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from harness import read_arguments, write_result

from bot.telegram.order import AT_ONCE
from index.coverage import Coverage
from index.errors import QuestionError
from index.evaluation import read_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.evaluation.sets import Question

WARMING = 50
RATES = (25, 50, 75, 100, 200)


def ask(coverage: Coverage, question: Question) -> float:
    """Ask; when it was answered."""
    # Where it holds nothing to look for, saying so is an answer too.
    with suppress(QuestionError):
        coverage.ask(question.text, now=question.asked)
    return time.perf_counter()


def at_rate(coverage: Coverage, questions: Sequence[Question], rate: float) -> dict[str, Any]:
    """Ask so many a second; how long they waited in milliseconds, from when each came to its answer."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        began, used = time.perf_counter(), processor_time()
        coming = []
        for number, question in enumerate(questions):
            comes = began + number / rate
            time.sleep(max(0.0, comes - time.perf_counter()))
            coming.append((comes, threads.submit(ask, coverage, question)))
        answered = [done.result() for _, done in coming]
    waits = [1000 * (end - comes) for (comes, _), end in zip(coming, answered, strict=True)]
    cut = quantiles(waits, n=100)
    return {
        "answered a second": round(len(questions) / (max(answered) - began), 1),
        "median, ms": round(median(waits)),
        "95th percentile, ms": round(cut[94]),
        "99th percentile, ms": round(cut[98]),
        "processor time each, ms": round(1000 * (processor_time() - used) / len(questions), 1),
    }


def processor_time() -> float:
    """The seconds that the processors have worked for this program."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Ask at one rate after the other, and keep the figures."""
    given = read_arguments(__doc__ or "")
    asked = read_set(given.set)
    figures: dict[str, Any] = {}
    with Coverage.open(given.home) as coverage:
        coverage.index([str(asked.corpus)])
        coverage.warm()
        figures |= {"passages": coverage.extent().passages, "threads": AT_ONCE}
        at_rate(coverage, asked.questions[:WARMING], RATES[0])
        questions = asked.questions[WARMING:]
        for rate in RATES:
            figures[f"{rate} a second"] = at_rate(coverage, questions, rate)
    write_result("many", figures)


if __name__ == "__main__":
    main()
