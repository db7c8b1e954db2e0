"""Does it stay as it is? A hundred thousand questions and five thousand changes of articles, with faults.

One process holds the real bot with its watch; the people, the Bot API on loopback, the faults and whoever
locks the database are in another one. Memory, open files, threads, latency, sizes and the log are looked
at after every thousand questions.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
from collections import Counter
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

TESTS = Path(__file__).parent.parent / "tests"
sys.path.append(str(TESTS))

from harness import write_result  # noqa: E402
from soak_asking import Plan, ask_all  # noqa: E402
from soak_news import Newsroom  # noqa: E402

from bot.arenas import use_few_arenas  # noqa: E402
from bot.memory.memory import Memory  # noqa: E402
from bot.settings import Settings  # noqa: E402
from bot.telegram import pace, running  # noqa: E402
from bot.telegram.alarms import Alarms  # noqa: E402
from bot.telegram.program import live  # noqa: E402
from bot.watching import watching  # noqa: E402
from index.coverage import Coverage  # noqa: E402
from index.database import DATABASE  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection

    from index.encoder import Encoder

# Telegram takes thirty messages a second, so that this would take an hour by itself.
A_SECOND = 10_000
# What is let go each hour, and kept for a month, is here let go each half minute, and kept for two.
LETTING_GO, KEEP = 30.0, timedelta(minutes=2)
# Seconds for the last changes to be stored after the last answer.
SETTLING = 60.0
MEGABYTE = 1_000_000
# What the log may say, and the fault that explains it.
EXPLAINED = {
    "Telegram cannot be reached|an update waits for|nor could its asker be told": "a fault of the Bot API",
    "an update was not answered.*(NetworkError|TimedOut|RetryAfter|TelegramError)": "a fault of the Bot API",
    "Can not load invalid JSON data": "a gateway's page in place of the Bot API's answer",
    "it is not what the article": "an article that was changed after it was found, and so was not quoted",
    "cannot be recorded, so they are asked for again": "the locked database",
    "database is locked|was not noted|given without buttons": "the locked database",
}
# Faults of sending after which a message that has arrived is sent once more.
LOST_AFTER = ("drop after", "hang after")
GRADED = (
    "memory, MB",
    "open files",
    "threads",
    "median, ms",
    "95th percentile, ms",
    "database, MB",
    "write-ahead log, MB",
    "index files, MB",
)


class Lines(logging.Handler):
    """Counts what is logged from warnings on, by text; numbers and names in it count as alike."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.counts: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f" [{type(record.exc_info[1]).__name__}: {record.exc_info[1]}]"
        text = re.sub(r"\d+(\.\d+)?", "N", re.sub(r"'[^']*'|sqlite:\S+", "…", text.split("\n")[0]))
        self.counts[f"{record.levelname} {record.name}: {text}"[:300]] += 1


