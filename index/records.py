"""The nouns of the house, as frozen records. Offsets are in code points of the article's text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published piece. `titled` is False where the title is only the text's first sentence."""

    id: str
    title: str
    text: str
    input: str
    source: str | None = None
    url: str | None = None
    published: date | None = None
    updated: date | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    titled: bool = True

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that a reader would see; where it was read from does not count."""
        seen = [self.title, self.text, self.source, self.url, _iso(self.published), _iso(self.updated)]
        content = json.dumps([*seen, self.authors, self.language, self.titled], ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in an input that was not read as an article, and why."""

    input: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of an article's text: `article.text[start:end] == text`, always."""

    article_id: str
    start: int
    end: int
    text: str


def in_context(title: str, text: str) -> str:
    """A passage as it is indexed, never as it is quoted: after its article's title."""
    return f"{title}. {text}"


@dataclass(frozen=True, slots=True)
class Query:
    """What was understood of a question: the words to look for and what the articles must satisfy.

    `since` and `until` are inclusive publication dates; no `sources` means any source. `implied` tells
    that these were read out of the question's own words, `widened` that they were and nothing within
    them answered. `recent` asks for the present. `topic` is the question to understand the next by.
    """

    text: str
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()
    implied: bool = False
    widened: bool = False
    recent: bool = False
    topic: str = ""

    @property
    def filtered(self) -> bool:
        """Whether some articles are out before the ranking begins."""
        return bool(self.since or self.until or self.sources)

    def widen(self) -> Query:
        """The same without the filters that the question's words implied."""
        return replace(self, since=None, until=None, sources=(), implied=False, widened=True)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its article, a 1-based rank, a score (higher is better) and the spans that answer.

    `confidence`, in 0..1, is how likely this passage answers by itself, `answers` whether that is
    enough; `also` are the other articles that say the same.
    """

    rank: int
    score: float
    passage: Passage
    article: Article
    highlights: tuple[tuple[int, int], ...] = ()
    confidence: float = 0.0
    answers: bool = False
    also: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Extent:
    """How much coverage there is, and how current it is."""

    articles: int
    passages: int
    newest: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, what was understood, the hits, and whether they answer (`confidence` is in 0..1).

    `remark` says why a question cannot be answered well, where that is not for want of coverage.
    """

    question: str
    query: Query
    hits: tuple[Hit, ...]
    confidence: float
    answered: bool
    extent: Extent
    remark: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that `ask --json` prints; programs rely on its form."""
        query = self.query
        return {
            "question": self.question,
            "answered": self.answered,
            "confidence": round(self.confidence, 4),
            "query": {
                "text": query.text,
                "since": _iso(query.since),
                "until": _iso(query.until),
                "sources": list(query.sources),
                **({"widened": True} if query.widened else {}),
            },
            "coverage": {
                "articles": self.extent.articles,
                "passages": self.extent.passages,
                "newest": _iso(self.extent.newest),
            },
            **({"remark": self.remark} if self.remark else {}),
            "hits": [_hit_as_json(hit) for hit in self.hits],
        }


def _hit_as_json(hit: Hit) -> dict[str, Any]:
    article, passage = hit.article, hit.passage
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "highlights": [list(span) for span in hit.highlights],
        "article": {
            "id": article.id,
            "title": article.title,
            "source": article.source,
            "url": article.url,
            "published": _iso(article.published),
            "authors": list(article.authors),
            "input": article.input,
        },
        "also": [
            {"id": each.id, "source": each.source, "url": each.url, "published": _iso(each.published)}
            for each in hit.also
        ],
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
