from __future__ import annotations

import re
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any

from articles import make_article, make_hit
from bot_api.markup import parse_html
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.conversation import Reply
from bot.languages.words import words_for
from bot.replies import format_html, format_text

if TYPE_CHECKING:
    from index.records import Hit

LIMIT = 4096


def test_quotation_sentence_and_citation() -> None:
    """A quotation has its sentence in bold, and under it title, source and date, the title linked."""
    (message,) = format_html(Reply((make_hit(),)), LIMIT)
    assert message == (
        "<blockquote>The harbour froze in January. <b>Forty ships waited outside.</b> "
        "The mayor spoke of a hard winter.</blockquote>\n"
        '<a href="https://gull.example/harbour#:~:text=Forty%20ships%20waited%20outside.">Harbour freezes'
        "</a>\n"
        "The Gull · 11 January 2025"
    )


def test_what_is_not_known_is_said() -> None:
    """An article without date, source, title or address is cited as such."""
    article = make_article(published=None, source=None, titled=False, url=None)
    (message,) = format_html(Reply((make_hit(article),)), LIMIT)
    assert message.endswith("</blockquote>\nHarbour freezes (untitled)\nsource not given · undated")


CHANGED: dict[str, Any] = {
    "updated": date(2025, 1, 13),
    "corrected": date(2025, 1, 14),
    "correction": "The ships were <fifty> & not forty.",
}


def test_a_change_is_told_under_the_quotation() -> None:
    """When the words were last changed, and what was corrected on which day, in the publisher's words."""
    (message,) = format_html(Reply((make_hit(make_article(**CHANGED)),)), LIMIT)
    assert message.endswith(
        "</a>\nThe Gull · 11 January 2025 · updated 13 January 2025\n"
        "corrected on 14 January 2025: The ships were &lt;fifty&gt; &amp; not forty."
    )
    output = StringIO()
    Console(file=output, width=200).print(format_text(Reply((make_hit(make_article(**CHANGED)),))))
    assert "The Gull · 2025-01-11 · updated 2025-01-13\n" in output.getvalue()
    assert "corrected on 2025-01-14: The ships were <fifty> & not forty.\n" in output.getvalue()


def test_a_correction_of_an_unknown_day_is_told_too() -> None:
    """Without a day rather than with a wrong one; copies are named after it."""
    article = make_article(correction="The ships were fifty.")
    (message,) = format_html(Reply((make_hit(article, also=(make_article(source="The Wire"),)),)), LIMIT)
    assert message.endswith("11 January 2025\ncorrected: The ships were fifty.\nalso in The Wire")


def test_only_a_change_on_a_later_day_is_worth_a_word() -> None:
    """What was updated on the day it appeared is not."""
    (message,) = format_html(Reply((make_hit(make_article(updated=date(2025, 1, 11))),)), LIMIT)
    assert message.endswith("</a>\nThe Gull · 11 January 2025")


def test_a_long_correction_is_cut() -> None:
    """The whole of it stands in the article."""
    article = make_article(correction="x" * 300)
    (message,) = format_html(Reply((make_hit(article),)), LIMIT)
    assert message.endswith("\ncorrected: " + "x" * 300)
    article = make_article(correction="x" * 301)
    (message,) = format_html(Reply((make_hit(article),)), LIMIT)
    assert message.endswith("\ncorrected: " + "x" * 300 + "…")


# Longer than what is shown whole.
LENGTHY = make_article(text="The harbour froze. Forty ships waited outside. " + "It was a hard winter. " * 20)


def test_only_the_best_stands_open() -> None:
    """Further long quotations are folded, lest the best be pushed off the screen; short ones are not."""
    hits = make_hit(LENGTHY), make_hit(LENGTHY, rank=2), make_hit(rank=3)
    (message,) = format_html(Reply(hits), LIMIT)
    assert re.findall(r"<blockquote(?: expandable)?>", message) == [
        "<blockquote>",
        "<blockquote expandable>",
        "<blockquote>",
    ]


def test_several_are_numbered() -> None:
    """Buttons name quotations by number, so several have one, counted on from earlier pages."""
    (message,) = format_html(Reply((make_hit(), make_hit(rank=2))), LIMIT)
    assert re.findall(r"</blockquote>\n(.*?)<a", message) == ["1. ", "2. "]
    (message,) = format_html(Reply((make_hit(),), first=4), LIMIT)
    assert "</blockquote>\n4. <a" in message


def test_a_reader_of_another_language_reads_all_but_the_quotation_in_it() -> None:
    """Days, numbers and our own words are the reader's, the quotation is the article's."""
    article = make_article(updated=date(2025, 1, 13), source=None)
    (message,) = format_html(Reply((make_hit(article),)), LIMIT, words_for("uk"))
    assert "Forty ships waited outside." in message
    assert "11 січня 2025" in message
    assert "source not given" not in message
    assert "updated" not in message


