from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest
from desks import make_desk
from harbour import write_articles

from bot.telegram.health import Health

if TYPE_CHECKING:
    from pathlib import Path

    from index.coverage import Coverage


@pytest.fixture
def ready() -> list[bool]:
    """Whether the bot is ready."""
    return [True]


@pytest.fixture
def health(coverage: Coverage, tmp_path: Path, ready: list[bool]) -> Health:
    """The health of a bot with two articles."""
    coverage.index([str(write_articles(tmp_path / "harbour", 2))])
    return Health(make_desk(coverage), lambda: ready[0])


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
