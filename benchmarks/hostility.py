"""Does any article or question, however hostile, break a message or a quotation?

Made-up articles full of markup, entities, bidirectional text, emoji sequences, lone surrogates, zero-width
characters and texts as long as the limits are asked made-up questions. Every answer, and what some of
its buttons lead to, is written as it would be sent, and read by the rules of the Bot API on loopback,
which refuses what Telegram refuses. The tests send such messages over HTTP, too.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from harness import write_result

from bot.answers import FIRST, Asker, Page, Turn
from bot.languages.words import words_for
from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.telegram.desk import Desk
    from index.records import Hit

TESTS = Path(__file__).parent.parent / "tests"
SEED = 5
# A coverage of so many articles answers as many questions.
ROUND = 500
# So many buttons are pressed under each answer.
PRESSES = 3


def pages(desk: Desk, question: str, asker: Asker, random: Random) -> Iterator[Page]:
    """An answer, and of all that its buttons lead to three pages, drawn by chance."""
    page = desk.answers.ask(question, asker)
    yield page
    given = desk.memory.answers.find(page.key) if page.key else None
    if given is None or page.bare:
        return
    turns = [Turn(order, number) for order in ("relevance", "date") for number in range(3)]
    others: list[Turn | int] = [*turns, *range(len(given.marks))]
    for each in random.sample(others, min(PRESSES, len(others))):
        if isinstance(each, Turn):
            yield desk.answers.turn(given, each, asker.shown, asker.words)
        else:
            yield desk.answers.in_context(given, each, FIRST, asker.words)


async def check(desk: Desk, page: Page, asker: Asker, counted: Counter[str]) -> None:
    """Write a page as it would be sent, and count what Telegram would refuse or show otherwise."""
    from bot_api.entities import utf16_length
    from bot_api.keyboards import check_keyboard, read_keyboard
    from bot_api.rules import RefusalError, finish_text, read_text

    texts, keyboard = await desk.sender._written("dateline_bot", page, asker.words)  # noqa: SLF001
    quoted: list[str] = []
    for text in texts:
        counted["messages"] += 1
        try:
            plain, entities = finish_text(*read_text(text, "HTML"))
            if keyboard is not None:
                check_keyboard(read_keyboard(keyboard.to_json()))
        except RefusalError as error:
            counted["messages refused"] += 1
            print(f"refused: {error}: {text!r:.300}", file=sys.stderr)
            continue
        units = plain.encode("utf-16-le")
        counted["longest message"] = max(counted["longest message"], utf16_length(plain))
        quoted += [
            units[2 * each.offset : 2 * each.end].decode("utf-16-le")
            for each in entities
            if each.type.endswith("blockquote")
        ]
    compare(page.reply.quotes or page.reply.nearest, quoted, counted)


def compare(hits: tuple[Hit, ...], quoted: list[str], counted: Counter[str]) -> None:
    """Count the quotations, and those that are not the words at their place in their article."""
    counted["quotations"] += len(quoted)
    said = [hit.article.text[hit.passage.start : hit.passage.end] for hit in hits]
    if said != quoted:
        counted["quotations that differ"] += 1
        print(f"differs: {said!r:.300} as {quoted!r:.300}", file=sys.stderr)


async def ask_round(folder: Path, random: Random, number: int, counted: Counter[str]) -> None:
    """Make so many articles, and ask as many questions of them."""
    from desks import make_desk
    from fakes import FakeEncoder
    from hostile import hostile_question, write_hostile_articles

    write_hostile_articles(folder / "news.jsonl", random, number)
    with Coverage.open(folder / "home", encoder=FakeEncoder()) as coverage:
        report = coverage.index([str(folder / "news.jsonl")])
        counted["articles"] += report.added
        counted["articles skipped"] += len(report.skipped)
        desk = make_desk(coverage)
        for place in range(number):
            asker = Asker(1, 1, None, place, words_for(random.choice(("en", "uk"))), random.choice((1, 3, 5)))
            for page in pages(desk, hostile_question(random), asker, random):
                await check(desk, page, asker, counted)
            counted["questions"] += 1


def main() -> None:
    """Ask the questions in rounds, and print what broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many articles, and how many questions")
    count = parser.parse_args().count
    sys.path.append(str(TESTS))
    random = Random(SEED)  # noqa: S311 - no secret
    counted: Counter[str] = Counter(
        {"messages refused": 0, "quotations that differ": 0, "articles skipped": 0}
    )
    for begun in range(0, count, ROUND):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(ask_round(Path(folder), random, min(ROUND, count - begun), counted))
        print(f"{counted['questions']:,} asked", file=sys.stderr)
    write_result("hostility", dict(sorted(counted.items())))


if __name__ == "__main__":
    main()
