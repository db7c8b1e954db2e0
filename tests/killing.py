"""The real program under load, killed with SIGKILL at moments drawn by chance, and started again."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, Literal

from asking import People
from bot_api.server import BotApi
from programs import STARTING, Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Way = Literal["polling", "webhook"]
When = Literal["since the start", "under load", "after a send"]
WHENS: Final[tuple[When, ...]] = ("since the start", "under load", "after a send")
# Seconds within which the moment is drawn: since the process began, since it was ready to answer, and since
# Telegram sent a message for it.
_WITHIN: Final[dict[When, float]] = {"since the start": 2.5, "under load": 1.5, "after a send": 0.02}
# Where nothing is sent within so many seconds, everybody who could ask waits in vain.
_SENDING: Final = 5.0
_CLIP: Final = 120
READY: Final = "the coverage is ready"
# What is asked is answered, whatever the fake encoder thinks of it; nobody is kept from asking.
_SETTINGS: Final = {"DATELINE_CONFIDENCE": "0", "DATELINE_CHATS": "all", "DATELINE_PERSON_LIMIT": "100000"}


@dataclass(frozen=True, slots=True)
class Kill:
    """When the program was killed, how that moment was chosen, and whether it was ready to answer by then."""

    at: float
    when: When
    ready: bool


@dataclass(slots=True)
class Killing:
    """A program that is killed again and again while people ask `rate` questions a second."""

    api: BotApi
    people: People
    home: Path
    chance: Random
    settings: dict[str, str]
    rate: float = 15.0
    kills: list[Kill] = field(default_factory=list)
    # What the programs wrote that was more than a word in passing.
    complaints: list[str] = field(default_factory=list)
    _due: float = 0.0

    def kill(self, when: When) -> None:
        """Start the program, and kill it at such a moment."""
        program = Program(self.home, self.api.base_url, fake=True, **self.settings)
        try:
            if when != "since the start":
                self._go_on(STARTING, lambda: READY in program.log or program.ended)
            if when == "after a send":
                sent = self._sends
                self._go_on(_SENDING, lambda: self._sends > sent or program.ended)
            self._go_on(self.chance.uniform(0, _WITHIN[when]), lambda: program.ended)
            ready = READY in program.log
            died = program.ended
        finally:
            at = program.kill()
        self.kills.append(Kill(at, when, ready))
        if died:
            self.complaints.append(f"it ended by itself: {program.log[-2000:]}")
        self._listen(program.log)

    def settle(self, seconds: float) -> None:
        """Start the program once more, ask nothing more, and let it answer what is left, so long at most."""
        program = Program(self.home, self.api.base_url, fake=True, **self.settings)
        try:
            self.people.settle(seconds)
            # Should something be answered twice, it shows by now.
            time.sleep(2)
            self.people.read()
        finally:
            status = program.stop()
        if status:
            self.complaints.append(f"it stopped with status {status}: {program.log[-2000:]}")
        self._listen(program.log)

    @property
    def _sends(self) -> int:
        return len(self.api.sent)

    def _go_on(self, seconds: float, over: Callable[[], object]) -> None:
        """Let people ask for so long, or until something is over."""
        ends = time.monotonic() + seconds
        while (now := time.monotonic()) < ends and not over():
            self.people.read()
            if now >= self._due and self.people.idle:
                self.people.ask()
                self._due = max(self._due, now - 1.0) + 1.0 / self.rate
            time.sleep(0.002)

    def _listen(self, log: str) -> None:
        lines = [line for line in log.splitlines() if " ERROR " in line or "Traceback" in line]
        self.complaints.extend(line[24 : 24 + _CLIP] for line in lines)


@contextmanager
def besieged(
    home: Path, way: Way, chance: Random, *, at_once: int = 40, rate: float = 15.0
) -> Iterator[Killing]:
    """A Bot API that outlives every program, and so many people who ask."""
    port = free_port()
    settings = _SETTINGS | (webhook(port) if way == "webhook" else {})
    with BotApi(webhook_through=f"http://127.0.0.1:{port}" if way == "webhook" else "") as api:
        yield Killing(api, People(api, at_once, chance), home, chance, settings, rate)


def webhook(port: int) -> dict[str, str]:
    """The settings with which updates are posted to this port of loopback."""
    return {
        "DATELINE_WEBHOOK": "https://bot.example/hook",
        "DATELINE_WEBHOOK_SECRET": "a-secret-of-some-length",
        "DATELINE_LISTEN": f"127.0.0.1:{port}",
    }


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
