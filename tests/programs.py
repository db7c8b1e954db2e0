"""The real bot program, as a process of its own, against a Bot API on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot_api.server import TOKEN, BotApi

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
FAKE = ROOT / "tests" / "fake_program.py"
# Python, torch and the model: a cold start on a busy machine.
STARTING = 90.0
ENDING = 60.0


class Program:
    """The running bot, and what it has written to standard error. `settings` go into its environment.

    `fake` puts a small encoder in the place of the model: it begins in about two seconds.
    """

    def __init__(
        self, home: Path, api_base: str, token: str = TOKEN, *, fake: bool = False, **settings: str
    ) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        given = {"TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_BASE": api_base, "DATELINE_HOME": str(home)}
        self._process = subprocess.Popen(
            [sys.executable, *([str(FAKE)] if fake else ["-m", "bot"]), "-v", "run"],
            cwd=ROOT,
            env=kept | given | settings,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr
        with self._process.stderr as stream:
            self._lines.extend(stream)

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def wait_for(self, words: str, seconds: float = STARTING) -> None:
        """Wait until it has written these words.

        Raises:
            AssertionError: it did not in time, or ended before.
        """
        began = time.monotonic()
        while words not in self.log:
            alive = self._process.poll() is None and time.monotonic() - began < seconds
            assert alive or words in self.log, f"waited in vain for '{words}':\n{self.log}"
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        self._process.send_signal(number)
        return self.wait()

    def kill(self) -> float:
        """Kill it with SIGKILL; the moment before, as of `time.monotonic`."""
        moment = time.monotonic()
        self._process.kill()
        self.wait()
        return moment

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    def wait(self) -> int:
        """Wait for the end; the exit status."""
        try:
            status = self._process.wait(timeout=ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._reader.join()
            raise AssertionError(f"it did not end within {ENDING} s:\n{self.log}") from None
        self._reader.join()
        return status

    @property
    def log(self) -> str:
        """Standard error so far."""
        return "".join(self._lines)


@contextmanager
def running(home: Path, api: BotApi, *, fake: bool = False, **settings: str) -> Iterator[Program]:
    """The program, ready to answer; it must stop on SIGTERM with exit 0 and have kept its token to itself."""
    program = Program(home, api.base_url, fake=fake, **settings)
    try:
        program.wait_for("the coverage is ready")
        yield program
    finally:
        status = program.stop()
    assert status == 0, program.log
    assert TOKEN not in program.log
    assert TOKEN.replace(":", "%3A") not in program.log
