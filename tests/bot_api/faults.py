"""Faults on order: what goes wrong with the next calls of a method."""

from dataclasses import dataclass
from typing import Literal, get_args

FaultKind = Literal["429", "500", "502 html", "drop before", "drop after", "hang before", "hang after"]
"""Before and after are meant of the effect: a reply dropped after a sendMessage leaves a sent message."""

ANY = "*"
"""Stands for every method."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure; a hanging one lasts so many seconds."""

    kind: FaultKind
    seconds: float = 0.0
    retry_after: int = 1


class Faults:
    """The failures still to come, for each method in the order they were asked for."""

    def __init__(self) -> None:
        self._coming: dict[str, list[Fault]] = {}

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

    def take(self, method: str, *, is_call: bool = True) -> Fault | None:
        """The failure due for a call of the method, if there is one; it is due no more.

        What is no call takes only the failures that were ordered for it by name.
        """
        for key in (method.lower(), ANY) if is_call else (method,):
            if self._coming.get(key):
                return self._coming[key].pop(0)
        return None

    def clear(self) -> None:
        """Let nothing fail any more."""
        self._coming.clear()
