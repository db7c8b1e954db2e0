"""Indexing and watching, killed: is all that was acknowledged there, whole and once? Does a rerun finish?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from fakes import FakeEncoder
from killed_watch import Newsroom, assert_sound, run_until_killed, until_current
from news_site.site import NewsSite
from news_site.stories import story
from watching import opened, stored

from index.coverage import Coverage
from index.passages import split

ROOT = Path(__file__).parent.parent
# So many articles are indexed; in each round so many of them say something new.
ARTICLES, CHANGED = 80, 40
# Of a watch, so many stories at least are published.
STORIES = 60
# Seconds within which the moment is drawn, since the process began, and since it told of something stored.
AFTER_BEGINNING, AFTER_TELLING = 2.0, 0.6
SHOWN = 10
SCRIPT = """
import sys
from pathlib import Path

from fakes import SlowEncoder
from index.coverage import Coverage

home, *inputs = sys.argv[1:]
with Coverage.open(Path(home), encoder=SlowEncoder()) as coverage:
    coverage.index(inputs, lambda report: print(report.added + report.updated, flush=True))
    print("done", flush=True)
"""


class Folder:
    """A folder of articles that change, and what each of them has ever said."""

    def __init__(self, folder: Path, chance: Random) -> None:
        self.folder, self._chance, self._round = folder, chance, 0
        self.said: dict[str, list[str]] = {f"story-{number:03}": [] for number in range(ARTICLES)}
        folder.mkdir(parents=True)
        self.change(ARTICLES)

    @property
    def files(self) -> list[str]:
        """The files, in the order in which they are read."""
        return sorted(str(path) for path in self.folder.iterdir())

    def change(self, count: int) -> None:
        """Let so many articles say something new."""
        self._round += 1
        for name in self._chance.sample(sorted(self.said), count):
            told = story(int(name.removeprefix("story-")))
            text = f"Dispatch {self._round} from the desk. {told.text}"
            self.said[name].append(text)
            about = {"date": told.date.isoformat(), "updated": f"2025-01-01T00:{self._round % 60:02}:00Z"}
            written = {"_id": name, "title": told.title, "text": text, "metadata": about}
            (self.folder / f"{name}.jsonl").write_text(json.dumps(written), encoding="utf-8")

    def due(self, texts: dict[str, str]) -> list[str]:
        """The articles, in order, that say something else than what is stored."""
        return [name for name in sorted(self.said) if texts.get(name) != self.said[name][-1]]


def kill_index(scratch: Path, moments: int, seed: int) -> dict[str, Any]:
    """Kill an indexing at so many moments, and look after each at what is stored."""
    chance = Random(seed)  # noqa: S311 - the same moments each time
    folder, home, began = Folder(scratch / "news", chance), scratch / "home", time.monotonic()
    counts = {"kills": 0, "runs that ended before": 0, "articles acknowledged": 0}
    wrong: list[str] = []
    texts: dict[str, str] = {}
    while counts["kills"] < moments:
        due = folder.due(texts)
        inputs = folder.files if counts["kills"] % 2 else [str(folder.folder)]
        told, killed = _index(home, inputs, chance)
        texts, found = _sound(home, folder)
        wrong += found
        wrong += [f"{name}, acknowledged and not stored" for name in due[:told] if name in folder.due(texts)]
        counts["articles acknowledged"] += told
        counts["kills" if killed else "runs that ended before"] += 1
        if not killed or not folder.due(texts):
            folder.change(CHANGED)
        if killed and counts["kills"] % SHOWN == 0:
            print(f"{counts}, wrong: {len(wrong)}", flush=True)
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index(folder.files)
    texts, found = _sound(home, folder)
    wrong += found + [f"{name}, not stored by the last run" for name in folder.due(texts)]
    return counts | {"wrong": wrong[:20], "seconds": round(time.monotonic() - began)}


def _index(home: Path, inputs: list[str], chance: Random) -> tuple[int, bool]:
    """Index in a process that is killed; how many articles it told of, and whether it was still at work."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(home), *inputs],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    ) as process:
        assert process.stdout  # noqa: S101 - it is a pipe
        lines = []
        if chance.random() < 0.5:  # noqa: PLR2004 - every other time
            time.sleep(chance.uniform(0, AFTER_BEGINNING))
        else:
            lines.append(process.stdout.readline())
            time.sleep(chance.uniform(0, AFTER_TELLING))
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    # The last line may be cut.
    whole = [line.strip() for line in lines if line.endswith("\n")]
    return max((int(line) for line in whole if line.isdigit()), default=0), "done" not in whole


def _sound(home: Path, folder: Folder) -> tuple[dict[str, str], list[str]]:
    """What is stored, by id, and what is wrong with it."""
    encoder, wrong = FakeEncoder(), list[str]()
    with Coverage.open(home, encoder=encoder) as coverage:
        store = coverage._store  # noqa: SLF001 - it is looked at from behind
        articles = list(store.articles())
        texts = {article.id: article.text for article in articles}
        for article in articles:
            spans = [
                (passage.start, passage.end)
                for passage in split(article, encoder.count_tokens, encoder.window)
            ]
            if article.text not in folder.said[article.id]:
                wrong.append(f"{article.id}: never said that")
            if store.spans(article.id) != spans:
                wrong.append(f"{article.id}: not all of its passages, or others")
        for article in articles[:: max(len(articles) // 5, 1)]:
            place = story(int(article.id.removeprefix("story-"))).place
            hits = coverage.ask(f"What happened in {place}?").hits
            wrong += [
                f"{hit.article.id}: misquoted"
                for hit in hits
                if hit.passage.text not in texts[hit.article.id]
            ]
            if article.id not in {hit.article.id for hit in hits}:
                wrong.append(f"{article.id}: stored and not found")
    if len(texts) != len(articles):
        wrong.append("articles are there twice")
    return texts, wrong


def kill_watch(scratch: Path, moments: int, seed: int) -> dict[str, Any]:
    """Kill a watch at so many moments while its site changes, and look after each at what is stored."""
    began = time.monotonic()
    home, told, lost, doubled = scratch / "home", set[str](), set[str](), 0
    with NewsSite() as site:
        newsroom = Newsroom(site, seed, max(STORIES, moments))
        site.feed("/feed")
        for number in range(moments):
            lines = run_until_killed(newsroom, home, number)
            told |= {str(address) for line in lines for address in line["stored"]}  # type: ignore[attr-defined]
            with opened(home) as coverage:
                found = stored(coverage)
                lost |= told - found.keys()
                doubled += len(list(coverage._store.articles())) - len(found)  # noqa: SLF001
                assert_sound(coverage, newsroom)
            if (number + 1) % SHOWN == 0:
                print(f"{number + 1} kills, {len(told)} acknowledged, {len(lost)} lost", flush=True)
        until_current(newsroom, home)
        with opened(home) as coverage:
            assert_sound(coverage, newsroom)
            missing = len(newsroom.standing) - coverage.extent().articles
    return {
        "kills": moments,
        "articles acknowledged": len(told),
        "lost": len(lost),
        "doubled": doubled,
        "missing or too many in the end": missing,
        "said by the programs": dict(Counter(newsroom.said)),
        "seconds": round(time.monotonic() - began),
    }