def sample(home: Path) -> dict[str, Any]:
    """What this process holds, and what stands on the disk."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    files = [each for each in home.rglob("*") if each.is_file()]
    sizes = {each: each.stat().st_size for each in files if each.exists()}
    base, log = home / DATABASE, home / f"{DATABASE}-wal"
    rest = sum(size for each, size in sizes.items() if not each.name.startswith(DATABASE))
    return {
        "memory, MB": round(pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE, 1),
        "open files": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        "threads": sum(1 for _ in Path("/proc/self/task").iterdir()),
        "database, MB": round(sizes.get(base, 0) / MEGABYTE, 2),
        "write-ahead log, MB": round(sizes.get(log, 0) / MEGABYTE, 2),
        "index files, MB": round(rest / MEGABYTE, 2),
    }


def count_rows(database: Path) -> dict[str, int]:
    """How many rows each table has: what grows by design is told from what does not."""
    with closing(sqlite3.connect(database)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        counts = {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - its own
            for name in names
        }
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def slopes(samples: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Of each series the mean of the last quarter, by that of the second."""
    # After the last answer nobody asks any more.
    samples = [each for each in samples if each["median, ms"] is not None]
    quarter = max(len(samples) // 4, 1)
    second, last = samples[quarter : 2 * quarter] or samples, samples[-quarter:]

    def mean(some: Sequence[dict[str, Any]], name: str) -> float:
        return sum(float(each[name]) for each in some) / max(len(some), 1)

    return {name: round(mean(last, name) / (mean(second, name) or 1.0), 3) for name in GRADED}


@contextmanager
def others(plan: Plan) -> Iterator[tuple[Connection, str]]:
    """The other process, and the address of its Bot API."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=ask_all, args=(theirs, plan), daemon=True)
    process.start()
    try:
        yield ours, ours.recv()
    finally:
        ours.send("end")
        process.join(30)


def follow(pipe: Connection, home: Path, newsroom: Newsroom, samples: list[Any], given: Any) -> None:
    """Take the figures of each thousand questions until all are asked, then stop the bot."""
    pipe.send("go")
    while (told := pipe.recv()) is not None:
        samples.append(told | sample(home))
        newsroom.due = min(given.updates, given.updates * told["asked"] // given.questions)
        shown = {name: samples[-1][name] for name in ("asked", "seconds", *GRADED)}
        print(shown, newsroom.made, flush=True)
    newsroom.due = given.updates
    newsroom.end(SETTLING)
    signal.raise_signal(signal.SIGTERM)


async def soak(coverage: Coverage, settings: Settings, alarms: Alarms, thread: threading.Thread) -> None:
    """Let the bot live, and begin to ask when it does."""
    memory = Memory(coverage.database)
    bot = asyncio.create_task(live(coverage, memory, settings, alarms))
    thread.start()
    await bot


def measure(given: argparse.Namespace, home: Path, encoder: Encoder | None) -> dict[str, Any]:
    """All figures of one soak in an empty home."""
    lines, samples = Lines(), list[Any]()
    logging.basicConfig(level=logging.INFO, handlers=[lines], force=True)
    pace.A_SECOND, running.LETTING_GO = A_SECOND, LETTING_GO
    if not given.many_arenas:
        use_few_arenas()
    folder = home.parent / "news"
    with Coverage.open(home, encoder=encoder) as coverage:
        newsroom = Newsroom(coverage, folder, given.stories)
        plan = Plan(given.questions, given.each, str(home / DATABASE), given.stories, not given.no_faults)
        with others(plan) as (pipe, address):
            settings = made_settings(address, folder)
            alarms = Alarms(settings.admin_ids)
            thread = threading.Thread(target=follow, args=[pipe, home, newsroom, samples, given])
            with watching(coverage, settings.watched, settings.every, alarms.raise_alarm):
                newsroom.start()
                asyncio.run(soak(coverage, settings, alarms, thread))
                thread.join()
        wrong, extent, rows = newsroom.wrong, coverage.extent(), count_rows(home / DATABASE)
    return told(samples, lines) | {
        "articles": newsroom.made,
        "articles that are wrong": wrong,
        "removals that failed": len(newsroom.failures),
        "articles, passages in the end": [extent.articles, extent.passages],
        "rows in the end": rows,
    }


def made_settings(address: str, folder: Path) -> Settings:
    """The bot's settings; the limits of a person are of no use here."""
    from bot_api.server import TOKEN

    return Settings(
        _env_file=None,
        TELEGRAM_BOT_TOKEN=TOKEN,
        TELEGRAM_API_BASE=address,
        DATELINE_WATCH=str(folder),
        DATELINE_EVERY="1s",
        DATELINE_CHATS="all",
        DATELINE_PERSON_LIMIT="1000000",
        DATELINE_KEEP=KEEP,
    )


def told(samples: Sequence[dict[str, Any]], lines: Lines) -> dict[str, Any]:
    """The figures of a soak from its samples and its log."""
    last = samples[-1]
    counted = {
        name: last[name]
        for name in ("asked", "answered", "apologised", "lost", "answered twice", "pressed", "seconds")
    }
    explained: dict[str, dict[str, int]] = {}
    for line, count in lines.counts.most_common():
        cause = next((cause for form, cause in EXPLAINED.items() if re.search(form, line)), "unexplained")
        explained.setdefault(cause, {})[line] = count
    return counted | {
        "questions a second": round(last["asked"] / last["seconds"], 1),
        "faults": last["faults"],
        "answers of Telegram that were lost after their effect": sum(
            last["faults"].get(f"sendMessage, {kind}", 0) for kind in LOST_AFTER
        ),
        "refused by the Bot API": last["refused by the Bot API"],
        "last quarter by second quarter": slopes(samples),
        "log": explained,
        "samples": [{name: each[name] for name in ("asked", *GRADED)} for each in samples],
    }


def main() -> None:
    """Soak, print the figures, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--updates", type=int, default=5_000)
    parser.add_argument("--each", type=int, default=1_000, help="a sample after so many questions")
    parser.add_argument("--stories", type=int, default=300, help="articles at the beginning")
    parser.add_argument("--model", choices=("fake", "real"), default="fake")
    parser.add_argument("--no-faults", action="store_true")
    parser.add_argument("--many-arenas", action="store_true", help="leave free memory to the C library")
    given = parser.parse_args()
    from fakes import FakeEncoder

    scratch = Path(tempfile.mkdtemp(prefix="dateline-soak-"))
    try:
        figures = measure(given, scratch / "home", FakeEncoder() if given.model == "fake" else None)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    write_result("soak", {"encoder": given.model, **figures})


if __name__ == "__main__":
    main()
