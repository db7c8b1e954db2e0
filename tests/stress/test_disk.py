"""A disk that is full, or that may no longer be written."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEncoder
from news_site.stories import story
from pressure import full, read_only, run_apart, worked
from watching import until

from bot import watching as watching_module
from bot.watching import watching
from index.coverage import Coverage
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    Pressure = Callable[[Coverage], AbstractContextManager[None]]

FIRST, ALL = 20, 60
# Each limit is met at another place: the log of changes, the database, the index of words, the vectors.
LIMITED = """
import json
import resource
import sys
from pathlib import Path

from fakes import FakeEncoder

from index.coverage import Coverage
from index.errors import StoreError

home, news, later, question, limits = sys.argv[1:]
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
with Coverage.open(Path(home), encoder=FakeEncoder()) as coverage:
    coverage.index([news])
    for limit in json.loads(limits):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
        try:
            coverage.index([later])
            outcome = "stored"
        except StoreError as error:
            outcome = str(error)
        extent = coverage.extent()
        found = len(coverage.ask(question).hits)
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        print(json.dumps([outcome, extent.articles, found > 0]), flush=True)
    coverage.index([later])
    print(json.dumps(["", coverage.extent().articles, len(coverage.ask(question).hits) > 0]))
"""


def write_stories(folder: Path, first: int, last: int) -> str:
    """Stories of these numbers, a file each; the folder."""
    folder.mkdir(exist_ok=True)
    for number in range(first, last):
        told = story(number)
        line = {"_id": f"story-{number}", "title": told.title, "text": told.text, "metadata": {}}
        (folder / f"{number}.jsonl").write_text(json.dumps(line), encoding="utf-8")
    return str(folder)


def about(number: int) -> str:
    """A question that the story of this number answers."""
    return f"What happened in {story(number).place}?"


def is_found(coverage: Coverage, number: int) -> bool:
    """Whether a question about the story of this number leads to it."""
    return f"story-{number}" in {hit.article.id for hit in coverage.ask(about(number)).hits}


@pytest.fixture
def filled(coverage: Coverage, tmp_path: Path) -> Coverage:
    """A coverage of twenty stories."""
    coverage.index([write_stories(tmp_path / "news", 0, FIRST)])
    assert is_found(coverage, 3)
    return coverage


@pytest.mark.parametrize("pressure", [full, read_only])
def test_indexing_says_what_is_wrong_and_goes_on_later(
    filled: Coverage, tmp_path: Path, pressure: Pressure
) -> None:
    """One line with the cure; nothing is half stored, questions are answered, the next run completes."""
    later = write_stories(tmp_path / "later", FIRST, ALL)
    with pressure(filled):
        with pytest.raises(StoreError, match=r"cannot be used: .*; check that .*writable.*disk has room"):
            filled.index([later])
        assert filled.extent().articles == FIRST
        assert is_found(filled, 3)
    assert filled.index([later]).added == ALL - FIRST
    assert is_found(filled, ALL - 1)


@pytest.mark.parametrize("pressure", [full, read_only])
def test_a_watch_beside_the_bot_goes_on_by_itself(
    filled: Coverage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pressure: Pressure
) -> None:
    """It alarms once, works hardly at all while it cannot store, and stores what came as soon as it can."""
    monkeypatch.setattr(watching_module, "AGAIN", 0.4)
    alarms, folder = list[str](), tmp_path / "later"
    with pressure(filled):
        write_stories(folder, FIRST, ALL)
        watch = watching(filled, [str(folder)], timedelta(seconds=1), alarms.append)
        watch.__enter__()
        until(lambda: alarms)
        threads = threading.active_count()
        with worked() as work:
            threading.Event().wait(2.5)
        assert is_found(filled, 3)
        assert threading.active_count() <= threads + 2
    until(lambda: filled.extent().articles == ALL)
    watch.__exit__(None, None, None)
    assert len(alarms) == 1
    assert alarms[0].startswith("the watch has stopped: the database ")
    # Five tries in this time, each of which reads forty files.
    assert work.share < 0.5


def test_wherever_the_disk_is_full_the_line_is_clear(tmp_path: Path) -> None:
    """By whatever file the limit of a file's size is met, a StoreError tells, and then all completes."""
    news, later = write_stories(tmp_path / "news", 0, FIRST), write_stories(tmp_path / "later", FIRST, 200)
    limits = [20_000, 60_000, 200_000, 400_000]
    lines = run_apart(LIMITED, str(tmp_path / "home"), news, later, about(3), json.dumps(limits))
    *limited, complete = map(json.loads, lines)
    assert complete == ["", 200, True]
    assert [answered for _, _, answered in limited] == [True] * len(limits)
    refused = [outcome for outcome, _, _ in limited if outcome != "stored"]
    assert refused
    assert all(
        "check that it is there, writable, whole and that the disk has room" in each for each in refused
    )
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        assert is_found(coverage, 199)
