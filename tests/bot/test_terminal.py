"""The chat in a real terminal, typed into by the test."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0


class Terminal:
    """The program in a pseudo-terminal: what it wrote, and a keyboard."""

    def __init__(self, home: Path) -> None:
        self._end, other = pty.openpty()
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        settings = {"DATELINE_HOME": str(home), "TERM": "xterm", "TELEGRAM_BOT_TOKEN": "", "COLUMNS": "100"}
        command = [sys.executable, "-m", "bot", "chat"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=kept | settings, stdin=other, stdout=other, stderr=other
        )
        os.close(other)
        self.written = ""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._end, keys.encode())

    def wait_for(self, words: str) -> str:
        """Read until the words appear; what was written before and with them, which is then forgotten."""
        end = time.monotonic() + PATIENCE
        while words not in self.written:
            ready, _, _ = select.select([self._end], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"waited for {words!r}, saw {self.written!r}"
            self.written += os.read(self._end, 4096).decode("utf-8", "replace")
        seen, _, self.written = self.written.partition(words)
        return seen + words

    def close(self) -> None:
        """Take the terminal away."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._end)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """The chat on the shipped coverage, in a terminal."""
    with Coverage.open(tmp_path) as coverage:
        coverage.index([str(ROOT / "seeds")])
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def test_chat_in_a_terminal(terminal: Terminal) -> None:
    """A person sees the answer with its sentence lit, may press return on nothing, and leaves with Ctrl-D."""
    terminal.wait_for("? ")
    terminal.type("How many North Korean military personnel are in Russia?\n")
    answer = terminal.wait_for("──────────")
    # Green and bold, from the sentence's first word on.
    assert "\x1b[1;32mThe Intelligence Directorate reported about 12,000" in re.sub(r"\r\n *", " ", answer)
    terminal.wait_for("? ")
    terminal.type("\n")
    terminal.wait_for("? ")
    terminal.type("\x04")
    assert terminal.process.wait(timeout=PATIENCE) == 0
