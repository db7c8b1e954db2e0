"""A clock that is put: what it noted while it was wrong does no harm when it is right again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from news_site.site import NewsSite
from watching import LEAD, NEW, OLD, input_state, opened, page_state, stored, until, watching

from index.journal import InputState, PageState
from index.watching.leads import is_due

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2025, 1, 11, 12, tzinfo=UTC)
YEAR, HOUR, EVERY = timedelta(days=365), timedelta(hours=1), timedelta(minutes=15)


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with nothing on it yet."""
    with NewsSite() as opened_site:
        yield opened_site


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), HOUR, YEAR])
def test_a_page_noted_by_a_clock_that_was_ahead_is_looked_at_again(ahead: timedelta) -> None:
    """Else nobody would look before that time has come; once it is noted aright its rhythm is as ever."""
    state = PageState("https://gull.example/1", "feed", seen=NOW - HOUR, checked=NOW + ahead)
    assert is_due(state, NOW, EVERY)
    assert is_due(replace(state, seen=NOW + ahead), NOW, EVERY)
    assert not is_due(replace(state, seen=NOW + ahead, checked=NOW), NOW + EVERY / 2, EVERY)
    assert is_due(replace(state, seen=NOW + ahead, checked=NOW), NOW + EVERY, EVERY)


def test_arrivals_that_are_still_to_come_count_for_nothing() -> None:
    """An input is called silent by the rhythm that it has, not by a year's pause that there never was."""
    arrivals = tuple(NOW - timedelta(days=2, hours=each) for each in (4, 3, 2, 1))
    state = InputState("feed", arrivals=arrivals)
    assert state.is_silent(NOW)
    assert replace(state, arrivals=(*arrivals, NOW + YEAR)).is_silent(NOW)
    assert not replace(state, arrivals=(*arrivals, NOW)).is_silent(NOW)


def test_a_watch_after_a_clock_that_was_ahead_finds_what_changed(site: NewsSite, tmp_path: Path) -> None:
    """A page that it thinks it will have read in a year is read, and its input's arrivals are set right."""
    page = site.publish("/1", title="Cranes", text=[LEAD, OLD])
    feed = site.feed("/feed").url
    with opened(tmp_path / "home") as coverage:
        with watching(coverage, [feed]) as watch:
            watch.rest(feed, 1)
        address = page if isinstance(page, str) else site.url("/1")
        future = datetime.now(UTC) + YEAR
        state = page_state(coverage, address)
        coverage._journal.note_pages([replace(state, seen=future, checked=future)])
        noted = input_state(coverage, feed)
        coverage._journal.note_input(replace(noted, visited=future, arrivals=(future,)))
        # Changed without a word in the feed, which only a second look at the page finds.
        site.update("/1", text=[LEAD, NEW])
        site.publish(
            "/2", title="Lamps", text=[LEAD, "The lamps of the northern pier burn again every night."]
        )
        with watching(coverage, [feed]):
            until(lambda: len(stored(coverage)) == 2 and NEW in stored(coverage)[address].text)
            until(lambda: page_state(coverage, address).checked < future)
            until(lambda: input_state(coverage, feed).arrivals)
            until(lambda: max(input_state(coverage, feed).arrivals) < future)
