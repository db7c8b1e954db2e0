"""A topic's journey: which articles are about it, by the passage of each that says the most of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from index.answering.copies import also_in, merge_copies
from index.answering.evidence import Asked
from index.answering.language import unread_language
from index.answering.search import Candidate, search
from index.engines.analysis import analyze
from index.records import Hit
from index.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from index.answering.evidence import Evidence
    from index.encoder import Encoder
    from index.engines.dense import Dense
    from index.engines.lexical import Lexical
    from index.groups import Groups
    from index.records import Article, Passage, Query
    from index.store import Store

# An article has about so many passages near the top that are about its topic.
PASSAGES = 5
# How near in meaning a passage must be that holds, with its title, all words of a topic; and how much nearer
# for what it lacks of them. Where the model cannot read the topic, it must hold so much.
NEAR, NEARER, HELD = 0.36, 0.7, 0.8
# What has fewer words is a heading rather than a sentence.
WORDS = 5


class Reports:
    """The parts that it takes to find what was reported on a topic."""

    def __init__(self, encoder: Encoder, kept: tuple[Store, Groups], engines: tuple[Dense, Lexical]) -> None:
        self._encoder = encoder
        self._store, self._groups = kept
        self._dense, self._lexical = engines

    def about(self, query: Query, count: int, now: date) -> list[Hit]:
        """The best passage of each article that is about the query's topic; none where nobody wrote of it.

        Of a story there is one, with the articles that say the same.
        """
        read = unread_language(query.text, self._encoder.languages) is None
        embedding = self._encoder.encode_question(query.text) if read else None
        asked = Asked(query.text, now, analyze)
        found = search(
            query,
            embedding,
            asked,
            dense=self._dense,
            lexical=self._lexical,
            store=self._store,
            count=PASSAGES * count,
        )
        ranked = _by_relevance(each for each in found if _is_about(each, read=read))
        merged = merge_copies(_best_of_each(ranked), len(ranked))
        stories = self._groups.copies({best.article.story for best, _ in merged if best.article.story})
        return [
            _hit(rank, asked, best, copies, stories)
            for rank, (best, copies) in enumerate(islice(_one_of_each_story(merged), count), start=1)
        ]


def _is_about(candidate: Candidate, *, read: bool) -> bool:
    evidence = candidate.evidence
    return relevance(evidence) >= NEAR if read else evidence.context >= HELD


def relevance(evidence: Evidence) -> float:
    """How much a passage is about a topic: its cosine, less for what it lacks of the topic's words."""
    return evidence.cosine - NEARER * (1 - evidence.context)


def _by_relevance(found: Iterable[Candidate]) -> list[Candidate]:
    return sorted(
        (replace(each, score=relevance(each.evidence)) for each in found), key=lambda each: -each.score
    )


def _best_of_each(found: Iterable[Candidate]) -> Iterator[Candidate]:
    seen: set[str] = set()
    for each in found:
        if each.article.id not in seen:
            seen.add(each.article.id)
            yield each


def _one_of_each_story(
    merged: Iterable[tuple[Candidate, list[Candidate]]],
) -> Iterator[tuple[Candidate, list[Candidate]]]:
    seen: set[str] = set()
    for best, copies in merged:
        story = best.article.story or best.article.id
        if story not in seen:
            seen.add(story)
            yield best, copies


def _hit(
    rank: int, asked: Asked, best: Candidate, copies: Sequence[Candidate], stories: Sequence[Article]
) -> Hit:
    passage, article = best.passage, best.article
    lit = _lit(asked, passage, article.language)
    words = article.text[slice(*lit[0])] if lit else passage.text
    return Hit(rank, best.score, passage, article, lit, also=also_in(best, words, copies, stories))


def _lit(asked: Asked, passage: Passage, language: str | None) -> tuple[tuple[int, int], ...]:
    """The span of the sentence that holds most of the topic; none where none of its words is there.

    A heading is lit only where no whole sentence holds any.
    """
    best, most = None, (False, 0.0, 0)
    for start, end in sentences(passage.text, language):
        sentence = passage.text[start:end]
        share, pairs = asked.held_in(sentence)
        held = (len(sentence.split()) >= WORDS, share, pairs)
        if share and held > most:
            best, most = (passage.start + start, passage.start + end), held
    return (best,) if best else ()
