from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.database import Database
from index.journal import ARRIVALS, InputState, Journal, PageState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED, OTHER = "https://gull.example/feed", "https://tide.example/feed"

zones = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-9, minutes=-30))])
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - the zone is drawn
words = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
input_states = st.builds(
    InputState,
    address=st.just(FEED),
    etag=words,
    modified=words,
    visited=st.none() | moments,
    succeeded=st.none() | moments,
    failures=st.integers(0, 1000),
    trouble=words,
    arrivals=st.lists(moments, max_size=ARRIVALS).map(tuple),
    reported=st.booleans(),
)
page_states = st.builds(
    PageState,
    address=st.just("https://gull.example/1"),
    input=st.just(FEED),
    seen=moments,
    checked=moments,
    article_id=words,
    etag=words,
    modified=words,
    fingerprint=words,
    gone=st.booleans(),
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a database may be made."""
    return tmp_path / "a.db"


@pytest.fixture
def journal(place: Path) -> Iterator[Journal]:
    """An empty journal."""
    with closing(Database.open(place)) as database:
        yield Journal(database)


def page(name: str, **fields: object) -> PageState:
    """A page that the feed led to at noon."""
    given: dict[str, object] = {"input": FEED, "seen": NOON, "checked": NOON} | fields
    return PageState(f"https://gull.example/{name}", **given)  # type: ignore[arg-type]


def arrived(*hours: float) -> InputState:
    """An input that brought something new so many hours after noon."""
    return InputState(FEED, arrivals=tuple(NOON + hour * HOUR for hour in hours))


@settings(deadline=None, max_examples=50)
@given(input_states)
def test_an_input_comes_back_as_it_was_noted(state: InputState) -> None:
    """Every field comes back, and every moment is the same one in whatever zone it was told."""
    with closing(Database.open("sqlite://")) as database:
        journal = Journal(database)
        journal.note_input(state)
        assert journal.input(FEED) == state
        assert journal.inputs() == [state]
        assert all(
            each.tzinfo for each in (*journal.input(FEED).arrivals, journal.input(FEED).visited) if each
        )


@settings(deadline=None, max_examples=50)
@given(page_states)
def test_a_page_comes_back_as_it_was_noted(state: PageState) -> None:
    """Every field comes back, and every moment is the same one in whatever zone it was told."""
    with closing(Database.open("sqlite://")) as database:
        journal = Journal(database)
        journal.note_pages([state])
        assert journal.pages([state.address]) == {state.address: state}


def test_what_is_noted_is_on_the_disk(journal: Journal, place: Path) -> None:
    """Another program that opens the database finds it."""
    journal.note_input(arrived(0))
    journal.note_pages([page("1")])
    with closing(Database.open(place)) as database:
        assert Journal(database).inputs() == [arrived(0)]
        assert list(Journal(database).pages(["https://gull.example/1"])) == ["https://gull.example/1"]


def test_an_unknown_input_was_never_visited(journal: Journal) -> None:
    """It has a state that says so, and asking leaves no trace."""
    assert journal.input(FEED) == InputState(FEED, visited=None, arrivals=(), failures=0)
    assert journal.input(FEED).brought is None
    assert journal.inputs() == []


def test_a_later_state_replaces_the_former(journal: Journal) -> None:
    """An input and a page have one state each, the last that was noted, also within one call."""
    journal.note_input(InputState(OTHER))
    journal.note_input(InputState(FEED, etag="a", failures=2))
    journal.note_input(InputState(FEED, etag="b"))
    assert journal.inputs() == [InputState(FEED, etag="b"), InputState(OTHER)]
    journal.note_pages([page("1", etag="a")])
    journal.note_pages([page("1", etag="b"), page("1", etag="c")])
    assert journal.pages(["https://gull.example/1"]) == {"https://gull.example/1": page("1", etag="c")}


def test_only_the_last_arrivals_are_kept(journal: Journal) -> None:
    """Of more than twenty the oldest are forgotten."""
    journal.note_input(arrived(*range(25)))
    kept = journal.input(FEED).arrivals
    assert len(kept) == ARRIVALS == 20
    assert (kept[0], kept[-1]) == (NOON + 5 * HOUR, NOON + 24 * HOUR)
    assert journal.input(FEED).brought == NOON + 24 * HOUR


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((), None),
        ((0,), None),
        ((0, 1, 2), None),
        ((0, 1, 2, 3), 1.0),
        ((0, 1, 4, 6), 3.0),
        ((0, 30, 31, 32, 33), 30.0),
    ],
)
def test_the_rhythm_is_the_longest_pause_lately(hours: tuple[float, ...], expected: float | None) -> None:
    """From four arrivals on it is known."""
    assert arrived(*hours).rhythm == (None if expected is None else expected * HOUR)


@pytest.mark.parametrize(
    ("hours", "still", "silent"),
    [
        # Hourly: a night passes before anybody is told.
        ((0, 1, 2, 3), 2, False),
        ((0, 1, 2, 3), 12, False),
        ((0, 1, 2, 3), 12.01, True),
        # Every ten hours: twenty.
        ((0, 10, 20, 30), 13, False),
        ((0, 10, 20, 30), 20, False),
        ((0, 10, 20, 30), 20.01, True),
        # The longest pause counts, wherever it was.
        ((0, 48, 49, 50), 95, False),
        ((0, 48, 49, 50), 97, True),
        # Too few to tell.
        ((0, 1, 2), 10_000, False),
        ((), 10_000, False),
    ],
)
def test_silent_is_who_is_still_for_twice_its_rhythm(
    hours: tuple[float, ...], still: float, *, silent: bool
) -> None:
    """And for longer than a night."""
    last = max(hours, default=0)
    assert arrived(*hours).is_silent(NOON + (last + still) * HOUR) is silent


def test_pages_are_found_by_their_addresses(journal: Journal) -> None:
    """Unknown ones are left out, however many are asked for."""
    journal.note_pages([page("1"), page("2"), page("3")])
    wanted = [f"https://gull.example/{at}" for at in range(2, 25_000)]
    assert journal.pages(wanted) == {each.address: each for each in (page("2"), page("3"))}
    assert journal.pages([]) == {}


def test_an_article_may_stand_on_another_page(journal: Journal) -> None:
    """One that is still there; its own page and those that are gone do not count."""
    pages = [
        page("1", article_id="ice"),
        page("2", article_id="ice", gone=True),
        page("3", article_id="snow"),
    ]
    journal.note_pages(pages)
    assert journal.lives_elsewhere("ice", pages[1].address)
    assert not journal.lives_elsewhere("ice", pages[0].address)
    assert not journal.lives_elsewhere("rain", pages[0].address)


def test_the_pages_of_an_input_are_those_seen_since(journal: Journal) -> None:
    """Those first seen since then, by address, without what others led to."""
    early, late = page("b", seen=NOON - HOUR), page("a", seen=NOON + HOUR)
    journal.note_pages(
        [
            early,
            late,
            page("c"),
            page("e", input=OTHER),
            page("f", seen=NOON - HOUR, checked=NOON + HOUR),
        ]
    )
    assert journal.pages_of(FEED, NOON) == [late, page("c")]
    assert journal.pages_of(FEED, NOON - HOUR)[1] == early
    east = NOON.astimezone(timezone(timedelta(hours=5)))
    assert journal.pages_of(FEED, east) == [late, page("c")]


def test_who_is_forgotten_leaves_no_page(journal: Journal) -> None:
    """The input goes with its pages; another input's stay, and forgetting twice does no harm."""
    other = replace(page("2"), input=OTHER)
    journal.note_input(arrived(0))
    journal.note_input(InputState(OTHER))
    journal.note_pages([page("1"), other])
    for _ in range(2):
        journal.forget_input(FEED)
        assert journal.inputs() == [InputState(OTHER)]
        assert list(journal.pages(["https://gull.example/1", other.address]).values()) == [other]
