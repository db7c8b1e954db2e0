"""The nouns of the house, as frozen records. Offsets are in code points of the article's text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from index.addresses import canonical_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published piece. `titled` is False where the title is only the text's first sentence.

    `published` is the day it first appeared, `updated` the day its words last changed. `issued` is when
    its publisher says this version was made; where a publisher dates its versions, other dates on the
    same words are no other version. `corrected` and `correction` are the day and the publisher's words
    of a correction. `named` tells that the article itself says what its id is, so that it is another
    article than any of another id; else it is known by where it was read. `story` is what all copies of
    one wire story share.
    """

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
    issued: datetime | None = None
    corrected: date | None = None
    correction: str | None = None
    named: bool = False
    story: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that a reader would see; where it was read from does not count.

        Nor do dates where the publisher dates each version: feeds date anew what has not changed.
        """
        if self.issued:
            return _sha256([self.title, self.text, self.source, self.correction])
        seen = [self.title, self.text, self.source, self.url, _iso(self.published), _iso(self.updated)]
        return _sha256([*seen, self.authors, self.language, self.titled])

    @property
    def address(self) -> str | None:
        """The article's address in the one spelling that all its spellings come to."""
        return canonical_address(self.url) if self.url else None

    @property
    def content(self) -> str:
        """SHA-256, in hex, of what is the same wherever one source has put the piece."""
        return _sha256([self.title, self.text, self.source])


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A publisher's word that the article of this id is no longer to be used, why, and when it said so.

    `vanished` tells that nobody called it back, only its address no longer gives it.
    """

    id: str
    input: str
    reason: str
    issued: datetime | None = None
    vanished: bool = False


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
    Only passages with a number greater than `after` are looked at, where it is given.
    """

    text: str
    since: date | None = None
    until: date | None = None
    sources: tuple[str, ...] = ()
    implied: bool = False
    widened: bool = False
    recent: bool = False
    topic: str = ""
    after: int | None = None

    @property
    def filtered(self) -> bool:
        """Whether some passages are out before the ranking begins."""
        return bool(self.since or self.until or self.sources or self.after is not None)

    def widen(self) -> Query:
        """The same without the filters that the question's words implied; `after` is none of these."""
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

    @property
    def mark(self) -> Mark:
        """What to keep of this hit to show it again."""
        return Mark(
            self.passage.article_id,
            self.passage.start,
            self.passage.end,
            digest_of(self.passage.text),
            self.highlights,
            self.confidence,
            self.answers,
            tuple(each.id for each in self.also),
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A hit without its words: where they stand, and by which digest to know them again.

    `also` are the ids of the other articles that say the same.
    """

    article_id: str
    start: int
    end: int
    digest: str
    highlights: tuple[tuple[int, int], ...] = ()
    confidence: float = 0.0
    answers: bool = False
    also: tuple[str, ...] = ()


def digest_of(words: str) -> str:
    """The first half of the SHA-256, in hex, of some words."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much coverage there is, and how current it is."""

    articles: int
    passages: int
    newest: date | None


@dataclass(frozen=True, slots=True)
class SourceExtent:
    """How many articles of a source there are, and the day of its newest; None is who names no source."""

    name: str | None
    articles: int
    newest: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, what was understood, the hits, and whether they answer (`confidence` is in 0..1).

    `remark` says why a question cannot be answered well, where that is not for want of coverage: it is in
    the language `unread`, by its code, which neither model nor coverage has.
    """

    question: str
    query: Query
    hits: tuple[Hit, ...]
    confidence: float
    answered: bool
    extent: Extent
    remark: str | None = None
    unread: str | None = None

    @property
    def answering(self) -> tuple[Hit, ...]:
        """The hits that answer, each by itself; none where the best does not."""
        return tuple(hit for hit in self.hits if self.answered and hit.answers)

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
            **_changes_as_json(article),
        },
        "also": [
            {"id": each.id, "source": each.source, "url": each.url, "published": _iso(each.published)}
            for each in hit.also
        ],
    }


def _changes_as_json(article: Article) -> dict[str, Any]:
    """When and how an article was changed, where it was."""
    changes = {"updated": _iso(article.updated), "corrected": _iso(article.corrected)}
    return {name: value for name, value in (changes | {"correction": article.correction}).items() if value}


def _sha256(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
