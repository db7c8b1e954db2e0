"""A home to be damaged, what is asked of it afterwards, and whether what it says is what was indexed."""

from __future__ import annotations

import json
import logging
import os
import shutil
import traceback
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakes import FakeEncoder
from remembered import make_given

from bot.memory.memory import Memory
from index.checking import check_coverage
from index.coverage import Coverage
from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.records import Hit

TOPICS = ("harbour", "river", "bridge", "mayor", "winter", "skater", "dyke", "ferry", "lantern", "orchard")
QUESTIONS = (
    "What did the skater say about the ferry?",
    "What did the mayor say about the dyke?",
    "What did the lantern say about the orchard?",
    "What did the river say about the winter?",
    "What did the bridge say about the harbour?",
)
KEY = "kept-answer"
# What an article shows of itself, by its id: text, title, source, address; each version it ever had.
Shown = tuple[str, str, str | None, str | None]
Originals = dict[str, list[Shown]]


def write_articles(folder: Path, name: str, tone: str) -> dict[str, Shown]:
    """Some sixty articles in one file; by their ids, what they show."""
    shown: dict[str, Shown] = {}
    lines = []
    for one in TOPICS:
        for other in (each for each in TOPICS[:7] if each != one):
            article_id, title = f"{one}-{other}", f"{one} and {other}, {tone}"
            said = "".join(
                f"The {one} of the {tone} told the {other} number {count} things about {one} and {other}. "
                for count in range(12)
            )
            text = f"What the {one} said about the {other} was {tone}. {said}".strip()
            shown[article_id] = (text, title, f"The {tone}", f"https://news.example/{tone}/{article_id}")
            lines.append(_line(article_id, shown[article_id]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return shown


def _line(article_id: str, shown: Shown) -> str:
    text, title, source, url = shown
    given = {"_id": article_id, "title": title, "text": text}
    return json.dumps(given | {"metadata": {"source": source, "url": url, "published": "2025-01-11"}})


@dataclass(slots=True)
class Said:
    """All that was said when a home was used: quotations, words in the log, an error, a traceback."""

    best: list[str] = field(default_factory=list)
    quoted: list[tuple[str, str, Shown]] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    error: str | None = None
    trace: str | None = None

    def wrong(self, originals: Originals) -> list[str]:
        """The quotations that are in no version of their article, or stand under another's name."""
        return [
            f"{article_id}: {words[:60]!r}"
            for article_id, words, shown in self.quoted
            if not any(words in each[0] and shown[1:] == each[1:] for each in originals.get(article_id, []))
        ]


def use(home: Path, news: Path) -> Said:
    """Open a home, ask it, look through it, turn a kept answer over, add to it and ask again."""
    said = Said()
    with _listening(said.logged):
        try:
            with Coverage.open(home, encoder=FakeEncoder()) as coverage:
                _use(coverage, news, said)
        except DatelineError as error:
            said.error = str(error)
        except Exception:  # noqa: BLE001 - what nobody foresaw is what is looked for
            said.trace = traceback.format_exc()
    return said


def _use(coverage: Coverage, news: Path, said: Said) -> None:
    for question in QUESTIONS:
        hits = coverage.ask(question, count=10).hits
        said.best.append(hits[0].article.id if hits else "")
        _note(said, hits)
    _note(said, coverage.newest(5))
    memory = Memory(coverage.database)
    kept = memory.answers.find(KEY)
    _note(said, coverage.recall(kept.marks) if kept else ())
    coverage.sources()
    coverage.status()
    coverage.index([str(news)])
    hits = coverage.ask("Which comet passed the observatory?", count=1).hits
    said.best.append(hits[0].article.id if hits else "")


def _note(said: Said, hits: Any) -> None:
    for hit in hits:
        said.quoted.append(_as_quoted(hit))
        said.quoted += [
            (other.id, "", (other.text, other.title, other.source, other.url)) for other in hit.also
        ]


def _as_quoted(hit: Hit) -> tuple[str, str, Shown]:
    article = hit.article
    return article.id, hit.passage.text, (article.text, article.title, article.source, article.url)


@contextmanager
def _listening(lines: list[str]) -> Iterator[None]:
    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    listener = Listener(logging.WARNING)
    logging.getLogger("index").addHandler(listener)
    try:
        yield
    finally:
        logging.getLogger("index").removeHandler(listener)


def diagnose(home: Path) -> dict[str, list[str]]:
    """What the doctor finds in a home: for each state, what."""
    found: dict[str, list[str]] = {}
    for each in check_coverage(home):
        # The small encoder of the tests is none that ships.
        if each.name not in {"model", "disk"}:
            found.setdefault(each.state, []).append(f"{each.name}: {each.found}")
    return found


@dataclass(frozen=True, slots=True)
class Made:
    """A home, the same as it was earlier, another one; what was ever indexed; a piece of news to add."""

    home: Path
    older: Path
    foreign: Path
    news: Path
    originals: Originals


def make_homes(folder: Path, *, killed: bool) -> Made:
    """Homes to be damaged; `killed` leaves a log of changes beside the database, as a kill does."""
    originals: Originals = {}

    def index(home: str, tone: str) -> None:
        for article_id, shown in write_articles(folder / "inputs", f"{home}-{tone}.jsonl", tone).items():
            originals.setdefault(article_id, []).append(shown)
        with Coverage.open(folder / home, encoder=FakeEncoder()) as coverage:
            coverage.index([str(folder / "inputs" / f"{home}-{tone}.jsonl")])

    index("foreign", "stranger")
    index("home", "herald")
    shutil.copytree(folder / "home", folder / "older")
    index("home", "gazette")
    news = folder / "inputs" / "comet.jsonl"
    comet: Shown = ("A comet passed the observatory.", "Comet", "The gazette", "https://news.example/comet")
    news.write_text(_line("comet", comet), encoding="utf-8")
    originals["comet"] = [comet]
    with Coverage.open(folder / "home", encoder=FakeEncoder()) as coverage:
        marks = tuple(hit.mark for hit in coverage.ask(QUESTIONS[0], count=3).hits)
        Memory(coverage.database).answers.keep(make_given(key=KEY, marks=marks))
    (folder / "home" / "received").mkdir()
    (folder / "home" / "received" / "note.txt").write_text("title: Note\n\nA note.", encoding="utf-8")
    if killed:
        _kill_while_open(folder)
    return Made(folder / "home", folder / "older", folder / "foreign", news, originals)


def _kill_while_open(folder: Path) -> None:
    """Change articles and end without closing, so that what changed stands in the log alone."""
    child = os.fork()
    if child == 0:
        coverage = Coverage.open(folder / "home", encoder=FakeEncoder())
        coverage.remove([f"{each}-bridge" for each in TOPICS[3:6]])
        coverage.index([str(folder / "inputs" / "home-herald.jsonl")])
        coverage.ask(QUESTIONS[0])
        os._exit(0)
    os.waitpid(child, 0)


GOOD = ("harmless", "healed", "reported", "found by the doctor", "another database")


def judge(
    before: Said, says: tuple[Said, Said], doctor: dict[str, list[str]], made: Made, *, exchanged: bool
) -> str:
    """What became of damage, in a word or two: one of GOOD, or what must not be.

    `says` is what a damaged home said in two uses, one after the other; `exchanged` tells that its database
    was replaced by another whole one.
    """
    first, second = says
    if first.wrong(made.originals) or second.wrong(made.originals):
        return "wrong quotation"
    if any(each.trace or "\n" in (each.error or "") for each in says):
        return "traceback"
    if first.error or second.error:
        return "reported"
    if exchanged and first.best != before.best:
        return "another database"
    return _quiet(first, second, before, found=bool(doctor.get("failed") or doctor.get("mended")))


def _quiet(first: Said, second: Said, before: Said, *, found: bool) -> str:
    """What became of damage that ended in no error and no wrong word."""
    same = first.best == second.best == before.best
    if same and first.logged:
        return "reported" if second.logged else "healed"
    if any("damaged" in each for each in first.logged):
        return "reported"
    if found:
        return "found by the doctor"
    return "harmless" if same else "silent"
