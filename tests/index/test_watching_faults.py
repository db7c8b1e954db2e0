# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlsplit

import pytest
from news_site import bombs
from news_site.faults import FaultKind
from news_site.site import NewsSite
from news_site.stories import story
from watching import EVERY, impatience, input_state, opened, publish, stored, until, watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.coverage import Coverage
    from index.indexing import Report

ROOT = Path(__file__).parents[2]
# To where "to metadata" leads nobody goes from a test, and a loopback coverage is allowed to.
KINDS = [kind for kind in get_args(FaultKind) if kind != "to metadata"]
# What only looks broken.
HARMLESS = {"delay", "chunked", "wrong charset", "unconditional"}
# What breaks one of the two: a page loses its footer, or the wrong kind of thing is where a page should be.
HARMLESS_TO_A_PAGE, HARMLESS_TO_A_FEED = {"length too short"}, {"entity bomb", "external entity"}
# The other host's article is there within so many seconds, whatever one host does.
PROMISED = 3.0
# No body or bomb may cost the process more bytes than this.
MOST_BYTES = 150_000_000


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with two stories in a feed."""
    with NewsSite() as open_site:
        for number in range(2):
            publish(open_site, number)
        open_site.feed("/feed")
        yield open_site


@pytest.fixture
def coverage(tmp_path: Path) -> Iterator[Coverage]:
    """An empty coverage that may go to loopback."""
    with opened(tmp_path / "home") as open_coverage:
        yield open_coverage


@pytest.fixture(scope="module")
def broken(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Report, Coverage, dict[str, NewsSite]]]:
    """What came of a list of feeds, two on each host: one with a sound page and a broken one, one broken."""
    sites: dict[str, NewsSite] = {}
    with ExitStack() as stack:
        for number, kind in enumerate(KINDS):
            site = stack.enter_context(NewsSite(f"127.0.1.{number + 1}", kind))
            sites[kind] = put_up(site, kind, number)
        hub = stack.enter_context(NewsSite())
        feeds = [site.url(path) for site in sites.values() for path in ("/feed", "/broken-feed")]
        coverage = stack.enter_context(opened(tmp_path_factory.mktemp("faults") / "home"))
        with impatience(1.5):
            report = coverage.index([hub.opml("/feeds.opml", feeds)])
        yield report, coverage, sites


def put_up(site: NewsSite, kind: FaultKind, number: int) -> NewsSite:
    """A site of which one page and one feed have the fault."""
    for place, path in enumerate(("/sound", "/broken", "/third")):
        publish(site, 3 * number + place, path)
    site.feed("/feed", pages=["/broken", "/sound"])
    site.feed("/broken-feed", pages=["/third"])
    if kind == "entity bomb":
        # The site's own bomb has an item on a host that is nowhere.
        bomb = bombs.entity_bomb().replace(b"http://bomb.example/item", site.url("/third").encode())
        site.serve("/broken-feed", bomb, "application/rss+xml")
        site.fault("/broken", kind)
        return site
    for path in ("/broken", "/broken-feed"):
        if not (kind == "external entity" and path == "/broken-feed"):
            site.fault(path, kind, seconds=0.3 if kind == "delay" else None)
    return site


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sound_comes_in_and_what_is_broken_is_a_line(
    broken: tuple[Report, Coverage, dict[str, NewsSite]], kind: FaultKind
) -> None:
    """Beside every broken page and feed the sound ones are stored, and each broken one is told once."""
    report, coverage, sites = broken
    site, found = sites[kind], stored(coverage)
    words = [(each.input, each.reason) for each in report.skipped]
    words += [(each.input, each.remark) for each in report.noticed]
    told = [(address, reason) for address, reason in words if address.startswith(site.url())]
    paths = [urlsplit(address).path for address, _ in told]
    page, feed = site.url("/broken"), site.url("/third")
    assert site.url("/sound") in found
    assert found.keys() >= {page} if kind in HARMLESS | HARMLESS_TO_A_PAGE else page not in found
    assert found.keys() >= {feed} if kind in HARMLESS | HARMLESS_TO_A_FEED else feed not in found
    expected = set[str]() if kind in HARMLESS | HARMLESS_TO_A_PAGE else {"/broken"}
    expected |= set() if kind in HARMLESS | HARMLESS_TO_A_FEED else {"/broken-feed"}
    assert sorted(paths) == sorted(expected)
    for address, reason in told:
        assert reason.isprintable()
        assert len(reason) < 250
        assert address not in reason
        assert "Traceback" not in reason


def test_broken_things_stop_nothing(broken: tuple[Report, Coverage, dict[str, NewsSite]]) -> None:
    """No article is there twice or in part, and no input is called barren."""
    report, coverage, sites = broken
    found = stored(coverage)
    assert report.barren == []
    assert report.added == len(found) == coverage.extent().articles
    for number, (kind, site) in enumerate(sites.items()):
        for place, path in enumerate(("/sound", "/broken", "/third")):
            if (article := found.get(site.url(path))) is not None:
                told = story(3 * number + place)
                assert (article.title, article.text) == (told.title, told.text), kind


def test_hanging_and_slow_hosts_delay_nobody(coverage: Coverage, site: NewsSite) -> None:
    """While one host hangs and another sends byte by byte, a third one's news is there in three seconds."""
    with NewsSite("127.0.0.2") as hung, NewsSite("127.0.0.3") as slow:
        for other in (hung, slow):
            for number in range(4):
                publish(other, 50 + number)
            other.feed("/feed")
        hung.fault("*", "hang")
        slow.fault("*", "slow", seconds=0.2)
        given = [hung.url("/feed"), slow.url("/feed"), site.url("/feed")]
        with watching(coverage, given, timedelta(seconds=1)) as watch:
            until(lambda: len(stored(coverage)) == 2, PROMISED)
            for number in range(20, 22):
                told = publish(site, number)
                took = until(lambda told=told: _finds(coverage, told.place))  # type: ignore[misc]
                assert took < PROMISED
            assert watch.visits(hung.url("/feed")) == watch.visits(slow.url("/feed")) == 0
            stopped = time.monotonic()
        assert time.monotonic() - stopped < PROMISED
    assert not [each.name for each in threading.enumerate() if "fetching" in each.name]


