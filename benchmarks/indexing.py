"""How fast are articles indexed, how much of the time is encoding, and is every passage an exact span?"""

from __future__ import annotations

import resource
import shutil
import sys
import time
from typing import TYPE_CHECKING

from harness import read_arguments, write_result
from rich.console import Console

from bot.progress import progress_bar
from index.coverage import DATABASE, Coverage
from index.encoder import Embeddings, SentenceEncoder
from index.evaluation import read_set
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MEGABYTE = 1_000_000


class TimedEncoder(SentenceEncoder):
    """The real encoder, which also counts the seconds that encoding took."""

    seconds = 0.0

    def encode_passages(self, texts: Sequence[str]) -> Embeddings:
        """Unit vectors of shape (texts, dimension)."""
        began = time.perf_counter()
        found = super().encode_passages(texts)
        self.seconds += time.perf_counter() - began
        return found


def count_wrong_spans(home: Path) -> tuple[int, int]:
    """How many passages are stored, and how many are not `article.text[start:end]` of their length."""
    store = Store.open(home / DATABASE)
    passages = wrong = 0
    for batch in store.texts_since(0):
        for _, (passage, article) in batch:
            passages += 1
            exact = article.text[passage.start : passage.end] == passage.text
            whole = len(passage.text) == passage.end - passage.start and passage.text.strip() == passage.text
            wrong += not (exact and whole and passage.text)
    store.close()
    return passages, wrong


def main() -> None:
    """Index the set into an empty home and print the figures."""
    given = read_arguments(__doc__ or "")
    shutil.rmtree(given.home, ignore_errors=True)
    encoder = TimedEncoder()
    # Loading the model is a start-up cost, not a rate.
    encoder.encode_question("warm")
    inputs = [str(read_set(given.set).corpus)]
    with Coverage.open(given.home, encoder=encoder) as coverage:
        total = coverage.count(inputs)
        began = time.perf_counter()
        with progress_bar(Console(stderr=True), total) as tell:
            report = coverage.index(inputs, tell)
        seconds = time.perf_counter() - began
        again = time.perf_counter()
        unchanged = coverage.index(inputs).unchanged
        seconds_again = time.perf_counter() - again
    passages, wrong = count_wrong_spans(given.home)
    size = sum(file.stat().st_size for file in given.home.rglob("*") if file.is_file())
    unit = 1 if sys.platform == "darwin" else 1024
    write_result(
        "indexing",
        {
            "precision": encoder.precision,
            "articles": report.articles,
            "passages": passages,
            "wrong spans": wrong,
            "seconds": round(seconds, 1),
            "passages a second": round(passages / seconds, 1),
            "encoding's share of the time": round(encoder.seconds / seconds, 3),
            "peak memory, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE),
            "home on disk, MB": round(size / MEGABYTE),
            "unchanged the second time": unchanged,
            "seconds the second time": round(seconds_again, 1),
        },
    )


if __name__ == "__main__":
    main()
