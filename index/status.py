"""What is in the coverage and how far its indexes are, as `status` tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from index.journal import InputState
from index.records import Extent

if TYPE_CHECKING:
    from pathlib import Path

    from index.following import Engines
    from index.journal import Journal
    from index.store import Store


@dataclass(frozen=True, slots=True)
class Status:
    """What is in the coverage, how old, how big (in bytes), which model, how far the indexes are."""

    home: str
    extent: Extent
    oldest: date | None
    sources: int
    size: int
    model: str | None
    generation: int
    dense_generation: int
    lexical_generation: int
    inputs: tuple[InputState, ...] = ()


def take_status(home: Path, store: Store, engines: Engines, journal: Journal) -> Status:
    """The state of a home, whose indexes are first brought as far as they go."""
    model = store.model()
    dense, lexical = engines.current(wait=True) if model else (None, None)
    return Status(
        home=str(home),
        extent=store.extent(),
        oldest=store.oldest(),
        sources=len(store.sources()),
        size=sum(map(_size, [*home.glob("*"), *(home / "lexical").glob("*")])),
        model=model,
        generation=store.generation(),
        dense_generation=dense.generation if dense else 0,
        lexical_generation=lexical.generation if lexical else 0,
        inputs=tuple(journal.inputs()),
    )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:
        # Another process has just put a newer one in its place.
        return 0
