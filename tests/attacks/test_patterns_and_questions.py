"""Words that make a regular expression, a parser or a database work for ever, or do what was not asked."""

from __future__ import annotations

import importlib
import itertools
import json
import pkgutil
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from fakes import FakeEncoder
from harbour import write_articles

import bot
import index
from index.coverage import Coverage
from index.errors import InputError, QuestionError
from index.reading.feed import read_feed
from index.reading.fields import Origin
from index.reading.ninjs import read_ninjs
from index.reading.page import read_page
from index.reading.text import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# What patterns repeat: alone, or with what ends a repetition just before it would match.
UNITS = (
    *(
        " ",
        "a",
        "A",
        "1",
        "_",
        ".",
        "-",
        "<",
        ",",
        "&",
        "/",
        "(",
        '"',
        "'",
        "\u0456",
        ":",
        "=",
        "\t",
        "\u00a0",
        "`",
        "\n",
    ),
    *(
        "a ",
        "a.",
        "1.",
        "1,",
        "<a ",
        "a-",
        "a@",
        "A a ",
        "a, ",
        ". ",
        "a@b (",
        "by ",
        " - ",
        "and ",
        "from a ",
        "x0",
    ),
    *(
        "note: ",
        "editors: ",
        "<!--",
        "https://",
        "&amp;",
        "%41",
        "[",
        "} ",
        "•",
        "— ",
        "від ",
        "11 Jan. ",
        "a'",
        "a/",
    ),
)
ENDS = ("!", ")")
ONCE = 250
# Twice the words take four times as long where a pattern is tried at each place: that is what may be.
QUADRATIC, EXACT = 6.0, 0.02


def in_folder(package: Any) -> Iterator[Any]:
    """Every module of a package, but for the program's own."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns_in(value: Any, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    """The patterns in a value, in tuples and tables too."""
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        yield from patterns_in([*value.keys(), *value.values()], depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset) and len(value) < 500:
        for each in value:
            yield from patterns_in(each, depth - 1)


def all_patterns() -> list[re.Pattern[Any]]:
    """Every pattern that a module of ours holds, each once."""
    modules = [*in_folder(bot), *in_folder(index)]
    found = (each for module in modules for value in vars(module).values() for each in patterns_in(value))
    return list({(each.pattern, each.flags): each for each in found}.values())


def seconds(work: Callable[[], object]) -> float:
    """Processor time of some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def attacked(pattern: re.Pattern[Any], text: str) -> float:
    """Seconds for all that is done with a pattern at one place, and for one search."""
    given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text

    def work() -> None:
        pattern.match(given)
        pattern.fullmatch(given)
        pattern.search(given)

    return seconds(work)


@pytest.mark.parametrize("pattern", all_patterns(), ids=lambda each: repr(each.pattern[:40]))
def test_pattern_never_explodes(pattern: re.Pattern[Any]) -> None:
    """Near matches again and again: twice as many cost no pattern more than about four times as much."""
    for unit, end in itertools.product(UNITS, ENDS):
        words = unit * (ONCE // len(unit))
        first = attacked(pattern, words + end)
        if first > EXACT / 10:
            assert attacked(pattern, 2 * words + end) < max(QUADRATIC * first, EXACT), (unit, end)


@pytest.fixture(scope="module")
def coverage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coverage]:
    """A coverage of a harbour, asked once in each language: dictionaries are read at first use."""
    folder = tmp_path_factory.mktemp("patterns")
    with Coverage.open(folder / "home", encoder=FakeEncoder()) as opened:
        opened.index([str(write_articles(folder / "news"))])
        for question in ("How many ships?", "Хто сказав, що мер каже?", "Что сказал мэр вчера?"):
            opened.ask(question)
        yield opened


ASKED = (
    *UNITS,
    *(
        "The Gull ",
        "from The Gull ",
        "Gull's ",
        "between January and ",
        "2025-01-01 ",
        "last week ",
        "3 days ago ",
    ),
    *(
        "2024 to ",
        "since ",
        "what about ",
        "and the ",
        "said ",
        "how many ",
        "ships ",
        "船",
        "\u0301",
        "👩\u200d👧",
        "\u0442.\u0435. ",
    ),
)


