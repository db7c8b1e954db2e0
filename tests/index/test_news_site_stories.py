from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from news_site.stories import Story, story

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = st.integers(min_value=0, max_value=10_000_000)
SHINGLE = 3


def shingles(text: str) -> set[tuple[str, ...]]:
    """Every run of three words."""
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[start:] for start in range(SHINGLE)), strict=False))


def containments(texts: list[str], first: int) -> Iterator[float]:
    """For each of the first texts: what it and another have in common, at most, of the shorter of the two."""
    sets = [shingles(text) for text in texts]
    holders = defaultdict(list)
    for number, held in enumerate(sets):
        for each in held:
            holders[each].append(number)
    for number, held in enumerate(sets[:first]):
        shared = Counter(other for each in held for other in holders[each] if other != number)
        yield max((count / min(len(held), len(sets[other])) for other, count in shared.items()), default=0.0)


@given(NUMBERS)
def test_a_number_is_always_the_same_story(number: int) -> None:
    """Title, text, day and place follow from the number alone; the place is in the opening or the title."""
    first, again = story(number), story(number)
    assert first == again
    assert 3 <= len(first.paragraphs) <= 6
    assert not any(paragraph[0].islower() for paragraph in first.paragraphs)
    assert date(2018, 1, 1) < first.date < date(2025, 1, 1)
    assert first.place in first.title + first.paragraphs[0]
    assert not re.search(r"[{}]", first.title + first.text)


def test_no_two_stories_are_taken_for_copies() -> None:
    """Of 200 among 1,500, none shares as much as three tenths of its runs of three words with another."""
    largest = max(containments([story(number).text for number in range(1_500)], first=200))
    assert 0.05 < largest < 0.3


def test_copies_would_be_seen() -> None:
    """The measure itself finds a story that is printed again within another."""
    texts = [story(number).text for number in range(5)]
    assert max(containments([*texts, f"{texts[1]} {texts[2]}"], first=5)) == 1


def test_titles_and_places_tell_stories_apart() -> None:
    """Five thousand stories have as many titles, places and texts."""
    stories = [story(number) for number in range(5_000)]
    assert len({one.title for one in stories}) == 5_000
    assert len({one.place for one in stories}) == 5_000
    assert len({one.text for one in stories}) == 5_000


def test_stories_are_quick() -> None:
    """A hundred thousand take well under a minute: a thousand, under six tenths of a second."""
    began = time.process_time()
    for number in range(1_000):
        story(number)
    assert time.process_time() - began < 0.6


def test_a_story_is_ready_to_be_published() -> None:
    """Its fields are those of a page, its text is its paragraphs."""
    one = Story("Fog", ("It came.", "It went."), date(2025, 1, 1), "Karavik")
    assert one.fields == {"title": "Fog", "text": ("It came.", "It went."), "date": date(2025, 1, 1)}
    assert one.text == "It came.\n\nIt went."
