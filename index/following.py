"""The engines follow the store: opened, brought up to date, built again when they are lost."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.engines.dense import Dense
from index.engines.lexical import Lexical

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.store import Store

log = logging.getLogger(__name__)


class Engines:
    """Both engines of one home. Threads may share them, processes the home."""

    def __init__(self, home: Path, store: Store) -> None:
        self._home = home
        self._store = store
        # Within the process one question searches at a time; across processes one writes the index files.
        self.turn = threading.RLock()
        self._files = FileLock(home / "indexes.lock")
        self._engines: tuple[Dense, Lexical] | None = None

    def ready(self) -> None:
        """Open the index files, if they are not yet; to be called before the turn is taken."""
        if self._engines is None:
            self.current(wait=True)

    def current(self, *, wait: bool) -> tuple[Dense, Lexical]:
        """The engines, having followed the store as far as it goes.

        Where another process is writing the index files and we do not `wait`, the files may be a
        moment behind the database.
        """
        if not wait and self._engines is not None:
            with self.turn:
                return self._followed(self._engines)
        # The files first, then the turn: who waits for the files must not keep the questions waiting.
        with self._writing(wait=True), self.turn:
            self._engines = self._engines or self._open()
            return self._followed(self._engines)

    def _followed(self, engines: tuple[Dense, Lexical]) -> tuple[Dense, Lexical]:
        if min(engine.generation for engine in engines) < self._store.generation():
            self._catch_up(*engines)
        return engines

    def _open(self) -> tuple[Dense, Lexical]:
        origin, newest = self._store.identity(), self._store.generation()
        dense, lexical = Dense.open(self._home, origin, newest), Lexical.open(self._home, origin, newest)
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
        with self._files.acquire(timeout=-1 if wait else 0):
            yield
