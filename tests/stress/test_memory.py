"""Little memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from pressure import run_apart

from index.coverage import Coverage
from index.watching.boundary import boundary

if TYPE_CHECKING:
    from pathlib import Path

ARTICLES = 40
# Memory is given out in large steps, so what is left over is taken by blocks of ever smaller size.
STARVED = """
import json
import resource
import sys
from pathlib import Path

from fakes import FakeEncoder

from index.coverage import Coverage
from index.errors import DatelineError


class Hungry(FakeEncoder):
    def encode_passages(self, texts):
        import numpy

        numpy.ones(int(sys.argv[4]), dtype=numpy.uint8)
        return super().encode_passages(texts)


home, news, question = sys.argv[1:4]
with Coverage.open(Path(home), encoder=FakeEncoder()) as coverage:
    coverage.index([f"{news}/1.jsonl"])
    coverage.ask(question)
    coverage._encoder = Hungry()
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    unlimited = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + 100_000_000, unlimited[1]))
    try:
        coverage.index([news])
        outcome = "stored"
    except DatelineError as error:
        outcome = str(error)
    print(json.dumps([outcome, coverage.extent().articles, coverage.ask(question).answered]))
"""


def test_without_memory_indexing_ends_in_a_line_and_stores_nothing_by_halves(tmp_path: Path) -> None:
    """It says what to do, what was stored answers on, and the next run completes."""
    home, news = str(tmp_path / "home"), str(write_articles(tmp_path / "harbour", ARTICLES))
    (line,) = run_apart(STARVED, home, news, QUESTION, "500000000")
    outcome, articles, answered = json.loads(line)
    assert outcome.startswith("there is not enough memory to go on; what was reported stored is stored")
    assert (articles, answered) == (1, True)
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        assert coverage.index([news]).added == ARTICLES - 1
        assert coverage.ask(QUESTION).answered


def test_with_the_memory_that_it_needs_the_same_completes(tmp_path: Path) -> None:
    """The limit of the test before is met by what is asked for, not by what is there anyway."""
    home, news = str(tmp_path / "home"), str(write_articles(tmp_path / "harbour", ARTICLES))
    (line,) = run_apart(STARVED, home, news, QUESTION, "1000")
    assert json.loads(line) == ["stored", ARTICLES, True]


def test_a_page_for_which_the_memory_is_not_enough_is_tried_again() -> None:
    """It is told as what it is, no fault of ours to report, and costs the other pages nothing."""

    def starve() -> None:
        raise MemoryError

    with boundary("https://gull.example/1") as found:
        starve()
    assert found.trouble == "cannot be read: there is not enough memory; it is tried again at the next visit"
