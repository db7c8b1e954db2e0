"""What a test reads afterwards: every call, and all that reached a chat or a person."""

from __future__ import annotations

import builtins
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

Outcome = Literal["waiting", "ok", "refused", "failed", "gone"]
"""Still in progress, answered, refused by a rule, failed by injection, or the caller hung up."""

_SHOWN = 8
_CLIP = 120


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that took effect, sent or edited; `text` and `plain` are its text or its caption."""

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
class SentFile:
    """A photo or document that reached a chat; width and height are pixels, 0 for a document."""

    chat_id: int
    message_id: int
    file_name: str
    bytes: builtins.bytes
    caption: str
    width: int
    height: int
    message: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class InlineResult:
    """One article that a person may choose: `text` as it was sent, `plain` as it would be shown."""

    id: str
    title: str
    description: str
    text: str
    plain: str
    entities: tuple[dict[str, Any], ...]
    reply_markup: dict[str, Any] | None
    given: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """The answer to an inline query; `question` is what the person typed, `cache_time` seconds."""

    query_id: str
    question: str
    results: tuple[InlineResult, ...]
    button: dict[str, Any] | None
    cache_time: int
    is_personal: bool
    next_offset: str
    params: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The answer to a pressed button; the second to the same one says `again`."""

    query_id: str
    text: str
    show_alert: bool
    url: str
    cache_time: int
    again: bool
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Reaction:
    """The emoji that the bot put on a message in place of those before; none takes them away."""

    chat_id: int
    message_id: int
    emoji: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that a person sees while the bot is still writing it."""

    chat_id: int
    draft_id: int
    text: str
    plain: str
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Delivery:
    """An attempt to push an update to the webhook; status 0: no reply, `detail` tells why."""

    update_id: int
    status: int
    detail: str
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
        self._kept: dict[type[Any], list[Any]] = {}
        self._calls: list[Call] = []

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """The records of one kind, oldest first."""
        with self.changed:
            return tuple(self._kept.get(kind, ()))

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every request, oldest first."""
        with self.changed:
            return tuple(self._calls)

    def add(self, record: object) -> None:
        """Note what took effect."""
        with self.changed:
            self._kept.setdefault(type(record), []).append(record)
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
        sent, calls = self.of(Sent), self.calls
        lines = [f"sent ({len(sent)}):", *map(_sent_line, sent[-_SHOWN:])]
        lines += [f"calls ({len(calls)}):", *map(_call_line, calls[-_SHOWN:])]
        return "\n".join(lines)


class Recorded:
    """What a test reads of a server, each kind oldest first."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    def sent(self) -> tuple[Sent, ...]:
        """The messages that reached a chat, sent or edited; of files, their captions."""
        return self._journal.of(Sent)

    @property
    def photos(self) -> tuple[SentFile, ...]:
        """The pictures that reached a chat, sent or edited in."""
        return tuple(sent for sent in self._journal.of(SentFile) if sent.width)

    @property
    def documents(self) -> tuple[SentFile, ...]:
        """The documents that reached a chat, sent or edited in."""
        return tuple(sent for sent in self._journal.of(SentFile) if not sent.width)

    @property
    def inline_answers(self) -> tuple[InlineAnswer, ...]:
        """The answers to inline queries."""
        return self._journal.of(InlineAnswer)

    @property
    def callback_answers(self) -> tuple[CallbackAnswer, ...]:
        """The answers to pressed buttons."""
        return self._journal.of(CallbackAnswer)

    @property
    def reactions(self) -> tuple[Reaction, ...]:
        """The reactions that the bot put on messages."""
        return self._journal.of(Reaction)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The texts that people saw being written."""
        return self._journal.of(Draft)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The attempts to push an update to the webhook."""
        return self._journal.of(Delivery)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call with its parameters and outcome."""
        return self._journal.calls

    @property
    def refusals(self) -> tuple[Call, ...]:
        """The calls that broke a rule; injected faults are not among them."""
        return tuple(call for call in self.calls if call.outcome == "refused")


def _sent_line(sent: Sent) -> str:
    return f"  {sent.method} to {sent.chat_id}: {sent.plain[:_CLIP]!r}"


def _call_line(call: Call) -> str:
    return f"  {call.method}: {call.outcome} {call.detail}".rstrip()
