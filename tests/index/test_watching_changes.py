from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from news_site.newswire import WireFields, ninjs_item, write_item
from news_site.page_html import render_page
from news_site.site import NewsSite
from news_site.stories import story
from rich.console import Console
from watching import (
    BODY,
    DAY,
    LEAD,
    NEW,
    OLD,
    SOON,
    input_state,
    opened,
    page_state,
    publish,
    quotes,
    stored,
    until,
    watching,
)

from bot.conversation import to_reply
from bot.replies import format_html, format_text
from index.records import Answer, Query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fakes import FakeEncoder

    from index.coverage import Coverage
    from index.records import Hit

# The time from publication to answer that the watch promises, with a visit a second.
PROMISED = 3.0
WORDS = "An earlier version of this article gave a wrong number of cranes."


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with three stories, and one that will change, in a feed."""
    with NewsSite() as open_site:
        for number in range(3):
            publish(open_site, number)
        put_up(open_site)
        open_site.feed("/feed")
        yield open_site


@pytest.fixture
def coverage(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Coverage]:
    """An empty coverage that may go to loopback."""
    with opened(tmp_path / "home", encoder) as open_coverage:
        yield open_coverage


def put_up(site: NewsSite, path: str = "/quay", text: tuple[str, ...] = (LEAD, OLD, BODY)) -> str:
    """Publish the story of the cranes; its address."""
    return site.publish(path, title="Brambleholt cranes and their drivers", text=text, date=DAY)


def today() -> set[date]:
    """The days that it may be, here and in UTC."""
    return {datetime.now(UTC).date(), datetime.now().astimezone().date()}


def hit_on(coverage: Coverage, words: str) -> Hit:
    """The one hit whose passage holds these words."""
    (hit,) = [each for each in coverage.ask(words, count=50).hits if words in each.passage.text]
    return hit


def rendered(hit: Hit, coverage: Coverage) -> tuple[str, str]:
    """How a chat and a terminal show a hit."""
    answer = Answer("cranes", Query("cranes"), (hit,), 1.0, answered=True, extent=coverage.extent())
    reply = to_reply(answer)
    reply = type(reply)(quotes=(hit,))
    console = Console(file=io.StringIO(), width=200)
    console.print(format_text(reply))
    assert isinstance(console.file, io.StringIO)
    return format_html(reply, 4096)[0], console.file.getvalue()


def test_new_article_is_answerable_within_three_seconds(coverage: Coverage, site: NewsSite) -> None:
    """With a visit a second, a story can be quoted three seconds after it was published, each time."""
    took = []
    with watching(coverage, [site.url("/feed")], timedelta(seconds=1)) as watch:
        until(lambda: watch.visits(site.url("/feed")))
        for number in range(20, 23):
            told = publish(site, number)
            last = told.paragraphs[-1]
            took.append(until(lambda told=told, last=last: last in _text_of(coverage, told.place)))  # type: ignore[misc]
    assert max(took) < PROMISED


def _text_of(coverage: Coverage, place: str) -> str:
    """The text of the best hit's article, if it is about the place."""
    hits = coverage.ask(f"What happened in {place}?").hits
    return hits[0].article.text if hits and place in hits[0].article.text else ""


def test_second_process_sees_what_the_first_one_stored(
    coverage: Coverage, site: NewsSite, tmp_path: Path
) -> None:
    """Another program on the same home answers from what the watch has just fetched, and forgets it too."""
    with opened(tmp_path / "home") as other, watching(coverage, [site.url("/feed")]):
        until(lambda: quotes(other, OLD))
        site.update("/quay", text=(LEAD, NEW, BODY))
        until(lambda: quotes(other, NEW))
        assert not quotes(other, OLD)
        site.gone("/quay")
        until(lambda: not quotes(other, NEW))


def test_update_replaces_the_words(coverage: Coverage, site: NewsSite) -> None:
    """New words are quoted and old ones are not; the day of publication stays, and both can be looked up."""
    with watching(coverage, [site.url("/feed")]):
        until(lambda: quotes(coverage, OLD))
        passages = coverage.extent().passages
        site.update("/quay", text=(LEAD, NEW, BODY))
        until(lambda: quotes(coverage, NEW))
        assert not quotes(coverage, OLD)
    article = hit_on(coverage, NEW).article
    assert (article.published, article.updated in today(), article.correction) == (DAY, True, None)
    assert coverage.extent().passages == passages
    for wanted in (article.id, site.url("/quay"), OLD, NEW):
        ((newest, older),) = coverage.history(wanted)
        assert (NEW in newest.article.text, newest.replaced) == (True, None)
        assert (OLD in older.article.text, older.article.published) == (True, DAY)
        assert older.replaced is not None
    html, text = rendered(hit_on(coverage, NEW), coverage)
    assert "updated" in html
    assert f"2025-03-04 · updated {article.updated}" in text


