"""The engines follow the store: opened, brought up to date, built again when they are lost."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from index.engines.cells import StoppedError, until
from index.engines.dense import Dense
from index.engines.lexical import Lexical
from index.errors import StoreError
from index.turn import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from threading import Event

    from index.store import Store

log = logging.getLogger(__name__)

# In the home: the lock of whoever writes the index files.
INDEXES = "indexes.lock"
# How long the coverage grows before anybody looks whether its index still fits, in seconds.
LAYING_OUT = 600.0


class Engines:
    """Both engines of one home. Threads may share them, processes the home."""

    def __init__(self, home: Path, store: Store) -> None:
        self._home = home
        self._store = store
        # Within the process questions search side by side, and the engines change only between them; across
        # processes one writes the index files.
        self._turn = Turn()
        self._files = FileLock(home / INDEXES)
        self._engines: tuple[Dense, Lexical] | None = None
        self._origin = ""
        self._laying_out = Lock()

    def current(self, *, wait: bool) -> tuple[Dense, Lexical]:
        """The engines, having followed the store as far as it goes.

        Where another process is writing the index files and we do not `wait`, the files may be a
        moment behind the database.
        """
        if not wait and self._engines is not None and not self._is_another():
            with self._turn.writing():
                engines = self._followed(self._engines)
                # Was it the same database all the while? An identity never comes back.
                if not self._is_another():
                    return engines
                self._engines = None
        # The files first, then the turn: who waits for the files must not keep the questions waiting.
        with self._writing(wait=True), self._turn.writing():
            while True:
                if self._engines is None or self._is_another():
                    self._engines = self._open()
                engines = self._followed(self._engines)
                if not self._is_another():
                    return engines

    @contextmanager
    def reading(self, generation: int) -> Iterator[tuple[Dense, Lexical]]:
        """The engines, having followed the store to a generation at least; within, they do not change.

        Where another process is writing the index files, they may be a moment behind.
        """
        engines = self._engines
        if engines is None or _reached(engines) < generation:
            engines = self.current(wait=False)
        with self._turn.reading():
            yield engines

    def keep_laid_out(self, stop: Event) -> None:
        """Lay the FAISS index out whenever it has outgrown what it is, until `stop` is set."""
        while not stop.is_set():
            try:
                self.lay_out(stop)
            except StoreError as error:
                log.error("the indexes stay as they were laid out before: %s", error)  # noqa: TRY400 - it says all
            stop.wait(LAYING_OUT)

    def lay_out(self, stop: Event) -> None:
        """Lay the FAISS index out in cells, or anew, where it has outgrown what it is, unless told to `stop`.

        Questions are answered meanwhile, with what there is.

        Raises:
            StoreError: the database or the home cannot be used.
        """
        with self._turn.reading():
            engines, origin = self._engines, self._origin
        # One at a time is enough: it takes as much memory again as the index.
        if engines is None or not engines[0].outgrown or not self._laying_out.acquire(blocking=False):
            return
        try:
            self._lay_out(engines[0], origin, stop)
        except StoppedError:
            pass
        except (MemoryError, RuntimeError, ValueError) as error:
            # As FAISS says that there is not enough memory.
            log.warning("the FAISS index could not be laid out anew, and is slower so: %s", error)
        finally:
            self._laying_out.release()

    def _lay_out(self, dense: Dense, origin: str, stop: Event) -> None:
        """Put an index that is laid out in the place of one that has outgrown it; raises StoppedError."""
        store, target = self._store, self._store.generation()
        fresh = self._kept(dense, origin, target)
        if fresh is None:
            fresh = dense.laid_out(until(stop, store.embeddings_since(0)), stop)
            # What comes and goes meanwhile has a later generation, and is followed then.
            fresh.follow(target, np.empty(0, dtype=np.int64), until(stop, store.embeddings_since(0)))
            with self._writing(wait=True):
                if stop.is_set() or self._is_another():
                    return
                self._save(fresh)
        with self._turn.writing():
            if self._engines is None or self._origin != origin or self._is_another():
                return
            engines = self._followed((fresh, self._engines[1]))
            # Was it the same database all the while?
            self._engines = None if self._is_another() else engines

    def _kept(self, dense: Dense, origin: str, newest: int) -> Dense | None:
        """What the file holds, where another process has laid that out meanwhile."""
        kept = Dense.open(self._home, origin, newest)
        return kept if kept.replaces(dense) else None

    def _followed(self, engines: tuple[Dense, Lexical]) -> tuple[Dense, Lexical]:
        if _reached(engines) < self._store.generation():
            self._catch_up(*engines)
        return engines

    def _is_another(self) -> bool:
        """Whether the database is not the one that the engines follow: a backup has been restored."""
        return self._store.identity() != self._origin

    def _open(self) -> tuple[Dense, Lexical]:
        origin, newest = self._store.identity(), self._store.generation()
        dense, lexical = Dense.open(self._home, origin, newest), Lexical.open(self._home, origin, newest)
        self._origin = origin
        if not self._store.extent().passages:
            # Nothing is missing where there was nothing yet.
            dense.trouble = lexical.trouble = None
        return dense, lexical

    def _catch_up(self, dense: Dense, lexical: Lexical) -> None:
        store, target = self._store, self._store.generation()
        self._tell_trouble("FAISS", dense)
        since = dense.generation
        dense.follow(target, store.removed_since(since), store.embeddings_since(since))
        try:
            with self._writing(wait=False):
                lexical.refresh()
                self._tell_trouble("BM25", lexical)
                since = lexical.generation
                lexical.follow(target, store.removed_since(since), store.texts_since(since))
                self._save(dense)
        except Timeout:
            lexical.refresh()
        except (OSError, ValueError) as error:
            # The disk is full, say. Words are searched as they were; what has gone is not shown.
            log.warning("the BM25 index could not be written to '%s': %s", self._home, error)

    def _tell_trouble(self, name: str, engine: Dense | Lexical) -> None:
        if engine.trouble:
            log.warning("the %s index is %s; building it again from the database", name, engine.trouble)

    def _save(self, dense: Dense) -> None:
        try:
            dense.save()
        except (OSError, RuntimeError) as error:
            # It is whole in memory, and the next start builds it again.
            log.warning("the FAISS index could not be written to '%s': %s", self._home, error)

    @contextmanager
    def _writing(self, *, wait: bool) -> Iterator[None]:
        try:
            held = self._files.acquire(timeout=-1 if wait else 0)
        except Timeout:
            raise
        except OSError as error:
            raise StoreError(
                f"the home '{self._home}' cannot be locked ({error}); check that it is writable "
                "and that not too many files are open"
            ) from error
        with held:
            yield


def _reached(engines: tuple[Dense, Lexical]) -> int:
    return min(engine.generation for engine in engines)
