"""Questions grouped by what they mean, to see what people ask about."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from index.answering.language import unread_language
from index.answering.question import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.encoder import Embeddings, Encoder

# Every question is compared with every other.
QUESTIONS = 1000
# Two groups are one theme where the cosine of their questions is at least this on average.
ALIKE = 0.38


def group_by_meaning(questions: Sequence[str], encoder: Encoder) -> list[list[str]]:
    """The first 1,000 questions in groups of like meaning, the largest first.

    In each the most central question comes first. Questions in a language that the encoder does not read
    are a group for each language.
    """
    questions = questions[:QUESTIONS]
    read: list[str] = []
    groups: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        unread = unread_language(question, encoder.languages)
        (groups[unread] if unread else read).append(question)
    found = [*_clusters(read, encoder), *groups.values()]
    return sorted(found, key=len, reverse=True)


def _clusters(questions: Sequence[str], encoder: Encoder) -> list[list[str]]:
    """The questions by average linkage of their cosines."""
    if len(questions) < 2:  # noqa: PLR2004 - one alone has nothing to be compared with
        return [[each] for each in questions]
    from sklearn.cluster import AgglomerativeClustering

    embeddings = encoder.encode_questions([clean(each) for each in questions])
    clustering = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - ALIKE
    )
    labels = clustering.fit_predict(embeddings)
    groups = [np.flatnonzero(labels == label) for label in dict.fromkeys(labels.tolist())]
    return [[questions[place] for place in _central_first(places, embeddings)] for places in groups]


def _central_first(places: np.ndarray[tuple[int], np.dtype[np.intp]], embeddings: Embeddings) -> list[int]:
    """The places of a group, the nearest to its middle first."""
    nearness = embeddings[places] @ embeddings[places].mean(axis=0)
    order = np.argsort(-nearness, kind="stable")
    return [int(place) for place in places[order]]
