from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import pytest
from articles import make_article, make_hit
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation import Reply
from bot.quoting import altered, quotations
from bot.replies import format_html

if TYPE_CHECKING:
    from index.records import Hit

LIMIT = 4096


def texts_of(*hits: Hit) -> dict[str, str]:
    """The articles' texts, as the store would tell them."""
    return {hit.article.id: hit.article.text for hit in hits}


def test_what_the_article_says_passes() -> None:
    """Quotations that are the articles' own words are not found fault with."""
    hits = make_hit(), make_hit(make_article("A & B <said> so.", id="other"), lit=None, rank=2)
    assert altered(format_html(Reply(hits), LIMIT), hits, texts_of(*hits)) == []


@pytest.mark.parametrize(
    ("said", "instead"),
    [("Forty", "Fourteen"), ("The harbour", "The  harbour"), ("winter.", "winter"), ("froze", "f\u0440oze")],
)
def test_one_changed_letter_is_found(said: str, instead: str) -> None:
    """A quotation that differs by a letter, a blank or a look-alike is told from the article's words."""
    hit, other = make_hit(), make_hit(make_article(id="other"), rank=2)
    (message,) = format_html(Reply((hit, other)), LIMIT)
    changed = message.replace(said, instead, 1)
    assert altered([changed], [hit, other], texts_of(hit, other)) == [hit]


def test_an_article_that_changed_since_is_found() -> None:
    """What counts is the article as it is stored when the answer is sent."""
    hit = make_hit()
    messages = format_html(Reply((hit,)), LIMIT)
    assert altered(messages, [hit], {"harbour": hit.article.text.replace("Forty", "Fifty")}) == [hit]
    assert altered(messages, [hit], {}) == [hit]


def test_a_quotation_too_many_condemns_all() -> None:
    """Should the number of quotations be another than that of the hits, none is to be trusted."""
    hit = make_hit()
    messages = format_html(Reply((hit,)), LIMIT)
    assert altered([*messages, *messages], [hit], texts_of(hit)) == [hit]
    assert altered(["No quotation."], [hit], texts_of(hit)) == [hit]


def test_a_passage_that_is_not_where_it_says_is_found() -> None:
    """The words must stand at the passage's own place in the article."""
    hit = make_hit()
    moved = replace(hit, passage=replace(hit.passage, start=4, end=hit.passage.end))
    assert altered(format_html(Reply((hit,)), LIMIT), [moved], texts_of(hit)) == [moved]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_words_come_back_as_they_were(words: str) -> None:
    """Whatever is escaped into a block quotation is read out of it to the letter."""
    message = f"a <b>b</b>\n<blockquote expandable>{escape(words)}</blockquote> c &lt;blockquote&gt;"
    assert quotations(message) == [words]
