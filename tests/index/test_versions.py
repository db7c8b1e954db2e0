from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from articles import make_article
from hypothesis import given
from hypothesis import strategies as st

from index.versions import succeed

if TYPE_CHECKING:
    from index.records import Article

TODAY = date(2025, 3, 20)
FIRST, LATER = datetime(2025, 3, 10, 9, tzinfo=UTC), datetime(2025, 3, 12, 18, tzinfo=UTC)
DAY = FIRST.date()

instants = st.datetimes(datetime(2025, 3, 1), datetime(2025, 3, 20), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is drawn
days = st.dates(date(2025, 2, 20), TODAY)
corrections = st.none() | st.sampled_from(["The ships were forty.", "The day was Friday."])


@st.composite
def readings(draw: st.DrawFn, issued: st.SearchStrategy[datetime | None] = instants) -> Article:
    """One piece as it may be read at one time or another."""
    correction = draw(corrections)
    return make_article(
        draw(st.sampled_from(["Ice held.", "Ice broke."])),
        title=draw(st.sampled_from(["Ice", "Thaw"])),
        input=draw(st.sampled_from(["feed", "page"])),
        published=draw(st.none() | days),
        updated=draw(st.none() | days),
        issued=draw(issued),
        correction=correction,
        corrected=draw(st.none() | days) if correction else None,
    )


some_reading = readings(st.none() | instants)


def version(text: str = "Ice held.", **fields: object) -> Article:
    """A version that its publisher dates."""
    return make_article(text, **({"published": DAY, "issued": FIRST} | fields))


@given(some_reading, some_reading, st.integers(0, 3))
def test_the_same_reading_again_changes_nothing(stored: Article, read: Article, days_later: int) -> None:
    """What a reading has made of an article it leaves as it is, on the same day and on later ones."""
    once = succeed(stored, read, TODAY)
    if once is not None:
        assert succeed(once, read, TODAY + timedelta(days=days_later)) in {None, once}


@given(readings(), readings())
def test_an_older_version_never_replaces_a_newer_one(stored: Article, read: Article) -> None:
    """Where both are dated, whatever was issued before is let go."""
    newer = succeed(stored, read, TODAY)
    assert stored.issued
    assert read.issued
    same = (stored.title, stored.text, stored.correction) == (read.title, read.text, read.correction)
    if read.issued < stored.issued or same:
        assert newer is None
    elif read.issued > stored.issued:
        assert newer is not None
        assert newer.text == read.text


@given(readings(), st.lists(readings(), max_size=6))
def test_published_never_gets_later(stored: Article, read: list[Article]) -> None:
    """However often an article is read, its first day only moves back, and once known it is not lost."""
    for each in read:
        newer = succeed(stored, each, TODAY) or stored
        if stored.published:
            assert newer.published
            assert newer.published <= stored.published
        stored = newer


@given(some_reading, some_reading, st.booleans())
def test_the_id_and_whose_word_it_is_stay(stored: Article, read: Article, named: bool) -> None:  # noqa: FBT001 - drawn
    """A newer version is stored under the id that the article has."""
    stored = replace(stored, id="of old", named=named)
    newer = succeed(stored, replace(read, named=named), TODAY)
    if newer is not None:
        assert (newer.id, newer.named) == ("of old", named)


@pytest.mark.parametrize("issued", [None, LATER])
def test_what_a_file_names_is_replaced_by_what_is_named_alone(issued: datetime | None) -> None:
    """A page of the same address may say other words: whoever numbers his articles means each of them."""
    stored = make_article("Ice held.", named=True)
    read = make_article("Ice broke.", issued=issued)
    assert succeed(stored, read, TODAY) is None
    assert succeed(stored, replace(read, named=True), TODAY) is not None


@pytest.mark.parametrize(("read_from", "taken"), [("https://gull.example/a", True), ("wire/old.json", False)])
def test_what_only_vanished_is_back_with_its_address(read_from: str, *, taken: bool) -> None:
    """Any page that gives it lifts that, with the very version of before; an old file does not."""
    stored, read = version(), version(input=read_from)
    assert (succeed(stored, read, TODAY, withdrawn=LATER, vanished=True) is not None) == taken
    assert succeed(stored, read, TODAY, withdrawn=LATER) is None


def test_a_page_that_says_less_keeps_what_its_feed_said() -> None:
    """Title, day, authors and source, where it was read from the same address before."""
    stored = version(authors=("Ann",), source="The Gull", input="https://gull.example/a")
    bare = make_article(
        "Ice broke.",
        title="Ice broke.",
        titled=False,
        source="gull.example",
        published=None,
        input=stored.input,
    )
    newer = succeed(stored, bare, TODAY)
    assert newer
    kept = (newer.title, newer.titled, newer.source, newer.authors, newer.published)
    assert kept == (stored.title, True, "The Gull", ("Ann",), stored.published)
    assert succeed(stored, replace(bare, text=stored.text), TODAY) is None


def test_an_undated_reading_is_taken_at_its_word() -> None:
    """Who keeps files may change any day, and take a correction or an update back."""
    stored = make_article("Ice held.", published=DAY, updated=TODAY, correction="No.", corrected=TODAY)
    read = make_article("Ice broke.", id="x", published=LATER.date(), named=True)
    assert succeed(stored, read, TODAY) == replace(read, id="harbour", named=False)
    # It takes no turns with a page that is dated.
    assert succeed(version(input="page"), read, TODAY) is None


@pytest.mark.parametrize(
    ("issued", "taken"), [(None, False), (FIRST, False), (LATER, False), (LATER + timedelta(seconds=1), True)]
)
def test_only_what_is_issued_later_lifts_a_withdrawal(issued: datetime | None, *, taken: bool) -> None:
    """Neither an undated reading nor one of the very moment brings a withdrawn article back."""
    read = version("Ice broke.", issued=issued)
    assert (succeed(version(), read, TODAY, withdrawn=LATER) is not None) == taken


@pytest.mark.parametrize(("read_from", "taken"), [("news/harbour.txt", True), ("feed", False)])
def test_two_spellings_of_one_version_do_not_take_turns(read_from: str, *, taken: bool) -> None:
    """What was issued at the same moment replaces only what came from the same input."""
    assert (succeed(version(), version("Ice  held.", input=read_from), TODAY) is not None) == taken


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"updated": date(2025, 3, 11)}, date(2025, 3, 11)),
        ({}, LATER.date()),
        ({"issued": datetime(2025, 3, 10, 12, tzinfo=UTC)}, DAY),
    ],
)
def test_other_words_have_a_day(fields: dict[str, object], expected: date) -> None:
    """They changed when the publisher says so, else on the day on which this version was issued."""
    newer = succeed(version(), version("Ice broke.", **({"issued": LATER} | fields)), TODAY)
    assert newer
    assert newer.updated == expected


