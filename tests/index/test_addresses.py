from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.addresses import believed_address, canonical_address

PLAIN = "https://gull.example/2024/harbour"
WORDS = st.text("abcAB0-%/.?&=#:@!;~ amp", max_size=12) | st.text(max_size=8)


@pytest.mark.parametrize(
    "address",
    [
        PLAIN,
        "http://www.gull.example/2024/harbour",
        "HTTPS://WWW.Gull.example:443/2024/harbour/",
        "http://gull.example:80/2024/harbour#comments",
        "https://m.gull.example/2024/harbour?utm_source=feed&utm_medium=rss",
        "https://amp.gull.example/2024/harbour",
        "https://gull.example/2024/harbour/amp/",
        "https://gull.example/amp/2024/harbour",
        "https://gull.example/2024/harbour?outputType=amp",
        "https://gull.example/2024/harbour?amp&fbclid=1&CMP=share&ref=home&at_medium=x&mc_cid=2&ns_campaign=y",
        "  https://gull.example/2024/harbour\n",
        "https://gull.example./2024/harbour",
        "https://gull.example/2024/harbour?share=twitter",
        "https://gull.example/2024/harbour?m=1",
        "https://gull.example/2024/harbour?output=amp&platform=amp",
        "https://gull.example/2024/harbour?rss=yes&amp;utm_source=feed&amp;amp;ref=front-page",
        "https://gull.example/2024/%68arbour",
        "https://gull.example/2024/harbour/amp/amp.html",
    ],
)
def test_all_addresses_of_a_piece_are_one(address: str) -> None:
    """Scheme, "www.", port, fragment, tracking, the last slash and AMP's marks make no difference."""
    assert canonical_address(address) == PLAIN


def test_parameters_that_tell_pieces_apart_stay_sorted() -> None:
    """What may be the number of a piece is kept, and its order does not matter."""
    addresses = ["https://gull.example/?p=1&cid=2", "https://gull.example?cid=2&utm_id=3&p=1"]
    assert {canonical_address(each) for each in addresses} == {"https://gull.example?cid=2&p=1"}
    assert canonical_address("https://gull.example/?p=1") != canonical_address("https://gull.example/?p=2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://gull.example/a", "https://gull.example/A"),
        ("https://gull.example/a", "https://gull.example:8443/a"),
        ("https://gull.example/a", "https://sport.gull.example/a"),
        ("https://gull.example/stamp", "https://gull.example/st"),
        ("https://gull.example/?rss=12", "https://gull.example/?rss=13"),
        ("https://gull.example/?ref=123", "https://gull.example/"),
        ("https://gull.example/a?share=4", "https://gull.example/a"),
        ("https://gull.example/?m=202401", "https://gull.example/?m=202402"),
        ("https://gull.example/a?output=print", "https://gull.example/a"),
        ("https://gull.example/#!/a/1", "https://gull.example/"),
        ("https://gull.example/#!/a/1", "https://gull.example/#!/a/2"),
        ("https://gull.example/news/amp", "https://gull.example/news"),
        ("https://m.co.uk/x", "https://co.uk/x"),
        ("https://www.com.ua/x", "https://com.ua/x"),
        ("https://gull.example/a%2Fb", "https://gull.example/a/b"),
        ("https://gull.example/a%3Fb", "https://gull.example/a?b"),
        ("https://gull.example/a%2541", "https://gull.example/aA"),
    ],
)
def test_what_may_be_two_pieces_stays_two(one: str, other: str) -> None:
    """The case of a path, another port and another host may mean another piece."""
    assert canonical_address(one) != canonical_address(other)


@pytest.mark.parametrize(
    "spellings",
    [
        ("https://gull.example/%d0%b0", "https://gull.example/\u0430", "https://gull.example/%D0%B0"),
        ("https://правда.укр/a", "https://xn--80aafi6cg.xn--j1amh/a", "https://www.ПРАВДА.укр./a"),
        ("https://gull.example/a?b=1&c=2", "https://gull.example/a?b=1&amp;c=2"),
        ("https://gull.example/a~b", "https://gull.example/a%7eb", "https://gull.example/a%7Eb"),
        ("https://gull.example/100%", "https://gull.example/100%25"),
        ("https://gull.co.uk/a", "https://www.gull.co.uk/a", "https://m.gull.co.uk/a"),
        ("https://nv.ua/a", "https://www.nv.ua/a", "https://amp.nv.ua/a"),
        ("https://gull.example/#!/\u0430", "https://gull.example#!/%d0%b0"),
        ("https://gull.example/harbour-freezes", "https://gull.example/harbour-freezes/amp"),
        ("https://gull.example/news/harbour", "https://gull.example/news/harbour/amp"),
    ],
)
def test_an_address_is_one_however_it_is_written(spellings: tuple[str, ...]) -> None:
    """Escapes, the script of the host, its last dot and marks made for HTML are no other address."""
    assert len({canonical_address(each) for each in spellings}) == 1


