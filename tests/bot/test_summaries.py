from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

from articles import make_article
from rich.console import Console

from bot.progress import progress_bar
from bot.summaries import format_report, format_status, format_version, status_as_json, version_as_json
from index.coverage import Status
from index.history import Version
from index.indexing import Report
from index.journal import InputState
from index.records import Extent, Skipped, Withdrawal

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
    report = Report(updated=2, withdrawals=[Withdrawal("x", "wire", "staged")], repeated=1)
    assert list(format_report(report)) == ["articles: 2 updated, 1 withdrawn, 1 given twice"]


NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
NOON_SAID = "2025-01-11 12:00 UTC"
FEED = "https://gull.example/feed"


def status(*inputs: InputState) -> Status:
    """A coverage that watches these."""
    extent = Extent(1200, 9000, date(2025, 1, 11))
    return Status("home", extent, date(2024, 1, 1), 3, 2_500_000, "a-model", 7, 7, 7, inputs)


def watched(*, silent: bool = False, **fields: object) -> InputState:
    """A feed that has brought something every hour until now, or until long ago."""
    last = NOON if silent else datetime.now(UTC)
    arrivals = tuple(last - hours * timedelta(hours=1) for hours in range(4, -1, -1))
    return InputState(FEED, arrivals=arrivals, **fields)  # type: ignore[arg-type]


def test_status_tells_what_is_watched() -> None:
    """Each input with its last success and its last new article; one never visited says so."""
    told = list(format_status(status(watched(silent=True, succeeded=NOON), InputState("news"))))
    assert told[:2] == ["home       home", "articles   1,200 in 9,000 passages, from 3 sources"]
    assert told[-4:-2] == [
        f"watched    {FEED}",
        f"{' ' * 11}last success {NOON_SAID}; last new article {NOON_SAID}; silent for longer than usual",
    ]
    assert told[-2:] == ["watched    news", "           last success never; last new article never"]
    assert not [line for line in format_status(status()) if line.startswith("watched")]


def test_status_tells_of_failures() -> None:
    """How many in a row, and the last reason; who is not silent is not called so."""
    state = watched(succeeded=NOON, failures=3, trouble="its host answers 503")
    (line,) = [line for line in format_status(status(state)) if line.startswith("           ")]
    assert line.startswith("           last success 2025-01-11 12:00 UTC; last new article ")
    assert line.endswith("; 3 failures in a row, the last: its host answers 503")


def test_status_as_json_has_every_input() -> None:
    """The same as an object for programs, with moments in UTC."""
    state = watched(silent=True, visited=NOON + timedelta(hours=1), succeeded=NOON, failures=1, trouble="no")
    told = json.loads(json.dumps(status_as_json(status(state, InputState("news")))))
    assert told["inputs"] == [
        {
            "input": FEED,
            "visited": "2025-01-11T13:00:00+00:00",
            "succeeded": "2025-01-11T12:00:00+00:00",
            "brought": "2025-01-11T12:00:00+00:00",
            "failures": 1,
            "trouble": "no",
            "silent": True,
        },
        {
            "input": "news",
            "visited": None,
            "succeeded": None,
            "brought": None,
            "failures": 0,
            "trouble": None,
            "silent": False,
        },
    ]


def test_a_version_tells_until_when_it_held() -> None:
    """The newest, a replaced one and a withdrawn one, each with its days and words."""
    article = make_article(
        "Forty ships.", updated=date(2025, 1, 12), corrected=date(2025, 1, 13), correction="They were forty."
    )
    assert list(format_version(Version(article))) == [
        "harbour · the newest version",
        "Harbour freezes · The Gull · published 2025-01-11, updated 2025-01-12, corrected 2025-01-13",
        "correction: They were forty.",
        "",
        "Forty ships.",
        "",
    ]
    bare = make_article("Ice.", source=None, published=None)
    assert list(format_version(Version(bare, replaced=NOON)))[:3] == [
        "harbour · replaced on 2025-01-11 12:00 UTC",
        "Harbour freezes · source not given · undated",
        "",
    ]
    withdrawn = Version(article, withdrawn=NOON, reason="staged")
    assert next(format_version(withdrawn)) == "harbour · withdrawn on 2025-01-11 12:00 UTC: staged"


def test_a_version_as_json() -> None:
    """The same as an object for programs."""
    article = make_article("Ice.", corrected=date(2025, 1, 13), correction="No.")
    version = Version(article, replaced=NOON, withdrawn=NOON + timedelta(days=1), reason="staged")
    assert json.loads(json.dumps(version_as_json(version))) == {
        "id": "harbour",
        "title": "Harbour freezes",
        "text": "Ice.",
        "source": "The Gull",
        "url": "https://gull.example/harbour",
        "published": "2025-01-11",
        "updated": None,
        "corrected": "2025-01-13",
        "correction": "No.",
        "replaced": "2025-01-11T12:00:00+00:00",
        "withdrawn": "2025-01-12T12:00:00+00:00",
        "reason": "staged",
    }


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
