"""The command line: one thin function per command. Results on stdout, all else on stderr."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import TYPE_CHECKING

from bot.arguments import build_parser
from index.errors import DatelineError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from bot.settings import Settings
    from index.coverage import Coverage
    from index.watching.watcher import Happening

HITS = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when done, 1 with an `error:` line when not, 2 for wrong usage."""
    _tolerate_any_bytes()
    given = build_parser(COMMANDS).parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings], None] = given.command
    try:
        # Imported here, as all that is heavy: --help and a slip of the pen are answered at once.
        from bot.logs import configure_logging
        from bot.settings import read_settings

        if command is doctor:
            # It goes on without a setting that cannot be used, and says so.
            doctor(given)
            return 0
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
    for withdrawal in report.withdrawals:
        print(f"withdrawn {withdrawal.id}: {withdrawal.reason}", file=sys.stderr)
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
    from bot.arenas import use_few_arenas
    from bot.watching import watching

    use_few_arenas()
    if settings.token is None:
        print("TELEGRAM_BOT_TOKEN is not set, so this is the chat in the terminal.", file=sys.stderr)
        with _coverage(settings) as coverage, watching(coverage, settings.watched, settings.every, _no_alarm):
            _converse(coverage)
        return
    from bot.memory.memory import Memory
    from bot.telegram.alarms import Alarms
    from bot.telegram.program import run as run_on_telegram

    alarms = Alarms(settings.admin_ids)
    with (
        _coverage(settings) as coverage,
        watching(coverage, settings.watched, settings.every, alarms.raise_alarm),
    ):
        run_on_telegram(coverage, Memory(coverage.database), settings, alarms)


def watch(given: argparse.Namespace, settings: Settings) -> None:
    """Read the inputs again and again, until Ctrl-C or SIGTERM; what is new is answerable at once."""
    import signal
    import threading
    from functools import partial

    from bot.arenas import use_few_arenas
    from bot.watching import Watch, format_happening
    from index.errors import StoreError

    use_few_arenas()

    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: stop.set())

    def tell(happening: Happening) -> None:
        if (line := format_happening(happening)) is not None:
            brought = (
                happening.visit is not None and not happening.visit.state.trouble and not happening.silent
            )
            print(line, file=sys.stdout if brought else sys.stderr, flush=True)

    def complain(line: str, error: BaseException) -> None:
        # A full disk is emptied, a locked database let go; another model stays another.
        if not isinstance(error, StoreError):
            raise error
        print(line, file=sys.stderr, flush=True)

    with _coverage(settings) as coverage:
        watch = partial(coverage.watch, given.inputs, given.every or settings.every)
        Watch(watch, tell, complain, stop).run()


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


def doctor(given: argparse.Namespace, _settings: Settings | None = None) -> None:
    """Check everything, mend the indexes where they need it, and say what else is to be done."""
    from bot.doctor import DoctorError, diagnose, finding_as_json, format_findings, read_what_can_be
    from bot.logs import configure_logging

    settings, about_settings = read_what_can_be()
    configure_logging(settings.token, verbose=given.verbose)
    found = []
    for each in diagnose(settings, about_settings):
        found.append(each)
        if not given.json:
            print(*format_findings([each]), sep="\n", flush=True)
    if given.json:
        print(json.dumps([finding_as_json(each) for each in found], ensure_ascii=False))
    if failed := sum(each.state == "failed" for each in found):
        raise DoctorError(f"{failed} of {len(found)} checks failed; what to do stands under each")


def backup(given: argparse.Namespace, settings: Settings) -> None:
    """Copy all that cannot be made again into one file."""
    from bot.documents import FOLDER
    from index.restoring import restorable

    restorable(settings.home, settings.database)
    with _coverage(settings) as coverage:
        coverage.back_up(given.file, FOLDER)
        articles = coverage.extent().articles
    print(f"backed up to {given.file}: {articles} articles, {given.file.stat().st_size / 1e6:.1f} MB")


def restore(given: argparse.Namespace, settings: Settings) -> None:
    """Bring the coverage back to a backup, and keep what it held before in a file beside."""
    from bot.memory.memory import Memory
    from index.restoring import restore as restored

    done = restored(settings.home, given.file, Memory, settings.database)
    print(f"restored from {given.file}: {done.articles} articles")
    if done.before is not None:
        print(f"what was there before is kept in {done.before}")
        print("delete that when you need it no longer: who is forgotten from now on still stands in it")
    if done.is_another:
        print("the database's file is a new one; start anew whatever was running with the one before")


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


COMMANDS = {
    each.__name__: each
    for each in (
        *(index, watch, ask, chat, run, history, remove),
        *(status, doctor, backup, restore, evaluate),
    )
}


def _tolerate_any_bytes() -> None:
    """Let no byte that is typed, or character that is quoted, end in a traceback."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _converse(coverage: Coverage) -> None:
    from bot.conversation import Conversation
    from bot.terminal import chat as converse

    converse(Conversation(coverage), _console())


def _no_alarm(_line: str) -> None:
    """In a terminal the log is what is read."""


def _coverage(settings: Settings) -> Coverage:
    from index.coverage import Coverage
    from index.manners import Manners

    return Coverage.open(
        settings.home,
        database_url=settings.database,
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
