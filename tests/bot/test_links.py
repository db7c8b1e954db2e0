from __future__ import annotations

from urllib.parse import unquote

from articles import make_article, make_hit
from hypothesis import given
from hypothesis import strategies as st

from bot.links import CHARACTERS, link_to, text_directive


def test_short_sentence_is_named_whole() -> None:
    """A short highlighted sentence stands whole in the link."""
    expected = "https://gull.example/harbour#:~:text=Forty%20ships%20waited%20outside."
    assert link_to(make_hit()) == expected


def test_long_sentence_is_named_by_its_ends() -> None:
    """A long sentence is named by its first and its last six words."""
    words = " ".join(f"w{number}" for number in range(20))
    expected = "text=w0%20w1%20w2%20w3%20w4%20w5,w14%20w15%20w16%20w17%20w18%20w19"
    assert text_directive(words) == expected


def test_signs_of_the_directive_are_encoded() -> None:
    """Commas, hyphens and ampersands of the text are not taken for the directive's own."""
    assert text_directive("a-b, c & d") == "text=a%2Db%2C%20c%20%26%20d"


def test_ends_stay_within_their_lines() -> None:
    """Words over several paragraphs are named by ends that each stand in one of them."""
    assert text_directive("one two\n\nthree four") == "text=one%20two,three%20four"


def test_address_with_a_fragment_keeps_it() -> None:
    """An address that has a fragment of its own keeps it before the directive."""
    link = link_to(make_hit(make_article(url="https://gull.example/a#live")))
    assert link == "https://gull.example/a#live:~:text=Forty%20ships%20waited%20outside."


def test_without_address_there_is_no_link() -> None:
    """An article without an address, or with an endless one, has no link."""
    assert link_to(make_hit(make_article(url=None))) is None
    assert link_to(make_hit(make_article(url="https://gull.example/" + "a" * CHARACTERS))) is None


def test_without_highlight_the_passage_is_named() -> None:
    """Where no sentence is highlighted the link opens at the passage."""
    ends = "The%20harbour%20froze%20in%20January.%20Forty,mayor%20spoke%20of%20a%20hard%20winter."
    assert link_to(make_hit(lit=None)) == f"https://gull.example/harbour#:~:text={ends}"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_directive_is_made_of_the_words(words: str) -> None:
    """Decoded, each end of a directive is made of the text's own words, in order."""
    start, _, end = text_directive(words).removeprefix("text=").partition(",")
    split = words.split()
    assert unquote(start).split() == split[: len(unquote(start).split())]
    assert not end or unquote(end).split() == split[-len(unquote(end).split()) :]
