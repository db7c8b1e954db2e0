"""The command line: one thin function per command. Results on stdout, all else on stderr."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from bot.settings import Settings
    from index.coverage import Coverage
    from index.watching.watcher import Happening

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
HITS, MOST_HITS = 5, 100
INPUT = (
    "a .txt, .md, .html, .jsonl, .jsonl.gz, a .json of newswire (ninjs), an .opml, a folder of these, or the "
    "address of a page, a feed, an OPML list, a sitemap or newswire"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 1 with an `error:` line when not, 2 for wrong usage."""
    _tolerate_any_bytes()
    given = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings], None] = given.command
    try:
        # Imported here, as all that is heavy: --help and a slip of the pen are answered at once.
        from bot.logs import configure_logging
        from bot.settings import read_settings

        settings = read_settings()
        configure_logging(settings.token, verbose=given.verbose)
        command(given, settings)
    except DatelineError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("interrupted; whatever was reported stored is stored")
    except BrokenPipeError:
        # Whoever read our output has had enough. Python would complain once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def index(given: argparse.Namespace, settings: Settings) -> None:
    """Read, split, encode and store the inputs."""
    from bot.progress import progress_bar
    from bot.summaries import format_report
    from index.errors import InputError

    errors = _console(stderr=True)
    with _coverage(settings) as coverage, progress_bar(errors, coverage.count(given.inputs)) as tell:
        report = coverage.index(given.inputs, tell)
    for line in format_report(report):
        print(line)
    for skipped in report.skipped:
        print(f"skipped {skipped.input}: {skipped.reason}", file=sys.stderr)
    for noticed in report.noticed:
        print(f"note: {noticed.input}: {noticed.remark}", file=sys.stderr)
    if report.barren:
        raise InputError("; ".join(f"{each.input}: {each.reason}" for each in report.barren))


def ask(given: argparse.Namespace, settings: Settings) -> None:
    """Answer one question."""
    with _coverage(settings) as coverage:
        answer = coverage.ask(
            given.question, count=given.k or HITS, since=given.since, until=given.until, sources=given.source
        )
    if given.json:
        print(json.dumps(answer.as_json(), ensure_ascii=False))
        return
    from bot.conversation import SHOWN, to_reply
    from bot.terminal import show_reply

    show_reply(_console(), to_reply(answer, given.k or SHOWN))


def chat(_given: argparse.Namespace, settings: Settings) -> None:
    """Hold the conversation in the terminal."""
    with _coverage(settings) as coverage:
        _converse(coverage)


def run(_given: argparse.Namespace, settings: Settings) -> None:
    """Run the bot on Telegram, or in the terminal where there is no token."""
    from bot.watching import watching

    if settings.token is None:
        print("TELEGRAM_BOT_TOKEN is not set, so this is the chat in the terminal.", file=sys.stderr)
        with _coverage(settings) as coverage, watching(coverage, settings.watched, settings.every, _no_alarm):
            _converse(coverage)
        return
    from bot.telegram.alarms import Alarms
    from bot.telegram.program import run as run_on_telegram

    alarms = Alarms(settings.admin_ids)
    with (
        _coverage(settings) as coverage,
        watching(coverage, settings.watched, settings.every, alarms.raise_alarm),
    ):
        run_on_telegram(coverage, settings.token.get_secret_value(), settings.api_base, alarms)


def watch(given: argparse.Namespace, settings: Settings) -> None:
    """Read the inputs again and again, until Ctrl-C or SIGTERM; what is new is answerable at once."""
    import signal
    import threading

    from bot.watching import format_happening

    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: stop.set())

    def tell(happening: Happening) -> None:
        if (line := format_happening(happening)) is not None:
            brought = (
                happening.visit is not None and not happening.visit.state.trouble and not happening.silent
            )
            print(line, file=sys.stdout if brought else sys.stderr, flush=True)

    with _coverage(settings) as coverage:
        coverage.watch(given.inputs, given.every or settings.every, stop, tell)


def history(given: argparse.Namespace, settings: Settings) -> None:
    """Show all that an article has said: its versions, corrections and withdrawal."""
    from bot.summaries import format_version, version_as_json
    from index.errors import InputError

    with _coverage(settings) as coverage:
        found = coverage.history(given.wanted)
    if not found:
        raise InputError(
            f"no article has or had the id, the address or the words '{given.wanted}'; "
            "'dateline ask --json' tells the ids of what it quotes"
        )
    if given.json:
        print(
            json.dumps(
                [[version_as_json(each) for each in versions] for versions in found], ensure_ascii=False
            )
        )
    else:
        print(*(line for versions in found for each in versions for line in format_version(each)), sep="\n")


