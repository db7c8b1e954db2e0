"""The article's journey: read, tell what is new, split, encode, store, and find what it is a copy of."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal

from index.errors import DatelineError
from index.passages import context_title, split
from index.reading.fields import Noticed
from index.records import Article, Passage, Skipped, Withdrawal, in_context
from index.seen import Seen
from index.store import Encoded
from index.versions import succeed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from index.encoder import Encoder
    from index.groups import Groups
    from index.store import Store

# What a reader gives.
Item = Article | Withdrawal | Skipped | Noticed

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
    withdrawals: list[Withdrawal] = field(default_factory=list)
    barren: list[Skipped] = field(default_factory=list)

    @property
    def withdrawn(self) -> int:
        """How many articles were withdrawn."""
        return len(self.withdrawals)

    @property
    def articles(self) -> int:
        """How many articles were read and are stored."""
        return self.added + self.updated + self.unchanged

    def take_words(self) -> list[Skipped | Noticed | Withdrawal]:
        """What there is to say since this was last called, for a run that never ends."""
        words: list[Skipped | Noticed | Withdrawal] = [*self.withdrawals, *self.skipped, *self.noticed]
        self.withdrawals, self.skipped, self.noticed = [], [], []
        return words


@dataclass(frozen=True, slots=True)
class Taken:
    """Under which id an article is stored, or lined up to be, and what that is to what was stored before."""

    id: str
    fate: Literal["added", "updated", "unchanged"]


class Indexing:
    """One run over some inputs. What its report counts is stored, whatever happens next.

    When it is `watching`, an article that somebody took out is left out.
    """

    def __init__(
        self,
        store: Store,
        groups: Groups,
        encoder: Encoder,
        tell: Callable[[Report], None] = lambda _: None,
        *,
        watching: bool = False,
    ) -> None:
        self.report = Report()
        self._store = store
        self._groups = groups
        self._encoder = encoder
        self._tell = tell
        self._seen = Seen()
        self._watching = watching
        self._waiting: list[tuple[Article, list[Passage], bool]] = []
        # Whatever an article that waits to be stored could be recognised by.
        self._awaited: set[str] = set()
        # Of these what is stored has changed, or will have, since it was looked up for the batch.
        self._changed: set[str] = set()

    def run(self, given: str, items: Iterable[Item]) -> None:
        """Index all that an input gives.

        Raises:
            StoreError: the database refuses; all that was reported before is stored.
            DatelineError: the memory is not enough; the same holds.
        """
        with _told_of_memory(), self.reading(given):
            for some in _together(iter(items), LOOKED_UP):
                self.take(some)

    @contextmanager
    def reading(self, given: str) -> Iterator[None]:
        """What is taken within is of this input; if it gives no article it ends up in `barren`."""
        given_before, skipped = self._given_so_far(), len(self.report.skipped)
        yield
        self.flush()
        if self._given_so_far() == given_before:
            reasons = self.report.skipped[skipped:]
            self.report.barren.append(_barren(given, reasons))

    def take(self, items: Sequence[Item]) -> list[Taken]:
        """Let pass what is stored as it is, and line up the rest; what became of the articles, in order.

        Raises:
            StoreError: the database refuses.
            DatelineError: the memory is not enough.
        """
        with _told_of_memory():
            return self._take(items)

    def _take(self, items: Sequence[Item]) -> list[Taken]:
        ids = [item.id for item in items if isinstance(item, Article)]
        stored = self._store.digests(ids)
        removed = self._store.identities.removed(ids) if self._watching else set()
        self._changed = {article.id for article, _, _ in self._waiting}
        taken = []
        for item in items:
            if isinstance(item, Article) and item.id in removed:
                self.report.unchanged += 1
                taken.append(Taken(item.id, "unchanged"))
            elif isinstance(item, Article):
                taken += self._sort_out(item, stored.get(item.id))
            elif isinstance(item, Withdrawal):
                self._withdraw(item)
            elif isinstance(item, Skipped):
                self.report.skipped.append(item)
            else:
                self.report.noticed.append(item)
        self._tell(self.report)
        return taken

    def flush(self) -> None:
        """Encode and store what is lined up, in one transaction, and see what it is a copy of.

        Raises:
            StoreError: the database refuses.
            DatelineError: the memory is not enough.
        """
        with _told_of_memory():
            if self._waiting:
                self._store_waiting()
                self._tell(self.report)
            self._groups.group_new()

    def begin_anew(self) -> None:
        """Let whatever was read be read again, as in another run: a file may have changed meanwhile."""
        self._seen.clear()

    def _given_so_far(self) -> int:
        return self.report.articles + self.report.repeated + self.report.withdrawn

    def _sort_out(self, article: Article, known: tuple[str, str] | None) -> list[Taken]:
        if self._awaited & ({article.id} if article.named else _marks_of(article)):
            self.flush()
        if article.id in self._changed:
            known = self._store.digests([article.id]).get(article.id)
        own = article.id if known or article.named else self._own_id(article)
        if own != article.id:
            known = self._store.digests([own]).get(own)
        # What its publisher dates may come again and again, and be withdrawn and restored between.
        before = None if article.issued else self._seen.before(own, article.digest)
        if before == article.digest:
            # The same file by two ways, as with a folder and a file in it.
            self.report.repeated += 1
            return [Taken(own, "unchanged")]
        if before and article.named:
            reason = f"its id '{article.id}' is that of an earlier article of this run; give it another"
            self.report.skipped.append(Skipped(article.input, reason))
            return []
        if known is None:
            self._line_up(article, new=True)
            return [Taken(own, "added")]
        if known[0] != article.digest and (newer := self._newer(own, article, known[1])):
            self._line_up(newer, new=False)
            return [Taken(own, "updated")]
        self.report.unchanged += 1
        return [Taken(own, "unchanged")]

    def _own_id(self, article: Article) -> str:
        """The id of the stored article that this one is, by whatever it is recognised; else its own."""
        own = self._store.identities.own(article.id)
        if own != article.id:
            return own
        own = self._store.identities.same_piece(article) or article.id
        # What a publisher dates may change, and be called back, under this id.
        if own != article.id and article.issued:
            self._store.identities.note(article.id, own)
        return own

    def _newer(self, own: str, article: Article, origin: str) -> Article | None:
        """What replaces a stored article, if this reading of it does."""
        if own != article.id and not article.issued:
            # Two files of one piece would take turns.
            return None
        stored, withdrawn, vanished = self._store.article(own)
        today = datetime.now().astimezone().date()
        newer = succeed(stored, article, today, withdrawn, vanished=vanished)
        if newer and article.named and origin != article.input:
            remark = f"replaces the article '{article.id}' that came from {origin}"
            self.report.noticed.append(Noticed(article.input, remark))
        return newer

    def _line_up(self, article: Article, *, new: bool) -> None:
        found = split(article, self._encoder.count_tokens, self._encoder.window)
        self._waiting.append((article, found, new))
        self._awaited |= _marks_of(article)
        self._changed.add(article.id)
        if sum(len(passages) for _, passages, _ in self._waiting) >= TOGETHER:
            self.flush()

    def _withdraw(self, withdrawal: Withdrawal) -> None:
        self.flush()
        own = self._store.identities.own(withdrawal.id)
        self._changed.add(own)
        if self._store.withdraw(replace(withdrawal, id=own)):
            self.report.withdrawals.append(withdrawal)
        else:
            self.report.repeated += 1

    def _store_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._awaited = set()
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

    def _contexts(self, article: Article, passages: Sequence[Passage]) -> list[str]:
        title = context_title(article.title, self._encoder.count_tokens, self._encoder.window)
        return [in_context(title, passage.text) for passage in passages]


@contextmanager
def _told_of_memory() -> Iterator[None]:
    """Tell of want of memory in a line; a transaction that it ended has changed nothing."""
    try:
        yield
    except MemoryError as error:
        raise DatelineError(
            "there is not enough memory to go on; what was reported stored is stored: "
            "end other programs, or give this one more, and index the same again"
        ) from error


def _barren(given: str, reasons: Sequence[Skipped]) -> Skipped:
    if len(reasons) == 1:
        return reasons[0]
    if reasons:
        return Skipped(
            given, f"none of its {len(reasons)} files or lines is an article; the first: {reasons[0].reason}"
        )
    return Skipped(given, "holds no article")


def _marks_of(article: Article) -> set[str]:
    own = {article.id, article.content}
    return own | {article.address} if article.address else own


def _together(items: Iterator[Item], count: int) -> Iterator[list[Item]]:
    while some := list(islice(items, count)):
        yield some
