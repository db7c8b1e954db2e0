from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from killed_watch import Newsroom, assert_sound, run_until_killed, until_current
from news_site.site import NewsSite
from news_site.stories import story
from watching import opened, quotes, stored

from index.watching.leads import RECHECKED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KILLS, MOST = 20, 60
GONE = "/3"
HEALED = "building it again from the database"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    """A site with thirty stories in a feed."""
    with NewsSite() as site:
        room = Newsroom(site, 17, MOST)
        site.feed("/feed")
        yield room


def test_twenty_kills_lose_and_double_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    """After each SIGKILL all that was told is stored, whole and once; in the end all is as it stands."""
    home, told, lost, doubled, before = tmp_path / "home", set[str](), set[str](), 0, 0
    for number in range(KILLS):
        if number == KILLS // 5:
            newsroom.take_back(GONE)
        lines = run_until_killed(newsroom, home, number)
        # An index that a kill has left half written is built again, which is told.
        assert [line for line in newsroom.said if HEALED not in line] == []
        told |= {str(address) for line in lines for address in line["stored"]}  # type: ignore[attr-defined]
        added = sum(int(f"{line['added']}") for line in lines)
        taken_back = {newsroom.site.url(path) for path in newsroom.taken_back}
        with opened(home) as coverage:
            found = stored(coverage)
            lost |= told - found.keys() - taken_back
            doubled += len(list(coverage._store.articles())) - len(found)
            assert len(found) + len(taken_back) >= before + added
            assert_sound(coverage, newsroom)
            if found:
                at = newsroom.chance.choice(sorted(found))
                place = story(int(at.rpartition("/")[2])).place
                assert at in {hit.article.url for hit in coverage.ask(f"What happened in {place}?").hits}
            before = len(found)
    until_current(newsroom, home)
    assert [line for line in newsroom.said if HEALED not in line] == []
    sys.stdout.write(
        f"{KILLS} kills, {len(told)} articles acknowledged, {len(lost)} lost, {doubled} doubled\n"
    )
    assert (lost, doubled) == (set(), 0)
    assert len(told) > MOST // 2
    with opened(home) as coverage:
        assert_sound(coverage, newsroom)
        assert coverage.extent().articles == len(newsroom.standing)
        assert not quotes(coverage, story(int(GONE[1:])).place)
        ((version,),) = [each[:1] for each in coverage.history(newsroom.site.url(GONE))]
        assert version.withdrawn is not None
        seen = coverage._journal.pages_of(newsroom.site.url("/feed"), version.withdrawn - RECHECKED)
        assert len(seen) == len(newsroom.versions)
