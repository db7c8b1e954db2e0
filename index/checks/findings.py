"""What a check has found, and how a check that itself fails is told."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

State = Literal["ok", "mended", "warning", "failed"]

# What damage can make of reading, whatever is read: each library has its own words for it.
FAULTS = (
    DatelineError,
    sa.exc.SQLAlchemyError,
    sqlite3.Error,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, what was found and, where something is to be done, what."""

    name: str
    state: State
    found: str
    advice: str = ""


def guarded(name: str, look: Callable[[], Iterable[Finding]], advice: str = "") -> Iterator[Finding]:
    """What a check finds; should it fail itself, that is a finding too, and the next check goes on."""
    try:
        yield from look()
    except FAULTS as error:
        yield Finding(name, "failed", first_line(error), advice)


def first_line(error: BaseException) -> str:
    """What an error says, in one line of at most 300 characters."""
    said = str(error).strip().split("\n")[0][:300]
    return said or type(error).__name__


def named(ids: Iterable[object], most: int = 3) -> str:
    """The first few of some ids, in quotation marks, and how many more there are."""
    known = list(ids)
    more = f" and {len(known) - most:,} more" if len(known) > most else ""
    return ", ".join(f"'{each}'" for each in known[:most]) + more
