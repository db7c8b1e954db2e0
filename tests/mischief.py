"""Faults that befall one call in so many, of all kinds, at all methods, drawn by chance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from bot_api.faults import NATURES, Fault, FaultKind

if TYPE_CHECKING:
    from random import Random

# These take longer than the library waits for an answer, which is five seconds; the others a moment.
_HANGING: Final = ("hang before", "hang after", "late body", "body too short")
_HANGS, _DRIPS, _AWAY = 6.0, 1.0, 0.5
# A poll that hangs holds up everybody; that it may is seen soon enough.
_POLL_HANGS: Final = 0.5
# By these Telegram says that there is no such bot, and the program ends, as it should.
_CONDEMNED: Final = frozenset({"getupdates", "getme", "setwebhook", "deletewebhook"})
# What is about no chat is not refused for one.
_ABOUT_CHATS: Final = ("send", "edit", "delete")


class Mischief:
    """Says of each call whether it fails, and how; counts what it has said."""

    def __init__(self, chance: Random, share: float, kinds: tuple[FaultKind, ...] = tuple(NATURES)) -> None:
        self._chance, self._share, self._kinds = chance, share, kinds
        self.done: Counter[tuple[str, FaultKind]] = Counter()

    def __call__(self, method: str) -> Fault | None:
        """The fault that befalls a call of the method, named in small letters."""
        if self._chance.random() >= self._share:
            return None
        kind = self._chance.choice([kind for kind in self._kinds if _may_befall(kind, method)])
        self.done[method, kind] += 1
        seconds = _HANGS if kind in _HANGING else {"drip": _DRIPS, "away": _AWAY}.get(kind, 0.0)
        return Fault(kind, min(seconds, _POLL_HANGS) if method == "getupdates" else seconds)


def _may_befall(kind: FaultKind, method: str) -> bool:
    if kind == "401":
        return method not in _CONDEMNED
    return not kind.startswith("400") or (method.startswith(_ABOUT_CHATS) and method != "deletewebhook")
