"""A database that another process locks: for a moment, again and again, longer than anybody waits."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from desks import ADMIN, knowing_admin
from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from living import living, until
from pressure import locked, worked

from index import database
from index.coverage import Coverage
from index.database import DATABASE
from index.errors import StoreError
from index.together import Together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bot_api.server import BotApi

# Who only waits works for so small a share of the time.
BUSY = 0.3

api = pytest.fixture(knowing_admin)


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Coverage]:
    """A coverage of one article, whose database waits for a second only."""
    monkeypatch.setattr(database, "PATIENCE", 1)
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as opened:
        opened.index([str(write_articles(tmp_path / "harbour", 1))])
        yield opened


def test_who_writes_waits_for_a_lock_that_is_let_go(coverage: Coverage, tmp_path: Path) -> None:
    """Indexing goes on when a lock of a second is over; a question is answered meanwhile, without work."""
    coverage.index([str(write_articles(tmp_path / "harbour", 1))])
    news = str(write_articles(tmp_path / "harbour", 3))
    with ThreadPoolExecutor(1) as pool:
        with locked(tmp_path / "home" / DATABASE):
            indexed = pool.submit(coverage.index, [news])
            began = time.monotonic()
            assert coverage.ask(QUESTION).answered
            assert time.monotonic() - began < 0.8
            with worked() as work:
                threading.Event().wait(1.0)
            assert not indexed.done()
        assert indexed.result(20).added == 2
    assert work.share < BUSY


def test_a_lock_that_lasts_is_told_and_then_forgotten(impatient: Coverage, tmp_path: Path) -> None:
    """Who has waited in vain hears in a line that it is locked; afterwards all goes on by itself."""
    news = str(write_articles(tmp_path / "harbour", 2))
    with locked(tmp_path / "home" / DATABASE), pytest.raises(StoreError, match="database is locked"):
        impatient.index([news])
    assert impatient.index([news]).added == 1


def test_locks_again_and_again_slow_down_and_fail_nobody(coverage: Coverage, tmp_path: Path) -> None:
    """A disk that is slow at each turn: indexing and questions beside it only take longer."""
    ended = threading.Event()
    news = str(write_articles(tmp_path / "harbour", 12))

    def hinder() -> None:
        while not ended.is_set():
            with locked(tmp_path / "home" / DATABASE):
                ended.wait(0.2)

    with ThreadPoolExecutor(2) as pool:
        hindering = pool.submit(hinder)
        try:
            assert pool.submit(coverage.index, [news]).result(30).added == 12
            assert all(coverage.ask(QUESTION).answered for _ in range(20))
        finally:
            ended.set()
        hindering.result(20)


async def test_questions_during_a_lock_are_answered_after_it(
    impatient: Coverage, api: BotApi, tmp_path: Path
) -> None:
    """What cannot be recorded stays with Telegram, asked for again without haste, and is answered once."""
    async with living(impatient, api):
        with locked(tmp_path / "home" / DATABASE):
            for person in range(1, 7):
                api.push(updates.private_message(QUESTION, user_id=person))
            with worked() as work:
                await asyncio.sleep(3.5)
            before = [sent for sent in api.sent if sent.chat_id != ADMIN]
        await until(api, lambda: {sent.chat_id for sent in api.sent} >= set(range(1, 7)))
        await until(api, lambda: not api.unconfirmed)
        await asyncio.sleep(1)
    answers = [sent for sent in api.sent if sent.chat_id != ADMIN]
    assert before == []
    assert sorted(sent.chat_id for sent in answers) == [1, 2, 3, 4, 5, 6]
    assert all("ships waited outside the harbour" in sent.plain for sent in answers)
    assert work.share < BUSY


def test_of_many_who_wait_for_a_lock_nobody_waits_for_the_others(impatient: Coverage, tmp_path: Path) -> None:
    """What all of them wait for in vain fails all of them at once, not one after the other."""

    def write(asked: Sequence[int]) -> list[int]:
        with impatient.database.writing():
            return list(asked)

    together = Together(write, 100)
    with ThreadPoolExecutor(12) as pool:
        with locked(tmp_path / "home" / DATABASE):
            began = time.monotonic()
            asked = [pool.submit(together.find, number) for number in range(12)]
            errors = [each.exception(30) for each in asked]
            assert time.monotonic() - began < 5
        assert {type(error) for error in errors} == {StoreError}
        assert [each.result(20) for each in [pool.submit(together.find, 5)]] == [5]
