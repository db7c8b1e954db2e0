"""What is fusing worth? The answer in the first passages by FAISS, by BM25, and by two ways to fuse them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness import read_arguments, write_result

from index.answering.question import Moment, understand
from index.answering.search import CANDIDATES
from index.coverage import DATABASE, Coverage
from index.encoder import SentenceEncoder
from index.engines.dense import Dense
from index.engines.fusion import fuse
from index.engines.lexical import Lexical
from index.evaluation import Question, read_set
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Ranking = dict[int, float]

DEPTHS = (1, 3, 10)
TODAY = datetime.now().astimezone().date()
# The constant of Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet" (2009).
RECIPROCAL = 60


def by_reciprocal_ranks(dense: Ranking, lexical: Ranking) -> list[int]:
    """The passages of both, by the sum of 1 / (60 + rank)."""
    scores: dict[int, float] = {}
    for ranking in (dense, lexical):
        for rank, number in enumerate(ranking, start=1):
            scores[number] = scores.get(number, 0.0) + 1 / (RECIPROCAL + rank)
    return sorted(scores, key=lambda number: -scores[number])


WAYS: dict[str, Callable[[Ranking, Ranking], list[int]]] = {
    "FAISS alone": lambda dense, _: list(dense),
    "BM25 alone": lambda _, lexical: list(lexical),
    "reciprocal ranks": by_reciprocal_ranks,
    "standardised scores": lambda dense, lexical: [each.number for each in fuse(dense, lexical, CANDIDATES)],
}


def answer_ranks(
    questions: Sequence[Question], store: Store, dense: Dense, lexical: Lexical
) -> dict[str, list[int]]:
    """For each way, the rank of the first passage that holds an answer, per question; 0 for none."""
    encoder = SentenceEncoder()
    ranks: dict[str, list[int]] = {way: [] for way in WAYS}
    for question in questions:
        query = understand(question.text, Moment(question.asked or TODAY))
        by_meaning = dense.search(encoder.encode_question(query.text), CANDIDATES, None)
        by_words = lexical.search(query, CANDIDATES)
        for way, rank in WAYS.items():
            first = rank(by_meaning, by_words)[: max(DEPTHS)]
            texts = store.fetch(first)
            good = (place for place, number in enumerate(first, 1) if holds(question, texts[number][0].text))
            ranks[way].append(next(good, 0))
    return ranks


def holds(question: Question, text: str) -> bool:
    """Whether one of the question's answers stands in the text."""
    return any(answer.casefold() in text.casefold() for answer in question.answers)


def main() -> None:
    """Rank the set's answerable questions in each way and print the shares."""
    given = read_arguments(__doc__ or "")
    asked_set = read_set(given.set)
    with Coverage.open(given.home) as coverage:
        coverage.index([str(asked_set.corpus)])
    store = Store.open(given.home / DATABASE)
    origin, newest = store.identity(), store.generation()
    dense, lexical = Dense.open(given.home, origin, newest), Lexical.open(given.home, origin, newest)
    questions = [question for question in asked_set.questions if question.answerable]
    ranks = answer_ranks(questions, store, dense, lexical)
    store.close()
    figures: dict[str, Any] = {"questions": len(questions)}
    for way, found in ranks.items():
        for depth in DEPTHS:
            share = sum(0 < rank <= depth for rank in found) / len(found)
            figures[f"{way}, answer@{depth}"] = round(share, 3)
    write_result("fusion", figures)


if __name__ == "__main__":
    main()
