"""Watching, as a person runs it: the real program as a process of its own, against a site on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bot_api.server import TOKEN, BotApi
from news_site.site import NewsSite
from watching import BODY, DAY, LEAD, NEW, OLD, input_state, opened, stored, until

from index.database import DATABASE
from index.journal import InputState

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]
# Python, torch and the model: a cold start on a busy machine.
STARTING = 90.0
# The time from a signal to the end of the program that the watch promises.
STOPPING = 3.0
ADMIN = 4242
QUESTION = "How many cranes stood idle along the quay of Brambleholt?"


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Only these settings, and those that loopback and haste need."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    # Several programs at a time, each with a thread for every processor, would be in each other's way.
    hurried = {"DATELINE_PRIVATE_ADDRESSES": "yes", "DATELINE_PAUSE": "0", "OMP_NUM_THREADS": "1"}
    return kept | hurried | {"DATELINE_HOME": str(home), "TELEGRAM_BOT_TOKEN": ""} | settings


def dateline(*arguments: str, home: Path, told: str = "") -> Done:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-m", "bot", *arguments],
        cwd=ROOT,
        env=environment(home),
        input=told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Program:
    """A command that goes on, and the lines that it has written."""

    def __init__(self, *arguments: str, home: Path, **settings: str) -> None:
        self.out: list[str] = []
        self.errors: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error::ResourceWarning", "-m", "bot", *arguments],
            cwd=ROOT,
            env=environment(home, **settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        kept = ((self._process.stdout, self.out), (self._process.stderr, self.errors))
        self._readers = [threading.Thread(target=lines.extend, args=[stream]) for stream, lines in kept]
        for each in self._readers:
            each.start()

    def say(self, line: str) -> None:
        """Type a line."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send a signal and wait for exit 0; how many seconds it took."""
        began = time.monotonic()
        self._process.send_signal(number)
        assert self.wait() == 0, self.errors
        return time.monotonic() - began

    def wait(self) -> int:
        """Wait for the end; the exit status."""
        assert self._process.stdin
        self._process.stdin.close()
        status = self._process.wait(timeout=60)
        for each in self._readers:
            each.join()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream
            stream.close()
        return status

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Make an end of it, however it is."""
        if self.running:
            self._process.kill()
            self.wait()


@contextmanager
def started(*arguments: str, home: Path, **settings: str) -> Iterator[Program]:
    """The program while it runs; a test that fails leaves none behind."""
    program = Program(*arguments, home=home, **settings)
    try:
        yield program
    finally:
        program.kill()


@pytest.fixture
def site() -> Iterator[NewsSite]:
    """A site with one story in a feed."""
    with NewsSite() as open_site:
        put_up(open_site, OLD)
        open_site.feed("/feed")
        yield open_site


def put_up(site: NewsSite, words: str, path: str = "/quay") -> str:
    """Publish a story that says these words; its address."""
    return site.publish(path, title="Brambleholt cranes and their drivers", text=text(words), date=DAY)


def text(words: str) -> tuple[str, str]:
    """A story that says these words first, so that its feed says them too."""
    return f"{words} {LEAD}", BODY


def test_watch_tells_what_came_and_what_failed(site: NewsSite, tmp_path: Path) -> None:
    """What a visit brought is a line on stdout, trouble one on stderr; and all can be asked about at once."""
    home, feed, broken = tmp_path / "home", site.url("/feed"), site.url("/broken")
    with started("watch", feed, broken, "--every", "1s", home=home) as program:
        until(lambda: program.out, STARTING)
        assert program.out == [f"{feed}: 1 added\n"]
        answer = dateline("ask", QUESTION, home=home)
        assert OLD in answer.stdout
        assert "The Gull · 2025-03-04" in answer.stdout
        site.update("/quay", text=text(NEW), correction="An earlier version gave a wrong number.")
        until(lambda: len(program.out) == 2)
        answer = dateline("ask", "Do the cranes of Brambleholt lift containers again?", home=home)
        assert NEW in answer.stdout
        assert OLD not in answer.stdout
        assert re.search(r"^corrected on \d{4}-\d\d-\d\d: An earlier version", answer.stdout, re.MULTILINE)
        assert program.stop() < STOPPING
    assert program.out == [f"{feed}: 1 added\n", f"{feed}: 1 updated\n"]
    told = [line for line in program.errors if line.startswith(broken)]
    assert told[0] == f"{broken}: its host answers 404 (for the first time)\n"
    assert told[1] == f"{broken}: its host answers 404 (2 times in a row)\n"
    assert told == program.errors


def test_watch_outlives_a_database_that_fails(site: NewsSite, tmp_path: Path) -> None:
    """It says once that it has stopped and when it tries again; a signal ends it meanwhile."""
    home, feed = tmp_path / "home", site.url("/feed")
    with started("watch", feed, "--every", "1s", home=home) as program:
        until(lambda: program.out, STARTING)
        with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
            connection.execute("ALTER TABLE inputs RENAME TO lost")
        until(lambda: program.errors)
        assert program.running
        assert program.stop() < STOPPING
    (line,) = program.errors
    assert line.startswith("the watch has stopped: the database ")
    assert "no such table: inputs" in line
    assert line.endswith("it is tried again every 60 seconds\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_watch_ends_in_time_while_a_host_hangs(site: NewsSite, tmp_path: Path, number: int) -> None:
    """SIGTERM and Ctrl-C end it with exit 0 within three seconds, whatever a host does, without a word."""
    site.fault("/feed", "hang")
    with started("watch", site.url("/feed"), home=tmp_path / "home") as program:
        site.wait_for("/feed", timeout=STARTING)
        assert program.stop(number) < STOPPING
    assert (program.out, program.errors) == ([], [])


def test_nonsense_is_wrong_usage(tmp_path: Path) -> None:
    """A time that is none is told in one line that shows it and how to write one, with exit 2."""
    done = dateline("watch", "https://gull.example/feed", "--every", "nonsense", home=tmp_path / "home")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = [line for line in done.stderr.splitlines() if "error:" in line]
    assert line.endswith(
        "'nonsense' is no time between two visits; write it as 30s, 15m, 2h or 1d, at most 30d"
    )
    assert "Traceback" not in done.stderr


def test_private_addresses_are_not_read_unless_it_is_set(site: NewsSite, tmp_path: Path) -> None:
    """An address of one's own network is refused in a line, and never asked."""
    home = tmp_path / "home"
    settings = environment(home, DATELINE_PRIVATE_ADDRESSES="")
    command = [sys.executable, "-m", "bot", "index", site.url("/feed")]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "127.0.0.1 is not on the public web" in done.stderr
    assert site.requests == ()


