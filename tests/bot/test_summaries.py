from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console

from bot.progress import progress_bar
from bot.summaries import format_report
from index.indexing import Report
from index.records import Skipped

if TYPE_CHECKING:
    import pytest


def test_report_names_what_there_was() -> None:
    """The report's line names the counts that are not zero."""
    skipped = [Skipped("news/x.pdf", "a file of another kind")]
    report = Report(added=1200, unchanged=3, passages=9000, skipped=skipped)
    assert list(format_report(report)) == [
        "articles: 1,200 added, 3 unchanged, 1 skipped; 9,000 passages encoded"
    ]
    assert list(format_report(Report())) == ["articles: none"]


def test_terminal_gets_a_bar() -> None:
    """In a terminal the progress is a bar with the number of articles and the pace."""
    output = StringIO()
    console = Console(file=output, force_terminal=True, width=120)
    with progress_bar(console, 10) as tell:
        tell(Report(added=5, passages=50))
    assert "5/10" in output.getvalue()
    assert "50 passages" in output.getvalue()


def test_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a log the progress is a line every half minute, not one for every article."""
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    output = StringIO()
    with progress_bar(Console(file=output, width=120), 2000) as tell:
        for second in range(61):
            now = float(second)
            tell(Report(added=second * 10, passages=second * 100))
    assert output.getvalue().splitlines() == [
        "indexing: 300 of 2,000 articles · 3,000 passages, 100/s",
        "indexing: 600 of 2,000 articles · 6,000 passages, 100/s",
    ]
