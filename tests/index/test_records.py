from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date
from typing import Any

import pytest
from articles import make_article

from index.records import Answer, Extent, Hit, Mark, Passage, Query, Skipped, digest_of, in_context


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Harbour thaws"},
        {"text": "The harbour is open."},
        {"source": None},
        {"url": None},
        {"published": date(2025, 1, 12)},
        {"published": None},
        {"updated": date(2025, 1, 13)},
        {"authors": ("Ann Reed",)},
        {"language": "en"},
        {"titled": False},
    ],
)
def test_whatever_a_reader_sees_is_in_the_digest(change: dict[str, Any]) -> None:
    """An article that differs in any field that is shown has another digest."""
    article = make_article()
    assert replace(article, **change).digest != article.digest


def test_where_an_article_was_read_from_is_not_in_the_digest() -> None:
    """The same article by another path or under another id has the same digest."""
    article = make_article()
    assert replace(article, input="elsewhere/a.txt", id="other").digest == article.digest


def test_the_digest_tells_the_fields_apart() -> None:
    """Words that move from one field to the next make another digest."""
    assert make_article("b", title="a").digest != make_article("", title="ab").digest
    assert make_article(source="x", url=None).digest != make_article(source=None, url="x").digest
    assert make_article(authors=("a, b",)).digest != make_article(authors=("a", "b")).digest


def test_a_digest_is_64_hexadecimal_digits_whatever_the_text() -> None:
    """Any text has one, a lone surrogate too."""
    for text in ("", "Ґудзик 🚢", "\ud800"):
        assert len(bytes.fromhex(make_article(text).digest)) == 32


def test_records_cannot_be_changed() -> None:
    """Setting a field of a record is refused."""
    passage = Passage("harbour", 0, 3, "The")
    with pytest.raises(FrozenInstanceError):
        passage.start = 1  # type: ignore[misc]


def test_a_passage_is_indexed_after_its_title() -> None:
    """The context is the title, a full stop, a space and the passage."""
    assert in_context("Harbour freezes", "Ships waited.") == "Harbour freezes. Ships waited."


@pytest.mark.parametrize(
    ("query", "filtered"),
    [
        (Query("ice"), False),
        (Query("ice", since=date(2025, 1, 1)), True),
        (Query("ice", until=date(2025, 1, 1)), True),
        (Query("ice", sources=("The Gull",)), True),
        (Query("ice", after=0), True),
    ],
)
def test_a_query_is_filtered_by_any_date_or_source(query: Query, *, filtered: bool) -> None:
    """Any one filter makes a query filtered; words alone do not."""
    assert query.filtered is filtered


def test_a_wider_query_lets_go_of_what_was_implied() -> None:
    """Days and sources; what came since stays, for the question's words did not imply it."""
    query = Query(
        "ice", date(2025, 1, 1), date(2025, 2, 1), ("The Gull",), implied=True, after=7, topic="ice"
    )
    assert query.widen() == Query("ice", widened=True, after=7, topic="ice")


def test_a_mark_is_a_hit_without_its_words() -> None:
    """It tells where they stand, their digest, and what was shown with them."""
    article, other = make_article(), make_article(id="other")
    hit = Hit(
        3, 0.5, Passage("harbour", 4, 11, "harbour"), article, ((4, 11),), 0.7, answers=True, also=(other,)
    )
    assert hit.mark == Mark(
        "harbour", 4, 11, digest_of("harbour"), ((4, 11),), 0.7, answers=True, also=("other",)
    )


def test_the_digest_of_words_tells_them_from_any_others() -> None:
    """32 hexadecimal digits, of any text; the same ones for the same words alone."""
    digests = [digest_of(words) for words in ("", "ice", "Ice", "ice ", "Ґ 🚢", "\ud800")]
    assert len(set(digests)) == len(digests)
    assert {len(bytes.fromhex(digest)) for digest in digests} == {16}
    assert digest_of("ice") == "4cb0b250c6250d528f3e61d07d970892"


def test_the_object_does_not_tell_what_only_a_conversation_needs() -> None:
    """The language that nobody reads and what had come before are no part of the documented form."""
    answer = Answer("ice", Query("ice"), (), 0.0, answered=False, extent=Extent(0, 0, None), remark="No.")
    told = replace(answer, query=Query("ice", after=7), unread="uk").as_json()
    assert told == answer.as_json()
    assert told.keys() == {"question", "answered", "confidence", "query", "coverage", "remark", "hits"}


def test_an_answer_becomes_the_documented_object() -> None:
    """`as_json` gives the form that programs rely on, with dates in ISO form and four decimals."""
    article = make_article("Ships waited. Ice held.", authors=("Ann Reed", "Bo Lind"))
    hit = Hit(1, 0.833333, Passage("harbour", 14, 23, "Ice held."), article, ((14, 23),))
    query = Query("what held", date(2024, 11, 1), None, ("The Gull",))
    extent = Extent(1, 2, date(2025, 1, 11))
    answer = Answer("What held?", query, (hit,), 0.93456789, answered=True, extent=extent)
    assert json.loads(json.dumps(answer.as_json())) == {
        "question": "What held?",
        "answered": True,
        "confidence": 0.9346,
        "query": {"text": "what held", "since": "2024-11-01", "until": None, "sources": ["The Gull"]},
        "coverage": {"articles": 1, "passages": 2, "newest": "2025-01-11"},
        "hits": [
            {
                "rank": 1,
                "score": 0.8333,
                "text": "Ice held.",
                "start": 14,
                "end": 23,
                "highlights": [[14, 23]],
                "article": {
                    "id": "harbour",
                    "title": "Harbour freezes",
                    "source": "The Gull",
                    "url": "https://gull.example/harbour",
                    "published": "2025-01-11",
                    "authors": ["Ann Reed", "Bo Lind"],
                    "input": "news/harbour.txt",
                },
                "also": [],
            }
        ],
    }


def test_what_is_not_known_is_null_in_the_object() -> None:
    """An undated article without a source, in a coverage without a date, gives nulls and empty lists."""
    article = make_article("Ice held.", source=None, url=None, published=None)
    hit = Hit(1, 1.0, Passage("harbour", 0, 9, "Ice held."), article)
    told = Answer("ice", Query("ice"), (hit,), 0.0, answered=False, extent=Extent(1, 1, None)).as_json()
    assert told["coverage"]["newest"] is None
    assert told["query"] == {"text": "ice", "since": None, "until": None, "sources": []}
    assert told["hits"][0]["highlights"] == []
    assert [told["hits"][0]["article"][name] for name in ("source", "url", "published")] == [None] * 3


def test_what_was_skipped_says_which_and_why() -> None:
    """Two of the same reason are equal, so that reports can be compared."""
    assert Skipped("a.pdf", "another kind") == Skipped("a.pdf", "another kind")
