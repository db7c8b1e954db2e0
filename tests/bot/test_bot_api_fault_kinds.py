from __future__ import annotations

import ast
import asyncio
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import telegram
from bot_api import files, updates
from bot_api.calling import call, library, send, serving
from bot_api.faults import METHODS, NATURES, Fault
from PIL import Image
from programs import ROOT

if TYPE_CHECKING:
    from bot_api.faults import FaultKind
    from bot_api.server import BotApi

PERSON = updates.PERSON
# What python-telegram-bot calls by itself: to begin, and to poll.
LIBRARY_CALLS = ("getMe", "getUpdates", "deleteWebhook")
VERBS = ("send", "edit", "delete", "get", "set", "answer", "leave", "forward", "copy", "pin", "ban")
SHORTCUTS: dict[str, set[str]] = {
    "reply_text": {"sendMessage"},
    "reply_photo": {"sendPhoto"},
    "send_action": {"sendChatAction"},
    "answer": {"answerCallbackQuery", "answerInlineQuery"},
    "download_as_bytearray": {"file"},
    # Asks nobody.
    "get_bot": set(),
}
# Seconds for which these last; those that hang do so until the caller has gone.
BRIEF = {"away": 0.01, "drip": 0.1}
# After these the caller hangs until it has lost patience.
HANGING = ("hang before", "hang after", "late body", "body too short")
# What the real library makes of each kind at a sendMessage.
ERRORS: dict[FaultKind, type[BaseException]] = {
    "429": telegram.error.RetryAfter,
    "401": telegram.error.InvalidToken,
    "409": telegram.error.Conflict,
    "400 moved": telegram.error.ChatMigrated,
    "400 chat not found": telegram.error.BadRequest,
    **dict.fromkeys(("429 bare", "500", "502 html", "503 html"), telegram.error.NetworkError),
    **dict.fromkeys(("500 after", "504 html after"), telegram.error.NetworkError),
    **dict.fromkeys(("away", "reset unread", "drop in body"), telegram.error.NetworkError),
    **dict.fromkeys(("drop before", "reset before", "reset in body"), telegram.error.NetworkError),
    **dict.fromkeys(("drop after", "reset after"), telegram.error.NetworkError),
    **dict.fromkeys(("hang before", "hang after"), telegram.error.TimedOut),
    **dict.fromkeys(("late body", "body too short"), telegram.error.TimedOut),
    # No word of the network in these: the library takes them for a fault of its own.
    **dict.fromkeys(("200 html", "cut JSON", "empty", "body too long"), telegram.error.TelegramError),
    "no result": KeyError,
    "wrong result": AttributeError,
}

api = pytest.fixture(serving)


