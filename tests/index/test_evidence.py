from __future__ import annotations

from datetime import date, timedelta

import pytest
from articles import TEXT, make_article
from hypothesis import given
from hypothesis import strategies as st

from index.answering.evidence import Asked, Evidence, freshness
from index.engines.analysis import analyze
from index.records import Passage

DAY = date(2025, 1, 11)


def weigh(question: str, text: str = TEXT, before: str = "", title: str = "Harbour freezes") -> Evidence:
    """The evidence for a passage of this text, which stands behind `before` in its article."""
    article = make_article(before + text, title=title)
    passage = Passage(article.id, len(before), len(before) + len(text), text)
    return Asked(question, DAY, analyze).weigh(passage, article, cosine=0.5, meaning=1.0, words=2.0)


def test_the_rankings_scores_are_taken_over() -> None:
    """Cosine and standardised scores stand beside what the words tell."""
    found = weigh("ships")
    assert (found.cosine, found.meaning, found.words) == (0.5, 1.0, 2.0)


def test_the_title_counts_as_context_only() -> None:
    """A word of the title is held in context, not by the passage itself."""
    found = weigh("freezes", title="Harbour freezes", text="Forty ships waited.")
    assert (found.share, found.context) == (0.0, 1.0)


def test_all_words_held_are_a_share_of_one() -> None:
    """Forms of one word are one word; what is not there lowers the share."""
    assert weigh("Ships waiting?").share == 1.0
    assert 0 < weigh("How many icebreakers waited?").share < 1


def test_neighbouring_words_count_as_pairs() -> None:
    """One of the two pairs of "forty ships sank" stands in the passage."""
    assert weigh("forty ships sank").pairs == 0.5
    assert weigh("ships").pairs == 0.0
    assert weigh("Who are Duran Duran?", text="Duran Duran played at the harbour.").pairs == 0.5


def test_the_opening_leads() -> None:
    """White space before it changes nothing, a sentence does."""
    assert weigh("ships", before=" \n").lead == 1.0
    assert weigh("ships", before="Snow fell. ").lead == 0.0


@pytest.mark.parametrize(("days", "fresh"), [(0, 1.0), (7, 0.5), (-7, 0.5), (14, 1 / 3)])
def test_freshness_halves_in_a_week(days: int, fresh: float) -> None:
    """Before the day of asking as after it; the undated has none."""
    assert freshness(DAY - timedelta(days), DAY) == pytest.approx(fresh)
    assert freshness(None, DAY) == 0.0


@given(st.text(max_size=40), st.text(min_size=1, max_size=80))
def test_shares_are_shares(question: str, text: str) -> None:
    """Whatever is asked of whatever text, each share is in 0..1."""
    found = weigh(question, text)
    assert all(
        0 <= share <= 1 for share in (found.share, found.context, found.pairs, found.lead, found.fresh)
    )
    assert found.share <= found.context + 1e-9