def test_words_do_not_change_before_they_appear() -> None:
    """A version issued before the day of publication was changed on the day it was read."""
    stored = version(published=date(2025, 3, 15))
    newer = succeed(stored, version("Ice broke.", issued=LATER, published=None), TODAY)
    assert newer
    assert (newer.published, newer.updated) == (date(2025, 3, 15), TODAY)


def test_the_same_words_keep_their_day() -> None:
    """Another source, address or date of the same words is no update of them, nor is a correction."""
    stored = version(updated=date(2025, 3, 11))
    assert succeed(stored, version(issued=LATER, updated=TODAY, source="The Tide"), TODAY) is None
    corrected = succeed(stored, version(issued=LATER, updated=TODAY, correction="Forty."), TODAY)
    assert corrected
    assert corrected.updated == date(2025, 3, 11)


@pytest.mark.parametrize(
    ("stored", "read", "expected"),
    [
        (DAY, LATER.date(), DAY),
        (LATER.date(), DAY, DAY),
        (None, DAY, DAY),
        (DAY, None, DAY),
        (None, None, None),
    ],
)
def test_the_first_day_is_the_earliest_known(
    stored: date | None, read: date | None, expected: date | None
) -> None:
    """A feed that dates anew does not make an article younger."""
    newer = succeed(version(published=stored), version("Ice broke.", issued=LATER, published=read), TODAY)
    assert newer
    assert newer.published == expected


@pytest.mark.parametrize(
    ("stored", "read", "expected"),
    [
        ((None, None), ("Forty.", None), TODAY),
        ((None, None), ("Forty.", DAY), DAY),
        (("Forty.", DAY), ("Forty.", None), DAY),
        (("Forty.", DAY), ("Forty.", LATER.date()), DAY),
        (("Forty.", None), ("Forty.", LATER.date()), LATER.date()),
        (("Forty.", None), ("Forty.", None), TODAY),
        (("Forty.", DAY), ("Fifty.", None), TODAY),
        (("Forty.", DAY), ("Fifty.", LATER.date()), LATER.date()),
        (("Forty.", DAY), (None, None), None),
    ],
)
def test_a_correction_keeps_its_first_day(
    stored: tuple[str | None, date | None], read: tuple[str | None, date | None], expected: date | None
) -> None:
    """Its day is what the publisher says, else that of the first reading; another one has its own."""
    before = version(correction=stored[0], corrected=stored[1])
    after = version("Ice broke.", issued=LATER, correction=read[0], corrected=read[1])
    newer = succeed(before, after, TODAY)
    assert newer
    assert (newer.correction, newer.corrected) == (read[0], expected)
