"""What the commands report, in words and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from index.coverage import Status
    from index.history import Version
    from index.indexing import Report
    from index.journal import InputState

MEGABYTE = 1_000_000


def format_report(report: Report) -> Iterator[str]:
    """What became of the inputs, in a line."""
    counts = {
        "added": report.added,
        "updated": report.updated,
        "withdrawn": report.withdrawn,
        "unchanged": report.unchanged,
        "given twice": report.repeated,
        "skipped": len(report.skipped),
    }
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    encoded = f"; {report.passages:,} passages encoded" if report.passages else ""
    yield f"articles: {said or 'none'}{encoded}"


def status_as_json(status: Status) -> dict[str, Any]:
    """The object that `status --json` prints."""
    extent = status.extent
    return {
        "home": status.home,
        "articles": extent.articles,
        "passages": extent.passages,
        "sources": status.sources,
        "oldest": status.oldest.isoformat() if status.oldest else None,
        "newest": extent.newest.isoformat() if extent.newest else None,
        "bytes": status.size,
        "model": status.model,
        "generation": status.generation,
        "indexes": {"dense": status.dense_generation, "lexical": status.lexical_generation},
        "inputs": [_input_as_json(each) for each in status.inputs],
    }


def format_status(status: Status) -> Iterator[str]:
    """What is in the coverage, a line for each thing worth knowing."""
    extent = status.extent
    yield f"home       {status.home}"
    yield f"articles   {extent.articles:,} in {extent.passages:,} passages, from {status.sources:,} sources"
    if extent.newest:
        yield f"published  {status.oldest} to {extent.newest}"
    yield f"size       {status.size / MEGABYTE:,.1f} MB"
    yield f"model      {status.model or 'none yet'}"
    behind = status.generation - min(status.dense_generation, status.lexical_generation)
    state = "up to date" if behind <= 0 else f"{behind} changes behind"
    yield f"indexes    {state}, generation {status.generation}"
    for each in status.inputs:
        yield f"watched    {each.address}"
        yield f"           {'; '.join(_input_words(each))}"


def version_as_json(version: Version) -> dict[str, Any]:
    """The object that `history --json` prints for each version."""
    article = version.article
    return {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "source": article.source,
        "url": article.url,
        "published": _iso(article.published),
        "updated": _iso(article.updated),
        "corrected": _iso(article.corrected),
        "correction": article.correction,
        "replaced": _iso(version.replaced),
        "withdrawn": _iso(version.withdrawn),
        "reason": version.reason,
    }


def format_version(version: Version) -> Iterator[str]:
    """A version to read: when it held, then its words."""
    article = version.article
    if version.withdrawn:
        held = f"withdrawn on {version.withdrawn:%Y-%m-%d %H:%M} UTC: {version.reason}"
    elif version.replaced:
        held = f"replaced on {version.replaced:%Y-%m-%d %H:%M} UTC"
    else:
        held = "the newest version"
    days = {"published": article.published, "updated": article.updated, "corrected": article.corrected}
    said = [f"{name} {day}" for name, day in days.items() if day] or ["undated"]
    yield f"{article.id} · {held}"
    yield f"{article.title} · {article.source or 'source not given'} · {', '.join(said)}"
    if article.correction:
        yield f"correction: {article.correction}"
    yield ""
    yield article.text
    yield ""


def _input_as_json(state: InputState) -> dict[str, Any]:
    return {
        "input": state.address,
        "visited": _iso(state.visited),
        "succeeded": _iso(state.succeeded),
        "brought": _iso(state.brought),
        "failures": state.failures,
        "trouble": state.trouble,
        "silent": state.is_silent(datetime.now(UTC)),
    }


def _input_words(state: InputState) -> Iterator[str]:
    yield f"last success {_minute(state.succeeded)}"
    yield f"last new article {_minute(state.brought)}"
    if state.failures:
        yield f"{state.failures} failures in a row, the last: {state.trouble}"
    if state.is_silent(datetime.now(UTC)):
        yield "silent for longer than usual"


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None
