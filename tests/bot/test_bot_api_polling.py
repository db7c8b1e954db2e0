from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from bot_api import updates
from bot_api.calling import call, refused, serving

if TYPE_CHECKING:
    from bot_api.server import BotApi

PERSON = updates.PERSON

api = pytest.fixture(serving)


def taken(api: BotApi, **params: int) -> list[int]:
    """The update_ids that a getUpdates brings."""
    return [update["update_id"] for update in call(api, "getUpdates", **params)["result"]]


def test_offsets(api: BotApi) -> None:
    """An offset confirms and forgets all below it; without one the same updates come again."""
    first, second, third = (api.push(updates.private_message(word)) for word in "abc")
    assert taken(api) == taken(api, offset=0) == [first, second, third]
    assert taken(api, limit=2) == [first, second]
    assert taken(api, offset=second) == [second, third]
    assert taken(api, offset=first) == [second, third]
    assert [update["update_id"] for update in api.unconfirmed] == [second, third]
    assert taken(api, offset=third + 1) == []
    assert api.unconfirmed == ()


def test_negative_offset(api: BotApi) -> None:
    """A negative offset keeps so many updates from the end and forgets the others."""
    numbers = [api.push(updates.private_message(word)) for word in "abc"]
    assert taken(api, offset=-2) == taken(api) == numbers[1:]


def test_kinds_on_request(api: BotApi) -> None:
    """Reactions come only to those who asked for them, as Telegram documents."""
    reaction = {"message_reaction": {"chat": {"id": PERSON, "type": "private"}, "message_id": 1, "date": 1}}
    api.push(reaction)
    assert call(api, "getUpdates", allowed_updates=["message", "message_reaction"])["result"] == []
    assert taken(api) == []
    assert [api.push(reaction)] == taken(api)


def test_long_poll_wakes(api: BotApi) -> None:
    """A waiting poll ends with the update, not with its timeout; an empty one with its timeout."""
    with ThreadPoolExecutor(1) as pool:
        polled = pool.submit(taken, api, timeout=20)
        api.wait_for(lambda api: api.calls)
        time.sleep(0.05)
        begun = time.monotonic()
        number = api.push(updates.private_message("x"))
        assert polled.result(5) == [number]
    assert time.monotonic() - begun < 1
    begun = time.monotonic()
    assert taken(api, offset=number + 1, timeout=1) == []
    assert 0.9 < time.monotonic() - begun < 3


def test_second_poll_conflicts(api: BotApi) -> None:
    """A second poll ends the first with 409 and goes on itself; a webhook ends them all."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(call, api, "getUpdates", timeout=20)
        api.wait_for(lambda api: len(api.calls) == 1)
        second = pool.submit(call, api, "getUpdates", timeout=20)
        assert "terminated by other getUpdates request" in first.result(5)["description"]
        call(api, "setWebhook", url="https://a.example/hook", secret_token="s")
        assert second.result(5)["error_code"] == 409
    assert "webhook is active" in refused(api, "getUpdates")
    assert call(api, "getWebhookInfo")["result"]["url"] == "https://a.example/hook"
    assert call(api, "deleteWebhook")["result"] is True
    assert taken(api) == []


def test_abandoned_poll_conflicts_with_nobody(api: BotApi) -> None:
    """A poll whose caller hung up is noted as gone, and the next one meets no conflict."""
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{api.base_url}/bot{api.token}/getUpdates", data={"timeout": "20"}, timeout=0.2)
    api.wait_for(lambda api: api.calls[0].outcome == "gone")
    assert taken(api) == []
    assert api.refusals == ()
