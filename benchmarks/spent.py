"""Where do a question's milliseconds go? Each part's own time, without that of the parts it calls."""

from __future__ import annotations

import time
from collections import defaultdict
from functools import wraps
from statistics import fmean, median, quantiles
from typing import TYPE_CHECKING, Any

from harness import read_arguments, write_result

from index import coverage as facade
from index.answering import answer, search
from index.answering.evidence import Asked
from index.coverage import Coverage
from index.encoder import SentenceEncoder
from index.engines.dense import Dense
from index.engines.lexical import Lexical
from index.errors import QuestionError
from index.evaluation import read_set
from index.groups import Groups
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

# What is timed, by the name of its part.
PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "understood": ((facade, "understand"),),
    "encoded": ((SentenceEncoder, "encode_question"),),
    "ranked by meaning": ((Dense, "search"), (Dense, "cosines")),
    "ranked by words": ((Lexical, "search"),),
    "fused": ((search, "fuse"),),
    "fetched": ((Store, "fetch"), (Store, "allowed")),
    "weighed": ((Asked, "weigh"), (search, "rank")),
    "copies told apart": ((answer, "merge_copies"), (Groups, "copies"), (answer, "also_in")),
    "confidence": ((answer, "assess"),),
    "sentence lit": ((answer, "highlight"),),
    "database's generation": ((Store, "generation"),),
}
REST = "all else"


class Watch:
    """Adds up the seconds that are spent in each part itself."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._open = [REST]
        self._since = time.perf_counter()

    def timed(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, while it goes on timed as this part."""

        @wraps(work)
        def doing(*given: Any, **named: Any) -> Any:
            self._turn()
            self._open.append(part)
            try:
                return work(*given, **named)
            finally:
                self._turn()
                self._open.pop()

        return doing

    def take(self) -> dict[str, float]:
        """What was spent since the last time, in milliseconds."""
        self._turn()
        spent, self.spent = self.spent, defaultdict(float)
        return {part: 1000 * seconds for part, seconds in spent.items()}

    def _turn(self) -> None:
        now = time.perf_counter()
        self.spent[self._open[-1]] += now - self._since
        self._since = now


def main() -> None:
    """Ask every question of the set once, after fifty to warm up, and print where the time went."""
    given = read_arguments(__doc__ or "")
    asked = read_set(given.set)
    watch = Watch()
    for part, works in PARTS.items():
        for owner, name in works:
            setattr(owner, name, watch.timed(part, getattr(owner, name)))
    questions = [*asked.questions[:50], *asked.questions]
    taken = list[dict[str, float]]()
    with Coverage.open(given.home) as coverage:
        coverage.index([str(asked.corpus)])
        coverage.warm()
        for question in questions:
            watch.take()
            try:
                coverage.ask(question.text, now=question.asked)
            except QuestionError:
                continue
            taken.append(watch.take())
        passages = coverage.extent().passages
    taken = taken[50:]
    whole = [sum(each.values()) for each in taken]
    write_result(
        "spent",
        {
            "passages": passages,
            "questions": len(whole),
            "median, ms": round(median(whole), 1),
            "95th percentile, ms": round(quantiles(whole, n=20)[-1], 1),
            "mean, ms": round(fmean(whole), 2),
            "mean of each part, ms": {
                part: round(fmean(each.get(part, 0.0) for each in taken), 2) for part in (*PARTS, REST)
            },
        },
    )


if __name__ == "__main__":
    main()