def test_update_after_update_keeps_every_version(coverage: Coverage, site: NewsSite) -> None:
    """An article that changes five times says what it said last, and its history has all six."""
    said = [f"Shift number {number} has begun on the northern pier of Brambleholt." for number in range(6)]
    with watching(coverage, [site.url("/feed")]):
        for words in said:
            site.update("/quay", text=(f"{words} {LEAD}", BODY))
            until(lambda words=words: quotes(coverage, words))  # type: ignore[misc]
            assert sum(bool(quotes(coverage, each)) for each in said) == 1
    (versions,) = coverage.history(site.url("/quay"))
    found = [
        next(each for each in said if each in version.article.text) for version in reversed(versions[:6])
    ]
    assert found == said


def test_correction_is_told_with_the_quotation(coverage: Coverage, site: NewsSite) -> None:
    """The publisher's words and day of a correction stand with the hit and are shown where it is quoted."""
    with watching(coverage, [site.url("/feed")]):
        until(lambda: quotes(coverage, OLD))
        site.update("/quay", text=(LEAD, NEW, BODY), correction=WORDS)
        until(lambda: quotes(coverage, NEW))
    hit = hit_on(coverage, NEW)
    assert hit.article.correction is not None
    assert WORDS in hit.article.correction
    assert hit.article.corrected in today()
    assert (hit.article.published, bool(quotes(coverage, OLD))) == (DAY, False)
    day = hit.article.corrected
    assert day is not None
    html, text = rendered(hit, coverage)
    assert f"corrected on {day.day} {day:%B %Y}: " in html
    assert f"corrected on {day}: " in text
    assert WORDS in html
    assert WORDS in text
    ((newest, older),) = coverage.history(site.url("/quay"))
    assert (newest.article.correction, older.article.correction) == (hit.article.correction, None)


def test_page_that_is_gone_is_out_of_answers(coverage: Coverage, site: NewsSite) -> None:
    """After a 410 nothing of it is quoted and history says why; back at 200 it is quoted again."""
    feed = site.feed("/feed", pages=["/0", "/quay"])
    with watching(coverage, [feed.url]) as watch:
        until(lambda: quotes(coverage, OLD))
        site.gone("/quay")
        until(lambda: not quotes(coverage, OLD))
        assert coverage.extent().articles == 1
        watch.rest(feed.url)
        assert [remark for _, remark in watch.remarks] == ["withdrawn: its address answers 410 Gone"]
    ((version,),) = coverage.history(site.url("/quay"))
    assert version.withdrawn is not None
    assert OLD in version.article.text
    report = coverage.index([feed.url])
    assert (report.added, report.updated, quotes(coverage, OLD)) == (0, 0, [])
    put_up(site)
    with watching(coverage, [feed.url]):
        until(lambda: quotes(coverage, OLD))
    assert stored(coverage)[site.url("/quay")].published == DAY


def test_watched_page_that_is_gone_and_back(coverage: Coverage, site: NewsSite) -> None:
    """A page that is watched by itself is withdrawn at 410, and quoted again with the words of before."""
    given = site.url("/quay")
    with watching(coverage, [given]):
        until(lambda: quotes(coverage, OLD))
        site.gone("/quay")
        until(lambda: not quotes(coverage, OLD))
        put_up(site)
        until(lambda: quotes(coverage, OLD))
    assert input_state(coverage, given).failures == 0


def test_page_that_is_back_is_indexed_by_hand(coverage: Coverage, site: NewsSite) -> None:
    """An input that is named again brings back what was gone and is there again."""
    given = site.url("/feed")
    coverage.index([given])
    site.gone("/quay")
    assert coverage.index([site.url("/quay")]).withdrawals
    assert not quotes(coverage, OLD)
    put_up(site)
    assert coverage.index([given]).updated == 1
    assert quotes(coverage, OLD)


