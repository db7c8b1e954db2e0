"""The newsroom of the soak: articles that are added, changed and removed while people ask."""

from __future__ import annotations

import json
import random
import threading
from typing import TYPE_CHECKING

from news_site.stories import story

from index.errors import StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from index.coverage import Coverage

# Seconds between two looks at how many changes are due.
PAUSE = 0.2


class Newsroom:
    """Writes articles into a folder that is watched, and takes others out of the coverage.

    A file stands there until its words are stored. There are as many articles in the end as at the
    beginning, so that a question costs the same.
    """

    def __init__(self, coverage: Coverage, folder: Path, first: int) -> None:
        self._coverage, self._folder = coverage, folder
        self._chance = random.Random(7)  # noqa: S311 - the same each time
        # By number: the words that should be stored.
        self.texts: dict[int, str] = {}
        self._unread: set[int] = set()
        self._next = 0
        self.made = {"added": 0, "changed": 0, "removed": 0}
        self.failures: list[str] = []
        self.due = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="newsroom")
        folder.mkdir()
        for _ in range(first):
            self._add()
        coverage.index([str(folder)])
        self._tidy()

    def start(self) -> None:
        """Make changes from now on, as many as are `due`."""
        self.made = dict.fromkeys(self.made, 0)
        self._thread.start()

    def end(self, seconds: float) -> None:
        """Make the last changes, and wait so long at most until they are stored."""
        waited = threading.Event()
        for _ in range(int(seconds / PAUSE)):
            if sum(self.made.values()) >= self.due and not self._unread:
                break
            waited.wait(PAUSE)
        self._stop.set()
        self._thread.join()

    @property
    def wrong(self) -> dict[str, int]:
        """How many articles are missing, have other words than they should, or should be gone."""
        stored = {article.id: article.text for article in self._coverage._store.articles()}  # noqa: SLF001
        wanted = {_id(number): text for number, text in self.texts.items()}
        return {
            "missing": len(wanted.keys() - stored.keys()),
            "not gone": len(stored.keys() - wanted.keys()),
            "other words": sum(stored.get(each, text) != text for each, text in wanted.items()),
        }

    def _work(self) -> None:
        while not self._stop.wait(PAUSE):
            try:
                self._tidy()
                while sum(self.made.values()) < self.due and not self._stop.is_set():
                    self._change()
            except StoreError as error:
                self.failures.append(str(error))

    def _change(self) -> None:
        settled = [number for number in self.texts if number not in self._unread]
        kind = ("added", "changed", "removed")[sum(self.made.values()) % 3]
        if kind == "added" or not settled:
            self._add()
        elif kind == "changed":
            number = self._chance.choice(settled)
            self._write(number, f"Edition {self.made['changed']}. {story(number).text}")
        else:
            number = self._chance.choice(settled)
            self._coverage.remove([_id(number)])
            del self.texts[number]
        self.made[kind] += 1

    def _add(self) -> None:
        self._write(self._next, story(self._next).text)
        self._next += 1

    def _write(self, number: int, text: str) -> None:
        told = story(number)
        about = {"date": told.date.isoformat(), "source": "The Soak"}
        line = json.dumps({"_id": _id(number), "title": told.title, "text": text, "metadata": about})
        partial = self._folder.parent / "partial"
        partial.write_text(line, encoding="utf-8")
        partial.replace(self._file(number))
        self.texts[number] = text
        self._unread.add(number)

    def _tidy(self) -> None:
        """Take away the files whose words are stored."""
        texts = self._coverage.texts(_id(number) for number in self._unread)
        for number in [each for each in self._unread if texts.get(_id(each)) == self.texts[each]]:
            self._file(number).unlink()
            self._unread.discard(number)

    def _file(self, number: int) -> Path:
        return self._folder / f"{_id(number)}.jsonl"


def _id(number: int) -> str:
    return f"story-{number}"
