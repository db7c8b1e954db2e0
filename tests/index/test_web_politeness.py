from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from loopback import Names, Site, answer, ok, redirect

from index.errors import FetchError
from index.web.fetching import Limits, Web
from index.web.politeness import OPEN, Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# What a clock and a busy machine may differ by.
SLACK = 0.005


class Book:
    """When each turn at each host began and ended, in seconds since the book was opened."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.entries: list[tuple[str, float, float]] = []
        self._opened = time.monotonic()

    async def take(self, host: str, seconds: float = 0.0, delay: float = 0.0) -> None:
        """Take a turn, and hold it for so many seconds."""
        async with self.turns.turn(host, delay):
            began = time.monotonic() - self._opened
            await asyncio.sleep(seconds)
            self.entries.append((host, began, time.monotonic() - self._opened))

    def gaps(self, host: str) -> list[float]:
        """The seconds from the end of each turn at the host to the beginning of the next."""
        own = [entry for entry in self.entries if entry[0] == host]
        return [later[1] - earlier[2] for earlier, later in pairwise(own)]


@asynccontextmanager
async def opened(pause: float) -> AsyncIterator[tuple[Site, Web]]:
    """A site that is known by two names, and the web."""
    names = Names({"a.example": [["127.0.0.1"]], "b.example": [["127.0.0.1"]]})
    limits = Limits(seconds=1, patience=1)
    async with (
        Site({"/a": ok(b"news")}) as site,
        Web(private=True, pause=pause, limits=limits, resolve=names) as web,
    ):
        yield site, web


async def test_turns_at_a_host_are_one_at_a_time_with_a_pause() -> None:
    """The pause runs from the end of one to the beginning of the next, in the order of asking."""
    book = Book(Turns(0.1))
    await asyncio.gather(*(book.take("a", 0.05) for _ in range(4)))
    gaps = book.gaps("a")
    assert len(gaps) == 3
    assert all(0.1 - SLACK <= gap < 0.3 for gap in gaps)


async def test_a_host_may_want_a_longer_pause_than_ours() -> None:
    """The longer of the two holds, before the turn that asks for it too."""
    book = Book(Turns(0.05))
    for delay in (0.0, 0.2, 0.01):
        await book.take("a", delay=delay)
    assert book.gaps("a")[0] >= 0.2 - SLACK
    assert 0.05 - SLACK <= book.gaps("a")[1] < 0.2


async def test_hosts_do_not_wait_for_each_other() -> None:
    """While one host holds its turn and another pauses, twenty others come and go."""
    book = Book(Turns(5))
    await book.take("pausing")
    slow = asyncio.create_task(book.take("slow", 0.5))
    waiting = asyncio.create_task(book.take("pausing"))
    await asyncio.gather(*(book.take(str(number), 0.01) for number in range(20)))
    assert max(end for _, _, end in book.entries) < 0.4
    waiting.cancel()
    await slow


async def test_so_many_are_open_at_a_time() -> None:
    """A turn beyond the limit waits for any other to end; those who wait for their host take no place."""
    book = Book(Turns(0.0, open_=2))
    await asyncio.gather(*(book.take(host, 0.1) for host in "aaaabc"))
    moments = [began for _, began, _ in book.entries]
    assert all(sum(began <= moment < end for _, began, end in book.entries) <= 2 for moment in moments)
    assert {host for host, _, end in book.entries if end < 0.35} >= {"a", "b", "c"}
    assert OPEN == 32


async def test_a_turn_that_fails_or_is_cancelled_is_given_back() -> None:
    """The next turn comes all the same, after its pause."""
    turns = Turns(0.1, open_=1)
    book = Book(turns)
    with pytest.raises(ValueError, match="broken"):
        async with turns.turn("a"):
            raise ValueError("broken")
    for _ in range(2):
        task = asyncio.create_task(book.take("a", 60))
        await asyncio.sleep(0.05)
        task.cancel()
    began = time.monotonic()
    await asyncio.wait_for(book.take("a"), 1)
    assert time.monotonic() - began < 0.5


async def test_a_host_rests_as_long_as_it_asked() -> None:
    """A rest that is given while others wait holds for them too, and a shorter one does not undo it."""
    turns = Turns(0.0)
    book = Book(turns)
    turns.rest("a", 0.3)
    turns.rest("a", 0.1)
    waiting = asyncio.create_task(book.take("a"))
    await book.take("b")
    await waiting
    assert book.entries[0][0] == "b"
    assert book.entries[1][1] >= 0.3 - SLACK


async def test_a_long_rest_is_told_not_waited_for() -> None:
    """Whoever asks meanwhile is told at once for how long, and other hosts are not concerned."""
    turns = Turns(0.0)
    turns.rest("a.example", 3 * 3600)
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"a\.example asked to be left alone for 180 min; try again after"):
        async with turns.turn("a.example"):
            pass
    async with turns.turn("b.example"):
        pass
    assert time.monotonic() - began < 0.5


async def test_hosts_that_nothing_is_known_of_are_forgotten() -> None:
    """Thousands of hosts leave a few hundred behind, and never one that rests or waits."""
    turns = Turns(0.0)
    turns.rest("resting", 100)
    async with turns.turn("held"):
        for number in range(5_000):
            async with turns.turn(str(number)):
                pass
        assert len(turns) <= 300
        with pytest.raises(FetchError):
            async with turns.turn("resting"):
                pass
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Book(turns).take("held"), 0.05)


async def test_fetches_from_a_host_keep_the_pause() -> None:
    """Pages, redirects and robots.txt are each a request, and no two meet."""
    async with opened(0.1) as (site, web):
        site.answers["/b"] = redirect(301, "/a")
        await asyncio.gather(*(web.fetch(site.url(target, "a.example")) for target in ("/b", "/a")))
    assert len(site.asked) == 4
    gaps = [later.began - earlier.ended for earlier, later in pairwise(site.asked)]
    assert all(gap >= 0.1 - SLACK for gap in gaps)


async def test_fetches_keep_the_delay_that_a_site_asks_for() -> None:
    """A crawl delay in robots.txt holds from the first page on."""
    async with opened(0) as (site, web):
        site.answers["/robots.txt"] = ok(b"User-agent: *\nCrawl-delay: 0.2\n")
        for _ in range(2):
            await web.fetch(site.url("/a", "a.example"))
    gaps = [later.began - earlier.ended for earlier, later in pairwise(site.asked)]
    assert len(gaps) == 2
    assert all(gap >= 0.2 - SLACK for gap in gaps)


async def test_a_host_that_hangs_does_not_hold_up_another() -> None:
    """The same site under another name answers at once."""

    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with opened(0) as (site, web):
        site.answers["/hang"] = hang
        hanging = [asyncio.create_task(web.fetch(site.url("/hang", "a.example"))) for _ in range(40)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        assert (await web.fetch(site.url("/a", "b.example"))).body == b"news"
        assert time.monotonic() - began < 0.5
        with pytest.raises(FetchError, match=r"a\.example did not answer in full"):
            await hanging[0]
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_host_is_left_alone_for_as_long_as_it_says(status: int) -> None:
    """A short rest is waited for, a long one is told; the other name of the site is another host."""
    async with opened(0) as (site, web):
        site.answers["/busy"] = answer(f"{status} Busy", "Retry-After: 1", "Content-Length: 0")
        assert (await web.fetch(site.url("/busy", "a.example"))).retry_after == 1
        began = time.monotonic()
        await web.fetch(site.url("/a", "b.example"))
        assert time.monotonic() - began < 0.5
        await web.fetch(site.url("/a", "a.example"))
        assert time.monotonic() - began >= 1 - 0.1
        site.answers["/busy"] = answer(f"{status} Busy", "Retry-After: 7200", "Content-Length: 0")
        assert (await web.fetch(site.url("/busy", "a.example"))).retry_after == 7200
        with pytest.raises(FetchError, match=r"a\.example asked to be left alone for 120 min"):
            await web.fetch(site.url("/a", "a.example"))
