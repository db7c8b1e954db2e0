"""Faults on order: what goes wrong with the next calls of a method, and what each kind of fault means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

FaultKind = Literal[
    "429",
    "429 bare",
    "500",
    "500 after",
    "502 html",
    "503 html",
    "504 html after",
    "401",
    "409",
    "400 moved",
    "400 chat not found",
    "200 html",
    "away",
    "reset unread",
    "drop before",
    "drop after",
    "reset before",
    "reset after",
    "hang before",
    "hang after",
    "drop in body",
    "reset in body",
    "late body",
    "drip",
    "cut JSON",
    "empty",
    "no result",
    "wrong result",
    "body too short",
    "body too long",
]
"""Before and after are meant of the effect: a reply dropped after a sendMessage leaves a sent message.

To drop a connection is to close it in good order, to reset it is to break it. Which of them has an effect,
and after which of them Telegram's own answer arrives, is in `NATURES`.
"""

METHODS: Final = (
    *("getMe", "getUpdates", "setWebhook", "deleteWebhook"),
    *("getMyCommands", "setMyCommands", "getMyDescription", "setMyDescription"),
    *("getMyShortDescription", "setMyShortDescription"),
    *("sendMessage", "sendPhoto", "sendChatAction"),
    *("editMessageText", "editMessageReplyMarkup", "deleteMessage"),
    *("answerCallbackQuery", "answerInlineQuery", "getFile", "file"),
)
"""The methods that the bot calls; "file" is fetching one."""

MOVED: Final = -1_001_999_999_999
"""The supergroup that a chat is said to have become, where no other is named."""

ANY = "*"
"""Stands for every method."""


@dataclass(frozen=True, slots=True)
class Nature:
    """Whether what was called for is done, and whether the caller gets Telegram's own answer to that.

    `refuses` where the caller is told no by Telegram, or by what stands before it: nothing was done.
    """

    effect: bool
    arrives: bool = False
    refuses: bool = False


_REFUSED, _LOST_BEFORE, _LOST_AFTER = Nature(False, refuses=True), Nature(False), Nature(True)

NATURES: Final[Mapping[FaultKind, Nature]] = {
    # Telegram, or its gateway, says that it has not done it. A 500 does not tell, nor does a 504.
    **dict.fromkeys(("429", "429 bare", "502 html", "503 html", "401", "409"), _REFUSED),
    **dict.fromkeys(("400 moved", "400 chat not found"), _REFUSED),
    **dict.fromkeys(("500", "200 html", "away", "reset unread"), _LOST_BEFORE),
    **dict.fromkeys(("drop before", "reset before", "hang before"), _LOST_BEFORE),
    **dict.fromkeys(("500 after", "504 html after"), _LOST_AFTER),
    **dict.fromkeys(("drop after", "reset after", "hang after"), _LOST_AFTER),
    **dict.fromkeys(("drop in body", "reset in body", "late body"), _LOST_AFTER),
    **dict.fromkeys(("cut JSON", "empty", "no result", "wrong result"), _LOST_AFTER),
    **dict.fromkeys(("body too short", "body too long"), _LOST_AFTER),
    "drip": Nature(effect=True, arrives=True),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure; `moved_to` is the number of the supergroup that the chat is said to have become.

    `seconds` is how long a hanging call hangs, a late or dripping body takes, and nobody is there.
    """

    kind: FaultKind
    seconds: float = 0.0
    retry_after: int = 1
    moved_to: int = MOVED


class Faults:
    """The failures still to come, for each method in the order they were asked for."""

    def __init__(self) -> None:
        self._coming: dict[str, list[Fault]] = {}
        self._chance: Callable[[str], Fault | None] = lambda _method: None

    def add(self, method: str, times: int, fault: Fault) -> None:
        """Let the next calls of the method fail, so many of them.

        Raises:
            ValueError: There is no such kind of fault, or the number of times is not positive.
        """
        if fault.kind not in get_args(FaultKind):
            raise ValueError(f"no such fault: {fault.kind!r}; use one of {get_args(FaultKind)}")
        if times < 1:
            raise ValueError(f"a fault happens at least once, not {times} times")
        self._coming.setdefault(method.lower(), []).extend([fault] * times)

    def leave_to(self, chance: Callable[[str], Fault | None]) -> None:
        """Ask of each call for which none was ordered, by its method in small letters, whether it fails."""
        self._chance = chance

    def take(self, method: str, *, is_call: bool = True) -> Fault | None:
        """The failure due for a call of the method, if there is one; it is due no more.

        What is no call takes only the failures that were ordered for it by name.
        """
        for key in (method.lower(), ANY) if is_call else (method,):
            if self._coming.get(key):
                return self._coming[key].pop(0)
        return self._chance(method.lower())

    def clear(self) -> None:
        """Let nothing fail any more."""
        self._coming.clear()
        self._chance = lambda _method: None
