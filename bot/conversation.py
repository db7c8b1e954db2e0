"""A question in, a reply out. Knows no platform."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.citations import isolated
from bot.languages.words import ENGLISH
from bot.memory.forgetting import Forgetting
from index.errors import QuestionError
from index.records import Answer, Hit, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import date

    from bot.languages.words import Words
    from index.coverage import Coverage

# A screen of a phone holds so many quotations; further ones are worth less than their room.
SHOWN = 3
# Of a refusal, so many of the nearest passages are shown, if they come so near an answer.
NEAREST, NEAR = 2, 0.1
# What was talked of is forgotten after half an hour, and with the oldest of so many who talk.
TALK_SECONDS, TALKS = 1800.0, 10_000
# A question of so many words may well be whole, though it looks as if it leaned on the one before.
SENTENCE = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """Quotations that answer, or a notice that says why there are none; `nearest` may not answer.

    `searched` tells which query was really run, within which dates and sources. The first quotation
    has the number `first`, where they are numbered.
    """

    quotes: tuple[Hit, ...] = ()
    notice: str | None = None
    nearest: tuple[Hit, ...] = ()
    searched: str | None = None
    first: int = 1


class Conversation:
    """What is said to a question, wherever it was asked."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self._topics: OrderedDict[Hashable, tuple[str, float]] = OrderedDict()
        self._began = time.monotonic()
        self._forgetting = Forgetting()
        self._lock = threading.Lock()

    def greet(self, words: Words = ENGLISH) -> Reply:
        """What this is, and how much coverage it answers from."""
        extent = self._coverage.extent()
        if extent.newest:
            known = words.count(
                "It knows {number} article, the newest of {day}.",
                "It knows {number} articles, the newest of {day}.",
                extent.articles,
                day=words.day(extent.newest),
            )
        else:
            known = words.count("It knows {number} article.", "It knows {number} articles.", extent.articles)
        return Reply(notice=f"{_about(words)}\n\n{known}\n\n{_how(words)}")

    def explain(self, words: Words = ENGLISH) -> Reply:
        """How to ask, and what else can be done."""
        return Reply(notice=f"{_about(words)}\n\n{_how(words)}\n\n{_also(words)}")

    def misunderstand(self, words: Words = ENGLISH) -> Reply:
        """For what is no question in words."""
        only = words.say("I can read only text.")
        return Reply(notice=f"{only} {_how(words)}")

    def ask(
        self,
        question: str,
        who: Hashable = None,
        count: int = SHOWN,
        recall: Callable[[], str] = lambda: "",
    ) -> Answer:
        """The answer to a question, as typed, by somebody whose last question it may lean on.

        What they talked of with the program that ran before this one is what `recall` tells.

        Raises:
            QuestionError: there is nothing to look for.
        """
        begun = datetime.now(UTC)
        topic = self._topic(who, recall)
        answer = self._coverage.ask(question, count=count, topic=topic)
        if topic and answer.query.topic == topic and len(question.split()) >= SENTENCE:
            # A pronoun in a whole sentence may stand for something in it.
            alone = self._coverage.ask(question, count=count)
            answer = max(answer, alone, key=lambda each: each.confidence)
        if answer.answered:
            self._remember(who, answer.query.topic, begun)
        return answer

    def reply(self, question: str, who: Hashable = None, words: Words = ENGLISH) -> Reply:
        """The reply to a question: what `ask` finds, or why that cannot be asked."""
        try:
            return to_reply(self.ask(question, who), words=words)
        except QuestionError as error:
            return complain(error, words)

    def forget(self, person: int) -> None:
        """Forget what a person was talking of, in whatever chat."""
        with self._lock:
            self._forgetting.note(person)
            for who in [who for who in self._topics if isinstance(who, tuple) and who[-1] == person]:
                del self._topics[who]

    def let_go(self) -> None:
        """Forget what nobody has talked of for half an hour."""
        before = time.monotonic() - TALK_SECONDS
        with self._lock:
            # The oldest stand first.
            while self._topics and next(iter(self._topics.values()))[1] <= before:
                self._topics.popitem(last=False)
        self._forgetting.let_go()

    def _topic(self, who: Hashable, recall: Callable[[], str]) -> str:
        with self._lock:
            known = self._topics.get(who)
        since = time.monotonic() - TALK_SECONDS
        if known is None:
            return recall() if self._began > since else ""
        topic, at = known
        return topic if at > since else ""

    def _remember(self, who: Hashable, topic: str, begun: datetime) -> None:
        if who is None:
            return
        person = who[-1] if isinstance(who, tuple) else who
        with self._lock:
            # Who has asked to be forgotten since is not remembered for a question from before that.
            if self._forgetting.covers(begun, person):
                return
            self._topics[who] = (topic, time.monotonic())
            self._topics.move_to_end(who)
            while len(self._topics) > TALKS:
                self._topics.popitem(last=False)


