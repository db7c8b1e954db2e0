"""What the peers search: articles cut by a number of characters, with vectors that are kept between runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.progress import track

from index.encoder import Embeddings
from index.reading.inputs import read_input
from index.records import Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from index.encoder import SentenceEncoder

# The values that tutorials of the usual recipe give, in characters.
CHUNK, OVERLAP = 1000, 200
# Texts handed to the encoder at once, so that the bar moves.
SLICE = 512


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of an article, cut by a number of characters; `start` is an offset in code points."""

    article: Article
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Collection:
    """What the peers search: chunks, the text of each as it is indexed, and vectors of those texts."""

    chunks: list[Chunk]
    texts: list[str]
    vectors: Embeddings


def collect(corpus: Path, cache: Path, encoder: SentenceEncoder, *, titles: bool) -> Collection:
    """The chunks of the set's articles, with their vectors from the cache or made now."""
    read = read_input(str(corpus), corpus.parent)
    chunks = split({each.id: each for each in read if isinstance(each, Article)}.values())
    texts = [f"{chunk.article.title}\n{chunk.text}" if titles else chunk.text for chunk in chunks]
    digest = hashlib.sha256("\0".join([encoder.name, *texts]).encode()).hexdigest()
    file = cache / f"{digest[:16]}.npy"
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".partial.npy")
        np.save(partial, encode(texts, encoder))
        partial.replace(file)
    return Collection(chunks, texts, np.load(file))


def split(articles: Iterable[Article]) -> list[Chunk]:
    """The articles' texts cut into the usual chunks."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True)
    return [
        Chunk(article, int(found.metadata["start_index"]), found.page_content)
        for article in articles
        for found in splitter.create_documents([article.text])
    ]


def encode(texts: Sequence[str], encoder: SentenceEncoder) -> Embeddings:
    """Unit vectors of shape (texts, dimension). What is over 256 word pieces is cut, as it is for anybody."""
    order = np.argsort([len(text) for text in texts])
    slices = [order[start : start + SLICE] for start in range(0, len(order), SLICE)]
    found = [
        encoder.encode_passages([texts[number] for number in numbers])
        for numbers in track(slices, "encoding chunks", console=Console(stderr=True))
    ]
    vectors = np.empty((len(texts), found[0].shape[1]), dtype=np.float32)
    vectors[order] = np.concatenate(found)
    return vectors
