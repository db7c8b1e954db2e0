"""Pages that move, vanish and come back, lists that name themselves, inputs that are empty for a while."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from news_site.newswire import ninjs_item
from news_site.site import NewsSite
from news_site.stories import story
from watching import input_state, opened, publish, quotes, stored, until, watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.coverage import Coverage


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with nothing on it."""
    with NewsSite() as made:
        yield made


@pytest.fixture
def coverage(tmp_path: Path) -> Iterator[Coverage]:
    """An empty coverage that may ask the loopback."""
    with opened(tmp_path / "home") as made:
        yield made


def words_of(number: int) -> str:
    """A sentence that stands in one story alone."""
    return story(number).paragraphs[0]


def test_a_page_that_moves_and_leaves_410_behind_stays_quotable(coverage: Coverage, site: NewsSite) -> None:
    """The same piece at a new address is the article, and is not withdrawn with the old address."""
    publish(site, 1, "/old")
    feed = site.feed("/feed")
    with watching(coverage, [feed.url]) as watch:
        until(lambda: quotes(coverage, words_of(1)))
        publish(site, 1, "/new")
        until(lambda: site.asked("/new"))
        watch.rest(feed.url)
        site.gone("/old")
        watch.rest(feed.url, 6)
        assert quotes(coverage, words_of(1))
        assert coverage.extent().articles == 1


def test_a_page_that_is_first_gone_and_then_elsewhere_is_back(coverage: Coverage, site: NewsSite) -> None:
    """Nobody called the piece back, so any address that gives it brings it back."""
    publish(site, 1, "/old")
    publish(site, 2)
    feed = site.feed("/feed")
    with watching(coverage, [feed.url]):
        until(lambda: quotes(coverage, words_of(1)))
        site.gone("/old")
        until(lambda: not quotes(coverage, words_of(1)))
        publish(site, 1, "/new")
        until(lambda: quotes(coverage, words_of(1)))
    assert coverage.extent().articles == 2


def test_a_page_that_shows_something_else_before_it_is_back(coverage: Coverage, site: NewsSite) -> None:
    """Gone, then "back soon", then there again with the words of before."""
    publish(site, 1, "/quay")
    given = site.url("/quay")
    with watching(coverage, [given]) as watch:
        until(lambda: quotes(coverage, words_of(1)))
        site.gone("/quay")
        until(lambda: not quotes(coverage, words_of(1)))
        site.serve("/quay", b"<html><body><p>Back soon.</p></body></html>", "text/html")
        watch.rest(given)
        publish(site, 1, "/quay")
        until(lambda: quotes(coverage, words_of(1)))


@pytest.mark.parametrize("way", ["watch", "index"])
def test_a_list_that_names_itself_is_read_once_a_visit(coverage: Coverage, site: NewsSite, way: str) -> None:
    """Nor do two lists that name each other go round in circles; their feeds are visited once each."""
    publish(site, 1)
    feed = site.feed("/feed")
    one, other = site.url("/one.opml"), site.url("/other.opml")
    site.opml("/one.opml", [one, other, feed])
    site.opml("/other.opml", [one, feed])
    if way == "index":
        report = coverage.index([one])
        assert (report.added, site.asked("/one.opml"), site.asked("/other.opml")) == (1, 1, 1)
        return
    with watching(coverage, [one], every=timedelta(seconds=30)):
        until(lambda: quotes(coverage, words_of(1)))
        until(lambda: input_state(coverage, other).succeeded)
    assert (site.asked("/one.opml"), site.asked("/other.opml"), site.asked("/feed")) == (1, 1, 1)


def test_a_drop_folder_may_be_empty(coverage: Coverage, tmp_path: Path) -> None:
    """It is no failure, and what is dropped is taken in at the next visit."""
    folder = tmp_path / "wire"
    folder.mkdir()
    with watching(coverage, [str(folder)]) as watch:
        watch.rest(str(folder), 4)
        assert input_state(coverage, str(folder)).failures == 0
        item = ninjs_item("urn:1", "Quay", "\n\n".join(story(1).paragraphs))
        (folder / "1.json").write_text(json.dumps(item), encoding="utf-8")
        until(lambda: quotes(coverage, words_of(1)))


def test_what_is_said_at_every_visit_is_told_once(coverage: Coverage, tmp_path: Path) -> None:
    """Two things about one file too; a file that is not there is told as the visit's trouble alone."""
    folder = tmp_path / "wire"
    folder.mkdir()
    pictures = [ninjs_item(f"urn:{kind}", kind, "", more={"type": kind}) for kind in ("picture", "video")]
    (folder / "1.json").write_text(json.dumps(pictures), encoding="utf-8")
    nowhere = str(tmp_path / "nowhere")
    with watching(coverage, [str(folder), nowhere]) as watch:
        watch.rest(str(folder), 4)
        watch.rest(nowhere, 2)
    assert len([each for each, _ in watch.remarks if each == f"{folder}/1.json"]) == 2
    assert [each for each, _ in watch.remarks if each == nowhere] == []


def test_two_inputs_that_list_one_page_do_not_ask_for_it_twice(coverage: Coverage, site: NewsSite) -> None:
    """A feed and a sitemap never say the same of a page, which is no news of it."""
    publish(site, 1)
    feed = site.feed("/feed")
    site.sitemap("/map.xml")
    given = [feed.url, site.url("/map.xml")]
    with watching(coverage, given, every=timedelta(seconds=0.1)) as watch:
        until(lambda: stored(coverage))
        for each in given:
            watch.rest(each, 30)
    # Looked at again at half its age: some seconds old, it is asked for a few times, not at each visit.
    assert site.asked("/1") < site.asked("/feed") / 2
