"""Which follows does new coverage answer, and with what? Knows no platform."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from bot.memory.answers import new_key
from bot.memory.follows import Follow
from bot.news import News, names_of
from index.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import time as Time  # noqa: N812 - the module of that name is needed too
    from datetime import tzinfo

    from bot.memory.memory import Memory
    from index.coverage import Coverage
    from index.records import Answer, Hit

log = logging.getLogger(__name__)

# So many passages are asked for; should all of them answer there may be more, then for so many.
FEW, MANY = 9, 50
# A follow is told one thing in this time at most, however much comes in.
APART = timedelta(minutes=30)
# Seconds between two questions of ours, each of which takes a fortieth: who asks hardly ever meets one.
PAUSE = 0.1

Beginning = Literal["added", "known", "full", "answered", "unread"]


class Place(NamedTuple):
    """Who follows, where they are to be told, and the language of their Telegram."""

    person: int
    chat: int
    thread: int | None
    language: str | None


class Begun(NamedTuple):
    """What came of wanting to follow a question, what answers it now, and the key of what is followed."""

    outcome: Beginning
    answer: Answer
    key: str


class Follower:
    """Looks for news. What it finds is told by whoever gets True from `claim`, and by nobody else.

    **How much.** A follow gets one quotation in a round, the best, and none for half an hour after that:
    an archive that is indexed, or a busy day, would else send a person dozens. The other stories that
    answer too come with it, to be named, and count as told: nobody misses a story unawares, and none is
    told hours late because others were before it. What comes within the half hour, or at night where a
    person sleeps then, is not looked at, so that it is found afterwards, by what it is worth then.

    **How often.** A claim is noted in the database before anything is sent: of several processes one gets
    it, and sends as often as it takes. What it had not sent when it died is given back at the next start.
    What is not claimed is found again.
    """

    def __init__(
        self,
        coverage: Coverage,
        memory: Memory,
        zone: tzinfo,
        quiet: tuple[Time, Time] | None,
        hears: Callable[[Follow], bool] = lambda _follow: True,
        *,
        pause: float = PAUSE,
        apart: timedelta = APART,
    ) -> None:
        """`hears` says who may be told at all; `pause`, in seconds, comes between two questions."""
        self._coverage = coverage
        self._memory = memory
        self._zone = zone
        self._quiet = quiet
        self._hears = hears
        self._pause = pause
        self._apart = apart.total_seconds()
        self._told_at: dict[str, float] = {}
        self._last_looked = ""
        # Articles just stored, of which nobody knows yet what they are copies of.
        self._unsorted: set[str] = set()
        self.waiting = False

    def news(self, now: datetime, stop: threading.Event | None = None) -> Iterator[News]:
        """One round: the news for each follow whose coverage has grown, until `stop` is set.

        It is to be gone through in a worker thread. Afterwards `waiting` tells whether another round may
        find something though nothing more comes in.

        Raises:
            StoreError: the database refuses.
            ModelError: the model cannot be loaded, or is not the coverage's.
        """
        stop = stop or threading.Event()
        # Until this round has come to its end.
        self.waiting, waiting = True, False
        last = self._coverage.last_passage()
        grown = [each for each in self._in_turn() if last > each.after and self._hears(each)]
        if not grown:
            self.waiting = False
            return
        # Now the indexes have all passages up to the last; while another writes them they might lack some.
        self._coverage.warm()
        before, self._unsorted = self._unsorted, set()
        self._forget_told()
        for follow in grown:
            if stop.is_set():
                return
            if follow.key in self._told_at or self.sleeps(follow.person, now):
                waiting = True
                continue
            # Whatever goes wrong with this one, the next round begins behind it.
            self._last_looked = follow.key
            waiting |= yield from self._look(follow, last, now, before)
            stop.wait(self._pause)
        self.waiting = waiting

    def claim(self, news: News) -> bool:
        """Whether these news are for the caller to send; they are noted as told, and will not come again.

        Raises:
            StoreError: the database refuses.
        """
        key = news.follow.key
        if not self._memory.follows.claim(key, news.stories, news.last):
            return False
        self._told_at[key] = time.monotonic()
        return True

    def sleeps(self, person: int, now: datetime) -> bool:
        """Whether somebody is not to be told anything at this moment.

        Raises:
            StoreError: the database refuses.
        """
        return self._is_quiet(now) and not self._memory.people.get(person).nights

    def _in_turn(self) -> list[Follow]:
        """All follows, beginning behind the one that was looked at last."""
        follows = self._memory.follows.all()
        keys = [each.key for each in follows]
        start = keys.index(self._last_looked) + 1 if self._last_looked in keys else 0
        return follows[start:] + follows[:start]

    def _look(
        self, follow: Follow, last: int, now: datetime, unsorted: set[str]
    ) -> Generator[News, None, bool]:
        """The news for one follow, and whether there will be some to look at again."""
        answer = self._ask(follow, now)
        fresh = list(self._fresh(follow, answer)) if answer is not None else []
        if answer is None or not fresh:
            self._memory.follows.advance(follow.key, last)
            return False
        new = {hit.article.id for hit in fresh if hit.article.story is None}
        self._unsorted |= new
        # To wait once is enough: should whoever stored them have died, nobody sorts them for long.
        if new <= unsorted:
            language = self._memory.people.get(follow.person).language or follow.language
            yield News(follow, fresh[0], tuple(fresh[1:]), language, answer.query, last)
        return True

    def _fresh(self, follow: Follow, answer: Answer) -> Iterator[Hit]:
        """Of what answers, the best of each story that was not told."""
        known = self._memory.follows.told(follow.key)
        for hit in answer.answering:
            names = names_of(hit)
            if known.isdisjoint(names):
                yield hit
            known |= names

    def _ask(self, follow: Follow, now: datetime) -> Answer | None:
        """The answer, today, of what has come since a follow was looked at; None if it cannot be asked."""
        today = now.astimezone(self._zone).date()
        try:
            answer = self._coverage.ask(follow.question, count=FEW, after=follow.after, now=today)
            if len(answer.answering) < FEW:
                return answer
            return self._coverage.ask(follow.question, count=MANY, after=follow.after, now=today)
        except QuestionError as error:
            log.warning("a question that is followed cannot be asked: %s", error)
            return None

    def _forget_told(self) -> None:
        """Let go of what was told long enough ago for the next."""
        moment = time.monotonic() - self._apart
        self._told_at = {key: at for key, at in self._told_at.items() if at > moment}

    def _is_quiet(self, now: datetime) -> bool:
        if self._quiet is None:
            return False
        (begin, end), at = self._quiet, now.astimezone(self._zone).time()
        return begin <= at < end if begin < end else at >= begin or at < end


def begin(
    coverage: Coverage,
    memory: Memory,
    ask: Callable[[], Answer],
    place: Place,
    limit: int,
    *,
    unless_answered: bool = False,
) -> Begun:
    """Follow the question that `ask` asks, of which a person may follow as many as `limit`.

    What answers it already is not news. Where the language is one that nobody reads, following would be
    in vain. `unless_answered` follows only what the coverage does not answer.

    Raises:
        QuestionError: the question cannot be asked.
        StoreError: the database refuses.
    """
    # Before asking: what comes in between is rather found twice than never.
    after = coverage.last_passage()
    started = datetime.now(UTC)
    answer = ask()
    if answer.unread:
        return Begun("unread", answer, "")
    if answer.answered and unless_answered:
        return Begun("answered", answer, "")
    person, chat, thread, language = place
    follow = Follow(new_key(), person, chat, thread, answer.query.text, language, after, datetime.now(UTC))
    outcome = memory.follows.add(follow, limit, started)
    if outcome == "added" and (hits := answer.answering):
        memory.follows.tell(follow.key, set().union(*map(names_of, hits)))
    return Begun(outcome, answer, follow.key)