def test_where_else_it_stands_is_said() -> None:
    """Under source and date, a few sources of copies by name and how many more, or how many there are."""
    copies = tuple(
        make_article(source=source) for source in ("The Wire", "The Wire", "Tide & Co", None, "A", "B")
    )
    (message,) = format_html(Reply((make_hit(also=copies),)), LIMIT)
    assert message.endswith("11 January 2025\nalso in The Wire, Tide &amp; Co, A, B")
    many = tuple(make_article(source=letter) for letter in "ABCDE")
    (message,) = format_html(Reply((make_hit(also=many),)), LIMIT)
    assert message.endswith("11 January 2025\nalso in A, B, C and 2 more")
    (message,) = format_html(Reply((make_hit(also=copies[3:4]),)), LIMIT)
    assert message.endswith("11 January 2025\nalso in 1 other article")


def test_the_nearest_are_folded_under_the_refusal() -> None:
    """The refusal comes first, what may not answer is folded, what was searched stands last."""
    reply = Reply(notice="No.", nearest=(make_hit(LENGTHY),), searched="Searched: ships & <ice>")
    (message,) = format_html(reply, LIMIT)
    assert message.startswith("No.\n\n<blockquote expandable>The harbour")
    assert message.endswith("\n\n<i>Searched: ships &amp; &lt;ice&gt;</i>")
    out = StringIO()
    Console(file=out, width=80).print(format_text(reply))
    assert out.getvalue().startswith("No.\n\nThe harbour")
    assert out.getvalue().endswith("Searched: ships & <ice>\n")


def test_notice_is_escaped() -> None:
    """A notice that repeats what was typed cannot carry markup."""
    assert format_html(Reply(notice="no article is from '<b>&'"), LIMIT) == [
        "no article is from &#x27;&lt;b&gt;&amp;&#x27;"
    ]


def test_cut_falls_between_quotations() -> None:
    """What is too much for one message is sent as several, each quotation whole."""
    long = make_article(text="word " * 300 + "end.")
    messages = format_html(Reply(tuple(make_hit(long, lit="end.") for _ in range(5))), LIMIT)
    assert [message.count("</blockquote>") for message in messages] == [2, 2, 1]
    assert all(message.count("<blockquote") == message.count("</blockquote>") for message in messages)


@st.composite
def hits(draw: st.DrawFn) -> Hit:
    """A hit of any text, title, source and highlight, as long as a passage may be."""
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    text = draw(st.text(letters, min_size=1, max_size=200)) * draw(st.integers(1, 10))
    start = draw(st.integers(0, len(text)))
    article = make_article(
        text=text,
        title=draw(st.text(letters, min_size=1, max_size=400)),
        source=draw(st.text(letters, max_size=400)),
        url=draw(st.sampled_from([None, "https://gull.example/?a=1&b=2", 'https://gull.example/"><b>'])),
        updated=draw(st.none() | st.dates()),
        corrected=draw(st.none() | st.dates()),
        correction=draw(st.none() | st.text(letters, max_size=400)),
    )
    return make_hit(article, lit=text[start : draw(st.integers(start, len(text)))] or None)


@given(st.lists(hits(), min_size=1, max_size=5))
def test_every_message_is_one_that_telegram_takes(some: list[Hit]) -> None:
    """Whatever stands in the articles, the HTML parses, within the limit, to the quoted words themselves."""
    seen = ""
    for message in format_html(Reply(tuple(some)), LIMIT):
        plain, _entities = parse_html(message)
        assert len(plain.encode("utf-16-le")) // 2 <= LIMIT
        seen += plain
    for hit in some:
        assert hit.passage.text in seen


def test_in_a_pipe_a_line_stays_a_line() -> None:
    """The text for a terminal holds the passage as it is, and the citation under it."""
    output = StringIO()
    Console(file=output, width=20).print(format_text(Reply((make_hit(),))), soft_wrap=True)
    passage, _, title, source, link, *_ = output.getvalue().splitlines()
    assert passage == make_article().text
    assert (title, source) == ("Harbour freezes", "The Gull · 2025-01-11")
    assert link.startswith("https://gull.example/harbour#:~:text=")


def test_terminal_lights_the_sentence() -> None:
    """In a terminal the answering sentence alone is bold."""
    output = StringIO()
    console = Console(file=output, force_terminal=True, width=200, color_system="standard")
    console.print(format_text(Reply((make_hit(),))))
    assert "January. \x1b[1;32mForty ships waited outside.\x1b[0m The mayor" in output.getvalue()
