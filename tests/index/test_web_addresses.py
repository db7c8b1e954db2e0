from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Names, Site, ok, redirect

from index.errors import FetchError
from index.web.addresses import check_address, host_of, is_public, resolve_redirect
from index.web.connecting import GuardedBackend, Unreachable, look_up
from index.web.fetching import Web

HERE, THERE = "127.0.0.1", "127.0.0.2"


def only_here(ip: str) -> bool:
    """Counts the test's own site as public, and otherwise what is."""
    return ip == HERE or is_public(ip)


def wide(text: str) -> str:
    """The text in full-width characters, as East Asian keyboards type it."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://News.Example", "https://news.example/"),
        ("HTTP://news.example:80/a", "http://news.example/a"),
        ("https://news.example:443/a", "https://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example.:/a", "https://news.example/a"),
        (" https://news.example/A?b=C#d \n", "https://news.example/A?b=C"),
        ("https://news.example?q=1", "https://news.example/?q=1"),
        ("https://news.example/a b/é?q=ü", "https://news.example/a%20b/%C3%A9?q=%C3%BC"),
        ("https://news.example/a%20b/%zz", "https://news.example/a%20b/%zz"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://NEWS。example/", "https://news.example/"),
        ("https://my_news.example/", "https://my_news.example/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0::1111]:8080/a", "http://[2606:4700::1111]:8080/a"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    """What may be fetched comes back in the one form that is sent and compared."""
    assert check_address(text, private=False) == address
    assert check_address(address, private=False) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "begins with http://"),
        ("news.example/a", "begins with http://"),
        ("//news.example/a", "begins with http://"),
        ("/etc/passwd", "begins with http://"),
        ("file:///etc/passwd", "begins with http://"),
        ("ftp://news.example/a", "begins with http://"),
        ("gopher://news.example/a", "begins with http://"),
        ("javascript:alert(1)", "begins with http://"),
        ("data:text/html,a", "begins with http://"),
        ("view-source:http://news.example", "begins with http://"),
        ("http:///a", "names no host"),
        ("http:news.example", "names no host"),
        ("http://:80/a", "names no host"),
        ("http://?a", "names no host"),
        ("http://ann@news.example/", "has a user name"),
        ("http://ann:secret@news.example/", "has a user name"),
        ("http://@news.example/", "has a user name"),
        ("http://news.example\\@127.0.0.1/", "has a user name"),
        ("http://news.example/a\r\nHost: b", "control characters"),
        ("http://news.example/\x00", "control characters"),
        ("http://127.0.0.1\t/", "control characters"),
        ("http://news.example/\ud800", "control characters"),
        ("http://news.example:0/", "no good port"),
        ("http://news.example:65536/", "no good port"),
        ("http://news.example:-1/", "no good port"),
        ("http://news.example:x/", "no good port"),
        ("http://news.example\\.b/", "is no host"),
        ("http://news example/", "is no host"),
        ("http://news..example/", "is no host"),
        ("http://.news.example/", "is no host"),
        ("http://news.example../", "is no host"),
        ("http://%6eews.example/", "is no host"),
        (f"http://{'a' * 64}.example/", "is no host"),
        (f"http://{'a.' * 130}example/", "is no host"),
        (f"http://{'é' * 2000}/", "is no host"),
        ("http://a[b].example/", "is no"),
        ("http://[news.example]/", "is no"),
        ("http://[v1.a]/", "is no host"),
        ("http://[::1/", "is not an address"),
        ("http://℀.example/", "is not an address"),
        (f"http://news.example/{'a' * 5000}", "longer than 4,096 characters"),
    ],
)
@pytest.mark.parametrize("private", [True, False])
def test_what_is_no_address_is_told_at_once(text: str, reason: str, *, private: bool) -> None:
    """The line says what is wrong, is one line and short, and never shows a password."""
    with pytest.raises(FetchError) as raised:
        check_address(text, private=private)
    line = str(raised.value)
    assert reason in line
    assert "secret" not in line
    assert "\n" not in line
    assert len(line) < 300


NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - nothing is bound to it
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:a9fe:a9fe",
    "::ffff:224.0.0.1",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "100.63.255.255", "172.32.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"]


@pytest.mark.parametrize("ip", [*NOT_PUBLIC, "fe80::1%eth0", "2606:4700::1%1", "localhost", "", "127.1"])
def test_what_is_not_on_the_public_internet_is_not_public(ip: str) -> None:
    """Local, shared, reserved and example addresses, IPv6 ones that hold one, and what is no IP address."""
    assert not is_public(ip)


@pytest.mark.parametrize("ip", PUBLIC)
def test_what_anybody_may_connect_to_is_public(ip: str) -> None:
    """The neighbours of closed networks, and IPv6 addresses that hold a public IPv4 one, are open."""
    assert is_public(ip)


@pytest.mark.parametrize(
    "host",
    [
        *(f"[{ip}]" if ":" in ip else ip for ip in NOT_PUBLIC),
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0X7F000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "127.0.0.0x1",
        "0",
        "0x",
        "3232235777",
        "2852039166",
        "4294967297",
        "0251.0376.0251.0376",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
        "[fe80::1%eth0]",
        "[fe80::1%25eth0]",
        "localhost",
        "localhost.",
        "LocalHost",
        "news.localhost",
        "news.LOCALHOST.",
        "%6c%6f%63%61%6c%68%6f%73%74",
        "127.0.0.1%00.news.example",
        "127%2e0%2e0%2e1",
        wide("127.0.0.1"),
        "127。0。0。1",
        "127.0.0.1",
        "①②⑦.⓪.⓪.①",
        wide("localhost"),
        "ⓛocalhost",
        "loca\u00adlhost",
    ],
)
async def test_no_spelling_of_a_host_that_is_not_public_is_fetched(host: str) -> None:
    """However it is written, it is refused before any look-up, as an address and as a redirect."""
    names = Names({})
    async with Web(pause=0, resolve=names) as web:
        for port in ("", ":8080"):
            with pytest.raises(FetchError, match=r"public web|is no host"):
                await web.fetch(f"http://{host}{port}/a")
    with pytest.raises(FetchError, match="redirects to what is not fetched"):
        resolve_redirect("https://news.example/", f"//{host}/a", private=False)
    assert names.looked_up == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "0",
        "::1",
        "::ffff:7f00:1",
        "fe80::1%1",
    ],
)
async def test_what_the_system_reads_as_local_is_not_connected_to(host: str) -> None:
    """Even past the check of the text, with the system's own look-up, the IP address decides."""
    with pytest.raises(Unreachable, match=r"is not on the public web|no host is known"):
        await GuardedBackend(look_up, is_public).connect_tcp(host, 9, timeout=5)


