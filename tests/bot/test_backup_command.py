from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEncoder
from harbour import write_articles
from programs import ROOT
from remembered import make_given, make_taken

from bot.memory.memory import Memory
from index.coverage import Coverage
from index.database import DATABASE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with three articles, a question that was answered, and an update that is worked on."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        coverage.index([str(write_articles(tmp_path / "news", 3))])
        memory = Memory(coverage.database)
        memory.answers.keep(make_given(key="a-question"))
        memory.updates_of(42).take([make_taken(1)])
    return tmp_path / "home"


def dateline(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a home."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=kept | {"DATELINE_HOME": str(home)} | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_what_is_backed_up_is_restored(home: Path, tmp_path: Path) -> None:
    """Both commands say what they did, and the conversation's memory comes back with the articles."""
    file = tmp_path / "a.backup"
    told = dateline(home, "backup", str(file))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"backed up to {file}: 3 articles, ")
    other = tmp_path / "other"
    told = dateline(other, "restore", str(file))
    assert told.returncode == 0
    assert told.stdout.splitlines() == [
        f"restored from {file}: 3 articles",
        "the database's file is a new one; start anew whatever was running with the one before",
    ]
    with Coverage.open(other, encoder=FakeEncoder()) as coverage:
        memory = Memory(coverage.database)
        assert memory.answers.find("a-question") is not None
        assert memory.updates_of(42).left() == []
        assert memory.updates_of(42).take([make_taken(1)]) == [False]


def test_what_stood_there_is_kept(home: Path, tmp_path: Path) -> None:
    """A restore names the file that holds what it replaced, and that is itself a backup."""
    file = tmp_path / "a.backup"
    dateline(home, "backup", str(file))
    dateline(home, "remove", "harbour-1")
    told = dateline(home, "restore", str(file))
    kept = told.stdout.splitlines()[1].removeprefix("what was there before is kept in ")
    told = dateline(tmp_path / "other", "restore", kept)
    assert told.stdout.splitlines()[0] == f"restored from {kept}: 2 articles"


def test_a_file_that_is_there_is_not_replaced(home: Path, tmp_path: Path) -> None:
    """A backup never takes another file's place."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    told = dateline(home, "backup", str(tmp_path / "mine.txt"))
    assert told.returncode == 1
    assert (
        told.stderr == f"error: the backup '{tmp_path / 'mine.txt'}' is there already; give it another name\n"
    )
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_what_is_no_backup_is_refused(home: Path, tmp_path: Path) -> None:
    """Something else is told in one line, and the home stays as it is."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    before = (home / DATABASE).read_bytes()
    told = dateline(home, "restore", str(tmp_path / "mine.txt"))
    assert told.returncode == 1
    assert told.stderr.startswith(f"error: '{tmp_path / 'mine.txt'}' is no whole backup")
    assert told.stderr.count("\n") == 1
    assert (home / DATABASE).read_bytes() == before


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_another_server_has_its_own_tools(tmp_path: Path, command: str) -> None:
    """What is kept on a database server is neither backed up nor restored by us; the line says by what."""
    url = "postgresql+psycopg://somebody:secret@db.example/news"
    told = dateline(tmp_path / "home", command, str(tmp_path / "a.backup"), DATELINE_DATABASE_URL=url)
    assert told.returncode == 1
    assert "its server's own tools, such as pg_dump" in told.stderr
    assert "secret" not in told.stderr
    assert list(tmp_path.iterdir()) == []
