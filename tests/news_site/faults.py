"""Faults on order: what goes wrong with the requests for a path, or with all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

FaultKind = Literal[
    "slow",  # the body comes one byte every so many seconds
    "slow head",  # the headers too
    "hang",  # takes the request and never answers
    "delay",  # answers after so many seconds
    "drop",  # closes in the middle of the body
    "drop before",  # closes without a word
    "garbage",  # answers with bytes that are no HTTP
    "gzip bomb",  # gigabytes of zeros, packed a thousand times smaller
    "length too long",  # promises more bytes than come
    "length too short",  # sends more bytes than it promised
    "endless",  # a body without an end
    "endless head",  # headers without an end
    "chunked",  # no fault at all: the body in chunks of sixteen bytes
    "loop",  # redirects to itself
    "chain",  # redirects to another address each time
    "to file",  # redirects to file:///etc/passwd
    "to metadata",  # redirects to http://169.254.169.254/
    "429",
    "503",
    "500",
    "wrong charset",  # windows-1251 under a header that says utf-8
    "entity bomb",  # XML entities of entities
    "external entity",  # XML entities that name a file and /asked-by-entity of this site
    "deep",  # a hundred thousand elements within each other
    "huge header",  # one header line of a mebibyte
    "many headers",  # ten thousand of them
    "unconditional",  # the whole answer, whatever the caller has already
]

ANY = "*"
"""Stands for every path."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure; see `FaultKind` for what `seconds` and `size` (in bytes, or levels) are of.

    `retry_after` goes into the header of that name: seconds, a date as text, or None for no header.
    """

    kind: FaultKind
    seconds: float | None = None
    size: int | None = None
    retry_after: int | str | None = 1


@dataclass(slots=True)
class _Due:
    fault: Fault
    times: int | None


class Faults:
    """The failures due, for each path in the order they were asked for."""

    def __init__(self) -> None:
        self._due: dict[str, list[_Due]] = {}

    def add(self, path: str, fault: Fault, times: int | None) -> None:
        """Let requests for the path fail: so many of them, or all until they are mended.

        Raises:
            ValueError: There is no such kind of fault, or the number of times is not positive.
        """
        if fault.kind not in get_args(FaultKind):
            raise ValueError(f"no such fault: {fault.kind!r}; use one of {get_args(FaultKind)}")
        if times is not None and times < 1:
            raise ValueError(f"a fault happens at least once, not {times} times")
        self._due.setdefault(path, []).append(_Due(fault, times))

    def take(self, path: str) -> Fault | None:
        """The failure due for a request; one with a number of times is due once less."""
        due = self._due.get(path) or self._due.get(ANY)
        if not due:
            return None
        first = due[0]
        if first.times is not None:
            first.times -= 1
        if first.times == 0:
            del due[0]
        return first.fault

    def clear(self, path: str | None) -> None:
        """Let nothing fail any more, or nothing that was asked for this path."""
        if path is None:
            self._due.clear()
        else:
            self._due.pop(path, None)
