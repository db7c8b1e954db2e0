from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import unquote

import pytest
from articles import make_article, make_hit
from bot_api.markup import parse_html
from hypothesis import given
from hypothesis import strategies as st

from bot.links import CHARACTERS, link_to, text_directive

# The comma that follows a clause where no blank does.
COMMA = "\uff0c"
# Words that often stand twice, in lines, with signs that mean something to a directive or to nobody.
WORDS = st.sampled_from(
    ["ice", "Ice", "ships-", "-,&", "“no”", "é", "e\u0301", "a\u200bb", f"冰{COMMA}船。", "👩‍👩‍👧", "سفن"]
)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", "\n\n", "\u00a0", ""])), max_size=60).map(
    lambda pairs: "".join(word + blank for word, blank in pairs)
)


def _directive(text: str, quoted: str, title: str = "", *, last: bool = False) -> str:
    start = text.rindex(quoted) if last else text.index(quoted)
    return text_directive(text, start, start + len(quoted), title)


def test_short_sentence_is_named_whole() -> None:
    """A short highlighted sentence stands whole in the link."""
    expected = "https://gull.example/harbour#:~:text=Forty%20ships%20waited%20outside."
    assert link_to(make_hit()) == expected


def test_long_sentence_is_named_by_its_ends() -> None:
    """A long sentence is named by its first and its last six words, and then by the last alone.

    A browser takes the second where the first words are not found, behind a large initial for instance.
    """
    words = " ".join(f"word{number}" for number in range(20))
    ends = "word14%20word15%20word16%20word17%20word18%20word19"
    start = "word0%20word1%20word2%20word3%20word4%20word5"
    assert _directive(words, words) == f"text={start},{ends}&text={ends}"


def test_signs_of_the_directive_are_encoded() -> None:
    """Commas, hyphens and ampersands of the text are not taken for the directive's own."""
    assert _directive("a-b, c & d", "a-b, c & d").partition("&")[0] == "text=a%2Db%2C%20c%20%26%20d"


def test_ends_stay_within_their_lines() -> None:
    """Words over several paragraphs are named by ends that each stand in one of them."""
    assert _directive("one two\n\nthree four", "one two\n\nthree four") == "text=one%20two,three%20four"


def test_more_first_words_where_the_same_stand_earlier() -> None:
    """A browser takes the first match, so the words are as many as it takes, the title's counted too."""
    text = "The harbour froze in the cold week. The harbour froze in the cold night, the mayor said."
    quoted = "The harbour froze in the cold night, the mayor said."
    assert _directive(text, quoted).startswith("text=The%20harbour%20froze%20in%20the%20cold%20night%2C")
    title = "THE Ha\u0301rbour froze in the cold night, they say"
    assert _directive(quoted, quoted, title).startswith(
        "text=The%20harbour%20froze%20in%20the%20cold%20night"
    )
    assert "the%20mayor" in _directive(quoted, quoted, title).partition("&")[0]


def test_more_last_words_where_the_same_stand_between() -> None:
    """The end is the first of its kind behind the beginning."""
    filler = " ".join(f"w{number}" for number in range(9))
    text = f"At first {filler} then she said she would not go and again at last she said she would not go."
    end = _directive(text, text).partition("&")[0].partition(",")[2]
    assert unquote(end) == "she said she would not go."
    text = text.replace("then she said she would not go", "then she said she would not go.")
    end = _directive(text, text).partition("&")[0].partition(",")[2]
    assert unquote(end) == "last she said she would not go."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes. No. It is as we said: Yes.", "text=as%20we%20said%3A-,Yes."),
        ("It is so: Yes. It is so: Yes. And then no.", "text=Yes.,-And%20then%20no."),
        ("Yes. No.\n\nWhy not now?\n\nYes.", "text=Why%20not%20now%3F-,Yes."),
        ("Yes.\n\nYes. And then no.", "text=Yes.,-And%20then%20no."),
        (
            "So it is: Yes. A.\nYes. B then C.\nSo it is: Yes. B then C.",
            "text=So%20it%20is%3A-,Yes.,-B%20then%20C.",
        ),
    ],
)
def test_words_that_stand_twice_are_told_by_what_is_beside(text: str, expected: str) -> None:
    """Words before or after, best of the same line, tell the last from the others."""
    assert _directive(text, "Yes.", last=True) == expected


