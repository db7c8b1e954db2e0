from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Names, Site, answer, ok, redirect

from index.errors import FetchError
from index.web import robots
from index.web.fetching import Limits, Web
from index.web.robots import KEPT, KEPT_WHEN_UNREACHABLE, LARGEST, Robots

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PAGE = "https://news.example/a"


@dataclass(slots=True)
class Shelf:
    """The robots.txt of every site, and a clock that a test can put forward."""

    content: bytes = b""
    status: int = 200
    reason: str = ""
    now: float = 0.0
    read: list[str] = field(default_factory=list)

    async def __call__(self, address: str) -> tuple[int, bytes]:
        """What the address holds.

        Raises:
            FetchError: a reason is set.
        """
        self.read.append(address)
        await asyncio.sleep(0)
        if self.reason:
            raise FetchError(self.reason)
        return self.status, self.content

    def rules(self) -> Robots:
        """The rules by this shelf and its clock."""
        return Robots(self, lambda: self.now)


async def allowed(rules: Robots, address: str) -> bool:
    """Whether the rules let programs read the address."""
    try:
        await rules.check(address)
    except FetchError:
        return False
    return True


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A site of the test's own, whose page is /a."""
    async with Site({"/a": ok(b"news")}) as opened:
        yield opened


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """The web, loopback included."""
    names = Names({"news.example": [["127.0.0.1"]], "other.example": [["127.0.0.1"]]})
    limits = Limits(seconds=0.5, patience=0.3)
    async with Web(private=True, pause=0, limits=limits, resolve=names) as opened:
        yield opened