def to_reply(answer: Answer, shown: int = SHOWN, words: Words = ENGLISH) -> Reply:
    """What is shown of an answer: the passages that answer, each by itself, or a plain refusal."""
    notice = say_why_not(answer, words)
    if notice:
        return Reply(notice=notice)
    searched = format_query(answer.query, answer.extent.newest, words)
    if answer.answered:
        return Reply(tuple(hit for hit in answer.hits[:shown] if hit.answers), searched=searched)
    return refuse([hit for hit in answer.hits[:NEAREST] if hit.confidence >= NEAR], searched, words)


def say_why_not(answer: Answer, words: Words) -> str | None:
    """Why there can be no answer, other than that the coverage has none."""
    if not answer.extent.articles:
        return words.say("There is no coverage yet. Index some articles first: dateline index FILE")
    if answer.unread:
        return words.say(
            "That seems to be {language}. There is no coverage in {language} for it, and the model reads "
            "English only; ask in English.",
            language=words.language(answer.unread),
        )
    return answer.remark


def refuse(nearest: Sequence[Hit], searched: str | None, words: Words) -> Reply:
    """That the coverage does not answer, and what comes nearest."""
    notice = (
        words.say("The coverage does not answer that. The nearest that it has:")
        if nearest
        else words.say("The coverage does not answer that.")
    )
    return Reply(notice=notice, nearest=tuple(nearest), searched=searched)


def complain(error: QuestionError, words: Words) -> Reply:
    """Why something cannot be asked, as a sentence."""
    message = words.say(error.template, **error.values)
    return Reply(notice=f"{message[:1].upper()}{message[1:]}.")


def format_query(query: Query, newest: date | None = None, words: Words = ENGLISH) -> str:
    """What was searched for, by which dates and sources, whether these were let go; how current it all is."""
    parts = [words.say("Searched: {question}", question=query.text)]
    if query.since and query.until:
        parts.append(
            words.say(
                "published {first} to {last}", first=words.day(query.since), last=words.day(query.until)
            )
        )
    elif query.since:
        parts.append(words.say("published since {day}", day=words.day(query.since)))
    elif query.until:
        parts.append(words.say("published until {day}", day=words.day(query.until)))
    if query.sources:
        parts.append(words.say("only {sources}", sources=", ".join(map(isolated, query.sources))))
    if query.widened:
        parts.append(words.say("nothing within the dates or sources named answers, so all were searched"))
    if newest:
        parts.append(words.say("the newest article is of {day}", day=words.day(newest)))
    return " · ".join(parts)


def _about(words: Words) -> str:
    return words.say(
        "I answer questions about a body of news articles with the articles' own words: passages, quoted to "
        "the letter, each with its source, title and date. When the articles do not answer, I say so."
    )


def _how(words: Words) -> str:
    return words.say(
        "Ask in your own words, for example: How many North Korean troops are in Russia? "
        "In a group, mention me or reply to me."
    )


def _also(words: Words) -> str:
    return words.say(
        "/latest shows the newest articles, or those on a topic; /timeline TOPIC who reported what when; "
        "/sources whose articles these are. /follow QUESTION tells you when there is an answer. /settings "
        "changes the language and how much is shown; /privacy and /forget are about what is kept about you."
    )
