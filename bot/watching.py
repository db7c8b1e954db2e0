"""Watching, as the command line and the bot program do it: how often, how long, and what is said of it."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from index.beside import beside
from index.errors import DatelineError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Sequence

    from index.coverage import Coverage
    from index.watching.watcher import Happening

log = logging.getLogger(__name__)

_PERIOD = re.compile(r"(\d{1,5}) ?(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# A full disk is emptied, a locked database let go, without a word to us: so many seconds until we look.
AGAIN = 60.0
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=30)


def parse_period(text: str) -> timedelta:
    """A time as people write it: 30s, 15m, 2h, 1d.

    Raises:
        ValueError: it is not of this form, or below a second or above thirty days.
    """
    match = _PERIOD.fullmatch(text.strip().lower())
    period = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else timedelta()
    if not SHORTEST <= period <= LONGEST:
        raise ValueError(
            f"'{text}' is no time between two visits; write it as 30s, 15m, 2h or 1d, at most 30d"
        )
    return period


def format_happening(happening: Happening) -> str | None:
    """What a watch tells, in a line; None where nobody need know."""
    if happening.remark:
        return f"{happening.input}: {happening.remark}"
    visit = happening.visit
    if visit is None:
        return None
    if happening.silent:
        since = f"{visit.state.brought:%Y-%m-%d %H:%M} UTC"
        return f"{happening.input} has brought nothing new since {since}, longer than usual"
    if visit.state.trouble:
        return f"{happening.input}: {visit.state.trouble} ({_times(visit.state.failures)})"
    counts = {"added": visit.added, "updated": visit.updated}
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    return f"{happening.input}: {said}" if said else None


@contextmanager
def watching(
    coverage: Coverage, inputs: Sequence[str], every: timedelta, alarm: Callable[[str], None]
) -> Iterator[None]:
    """Watch in a thread of its own for as long as what is within runs; `alarm` is told what must be known."""
    if not inputs:
        yield
        return
    told = _Beside(alarm)

    def watch(stop: threading.Event) -> None:
        Watch(partial(coverage.watch, inputs, every), told.tell, told.complain, stop).run()

    with beside(watch, "watching"):
        yield


class Watch:
    """A watch that is tried again when it fails, and tells of each trouble once."""

    def __init__(
        self,
        watch: Callable[[threading.Event, Callable[[Happening], None]], None],
        tell: Callable[[Happening], None],
        complain: Callable[[str, BaseException], None],
        stop: threading.Event,
    ) -> None:
        """`watch` goes on until `stop` is set, or it fails; then `complain`, which may let that end it."""
        self._stop = stop
        self._watch = partial(watch, stop, self._pass_on)
        self._tell = tell
        self._complain = complain
        self._complaint = ""

    def run(self) -> None:
        """Watch until told to stop; raises what `complain` does."""
        with ThreadPoolExecutor(1, "watching") as worker:
            while not self._stop.is_set():
                error = worker.submit(self._watch).exception()
                if error is not None:
                    self._look_at(error)
                    self._stop.wait(AGAIN)

    def _look_at(self, error: BaseException) -> None:
        line = f"the watch has stopped: {error}; it is tried again every {AGAIN:.0f} seconds"
        if line != self._complaint:
            self._complain(line, error)
        self._complaint = line

    def _pass_on(self, happening: Happening) -> None:
        # What was told is told again only when all was well in between.
        self._complaint = ""
        self._tell(happening)


class _Beside:
    """Tells of a watch beside the bot: in the log, and what must be known to the admins too."""

    def __init__(self, alarm: Callable[[str], None]) -> None:
        self._alarm = alarm

    def complain(self, line: str, error: BaseException) -> None:
        """Tell that the watch has failed."""
        log.error(line, exc_info=None if isinstance(error, DatelineError) else error)
        self._alarm(line)

    def tell(self, happening: Happening) -> None:
        """Tell what has happened."""
        line = format_happening(happening)
        if line is None:
            return
        if happening.silent:
            self._alarm(line)
        in_trouble = happening.visit is not None and happening.visit.state.trouble is not None
        log.log(logging.WARNING if happening.silent or in_trouble else logging.INFO, line)


def _times(failures: int) -> str:
    return "for the first time" if failures == 1 else f"{failures} times in a row"