@pytest.mark.parametrize("ip", NOT_PUBLIC)
async def test_a_good_name_that_leads_to_a_host_that_is_not_public_is_refused(ip: str) -> None:
    """A name says nothing: what it leads to is checked, and not told."""
    async with Web(pause=0, resolve=Names({"news.example": [[ip]]})) as web:
        with pytest.raises(FetchError, match=r"news\.example is not on the public web") as raised:
            await web.fetch("http://news.example/a")
    assert ip not in str(raised.value).split()


async def test_a_name_that_leads_to_loopback_makes_no_connection() -> None:
    """The site that would have answered is never spoken to."""
    async with Site({"/a": ok(b"secret")}) as site:
        async with Web(pause=0, resolve=Names({"news.example": [[HERE]]})) as web:
            with pytest.raises(FetchError, match="is not on the public web"):
                await web.fetch(site.url("/a", "news.example"))
        assert site.connections == 0


async def test_a_name_that_changes_between_two_connections_is_refused() -> None:
    """The first look-up is fine and its page is read; the second leads inside, and nothing connects there."""
    names = Names({"news.example": [[HERE], [HERE], [THERE]]})
    async with Site({"/a": ok(b"news")}) as site, Web(pause=0, resolve=names, public=only_here) as web:
        address = site.url("/a", "news.example")
        assert (await web.fetch(address)).body == b"news"
        with pytest.raises(FetchError, match=r"news\.example is not on the public web"):
            await web.fetch(address)
        assert site.targets == ["/a"]


