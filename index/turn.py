"""Whose turn it is: of those who only read, any number at once; of those who change something, one alone."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Condition, Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Turn:
    """A lock for many readers and one writer. Whoever waits to write goes before readers yet to come.

    It is not to be taken again by who has it.
    """

    def __init__(self) -> None:
        self._writer = Lock()
        self._changed = Condition()
        self._readers = 0
        self._written = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While it is held nobody writes."""
        with self._changed:
            self._changed.wait_for(lambda: not self._written)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """While it is held nobody else writes or reads."""
        with self._writer:
            try:
                with self._changed:
                    self._written = True
                    self._changed.wait_for(lambda: not self._readers)
                yield
            finally:
                with self._changed:
                    self._written = False
                    self._changed.notify_all()
