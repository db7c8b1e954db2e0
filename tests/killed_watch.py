"""A watch in a process of its own, killed while what it watches changes, and what must stand then."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fakes import FakeEncoder
from news_site.stories import story
from watching import opened, stored, until

from index.passages import split

if TYPE_CHECKING:
    from collections.abc import Iterator

    from news_site.site import NewsSite

    from index.coverage import Coverage

ROOT = Path(__file__).parent.parent
# So many stories stand at the beginning.
FIRST = 30
# Every other process is killed at a moment drawn from the seconds after it begins, so also before it has
# opened anything, the others from those after it has told something.
AFTER_BEGINNING, AFTER_TELLING = 1.6, 0.8

SCRIPT = """
import json
import sys
import threading
from datetime import timedelta
from pathlib import Path

from fakes import SlowEncoder
from watching import opened, stored

home, feed = sys.argv[1:]
print("{}", flush=True)
with opened(Path(home), SlowEncoder()) as coverage:
    def tell(happening):
        if happening.visit:
            counts = {"added": happening.visit.added, "updated": happening.visit.updated}
            print(json.dumps({**counts, "stored": sorted(stored(coverage))}), flush=True)

    coverage.watch([feed], timedelta(seconds=0.2), threading.Event(), tell)
"""


class Newsroom:
    """A site that keeps changing: new stories until there are enough, and new versions of old ones.

    `said` is what the processes that watch it have written to standard error.
    """

    def __init__(self, site: NewsSite, seed: int, most: int) -> None:
        self.site = site
        self.most = most
        self.said: list[str] = []
        self.versions: Counter[int] = Counter()
        self.taken_back: set[str] = set()
        self.chance = random.Random(seed)  # noqa: S311 - the same days each time
        for _ in range(FIRST):
            self.publish()

    def publish(self) -> None:
        """Put up the next story."""
        number = len(self.versions)
        told = story(number)
        self.versions[number] = 1
        self.site.publish(f"/{number}", title=told.title, text=self.text(number), date=told.date)

    def change(self) -> None:
        """Publish one more, or say something new in one that is there."""
        if len(self.versions) < self.most and self.chance.random() < 0.6:
            self.publish()
            return
        number = self.chance.choice([each for each in self.versions if f"/{each}" not in self.taken_back])
        self.versions[number] += 1
        self.site.update(f"/{number}", text=self.text(number))

    def text(self, number: int) -> list[str]:
        """The last version of a story."""
        lead, *rest = story(number).paragraphs
        return [f"Dispatch {self.versions[number]} from the desk. {lead}", *rest]

    def take_back(self, path: str) -> None:
        """Take a story down for good."""
        self.site.gone(path)
        self.taken_back.add(path)

    @property
    def standing(self) -> dict[str, str]:
        """What should be stored in the end: texts by address."""
        numbers = (number for number in self.versions if f"/{number}" not in self.taken_back)
        return {self.site.url(f"/{number}"): "\n\n".join(self.text(number)) for number in numbers}


@contextmanager
def watching_process(newsroom: Newsroom, home: Path) -> Iterator[list[str]]:
    """A process of its own that watches the newsroom's feed, and the lines it has told; killed at the end."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", SCRIPT, str(home), newsroom.site.url("/feed")]
    lines: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stderr
        reader = threading.Thread(target=lines.extend, args=[process.stdout])
        reader.start()
        try:
            yield lines
        finally:
            process.send_signal(signal.SIGKILL)
            newsroom.said += process.stderr.read().splitlines()
            reader.join()


def run_until_killed(newsroom: Newsroom, home: Path, number: int) -> list[dict[str, object]]:
    """Let a process watch while the site changes, and kill it at a moment drawn by chance; what it told."""
    lines_before, most = (1, AFTER_BEGINNING) if number % 2 else (2, AFTER_TELLING)
    with watching_process(newsroom, home) as lines:
        until(lambda: len(lines) >= lines_before)
        killed = time.monotonic() + newsroom.chance.uniform(0, most)
        while (left := killed - time.monotonic()) > 0:
            time.sleep(min(left, 0.15))
            newsroom.change()
    # The first line only tells that it begins, and the last may be cut.
    return [json.loads(line) for line in lines[1:] if line.endswith("\n")]


def assert_sound(coverage: Coverage, newsroom: Newsroom) -> None:
    """No article is there twice or in part, and no page is noted whose article is not there."""
    encoder, found = FakeEncoder(), list(coverage._store.articles())
    assert max(Counter(article.address for article in found).values(), default=1) == 1
    for article in found:
        expected = split(article, encoder.count_tokens, encoder.window)
        assert coverage._store.spans(article.id) == [(passage.start, passage.end) for passage in expected]
    for path in (f"/{number}" for number in newsroom.versions):
        state = coverage._journal.pages([newsroom.site.url(path)]).get(newsroom.site.url(path))
        if state is not None and state.article_id is not None:
            kept = coverage._store.article(state.article_id)
            assert kept.article.text
            assert (kept.withdrawn is not None) == state.gone


def until_current(newsroom: Newsroom, home: Path) -> None:
    """Let a process watch undisturbed until all that stands on the site is stored as it stands there."""
    with opened(home) as coverage, watching_process(newsroom, home):
        until(lambda: _texts(coverage) == newsroom.standing, 20)


def _texts(coverage: Coverage) -> dict[str, str]:
    return {address: article.text for address, article in stored(coverage).items()}
