"""Articles as reading leaves them, of whatever anybody has written, and hits on them: strategies."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from articles import make_article
from hypothesis import strategies as st
from made_pieces import ADDRESSES, SENTENCES, phrase, prose

from index.passages import split
from index.reading.decoding import clean, one_line
from index.records import Hit
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.records import Article

_UNITS = (
    "a",
    "🙂",
    "ї",
    "a\u0300",
    "&",
    "<",
    "word ",
    "船",
    "👩‍👩‍👧‍👦",
    "سفن ",
    "\u200b",
    "e\u0301\u0332",
    ". ",
    "\n\n",
)
_LANGUAGES = st.sampled_from((None, "en", "uk", "zh", "ar", "zz"))

line = st.lists(phrase | st.text(max_size=20), max_size=12).map(lambda parts: one_line("".join(parts)))
long_line = (
    st.builds(lambda unit, times: one_line(unit * times), st.sampled_from(_UNITS), st.integers(0, 700)) | line
)
text = (
    st.lists(
        st.sampled_from(SENTENCES)
        | phrase
        | prose
        | st.text(max_size=30)
        | st.builds(lambda unit, times: unit * times, st.sampled_from(_UNITS), st.integers(1, 2100)),
        min_size=1,
        max_size=12,
    )
    .map(lambda parts: clean("".join(parts)))
    .filter(bool)
)
_DAYS = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))


def count_words(texts: Sequence[str]) -> list[int]:
    """What the smallest encoder counts as tokens."""
    return [len(each.split()) for each in texts]


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """An article with a field of everything."""
    title = draw(long_line)
    return make_article(
        draw(text), id=draw(line) or "x", title=title or "x", titled=bool(title),
        source=draw(st.none() | long_line) or None,
        url=draw(st.none() | st.sampled_from(ADDRESSES[:8])), published=draw(_DAYS), updated=draw(_DAYS),
        corrected=draw(_DAYS), correction=draw(st.none() | long_line) or None, language=draw(_LANGUAGES),
    )  # fmt: skip


@st.composite
def hits(draw: st.DrawFn) -> Hit:
    """A hit on one of an article's passages, some of its sentences lit."""
    article = draw(articles())
    passage = draw(st.sampled_from(split(article, count_words, 200)))
    spans = [
        (passage.start + start, passage.start + end)
        for start, end in sentences(passage.text, article.language)
    ]
    lit = tuple(span for span in spans if draw(st.booleans())) if len(spans) < 9 else tuple(spans[:2])
    also = tuple(draw(st.lists(articles(), max_size=1))) * draw(st.integers(0, 6))
    return Hit(1, 1.0, passage, article, lit, draw(st.floats(0, 1)), answers=True, also=also)
