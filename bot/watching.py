"""Watching, as the command line and the bot program do it: how often, how long, and what is said of it."""

from __future__ import annotations

import logging
import re
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from index.errors import DatelineError

if TYPE_CHECKING:
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
    """Watch in a thread of its own for as long as what is within runs; `alarm` is told who falls silent."""
    if not inputs:
        yield
        return
    stop = threading.Event()

    def tell(happening: Happening) -> None:
        line = format_happening(happening)
        if line is None:
            return
        if happening.silent:
            log.warning(line)
            alarm(line)
        elif happening.visit and happening.visit.state.trouble:
            log.warning(line)
        else:
            log.info(line)

    def watch() -> None:
        last = None
        while not stop.is_set():
            try:
                coverage.watch(inputs, every, stop, tell)
            except DatelineError as error:
                line = f"the watch has stopped: {error}; it is tried again every {AGAIN:.0f} seconds"
                if line != last:
                    log.error(line)  # noqa: TRY400 - the line says all there is to say
                    alarm(line)
                last = line
                stop.wait(AGAIN)

    thread = threading.Thread(target=watch, name="watching")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _times(failures: int) -> str:
    return "for the first time" if failures == 1 else f"{failures} times in a row"
