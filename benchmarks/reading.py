"""How long do reading and splitting take beside encoding, is memory flat, does fetching overlap encoding?"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from harness import write_result

from index.coverage import DATABASE, Coverage
from index.database import Database
from index.encoder import SentenceEncoder
from index.groups import Groups
from index.indexing import Indexing
from index.manners import Manners
from index.passages import context_title, split
from index.reading.inputs import read_input
from index.records import Article, in_context
from index.store import Store

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from fakes import FakeEncoder
from news_site.site import NewsSite
from news_site.stories import story

SIZES = (10_000, 100_000)
PAGES = 200
# As long as a host far away takes to answer.
DELAY = 0.05
MEGABYTE = 1_000_000


def main() -> None:
    """Measure all four questions; with a size, only index so many articles and tell time and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, help="index this file with a fake encoder, and tell")
    given = parser.parse_args()
    if given.index:
        print(json.dumps(index_apart(given.index)))
        return
    with tempfile.TemporaryDirectory() as folder:
        files = {size: write_articles(Path(folder) / f"{size}.jsonl.gz", size) for size in SIZES}
        figures: dict[str, Any] = {}
        for size, file in files.items():
            figures |= {f"{name} {size}": value for name, value in in_a_process(file).items()}
        figures |= reading_beside_encoding(files[SIZES[0]])
    write_result("reading", figures | fetching_beside_encoding())


def write_articles(file: Path, count: int) -> Path:
    """So many short articles in BEIR form."""
    with gzip.open(file, "wt", encoding="utf-8") as stream:
        for number in range(count):
            made = story(number)
            record = {"_id": f"a{number}", "title": made.title, "text": made.text}
            stream.write(json.dumps(record | {"metadata": {"date": made.date.isoformat()}}) + "\n")
    return file


def in_a_process(file: Path) -> dict[str, float]:
    """What indexing a file takes in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--index", str(file)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def index_apart(file: Path) -> dict[str, float]:
    """Read, split, store and group, with an encoder that costs next to nothing: what is left of the time."""
    with tempfile.TemporaryDirectory() as folder:
        # Of the processor, so that whatever else runs does not count.
        began = time.process_time()
        database = Database.open(Path(folder) / DATABASE)
        indexing = Indexing(Store(database), Groups(database), FakeEncoder())
        indexing.run(str(file), read_input(str(file), file.parent))
        database.close()
        seconds, peak = time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = (Path(folder) / DATABASE).stat().st_size
        with Coverage.open(Path(folder), encoder=FakeEncoder()) as coverage:
            coverage.warm()
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "processor seconds": round(seconds, 1),
        "peak MB": round(peak / 1000, 1),
        "peak MB with the indexes built": round(whole / 1000, 1),
        "database MB": round(size / MEGABYTE, 1),
    }


def reading_beside_encoding(file: Path) -> dict[str, Any]:
    """Reading and splitting all articles of a file, and encoding their passages, by the real encoder."""
    encoder = SentenceEncoder()
    encoder.encode_question("warm")
    began = time.perf_counter()
    texts = []
    for article in (each for each in read_input(str(file), file.parent) if isinstance(each, Article)):
        title = context_title(article.title, encoder.count_tokens, encoder.window)
        passages = split(article, encoder.count_tokens, encoder.window)
        texts += [in_context(title, passage.text) for passage in passages]
    read = time.perf_counter() - began
    began = time.perf_counter()
    for start in range(0, len(texts), 256):
        encoder.encode_passages(texts[start : start + 256])
    encoded = time.perf_counter() - began
    return {
        "articles read and split": SIZES[0],
        "their passages": len(texts),
        "reading and splitting, seconds": round(read, 1),
        "encoding, seconds": round(encoded, 1),
        "reading and splitting / encoding": round(read / encoded, 3),
    }


def fetching_beside_encoding() -> dict[str, Any]:
    """The pages of a feed fetched and encoded together, against the two one after the other."""
    with NewsSite() as site, tempfile.TemporaryDirectory() as folder:
        for number in range(PAGES):
            site.publish(f"/{number}", **story(number).fields)
        site.feed("/feed")
        site.fault("*", "delay", seconds=DELAY)
        address, manners = site.url("/feed"), Manners(private=True, pause=0)
        began = time.perf_counter()
        with Coverage.open(Path(folder) / "fetched", encoder=FakeEncoder(), manners=manners) as coverage:
            coverage.index([address])
        fetched = time.perf_counter() - began
        encoder = SentenceEncoder()
        encoder.encode_question("warm")
        began = time.perf_counter()
        with Coverage.open(Path(folder) / "both", encoder=encoder, manners=manners) as coverage:
            coverage.index([address])
        both = time.perf_counter() - began
        encoded = encode_again(Path(folder) / "both" / DATABASE, encoder)
    return {
        "pages": PAGES,
        "fetching, seconds": round(fetched, 2),
        "encoding, seconds (the same pages)": round(encoded, 2),
        "both at once, seconds": round(both, 2),
        "both at once / one after the other": round(both / (fetched + encoded), 3),
    }


def encode_again(database: Path, encoder: SentenceEncoder) -> float:
    """The seconds that encoding all stored passages takes by itself."""
    store = Store.open(database)
    texts = [in_context(a.title, p.text) for batch in store.texts_since(0) for _, (p, a) in batch]
    store.close()
    began = time.perf_counter()
    encoder.encode_passages(texts)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
