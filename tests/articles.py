"""Articles and hits made for tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from index.records import Answer, Article, Extent, Hit, Passage, Query

TEXT = "The harbour froze in January. Forty ships waited outside. The mayor spoke of a hard winter."


def make_article(text: str = TEXT, **fields: Any) -> Article:
    """An article of this text; the other fields have values of their own unless given."""
    given: dict[str, Any] = {
        "id": "harbour",
        "title": "Harbour freezes",
        "input": "news/harbour.txt",
        "source": "The Gull",
        "url": "https://gull.example/harbour",
        "published": date(2025, 1, 11),
    }
    return Article(text=text, **(given | fields))


def make_hit(
    article: Article | None = None, lit: str | None = "Forty ships waited outside.", **fields: Any
) -> Hit:
    """A hit on the whole of an article, with the words `lit` highlighted."""
    article = article or make_article()
    start = article.text.find(lit) if lit else -1
    spans = ((start, start + len(lit)),) if lit and start >= 0 else ()
    passage = Passage(article.id, 0, len(article.text), article.text)
    given: dict[str, Any] = {"rank": 1, "answers": True, "highlights": spans} | fields
    return Hit(score=1 / given["rank"], passage=passage, article=article, **given)


def make_answer(*hits: Hit, answered: bool = True, articles: int = 1) -> Answer:
    """An answer with these hits."""
    extent = Extent(articles, articles, date(2025, 1, 11))
    return Answer("How many ships?", Query("How many ships?"), hits, 0.9, answered=answered, extent=extent)
