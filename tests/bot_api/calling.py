"""Calls to the server as a test makes them, by hand or through the real library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import telegram

from bot_api.people import PERSON
from bot_api.server import BotApi

if TYPE_CHECKING:
    from collections.abc import Iterator


def serving() -> Iterator[BotApi]:
    """A Bot API that knows one private chat; made a fixture by `api = pytest.fixture(serving)`."""
    with BotApi() as server:
        server.add_chat(PERSON)
        yield server


def call(api: BotApi, method: str, **params: Any) -> dict[str, Any]:
    """The reply's JSON, whatever it says."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    return _body(httpx.post(f"{api.base_url}/bot{api.token}/{method}", data=form, timeout=30))


def upload(api: BotApi, method: str, files: dict[str, tuple[str, bytes]], **params: Any) -> dict[str, Any]:
    """The reply's JSON to a call with files, each under its parameter as a name and its bytes."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    return _body(httpx.post(f"{api.base_url}/bot{api.token}/{method}", data=form, files=files, timeout=30))


def send(api: BotApi, text: str, **params: Any) -> dict[str, Any]:
    """Send HTML to the known person."""
    return call(api, "sendMessage", **{"chat_id": PERSON, "text": text, "parse_mode": "HTML"} | params)


def refused(api: BotApi, method: str, **params: Any) -> str:
    """The description of the refusal that a call meets, which the server has noted."""
    description: str = call(api, method, **params)["description"]
    assert api.refusals[-1].detail == description
    return description


def library(api: BotApi) -> telegram.Bot:
    """The real library's bot, pointed at the server."""
    return telegram.Bot(api.token, base_url=f"{api.base_url}/bot", base_file_url=f"{api.base_url}/file/bot")


def _body(reply: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = reply.json()
    assert body["ok"] == (reply.status_code == 200)
    assert body.get("error_code", 200) == reply.status_code
    return body
