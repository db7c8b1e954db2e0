"""Is ours better than what one could use instead? BM25, the usual recipe, txtai and us, in one run.

All see the same articles, encode with the same model and are measured by the same code, which reads the
lines that `dateline evaluate --run` writes. The peers' packages come with: pip install '.[bench]'
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from chunks import Chunk, Collection, collect
from harness import write_result

from index.coverage import Coverage
from index.encoder import SentenceEncoder
from index.evaluation import Difference, Figure, compare, measure, read_set
from index.evaluation.runs import ask_all

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from index.encoder import Embeddings
    from index.evaluation import QuestionSet
    from index.evaluation.runs import Line

    # Chunks' places in the collection, with their scores, best first.
    Ranking = list[tuple[int, float]]

# As many passages a question as `dateline evaluate` asks for.
DEPTH = 50
US = "Dateline"
METRICS = (
    "mrr@10",
    "ndcg@10",
    "answer@100w",
    "answer@300w",
    "answer@1000w",
    "answer@1",
    "answer@3",
    "answer@10",
    "auroc",
    "false_answers@95",
)


def read_arguments() -> argparse.Namespace:
    """The set's folder, the folders for what is kept, and whether the peers see titles."""
    parser = argparse.ArgumentParser(description=__doc__)
    kept = Path(tempfile.gettempdir())
    parser.add_argument("set", type=Path, help="a BEIR-form folder: corpus.jsonl(.gz), queries.jsonl, qrels")
    parser.add_argument("--home", type=Path, default=kept / "dateline-benchmark", help="for our coverage")
    parser.add_argument("--cache", type=Path, default=kept / "dateline-peers", help="for the chunks' vectors")
    parser.add_argument(
        "--titles", action="store_true", help="put its title before each of the peers' chunks"
    )
    parser.add_argument("--fill", action="store_true", help="encode the chunks into the cache and stop")
    return parser.parse_args()


def rank_by_words(collection: Collection, questions: Sequence[str], _vectors: Embeddings) -> list[Ranking]:
    """BM25 by bm25s, as its own page shows it: English stop words and a Snowball stemmer."""
    import bm25s
    from Stemmer import Stemmer

    def tokens(texts: Sequence[str]) -> Any:
        return bm25s.tokenize(list(texts), stopwords="en", stemmer=Stemmer("english"), show_progress=False)

    index = bm25s.BM25()
    index.index(tokens(collection.texts), show_progress=False)
    depth = min(DEPTH, len(collection.texts))
    return as_rankings(*index.retrieve(tokens(questions), k=depth, show_progress=False))


def rank_by_meaning(collection: Collection, _questions: Sequence[str], vectors: Embeddings) -> list[Ranking]:
    """The usual recipe: the cosine by exact FAISS in single precision."""
    import faiss

    index = faiss.IndexFlatIP(collection.vectors.shape[1])
    index.add(collection.vectors)
    scores, numbers = index.search(vectors, min(DEPTH, len(collection.texts)))
    return as_rankings(numbers, scores)


def rank_by_txtai(collection: Collection, questions: Sequence[str], vectors: Embeddings) -> list[Ranking]:
    """Both by txtai with hybrid=True: index, BM25 and fusion are its own, the vectors the same."""
    from txtai import Embeddings as Txtai

    known = dict(zip([*collection.texts, *questions], [*collection.vectors, *vectors], strict=True))

    def transform(texts: Sequence[str]) -> Embeddings:
        return np.array([known[text] for text in texts])

    index = Txtai(method="external", transform=transform, hybrid=True, content=False)
    index.index(list(enumerate(collection.texts)))
    return list(index.batchsearch(list(questions), DEPTH))


def as_rankings(numbers: Any, scores: Any) -> list[Ranking]:
    """Numbers and scores, both of shape (questions, depth), as rankings; a score of 0 is nothing found."""
    rows = zip(numbers.tolist(), scores.tolist(), strict=True)
    return [[each for each in zip(*row, strict=True) if each[1] > 0] for row in rows]


PEERS: dict[str, Callable[[Collection, Sequence[str], Embeddings], list[Ranking]]] = {
    "BM25 alone": rank_by_words,
    "usual recipe": rank_by_meaning,
    "txtai hybrid": rank_by_txtai,
}


