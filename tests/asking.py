"""People who ask numbered questions, and what became of each of them."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from bot_api import updates
from bot_api.faults import MOVED
from fakes import FakeEncoder
from news_site.stories import story

from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from random import Random

    from bot_api.records import Call, Sent
    from bot_api.server import BotApi

STORIES: Final = 60
_FIRST_PERSON, _FIRST_GROUP = 1_000_000, -1_001_000_000_000
_NUMBERED = re.compile(r"\((\d+)\)")
TOLD = ("Something went wrong on my side", "You asked this long ago")
"""How the messages begin that tell somebody that a question was not answered."""

# What a program has written is read by Telegram some moments after its death, in seconds at most.
_ON_ITS_WAY = 0.25
# Who dies within so many seconds of Telegram's answer may not have noted what it said.
NOTING: Final = 0.5


class Reply(NamedTuple):
    """A message that reached the asker: an answer, or what tells that there will be none."""

    at: float
    call: int
    is_answer: bool


@dataclass(slots=True, eq=False)
class Question:
    """A question in a chat, and the messages that it got."""

    number: int
    chat: int
    message: int
    asked: float = field(default_factory=time.monotonic)
    replies: list[Reply] = field(default_factory=list)


class Outcome(NamedTuple):
    """What became of a question.

    `gaps` are the seconds, for each message but the last, from Telegram's answer to it to the kill that
    came next; less than nothing where the program was killed before.
    """

    name: str
    gaps: tuple[float, ...] = ()


ONCE, TOLD_ONLY, NEVER = "answered once", "told that it failed", "never"
TWICE_LOST = "more than one message, Telegram's answer to the earlier was lost or not noted in time"
TWICE = "more than one message, otherwise"
OUTCOMES: Final = (ONCE, TWICE_LOST, TWICE, TOLD_ONLY, NEVER)


class People:
    """So many people who ask at once; the next asks when one has a reply.

    Every other one asks in a group of their own, again and again; there a reply names the message that it
    replies to. The others ask in private, where it names nothing, and so each of them asks only once.
    """

    def __init__(self, api: BotApi, at_once: int, chance: Random) -> None:
        self._api, self._chance, self._at_once = api, chance, at_once
        self.questions: list[Question] = []
        self._open: dict[int, Question] = {}
        self._by_message: dict[tuple[int, int], Question] = {}
        self._by_person: dict[int, Question] = {}
        self._free = [_FIRST_GROUP - each for each in range(at_once // 2)]
        self._groups = frozenset(self._free)
        api.add_chat(MOVED, "supergroup")
        self._read = 0
        # What was sent to those who ask, and belongs to no question.
        self.strange: list[str] = []

    @property
    def waiting(self) -> int:
        """How many questions have had no reply yet."""
        return len(self._open)

    @property
    def idle(self) -> bool:
        """Whether somebody can ask."""
        return len(self._open) < self._at_once

    def ask(self) -> Question:
        """Let somebody ask the next question."""
        number = len(self.questions)
        text = f"What happened in {story(self._chance.randrange(STORIES)).place}? ({number})"
        person = _FIRST_PERSON + number
        if number % 2 and self._free:
            group = self._free.pop(0)
            update = updates.mention(text, chat_id=group, user_id=person)
        else:
            update = updates.private_message(text, user_id=person)
        message = update["message"]
        question = Question(number, message["chat"]["id"], message["message_id"])
        self.questions.append(question)
        self._open[number] = question
        self._by_message[question.chat, question.message] = question
        if question.chat > 0:
            self._by_person[question.chat] = question
        self._api.push(update)
        return question

    def read(self) -> None:
        """Take in what has been sent since."""
        fresh = self._api.sent_since(self._read)
        self._read += len(fresh)
        for sent in fresh:
            asks = sent.chat_id in self._by_person or sent.chat_id in self._groups or sent.chat_id == MOVED
            if asks and sent.method.lower() == "sendmessage":
                self._take(sent)

    def settle(self, seconds: float) -> None:
        """Wait until every question has had a reply, so long at most."""
        ends = time.monotonic() + seconds
        while self._open and time.monotonic() < ends:
            time.sleep(0.05)
            self.read()

    def _take(self, sent: Sent) -> None:
        numbers, told = _NUMBERED.findall(sent.plain), sent.plain.startswith(TOLD)
        replied = sent.message.get("reply_to_message", {}).get("message_id", 0)
        question = self._by_person.get(sent.chat_id) or self._by_message.get((sent.chat_id, replied))
        if sent.chat_id == MOVED:
            # Nothing of the old chat can be replied to there, and others have moved there, too.
            if not numbers:
                return
            question = self.questions[int(numbers[0])]
        if question is None or not (told or str(question.number) in numbers):
            self.strange.append(sent.plain)
            return
        question.replies.append(Reply(sent.at, sent.call, not told))
        if self._open.pop(question.number, None) and question.chat < 0:
            self._free.append(question.chat)


def outcome_of(question: Question, calls: Sequence[Call], kills: Sequence[float]) -> Outcome:
    """What became of a question while the program was killed at these moments."""
    replies = question.replies
    if not replies:
        return Outcome(NEVER)
    if len(replies) == 1:
        return Outcome(ONCE if replies[0].is_answer else TOLD_ONLY)
    gaps = list[float]()
    excused = True
    for earlier, later in pairwise(replies):
        call = calls[earlier.call]
        killed = next((kill for kill in kills if earlier.at - _ON_ITS_WAY <= kill <= later.at), None)
        if killed is not None:
            gaps.append(killed - (call.told_at or killed))
        excused &= call.lost or (killed is not None and gaps[-1] <= NOTING)
    return Outcome(TWICE_LOST if excused else TWICE, tuple(gaps))


def tally(people: People, calls: Sequence[Call], kills: Sequence[float] = ()) -> dict[str, int]:
    """How many questions came to what."""
    counts = Counter(outcome_of(each, calls, kills).name for each in people.questions)
    return {"questions": len(people.questions), **{name: counts[name] for name in OUTCOMES}}


def make_home(folder: Path) -> Path:
    """A small coverage that answers the questions; the home's folder."""
    news, home = folder / "news", folder / "home"
    news.mkdir(parents=True)
    for number in range(STORIES):
        told = story(number)
        about = {"date": told.date.isoformat(), "source": "The Gull"}
        written = {"_id": f"story-{number}", "title": told.title, "text": told.text, "metadata": about}
        (news / f"{number:03}.jsonl").write_text(json.dumps(written), encoding="utf-8")
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([str(news)])
    return home