def wire(version: int, words: str = OLD, **fields: Any) -> dict[str, Any]:
    """A version of the wire's story, each issued an hour after the one before."""
    issued = datetime(2025, 3, 4, 8 + version, tzinfo=UTC)
    text = (LEAD, words, BODY)
    given: WireFields = {"version": version, "versioncreated": issued, "firstcreated": DAY, **fields}  # type: ignore[typeddict-item]
    return ninjs_item("urn:wire:quay", "Brambleholt cranes", text, **given)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"pubstatus": "canceled"}, "canceled by the agency"),
        (
            {"ednote": "EDITORS: story withdrawn, please disregard"},
            "EDITORS: story withdrawn, please disregard",
        ),
    ],
)
def test_wire_story_that_is_withdrawn(
    coverage: Coverage, tmp_path: Path, fields: dict[str, Any], reason: str
) -> None:
    """A cancellation or kill note takes a story out; old files do not bring it back, a newer version does."""
    folder = tmp_path / "wire"
    write_item(folder, wire(1))
    with watching(coverage, [str(folder)]) as watch:
        until(lambda: quotes(coverage, OLD))
        write_item(folder, wire(2, **fields))
        until(lambda: not quotes(coverage, OLD))
        watch.rest(str(folder))
    assert quotes(coverage, OLD) == []
    ((version,),) = coverage.history("urn:wire:quay")
    assert (version.reason, version.withdrawn) == (reason, datetime(2025, 3, 4, 10, tzinfo=UTC))
    again = coverage.index([str(folder)])
    assert (again.added, again.updated, len(again.withdrawals), quotes(coverage, OLD)) == (0, 0, 0, [])
    write_item(folder, wire(3, NEW))
    assert coverage.index([str(folder)]).updated == 1
    assert quotes(coverage, NEW)


def test_wire_by_address_is_followed(coverage: Coverage, site: NewsSite) -> None:
    """An address of newswire brings versions, a cancellation and a return as its items come."""
    given = site.newswire("/wire", [wire(1)])
    with watching(coverage, [given]):
        until(lambda: quotes(coverage, OLD))
        site.newswire("/wire", [wire(2, NEW), wire(1)])
        until(lambda: quotes(coverage, NEW))
        assert not quotes(coverage, OLD)
        site.newswire("/wire", [wire(3, pubstatus="canceled"), wire(2, NEW)])
        until(lambda: not quotes(coverage, NEW))
        site.newswire("/wire", [wire(4, OLD), wire(3, pubstatus="canceled")])
        until(lambda: quotes(coverage, OLD))
    ((newest, *older),) = coverage.history("urn:wire:quay")
    assert (newest.withdrawn, [NEW in each.article.text for each in older]) == (None, [True, False])


def test_wire_story_is_updated_in_any_order(coverage: Coverage, tmp_path: Path) -> None:
    """The newest version holds, also where an older file comes in after it."""
    folder = tmp_path / "wire"
    write_item(folder, wire(3, NEW, ednote="CORRECTS number of cranes"))
    with watching(coverage, [str(folder)]) as watch:
        until(lambda: quotes(coverage, NEW))
        write_item(folder, wire(2, OLD))
        watch.rest(str(folder))
    assert not quotes(coverage, OLD)
    article = hit_on(coverage, NEW).article
    assert (article.correction, article.corrected) == ("CORRECTS number of cranes", DAY)


def test_watched_file_that_changes_is_updated(coverage: Coverage, tmp_path: Path) -> None:
    """A file that says its own id is read anew at each visit, and its new words replace the old ones."""
    folder = tmp_path / "texts"
    folder.mkdir()
    with watching(coverage, [str(folder)]) as watch:
        for words in (OLD, NEW, OLD):
            (folder / "a.txt").write_text(f"id: quay\ndate: {DAY}\n\n{words} {BODY}\n", encoding="utf-8")
            until(lambda words=words: quotes(coverage, words))  # type: ignore[misc]
    assert not quotes(coverage, NEW)
    assert watch.remarks == []


