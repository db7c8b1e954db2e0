"""The other process of the soak: a Bot API on loopback, people who ask, faults, locks of the database."""

from __future__ import annotations

import random
import re
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from bot_api import updates
from bot_api.records import Call, Sent
from bot_api.server import BotApi
from news_site.stories import story

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

# So many people ask, each the next question when the last one is answered.
PEOPLE, FIRST = 10, 1000
# After so many seconds without an answer a question counts as lost. The longest lock takes forty.
LOST = 120.0
# One call of so many goes wrong, each time another in another way.
METHODS = ("sendMessage", "getUpdates", "sendChatAction", "editMessageText", "answerCallbackQuery")
KINDS = ("429", "500", "502 html", "drop before", "drop after", "hang before", "hang after")
EVERY_FAULT, HANGING = 200, {"getUpdates": 0.5}
# A hanging call outlasts the library's patience of five seconds.
HANGS = 6.0
# A button is pressed under one answer of so many.
EVERY_PRESS = 50
# The database is locked for so long after so many questions, and once for longer than anybody waits.
EVERY_LOCK, LOCKED, LOCKED_LONG, LONG_AFTER = 2_500, 1.5, 35.0, 0.15
# Of the calls that are over so many are kept, or this process would hold them all.
KEPT_CALLS = 2_000
APOLOGY, NUMBERED = "Something went wrong", re.compile(r"\((\d+)\)")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked, on which database, of how many stories, and whether things go wrong."""

    questions: int
    each: int
    database: str
    stories: int
    faults: bool


@dataclass(slots=True)
class Tally:
    """What became of the questions."""

    asked: int = 0
    answered: int = 0
    apologised: int = 0
    lost: int = 0
    twice: int = 0
    pressed: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)


def ask_all(pipe: Connection, plan: Plan) -> None:
    """Serve the Bot API, ask all questions when told "go", tell each thousand's figures, stay until "end"."""
    with BotApi() as api:
        pipe.send(api.base_url)
        pipe.recv()
        _People(api, plan, pipe).ask()
        pipe.send(None)
        pipe.recv()


class _People:
    def __init__(self, api: BotApi, plan: Plan, pipe: Connection) -> None:
        self._api, self._plan, self._pipe = api, plan, pipe
        self._chance = random.Random(6)  # noqa: S311 - the same each time
        self._tally = Tally()
        # By person: the number of the question that waits, and since when.
        self._waiting: dict[int, tuple[int, float]] = {}
        self._done: set[int] = set()
        self._begun = time.monotonic()

    def ask(self) -> None:
        """Ask until all questions are answered, or lost."""
        for person in range(FIRST, FIRST + PEOPLE):
            self._ask_next(person)
        while self._waiting:
            for sent in self._fresh():
                self._take(sent)
            self._give_up()
        # Should something be answered twice, it shows by now.
        time.sleep(3)
        for sent in self._fresh():
            self._take(sent)
        self._report()

    def _ask_next(self, person: int) -> None:
        tally = self._tally
        if tally.asked >= self._plan.questions:
            return
        number, tally.asked = tally.asked, tally.asked + 1
        if self._plan.faults:
            self._go_wrong(number)
        place = story(self._chance.randrange(self._plan.stories)).place
        text = f"What happened in {place}? ({number})"
        self._waiting[person] = number, time.monotonic()
        self._api.push(updates.private_message(text, user_id=person))

    def _go_wrong(self, number: int) -> None:
        if number % EVERY_FAULT == EVERY_FAULT - 1:
            method, kind = self._chance.choice(METHODS), self._chance.choice(KINDS)
            self._api.fail(method, 1, kind, seconds=HANGING.get(method, HANGS), retry_after=1)  # type: ignore[arg-type]
            self._tally.faults[f"{method}, {kind}"] += 1
        long = number == int(LONG_AFTER * self._plan.questions) and number > EVERY_LOCK
        if long or number % EVERY_LOCK == EVERY_LOCK // 2:
            seconds = LOCKED_LONG if long else LOCKED
            self._tally.faults[f"database locked for {seconds:g} s"] += 1
            threading.Thread(target=_lock, args=[self._plan.database, seconds], daemon=True).start()

    def _fresh(self) -> list[Sent]:
        """What has been sent since this was last called, taken out of the server's records."""
        journal = self._api._journal  # noqa: SLF001 - or they would grow for ever
        with journal.changed:
            journal.changed.wait_for(lambda: journal._kept.get(Sent), 0.5)  # noqa: SLF001
            fresh: list[Sent] = journal._kept.pop(Sent, [])  # noqa: SLF001
            journal._kept.clear()  # noqa: SLF001
            over = len(journal._calls) - KEPT_CALLS  # noqa: SLF001
            for place in range(max(0, over - KEPT_CALLS), over):
                journal._calls[place] = _OVER  # noqa: SLF001 - calls in progress are known by their place
        return fresh

    def _take(self, sent: Sent) -> None:
        if sent.method.lower() != "sendmessage":
            return
        person, tally = sent.chat_id, self._tally
        number, since = self._waiting.get(person, (-1, 0.0))
        named = {int(each) for each in NUMBERED.findall(sent.plain)}
        if sent.plain.startswith(APOLOGY):
            tally.apologised += 1
        elif number in named:
            tally.answered += 1
            tally.milliseconds.append((sent.at - since) * 1000)
            self._press(sent)
        else:
            # A message without a number is the first part of an answer of several.
            tally.twice += bool(named & self._done)
            return
        if number >= 0:
            self._next(person, number)

    def _next(self, person: int, number: int) -> None:
        self._done.add(number)
        del self._waiting[person]
        if (self._tally.answered + self._tally.apologised) % self._plan.each == 0:
            self._report()
        self._ask_next(person)

    def _press(self, sent: Sent) -> None:
        rows = sent.message.get("reply_markup", {}).get("inline_keyboard", [])
        pressable = [button["callback_data"] for row in rows for button in row if "callback_data" in button]
        if pressable and self._chance.randrange(EVERY_PRESS) == 0:
            pressed = self._chance.choice(pressable)
            self._tally.pressed += 1
            self._api.push(updates.callback_query(pressed, sent.message, user_id=sent.chat_id))

    def _give_up(self) -> None:
        late = time.monotonic() - LOST
        for person, (number, since) in list(self._waiting.items()):
            if since < late:
                self._tally.lost += 1
                self._next(person, number)

    def _report(self) -> None:
        tally, times = self._tally, self._tally.milliseconds
        told: dict[str, Any] = {
            "asked": tally.asked,
            "seconds": round(time.monotonic() - self._begun, 1),
            "median, ms": round(median(times), 1) if times else None,
            "95th percentile, ms": round(quantiles(times, n=20)[-1], 1) if len(times) > 1 else None,
            "answered": tally.answered,
            "apologised": tally.apologised,
            "lost": tally.lost,
            "answered twice": tally.twice,
            "pressed": tally.pressed,
            "faults": dict(tally.faults),
            "refused by the Bot API": _refusals(self._api),
        }
        tally.milliseconds = []
        self._pipe.send(told)


_OVER = Call("", {})


def _refusals(api: BotApi) -> list[str]:
    return sorted({f"{call.method}: {call.detail}" for call in api.refusals})


def _lock(file: str, seconds: float) -> None:
    with closing(sqlite3.connect(file, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
