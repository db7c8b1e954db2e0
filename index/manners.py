"""How we behave on the web: what a person may set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manners:
    """Whether private networks may be asked too, and the pause between two requests to a host in seconds."""

    private: bool = False
    pause: float = 1.0