def test_redated_feed_is_no_update(coverage: Coverage, site: NewsSite, encoder: FakeEncoder) -> None:
    """Where a feed gives all its items new dates, nothing is encoded, told or changed."""
    feed = site.feed("/feed")
    with watching(coverage, [feed.url]) as watch:
        until(lambda: watch.visits(feed.url))
        before, encoder.encoded = coverage.status(), 0
        for _ in range(3):
            feed.redate()
            watch.rest(feed.url, 2)
        after = coverage.status()
    assert (encoder.encoded, after.generation, after.extent) == (0, before.generation, before.extent)
    assert [visit.updated for each in watch.told if (visit := each.visit)] == [0] * len(watch.told)
    assert stored(coverage)[site.url("/quay")].updated is None


def test_furniture_that_changes_is_no_update(
    coverage: Coverage, site: NewsSite, encoder: FakeEncoder
) -> None:
    """Where only what stands around an article changes, nothing is encoded and no version is kept."""
    given = site.url("/feed")
    coverage.index([given])
    before, encoder.encoded = coverage.status().generation, 0
    site.update("/quay", edition=3)
    assert coverage.index([given]).unchanged == 4
    assert (encoder.encoded, coverage.status().generation) == (0, before)


def test_one_piece_by_many_addresses_is_one_article(
    coverage: Coverage, site: NewsSite, tmp_path: Path
) -> None:
    """Tracking parameters, an AMP page, https and a page without a canonical link lead to one article."""
    site.publish("/plain", title="Plain", text=(LEAD, NEW, BODY), date=DAY, canonical="")
    page = site.page("/quay")
    html, kind = render_page(page, site.url("/quay"), site.name)
    site.serve("/quay/amp", html, kind)
    saved = tmp_path / "saved.html"
    saved.write_bytes(html.replace(b"http://", b"https://"))
    ways = [
        site.url("/quay"),
        site.url("/quay?utm_source=feed&utm_medium=rss"),
        site.url("/quay/amp"),
        site.url("/quay#comments"),
        str(saved),
        site.url("/plain"),
        site.url("/plain?utm_campaign=x"),
    ]
    for way in ways:
        coverage.index([way])
    assert stored(coverage).keys() == {site.url("/quay"), site.url("/plain")}
    assert len(quotes(coverage, OLD)) == len(quotes(coverage, NEW)) == 1
    for spelling in (site.url("/quay?utm_source=x"), site.url("/quay").replace("http:", "https:")):
        assert [version.article.url for (version,) in coverage.history(spelling)] == [site.url("/quay")]


def test_copy_of_another_outlet_stands_behind_the_original(coverage: Coverage, site: NewsSite) -> None:
    """A story that two sites carry is shown once, the one that was first, with a word on where else it is."""
    with NewsSite("127.0.0.2", "The Heron") as other:
        text = (LEAD, OLD, BODY, "The drivers return to their cabins with the spring timetable.")
        copy = other.publish("/wire", title="Crane drivers return", text=text, date=DAY + timedelta(days=1))
        given = [other.feed("/feed").url, site.url("/feed")]
        with watching(coverage, given):
            until(lambda: len(stored(coverage)) == 5)
            until(lambda: _also(coverage))
        hit = hit_on(coverage, OLD)
        assert (hit.article.source, [each.url for each in hit.also]) == ("The Gull", [copy])
        for shown in rendered(hit, coverage):
            assert "also in The Heron" in shown
        sources = [each.article.source for each in coverage.ask(OLD).hits if OLD in each.passage.text]
        assert sources == ["The Gull"]
        # The original goes; the copy then stands for itself.
        site.gone("/quay")
        assert coverage.index([site.url("/quay")]).withdrawals
        hit = hit_on(coverage, OLD)
        assert (hit.article.source, hit.also) == ("The Heron", ())


def _also(coverage: Coverage) -> list[str | None]:
    hits = [each for each in coverage.ask(OLD, count=50).hits if OLD in each.passage.text]
    return [each.source for hit in hits for each in hit.also]


def test_removed_article_stays_away(coverage: Coverage, site: NewsSite) -> None:
    """What a person takes out is not fetched back by a watch that is running, nor by one after it."""
    given, address = site.url("/feed"), site.url("/quay")
    with watching(coverage, [given]) as watch:
        until(lambda: quotes(coverage, OLD))
        article = stored(coverage)[address].id
        assert coverage.remove([article]) == [article]
        watch.rest(given, 6)
        assert not quotes(coverage, OLD)
        # Nor does it matter what its feed says of it, or of another article.
        site.update("/quay", text=(f"{NEW} {LEAD}", BODY))
        told = publish(site, 7)
        until(lambda: told.title in {each.title for each in stored(coverage).values()})
        watch.rest(given)
    with watching(coverage, [given]) as watch:
        watch.rest(given)
    assert address not in stored(coverage)
    assert (coverage.history(OLD), coverage.history(NEW)) == ([], [])


