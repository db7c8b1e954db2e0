from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import InputError
from index.reading.fields import Origin
from index.reading.markdown import read_markdown, render
from index.records import Article

ORIGIN = Origin("news/a.md", "news/a.md")


def read_one(text: str) -> Article:
    """The only thing that is read, which is an article."""
    (article,) = read_markdown(text, ORIGIN)
    assert isinstance(article, Article)
    return article


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("One\ntwo.\n\nThree.", "One two.\n\nThree."),
        ("One  \ntwo.", "One\ntwo."),
        ("One<br>two<BR/>three.", "One\ntwo\nthree."),
        ("*One* __two__ `three  four`.", "One two three  four."),
        (
            "See [the *plan*](https://a.example 'title') and <https://b.example>.",
            "See the plan and https://b.example.",
        ),
        ("See [the plan][1].\n\n[1]: https://a.example", "See the plan."),
        ("One. ![a picture](a.png)\n\n![alone](b.png)\n\nTwo.", "One.\n\nTwo."),
        ("One <b>two</b>.\n\n<div>\nboxed\n</div>\n\nThree.<!-- four -->", "One two.\n\nThree."),
        ("- One\n- Two\n  more\n\n1. Three", "One\n\nTwo more\n\nThree"),
        ("> One\n> two\n>\n> > Three", "One two\n\nThree"),
        ("```py\nif a:\n\n    b  # c\n```\n\nOne.", "if a:\n\n    b  # c\n\nOne."),
        ("One.\n\n    code  *here*\n\nTwo.", "One.\n\ncode  *here*\n\nTwo."),
        ("## Two\n\nOne.\n\n---\n\nThree.", "Two\n\nOne.\n\nThree."),
        ("| a | b |\n|---|---|\n| **c** | d |", "a | b\n\nc | d"),
        ("Fish &amp; chips \\*cheap\\* -- 5 &euro;", "Fish & chips *cheap* -- 5 €"),
        ("“One,” she said... (c)", "“One,” she said... (c)"),
    ],
)
def test_markdown_is_read_as_a_reader_sees_it(markdown: str, text: str) -> None:
    """Marks, pictures and HTML go, words and code stay, blocks have a blank line between them."""
    assert render(markdown) == (None, text)


def test_the_first_heading_is_the_title_and_not_repeated() -> None:
    """A heading of level 1 that stands first is the title and no part of the text."""
    article = read_one("<!-- draft -->\n\n# Bridge *opens*\n\nThe mayor came.\n\n# Later\n\nRain fell.")
    assert (article.title, article.titled) == ("Bridge opens", True)
    assert article.text == "The mayor came.\n\nLater\n\nRain fell."


def test_a_heading_that_stands_later_is_the_title_and_stays() -> None:
    """Text before the heading does not keep it from being the title, and it stays where it stands."""
    article = read_one("A word before.\n\nBridge opens\n============\n\nThe mayor came.")
    assert (article.title, article.text) == (
        "Bridge opens",
        "A word before.\n\nBridge opens\n\nThe mayor came.",
    )


@pytest.mark.parametrize(
    "markdown", ["> # Quoted\n\nThe mayor came.", "#\n\nThe mayor came.", "## Two\n\nThe mayor came."]
)
def test_only_a_heading_of_the_article_itself_is_its_title(markdown: str) -> None:
    """A quoted heading, an empty one and a lower one are no titles."""
    assert not read_one(markdown).titled


def test_front_matter_has_the_last_word_on_the_title() -> None:
    """With a title in front matter, another heading stays in the text."""
    article = read_one("---\ntitle: Bridge opens\ndate: 2025-01-11\n---\n# City news\n\nThe mayor came.")
    assert (article.title, article.published) == ("Bridge opens", date(2025, 1, 11))
    assert article.text == "City news\n\nThe mayor came."


def test_a_heading_that_repeats_the_title_is_not_text() -> None:
    """The same words in front matter and in the first heading are the title once."""
    article = read_one("---\nheadline: Bridge opens\n---\n# Bridge opens\n\nThe mayor came.")
    assert (article.title, article.text) == ("Bridge opens", "The mayor came.")


def test_a_date_on_top_is_the_date() -> None:
    """The headers of plain text are headers of Markdown too."""
    article = read_one("date 2025-01-11 The *mayor* came.")
    assert (article.published, article.text) == (date(2025, 1, 11), "The mayor came.")


def test_without_a_heading_the_first_sentence_is_the_title() -> None:
    """An article without headings is titled by its text."""
    article = read_one("The **mayor** came. Rain fell.")
    assert (article.title, article.titled) == ("The mayor came.", False)


@pytest.mark.parametrize("markdown", ["", "# Bridge opens", "![a picture](a.png)", "<div>boxed</div>"])
def test_what_shows_no_words_is_no_article(markdown: str) -> None:
    """A heading, a picture or HTML alone leaves no text."""
    with pytest.raises(InputError, match=r"^news/a\.md: no text in it$"):
        list(read_markdown(markdown, ORIGIN))


def test_no_reference_makes_a_control_character() -> None:
    """A character that is written as a number cannot drive a terminal."""
    assert read_one("One &#27;[31m &#x9b;two &#0;three.").text == "One \ufffd[31m \ufffdtwo \ufffdthree."


@pytest.mark.parametrize(
    "markdown", ["> " * 3000, "[" * 3000, "- " * 3000, "*a " * 3000, "![a" * 1000 + "](b)" * 1000]
)
def test_deep_nesting_comes_to_an_end(markdown: str) -> None:
    """Thousands of open marks neither hang the reading nor break it."""
    assert read_one(f"One.\n\n{markdown}x").text.startswith("One.")


@given(st.lists(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1), min_size=1))
def test_no_word_is_lost(words: list[str]) -> None:
    """Plain words come out as they went in, in paragraphs, lists and quotes."""
    for opening in ("", "- ", "> "):
        _, text = render("\n\n".join(f"{opening}x{word}" for word in words))
        assert text.split("\n\n") == [f"x{word}" for word in words]


@given(st.text(alphabet=st.sampled_from("#*_`[]()!<>&;-|:~\\\n \ta1")))
def test_any_markdown_is_rendered(markdown: str) -> None:
    """Whatever marks are strewn over a text, it is rendered."""
    heading, text = render(markdown)
    assert heading is None or heading == " ".join(heading.split())
    assert isinstance(text, str)


def test_far_too_many_brackets_are_refused() -> None:
    """Brackets without end would take minutes to look through; a long list of links is read."""
    with pytest.raises(
        InputError, match=r"^news/a\.md: more than 20,000 brackets; no article has so many links$"
    ):
        list(read_markdown("[" * 1_000_000, ORIGIN))
    assert read_one("[a](https://gull.example/a)\n\n" * 2_000).text.startswith("a\n\na")
