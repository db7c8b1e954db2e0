"""How far the indexing is: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from index.indexing import Report

SECONDS_BETWEEN_LINES = 30


@contextmanager
def progress_bar(console: Console, total: int) -> Iterator[Callable[[Report], None]]:
    """What to call with the report as it grows; `total` is the number of articles there seem to be."""
    if not console.is_terminal:
        yield _lines(console, total)
        return
    columns = [
        TextColumn("indexing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("articles · {task.fields[pace]}"),
        TimeRemainingColumn(),
    ]
    began = time.monotonic()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=total, pace="starting")

        def tell(report: Report) -> None:
            progress.update(task, completed=report.articles, pace=_pace(report, began))

        yield tell


def _lines(console: Console, total: int) -> Callable[[Report], None]:
    began = last = time.monotonic()

    def tell(report: Report) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            console.print(f"indexing: {report.articles:,} of {total:,} articles · {_pace(report, began)}")

    return tell


def _pace(report: Report, began: float) -> str:
    seconds = max(time.monotonic() - began, 0.001)
    return f"{report.passages:,} passages, {report.passages / seconds:.0f}/s"
