"""Does any article or question, however hostile, break a message or a quotation?

Made-up articles full of markup, entities, bidirectional text, emoji sequences, lone surrogates, zero-width
characters and texts as long as the limits are asked made-up questions, and the buttons under the answers
are pressed, all over HTTP against the Bot API on loopback, which refuses what Telegram refuses.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from harness import write_result

from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot_api.records import Sent

    from bot.telegram.desk import Desk

TESTS = Path(__file__).parent.parent / "tests"
SEED = 5
LABELS = ("In context", "1 in context", "By date", "More passages ▶")
# So many questions are asked of one server, whose journal grows with them.
ROUND = 500


async def ask_round(coverage: Coverage, random: Random, questions: int) -> dict[str, int]:
    """Ask so many questions and press what can be pressed: how many messages there were, and what broke."""
    from bot_api import updates
    from bot_api.server import BotApi
    from conversing import Chat
    from desks import opened_desk
    from hostile import hostile_question

    from bot.telegram.registering import register

    with BotApi() as api:
        async with opened_desk(coverage, api, DATELINE_PERSON_LIMIT=1_000_000) as (application, desk):
            register(application, desk)
            chat = Chat(application, desk, api)
            unanswered = 0
            for _ in range(questions):
                sent = await chat.feed(updates.private_message(hostile_question(random)))
                unanswered += not sent
                for label in LABELS if sent else ():
                    await chat.press_if_there(sent[-1], label)
            quoted, wrong = check(api.sent, desk)
        for refusal in api.refusals[:3]:
            print(f"refused: {refusal.detail}: {refusal.params!r:.500}", file=sys.stderr)
        return {
            "questions": questions,
            "not replied to": unanswered,
            "messages": len(api.sent),
            "messages refused": len(api.refusals),
            "quotations": quoted,
            "quotations that differ": wrong,
        }


def check(messages: Iterable[Sent], desk: Desk) -> tuple[int, int]:
    """How many quotations reached the chat, and how many of them stand in no article word for word."""
    from quoted import misquoted, quoted

    messages = list(messages)
    wrong = misquoted(messages, desk)
    for words in wrong[:3]:
        print(f"differs: {words!r:.500}", file=sys.stderr)
    return sum(len(quoted(sent)) for sent in messages), len(wrong)


def main() -> None:
    """Index the articles, ask the questions in rounds, and print what broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many articles, and how many questions")
    count = parser.parse_args().count
    sys.path.append(str(TESTS))
    from fakes import FakeEncoder
    from hostile import write_hostile_articles

    random = Random(SEED)  # noqa: S311 - no secret
    figures: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        write_hostile_articles(Path(folder) / "news.jsonl", random, count)
        with Coverage.open(Path(folder) / "home", encoder=FakeEncoder()) as coverage:
            report = coverage.index([str(Path(folder) / "news.jsonl")])
            figures |= {"articles": report.added, "articles skipped": len(report.skipped)}
            for begun in range(0, count, ROUND):
                found = asyncio.run(ask_round(coverage, random, min(ROUND, count - begun)))
                figures |= {name: figures.get(name, 0) + number for name, number in found.items()}
                print(f"{begun + found['questions']:,} asked", file=sys.stderr)
    write_result("hostility", figures)


if __name__ == "__main__":
    main()
