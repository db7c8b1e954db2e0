from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.addresses import believed_address, canonical_address

PLAIN = "https://gull.example/2024/harbour"
WORDS = st.text("abcAB0-%/.?&=#:@ amp", max_size=12) | st.text(max_size=8)


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
    ],
)
def test_what_may_be_two_pieces_stays_two(one: str, other: str) -> None:
    """The case of a path, another port and another host may mean another piece."""
    assert canonical_address(one) != canonical_address(other)


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
