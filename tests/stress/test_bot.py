"""The running bot: Telegram that hangs, storms of refusals, and a machine that sleeps for a while."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from bot_api.server import TOKEN, BotApi
from desks import knowing_admin
from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from living import living, until
from pressure import ROOT, full, read_only, worked

from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bot_api.faults import FaultKind

    Pressure = Callable[[Coverage], AbstractContextManager[None]]

PEOPLE = 12
# A bot that has nothing to do, or only a few questions that wait, works for so small a share of the time.
IDLE, WAITING = 0.15, 0.4

api = pytest.fixture(knowing_admin)


@pytest.fixture
def harbour(coverage: Coverage, tmp_path: Path) -> Coverage:
    """A coverage that answers the question about the harbour."""
    coverage.index([str(write_articles(tmp_path / "harbour", 1))])
    return coverage


def ask(api: BotApi, people: int = PEOPLE, first: int = 1) -> None:
    """Let so many people ask."""
    for person in range(first, first + people):
        api.push(updates.private_message(QUESTION, user_id=person))


def answered(api: BotApi) -> list[int]:
    """Who was answered, in order of their numbers; twice who was so twice."""
    return sorted(sent.chat_id for sent in api.sent if "ships waited outside" in sent.plain)


@pytest.mark.parametrize(
    ("method", "kind", "times", "seconds"),
    [
        ("sendMessage", "429", 3 * PEOPLE, 0.0),
        ("getUpdates", "hang before", 1, 3.0),
        ("sendChatAction", "hang before", PEOPLE, 3.0),
        ("getUpdates", "502 html", 3, 0.0),
    ],
)
async def test_nobody_is_lost_and_nothing_spins(
    harbour: Coverage, api: BotApi, method: str, kind: FaultKind, times: int, seconds: float
) -> None:
    """While Telegram refuses or hangs the bot only waits, without work; then each is answered once."""
    async with living(harbour, api):
        ask(api, 1, first=500)
        await until(api, lambda: api.sent)
        api.fail(method, times, kind, seconds=seconds, retry_after=1)
        began, threads = time.monotonic(), threading.active_count()
        ask(api)
        with worked() as work:
            await asyncio.sleep(2.5)
        assert threading.active_count() <= threads + 48
        await until(api, lambda: len(answered(api)) > PEOPLE, 30)
        assert time.monotonic() - began < 30
        await until(api, lambda: not api.unconfirmed)
        api.mend()
        ask(api, 1, first=900)
        await until(api, lambda: 900 in answered(api))
    assert answered(api) == [*range(1, PEOPLE + 1), 500, 900]
    assert work.share < WAITING


async def test_a_bot_without_questions_does_nothing(harbour: Coverage, api: BotApi) -> None:
    """Waiting for updates takes hardly any work, and no further threads or files."""
    async with living(harbour, api):
        ask(api, 1)
        await until(api, lambda: answered(api))
        threads = threading.active_count()
        with worked() as work:
            await asyncio.sleep(3)
        assert threading.active_count() <= threads
    assert work.share < IDLE


@pytest.mark.parametrize("pressure", [full, read_only])
async def test_what_cannot_be_recorded_is_answered_when_it_can(
    harbour: Coverage, api: BotApi, pressure: Pressure
) -> None:
    """What a full disk, or one not to be written, cannot take stays with Telegram, and is answered once."""
    async with living(harbour, api):
        ask(api, 1, first=500)
        await until(api, lambda: answered(api))
        await until(api, lambda: not api.unconfirmed)
        with pressure(harbour):
            # Where there is room in the database's own pages some are recorded, and answered at once.
            ask(api, 40)
            with worked() as work:
                await asyncio.sleep(3)
        await until(api, lambda: len(set(answered(api))) == 41, 40)
        await until(api, lambda: not api.unconfirmed)
        await asyncio.sleep(1)
    assert answered(api) == [*range(1, 41), 500]
    assert work.share < WAITING


class Asleep:
    """The real program with a small encoder, which can be put to sleep and woken."""

    def __init__(self, home: Path, api: BotApi) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        given = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE": api.base_url,
            "DATELINE_HOME": str(home),
            "DATELINE_CHATS": "all",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "fake_program.py"), "run"],
            cwd=home.parent,
            env=kept | given,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def sleep(self, seconds: float) -> None:
        """Stop it, as a laptop that is closed does, and wake it."""
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def program(home: Path, api: BotApi) -> Iterator[Asleep]:
    """The program; it must stop on SIGTERM with exit 0 and have nothing to say."""
    running = Asleep(home, api)
    try:
        yield running
    finally:
        running.process.send_signal(signal.SIGTERM)
        _, errors = running.process.communicate(timeout=60)
    assert (running.process.returncode, errors) == (0, "")


def test_a_machine_that_slept_goes_on(tmp_path: Path) -> None:
    """Questions asked before and during the sleep are answered once when it wakes, without trouble."""
    home = tmp_path / "home"
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([str(write_articles(tmp_path / "harbour", 1))])
    with BotApi() as api, program(home, api) as running:
        ask(api, 1)
        api.wait_for(1, timeout=60)
        ask(api, 4, first=2)
        running.sleep(1.5)
        running.process.send_signal(signal.SIGSTOP)
        ask(api, 4, first=6)
        time.sleep(2)
        running.process.send_signal(signal.SIGCONT)
        api.wait_for(lambda api: len(answered(api)) == 9, timeout=30)
        api.wait_for(lambda api: not api.unconfirmed, timeout=30)
    assert answered(api) == list(range(1, 10))
