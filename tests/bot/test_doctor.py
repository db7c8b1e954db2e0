from __future__ import annotations

import json
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from bot_api.server import TOKEN, BotApi

from bot import __main__ as command_line
from bot.doctor import check_telegram, diagnose, finding_as_json, format_findings, read_what_can_be
from bot.settings import Settings, SettingsError
from bot.telegram import reach
from index.checking import Finding
from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = TOKEN.partition(":")[2]


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API on loopback."""
    with BotApi() as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests, and no `.env`."""
    for field in Settings.model_fields.values():
        if field.alias:
            monkeypatch.delenv(field.alias, raising=False)
    monkeypatch.chdir(tmp_path)


def settings(**values: str) -> Settings:
    """Settings with a token, and these."""
    return Settings(**({"TELEGRAM_BOT_TOKEN": TOKEN} | values))  # type: ignore[arg-type]


def about(name: str, **values: str) -> Finding:
    """What is found of one thing at Telegram."""
    return next(each for each in check_telegram(settings(**values)) if each.name == name)


def serving(body: bytes, status: int = 200, date: datetime | None = None) -> HTTPServer:
    """A server that answers everything alike, in a thread of its own."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            if date:
                self.send_header("Date", date.strftime("%a, %d %b %Y %H:%M:%S GMT"))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def test_a_bot_that_telegram_knows_passes(api: BotApi) -> None:
    """Its name is told, the clocks agree, nothing waits, and asking for updates is what is set."""
    found = list(check_telegram(settings(TELEGRAM_API_BASE=api.base_url, DATELINE_ADMINS="7")))
    assert [(each.name, each.state) for each in found] == [
        (name, "ok") for name in ("token", "clock", "webhook", "updates", "admins")
    ]
    assert f"@{api.bot['username']}" in found[0].found


def test_a_token_that_telegram_does_not_know_is_told(api: BotApi) -> None:
    """With where to get another, and without the token."""
    told = about("token", TELEGRAM_API_BASE=api.base_url, TELEGRAM_BOT_TOKEN="12345:another-secret")
    assert told.state == "failed"
    assert "does not know this token" in told.found
    assert "@BotFather" in told.advice
    assert "another-secret" not in f"{told}"


def test_a_token_that_is_none_is_not_sent_anywhere(api: BotApi) -> None:
    """Whatever it is, it may be another secret."""
    told = list(check_telegram(settings(TELEGRAM_API_BASE=api.base_url, TELEGRAM_BOT_TOKEN="my-password")))
    assert [(each.name, each.state) for each in told] == [("token", "failed")]
    assert "my-password" not in f"{told}"
    assert not api.calls


def test_no_token_is_a_warning() -> None:
    """Without one, there is the chat in the terminal."""
    (told,) = check_telegram(Settings())
    assert (told.name, told.state) == ("token", "warning")


def test_an_api_out_of_reach_is_told_without_the_token() -> None:
    """Nobody listens there; the admins are looked at all the same."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = list(check_telegram(settings(TELEGRAM_API_BASE=f"http://127.0.0.1:{port}")))
    assert [(each.name, each.state) for each in found] == [("API", "failed"), ("admins", "warning")]
    assert SECRET not in f"{found}"


def test_an_api_that_hangs_is_waited_for_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the call and says nothing."""
    monkeypatch.setattr(reach, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        told = reach.call(f"http://127.0.0.1:{silent.getsockname()[1]}", TOKEN, "getMe")
    assert told.fault
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("body", [b"<html>proxy</html>", b"[1]", b"[" * 100_000, b"", b"\xff\xfe"])
def test_what_is_no_bot_api_is_told(body: bytes) -> None:
    """A proxy's page, or whatever else answers there."""
    server = serving(body)
    told = reach.call(f"http://127.0.0.1:{server.server_port}", TOKEN, "getMe")
    server.shutdown()
    server.server_close()
    assert (told.result, told.fault) == (None, "what answers is no Bot API")


@pytest.mark.parametrize("said", [TOKEN, quote(TOKEN, safe=""), SECRET])
def test_the_token_is_not_in_what_the_api_says_either(said: str) -> None:
    """In none of its spellings."""
    server = serving(json.dumps({"ok": False, "description": f"no such bot: {said}\nx"}).encode(), status=404)
    found = list(check_telegram(settings(TELEGRAM_API_BASE=f"http://127.0.0.1:{server.server_port}")))
    server.shutdown()
    server.server_close()
    assert "<token> x" in found[0].found
    assert SECRET not in f"{found}"


