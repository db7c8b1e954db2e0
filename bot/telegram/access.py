"""Who may ask the bot, and how often. Knows nothing of messages, only Telegram's numbers."""

from __future__ import annotations

from typing import Literal, NamedTuple

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

Reason = Literal["welcome", "stranger", "too much"]

# The storage keeps a name for each who ever asked, and looks through all of them at each question.
NAMES = 2_000


class Limits(NamedTuple):
    """How many questions a minute are answered: to one person, and in one chat."""

    person: int
    chat: int


class Verdict(NamedTuple):
    """Whether to serve somebody, why not, and whether to tell them so: once a minute is enough."""

    reason: Reason
    tell: bool = False

    @property
    def welcome(self) -> bool:
        """Whether they are to be served."""
        return self.reason == "welcome"


WELCOME = Verdict("welcome")


class Access:
    """Lets the right people in, each as often as is fair. To be asked in one thread, as the event loop's.

    `chats` are the people, each in their private chat, and the groups that may ask; None lets everybody.
    Admins may always, and as often as they like.
    """

    def __init__(self, chats: frozenset[int] | None, admins: frozenset[int], limits: Limits) -> None:
        self._chats = chats
        self._admins = admins
        self._person = RateLimitItemPerMinute(limits.person, namespace="person")
        self._chat = RateLimitItemPerMinute(limits.chat, namespace="chat")
        self._once = RateLimitItemPerMinute(1, namespace="told")
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._told = MemoryStorage()
        self._telling = FixedWindowRateLimiter(self._told)
        self._names = NAMES

    def is_admin(self, person: int) -> bool:
        """Whether a person runs the bot."""
        return person in self._admins

    def check(self, chat: int, person: int) -> Verdict:
        """Whether a person may be served in a chat now; who may has it counted.

        A private chat has the person's own number.
        """
        if person in self._admins:
            return WELCOME
        if self._chats is not None and chat not in self._chats:
            return self._turn_away("stranger", str(chat))
        self._thin_out()
        if not self._limiter.hit(self._person, str(person)):
            return self._turn_away("too much", str(chat), str(person))
        if chat != person and not self._limiter.hit(self._chat, str(chat)):
            return self._turn_away("too much", str(chat))
        return WELCOME

    def let_go(self) -> None:
        """Forget everybody who has not asked, or was not told anything, for a minute."""
        asked, minute = self._storage, self._person.get_expiry()
        for name in list(asked.events):
            # The library looks through them in a thread of its own.
            with asked.locks[name]:
                if not asked.get_moving_window(name, 1, minute)[1]:
                    asked.clear(name)
        for name in list(self._told.expirations):
            # Whatever is over goes when it is asked for.
            self._told.get(name)

    def _turn_away(self, reason: Reason, *whom: str) -> Verdict:
        return Verdict(reason, tell=self._telling.hit(self._once, reason, *whom))

    def _thin_out(self) -> None:
        """Forget those who have not asked for a minute, once there are many."""
        events = self._storage.events
        if len(events) < self._names:
            return
        for name in [name for name, hits in list(events.items()) if not hits]:
            self._storage.clear(name)
        # Looking through them each time for those few that have just gone would cost more.
        self._names = max(NAMES, 2 * len(events))
