"""What a test reads afterwards: every call, and every text that reached a chat."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Outcome = Literal["waiting", "ok", "refused", "failed", "gone"]
"""Still in progress, answered, refused by a rule, failed by injection, or the caller hung up."""

_SHOWN = 8
_CLIP = 120


@dataclass(frozen=True, slots=True)
class Sent:
    """A text that took effect: sent or edited into a chat."""

    method: str
    chat_id: int
    message_id: int
    text: str
    plain: str
    entities: tuple[dict[str, Any], ...]
    params: dict[str, Any]
    message: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Call:
    """A request and what became of it; `detail` is Telegram's wording or the fault's name."""

    method: str
    params: dict[str, Any]
    outcome: Outcome = "waiting"
    code: int = 0
    detail: str = ""
    at: float = field(default_factory=time.monotonic)


class Journal:
    """The records, behind the one lock of the server; waiting on `changed` sees each of them come."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._sent: list[Sent] = []
        self._calls: list[Call] = []

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The texts that took effect, oldest first."""
        with self.changed:
            return tuple(self._sent)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every request, oldest first."""
        with self.changed:
            return tuple(self._calls)

    def add(self, sent: Sent) -> None:
        """Note a text that took effect."""
        with self.changed:
            self._sent.append(sent)
            self.changed.notify_all()

    def begin(self, method: str, params: dict[str, Any]) -> int:
        """Note a request; the number is for `end`."""
        with self.changed:
            self._calls.append(Call(method, params))
            self.changed.notify_all()
            return len(self._calls) - 1

    def end(self, number: int, outcome: Outcome, code: int = 0, detail: str = "") -> None:
        """Note what became of a request."""
        with self.changed:
            self._calls[number] = replace(self._calls[number], outcome=outcome, code=code, detail=detail)
            self.changed.notify_all()

    def wait(self, holds: Callable[[], object], timeout: float) -> bool:
        """Whether the condition came to hold in so many seconds."""
        with self.changed:
            return bool(self.changed.wait_for(holds, timeout))

    def told(self) -> str:
        """The last texts and calls, for the message of a failed test."""
        with self.changed:
            lines = [f"sent ({len(self._sent)}):", *map(_sent_line, self._sent[-_SHOWN:])]
            lines += [f"calls ({len(self._calls)}):", *map(_call_line, self._calls[-_SHOWN:])]
        return "\n".join(lines)


def _sent_line(sent: Sent) -> str:
    return f"  {sent.method} to {sent.chat_id}: {sent.plain[:_CLIP]!r}"


def _call_line(call: Call) -> str:
    return f"  {call.method}: {call.outcome} {call.detail}".rstrip()
