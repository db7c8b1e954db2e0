"""What the commands report, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.coverage import Status
    from index.indexing import Report

MEGABYTE = 1_000_000


def format_report(report: Report) -> Iterator[str]:
    """What became of the inputs, in a line."""
    counts = {
        "added": report.added,
        "updated": report.updated,
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
