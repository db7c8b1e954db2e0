"""What a test reads afterwards: every call, and all that reached a chat or a person."""

from __future__ import annotations

import builtins
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

Outcome = Literal["waiting", "ok", "refused", "failed", "gone"]
"""Still in progress, answered, refused by a rule, failed by injection, or the caller hung up."""

_SHOWN = 8
_CLIP = 120


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that took effect, sent or edited; `text` and `plain` are its text or its caption.

    `call` is the place among the calls of the one that it came with.
    """

    method: str
    chat_id: int
    message_id: int
    text: str
    plain: str
    entities: tuple[dict[str, Any], ...]
    params: dict[str, Any]
    message: dict[str, Any]
    at: float = field(default_factory=time.monotonic)
    call: int = -1


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
    """A request and what became of it; `detail` is Telegram's wording or the fault's name.

    It was `done_at` a moment, and at another all of Telegram's own answer to it had been handed to the
    connection: `told_at`. Both are as of `time.monotonic`, 0 for never.
    """

    method: str
    params: dict[str, Any]
    outcome: Outcome = "waiting"
    code: int = 0
    detail: str = ""
    at: float = field(default_factory=time.monotonic)
    done_at: float = 0.0
    told_at: float = 0.0

    @property
    def lost(self) -> bool:
        """Whether it was done, and the caller did not get Telegram's answer."""
        return bool(self.done_at) and not self.told_at


class Journal:
    """The records, behind the one lock of the server; waiting on `changed` sees each of them come."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._kept: dict[type[Any], list[Any]] = {}
        self._calls: list[Call] = []
        self._carried_out = -1

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """The records of one kind, oldest first."""
        with self.changed:
            return tuple(self.kept(kind))

    def kept(self, kind: type[T]) -> list[T]:
        """The list that they are in, for who holds the lock."""
        return self._kept.get(kind, [])

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every request, oldest first."""
        with self.changed:
            return tuple(self._calls)

    def add(self, record: object) -> None:
        """Note what took effect."""
        with self.changed:
            if isinstance(record, Sent):
                record = replace(record, call=self._carried_out)
            self._kept.setdefault(type(record), []).append(record)
            self.changed.notify_all()

    def begin(self, method: str, params: dict[str, Any]) -> int:
        """Note a request; the number is for `end`."""
        with self.changed:
            self._calls.append(Call(method, params))
            self.changed.notify_all()
            return len(self._calls) - 1

    @contextmanager
    def carrying_out(self, number: int) -> Iterator[None]:
        """Do in here, alone, what a request asks for; what is noted meanwhile comes with it."""
        with self.changed:
            self._carried_out = number
            try:
                yield
                self.done(number)
            finally:
                self._carried_out = -1

    def done(self, number: int) -> None:
        """Note that a request was carried out."""
        with self.changed:
            self._calls[number] = replace(self._calls[number], done_at=time.monotonic())
            self.changed.notify_all()

    def told(self, number: int) -> None:
        """Note that all of the answer to a request is on its way."""
        with self.changed:
            self._calls[number] = replace(self._calls[number], told_at=time.monotonic())
            self.changed.notify_all()

    def end(self, number: int, outcome: Outcome, code: int = 0, detail: str = "") -> None:
        """Note what became of a request."""
        with self.changed:
            self._calls[number] = replace(self._calls[number], outcome=outcome, code=code, detail=detail)
            self.changed.notify_all()

    def wait(self, holds: Callable[[], object], timeout: float) -> bool:
        """Whether the condition came to hold in so many seconds."""
        with self.changed:
            return bool(self.changed.wait_for(holds, timeout))

    def summary(self) -> str:
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

    def sent_since(self, place: int) -> tuple[Sent, ...]:
        """The messages that reached a chat from this place on among all of them."""
        with self._journal.changed:
            return tuple(self._journal.kept(Sent)[place:])

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
