from __future__ import annotations

from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, Any

import pytest
from articles import make_article, make_hit
from bot_api.entities import utf16_length
from bot_api.markup import parse_html

from bot.excerpts import to_sentence
from bot.languages.words import ENGLISH, words_for
from bot.links import link_to
from bot.quoting import altered, quotations
from bot.timeline import QUOTED, Timeline, caption, quoted_of, spread, write_timeline

if TYPE_CHECKING:
    from index.records import Hit

DAY = date(2025, 1, 11)
LIMIT = 4096


def report(number: int, text: str = "", **fields: Any) -> Hit:
    """A report of its own day, the more relevant the later."""
    told = {"id": str(number), "title": f"Report {number}", "published": DAY + timedelta(days=number)}
    article = make_article(text or f"Ship {number} came in at noon. It was cold.", **(told | fields))
    return make_hit(article, lit=None, rank=1000 - number)


def written(timeline: Timeline, limit: int = LIMIT, **said: Any) -> list[str]:
    """The messages, whose quotations are the articles' words and which are no longer than they may be."""
    hits = quoted_of(timeline)
    messages = write_timeline(timeline, hits, limit, said.pop("words", ENGLISH), **said)
    assert altered(messages, hits, {hit.article.id: hit.article.text for hit in hits}) == []
    for message in messages:
        assert utf16_length(parse_html(message)[0]) <= limit
    return messages


def link(number: int) -> str:
    """The title of a report, which leads to what is quoted of it."""
    return f'<a href="{escape(link_to(to_sentence(report(number))) or "")}">Report {number}</a>'


def test_quotations_stand_under_their_days() -> None:
    """One sentence each, in order; a day is named once, above all that was reported on it."""
    timeline = Timeline("ice", (report(0), report(1), report(2, published=DAY + timedelta(days=1))))
    (message,) = written(timeline)
    assert message == (
        "<b>ice</b>\n3 reports · 1 source · 11 January 2025 to 12 January 2025\n\n"
        "The reports, the oldest first:\n\n"
        "<b>11 January 2025</b>\n<blockquote>Ship 0 came in at noon.</blockquote>\n"
        f"The Gull · {link(0)}\n\n"
        "<b>12 January 2025</b>\n<blockquote>Ship 1 came in at noon.</blockquote>\n"
        f"The Gull · {link(1)}\n\n"
        "<blockquote>Ship 2 came in at noon.</blockquote>\n"
        f"The Gull · {link(2)}"
    )


def test_under_a_picture_the_caption_is_not_repeated() -> None:
    """The picture has said what it is about, and how many reports there are."""
    (message,) = written(Timeline("ice", (report(0), report(1))), captioned=True)
    assert message.startswith("The reports, the oldest first:\n\n<b>11 January 2025</b>\n")


@pytest.mark.parametrize("number", [1, 2, 9, 10, 11, 12, 37, 500])
def test_of_many_a_few_are_quoted_that_are_spread_over_all(number: int) -> None:
    """In order, each once, with the first and the last, and between them the most relevant of each part."""
    reports = [report(each) for each in range(number)]
    chosen = spread(reports)
    assert len(chosen) == min(number, QUOTED)
    assert chosen == sorted(
        {id(hit): hit for hit in chosen}.values(), key=lambda hit: str(hit.article.published)
    )
    assert (chosen[0], chosen[-1]) == (reports[0], reports[-1])
    if number == 37:
        # Of each part the latest is the most relevant here.
        places = [reports.index(hit) for hit in chosen]
        assert places == [0, 4, 9, 13, 18, 22, 26, 31, 35, 36]


def test_it_says_how_many_there_are_in_all() -> None:
    """And that those quoted are spread over them."""
    (message,) = written(Timeline("ice", tuple(report(each) for each in range(37))), captioned=True)
    assert message.startswith("10 of 37 reports, spread over all of them, the oldest first:")
    assert len(quotations(message)) == 10


def test_a_single_report_is_called_so() -> None:
    """Its day is no span."""
    (message,) = written(Timeline("ice", (report(0),)))
    assert message.startswith("<b>ice</b>\n1 report · 1 source · 11 January 2025\n\nThe only report:\n\n")


def test_reports_without_a_date_are_counted() -> None:
    """They have no place in the order, and are not kept back either."""
    (message,) = written(Timeline("ice", (report(0), report(1)), undated=3))
    assert message.endswith("\n\n<i>3 more reports have no date.</i>")


def test_what_was_not_all_looked_for_is_not_called_all() -> None:
    """Where there may be more, the caption says so."""
    timeline = Timeline("ice", (report(0, source=None), report(1, source=None)), whole=False)
    assert "\nthe 2 most relevant reports · 11 January" in caption(timeline, ENGLISH)


def test_the_caption_says_what_is_drawn() -> None:
    """In the reader's form of dates; what somebody typed is no markup."""
    timeline = Timeline("<ice> & snow", (report(0), report(40, source="Tide")))
    assert caption(timeline, ENGLISH, "week") == (
        "<b>&lt;ice&gt; &amp; snow</b>\n"
        "Reports per week · 2 reports · 2 sources · 11 January 2025 to 20 February 2025"
    )
    assert "11 січня 2025" in caption(timeline, words_for("uk"), "week")


def test_changes_and_copies_are_told() -> None:
    """An article changed later may say more than was known on its day."""
    hit = report(0, updated=DAY + timedelta(days=5), correction="It was ship 9.")
    other = make_article(id="copy", source="Tide")
    timeline = Timeline("ice", (make_hit(hit.article, lit=None, also=(other,)),))
    (message,) = written(timeline)
    assert message.endswith("</a> · updated 16 January 2025\ncorrected: It was ship 9.\nalso in Tide")


def test_messages_are_cut_between_reports() -> None:
    """A day that goes on in the next message is named there again."""
    timeline = Timeline(
        "ice", tuple(report(each, "The ship came in. " * 9, published=DAY) for each in range(10))
    )
    messages = written(timeline, limit=150)
    assert len(messages) > 3
    assert sum(len(quotations(each)) for each in messages) == 10
    assert all("<b>11 January 2025</b>\n<blockquote>" in each for each in messages)


def test_the_longest_sentences_of_all_fit() -> None:
    """A quotation that leaves no room for what stands under it goes alone; long ones are folded."""
    text = "🙂" * 1999 + "."
    timeline = Timeline(
        "ice", tuple(report(each, text, title="<&> " * 90, correction="🙂" * 400) for each in range(3))
    )
    messages = written(timeline)
    assert all("<blockquote expandable>" in each for each in messages if quotations(each))


def test_nothing_left_to_quote_is_said() -> None:
    """Where every article has changed in the meantime."""
    (message,) = write_timeline(Timeline("ice", (report(0),)), [], LIMIT, ENGLISH)
    assert message == "What was found has just changed. Please ask again."
