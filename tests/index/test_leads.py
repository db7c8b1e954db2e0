from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.journal import PageState
from index.reading.feed import Entry
from index.reading.sitemap import Listed
from index.watching.leads import (
    RECHECKED,
    Lead,
    first_of_each,
    is_due,
    is_news,
    lead_of_entry,
    lead_of_listed,
    newest_first,
)

NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
ADDRESS = "https://gull.example/1"


def page(
    *, age: timedelta, checked: timedelta, gone: bool = False, fingerprint: str | None = "a"
) -> PageState:
    """A page that was first seen so long before noon, and last looked at so long before noon."""
    return PageState(
        ADDRESS, "feed", seen=NOON - age, checked=NOON - checked, fingerprint=fingerprint, gone=gone
    )


def due(state: PageState) -> bool:
    """Whether it is to be looked at again at noon by who comes every quarter of an hour."""
    return is_due(state, NOON, QUARTER)


@pytest.mark.parametrize(
    ("age", "checked", "expected"),
    [
        (timedelta(0), timedelta(0), False),
        (QUARTER, QUARTER, True),
        (QUARTER, QUARTER - timedelta(seconds=1), False),
        # Half its age, and never more often than the visits.
        (HOUR, QUARTER, False),
        (HOUR, HOUR / 2, True),
        (10 * DAY, 5 * DAY - timedelta(seconds=1), False),
        (10 * DAY, 5 * DAY, True),
        # News of a month ago is no longer corrected.
        (RECHECKED - timedelta(seconds=1), 16 * DAY, True),
        (RECHECKED, 16 * DAY, False),
        (400 * DAY, 300 * DAY, False),
    ],
)
def test_an_older_page_waits_longer(age: timedelta, checked: timedelta, *, expected: bool) -> None:
    """Nobody says anything new of it: half its age passes between two looks."""
    state = page(age=age, checked=checked)
    assert due(state) is expected


def test_an_unknown_page_is_news() -> None:
    """Whether it is listed with a word or without."""
    assert is_news(None, Lead(ADDRESS), "feed")
    assert is_news(None, Lead(ADDRESS, "a"), "feed")


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize(("known", "said"), [("a", "b"), (None, "b"), ("a", None)])
def test_what_is_said_anew_is_news(known: str | None, said: str | None, *, gone: bool) -> None:
    """However lately it was looked at, however old, and even if it was gone."""
    for age in (timedelta(0), 400 * DAY):
        state = page(age=age, checked=timedelta(0), gone=gone, fingerprint=known)
        assert is_news(state, Lead(ADDRESS, said), "feed")
        assert not is_news(state, Lead(ADDRESS, known), "feed")


def test_another_input_says_other_things_of_a_page() -> None:
    """A feed and a sitemap that list one page never agree, and that is no news."""
    assert not is_news(page(age=DAY, checked=HOUR), Lead(ADDRESS, "b"), "sitemap")


def test_a_page_that_is_gone_is_looked_at_again() -> None:
    """As any other page of its age: its publisher may have put it back."""
    assert due(page(age=DAY, checked=DAY, gone=True))
    assert not due(page(age=DAY, checked=QUARTER, gone=True))


def test_sitemaps_are_read_from_the_newest_on() -> None:
    """By the day of publication, else of the last change; the undated last, in their order."""
    listed = [
        Listed("undated", None, None, None, None, None),
        Listed("old", NOON - DAY, None, None, None, None),
        Listed("new", None, None, NOON, None, None),
        Listed("undated too", None, None, None, None, None),
    ]
    assert [each.address for each in newest_first(listed)] == ["new", "old", "undated", "undated too"]


def test_the_intervals_grow() -> None:
    """Read whenever it is due, a page is read a dozen times in its month, each pause twice the last."""
    looks, checked = [], NOON
    for minute in range(1, 60 * 24 * 60):
        now = NOON + timedelta(minutes=minute)
        if is_due(PageState(ADDRESS, "feed", seen=NOON, checked=checked), now, QUARTER):
            looks.append(minute)
            checked = now
    assert looks == [15, 30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 30720]


moments = st.timedeltas(timedelta(0), timedelta(days=60))


@given(moments, moments, st.timedeltas(timedelta(seconds=1), timedelta(days=30)))
def test_nobody_asks_more_often_than_he_comes(age: timedelta, checked: timedelta, every: timedelta) -> None:
    """What was looked at within the time between two visits is never due by itself."""
    state = page(age=max(age, checked), checked=checked)
    if is_due(state, NOON, every):
        assert every <= checked
        assert max(age, checked) / 2 <= checked
        assert max(age, checked) < RECHECKED


def entry(address: str | None = ADDRESS) -> Entry:
    """What a feed says of a piece."""
    later = NOON + HOUR
    return Entry(address, "guid", "Ice", NOON, later, ("Ann",), "<p>Held.</p>", "Held.", "f1ng3r")


def test_a_feeds_entry_is_a_lead() -> None:
    """With what is said of the piece, in words that a reader of pages takes."""
    lead = lead_of_entry(entry())
    assert lead == Lead(
        ADDRESS,
        "f1ng3r",
        {
            "title": "Ice",
            "date": "2025-01-11T12:00:00+00:00",
            "updated": "2025-01-11T13:00:00+00:00",
            "authors": ["Ann"],
        },
        "<p>Held.</p>",
    )
    assert lead_of_entry(entry(None)) is None


@pytest.mark.parametrize(
    ("modified", "published", "fingerprint"),
    [
        (NOON + HOUR, NOON, "2025-01-11T13:00:00+00:00"),
        (None, NOON, "2025-01-11T12:00:00+00:00"),
        (None, None, None),
    ],
)
def test_a_line_of_a_sitemap_is_a_lead(
    modified: datetime | None, published: datetime | None, fingerprint: str | None
) -> None:
    """Its date tells whether the page has changed; without one nothing does."""
    lead = lead_of_listed(Listed(ADDRESS, modified, "Ice", published, "The Gull", "en"))
    assert (lead.address, lead.fingerprint, lead.content) == (ADDRESS, fingerprint, None)
    assert (lead.said["title"], lead.said["source"]) == ("Ice", "The Gull")
    assert lead.said["date"] == (published.isoformat() if published else None)


def test_a_page_listed_twice_is_one_lead() -> None:
    """The first of each address, in their order."""
    leads = [Lead("b", "1"), Lead("a", "2"), Lead("b", "3"), Lead("c", "4"), Lead("a", "5")]
    assert first_of_each(leads) == [Lead("b", "1"), Lead("a", "2"), Lead("c", "4")]
    assert first_of_each([]) == []