def run_peers(asked: QuestionSet, collection: Collection, encoder: SentenceEncoder) -> dict[str, list[Line]]:
    """The run of each peer. None ever refuses; its best score is taken for its confidence."""
    texts = [question.text for question in asked.questions]
    vectors = np.array([encoder.encode_question(text) for text in texts])
    found = {name: rank(collection, texts, vectors) for name, rank in PEERS.items()}
    ids = [question.id for question in asked.questions]
    return {
        name: [
            to_line(each, text, ranking, collection.chunks)
            for each, text, ranking in zip(ids, texts, rankings, strict=True)
        ]
        for name, rankings in found.items()
    }


def to_line(identity: str, question: str, ranking: Ranking, chunks: Sequence[Chunk]) -> Line:
    """A peer's answer in the form of `dateline evaluate --run`."""
    hits = [to_hit(rank, score, chunks[number]) for rank, (number, score) in enumerate(ranking, start=1)]
    best = max((score for _, score in ranking), default=0.0)
    return {"query_id": identity, "question": question, "answered": True, "confidence": best, "hits": hits}


def to_hit(rank: int, score: float, chunk: Chunk) -> dict[str, Any]:
    """A chunk as a quotation."""
    placed = {"start": chunk.start, "end": chunk.start + len(chunk.text)}
    return {"rank": rank, "score": score, "text": chunk.text, **placed, "article": {"id": chunk.article.id}}


def run_us(asked: QuestionSet, home: Path, encoder: SentenceEncoder) -> list[Line]:
    """Our run: the set's articles in a home of their own, each question asked on its day."""
    with Coverage.open(home, encoder=encoder) as coverage:
        coverage.index([str(asked.corpus)])
        coverage.warm()
        found = ask_all(
            asked.questions,
            lambda text, day: coverage.ask(text, count=DEPTH, now=day),
            coverage.extent(),
        )
        return list(found)


def keep(name: str, found: Mapping[str, Figure | Difference]) -> dict[str, Any]:
    """A run's figures, or what we have over it: each number with the ends of its 95 % interval."""
    return {
        f"{name}, {metric}": [
            None if number is None else round(number, 4) for number in (told(each), each.low, each.high)
        ]
        for metric, each in found.items()
        if metric in METRICS
    }


def told(each: Figure | Difference) -> float | None:
    """The number that a figure or a difference is about."""
    return each.value if isinstance(each, Figure) else each.difference


def format_table(columns: Mapping[str, Mapping[str, Figure | Difference]]) -> str:
    """A Markdown table with a column for each name and a row for each metric."""
    rows = [[metric, *(shown(column[metric]) for column in columns.values())] for metric in METRICS]
    lines = [["", *columns], ["---"] * (1 + len(columns)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(each: Figure | Difference) -> str:
    """A figure alone; a difference with its interval, since whether it is one is what is asked."""
    number = told(each)
    if number is None or each.low is None or each.high is None:
        return "\N{EN DASH}"
    if isinstance(each, Figure):
        return f"{number:.3f}"
    return f"{number:+.3f} ({each.low:+.3f} to {each.high:+.3f})"


def main() -> None:
    """Run the peers and us, measure all alike, and print where each stands and how far we are ahead."""
    given = read_arguments()
    asked, encoder = read_set(given.set), SentenceEncoder()
    collection = collect(asked.corpus, given.cache, encoder, titles=given.titles)
    if given.fill:
        return
    runs = run_peers(asked, collection, encoder) | {US: run_us(asked, given.home, encoder)}
    figures = {name: measure(asked.questions, asked.qrels, run) for name, run in runs.items()}
    ahead = {
        f"{US} less {name}": compare(asked.questions, asked.qrels, runs[US], runs[name]) for name in PEERS
    }
    kept: dict[str, Any] = {"questions": len(asked.questions), "chunks": len(collection.chunks)}
    for name, measured in figures.items():
        kept |= keep(name, measured)
    for name, compared in ahead.items():
        kept |= keep(name, compared)
    write_result("peers-titles" if given.titles else "peers", kept)
    print(f"\n{format_table(figures)}\n\n{format_table(ahead)}")


if __name__ == "__main__":
    main()