def test_a_line_that_stands_elsewhere_is_passed_over() -> None:
    """A passage that begins with a byline or a rule is named from its first line of its own."""
    text = "___\n\nOne two.\n\n___\n\nThree four.\n\nFive six."
    assert _directive(text, "___\n\nThree four.\n\nFive six.") == "text=Three%20four.,Five%20six."


def test_scripts_without_blanks_are_cut_at_clauses() -> None:
    """Where no blanks part words, each end of a long sentence is of whole clauses."""
    days = "一二三四五六七八九"
    first, last = "港口於一月結冰", "破冰船將於週五抵達。"
    text = COMMA.join([first, *(f"第{day}天有四十艘船在外海等候" for day in days), last])
    start, _, end = _directive(text, text).partition("&")[0].removeprefix("text=").partition(",")
    assert unquote(start) == text[: text.index("第四天")]
    assert unquote(end) == text[text.index("第七天") :]


def test_address_with_a_fragment_keeps_it() -> None:
    """An address that has a fragment of its own keeps it before the directive; one of this kind it loses."""
    link = link_to(make_hit(make_article(url="https://gull.example/a#live")))
    assert link is not None
    assert link.startswith("https://gull.example/a#live:~:text=Forty%20ships%20waited%20outside.")
    shared = link_to(make_hit(make_article(url="https://gull.example/a#live:~:text=other")))
    assert shared == link


def test_without_address_there_is_no_link() -> None:
    """An article without an address, or with an endless one, has no link."""
    assert link_to(make_hit(make_article(url=None))) is None
    assert link_to(make_hit(make_article(url="https://gull.example/" + "a" * CHARACTERS))) is None


@pytest.mark.parametrize(("room", "directives"), [(200, 2), (100, 1), (20, 0), (0, 0)])
def test_a_link_is_never_too_long(room: int, directives: int) -> None:
    """First the last words by themselves go, then the whole fragment; the address stays."""
    text = "Forty ships waited outside for the whole of January, and nobody let them in."
    url = "https://gull.example/".ljust(CHARACTERS - room, "a")
    link = link_to(make_hit(make_article(text=text, url=url), lit=text)) or ""
    assert link.startswith(url)
    assert len(link) <= CHARACTERS
    assert link.count("text=") == directives


def test_without_highlight_the_passage_is_named() -> None:
    """Where no sentence is highlighted the link opens at the passage."""
    first, last = "The%20harbour%20froze%20in%20January.%20Forty", "mayor%20spoke%20of%20a%20hard%20winter."
    link = f"https://gull.example/harbour#:~:text={first},{last}&text={last}"
    assert link_to(make_hit(lit=None)) == link


def test_without_words_there_is_no_directive() -> None:
    """Nothing but blanks cannot be looked for."""
    assert text_directive("a \n b", 1, 4) == ""
    assert link_to(make_hit(make_article(text=" \n "), lit=None)) == "https://gull.example/harbour"


@given(st.text(), st.text(max_size=9), st.data())
def test_any_text_makes_a_link_that_telegram_keeps(text: str, title: str, data: st.DataObject) -> None:
    """Whatever the words, the link is short, of plain signs, and comes whole out of a message."""
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    article = make_article(text=text, title=title)
    lit = make_hit(article, lit=None, highlights=((start, end),))
    link = link_to(lit)
    assert link is not None
    assert len(link) <= CHARACTERS
    assert re.fullmatch(r"[!-~]+", link)
    _, (entity,) = parse_html(f'<a href="{escape(link)}">title</a>')
    assert entity.url == link == unescape(escape(link))


@given(TEXTS, st.data())
def test_what_is_named_stands_within_the_quotation(text: str, data: st.DataObject) -> None:
    """Every side is words of the span itself, within one line; only what is marked as beside it is not."""
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    lines = [" ".join(line.split()) for line in text[start:end].split("\n")]
    for directive in filter(None, text_directive(text, start, end).split("&")):
        for side in directive.removeprefix("text=").split(","):
            if not side.startswith("-") and not side.endswith("-"):
                assert any(unquote(side) in line for line in lines)


@given(TEXTS, st.data())
def test_a_match_is_the_first_on_the_page(text: str, data: st.DataObject) -> None:
    """Where no words beside them are needed, the words named first stand nowhere earlier."""
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    directive = text_directive(text, start, end)
    first = unquote(directive.partition("&")[0].removeprefix("text=").partition(",")[0])
    earlier = " ".join(text[:start].split())
    if "-," not in directive and ",-" not in directive and "&" in directive:
        assert first not in earlier