def _finds(coverage: Coverage, place: str) -> bool:
    return any(place in hit.article.text for hit in coverage.ask(f"What happened in {place}?").hits)


def test_slow_pages_do_not_hold_up_other_pages(coverage: Coverage, site: NewsSite) -> None:
    """A feed whose pages lie on two hosts gives those of the fast one while the other hangs."""
    with NewsSite("127.0.0.2") as hung:
        publish(hung, 5)
        hung.fault("*", "hang")
        links = "".join(
            f"<item><title>x</title><link>{address}</link></item>"
            for address in (hung.url("/5"), site.url("/0"), site.url("/1"))
        )
        site.serve("/mixed", f'<rss version="2.0"><channel>{links}</channel></rss>'.encode(), "text/xml")
        with watching(coverage, [site.url("/mixed")]):
            until(lambda: len(stored(coverage)) == 2, PROMISED)


def test_failures_are_counted_and_asked_less_often(coverage: Coverage, site: NewsSite) -> None:
    """Failures in a row are told with their number, pauses double, and a mended feed is back by itself."""
    given = site.url("/feed")
    site.fault("/feed", "500")
    with watching(coverage, [given]) as watch:
        until(lambda: watch.visits(given) == 4)
        state = input_state(coverage, given)
        assert (state.failures, state.trouble, state.succeeded) == (4, "its host answers 500", None)
        assert coverage.status().inputs == (state,)
        at = [each.at for each in site.requests if each.path == "/feed"]
        pauses = [later - earlier for earlier, later in itertools.pairwise(at)]
        # Of its own failure a visit may not know yet when it plans the next one.
        for number, pause in enumerate(pauses):
            assert pause > 0.9 * EVERY.total_seconds() * 2**number
        site.mend()
        until(lambda: len(stored(coverage)) == 2)
        until(lambda: input_state(coverage, given).failures == 0)
    state = input_state(coverage, given)
    assert (state.trouble, state.succeeded is not None, state.brought is not None) == (None, True, True)
    told = [each.visit.state.failures for each in watch.told if each.visit]
    assert told[:5] == [1, 2, 3, 4, 0]