@pytest.mark.parametrize(
    ("content", "can"),
    [
        (b"", True),
        (b"User-agent: *\nDisallow: /\n", False),
        (b"User-agent: *\nDisallow: /b\n", True),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: dateline\nDisallow:\n", True),
        (b"User-agent: *\nAllow: /\n\nUser-agent: DateLine\nDisallow: /a\n", False),
        (b"User-agent : Dateline/0.1 # ours\nDisallow: /a\n", False),
        (b"User agent dateline\nDisallow: /a\n", False),
        (b"User-agent: a\nUser-agent: Dateline\nUser-agent: b\nDisallow: /a\n", False),
        (b"User-agent: Date\nUser-agent: Datelines\nUser-agent: dateline-bot\nDisallow: /a\n", True),
        (b"User-agent: a\nDisallow:\n\nUser-agent: b\nAllow: /a\n\nUser-agent: *\nDisallow: /a\n", False),
        (b"User-agent: Googlebot\nDisallow: /\n", True),
        (b"User-agent: *\nDisallow: /\nAllow: /a\n", True),
        (b"User-agent: *\nDisallow: /\nAllow: /a$\nAllow: /a?\n", True),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /*?p=\r\n", False),
        (b"User-agent: *\rDisallow: /\r", False),
        (b"<html>Not found</html>", True),
        (b"\xff\xfe\x00\x00", True),
    ],
)
async def test_a_site_says_what_programs_may_read(content: bytes, *, can: bool) -> None:
    """The group of our name counts before the one of everybody, and the longest rule wins."""
    rules = Shelf(content).rules()
    assert await allowed(rules, f"{PAGE}?p=1") == can


@pytest.mark.parametrize(
    ("status", "can"), [(404, True), (403, True), (410, True), (429, True), (500, False)]
)
async def test_a_site_without_rules_is_open_and_one_out_of_order_is_not(status: int, *, can: bool) -> None:
    """With 4xx there are no rules; with 5xx nobody knows them, whatever the answer holds."""
    assert await allowed(Shelf(b"User-agent: *\nDisallow: /", status).rules(), PAGE) == can


async def test_rules_are_read_once_a_day() -> None:
    """They are kept for 24 hours, and for every page of the site."""
    shelf = Shelf(b"User-agent: *\nDisallow: /b")
    rules = shelf.rules()
    assert await allowed(rules, PAGE)
    shelf.content, shelf.now = b"User-agent: *\nDisallow: /a", KEPT - 1
    assert await allowed(rules, PAGE)
    assert not await allowed(rules, "https://news.example/b")
    shelf.now = KEPT
    assert not await allowed(rules, PAGE)
    assert shelf.read == ["https://news.example/robots.txt"] * 2
    assert KEPT == 24 * 3600


@pytest.mark.parametrize("shelf", [Shelf(reason="no host is known"), Shelf(status=503)])
async def test_a_site_out_of_reach_is_asked_again_after_ten_minutes(shelf: Shelf) -> None:
    """Until then nothing there is read, and every try is told why without asking again."""
    rules = shelf.rules()
    for now in (0.0, KEPT_WHEN_UNREACHABLE - 1):
        shelf.now = now
        with pytest.raises(FetchError, match=r"news\.example is not read for now, .*(no host|answers 503)"):
            await rules.check(PAGE)
    assert len(shelf.read) == 1
    shelf.now, shelf.reason, shelf.status = KEPT_WHEN_UNREACHABLE, "", 200
    assert await allowed(rules, PAGE)
    assert KEPT_WHEN_UNREACHABLE == 600


async def test_each_scheme_host_and_port_has_its_own_rules() -> None:
    """Whatever differs in one of them is another site."""
    shelf = Shelf()
    rules = shelf.rules()
    for site in ("https://a.example", "http://a.example", "https://a.example:8443", "https://b.example"):
        await rules.check(f"{site}/a")
        assert shelf.read[-1] == f"{site}/robots.txt"
    assert len(rules) == 4


async def test_those_who_ask_at_once_wait_for_one_reading() -> None:
    """A hundred pages of a site read its rules once; if the first gives up, the next reads."""
    shelf = Shelf(b"User-agent: *\nDisallow: /b")
    rules = shelf.rules()
    first, *others = [asyncio.create_task(rules.check(PAGE)) for _ in range(100)]
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*others) == [0.0] * 99
    assert len(shelf.read) == 2


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("2", 2),
        ("0.5", 0.5),
        ("30", 30),
        ("3600", 30),
        ("1e99", 30),
        ("-1", 0),
        ("nan", 0),
        ("inf", 0),
        ("x", 0),
    ],
)
async def test_a_site_says_how_slowly_it_is_to_be_read(given: str, seconds: float) -> None:
    """The delay counts up to half a minute; what is no number counts for nothing."""
    rules = Shelf(f"User-agent: *\nCrawl-delay: {given}\n".encode()).rules()
    assert await rules.check(PAGE) == seconds


async def test_half_a_rule_at_the_end_is_no_rule() -> None:
    """Of a file that is too long the last line may be cut, and '/' of '/private' would close the site."""
    head = b"User-agent: *\nDisallow: /b\n#"
    tail = b"\nDisallow: /"
    rules = Shelf(head + b"x" * (LARGEST - len(head) - len(tail)) + tail).rules()
    assert await allowed(rules, PAGE)
    assert not await allowed(rules, "https://news.example/b")


async def test_the_sites_asked_for_longest_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many sites are kept, and so much text of theirs."""
    shelf = Shelf(b"User-agent: *\nDisallow: /b")
    rules = shelf.rules()
    monkeypatch.setattr(robots, "SITES", 3)
    for name in ("a", "b", "c", "a", "d"):
        await rules.check(f"https://{name}.example/")
    assert len(rules) == 3
    await rules.check("https://a.example/")
    assert len(shelf.read) == 4
    await rules.check("https://b.example/")
    assert len(shelf.read) == 5
    monkeypatch.setattr(robots, "TEXT", 2 * len(shelf.content))
    await rules.check("https://e.example/")
    assert len(rules) == 2


def test_ten_thousand_sites_are_kept() -> None:
    """The limits are those that are documented."""
    assert (robots.SITES, robots.TEXT, LARGEST) == (10_000, 5_000_000, 512_000)


@pytest.mark.parametrize("spelling", ["User-agent: a%d\n", "useragent a%d\n", " User Agent : :a%d # b\n"])
async def test_a_group_of_thousands_of_names_and_rules_is_read_at_once(spelling: str) -> None:
    """A site cannot keep the reader busy with its robots.txt."""
    names = "".join(spelling % number for number in range(8_000))
    content = names + "".join(f"Disallow: /{number}\n" for number in range(8_000))
    assert len(content) < LARGEST
    began = time.monotonic()
    assert await allowed(Shelf(content.encode()).rules(), PAGE)
    assert time.monotonic() - began < 3


@given(
    st.binary(max_size=400)
    | st.text(alphabet="Uuser-agnt:*Dislow/$%#\n\r \x00?é[", max_size=200).map(str.encode)
)
def test_no_bytes_break_the_rules(content: bytes) -> None:
    """Whatever a site calls its robots.txt, there is a yes or a no."""

    async def check() -> None:
        rules = Shelf(b"User-agent: *\n" + content).rules()
        for address in (PAGE, "https://news.example/?a=%zz&b=[", "http://[2606:4700::1]//a//?%"):
            assert await allowed(rules, address) in (True, False)

    asyncio.run(check())


async def test_a_page_that_robots_txt_closes_is_not_asked_for(site: Site, web: Web) -> None:
    """The line names the host, and the site never hears of the page; feeds are no exception."""
    site.answers["/robots.txt"] = ok(b"User-agent: Dateline\nDisallow: /feed.xml\n")
    site.answers["/feed.xml"] = ok(b"<rss/>", "Content-Type: application/rss+xml")
    with pytest.raises(
        FetchError, match=rf"robots\.txt of news\.example:{site.port} does not let programs read"
    ):
        await web.fetch(site.url("/feed.xml", "news.example"))
    assert (await web.fetch(site.url("/a", "news.example"))).body == b"news"
    assert [each.target for each in site.asked] == ["/robots.txt", "/a"]


async def test_the_rules_hold_where_a_redirect_leads(site: Site, web: Web) -> None:
    """A page that sends on to a closed one, here or at another host, is followed no further."""
    site.answers["/robots.txt"] = ok(b"User-agent: *\nDisallow: /closed\n")
    site.answers["/b"] = redirect(301, "/closed")
    async with Site({"/robots.txt": ok(b"User-agent: *\nDisallow: /\n"), "/a": ok(b"news")}) as other:
        site.answers["/c"] = redirect(301, other.url("/a", "other.example"))
        for target, host in (("/b", "news.example"), ("/c", "other.example")):
            with pytest.raises(FetchError, match=f"robots.txt of {host}:.* does not let programs read"):
                await web.fetch(site.url(target, "news.example"))
        assert site.targets == ["/b", "/c"]
        assert other.targets == []


async def test_rules_are_found_behind_a_redirect(site: Site, web: Web) -> None:
    """What robots.txt leads to is read in its place, though its own place is closed."""
    site.answers["/robots.txt"] = redirect(301, "/rules.txt")
    site.answers["/rules.txt"] = ok(b"User-agent: *\nDisallow: /\n")
    with pytest.raises(FetchError, match="does not let programs read"):
        await web.fetch(site.url("/a"))
    assert site.targets == ["/rules.txt"]


async def test_rules_may_stand_at_another_host(site: Site, web: Web) -> None:
    """RFC 9309 has them followed across hosts: what is found there holds for the host that was asked."""
    async with Site({"/robots.txt": ok(b"User-agent: *\nDisallow: /a\n")}) as other:
        site.answers["/robots.txt"] = redirect(301, other.url("/robots.txt", "other.example"))
        with pytest.raises(FetchError, match=r"robots\.txt of news\.example.* does not let programs read"):
            await web.fetch(site.url("/a", "news.example"))
    assert site.targets == []


async def test_rules_do_not_lead_inside(site: Site) -> None:
    """A robots.txt that redirects to a host that is not public is one that cannot be read."""
    names = Names({"news.example": [["127.0.0.1"]], "inside.example": [["127.0.0.2"]]})
    async with Site(host="127.0.0.2") as inside:
        site.answers["/robots.txt"] = redirect(301, inside.url("/a", "inside.example"))
        async with Web(pause=0, resolve=names, public=lambda ip: ip == "127.0.0.1") as web:
            with pytest.raises(FetchError, match=r"inside\.example is not on the public web"):
                await web.fetch(site.url("/a", "news.example"))
        assert inside.connections == 0
    assert site.targets == []


async def test_the_beginning_of_a_long_file_counts(site: Site, web: Web) -> None:
    """Rules in the first 500 KB hold however long the file is; what stands after them does not."""
    head, filler = b"User-agent: *\nDisallow: /b\n", b"# nothing\n" * 100_000
    site.answers["/robots.txt"] = ok(head + filler + b"Disallow: /a\n")
    assert (await web.fetch(site.url("/a"))).body == b"news"
    with pytest.raises(FetchError, match="does not let programs read"):
        await web.fetch(site.url("/b"))


@pytest.mark.parametrize(
    "raw", [b"", answer("500 Broken"), b"nonsense\r\n\r\n", redirect(301, "/robots.txt")]
)
async def test_a_site_whose_rules_cannot_be_read_is_not_read(site: Site, web: Web, raw: bytes) -> None:
    """The line says so and why, and no page is asked for."""
    site.answers["/robots.txt"] = raw
    with pytest.raises(FetchError, match=r"is not read for now, as its robots\.txt cannot be: ") as raised:
        await web.fetch(site.url("/a"))
    assert str(raised.value).isprintable()
    assert site.targets == []
