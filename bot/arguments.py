"""What may be typed after `dateline`: commands, their arguments, and what --help says of them."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DESCRIPTION = "Answers questions about news articles with the articles' own words, each with its source."
SETTINGS = """\
settings, from the environment or a file .env in the working directory:
  TELEGRAM_BOT_TOKEN      the bot's token from @BotFather; without it 'run' chats in the terminal
  TELEGRAM_API_BASE       another Bot API server's address (default: Telegram's own)
  DATELINE_HOME           where the coverage is kept (default: .dateline)
  DATELINE_DATABASE_URL   another database, as an SQLAlchemy URL (default: SQLite in the home)
  DATELINE_MODEL          another sentence-transformers model, by folder or name (default: the one that ships)
  DATELINE_RERANKER       a cross-encoder to sort the best passages again, by folder or name (default: none)
  DATELINE_CONFIDENCE     from which confidence, 0 to 1, on a question counts as answered (default: fitted)
  DATELINE_WATCH          inputs that 'run' watches, with spaces between (default: none)
  DATELINE_EVERY          the time between two visits of what is watched: 30s, 15m, 2h, 1d (default: 15m)
  DATELINE_ADMINS         Telegram ids, with commas between, of those who are told when an input falls silent
  DATELINE_PAUSE          seconds between two requests to one host (default: 1)
  DATELINE_PRIVATE_ADDRESSES  yes: addresses of private networks may be fetched too (default: no)
"""
MOST_HITS = 100
INPUT = (
    "a .txt, .md, .html, .jsonl, .jsonl.gz, a .json of newswire (ninjs), an .opml, a folder of these, or the "
    "address of a page, a feed, an OPML list, a sitemap or newswire"
)


def build_parser(named: Mapping[str, Callable[..., None]]) -> argparse.ArgumentParser:
    """The parser of all commands; `named` are the functions that do them."""
    parser = argparse.ArgumentParser(
        prog="dateline",
        description=DESCRIPTION,
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log more to standard error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, told: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=told, description=f"{named[name].__doc__}")
        added.set_defaults(command=named[name])
        return added

    indexing = add("index", "read articles from files, folders and the web into the coverage")
    indexing.add_argument("inputs", nargs="+", type=_text, metavar="INPUT", help=INPUT)

    viewing = add("watch", "read inputs again and again, so that the coverage stays current")
    viewing.add_argument("inputs", nargs="+", type=_text, metavar="INPUT", help=INPUT)
    viewing.add_argument(
        "--every",
        type=_period,
        metavar="TIME",
        help="the time between two visits: 30s, 15m, 2h, 1d (default: 15m)",
    )

    asking = add("ask", "answer one question")
    _describe_question(asking)
    add("chat", "the conversation in the terminal; from a pipe, a question a line")
    add("run", "the bot on Telegram, or the chat where there is no token")
    looking = add("history", "all that an article has said: old versions, corrections, withdrawal")
    looking.add_argument(
        "wanted", type=_text, metavar="WHAT", help="an article's id or address, or words once quoted"
    )
    looking.add_argument("--json", action="store_true", help="print JSON")
    removing = add("remove", "take articles out of the coverage")
    removing.add_argument("ids", nargs="+", metavar="ARTICLE_ID")
    telling = add("status", "what is in the coverage, how old, how big, which model")
    telling.add_argument("--json", action="store_true", help="print one JSON object")
    checking = add("doctor", "check everything, mend the indexes, and say what else is to be done")
    checking.add_argument("--json", action="store_true", help="print JSON")
    copying = add("backup", "copy all that cannot be made again into one file, while everything runs")
    copying.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
    restoring = add("restore", "bring the coverage back to a backup, and keep what it held in a file beside")
    restoring.add_argument("file", type=Path, metavar="FILE", help="what 'dateline backup' wrote")
    measuring = add("evaluate", "how good the answers to a set of questions are, in figures")
    measuring.add_argument(
        "set", type=Path, metavar="SET", help="a BEIR-form folder: corpus.jsonl(.gz), queries.jsonl, qrels"
    )
    measuring.add_argument("--json", action="store_true", help="print one JSON object")
    measuring.add_argument("--run", type=Path, metavar="FILE", help="write every answer, a line each")
    measuring.add_argument(
        "--against", type=Path, metavar="RUN", help="compare with the run in this file of the same set"
    )
    return parser


def _describe_question(asking: argparse.ArgumentParser) -> None:
    asking.add_argument("question", type=_text, metavar="QUESTION")
    asking.add_argument("--json", action="store_true", help="print one JSON object")
    asking.add_argument(
        "-k", type=_count, metavar="N", help="how many passages at most (default: 3 to read, 5 as JSON)"
    )
    asking.add_argument(
        "--since", type=_day, metavar="D", help="only articles from this day on, as 2025-01-31"
    )
    asking.add_argument("--until", type=_day, metavar="D", help="only articles up to this day")
    asking.add_argument(
        "--source",
        action="append",
        default=[],
        metavar="S",
        help="only articles of this source; may be repeated",
    )


def _text(given: str) -> str:
    # Python hands on bytes that are no UTF-8 as lone surrogates, which nothing can print or store.
    return given.encode("utf-8", "replace").decode("utf-8")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no day; write it as 2025-01-31") from None


def _period(text: str) -> timedelta:
    from bot.watching import parse_period

    try:
        return parse_period(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_HITS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to {MOST_HITS}")
    return int(text)
