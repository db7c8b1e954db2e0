"""Work that goes on in a thread of its own beside other work, and ends with it."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def beside(work: Callable[[Event], None], name: str) -> Iterator[None]:
    """Let work go on in a thread of this name while what is within does.

    Then it is told to stop by its event, and waited for.
    """
    stop = Event()
    thread = Thread(target=work, args=[stop], name=name)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
