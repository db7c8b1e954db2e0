"""The question's journey: understand, search, judge, and answer with the coverage's own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.answering.confidence import Traits, assess
from index.answering.copies import merge_copies
from index.answering.evidence import Asked
from index.answering.highlight import highlight
from index.answering.language import language_name, language_of
from index.answering.search import Candidate, search
from index.engines.analysis import analyze
from index.records import Answer, Extent, Hit, Query, in_context

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from index.answering.topic import Topic
    from index.encoder import Encoder
    from index.engines.dense import Dense
    from index.engines.lexical import Lexical
    from index.reranker import Reranker
    from index.store import Store

# A cross-encoder reads so many of the best passages, which takes it about a second on two cores.
RERANKED = 20


class Answering:
    """The parts that an answer takes, and the confidence from which on it counts as one."""

    def __init__(
        self,
        encoder: Encoder,
        store: Store,
        engines: tuple[Dense, Lexical],
        topic: Topic,
        reranker: Reranker | None,
        threshold: float,
    ) -> None:
        self._encoder = encoder
        self._store = store
        self._dense, self._lexical = engines
        self._topic = topic
        self._reranker = reranker
        self._threshold = threshold

    def answer(self, question: str, query: Query, count: int, now: date, extent: Extent) -> Answer:
        """The `count` passages that answer best, and whether they do.

        Where filters that the question's own words imply leave nothing that answers, it is asked
        without them.
        """
        found = self._search(question, query, count, now, extent)
        if not query.implied or found.answered:
            return found
        wider = self._search(question, query.widen(), count, now, extent)
        return wider if wider.answered or not found.hits else found

    def _search(self, question: str, query: Query, count: int, now: date, extent: Extent) -> Answer:
        foreign = self._foreign(query.text)
        # What the model cannot read it would place anywhere; then words alone must do.
        embedding = None if foreign else self._encoder.encode_question(query.text)
        strangeness = 0.0 if embedding is None else self._topic.strangeness(embedding)
        # Where the coverage ends before today, its last days are the present that it knows.
        present = min(now, extent.newest or now) if query.recent else now
        asked = Asked(query.text, present, analyze)
        found = search(
            query,
            embedding,
            asked,
            dense=self._dense,
            lexical=self._lexical,
            store=self._store,
            count=count,
        )
        if foreign and not _written_in(foreign, found):
            return Answer(question, query, (), 0.0, answered=False, extent=extent, remark=_unread(foreign))
        traits = Traits(query.recent, strangeness, asked.mass)
        hits = []
        for rank, (best, copies) in enumerate(merge_copies(self._reranked(query, found), count), start=1):
            hits.append(self._hit(query, rank, best, copies, assess(best.evidence, traits)))
        confidence = hits[0].confidence if hits else 0.0
        answered = bool(hits) and hits[0].answers
        return Answer(question, query, tuple(hits), confidence, answered, extent)

    def _hit(
        self, query: Query, rank: int, best: Candidate, copies: Sequence[Candidate], confidence: float
    ) -> Hit:
        passage, article = best.passage, best.article
        others = {each.article.id: each.article for each in copies if each.article.id != article.id}
        return Hit(
            rank,
            best.score,
            passage,
            article,
            highlight(query.text, passage, article.language, analyze),
            confidence=confidence,
            answers=confidence >= self._threshold,
            also=tuple(others.values()),
        )

    def _foreign(self, text: str) -> str | None:
        """The question's language, where the model does not read it."""
        known = self._encoder.languages
        language = language_of(text) if known else None
        return None if language is None or not known or language in known else language

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
