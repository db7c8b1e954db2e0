"""What a test reads afterwards: every request that reached the site."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what became of it; times are of the monotonic clock, in seconds.

    `path` is as it was asked for, with its query; header names are in lower case. `status` is None as
    long as none was sent, and for good where a fault sends none; `ended` is None until the end.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    at: float = field(default_factory=time.monotonic)
    status: int | None = None
    ended: float | None = None


class Journal:
    """The requests, behind a lock of their own; safe to use from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: list[Request] = []

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request, oldest first."""
        with self._changed:
            return tuple(self._requests)

    def begin(self, request: Request) -> int:
        """Note a request; the number is for what comes of it."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()
            return len(self._requests) - 1

    def sent(self, number: int, status: int) -> None:
        """Note the status of an answer that is about to be sent."""
        self._change(number, status=status)

    def end(self, number: int) -> None:
        """Note that nothing more is sent."""
        self._change(number, ended=time.monotonic())

    def wait(self, holds: Callable[[], bool], timeout: float) -> bool:
        """Whether the condition came to hold in so many seconds."""
        with self._changed:
            return self._changed.wait_for(holds, timeout)

    def told(self) -> str:
        """The last requests, for the message of a failed test."""
        lines = [f"  {one.method} {one.path}: {one.status}" for one in self.requests[-_SHOWN:]]
        return "\n".join([f"requests ({len(self.requests)}):", *lines])

    def _change(self, number: int, **fields: float) -> None:
        with self._changed:
            self._requests[number] = replace(self._requests[number], **fields)  # type: ignore[arg-type]
            self._changed.notify_all()


def most_at_once(requests: tuple[Request, ...]) -> int:
    """How many requests were being answered at one time, at most."""
    steps = [(one.at, 1) for one in requests]
    steps += [(one.ended, -1) for one in requests if one.ended is not None]
    open_now = most = 0
    for _, step in sorted(steps):
        open_now += step
        most = max(most, open_now)
    return most
