"""The running of the bot, in this process: its start, both ways to its updates, and its end."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bot_api import updates
from bot_api.server import TOKEN, BotApi
from desks import knowing_admin, make_desk
from fakes import FakeEncoder
from harbour import QUESTION, write_articles
from living import called, live_with, living, until
from programs import Program
from remembered import make_given

from bot import written
from bot.telegram import errors, running
from bot.telegram.alarms import Alarms
from bot.telegram.inbox import Inbox
from bot.telegram.running import THREADS, Running, TokenError
from bot.telegram.webhook import ServerError
from index.coverage import Coverage
from index.database import CONNECTIONS
from index.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

ADMIN = 4242
SECRET = "sixteen-letters_"


api = pytest.fixture(knowing_admin)


@pytest.fixture
def port() -> int:
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def harbour(coverage: Coverage, tmp_path: Path) -> Coverage:
    """A coverage that answers the question about the harbour."""
    coverage.index([str(write_articles(tmp_path / "harbour", 1))])
    return coverage


class SlowEncoder(FakeEncoder):
    """An encoder that takes its first question only when it is let to."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()

    def encode_question(self, text: str) -> Any:
        """The vector, in time."""
        if text == "warm":
            assert self.free.wait(30)
        return super().encode_question(text)


async def test_polled_question_is_answered(harbour: Coverage, api: BotApi) -> None:
    """By long polling a question is answered; only the kinds of update are asked for that are used."""
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert "Forty1 ships waited outside the harbour" in api.sent[0].plain
    polled = next(call for call in api.calls if call.method == "getUpdates")
    kinds = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
    assert re.findall(r"\w+", polled.params["allowed_updates"]) == list(kinds)
    assert api.unconfirmed == ()


async def test_webhook_is_answered(harbour: Coverage, api: BotApi, port: int) -> None:
    """With a webhook Telegram posts, with the secret; all is answered, and no poll is made."""
    api.webhook_through = f"http://127.0.0.1:{port}"
    given: dict[str, Any] = {
        "DATELINE_WEBHOOK": "https://bot.example/updates",
        "DATELINE_WEBHOOK_SECRET": SECRET,
        "DATELINE_LISTEN": f"127.0.0.1:{port}",
    }
    async with living(harbour, api, **given):
        for person in range(1, 6):
            api.push(updates.private_message(QUESTION, user_id=person))
        await until(api, lambda: len(api.sent) == 5)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            forged = await client.post("/updates", json=updates.private_message(QUESTION) | {"update_id": 1})
            assert forged.status_code == 403
        await until(api, lambda: not api.unconfirmed)
    assert {sent.chat_id for sent in api.sent} == {1, 2, 3, 4, 5}
    assert called(api, "getUpdates") == 0
    assert {delivery.status for delivery in api.deliveries} == {200}


async def test_health_and_metrics_are_served(tmp_path: Path, api: BotApi, port: int) -> None:
    """The bot is well when its models are loaded; who asks before sees it type, and is answered then."""
    encoder = SlowEncoder()
    with Coverage.open(tmp_path / "home", encoder=encoder) as coverage:
        coverage.index([str(write_articles(tmp_path / "harbour", 1))])
        async with (
            living(coverage, api, DATELINE_LISTEN=f"127.0.0.1:{port}"),
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
        ):
            api.push(updates.private_message(QUESTION))
            await until(api, lambda: called(api, "getUpdates") > 1)
            health = await client.get("/health")
            assert (health.status_code, health.json()) == (503, {"status": "starting"})
            await until(api, lambda: called(api, "sendChatAction"))
            assert "dateline_updates_in_progress 1.0" in (await client.get("/metrics")).text
            assert api.sent == ()
            encoder.free.set()
            await until(api, lambda: api.sent)
            health = await client.get("/health")
            assert (health.status_code, health.json()["status"]) == (200, "ok")
            assert health.json()["articles"] == 1
            metrics = (await client.get("/metrics")).text
            assert 'dateline_updates_total{kind="message"} 1.0' in metrics
            assert "dateline_articles 1.0" in metrics
            assert (await client.post("/updates", json={})).status_code == 404


