"""Articles made for large measurements: sentences of real ones, mixed, some articles near-copies of others.

To encode a million passages takes hours. So each real sentence is encoded once, and a made passage has the
sum of its sentences' embeddings, each as heavy as it is long, at length 1: that is near to what the model
would make of it, and lies among real topics as real passages do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from index.encoder import Embeddings
from index.reading.inputs import read_input
from index.records import Article, Passage
from index.sentences import sentences
from index.store import Encoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.encoder import SentenceEncoder

# In sentences: of a passage, and how many passages an article has.
SENTENCES, PASSAGES = 6, 5
# All but one of a passage's sentences are out of so many that follow each other in a real article.
RUN = 8
# A sentence, in characters.
SHORTEST, LONGEST = 20, 600
# One article of so many is a near-copy of one before: all but one of its sentences are the same.
COPIES = 20
SOURCES, DAYS, FIRST = 200, 730, date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Material:
    """Sentences of a corpus in order; of each its article, its embedding, and how many tokens it has."""

    texts: list[str]
    articles: list[int]
    titles: list[str]
    embeddings: Embeddings
    tokens: Embeddings

    @classmethod
    def of(cls, corpus: Path, encoder: SentenceEncoder, kept: Path) -> Material:
        """That of a corpus; the embeddings are kept in a file, since it takes a while to make them."""
        texts: list[str] = []
        places: list[int] = []
        titles: list[str] = []
        for each in read_input(str(corpus), corpus.parent):
            if isinstance(each, Article):
                spans = [each.text[start:end].strip() for start, end in sentences(each.text, each.language)]
                some = [text for text in dict.fromkeys(spans) if SHORTEST <= len(text) <= LONGEST]
                if len(some) >= SENTENCES:
                    texts += some
                    places += [len(titles)] * len(some)
                    titles.append(each.title)
        if not kept.exists():
            np.save(kept, encoder.encode_passages(texts).astype(np.float16))
        embeddings = np.load(kept).astype(np.float32)
        return cls(texts, places, titles, embeddings, np.array(encoder.count_tokens(texts), np.float32))


def made_articles(material: Material, first: int, last: int) -> Iterator[Encoded]:
    """The made articles from number `first` to before `last`, always the same ones."""
    for number in range(first, last):
        yield _made(material, number)


def _made(material: Material, number: int) -> Encoded:
    copied = number % COPIES == COPIES - 1
    chance = np.random.default_rng(number - 1 if copied else number)
    places = _places(material, chance)
    if copied:
        places[int(chance.integers(len(places)))] = int(chance.integers(len(material.texts)))
    title = material.titles[material.articles[places[0]]]
    text, passages, embeddings = "", [], []
    for start in range(0, len(places), SENTENCES):
        some = places[start : start + SENTENCES]
        begins = len(text)
        text += " ".join(material.texts[each] for each in some)
        passages.append(Passage(f"made-{number}", begins, len(text), text[begins:]))
        text += "\n\n"
        embeddings.append((material.embeddings[some] * material.tokens[some, np.newaxis]).sum(axis=0))
    vectors = np.stack(embeddings)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    story = UUID(int=number - 1 if copied else number).hex
    article = Article(
        id=f"made-{number}",
        title=title,
        text=text.rstrip(),
        input="made",
        source=f"Source {number % SOURCES}",
        published=FIRST + timedelta(days=int(chance.integers(DAYS))),
        language="en",
        story=story,
    )
    return Encoded(article, passages, vectors)


def _places(material: Material, chance: np.random.Generator) -> list[int]:
    """The sentences of an article: each passage has most of a run of a real one, and one from elsewhere."""
    places: list[int] = []
    start = int(chance.integers(len(material.texts) - PASSAGES * RUN))
    for begins in range(start, start + PASSAGES * RUN, RUN):
        some = np.sort(chance.choice(RUN, SENTENCES - 1, replace=False)) + begins
        places += [*some.tolist(), int(chance.integers(len(material.texts)))]
    return places