def test_index_reads_addresses(site: NewsSite, tmp_path: Path) -> None:
    """`index` reads a feed as it reads a file: counts on stdout, what failed in a line, and exit 1 for it."""
    home, feed, nowhere = tmp_path / "home", site.url("/feed"), site.url("/nowhere")
    done = dateline("index", feed, nowhere, home=home)
    assert done.stdout == "articles: 1 added, 1 skipped; 1 passages encoded\n"
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert errors == [f"error: {nowhere}: its host answers 404"]
    assert "Traceback" not in done.stderr
    again = dateline("index", feed, home=home)
    assert (again.returncode, again.stdout) == (0, "articles: 1 unchanged\n")
    assert OLD in dateline("ask", QUESTION, home=home).stdout


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A home whose feed was watched while its one story changed, and the addresses of feed and story."""
    home = tmp_path_factory.mktemp("grown") / "home"
    with NewsSite() as site:
        page, feed, broken = put_up(site, OLD), site.feed("/feed").url, site.url("/broken")
        with started("watch", feed, broken, "--every", "1s", home=home) as program:
            until(lambda: program.out, STARTING)
            site.update("/quay", text=text(NEW))
            until(lambda: len(program.out) == 2)
            program.stop()
    return home, feed, page


def test_status_tells_how_inputs_are(grown: tuple[Path, str, str]) -> None:
    """Each input with its last success, its last new article and its failures, in words and as JSON."""
    home, feed, _ = grown
    broken = feed.replace("/feed", "/broken")
    told = dateline("status", home=home).stdout.splitlines()
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"
    assert re.fullmatch(
        rf" +last success {moment}; last new article {moment}", told[told.index(f"watched    {feed}") + 1]
    )
    assert re.fullmatch(
        r" +last success never; last new article never; \d+ failures? in a row, "
        "the last: its host answers 404",
        told[told.index(f"watched    {broken}") + 1],
    )
    inputs = {
        each["input"]: each for each in json.loads(dateline("status", "--json", home=home).stdout)["inputs"]
    }
    assert inputs.keys() == {feed, broken}
    sound, failing = inputs[feed], inputs[broken]
    assert (sound["failures"], sound["trouble"], sound["silent"]) == (0, None, False)
    for name in ("visited", "succeeded", "brought"):
        assert datetime.now(UTC) - datetime.fromisoformat(sound[name]) < timedelta(minutes=10)
    assert (failing["succeeded"], failing["brought"]) == (None, None)
    assert (failing["failures"] >= 1, failing["trouble"]) == (True, "its host answers 404")


def test_history_is_found_by_id_address_and_words(grown: tuple[Path, str, str]) -> None:
    """Both versions are shown, the newest first, by whatever a person has of the article."""
    home, _, page = grown
    identity = page.replace("http:", "https:")
    for wanted in (identity, page, f"{page}?utm_source=mail", "stood idle along the Brambleholt quay"):
        (versions,) = json.loads(dateline("history", wanted, "--json", home=home).stdout)
        assert [OLD in each["text"] for each in versions] == [False, True]
        assert {each["id"] for each in versions} == {identity}
        assert (versions[0]["published"], versions[0]["replaced"]) == ("2025-03-04", None)
        assert versions[1]["replaced"] is not None
    told = dateline("history", "lift containers again", home=home).stdout
    assert told.startswith(f"{identity} · the newest version\n")
    assert told.index(NEW) < told.index(" · replaced on ") < told.index(OLD)
    assert "source not given" not in told


def test_removed_input_is_let_go(site: NewsSite, tmp_path: Path) -> None:
    """`remove` with the address of an input lets it go, and keeps its articles."""
    home, feed = tmp_path / "home", site.url("/feed")
    with opened(home) as coverage:
        coverage.index([feed])
        coverage._journal.note_input(InputState(feed))
    done = dateline("remove", feed, home=home)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"removed {feed}\n", "")
    status = json.loads(dateline("status", "--json", home=home).stdout)
    assert (status["inputs"], status["articles"]) == ([], 1)
    assert dateline("remove", feed, home=home).returncode == 1


def test_run_answers_from_what_it_watches(site: NewsSite, tmp_path: Path) -> None:
    """Without a token, a question from the pipe is answered with what was fetched a moment ago."""
    home = tmp_path / "home"
    settings = {"DATELINE_WATCH": f"{site.url('/feed')} {site.url('/broken')}", "DATELINE_EVERY": "1s"}
    with started("run", home=home, **settings) as program, opened(home) as coverage:
        until(lambda: stored(coverage), STARTING)
        program.say(QUESTION)
        until(lambda: any(OLD in line for line in program.out), STARTING)
        site.update("/quay", text=text(NEW))
        until(lambda: any(NEW in article.text for article in stored(coverage).values()))
        program.say("Do the cranes of Brambleholt lift containers again?")
        until(lambda: any(NEW in line for line in program.out), STARTING)
        assert program.wait() == 0
    assert "TELEGRAM_BOT_TOKEN is not set, so this is the chat in the terminal.\n" in program.errors
    assert any("its host answers 404" in line for line in program.errors)
    assert "Traceback" not in "".join(program.errors)


def test_admin_is_told_once_that_an_input_is_silent(site: NewsSite, tmp_path: Path) -> None:
    """What has brought nothing for longer than ever is one message to each admin, not one a visit."""
    home, feed = tmp_path / "home", site.feed("/still", pages=[]).url
    now = datetime.now(UTC)
    arrivals = tuple(now - timedelta(days=30, hours=each) for each in (6, 4, 3, 1, 0))
    with opened(home) as coverage:
        coverage._journal.note_input(InputState(feed, arrivals=arrivals))
    with BotApi() as api:
        # Telegram lets a bot write only to people who have written to it.
        api.add_chat(ADMIN)
        settings = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE": api.base_url,
            "DATELINE_WATCH": feed,
            "DATELINE_EVERY": "1s",
            "DATELINE_ADMINS": str(ADMIN),
        }
        with started("run", home=home, **settings) as program:
            api.wait_for(1, timeout=STARTING)
            visits = site.asked("/still")
            site.wait_for("/still", visits + 3)
            program.stop()
        with opened(home) as coverage:
            assert input_state(coverage, feed).reported
        (sent,) = api.sent
    assert sent.chat_id == ADMIN
    since = f"{arrivals[-1]:%Y-%m-%d %H:%M} UTC"
    assert sent.plain == f"{feed} has brought nothing new since {since}, longer than usual"
    assert api.refusals == ()
