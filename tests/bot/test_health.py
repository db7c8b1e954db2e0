from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from desks import make_desk
from harbour import write_articles

from bot.telegram import health as health_module
from bot.telegram.health import Health

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.coverage import Coverage


@pytest.fixture
def ready() -> list[bool]:
    """Whether the bot is ready."""
    return [True]


@pytest.fixture
def health(coverage: Coverage, tmp_path: Path, ready: list[bool]) -> Iterator[Health]:
    """The health of a bot with two articles."""
    coverage.index([str(write_articles(tmp_path / "harbour", 2))])
    with closing(Health(make_desk(coverage), lambda: ready[0])) as made:
        yield made


async def test_health_says_how_current_the_coverage_is(health: Health) -> None:
    """A bot that is ready tells how many articles it has, and of when the newest is."""
    assert await health.told() == {"status": "ok", "articles": 2, "newest": "2025-01-02"}


async def test_bot_that_is_not_ready_is_starting(health: Health, ready: list[bool]) -> None:
    """Until then it says only that."""
    ready[0] = False
    assert await health.told() == {"status": "starting"}


async def test_metrics_are_of_now(health: Health) -> None:
    """The coverage is measured at the moment of the reading."""
    measured = (await health.measured()).decode()
    assert "dateline_articles 2.0" in measured
    assert "dateline_follows 0.0" in measured


async def test_coverage_that_cannot_be_read_is_told(
    health: Health, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the database refuses, the health says that something fails, and not what; the log says what."""
    with sqlite3.connect(tmp_path / "home" / "dateline.db") as connection:
        connection.execute("ALTER TABLE articles RENAME TO lost")
    connection.close()
    assert await health.told() == {"status": "failing"}
    assert b"dateline_articles" in await health.measured()
    assert "the coverage cannot be read: " in caplog.text


async def test_health_is_told_while_all_threads_are_stuck(health: Health) -> None:
    """It waits for none of the threads in which questions are answered."""
    free = threading.Event()
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1))
    stuck = asyncio.create_task(asyncio.to_thread(free.wait, 30))
    await asyncio.sleep(0)
    assert (await health.told())["status"] == "ok"
    assert b"dateline_articles 2.0" in await health.measured()
    free.set()
    assert await stuck


async def test_database_that_does_not_answer_fails_soon(
    coverage: Coverage,
    health: Health,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where even reading waits, the health says so after a moment, each time; afterwards it is well."""
    monkeypatch.setattr(health_module, "PATIENCE", 0.2)
    with coverage.database.transaction() as connection:
        # In this mode, unlike ours, a writer keeps readers out too.
        connection.exec_driver_sql("SELECT 1")
    with closing(sqlite3.connect(tmp_path / "home" / "dateline.db", isolation_level=None)) as other:
        coverage.database.close()
        assert other.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
        other.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        for _ in range(4):
            assert await health.told() == {"status": "failing"}
        assert b"dateline_articles" in await health.measured()
        assert time.monotonic() - begun < 5
        other.execute("COMMIT")
    assert "it has not answered for" in caplog.text
    monkeypatch.setattr(health_module, "PATIENCE", 20.0)
    assert (await health.told())["status"] == "ok"
