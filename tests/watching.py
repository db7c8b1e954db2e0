"""A coverage that is watched while a test looks on."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEncoder
from news_site.stories import story

from index.coverage import Coverage
from index.manners import Manners
from index.web.fetching import Limits, Web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from news_site.site import NewsSite
    from news_site.stories import Story

    from index.journal import InputState, PageState
    from index.records import Article
    from index.watching.watcher import Happening

# Loopback is private, and a site made for a test needs no pause between two requests.
HURRIED = Manners(private=True, pause=0)
EVERY = timedelta(seconds=0.25)
SOON = 10.0

# One story that changes: what it says at first, what later, and what it says all the time.
DAY = date(2025, 3, 4)
OLD = "Forty cranes stood idle along the Brambleholt quay."
NEW = "All forty cranes of Brambleholt lift containers again."
LEAD = (
    "The port authority of Brambleholt has ended its long dispute with the crane drivers over night shifts."
)
BODY = (
    "Drivers had refused to work after dark because the lamps on the northern pier failed again and again. "
    "An electrician from the mainland has since replaced every one of them, and the inspectors are content."
)


class Watch:
    """What a watch that is under way has told so far."""

    def __init__(self) -> None:
        self.told: list[Happening] = []
        self.stop = threading.Event()

    @property
    def remarks(self) -> list[tuple[str, str]]:
        """The words on what was read or not read, each with what they are about."""
        return [(each.input, each.remark) for each in self.told if each.remark]

    def visits(self, given: str) -> int:
        """How many visits of an input are over."""
        return sum(each.input == given and each.visit is not None for each in self.told)

    def rest(self, given: str, visits: int = 3) -> None:
        """Wait until so many more visits of an input are over."""
        wanted = self.visits(given) + visits
        until(lambda: self.visits(given) >= wanted)


@contextmanager
def opened(home: Path, encoder: FakeEncoder | None = None) -> Iterator[Coverage]:
    """The coverage of a home, with the fake encoder and hurried manners."""
    with Coverage.open(home, encoder=encoder or FakeEncoder(), manners=HURRIED) as coverage:
        yield coverage


@contextmanager
def impatience(patience: float = 1.0) -> Iterator[None]:
    """Let whoever goes to the web give up on a host that is silent for so many seconds, not for ten."""
    defaults = Web.__init__.__kwdefaults__
    assert defaults is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(defaults, "limits", Limits(seconds=3, patience=patience))
        yield


@contextmanager
def watching(coverage: Coverage, inputs: Sequence[str], every: timedelta = EVERY) -> Iterator[Watch]:
    """Watch the inputs in a thread for as long as what is within runs; whatever ends the watch is raised."""
    watch = Watch()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            coverage.watch(inputs, every, watch.stop, watch.told.append)
        except BaseException as error:  # noqa: BLE001 - it is raised in the test's own thread
            failures.append(error)

    thread = threading.Thread(target=work, name="watching")
    thread.start()
    try:
        yield watch
    finally:
        watch.stop.set()
        thread.join()
    if failures:
        raise failures[0]


def until(condition: Callable[[], object], seconds: float = SOON) -> float:
    """Wait for the condition; how many seconds it took.

    Raises:
        AssertionError: it did not come to hold in time.
    """
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"waited {seconds:g} s in vain"
        time.sleep(0.02)
    return time.monotonic() - began


def publish(site: NewsSite, number: int, path: str | None = None) -> Story:
    """Put a story up, under its number unless there is a path; the story."""
    told = story(number)
    site.publish(path or f"/{number}", **told.fields)
    return told


def stored(coverage: Coverage) -> dict[str, Article]:
    """The articles that may be quoted, by address or, where they have none, by id."""
    return {article.url or article.id: article for article in coverage._store.articles()}


def quotes(coverage: Coverage, words: str) -> list[Article]:
    """The articles of all hits on these words whose passages hold them."""
    return [hit.article for hit in coverage.ask(words, count=50).hits if words in hit.passage.text]


def input_state(coverage: Coverage, address: str) -> InputState:
    """What the journal has on an input."""
    return coverage._journal.input(address)


def page_state(coverage: Coverage, address: str) -> PageState:
    """What the journal has on a page."""
    return coverage._journal.pages([address])[address]
