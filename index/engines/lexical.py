"""The ranking by words: BM25 over titles and passages, a tantivy index."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from index.engines.analysis import analyze
from index.records import in_context
from index.seal import check_origin, seal, unseal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import tantivy

    from index.records import Article, Passage, Query
    from index.store import Numbers

    Placed = tuple[int, tuple[Passage, Article]]

FORMAT = 2
STATE = "state.json"
# What tantivy locks while it writes. It holds nothing, but without it nothing more can be taken in.
LOCKS = (".tantivy-writer.lock", ".tantivy-meta.lock")
# A writer's memory in bytes; tantivy refuses less than 15 MB a thread.
WRITER_BYTES = 64_000_000


class Lexical:
    """A tantivy folder with a note beside it: the generation it has reached, and a digest of each file."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.generation = 0
        self.trouble: str | None = None
        self._folder = folder
        self._origin = origin
        self._index: tantivy.Index | None = None
        self._searcher: tantivy.Searcher | None = None
        # Of each file, as the note has it.
        self._digests: dict[str, str] = {}

    @classmethod
    def open(cls, folder: Path, origin: str, newest: int) -> Lexical:
        """What the folder holds of a database that has reached the generation `newest`.

        Where that cannot be used the index is empty, and `trouble` says why it must be built anew.
        """
        lexical = cls(folder / "lexical", origin)
        try:
            lexical._read(newest)
        except (OSError, ValueError) as error:
            lexical._lose(error)
        return lexical

    def follow(self, generation: int, removed: Numbers, added: Iterable[Sequence[Placed]]) -> None:
        """Take in, in one commit, what came and went up to a generation of the store."""
        writer = (self._index or self._begin()).writer(WRITER_BYTES, 1)
        try:
            # What a write that failed has left would stop every later one, since tantivy overwrites nothing.
            writer.garbage_collect_files()
            for batch in added:
                _add(writer, batch)
            for number in removed.tolist():
                writer.delete_documents_by_term("number", number)
            writer.commit()
            # Merging goes on after the commit; the digests are of the files that remain.
            writer.wait_merging_threads()
        finally:
            # It holds tantivy's lock for as long as it lives, and an exception would keep it alive.
            del writer
        self._note(generation)
        self._reload()
        self.generation = generation
        self.trouble = None

    def refresh(self) -> None:
        """See what another process has committed since, or that the files are there no more."""
        if self._index is None:
            return
        try:
            told = self._told()
        except (FileNotFoundError, ValueError) as error:
            self._lose(error)
            return
        except OSError:
            # That too many files are open, say, is no damage: what is in memory is searched on.
            return
        with suppress(OSError, ValueError):
            self._reload()
            self.generation, self._digests = told["generation"], told["files"]

    def numbers(self) -> Numbers:
        """The numbers of the passages that are here, ascending."""
        import numpy as np
        import tantivy

        if self._searcher is None or not self._searcher.num_docs:
            return np.empty(0, dtype=np.int64)
        every = self._searcher.search(tantivy.Query.all_query(), self._searcher.num_docs, count=False).hits
        found = self._searcher.fast_field_values("number", [address for _, address in every])
        return np.sort(np.array(found, dtype=np.int64))

    def search(self, query: Query, count: int) -> dict[int, float]:
        """The BM25 score of up to `count` passages that hold the query's words, by number, best first."""
        import tantivy

        words = list(dict.fromkeys(analyze(query.text)))
        if self._searcher is None or self._index is None or not words:
            return {}
        schema, should, must = self._index.schema, tantivy.Occur.Should, tantivy.Occur.Must
        wanted = tantivy.Query.boolean_query(
            [(should, tantivy.Query.term_query(schema, "text", word, "freq")) for word in words]
        )
        if query.filtered:
            wanted = tantivy.Query.boolean_query(
                [(must, wanted), *((must, part) for part in _filters(schema, query))]
            )
        ranked = self._searcher.search(wanted, count, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in ranked])
        return {int(number): score for number, (score, _) in zip(numbers, ranked, strict=True) if number}

    def _read(self, newest: int) -> None:
        import tantivy

        told = self._told()
        check_origin(told, self._origin, newest)
        for name, digest in told["files"].items():
            if _digest(self._folder / name) != digest:
                raise ValueError(f"the checksum of {name} differs")
        for lock in (self._folder / name for name in LOCKS):
            if lock.is_symlink() or (lock.exists() and not (lock.is_file() and os.access(lock, os.W_OK))):
                raise ValueError(f"its lock {lock.name} cannot be taken")
        self._index = _configured(tantivy.Index.open(str(self._folder)))
        self._reload()
        self.generation, self._digests = told["generation"], told["files"]

    def _reload(self) -> None:
        if self._index is not None:
            self._index.reload()
            self._searcher = self._index.searcher()

    def _told(self) -> dict[str, Any]:
        told = unseal((self._folder / STATE).read_bytes())
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']}, not {FORMAT}")
        check_origin(told, self._origin, told["generation"])
        return told

    def _begin(self) -> tantivy.Index:
        """Make an empty index in place of whatever the folder holds."""
        import tantivy

        if self._folder.is_dir():
            shutil.rmtree(self._folder)
        self._folder.unlink(missing_ok=True)
        self._folder.mkdir(parents=True)
        self._index = _configured(tantivy.Index(_schema(), str(self._folder)))
        return self._index

    def _lose(self, error: Exception) -> None:
        """Forget an index that cannot be used; the next `follow` builds it anew."""
        missing = isinstance(error, FileNotFoundError) and error.filename == str(self._folder / STATE)
        self.trouble = "missing" if missing else f"damaged ({error})"
        self.generation = 0
        self._index = self._searcher = None
        self._digests = {}

    def _note(self, generation: int) -> None:
        # Lock files and the note itself say nothing of the index.
        kept = [
            path for path in sorted(self._folder.iterdir()) if path.suffix != ".lock" and path.name != STATE
        ]
        # tantivy writes a file once, and no file again under its name, but for its own notes.
        known = {name: digest for name, digest in self._digests.items() if not name.endswith(".json")}
        files = {path.name: known.get(path.name) or _digest(path) for path in kept}
        told = {"format": FORMAT, "origin": self._origin, "generation": generation, "files": files}
        partial = self._folder / f"{STATE}.{os.getpid()}.lock"
        with partial.open("wb") as stream:
            stream.write(seal(told))
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(self._folder / STATE)
        self._digests = files


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    # Signed: tantivy-py makes a signed term of a number, which in an unsigned field would match nothing.
    builder.add_integer_field("number", indexed=True, fast=True)
    builder.add_integer_field("published", indexed=True, fast=True)
    builder.add_text_field("source", tokenizer_name="raw", index_option="basic")
    # Its words come analysed, with a space between.
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _configured(index: tantivy.Index) -> tantivy.Index:
    # The note tells when to look again; left to itself it would watch the folder from a thread.
    index.config_reader(reload_policy="manual")
    return index


