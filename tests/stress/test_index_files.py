"""Index files that cannot be written or opened for now, though nothing is wrong with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from pressure import run_apart

from index.coverage import Coverage

if TYPE_CHECKING:
    from pathlib import Path

ARTICLES = 40
UNWRITABLE = """
import json
import resource
import subprocess
import sys
from pathlib import Path

from fakes import FakeEncoder

from index.coverage import Coverage

ELSEWHERE = '''
import sys
from pathlib import Path
from fakes import FakeEncoder
from index.coverage import Coverage
with Coverage.open(Path(sys.argv[1]), encoder=FakeEncoder()) as coverage:
    coverage.index([sys.argv[2]])
'''
home, news, question = sys.argv[1:4]
with Coverage.open(Path(home), encoder=FakeEncoder()) as coverage:
    coverage.index([f"{news}/1.jsonl"])
    coverage.ask(question)
    subprocess.run([sys.executable, "-c", ELSEWHERE, home, news], check=True)
    # Whoever removed this, as another process would, was killed before the indexes followed.
    coverage._store.remove(["harbour-3"])
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, unlimited[1]))
    answered = [coverage.ask(question).answered for _ in range(3)]
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    after = coverage.ask(question).answered
    reached = [engine.generation for engine in coverage._engines._engines]
    print(json.dumps([answered, after, reached == [coverage.generation()] * 2]))
"""
FEW_FILES = """
import json
import os
import resource
import sys
from pathlib import Path

from fakes import FakeEncoder

from index.coverage import Coverage
from index.errors import DatelineError

home, news, question = sys.argv[1:4]
with Coverage.open(Path(home), encoder=FakeEncoder()) as coverage:
    coverage.index([f"{news}/1.jsonl"])
    coverage.ask(question)
    unlimited = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The numbers in between are taken, so that a limit says how many more may be opened.
    highest = max(map(int, os.listdir("/dev/fd"))) + 1
    held = [os.open(os.devnull, os.O_RDONLY)]
    while held[-1] < highest:
        held.append(os.open(os.devnull, os.O_RDONLY))
    for more in map(int, sys.argv[4:]):
        resource.setrlimit(resource.RLIMIT_NOFILE, (held[-1] + 1 + more, unlimited[1]))
        try:
            coverage.index([news])
            outcome = "stored"
        except DatelineError as error:
            outcome = str(error)
        answered = coverage.ask(question).answered
        resource.setrlimit(resource.RLIMIT_NOFILE, unlimited)
        print(json.dumps([outcome, answered]), flush=True)
    coverage.index([news])
    print(json.dumps(["", coverage.ask(question).answered, coverage.extent().articles]))
"""


def test_where_the_index_cannot_be_written_questions_are_answered(tmp_path: Path) -> None:
    """The vectors are up to date in memory, the words are as they were; when there is room, they follow."""
    home, news = str(tmp_path / "home"), str(write_articles(tmp_path / "harbour", ARTICLES))
    (line,) = run_apart(UNWRITABLE, home, news, QUESTION)
    assert json.loads(line) == [[True] * 3, True, True]


def test_without_files_to_open_the_line_is_clear_and_the_indexes_stay(tmp_path: Path) -> None:
    """However few files may still be opened: a line or an answer, and afterwards all of it goes on."""
    home, news = str(tmp_path / "home"), str(write_articles(tmp_path / "harbour", ARTICLES))
    *lines, last = map(json.loads, run_apart(FEW_FILES, home, news, QUESTION, *map(str, range(0, 14, 2))))
    assert last == ["", True, ARTICLES]
    assert [answered for _, answered in lines] == [True] * len(lines)
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        assert coverage.ask(QUESTION).answered
