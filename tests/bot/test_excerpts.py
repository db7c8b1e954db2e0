from __future__ import annotations

import pytest
from articles import make_article, make_hit
from hypothesis import given
from hypothesis import strategies as st

from bot.excerpts import beginning, to_sentence


def test_the_lit_sentence_is_the_excerpt() -> None:
    """The passage becomes the sentence that was lit, at its place in the article, and nothing is lit then."""
    short = to_sentence(make_hit())
    assert short.passage.text == "Forty ships waited outside."
    assert short.article.text[short.passage.start : short.passage.end] == short.passage.text
    assert short.highlights == ()


def test_without_a_lit_sentence_the_first_one_serves() -> None:
    """A heading above it is no sentence."""
    article = make_article("Harbour news\n\nThe harbour froze in January. Forty ships waited.")
    assert to_sentence(make_hit(article, lit=None)).passage.text == "The harbour froze in January."
    assert to_sentence(make_hit(article, lit="Harbour news")).passage.text == "The harbour froze in January."


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Гавань замерзла. Сорок кораблів чекали.", "Гавань замерзла."),
        ("港口结冰了。四十艘船在等待。", "港口结冰了。"),
        ("“It froze.” So the mayor said.", "“It froze.”"),
    ],
)
def test_a_full_stop_makes_a_sentence_in_any_script(text: str, first: str) -> None:
    """However few words there are, and whether or not a quotation ends with it."""
    assert to_sentence(make_hit(make_article(text), lit=None)).passage.text == first


def test_where_there_is_no_sentence_the_passage_stays() -> None:
    """A list of words is quoted as it is."""
    assert to_sentence(make_hit(make_article("Ice\n\nShips"), lit=None)).passage.text == "Ice\n\nShips"


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_an_excerpt_is_verbatim(text: str, one: int, other: int) -> None:
    """Whatever is lit of whatever text: the excerpt is what stands at its place, empty only if that is."""
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    hit = make_hit(make_article(text), lit=None, highlights=((start, end),))
    short = to_sentence(hit).passage
    assert short.text == text[short.start : short.end]
    assert bool(short.text) is bool(text)


@given(st.text(), st.integers(2, 60))
def test_a_beginning_fits_into_its_line(text: str, characters: int) -> None:
    """It is never longer than it may be, has no line break, and is the text where that is short."""
    line = beginning(text, characters)
    assert len(line) <= characters
    assert "\n" not in line
    whole = " ".join(text.split())
    assert line == whole if len(whole) <= characters else whole.startswith(line.removesuffix("…"))


def test_a_beginning_ends_with_a_word() -> None:
    """No word is cut, unless it is the only one."""
    assert beginning("forty ships  waited\noutside", 14) == "forty ships…"
    assert beginning("a" * 20, 10) == "a" * 9 + "…"