@pytest.mark.parametrize(
    "end",
    ["/amp" * 20_000, "/amp" * 1_000 + "/x", ".amp/" * 800, "/" * 100_000, "?a=1&" * 20_000, "%" * 4_000],
)
def test_no_address_takes_long(end: str) -> None:
    """What is longer than any page's address stays as it is, and what is not is read at once."""
    began = time.process_time()
    address = f"https://gull.example/a{end}"
    once = canonical_address(address)
    assert canonical_address(once) == once
    assert (once == address) or len(address) <= 4_096
    assert time.process_time() - began < 0.5


def test_an_address_longer_than_any_is_not_believed() -> None:
    """A claim of thousands of characters is no page's address."""
    assert believed_address("https://gull.example/" + "a" * 4_000, "https://gull.example/a")
    assert believed_address("https://gull.example/" + "a" * 4_096, "https://gull.example/a") is None
    assert believed_address("/" + "a" * 4_090, "https://gull.example/a") is None


@pytest.mark.parametrize(
    "address", ["urn:newsml:a", "mailto:a@b.example", "https://", "", "https://[::1", "news"]
)
def test_what_is_no_web_address_stays_as_it_is(address: str) -> None:
    """Only http addresses have other spellings."""
    assert canonical_address(address) == address


@given(
    st.tuples(
        st.sampled_from(["http://", "HTTPS://", ""]), st.sampled_from(["www.a.example", "m.b.co"]), WORDS
    )
)
def test_the_canonical_address_is_its_own(parts: tuple[str, str, str]) -> None:
    """Once is enough, whatever stands in the address."""
    once = canonical_address("/".join(["".join(parts[:2]), parts[2]]))
    assert canonical_address(once) == once


def test_half_a_letter_is_sorted_as_it_is_written() -> None:
    """In a parameter's name, half of a surrogate pair becomes a question mark before the names are sorted."""
    once = canonical_address("https://gull.example/ice?p=1&\ud83d=2")
    assert once == canonical_address(once) == "https://gull.example/ice?%3F=2&p=1"


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        ("/b", "https://www.bbc.co.uk/b"),
        ("https://bbc.co.uk/b", "https://bbc.co.uk/b"),
        ("https://news.bbc.co.uk/b", "https://news.bbc.co.uk/b"),
        ("http://amp.bbc.co.uk/b", "http://amp.bbc.co.uk/b"),
        ("https://gull.co.uk/b", None),
        ("https://bbc.co.uk.gull.example/b", None),
        ("https://www.bbc.co.uk/", None),
        ("javascript:alert(1)", None),
        ("https://me@bbc.co.uk/b", None),
        ("https://localhost/b", None),
        ("https://www.bbc.co.uk/b#top", "https://www.bbc.co.uk/b"),
        ("https://www.bbc.co.uk/#!/b", "https://www.bbc.co.uk/#!/b"),
        ("https://www.bbc.co.uk/#b", None),
        ("https://[::1", None),
    ],
)
def test_a_page_may_only_claim_an_address_of_its_own_site(claimed: str, believed: str | None) -> None:
    """Another site's identity, and the front page's, is not taken over."""
    assert believed_address(claimed, "https://www.bbc.co.uk/a") == believed


def test_neighbours_on_shared_hosting_are_other_sites() -> None:
    """A host that lends out names is no one's site."""
    assert believed_address("https://b.github.io/x", "https://a.github.io/x") is None


def test_a_saved_page_is_believed() -> None:
    """Where nobody knows where a page came from, its word is all there is; a relative word says nothing."""
    assert believed_address("https://gull.example/a", None) == "https://gull.example/a"
    assert believed_address("/a", None) is None


@given(st.text(), st.none() | st.text())
def test_no_claim_breaks_the_reading(claimed: str, address: str | None) -> None:
    """Whatever is claimed, it is an address or none."""
    assert believed_address(claimed, address) is None or "://" in str(believed_address(claimed, address))