@pytest.mark.parametrize("kind", [kind for kind in NATURES if kind != "drip"])
async def test_faults(api: BotApi, kind: FaultKind, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordered fault meets the real library once, before or after the effect, and then all is well."""
    # Without it the library warns of the type that `retry_after` will have one day.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with library(api) as bot:
        api.fail("sendMessage", 1, kind, seconds=0.1 if kind == "away" else 60)
        with pytest.raises(ERRORS[kind]) as caught:
            await bot.send_message(PERSON, "x", read_timeout=0.3)
        assert len(api.sent) == NATURES[kind].effect
        await asyncio.sleep(0.2 if kind == "away" else 0)
        await bot.send_message(PERSON, "y")
    assert type(caught.value) is ERRORS[kind]
    assert [one.outcome for one in api.calls if one.method == "sendMessage"][1:] == ["ok"]
    assert api.refusals == ()


@pytest.mark.parametrize("kind", NATURES)
def test_every_kind_at_every_method(api: BotApi, kind: FaultKind) -> None:
    """At each method that the bot calls, a fault lets it be done and told, or not, as is said of it."""
    nature, subjects = NATURES[kind], every_call(api)
    for method in subjects:
        api.fail(method, 1, kind, seconds=BRIEF.get(kind, 60))
    before = len(api.calls)
    # Those that hang do so side by side; where nobody is there, the others would not get through.
    at_once = 1 if kind == "away" else len(subjects)
    # Whoever took over a connection that another's fault has spoiled would meet that fault as well.
    alone = httpx.Limits(max_keepalive_connections=0)
    # A busy machine needs a while to take all of them; those that hang need not be waited for so long.
    patience = httpx.Timeout(30, read=2 if kind in HANGING else 30)
    with (
        ThreadPoolExecutor(at_once) as pool,
        httpx.Client(base_url=api.base_url, timeout=patience, limits=alone) as client,
    ):
        came = list(pool.map(partial(arrives, api, client), subjects, subjects.values()))
    calls = {call.method: call for call in api.calls[before:]}
    assert dict(zip(subjects, came, strict=True)) == dict.fromkeys(METHODS, nature.arrives)
    assert {method: bool(call.done_at) for method, call in calls.items()} == dict.fromkeys(
        METHODS, nature.effect
    )
    assert {call.lost for call in calls.values()} == {nature.effect and not nature.arrives}


def picture() -> bytes:
    """A picture in one colour."""
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "PNG")
    return written.getvalue()


def every_call(api: BotApi) -> dict[str, dict[str, Any]]:
    """Parameters with which each method that the bot calls does something, once."""
    api.push(updates.private_message("x"))
    shown = [send(api, f"{number}")["result"] for number in range(3)]
    edited, marked, deleted = ({"chat_id": PERSON, "message_id": each["message_id"]} for each in shown)
    pressed, asked = updates.callback_query("more", shown[0]), updates.inline_query("who")
    api.push(pressed)
    api.push(asked)
    stored = files.store("a.md", b"words")
    button = {"inline_keyboard": [[{"text": "More", "callback_data": "more"}]]}
    return {
        **{method: dict[str, Any]() for method in METHODS},
        # A webhook would keep the poll from getting anything.
        "setWebhook": {"url": ""},
        "setMyCommands": {"commands": [{"command": "help", "description": "How to ask"}]},
        "sendMessage": {"chat_id": PERSON, "text": "words"},
        "sendPhoto": {"chat_id": PERSON, "photo": picture()},
        "sendChatAction": {"chat_id": PERSON, "action": "typing"},
        "editMessageText": {**edited, "text": "other words"},
        "editMessageReplyMarkup": {**marked, "reply_markup": button},
        "deleteMessage": deleted,
        "answerCallbackQuery": {"callback_query_id": pressed["callback_query"]["id"]},
        "answerInlineQuery": {"inline_query_id": asked["inline_query"]["id"], "results": []},
        "getFile": {"file_id": stored.file_id},
        "file": {"path": stored.path},
    }


def arrives(api: BotApi, client: httpx.Client, method: str, params: dict[str, Any]) -> bool:
    """Whether the good answer of a call comes, within a moment."""
    try:
        if method == "file":
            reply = client.get(f"/file/bot{api.token}/{params['path']}")
            return reply.content == b"words"
        reply = client.post(f"/bot{api.token}/{method}", **encoded(params))
        return bool(reply.json()["result"] != "done")
    except (httpx.TransportError, ValueError, KeyError):
        return False
    finally:
        api.wait_for(lambda api: all(call.outcome != "waiting" for call in api.calls))
        # The last thing that is noted of a call is that it was told; and nobody is away for longer.
        time.sleep(0.05)


def encoded(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters as the form of a call, with what is bytes as files."""
    given = {name: ("file", value) for name, value in params.items() if isinstance(value, bytes)}
    form = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in params.items()
        if name not in given
    }
    return {"data": form, "files": given or None}


def test_methods_are_those_that_the_bot_calls() -> None:
    """What the faults are tried at is all that the bot's source calls, and what the library calls for it."""
    called = set(LIBRARY_CALLS)
    for file in (ROOT / "bot" / "telegram").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called |= methods_behind(node.func.attr)
    assert called == set(METHODS)


def methods_behind(name: str) -> set[str]:
    """The methods of the Bot API that a call of this name may be meant for."""
    head, *rest = name.split("_")
    own = head + "".join(map(str.capitalize, rest))
    is_method = rest and callable(getattr(telegram.Bot, name, None)) and head in VERBS
    return SHORTCUTS.get(name, {own} if is_method else set())


async def test_drip(api: BotApi) -> None:
    """An answer that comes in drops is an answer, though it takes longer than any pause in it may."""
    api.fail("sendMessage", 1, "drip", seconds=1.0)
    begun = time.monotonic()
    async with library(api) as bot:
        await bot.send_message(PERSON, "x", read_timeout=0.5)
    assert time.monotonic() - begun > 0.9
    api.wait_for(lambda api: api.calls[-1].told_at)


def test_away(api: BotApi) -> None:
    """While nobody is there connections are refused, at the same address they are taken afterwards."""
    address = api.base_url
    api.fail("getMe", 1, "away", seconds=0.3)
    with pytest.raises(httpx.TransportError):
        call(api, "getMe")
    with pytest.raises(httpx.ConnectError):
        call(api, "getMe")
    time.sleep(0.4)
    assert call(api, "getMe")["ok"]
    assert api.base_url == address


def test_by_chance(api: BotApi) -> None:
    """Whoever is asked about each call decides whether it fails; what was ordered comes first."""
    api.fail("sendMessage", 1, "429")
    api.fail_by_chance(lambda method: Fault("500") if method == "sendmessage" else None)
    assert [send(api, "x")["error_code"] for _ in range(2)] == [429, 500]
    assert call(api, "getMe")["ok"]
    api.mend()
    assert send(api, "x")["ok"]


def test_moments(api: BotApi) -> None:
    """Of each call it is known when it was done and when it was told; of each message, which call it was."""
    before = time.monotonic()
    send(api, "x")
    (sent,) = api.sent
    api.wait_for(lambda api: api.calls[sent.call].told_at)
    made = api.calls[sent.call]
    assert made.method == "sendMessage"
    assert before < made.at <= sent.at <= made.done_at <= made.told_at < time.monotonic()
    send(api, "<p>")
    refused = api.calls[-1]
    assert (refused.done_at, refused.lost) == (0, False)
    assert api.sent_since(1) == ()