def test_site_that_was_away_comes_back_by_itself(
    coverage: Coverage, site: NewsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that takes no connections is told in a line a visit, and read when it is up again."""
    monkeypatch.setattr("index.web.robots.KEPT_WHEN_UNREACHABLE", 0.5)
    given = site.url("/feed")
    site.stop()
    with watching(coverage, [given]) as watch:
        until(lambda: watch.visits(given) == 2)
        trouble = input_state(coverage, given).trouble
        assert trouble is not None
        assert "takes no connection" in trouble
        site.start()
        until(lambda: len(stored(coverage)) == 2)
    assert (input_state(coverage, given).failures, watch.remarks) == (0, [])


def test_pages_that_failed_are_tried_again(coverage: Coverage, site: NewsSite) -> None:
    """A page that could not be read is read at a later visit, though its feed says nothing new of it."""
    site.fault("/1", "500", times=2)
    site.fault("/0", "drop", times=1)
    with watching(coverage, [site.url("/feed")]) as watch:
        until(lambda: len(stored(coverage)) == 2)
    assert sorted(address for address, _ in watch.remarks) == [site.url("/0"), site.url("/1")]
    assert site.asked("/1") >= 3


def test_host_that_fails_is_left_alone_for_a_while(coverage: Coverage, site: NewsSite) -> None:
    """After three pages in a row that fail, the rest is left for the next visit, with a word."""
    for number in range(2, 9):
        publish(site, number)
    for number in range(9):
        site.fault(f"/{number}", "500")
    report = coverage.index([site.url("/feed")])
    assert len(report.skipped) == 3
    assert [each.remark for each in report.noticed] == [
        "127.0.0.1 fails; 6 of its pages left for the next visit"
    ]
    assert sum(site.asked(f"/{number}") for number in range(9)) == 3
    site.mend()
    assert coverage.index([site.url("/feed")]).added == 9


def test_busy_host_is_left_alone_as_long_as_it_asks(coverage: Coverage, site: NewsSite) -> None:
    """A 429 with Retry-After holds back the next request to the host for that long."""
    site.fault("/0", "429", times=1, retry_after=1)
    site.feed("/feed", pages=["/0", "/1"])
    report = coverage.index([site.url("/feed")])
    assert (report.added, [each.reason for each in report.skipped]) == (1, ["its host answers 429"])
    first, second = (next(each.at for each in site.requests if each.path == path) for path in ("/0", "/1"))
    assert second - first >= 1


def test_robots_are_obeyed(coverage: Coverage, site: NewsSite) -> None:
    """What robots.txt forbids is never asked for and told once, also at later visits; the rest is read."""
    site.robots("User-agent: *\nDisallow: /private\n\nUser-agent: Dateline\nDisallow: /secret\n")
    publish(site, 5, "/secret/5")
    publish(site, 6, "/private/6")
    given = site.url("/feed")
    with watching(coverage, [given]) as watch:
        until(lambda: len(stored(coverage)) == 3)
        watch.rest(given)
    assert stored(coverage).keys() == {site.url(path) for path in ("/0", "/1", "/private/6")}
    assert (site.asked("/secret/5"), site.asked("/robots.txt")) == (0, 1)
    address, remark = watch.remarks[0]
    assert address == site.url("/secret/5")
    assert "robots.txt of 127.0.0.1" in remark
    report = coverage.index([site.url("/secret/5")])
    assert [each.input for each in report.barren] == [site.url("/secret/5")]
    assert site.asked("/secret/5") == 0


UKRAINIAN = (
    "У неділю в Одесі відкрили новий причал для пасажирських катерів, який будували понад три роки.",
    "Начальник порту подякував будівельникам і пообіцяв, що перші рейси до Миколаєва почнуться навесні.",
    "Квиток коштуватиме сто двадцять гривень, а дітям до семи років дозволять плавати безкоштовно.",
)
RUSSIAN = (
    "В воскресенье в порту открыли новый причал для пассажирских катеров, который строили более трёх лет.",
    "Начальник порта поблагодарил строителей и пообещал, что первые рейсы начнутся уже весной этого года.",
    "Билет будет стоить сто двадцать гривен, а детям до семи лет разрешат плавать совершенно бесплатно.",
)


@pytest.mark.parametrize(
    ("charset", "text", "language"),
    [("windows-1251", UKRAINIAN, "uk"), ("koi8-u", UKRAINIAN, "uk"), ("koi8-r", RUSSIAN, "ru")],
)
@pytest.mark.parametrize("told", ["header", "page", "nowhere", "wrongly"])
def test_old_cyrillic_pages_are_readable(
    coverage: Coverage, site: NewsSite, charset: str, text: tuple[str, ...], language: str, told: str
) -> None:
    """Whether the header, the page or nobody tells the encoding, or the header lies, the words are right."""
    header = {"header": None, "wrongly": "utf-8"}.get(told, "")
    meta = None if told == "page" else ""
    site.publish(
        "/page",
        title="Новий причал в порту",
        text=text,
        language=language,
        charset=charset,
        header_charset=header,
        meta_charset=meta,
    )
    report = coverage.index([site.url("/page")])
    assert (report.added, report.skipped, report.noticed) == (1, [], [])
    article = stored(coverage)[site.url("/page")]
    assert (article.text, article.language) == ("\n\n".join(text), language)
    assert article.title == "Новий причал в порту"


MEMORY = """
import resource
import sys
from pathlib import Path

from watching import opened

home, sound, *bad = sys.argv[1:]
with opened(Path(home)) as coverage:
    coverage.index([sound])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = coverage.index(bad)
    print(len(report.barren), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def test_bombs_take_no_memory(site: NewsSite, tmp_path: Path) -> None:
    """Ten gigabytes packed, entities of entities and bodies without an end are let go of in time."""
    kinds: tuple[FaultKind, ...] = (
        *("gzip bomb", "endless", "deep", "endless head", "huge header", "many headers"),
    )
    bad = [site.feed(f"/{number}-feed").url for number in range(len(kinds))]
    for number, kind in enumerate(kinds):
        site.fault(f"/{number}-feed", kind)
    for levels in (6, 10, 20):
        bomb = bombs.entity_bomb(levels).replace(b"http://bomb.example/item", site.url("/nowhere").encode())
        bad.append(site.serve(f"/levels-{levels}", bomb, "text/xml"))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-c", MEMORY, str(tmp_path / "home"), site.url("/0"), *bad]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, timeout=120)
    barren, grown = map(int, done.stdout.split())
    assert done.stderr == ""
    assert barren == len(bad)
    assert grown < MOST_BYTES


def test_two_hundred_feeds_come_in(coverage: Coverage) -> None:
    """A list of two hundred feeds on ten hosts is read whole, no host being asked twice at a time."""
    with ExitStack() as stack:
        sites = [stack.enter_context(NewsSite(f"127.0.2.{number + 1}")) for number in range(10)]
        feeds = []
        for number in range(200):
            site = sites[number % len(sites)]
            publish(site, number)
            feeds.append(site.feed(f"/feed-{number}", pages=[f"/{number}"]).url)
        hub = stack.enter_context(NewsSite())
        report = coverage.index([hub.opml("/feeds.opml", feeds)])
        assert (report.added, report.skipped, report.noticed, report.barren) == (200, [], [], [])
        texts = {article.text for article in stored(coverage).values()}
        assert texts == {story(number).text for number in range(200)}
        assert {site.most_at_once for site in sites} == {1}
