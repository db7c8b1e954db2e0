"""Small sets of questions in BEIR form, and lines of runs, made for tests."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from index.evaluation import Question

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ARTICLES = {
    "harbour": "The harbour froze in January. Forty ships waited outside.",
    "bridge": "The bridge opened in May. Its toll is two crowns.",
    "bakery": "The bakery moved to Mill Lane. It sells rye bread.",
}
ASKED = {"date": "2025-02-01", "answers": ["Forty"], "answerable": True}
TOLL = {"date": "2025-06-01", "answers": ["two crowns"], "answerable": True}
UNKNOWN = {"date": "2025-06-02", "answers": ["Ann Lee"], "answerable": False}
QUESTIONS: list[dict[str, Any]] = [
    {"_id": "ships", "text": "How many ships waited outside the harbour?", "metadata": ASKED},
    {"_id": "toll", "text": "What is the toll of the bridge?", "metadata": TOLL},
    {"_id": "opera", "text": "Who sang at the opera?", "metadata": UNKNOWN},
]
JUDGMENTS = "query-id\tcorpus-id\tscore\nships\tharbour\t1\ntoll\tbridge\t1\n"


def write_set(
    folder: Path,
    articles: dict[str, str] = ARTICLES,
    questions: Iterable[dict[str, Any]] = QUESTIONS,
    judgments: str | None = JUDGMENTS,
) -> Path:
    """Write a set into a folder, which is made; without judgments there is no file of them."""
    folder.mkdir(exist_ok=True)
    corpus = [{"_id": key, "title": key.title(), "text": text} for key, text in articles.items()]
    (folder / "corpus.jsonl.gz").write_bytes(gzip.compress(to_lines(corpus).encode(), mtime=0))
    (folder / "queries.jsonl").write_text(to_lines(questions), encoding="utf-8")
    if judgments is not None:
        (folder / "qrels").mkdir(exist_ok=True)
        (folder / "qrels" / "test.tsv").write_text(judgments, encoding="utf-8")
    return folder


def to_lines(objects: Iterable[dict[str, Any]]) -> str:
    """Each object as JSON on a line of its own."""
    return "".join(f"{json.dumps(each)}\n" for each in objects)


def make_line(question: str, *hits: tuple[str, str], **fields: Any) -> dict[str, Any]:
    """A run's line with hits of these articles and texts, best first."""
    listed = [{"text": text, "article": {"id": article}} for article, text in hits]
    return {"query_id": question, "hits": listed} | fields


def make_question(identity: str, *answers: str, answerable: bool = True) -> Question:
    """A question with these answers."""
    return Question(identity, f"What about {identity}?", answers=answers, answerable=answerable)