def remove(given: argparse.Namespace, settings: Settings) -> None:
    """Take articles out of the coverage, with all that they ever said, or let go of what was watched."""
    from index.errors import InputError

    with _coverage(settings) as coverage:
        removed = coverage.remove(given.ids)
    for article_id in removed:
        print(f"removed {article_id}")
    missing = [each for each in given.ids if each not in removed]
    if missing:
        named = ", ".join(f"'{each}'" for each in missing)
        raise InputError(
            f"no article has the id {named}; 'dateline ask --json' tells the ids of what it quotes"
        )


def status(given: argparse.Namespace, settings: Settings) -> None:
    """Say what is in the coverage, how old and how big it is, and which model made it."""
    from bot.summaries import format_status, status_as_json

    with _coverage(settings) as coverage:
        found = coverage.status()
    if given.json:
        print(json.dumps(status_as_json(found), ensure_ascii=False))
    else:
        print("\n".join(format_status(found)))


def evaluate(given: argparse.Namespace, settings: Settings) -> None:
    """Index a set's articles apart, ask all its questions, and print how good the answers are."""
    from functools import partial

    from bot.evaluating import evaluate as measured
    from bot.evaluations import evaluation_as_json, format_evaluation
    from index.evaluation.cache import open_indexed

    homes = settings.home / "evaluations"
    opening = partial(
        open_indexed,
        homes=homes,
        model=settings.model,
        reranker=settings.reranker,
        threshold=settings.threshold,
    )
    found = measured(given.set, opening, _console(stderr=True), run=given.run, against=given.against)
    if given.json:
        print(json.dumps(evaluation_as_json(found), ensure_ascii=False))
    else:
        _console().print(*format_evaluation(found), sep="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dateline",
        description=DESCRIPTION,
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log more to standard error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[..., None], told: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=told, description=f"{command.__doc__}")
        added.set_defaults(command=command)
        return added

    indexing = add("index", index, "read articles from files, folders and the web into the coverage")
    indexing.add_argument("inputs", nargs="+", type=_text, metavar="INPUT", help=INPUT)

    viewing = add("watch", watch, "read inputs again and again, so that the coverage stays current")
    viewing.add_argument("inputs", nargs="+", type=_text, metavar="INPUT", help=INPUT)
    viewing.add_argument(
        "--every",
        type=_period,
        metavar="TIME",
        help="the time between two visits: 30s, 15m, 2h, 1d (default: 15m)",
    )

    asking = add("ask", ask, "answer one question")
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

    add("chat", chat, "the conversation in the terminal; from a pipe, a question a line")
    add("run", run, "the bot on Telegram, or the chat where there is no token")
    looking = add("history", history, "all that an article has said: old versions, corrections, withdrawal")
    looking.add_argument(
        "wanted", type=_text, metavar="WHAT", help="an article's id or address, or words once quoted"
    )
    looking.add_argument("--json", action="store_true", help="print JSON")
    removing = add("remove", remove, "take articles out of the coverage")
    removing.add_argument("ids", nargs="+", metavar="ARTICLE_ID")
    telling = add("status", status, "what is in the coverage, how old, how big, which model")
    telling.add_argument("--json", action="store_true", help="print one JSON object")
    measuring = add("evaluate", evaluate, "how good the answers to a set of questions are, in figures")
    measuring.add_argument(
        "set", type=Path, metavar="SET", help="a BEIR-form folder: corpus.jsonl(.gz), queries.jsonl, qrels"
    )
    measuring.add_argument("--json", action="store_true", help="print one JSON object")
    measuring.add_argument("--run", type=Path, metavar="FILE", help="write every answer, a line each")
    measuring.add_argument(
        "--against", type=Path, metavar="RUN", help="compare with the run in this file of the same set"
    )
    return parser


def _tolerate_any_bytes() -> None:
    """Let no byte that is typed, or character that is quoted, end in a traceback."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


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


def _converse(coverage: Coverage) -> None:
    from bot.conversation import Conversation
    from bot.terminal import chat as converse

    converse(Conversation(coverage), _console())


def _no_alarm(_line: str) -> None:
    """In a terminal the log is what is read."""


def _coverage(settings: Settings) -> Coverage:
    from index.coverage import Coverage
    from index.manners import Manners

    url = settings.database_url.get_secret_value() if settings.database_url else None
    return Coverage.open(
        settings.home,
        database_url=url,
        model=settings.model,
        reranker=settings.reranker,
        threshold=settings.threshold,
        manners=Manners(settings.private_addresses, settings.pause),
    )


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