def _add(writer: tantivy.IndexWriter, batch: Iterable[Placed]) -> None:
    for number, (passage, article) in batch:
        # Where a crash came between the commit and the note, some are here already.
        writer.delete_documents_by_term("number", number)
        writer.add_document(_document(number, passage, article))


def _document(number: int, passage: Passage, article: Article) -> tantivy.Document:
    import tantivy

    document = tantivy.Document()
    document.add_integer("number", number)
    document.add_text("text", " ".join(analyze(in_context(article.title, passage.text))))
    if article.published:
        document.add_integer("published", article.published.toordinal())
    if article.source:
        document.add_text("source", article.source)
    return document


def _filters(schema: tantivy.Schema, query: Query) -> list[tantivy.Query]:
    """What the query's filters demand; it adds nothing to a score."""
    import tantivy

    demands, kind = [], tantivy.FieldType.Integer
    if query.since or query.until:
        since = query.since.toordinal() if query.since else None
        until = query.until.toordinal() if query.until else None
        demands.append(tantivy.Query.range_query(schema, "published", kind, since, until))
    if query.after is not None:
        demands.append(tantivy.Query.range_query(schema, "number", kind, query.after + 1, None))
    if query.sources:
        demands.append(tantivy.Query.term_set_query(schema, "source", list(query.sources)))
    return [tantivy.Query.const_score_query(demand, 0.0) for demand in demands]


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
