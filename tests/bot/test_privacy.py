from __future__ import annotations

import asyncio
import socket
import sqlite3
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bot_api import updates
from bot_api.server import BotApi
from conversing import buttons
from desks import ADMIN
from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from living import called, living, until
from traces import columns_with, files_with, overhearing, spellings_of

from index import database
from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from bot_api.records import Sent

# Somebody whose numbers, names and words stand nowhere else.
ANN, GROUP = 7_771_234_567, -1_009_988_776_655
NAMES = ("Zorblatine", "Quimbelsby", "zorblat_q", "Vexillum Klub")
WORDS = ("xylopharos", "ґедзобиць")
ASKED = f"{QUESTION} {' '.join(WORDS)}"
NAMED = spellings_of(NAMES)
TRACES = NAMED + spellings_of(WORDS, (ANN, GROUP))

# Where a person stands when their updates are done, and until when. Whoever keeps more says so here, in the
# documents and in /privacy; which columns there are at all, test_personal.py holds.
KEPT = {
    "people.id": "until all is set back, or /forget",
    "answers.person": "for DATELINE_KEEP, or until /forget",
    "answers.chat": "for DATELINE_KEEP, or until /forget",
    "answers.question": "for DATELINE_KEEP, or until /forget",
    "answers.query": "for DATELINE_KEEP, or until /forget",
    "votes.person": "as long as the answer, or until /forget",
    "follows.person": "until the follow is ended, or /forget",
    "follows.chat": "until the follow is ended, or /forget",
    "follows.question": "until the follow is ended, or /forget",
}
# Where they stand before, with their names, as Telegram tells them.
OPEN = {"updates.person", "updates.body"}


class PatientEncoder(FakeEncoder):
    """An encoder that makes no vector of a question while it is held."""

    def __init__(self) -> None:
        super().__init__()
        self._free = Event()
        self._free.set()
        self._used = Event()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Let questions wait in here, once the coverage is ready: what makes it ready encodes one as well."""
        assert await asyncio.to_thread(self._used.wait, 30)
        self._free.clear()
        try:
            yield
        finally:
            self._free.set()

    def encode_question(self, text: str) -> Any:
        """The vector, once it is free."""
        assert self._free.wait(30)
        try:
            return super().encode_question(text)
        finally:
            self._used.set()


class Talk:
    """A bot that runs, and a person who talks to it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.api = BotApi()
        self.encoder = PatientEncoder()

    async def say(self, update: updates.Update) -> Sent:
        """The first message that comes of an update."""
        before = len(self.api.sent)
        self.api.push(named(update))
        await until(self.api, lambda: len(self.api.sent) > before)
        return self.api.sent[before]

    async def press(self, sent: Sent, label: str) -> None:
        """Press the button whose label begins like this, and wait for what is said to it."""
        (data,) = {data for text, data in buttons(sent) if text.startswith(label)}
        await self.pressed(data, sent)

    async def pressed(self, data: str, sent: Sent) -> None:
        """Press a button that carries this."""
        before = len(self.api.callback_answers)
        self.api.push(named(updates.callback_query(data, sent.message, user_id=ANN)))
        await until(self.api, lambda: len(self.api.callback_answers) > before)

    async def command(self, name: str, argument: str = "", *, user_id: int = ANN) -> Sent:
        """What comes of a command."""
        return await self.say(updates.command(name, argument, user_id=user_id))

    async def done(self) -> None:
        """Wait until no update is open any more."""
        assert await ended(lambda: columns_with(self.home, TRACES) & OPEN) == set()


async def ended(left: Callable[[], Any]) -> Any:
    """What is left when ten seconds are over, or as soon as there is nothing."""
    for _ in range(200):
        if not left():
            break
        await asyncio.sleep(0.05)
    return left()