def test_removed_article_of_a_folder_stays_away(coverage: Coverage, tmp_path: Path) -> None:
    """Nor is it read again from a file that is still there; the other files of the folder are."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, words in (("a.txt", OLD), ("b.txt", NEW)):
        (folder / name).write_text(f"date: {DAY}\n\n{words} {BODY}\n", encoding="utf-8")
    with watching(coverage, [str(folder)]) as watch:
        until(lambda: quotes(coverage, OLD) and quotes(coverage, NEW))
        assert coverage.remove(["texts/a.txt"]) == ["texts/a.txt"]
        watch.rest(str(folder))
        (folder / "b.txt").write_text(f"date: {DAY}\n\n{LEAD} {BODY}\n", encoding="utf-8")
        until(lambda: quotes(coverage, LEAD))
    assert stored(coverage).keys() == {"texts/b.txt"}


def test_unchanged_feed_costs_one_request(coverage: Coverage, site: NewsSite) -> None:
    """A second visit asks whether something has changed, and pages are not asked for at each visit."""
    given = site.url("/feed")
    with watching(coverage, [given], timedelta(minutes=1)) as watch:
        until(lambda: watch.visits(given))
    before = len(site.requests)
    with watching(coverage, [given], timedelta(minutes=1)) as watch:
        until(lambda: watch.visits(given))
    asked = [each for each in site.requests[before:] if each.path != "/robots.txt"]
    assert [(each.path, each.status) for each in asked] == [("/feed", 304)]
    state = input_state(coverage, given)
    assert asked[0].headers["if-none-match"] == state.etag
    assert asked[0].headers["if-modified-since"] == state.modified
    assert {site.asked(f"/{number}") for number in range(3)} == {1}


def test_pages_are_asked_again_with_their_validators(coverage: Coverage, site: NewsSite) -> None:
    """A page is looked at again at growing intervals, and what has not changed is not sent again."""
    given = site.url("/feed")
    with watching(coverage, [given]) as watch:
        until(lambda: site.asked("/quay") >= 3)
        visits = watch.visits(given)
    again = [each for each in site.requests if each.path == "/quay"][1:]
    assert {each.status for each in again} == {304}
    assert {each.headers["if-none-match"] for each in again} == {page_state(coverage, site.url("/quay")).etag}
    assert site.asked("/quay") < visits + 1
    assert coverage.status().generation == 1


def test_site_that_ignores_conditions_changes_nothing(
    coverage: Coverage, site: NewsSite, encoder: FakeEncoder
) -> None:
    """A site that sends everything whole each time costs requests, and nothing is encoded or told."""
    given = site.url("/feed")
    coverage.index([given])
    encoder.encoded = 0
    site.fault("*", "unconditional")
    with watching(coverage, [given]) as watch:
        watch.rest(given, 4)
    assert encoder.encoded == 0
    assert watch.remarks == []
    assert coverage.status().generation == 1


def test_page_that_has_moved_is_the_same_article(coverage: Coverage, site: NewsSite) -> None:
    """A feed that has moved for good is read where it is now, with a word; a moved page is no second one."""
    coverage.index([site.url("/feed")])
    put_up(site, "/new-quay")
    site.redirect("/quay", site.url("/new-quay"))
    site.feed("/new-feed")
    site.redirect("/feed", site.url("/new-feed"))
    report = coverage.index([site.url("/feed")])
    assert [each.remark for each in report.noticed] == [
        f"has moved for good to {site.url('/new-feed')}; name that from now on"
    ]
    assert (report.added, report.unchanged) == (0, 4)
    assert len(quotes(coverage, OLD)) == 1


def test_story_is_what_it_says(coverage: Coverage, site: NewsSite) -> None:
    """Every question about a place is answered with the story of that place, and with its address."""
    with watching(coverage, [site.url("/feed")]):
        until(lambda: len(stored(coverage)) == 4, SOON)
    for number in range(3):
        place = story(number).place
        hits = coverage.ask(f"What happened in {place}?").hits
        assert hits[0].article.url == site.url(f"/{number}")