@pytest.mark.parametrize("unit", ASKED, ids=repr)
def test_long_question(coverage: Coverage, unit: str) -> None:
    """A question is one thing again and again, alone and behind another: it is done with at once."""
    question = f"Q{unit * (1000 // len(unit))}"[:995] + "?"
    begun = time.process_time()
    for topic in ("", question):
        coverage.ask(question, topic=topic)
        coverage.about(question, count=5)
    coverage.history(question)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("unit", ASKED, ids=repr)
def test_far_too_long_question(coverage: Coverage, unit: str) -> None:
    """The longest message that Telegram takes is no question, which is seen before anything is made of it."""
    begun = time.process_time()
    with suppress(QuestionError):
        coverage.ask(f"Q{unit * 4096}"[:4095] + "?")
    assert time.process_time() - begun < 0.2


def _page(words: str) -> bytes:
    return (
        f"<title>{words}</title><meta name=author content='{words}'><h1>{words}</h1><p>{words}</p>"
        f"<time datetime='{words}'>{words}</time><p class=byline>{words}</p>"
    ).encode()


def _feed(words: str) -> bytes:
    item = f"<title>{words}</title><author>{words}</author><pubDate>{words}</pubDate>"
    return f"<rss><channel><item>{item}<link>{words}</link></item></channel></rss>".encode()


def _wire(words: str) -> str:
    names = (
        "uri",
        "headline",
        "byline",
        "body_text",
        "ednote",
        "versioncreated",
        "copyrightholder",
        "slugline",
    )
    return json.dumps(dict.fromkeys(names, words))


ORIGIN = Origin("x", "x")
READERS: dict[str, Callable[[str], object]] = {
    "page": lambda words: _all(read_page(_page(words), ORIGIN)),
    "feed": lambda words: read_feed(_feed(words), "http://evil.example/feed"),
    "wire": lambda words: _all(read_ninjs(_wire(words), ORIGIN)),
    "text": lambda words: _all(read_text(words, ORIGIN)),
}


def _all(read: Iterable[object]) -> None:
    with suppress(InputError):
        list(read)


@pytest.mark.parametrize("reader", READERS)
def test_hundred_thousand_near_matches(reader: str) -> None:
    """Fields of a page, a feed, newswire and a text are near matches: eight times cost eight times."""
    for unit in UNITS:
        words = unit * (12_500 // len(unit))
        first = seconds(lambda words=words: READERS[reader](words))  # type: ignore[misc]
        if first < 0.05:
            continue
        assert seconds(lambda words=words: READERS[reader](8 * words)) < 16 * first + 0.5, unit  # type: ignore[misc]


STATEMENTS = (
    "' OR 1=1 --",
    '" OR ""="',
    "'; DROP TABLE articles; --",
    "x') UNION SELECT text FROM articles --",
    "%",
    "_",
    "harbour-_",
    "harbour-%",
    "\\",
    "harbour-1\x00",
    "1 OR 1",
    ":id",
    "?",
    "*",
    "NEAR(a b)",
    "title:ships AND text:*",
    "harbour-1' --",
    "(((((",
    "ships^1e9",
    "/.*/",
    "[ships TO *]",
)


@pytest.mark.parametrize("statement", STATEMENTS, ids=repr)
def test_statement_as_a_name(coverage: Coverage, statement: str) -> None:
    """An id, an address, words once quoted and a source are a statement: they are words."""
    before = coverage.extent(), coverage.generation()
    assert coverage.remove([statement]) == []
    found = coverage.history(statement)
    assert all(statement in versions[0].article.text for versions in found)
    with pytest.raises(QuestionError, match="no article is from"):
        coverage.ask("How many ships waited?", sources=[statement])
    assert (coverage.extent(), coverage.generation()) == before


@pytest.mark.parametrize("statement", STATEMENTS, ids=repr)
def test_statement_as_a_question(coverage: Coverage, statement: str) -> None:
    """A question is a statement to the database or to the search engine: it is words, and nothing else."""
    before = coverage.extent(), coverage.generation()
    for question in (statement, f"How many ships waited? {statement}"):
        try:
            coverage.ask(question)
            coverage.about(question, count=5)
        except QuestionError:
            continue
    assert (coverage.extent(), coverage.generation()) == before