def named(update: updates.Update) -> updates.Update:
    """An update as it comes from somebody with a name, in a chat with one."""
    who = {"first_name": NAMES[0], "last_name": NAMES[1], "username": NAMES[2]}
    (part,) = update.values()
    chat = part.get("chat", {}).get("type")
    where = {"private": {"chat": who}, "supergroup": {"chat": {"title": NAMES[3]}}}.get(chat, {})
    return updates.altered(update, {"from": who} | where)


async def tell_everything(talk: Talk) -> None:
    """All ways in which the bot hears of a person, one after the other."""
    question = updates.private_message(QUESTION, user_id=ANN)
    answer = await talk.say(question)
    await talk.press(answer, "👍")
    await talk.press(answer, "In context")
    await talk.pressed(f"a:{WORDS[0]}", answer)
    await talk.say(updates.edited_message(named(question), f"Who closed the pier, {WORDS[1]}?"))
    refusal = await talk.say(updates.private_message(f"Who composed {' '.join(WORDS)}?", user_id=ANN))
    await talk.press(refusal, "🔔")
    for name in ("follow", "latest", "timeline", "following", WORDS[0]):
        await talk.command(name, ASKED)
    await talk.press(await talk.command("settings"), "5 passages")
    await talk.say(updates.mention(ASKED, chat_id=GROUP, user_id=ANN))
    await talk.say(updates.photo(ASKED, user_id=ANN))
    talk.api.push(named(updates.inline_query(ASKED, user_id=ANN)))
    await until(talk.api, lambda: talk.api.inline_answers)


async def go_wrong(talk: Talk) -> None:
    """What makes the bot log something while it works for the person."""
    talk.api.push({"message": {"text": ASKED, "from": {"id": ANN, "first_name": NAMES[0]}, "date": []}})
    talk.api.fail("sendMessage", kind="429", retry_after=1)
    await talk.say(updates.private_message(ASKED, user_id=ANN))
    talk.api.block(GROUP)
    before = len(talk.api.refusals)
    talk.api.push(named(updates.mention(ASKED, chat_id=GROUP, user_id=ANN)))
    await until(talk.api, lambda: len(talk.api.refusals) > before)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a person who told everything: when all was done, and once they were forgotten."""

    kept: set[str]
    names: set[str]
    log: str
    exposed: str
    stats: str
    said: str
    left: list[str]


async def live_through(talk: Talk, coverage: Coverage, port: int) -> Found:
    """Let a person tell everything and be forgotten, and look what is found of them."""
    address = f"127.0.0.1:{port}"
    with overhearing() as lines:
        async with living(coverage, talk.api, DATELINE_LISTEN=address):
            await tell_everything(talk)
            await go_wrong(talk)
            await talk.done()
            kept, names = columns_with(talk.home, TRACES), columns_with(talk.home, NAMED)
            async with httpx.AsyncClient(base_url=f"http://{address}") as client:
                exposed = [(await client.get(path)).text for path in ("/health", "/metrics")]
            stats = await talk.say(updates.command("stats", user_id=ADMIN))
            said = await talk.command("forget")
            await talk.done()
            left = files_with(talk.home, TRACES)
    return Found(kept, names, "\n".join(lines), "\n".join(exposed), stats.plain, said.plain, left)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What was found of a person who told everything."""
    folder = tmp_path_factory.mktemp("private")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    with opened_talk(folder) as (talk, coverage):
        return asyncio.run(live_through(talk, coverage, port))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Talk, Coverage]]:
    """A person who will talk to a bot, and what that answers from."""
    with opened_talk(tmp_path) as both:
        yield both


@contextmanager
def opened_talk(folder: Path) -> Iterator[tuple[Talk, Coverage]]:
    """A person who will talk to a bot with a home in this folder, and what that answers from."""
    talk = Talk(folder / "home")
    with (
        pytest.MonkeyPatch.context() as patch,
        talk.api,
        Coverage.open(talk.home, encoder=talk.encoder) as coverage,
    ):
        # A busy machine leaves the log of changes as it is for now, and these look whether it is emptied.
        patch.setattr(database, "SETTLING", 20_000)
        coverage.index([str(write_articles(folder / "news", 1))])
        yield talk, coverage