async def test_a_name_is_looked_up_once_for_each_connection() -> None:
    """There is no second look-up between the check and the connection that could say something else."""
    names = Names({"news.example": [[HERE]]})
    async with Site({"/a": ok(b"news")}) as site, Web(pause=0, resolve=names, public=only_here) as web:
        await web.fetch(site.url("/a", "news.example"))
        assert len(names.looked_up) == site.connections == 2


async def test_only_the_public_addresses_of_a_name_are_connected_to() -> None:
    """Of a mixed answer the others are passed over."""
    names = Names({"news.example": [[THERE, "10.0.0.1", "::1", HERE]]})
    async with Site({"/a": ok(b"inside")}, host=THERE) as inside, Site({"/a": ok(b"news")}) as site:
        async with Web(pause=0, resolve=names, public=only_here) as web:
            assert (await web.fetch(site.url("/a", "news.example"))).body == b"news"
        assert inside.connections == 0


async def test_the_next_address_of_a_name_is_tried() -> None:
    """An IP address where nobody answers does not end the matter."""
    names = Names({"news.example": [[THERE, HERE]]})
    async with Site({"/a": ok(b"news")}) as site, Web(private=True, pause=0, resolve=names) as web:
        assert (await web.fetch(site.url("/a", "news.example"))).body == b"news"


@pytest.mark.parametrize(
    "host", [THERE, "localhost", "2130706434", "[::ffff:127.0.0.2]", "inside.example", "169.254.169.254"]
)
async def test_a_redirect_to_a_host_that_is_not_public_is_not_followed(host: str) -> None:
    """An allowed page cannot send the reader inside, by address or by name."""
    names = Names({"news.example": [[HERE]], "inside.example": [[THERE]]})
    async with Site({"/a": ok(b"inside")}, host=THERE) as inside, Site() as site:
        site.answers["/a"] = redirect(302, inside.url("/a", host))
        async with Web(pause=0, resolve=names, public=only_here) as web:
            with pytest.raises(FetchError, match=r"is not on the public web|is no host"):
                await web.fetch(site.url("/a", "news.example"))
        assert site.targets == ["/a"]
        assert inside.connections == 0


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://news.example/", "javascript:a", "http://[", " "]
)
async def test_a_redirect_to_no_address_of_the_web_is_not_followed(location: str) -> None:
    """Other schemes and broken addresses end in one line."""
    with pytest.raises(FetchError, match=r"^'https://news\.example/a' redirects") as raised:
        resolve_redirect("https://news.example/a", location, private=True)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("/b", "https://news.example:8443/b"),
        ("b?c#d", "https://news.example:8443/a/b?c"),
        ("//other.example", "https://other.example/"),
        ("http://news.example/é ", "http://news.example/%C3%A9"),
    ],
)
def test_a_redirect_is_read_from_where_it_stands(location: str, address: str) -> None:
    """Locations may be relative; the result is checked and in its one spelling."""
    assert resolve_redirect("https://news.example:8443/a/", location, private=False) == address


@given(st.text() | st.text().map("http://{}".format) | st.text().map("https://news.example/{}".format))
def test_no_text_breaks_the_check(text: str) -> None:
    """Any text is an address that can be sent, and is itself when checked again, or one line says why not."""
    address, line = "", ""
    try:
        address = check_address(text, private=False)
    except FetchError as error:
        line = str(error)
    assert "\n" not in line
    if not line:
        assert check_address(address, private=False) == address
        assert re.fullmatch(r"https?://[!-~]+", address)
        assert host_of(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts_as_itself(ip: object) -> None:
    """An IPv4 address is as public when it is written into an IPv6 one."""
    assert is_public(f"::ffff:{ip}") == is_public(f"64:ff9b::{ip}") == is_public(str(ip))
    assert not is_public(f"::{ip}")
