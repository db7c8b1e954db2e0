"""The question's journey: understand, search, judge, and answer with the coverage's own words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from index.answering.confidence import Traits, assess
from index.answering.copies import also_in, merge_copies
from index.answering.evidence import Asked
from index.answering.highlight import highlight
from index.answering.language import language_name, language_of, unread_language
from index.answering.search import Candidate, search
from index.engines.analysis import words_of
from index.records import Answer, Extent, Hit, Query, in_context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from index.answering.topic import Topic
    from index.encoder import Embeddings, Encoder
    from index.engines.dense import Dense
    from index.engines.lexical import Lexical
    from index.groups import Groups
    from index.records import Article
    from index.reranker import Reranker
    from index.store import Store

# A cross-encoder reads so many of the best passages, which takes it about a second on two cores.
RERANKED = 20


class Taken(NamedTuple):
    """A question taken apart: as typed and as understood, what it meets, its words, what is known of it.

    Its vector, or the language nobody reads, comes last.
    """

    question: str
    query: Query
    extent: Extent
    asked: Asked
    traits: Traits
    embedding: Embeddings | None
    foreign: str | None


class Answering:
    """The parts that an answer takes, and the confidence from which on it counts as one."""

    def __init__(
        self,
        encoder: Encoder,
        kept: tuple[Store, Groups],
        topic: Topic,
        reranker: Reranker | None,
        threshold: float,
    ) -> None:
        self._encoder = encoder
        self._store, self._groups = kept
        self._topic = topic
        self._reranker = reranker
        self._threshold = threshold

    def take_apart(self, question: str, query: Query, now: date, extent: Extent) -> Taken:
        """What a question that is asked on the day `now` is by itself; it takes no index.

        Raises:
            ModelError: the model cannot be loaded.
        """
        foreign = unread_language(query.text, self._encoder.languages)
        # What the model cannot read it would place anywhere; then words alone must do.
        embedding = None if foreign else self._encoder.encode_question(query.text)
        strangeness = 0.0 if embedding is None else self._topic.strangeness(embedding)
        # Where the coverage ends before today, its last days are the present that it knows.
        present = min(now, extent.newest or now) if query.recent else now
        asked = Asked(query.text, present, words_of)
        traits = Traits(query.recent, strangeness, asked.mass)
        return Taken(question, query, extent, asked, traits, embedding, foreign)

    def answer(self, taken: Taken, count: int, engines: tuple[Dense, Lexical]) -> Answer:
        """The `count` passages that answer best, and whether they do.

        Where filters that the question's own words imply leave nothing that answers, it is asked
        without them.
        """
        found = self._search(taken, count, engines)
        if not taken.query.implied or found.answered:
            return found
        wider = self._search(taken._replace(query=taken.query.widen()), count, engines)
        return wider if wider.answered or not found.hits else found

    def _search(self, taken: Taken, count: int, engines: tuple[Dense, Lexical]) -> Answer:
        question, query, extent = taken.question, taken.query, taken.extent
        dense, lexical = engines
        found = search(
            query,
            taken.embedding,
            taken.asked,
            dense=dense,
            lexical=lexical,
            store=self._store,
            count=count,
        )
        foreign = taken.foreign
        if foreign and not _written_in(foreign, found):
            nothing = Answer(question, query, (), 0.0, answered=False, extent=extent)
            return replace(nothing, remark=_unread(foreign), unread=foreign)
        merged = merge_copies(self._reranked(query, found), count)
        stories = self._groups.copies({best.article.story for best, _ in merged if best.article.story})
        hits = tuple(
            self._hit(taken, rank, best, copies, stories)
            for rank, (best, copies) in enumerate(merged, start=1)
        )
        confidence = hits[0].confidence if hits else 0.0
        return Answer(question, query, hits, confidence, bool(hits) and hits[0].answers, extent)

    def _hit(
        self,
        taken: Taken,
        rank: int,
        best: Candidate,
        copies: Sequence[Candidate],
        stories: Sequence[Article],
    ) -> Hit:
        passage, article = best.passage, best.article
        lit = highlight(taken.asked, passage, article.language)
        words = article.text[slice(*lit[0])] if lit else passage.text
        confidence = assess(best.evidence, taken.traits)
        return Hit(
            rank,
            best.score,
            passage,
            article,
            lit,
            confidence=confidence,
            answers=confidence >= self._threshold,
            also=also_in(best, words, copies, stories),
        )

    def _reranked(self, query: Query, found: Sequence[Candidate]) -> list[Candidate]:
        if self._reranker is None or not found:
            return list(found)
        read, rest = found[:RERANKED], found[RERANKED:]
        texts = [in_context(each.article.title, each.passage.text) for each in read]
        scores = self._reranker.score(query.text, texts).tolist()
        best = sorted(zip(scores, read, strict=True), key=lambda scored: -scored[0])
        return [each for _, each in best] + list(rest)


def _written_in(language: str, found: Sequence[Candidate]) -> bool:
    """Whether the coverage has something in this language for the question, by its words."""
    return any(language_of(each.passage.text) == language for each in found[:3])


def _unread(language: str) -> str:
    name = language_name(language)
    return (
        f"That seems to be {name}. There is no coverage in {name} for it, and the model reads English only; "
        "ask in English."
    )
