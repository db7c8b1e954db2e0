"""The coverage: the whole collection with its indexes. It opens the parts and hands them to the journeys."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Event, Semaphore
from typing import TYPE_CHECKING, TypeVar

from index.answering.answer import Answering
from index.answering.confidence import default_threshold
from index.answering.language import language_of
from index.answering.question import Moment, understand
from index.answering.reports import Reports
from index.answering.themes import group_by_meaning
from index.answering.topic import Topic
from index.answering.topics import understand_topic
from index.backup import files_in
from index.beside import beside
from index.browsing import Browsing
from index.database import DATABASE
from index.encoder import COMPILED, SentenceEncoder
from index.errors import ModelError
from index.following import Engines
from index.groups import Groups
from index.history import Version, find_versions
from index.indexing import Indexing, Report
from index.journal import Journal
from index.manners import Manners
from index.opening import open_home
from index.reading.inputs import count_articles, read_input
from index.records import Answer, Extent
from index.reranker import CrossEncoderReranker
from index.status import Status, take_status
from index.store import Store
from index.watching.rounds import is_visited
from index.watching.watcher import Happening, Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, timedelta
    from pathlib import Path
    from typing import Self

    from index.database import Database
    from index.encoder import Encoder
    from index.engines.dense import Dense
    from index.engines.lexical import Lexical
    from index.records import Hit, Mark, Passage, SourceExtent
    from index.reranker import Reranker

__all__ = ["DATABASE", "Coverage", "Status"]

POLITE = Manners()
# A question meets so many changes at most, each within its search; it is answered all the same.
TRIES = 4
# So many questions are answered at a time, while one is encoded the words of another are weighed: Python does
# no two things at once. With two a machine of two cores answered 98 a second, with 32 only 62.
AT_ONCE = 2
# What a search finds.
Found = TypeVar("Found")


class Coverage:
    """All articles of one home folder: add, remove, ask. Threads may share it, processes the home."""

    def __init__(
        self,
        home: Path,
        database: Database,
        encoder: Encoder,
        reranker: Reranker | None,
        threshold: float,
        manners: Manners,
    ) -> None:
        self._home = home
        self._database = database
        self._store = Store(database)
        self._groups = Groups(database)
        self._journal = Journal(database)
        self._browsing = Browsing(database, self._groups)
        self._manners = manners
        self._encoder = encoder
        self._reranker = reranker
        self._threshold = threshold
        self._topic = Topic(encoder)
        self._known: tuple[int, Extent, tuple[str, ...]] = (-1, Extent(0, 0, None), ())
        self._made_with: str | None = None
        self._engines = Engines(home, self._store)
        self._at_once = Semaphore(AT_ONCE)

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        database_url: str | None = None,
        model: str | None = None,
        reranker: str | None = None,
        threshold: float | None = None,
        encoder: Encoder | None = None,
        manners: Manners = POLITE,
    ) -> Self:
        """The coverage in a home folder, which is made where it is not there.

        `model` and `reranker` are names or folders of sentence-transformers models; from the confidence
        `threshold`, in 0..1, a question counts as answered. `manners` are those on the web.

        Raises:
            StoreError: the home or the database cannot be used.
        """
        return cls(
            home,
            open_home(home, database_url),
            encoder or SentenceEncoder(model, home / COMPILED),
            CrossEncoderReranker(reranker) if reranker else None,
            default_threshold() if threshold is None else threshold,
            manners,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let everything go. What was acknowledged is stored already."""
        self._database.close()

    def count(self, inputs: Iterable[str]) -> int:
        """About how many articles the inputs hold; for telling how far the indexing is."""
        return sum(count_articles(each) for each in inputs if not is_visited(each))

    def index(self, inputs: Iterable[str], tell: Callable[[Report], None] = lambda _report: None) -> Report:
        """Read, split, encode and store the inputs, calling `tell` as the work goes on.

        An input is a file, a folder, or the address of a page, a feed, a list of feeds, a sitemap or
        newswire; of what lists pages, the pages are read.

        Raises:
            ModelError: the coverage was made with another model.
            StoreError: the database refuses.
        """
        self._check_model()
        self._engines.current(wait=True)
        indexing = Indexing(self._store, self._groups, self._encoder, tell)
        watcher = Watcher(indexing, self._journal, self._base, self._manners)
        for given in inputs:
            if is_visited(given):
                watcher.once(given)
            else:
                indexing.run(given, read_input(given, self._base))
        self._engines.current(wait=True)
        self._engines.lay_out(Event())
        return indexing.report

    def watch(
        self,
        inputs: Sequence[str],
        every: timedelta,
        stop: Event,
        tell: Callable[[Happening], None],
    ) -> None:
        """Index the inputs again and again, with a pause of `every` between, until `stop` is set.

        Raises:
            ModelError: the coverage was made with another model, or the model cannot be loaded.
            StoreError: the database refuses.
        """
        self._check_model()
        self._engines.current(wait=True)
        indexing = Indexing(self._store, self._groups, self._encoder, watching=True)

        def tell_stored(happening: Happening) -> None:
            # Files of the indexes that are up to date make the next start quick.
            if happening.visit and (happening.visit.added or happening.visit.updated):
                self._engines.current(wait=True)
            tell(happening)

        watcher = Watcher(indexing, self._journal, self._base, self._manners)
        with beside(self.keep_laid_out, "laying out"):
            watcher.forever(inputs, every, stop, tell_stored)

    def history(self, wanted: str) -> list[list[Version]]:
        """The versions, newest first, of each article of this id or address, or that held these words."""
        return find_versions(self._database, wanted)

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Take the articles out of the coverage, and let inputs go that are watched no longer.

        Returns:
            Those of the ids and addresses that were there.
        """
        # An index ahead of its database, as after a restored backup, is told only before the next change.
        self._engines.current(wait=True)
        removed = self._store.remove(ids)
        self._engines.current(wait=True)
        let_go = [state.address for state in self._journal.inputs() if state.address in ids]
        for address in let_go:
            self._journal.forget_input(address)
        return removed + let_go

    def ask(  # noqa: PLR0913 - a question may be asked in many ways, each by its name
        self,
        question: str,
        *,
        count: int = 5,
        since: date | None = None,
        until: date | None = None,
        sources: Sequence[str] = (),
        now: date | None = None,
        topic: str = "",
        widen: bool = False,
        after: int | None = None,
    ) -> Answer:
        """The `count` passages that answer best, and whether they do.

        It is asked on the day `now`, by default today. `topic` is the question before it, which it may
        lean on: the `query.topic` of the last answer. To `widen` is to let go at once of the filters that
        its own words imply; `after` keeps to the passages that came since `last_passage` told that number.

        Raises:
            QuestionError: there is nothing to look for, or a filter that cannot be.
            ModelError: the model cannot be loaded, or is not the coverage's.
        """
        generation, extent, moment = self._meet(now, topic)
        query = understand(question, moment, since=since, until=until, sources=sources)
        query = replace(query.widen() if widen and query.implied else query, after=after)
        if not extent.passages or (after is not None and self.last_passage() <= after):
            return Answer(question, query, (), 0.0, answered=False, extent=extent)
        self._check_model()
        parts = (self._store, self._groups)
        answering = Answering(self._encoder, parts, self._topic, self._reranker, self._threshold)
        # This takes the longest, and an index that changes need not wait for it.
        with self._at_once:
            taken = answering.take_apart(question, query, moment.now, extent)
            return self._steadily(generation, lambda engines: answering.answer(taken, count, engines))

    def recall(self, marks: Sequence[Mark]) -> list[Hit]:
        """The hits of these marks, in order, of those whose words still stand there."""
        return self._browsing.recall(marks)

    def surroundings(self, hit: Hit) -> Passage:
        """The hit's passage with the one before and the one after it, at most 3,000 characters."""
        return self._browsing.surroundings(hit)

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """By id, the text, as it stands now, of each of these articles that may be used."""
        return self._browsing.texts(ids)

    def about(self, topic: str, *, count: int, now: date | None = None) -> list[Hit]:
        """The reports on a topic, the most relevant first: the best passage of each, copies behind it.

        Raises:
            QuestionError: there is nothing to look for.
            ModelError: the model cannot be loaded, or is not the coverage's.
        """
        generation, extent, moment = self._meet(now)
        query = understand_topic(topic, moment)
        if not extent.passages:
            return []
        self._check_model()
        parts = (self._store, self._groups)
        return self._steadily(
            generation, lambda engines: Reports(self._encoder, parts, engines).about(query, count, moment.now)
        )

    def newest(self, count: int) -> list[Hit]:
        """The opening passages of the newest articles, newest first, one of each story."""
        return self._browsing.newest(count)

    def sources(self) -> list[SourceExtent]:
        """The sources with how much each has, the largest first."""
        return self._browsing.sources()

    def themes(self, questions: Sequence[str]) -> list[list[str]]:
        """The first 1,000 questions, by meaning: the largest group first, in each the most typical."""
        return group_by_meaning(questions, self._encoder)

    def last_passage(self) -> int:
        """The highest number of a passage, which all that come later exceed; 0 where there is none."""
        return self._browsing.last_passage()

    def generation(self) -> int:
        """The number of the last committed change."""
        return self._store.generation()

    @property
    def database(self) -> Database:
        """The coverage's database, for what is kept beside it."""
        return self._database

    def extent(self) -> Extent:
        """How much coverage there is, and how current it is."""
        return self._store.extent()

    def warm(self) -> None:
        """Load the model and the indexes now rather than with the first question."""
        if self._store.model():
            self._check_model()
            self._engines.current(wait=True)
            self._topic.strangeness(self._encoder.encode_question("warm"))
            # What tells languages apart takes a second to load, with the first words that are not English.
            language_of("combien de soldats ont été capturés")

    def keep_laid_out(self, stop: Event) -> None:
        """Let the indexes fit a coverage that grows, looking now and again, until `stop` is set.

        Questions are answered meanwhile; a million passages take a minute or two.
        """
        self._engines.keep_laid_out(stop)

    def back_up(self, target: Path, folder: str) -> None:
        """Copy all that cannot be made again, with the files of a folder of the home, into one new file.

        Raises:
            StoreError: it cannot be written, there is something of that name, or the database is damaged.
        """
        self._database.back_up(target, files_in(self._home / folder))

    def status(self) -> Status:
        """What is in the coverage, and how far the indexes have followed it."""
        return take_status(self._home, self._store, self._engines, self._journal)

    @property
    def _base(self) -> Path:
        """The folder from which files are named."""
        return self._home.resolve().parent

    def _facts(self) -> tuple[int, Extent, tuple[str, ...]]:
        """The generation, extent and sources, read anew only when something has changed."""
        known = self._known
        newest = self._store.generation()
        if known[0] != newest:
            # Another backup may have been restored, that was made with another model.
            self._made_with = None
            known = self._known = (newest, self._store.extent(), tuple(self._store.sources()))
        return known

    def _meet(self, now: date | None, topic: str = "") -> tuple[int, Extent, Moment]:
        """The generation, how much there is on the day `now`, and what a question then meets."""
        generation, extent, sources = self._facts()
        moment = Moment(now or datetime.now().astimezone().date(), sources, extent.newest, topic)
        return generation, extent, moment

    def _steadily(self, generation: int, search: Callable[[tuple[Dense, Lexical]], Found]) -> Found:
        """What a search finds, searched again where the coverage has changed since a generation."""
        for _ in range(TRIES):
            with self._engines.reading(generation) as engines:
                found = search(engines)
            # What changed in between is neither among the engines' passages any more nor yet.
            before, generation = generation, self._store.generation()
            if generation == before:
                break
        return found

    def _check_model(self) -> None:
        # It hardly ever changes, and every question asks.
        self._made_with = self._made_with or self._store.model()
        if self._made_with not in (None, self._encoder.name):
            raise ModelError(
                f"this coverage was made with the model '{self._made_with}', not '{self._encoder.name}'; set "
                "DATELINE_MODEL back to it, or DATELINE_HOME to another folder and index there"
            )
