"""The article's journey: read, split, encode, store."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from index.passages import context_title, split
from index.reading.fields import Noticed
from index.reading.inputs import read_input
from index.records import Article, Passage, Skipped, in_context
from index.store import Encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from index.encoder import Encoder
    from index.store import Store

# So many passages are encoded and stored together: enough to sort by length, and no more than a few
# seconds' work to lose with the plug.
TOGETHER = 256
LOOKED_UP = 64


@dataclass(slots=True)
class Report:
    """What became of the inputs: counts of articles, and whatever was not read, with its reason."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    passages: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    noticed: list[Noticed] = field(default_factory=list)
    barren: list[Skipped] = field(default_factory=list)

    @property
    def articles(self) -> int:
        """How many articles were read and are stored."""
        return self.added + self.updated + self.unchanged


class Indexing:
    """One run over some inputs. What its report counts is stored, whatever happens next."""

    def __init__(self, store: Store, encoder: Encoder, base: Path, tell: Callable[[Report], None]) -> None:
        self.report = Report()
        self._store = store
        self._encoder = encoder
        self._base = base
        self._tell = tell
        self._seen: dict[str, str] = {}
        self._waiting: list[tuple[Article, list[Passage], bool]] = []

    def run(self, inputs: Iterable[str]) -> Report:
        """Index all inputs, one after the other; an input that gives no article ends up in `barren`.

        Raises:
            StoreError: the database refuses; all that was reported before is stored.
        """
        for given in inputs:
            given_before, skipped = self._given_so_far(), len(self.report.skipped)
            for some in _together(self._read(given), LOOKED_UP):
                self._sort_out(some)
            self._flush()
            if self._given_so_far() == given_before:
                reasons = self.report.skipped[skipped:]
                self.report.barren.append(_barren(given, reasons))
        return self.report

    def _given_so_far(self) -> int:
        return self.report.articles + self.report.repeated

    def _read(self, given: str) -> Iterator[Article]:
        """The input's articles; what else it gives is noted."""
        for item in read_input(given, self._base):
            if isinstance(item, Noticed):
                self.report.noticed.append(item)
            elif isinstance(item, Skipped):
                self.report.skipped.append(item)
            elif self._seen.get(item.id) == item.digest:
                # The same file by two ways, as with a folder and a file in it.
                self.report.repeated += 1
            elif item.id in self._seen:
                reason = f"its id '{item.id}' is that of an earlier article of this run; give it another"
                self.report.skipped.append(Skipped(item.input, reason))
            else:
                self._seen[item.id] = item.digest
                yield item

    def _sort_out(self, articles: Sequence[Article]) -> None:
        """Let pass what is stored as it is, and line up the rest to be encoded."""
        stored = self._store.digests(article.id for article in articles)
        for article in articles:
            digest, origin = stored.get(article.id, (None, None))
            if digest == article.digest:
                self.report.unchanged += 1
                continue
            if origin is not None and origin != article.input:
                remark = f"replaces the article '{article.id}' that came from {origin}"
                self.report.noticed.append(Noticed(article.input, remark))
            found = split(article, self._encoder.count_tokens, self._encoder.window)
            self._waiting.append((article, found, digest is None))
            if sum(len(passages) for _, passages, _ in self._waiting) >= TOGETHER:
                self._flush()
        self._tell(self.report)

    def _flush(self) -> None:
        """Encode and store what is lined up, in one transaction."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        texts = [text for article, passages, _ in waiting for text in self._contexts(article, passages)]
        embeddings = self._encoder.encode_passages(texts)
        encoded, start = [], 0
        for article, passages, _ in waiting:
            encoded.append(Encoded(article, passages, embeddings[start : start + len(passages)]))
            start += len(passages)
        self._store.add(encoded, self._encoder.name)
        fresh = sum(is_new for _, _, is_new in waiting)
        self.report.added += fresh
        self.report.updated += len(waiting) - fresh
        self.report.passages += start
        self._tell(self.report)

    def _contexts(self, article: Article, passages: Sequence[Passage]) -> list[str]:
        title = context_title(article.title, self._encoder.count_tokens, self._encoder.window)
        return [in_context(title, passage.text) for passage in passages]


def _barren(given: str, reasons: Sequence[Skipped]) -> Skipped:
    if len(reasons) == 1:
        return reasons[0]
    if reasons:
        return Skipped(
            given, f"none of its {len(reasons)} files or lines is an article; the first: {reasons[0].reason}"
        )
    return Skipped(given, "holds no article")


def _together(articles: Iterator[Article], count: int) -> Iterator[list[Article]]:
    while some := list(islice(articles, count)):
        yield some