def test_people_stand_only_where_it_is_said(found: Found) -> None:
    """Of all columns of the database, exactly those that are listed hold anything that leads to a person."""
    assert found.kept == set(KEPT)
    assert found.names == set()


def test_no_log_tells_of_people(found: Found) -> None:
    """Whatever is logged, when things go wrong too, holds no number, name or word of those who ask."""
    assert "cannot be parsed and is passed over" in found.log
    assert "a message was not sent" in found.log
    assert [each for each in TRACES if each in found.log.encode()] == []


def test_no_count_tells_of_people(found: Found) -> None:
    """What anybody can read who reaches the server is counts alone."""
    assert 'dateline_updates_total{kind="inline_query"} 1.0' in found.exposed
    assert [each for each in TRACES if each in found.exposed.encode()] == []


def test_admins_are_told_no_asker(found: Found) -> None:
    """Whoever runs the bot reads what was asked in vain, and not by whom."""
    assert WORDS[0] in found.stats
    assert [each for each in NAMED + spellings_of(numbers=(ANN, GROUP)) if each in found.stats.encode()] == []


def test_who_is_forgotten_is_in_no_file(found: Found) -> None:
    """After /forget no byte of the home leads to the person, while the bot runs on; in no spelling."""
    assert found.said.startswith("Deleted, for good:")
    assert found.left == []


async def test_an_open_update_is_kept_until_it_is_done(opened: tuple[Talk, Coverage]) -> None:
    """As Telegram tells it, with names, it stands in the table of updates, and only as long as it is open."""
    talk, coverage = opened
    async with living(coverage, talk.api):
        async with talk.encoder.held():
            talk.api.push(named(updates.private_message(ASKED, user_id=ANN)))
            await until(talk.api, lambda: called(talk.api, "sendChatAction"))
            assert columns_with(talk.home, TRACES) == OPEN
        await until(talk.api, lambda: talk.api.sent)
        await talk.done()
    assert columns_with(talk.home, TRACES) == {each for each in KEPT if each.startswith("answers.")}


async def test_what_is_in_progress_is_forgotten_too(opened: tuple[Talk, Coverage]) -> None:
    """Who is forgotten while a question of theirs is worked on is in no file, nor when it is answered."""
    talk, coverage = opened
    async with living(coverage, talk.api):
        async with talk.encoder.held():
            talk.api.push(named(updates.mention(ASKED, chat_id=GROUP, user_id=ANN)))
            await until(talk.api, lambda: called(talk.api, "sendChatAction"))
            await talk.command("forget")
            assert await ended(lambda: files_with(talk.home, TRACES)) == []
        await until(talk.api, lambda: any(sent.chat_id == GROUP for sent in talk.api.sent))
    assert files_with(talk.home, TRACES) == []


async def test_what_has_expired_is_in_no_file(opened: tuple[Talk, Coverage]) -> None:
    """Questions older than the setting are let go when the bot starts, with votes, from every file."""
    talk, coverage = opened
    async with living(coverage, talk.api):
        await talk.say(updates.private_message(ASKED, user_id=ANN))
        answer = await talk.say(updates.private_message(QUESTION, user_id=ANN))
        await talk.press(answer, "👍")
        await talk.done()
    expiring = {each for each in KEPT if each.startswith(("answers.", "votes."))}
    assert columns_with(talk.home, TRACES) == expiring
    grow_old(talk.home, days=3)
    async with living(coverage, talk.api, DATELINE_KEEP="2d"):
        assert await ended(lambda: files_with(talk.home, TRACES)) == []


def grow_old(home: Path, days: int) -> None:
    """Let all questions have been asked so many days earlier."""
    with closing(sqlite3.connect(next(home.glob("*.db")), isolation_level=None)) as connection:
        connection.execute("UPDATE answers SET asked = datetime(asked, ?)", [f"-{days} days"])