@pytest.mark.parametrize(("seconds", "words"), [(-3600, "ahead of"), (3600, "behind")])
def test_a_clock_that_is_wrong_is_warned_of(seconds: int, words: str) -> None:
    """The other's time stands in the head of its answer."""
    body = json.dumps({"ok": True, "result": {"username": "x"}}).encode()
    server = serving(body, date=datetime.now(UTC) + timedelta(seconds=seconds))
    told = about("clock", TELEGRAM_API_BASE=f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    assert told.state == "warning"
    assert words in told.found


@pytest.mark.parametrize(
    ("known", "wanted", "state"),
    [
        ("https://bot.example.org/a", "https://bot.example.org/a", "ok"),
        ("https://bot.example.org/b", "https://bot.example.org/a", "failed"),
        ("", "https://bot.example.org/a", "warning"),
        ("https://bot.example.org/b", "", "warning"),
        ("", "", "ok"),
    ],
)
def test_the_webhook_is_compared_with_what_telegram_has(known: str, wanted: str, state: str) -> None:
    """Another program's, one that is not set yet, or one that a polling bot would take away."""
    result = {"url": known, "pending_update_count": 2, "username": "x"}
    server = serving(json.dumps({"ok": True, "result": result}).encode())
    values = {"DATELINE_WEBHOOK": wanted, "DATELINE_WEBHOOK_SECRET": "a" * 16} if wanted else {}
    told = about("webhook", TELEGRAM_API_BASE=f"http://127.0.0.1:{server.server_port}", **values)
    server.shutdown()
    server.server_close()
    assert told.state == state


def test_what_telegram_could_not_post_is_told() -> None:
    """The last error, in one line, and how much waits."""
    result = {"url": "", "pending_update_count": 5000, "last_error_message": "Connection\nrefused"}
    server = serving(json.dumps({"ok": True, "result": result}).encode())
    found = list(check_telegram(settings(TELEGRAM_API_BASE=f"http://127.0.0.1:{server.server_port}")))
    server.shutdown()
    server.server_close()
    warned = [each.found for each in found if each.state == "warning"]
    assert any("Connection refused" in each for each in warned)
    assert any("5,000 updates wait" in each for each in warned)


def test_settings_that_cannot_be_used_are_all_told_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others count, and no value is told."""
    monkeypatch.setenv("DATELINE_PAUSE", "soon-secret")
    monkeypatch.setenv("DATELINE_KEEP", "long-secret")
    monkeypatch.setenv("DATELINE_WEBHOOK", "https://bot.example.org/telegram")
    monkeypatch.setenv("DATELINE_ADMINS", "7")
    read, found = read_what_can_be()
    assert (read.pause, read.webhook, read.admin_ids) == (1.0, "", [7])
    told = " ".join(each.found for each in found)
    assert [each.state for each in found] == ["failed"] * 3
    assert all(name in told for name in ("DATELINE_PAUSE", "DATELINE_KEEP", "DATELINE_WEBHOOK_SECRET"))
    assert "secret" not in told.replace("a webhook needs one", "").replace("WEBHOOK_SECRET", "")


def test_an_env_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    """Nothing can be read of it, so it is said and that is all."""
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00DATELINE_PAUSE=1")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        read_what_can_be()


def test_the_command_tells_a_line_for_each_and_ends_with_what_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an `error:` line and exit 1 where something failed; nothing is made."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "none"))
    assert command_line.main(["doctor"]) == 1
    told = capsys.readouterr()
    assert "failed   home         " in told.out
    assert "ok       model " in told.out
    assert told.err.startswith("error: 2 of ")
    assert not (tmp_path / "none").exists()


def test_the_command_ends_well_where_nothing_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, api: BotApi
) -> None:
    """As JSON it is one list, and the token is nowhere."""
    monkeypatch.setenv("DATELINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("TELEGRAM_API_BASE", api.base_url)
    Coverage.open(tmp_path / "home").close()
    assert command_line.main(["doctor", "--json"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert {each["check"] for each in found} >= {"settings", "home", "database", "model", "token", "clock"}
    assert "failed" not in {each["state"] for each in found}
    assert SECRET not in told.out + told.err


def test_it_looks_at_everything_without_a_network(tmp_path: Path) -> None:
    """An API out of reach takes nothing from the checks of the home."""
    Coverage.open(tmp_path / "home").close()
    given = settings(DATELINE_HOME=str(tmp_path / "home"), TELEGRAM_API_BASE="http://127.0.0.1:9")
    states = {each.name: each.state for each in diagnose(given)}
    assert states["API"] == "failed"
    assert states["articles"] == states["FAISS index"] == "ok"


def test_advice_stands_under_what_needs_it() -> None:
    """And nowhere else."""
    good, bad = Finding("one", "ok", "fine", "nothing"), Finding("two", "failed", "gone", "restore it")
    assert list(format_findings([good, bad])) == [
        "ok       one          fine",
        "failed   two          gone",
        "                      → restore it",
    ]
    assert finding_as_json(bad) == {
        "check": "two",
        "state": "failed",
        "found": "gone",
        "advice": "restore it",
    }