async def test_updates_never_lack_a_thread(harbour: Coverage, api: BotApi) -> None:
    """As many threads as there are updates at once work at the same moment, and each has a connection."""
    meeting = threading.Barrier(THREADS, timeout=20)
    async with living(harbour, api):
        met = await asyncio.gather(*(asyncio.to_thread(meeting.wait) for _ in range(THREADS)))
    assert sorted(met) == list(range(THREADS))
    # Beside them the health is looked at, inputs are watched, and indexes are laid out by both.
    assert THREADS + 5 <= CONNECTIONS


async def test_what_was_kept_long_enough_is_let_go(
    harbour: Coverage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again and again old answers go, and whoever has not asked for a minute is known no longer."""
    monkeypatch.setattr(running, "LETTING_GO", 0.05)
    desk = make_desk(harbour)
    old = make_given()
    letting = asyncio.create_task(
        Running(desk, Alarms([]), Inbox(desk.memory.updates_of(42), asyncio.Queue()))._let_go()
    )
    await asyncio.sleep(0.2)
    desk.memory.answers.keep(old)
    desk.access.check(7, 7)
    for hits in desk.access._storage.events.values():
        hits[0].atime -= 61
    for _ in range(200):
        if desk.memory.answers.find(old.key) is None and not desk.access._storage.events:
            break
        await asyncio.sleep(0.05)
    assert desk.memory.answers.find(old.key) is None
    assert not desk.access._storage.events
    assert not letting.done()
    letting.cancel()


async def test_no_server_without_being_asked(harbour: Coverage, api: BotApi, port: int) -> None:
    """With long polling nothing listens unless it is set."""
    async with living(harbour, api):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


async def test_garbage_stops_nothing(
    harbour: Coverage, api: BotApi, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """An update that cannot be parsed costs a line; the next is answered, and polling stays calm."""
    async with (
        living(harbour, api, DATELINE_LISTEN=f"127.0.0.1:{port}"),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        garbage: list[dict[str, Any]] = [
            {"message": "words"},
            {"callback_query": 7},
            {"message": {"date": []}},
        ]
        for each in garbage:
            api.push(each)
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
        assert "dateline_updates_unreadable_total 3.0" in (await client.get("/metrics")).text
        before = called(api, "getUpdates")
        await asyncio.sleep(0.3)
        assert called(api, "getUpdates") - before <= 2
    assert caplog.text.count("cannot be parsed and is passed over") == 3


async def test_conflict_alarms_the_admins_once(
    harbour: Coverage, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Where another program polls with the same token, each admin and the log are told once."""
    async with living(harbour, api), httpx.AsyncClient(base_url=f"{api.base_url}/bot{TOKEN}") as other:
        for _ in range(4):
            conflicts = len(api.refusals)
            with suppress(httpx.HTTPError):
                await other.get("/getUpdates", params={"timeout": 1, "offset": -1})
            assert len(api.refusals) > conflicts
        await until(api, lambda: api.sent)
        await asyncio.sleep(0.2)
    assert [(sent.chat_id, sent.plain) for sent in api.sent] == [(ADMIN, errors.CONFLICT)]
    assert caplog.text.count(errors.CONFLICT) == 1


async def test_what_is_in_progress_is_finished(tmp_path: Path, api: BotApi) -> None:
    """A signal lets no more updates come in; those that were taken are answered before the end."""
    encoder = SlowEncoder()
    with Coverage.open(tmp_path / "home", encoder=encoder) as coverage:
        coverage.index([str(write_articles(tmp_path / "harbour", 1))])
        async with living(coverage, api) as task:
            for person in (1, 2, 3):
                api.push(updates.private_message(QUESTION, user_id=person))
            await until(api, lambda: not api.unconfirmed)
            signal.raise_signal(signal.SIGINT)
            await asyncio.sleep(0.05)
            late = api.push(updates.private_message(QUESTION, user_id=4))
            encoder.free.set()
            await asyncio.wait_for(asyncio.shield(task), 30)
        assert sorted(sent.chat_id for sent in api.sent) == [1, 2, 3]
        assert [update["update_id"] for update in api.unconfirmed] == [late]


async def test_api_that_is_away_is_waited_for(
    harbour: Coverage, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """While Telegram is away at the start it is tried again, and a signal ends that too."""
    api.fail("getMe", kind="502 html")
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert "Telegram cannot be reached, trying again in 1 seconds" in caplog.text
    api.fail("getMe", times=9, kind="500")
    polls, tries = called(api, "getUpdates"), called(api, "getMe")
    task = live_with(harbour, api)
    await until(api, lambda: called(api, "getMe") > tries)
    signal.raise_signal(signal.SIGTERM)
    await asyncio.wait_for(task, 10)
    assert called(api, "getUpdates") == polls


async def test_token_that_is_revoked_ends_the_bot(harbour: Coverage, api: BotApi) -> None:
    """A token that Telegram refuses ends the bot with its error, at the start and later."""
    with pytest.raises(TokenError, match="refuses TELEGRAM_BOT_TOKEN"):
        await live_with(harbour, api, TELEGRAM_BOT_TOKEN="43:wrong")
    task = live_with(harbour, api)
    await until(api, lambda: called(api, "getUpdates"))
    api._endpoint._token = "42:new"
    api.push(updates.private_message(QUESTION))
    ended, _ = await asyncio.wait([task], timeout=20)
    assert ended
    with pytest.raises(TokenError, match="refuses TELEGRAM_BOT_TOKEN"):
        await task


async def test_refused_webhook_ends_the_bot(
    harbour: Coverage, api: BotApi, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook that Telegram refuses is told with Telegram's reason, and without the secret."""
    # As if Telegram had closed a port that it takes today.
    monkeypatch.setattr(written, "WEBHOOK_PORTS", (8081,))
    given = {
        "DATELINE_WEBHOOK": "https://bot.example:8081/updates",
        "DATELINE_WEBHOOK_SECRET": SECRET,
        "DATELINE_LISTEN": f"127.0.0.1:{port}",
    }
    with pytest.raises(ServerError, match=r"^Telegram refuses DATELINE_WEBHOOK: ") as caught:
        await asyncio.wait_for(live_with(harbour, api, **given), 10)
    assert SECRET not in str(caught.value)


async def test_other_model_ends_the_bot(tmp_path: Path, api: BotApi) -> None:
    """A coverage that was made with another model ends the bot, as it ends every command."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder("one")) as coverage:
        coverage.index([str(write_articles(tmp_path / "harbour", 1))])
    with (
        Coverage.open(tmp_path / "home", encoder=FakeEncoder("other")) as coverage,
        pytest.raises(ModelError, match="made with the model 'one'"),
    ):
        await asyncio.wait_for(live_with(coverage, api), 30)


def test_port_in_use_is_one_line(tmp_path: Path, api: BotApi) -> None:
    """The real program ends with one line where somebody listens already."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        program = Program(tmp_path, api.base_url, DATELINE_LISTEN=listen)
        assert program.wait() == 1
    (line,) = [each for each in program.log.splitlines() if each.startswith("error: ")]
    assert line.startswith(f"error: the server cannot listen on {listen}: ")
    assert "Traceback" not in program.log


def test_program_serves_a_webhook(tmp_path: Path, api: BotApi, port: int) -> None:
    """The real program takes updates by a webhook, stops with exit 0, and keeps its secrets."""
    api.webhook_through = f"http://127.0.0.1:{port}"
    given: dict[str, Any] = {
        "DATELINE_WEBHOOK": "https://bot.example/updates",
        "DATELINE_WEBHOOK_SECRET": SECRET,
        "DATELINE_LISTEN": f"127.0.0.1:{port}",
    }
    program = Program(tmp_path, api.base_url, **given)
    try:
        api.push(updates.command("start"))
        api.wait_for(1, timeout=90)
    finally:
        status = program.stop()
    assert status == 0, program.log
    assert api.sent[0].plain.startswith("I answer questions about")
    assert "everybody on Telegram can ask this bot" in program.log
    assert SECRET not in program.log
    assert TOKEN not in program.log


async def test_errors_of_the_bot_are_not_hidden(
    harbour: Coverage, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """From start to end nothing is logged as an error where nothing went wrong, and nothing refused."""
    async with living(harbour, api):
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
    assert [each for each in caplog.records if each.levelno >= logging.WARNING] == []
    assert api.refusals == ()


async def test_indexes_are_laid_out_beside_the_questions(
    harbour: Coverage, api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot answers meanwhile, and ends without delay."""
    begun, ended = threading.Event(), threading.Event()

    def keep_laid_out(stop: threading.Event) -> None:
        begun.set()
        assert stop.wait(30)
        ended.set()

    monkeypatch.setattr(harbour, "keep_laid_out", keep_laid_out)
    async with living(harbour, api):
        await until(api, begun.is_set)
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: api.sent)
        assert not ended.is_set()
    await asyncio.to_thread(ended.wait, 30)
    assert ended.is_set()
