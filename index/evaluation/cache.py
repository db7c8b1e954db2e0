"""A set's articles in a coverage of their own: made once for each content, model and way of splitting."""

from __future__ import annotations

import hashlib
import json
import logging
from itertools import islice
from typing import TYPE_CHECKING

from index.coverage import Coverage
from index.encoder import COMPILED, SentenceEncoder
from index.errors import InputError
from index.evaluation.sets import check_corpus
from index.opening import make_folder
from index.passages import context_title, split
from index.reading.inputs import read_input
from index.records import Article, in_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from index.encoder import Encoder
    from index.indexing import Report

    # Told how many articles there are, it gives what to call with the report as the work goes on.
    Progress = Callable[[int], AbstractContextManager[Callable[[Report], None]]]

log = logging.getLogger(__name__)

# In the set's home: how much was indexed when it was whole.
WHOLE = "whole"
# Articles whose passages are looked at. A cached coverage must not be measured for a new way of splitting.
SAMPLE = 20


def open_indexed(
    corpus: Path,
    progress: Progress,
    *,
    homes: Path,
    model: str | None = None,
    reranker: str | None = None,
    threshold: float | None = None,
    encoder: Encoder | None = None,
) -> Coverage:
    """The coverage of a set's articles, in a folder of `homes` that is named by what made it.

    The last four arguments are those of `Coverage.open`.

    Raises:
        InputError: the corpus is broken; the message names file, line and cure.
        ModelError: the model cannot be loaded.
        StoreError: the folder cannot be written.
    """
    make_folder(homes)
    encoder = encoder or SentenceEncoder(model, homes / COMPILED)
    home = homes / _digest(corpus, encoder)
    coverage = Coverage.open(home, reranker=reranker, threshold=threshold, encoder=encoder)
    try:
        _complete(coverage, corpus, home / WHOLE, progress)
    except BaseException:
        coverage.close()
        raise
    return coverage


def _complete(coverage: Coverage, corpus: Path, whole: Path, progress: Progress) -> None:
    """Index what is not indexed yet, after an interruption too."""
    if whole.exists() and whole.read_text() == _amount(coverage):
        return
    check_corpus(corpus)
    with progress(coverage.count([str(corpus)])) as tell:
        report = coverage.index([str(corpus)], tell)
    if report.barren:
        raise InputError("; ".join(f"{each.input}: {each.reason}" for each in report.barren))
    if report.skipped:
        first = report.skipped[0]
        log.warning("%d articles left out; the first: %s: %s", len(report.skipped), first.input, first.reason)
    whole.write_text(_amount(coverage))


def _amount(coverage: Coverage) -> str:
    extent = coverage.extent()
    return f"{extent.articles} articles in {extent.passages} passages\n"


def _digest(corpus: Path, encoder: Encoder) -> str:
    """What tells the coverage from one of other articles, another model or other passages of them."""
    with corpus.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    made = json.dumps([content, encoder.name, *_sample(corpus, encoder)])
    return hashlib.sha256(made.encode()).hexdigest()[:16]


def _sample(corpus: Path, encoder: Encoder) -> Iterator[str]:
    """The passages of the first articles as they are encoded: another way of splitting shows in them."""
    read = read_input(str(corpus), corpus.parent)
    for article in islice((each for each in read if isinstance(each, Article)), SAMPLE):
        title = context_title(article.title, encoder.count_tokens, encoder.window)
        for passage in split(article, encoder.count_tokens, encoder.window):
            yield in_context(title, passage.text)
