from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from bot_api.calling import call, refused
from bot_api.server import BotApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

URL = "https://bot.example/hook/42?x=1"


class Receiver:
    """A program's webhook behind its proxy: notes what is posted, and answers as `answer` says."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.answer: Callable[[dict[str, Any]], int] = lambda _: 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.posts.append((self.path, dict(self.headers), update))
                self.send_response(receiver.answer(update))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def texts(self) -> list[str]:
        """The texts of the messages posted, in order."""
        return [update["message"]["text"] for _, _, update in self.posts]

    def close(self) -> None:
        """Take no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook that takes everything."""
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture
def api(receiver: Receiver) -> Iterator[BotApi]:
    """A Bot API that reaches the receiver as through its proxy."""
    with BotApi(webhook_through=receiver.address) as server:
        yield server


def info(api: BotApi) -> dict[str, Any]:
    """What getWebhookInfo tells."""
    told: dict[str, Any] = call(api, "getWebhookInfo")["result"]
    return told


def arrived(api: BotApi) -> bool:
    """Whether no update waits any more."""
    return not api.unconfirmed


def test_update_posted(api: BotApi, receiver: Receiver) -> None:
    """An update that waited is posted to the path of the address, with the secret, once, and is gone."""
    number = api.push(updates.private_message("\ud83d hello"))
    call(api, "setWebhook", url=URL, secret_token="s-1_A")
    api.wait_for(arrived)
    ((path, headers, update),) = receiver.posts
    assert (path, headers["Host"]) == ("/hook/42?x=1", "bot.example")
    assert headers["X-Telegram-Bot-Api-Secret-Token"] == "s-1_A"
    assert (update["update_id"], update["message"]["text"]) == (number, "\ud83d hello")
    assert [(one.update_id, one.status) for one in api.deliveries] == [(number, 200)]


def test_webhook_described(api: BotApi) -> None:
    """The webhook is told with how many at a time and which kinds; taken away, it is told no more."""
    assert info(api) == {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    call(api, "setWebhook", url=URL, max_connections=500, allowed_updates=["message"])
    told = info(api)
    assert (told["url"], told["max_connections"], told["allowed_updates"]) == (URL, 100, ["message"])
    assert "last_error_message" not in told
    call(api, "setWebhook", url="")
    assert info(api)["url"] == ""


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"url": "http://bot.example/"}, "An HTTPS URL must be provided for webhook"),
        ({"url": "https://bot.example:8080/"}, "only on ports 80, 88, 443 or 8443"),
        ({"url": "https://bot.example:port/"}, "invalid webhook URL specified"),
        ({"secret_token": "x" * 257}, "secret token is too long"),
        ({"secret_token": "a b"}, "secret token contains unallowed characters"),
    ],
)
def test_webhooks_refused(api: BotApi, params: dict[str, str], description: str) -> None:
    """Another scheme, port or secret than Telegram takes is refused, and no webhook is set."""
    assert refused(api, "setWebhook", **{"url": URL} | params).endswith(description)
    assert info(api)["url"] == ""


def test_kept_until_taken(api: BotApi, receiver: Receiver) -> None:
    """What is not answered with 2xx waits, is told of, and comes again, later each time, until it is."""
    told_of, later = threading.Event(), iter([404, 302])
    receiver.answer = lambda _: next(later, 204) if told_of.is_set() else 503
    call(api, "setWebhook", url=URL)
    number = api.push(updates.private_message("x"))
    api.wait_for(lambda api: api.deliveries)
    told = info(api)
    told_of.set()
    assert told["pending_update_count"] == 1
    assert told["last_error_message"].startswith("Wrong response from the webhook: 503")
    assert abs(told["last_error_date"] - time.time()) < 60
    api.wait_for(arrived, timeout=30)
    assert [one.status for one in api.deliveries if one.status != 503] == [404, 302, 204]
    assert {update["update_id"] for _, _, update in receiver.posts} == {number}
    times = [one.at for one in api.deliveries]
    waits = [0.1, 0.2, 0.4]
    assert all(after - before >= wait for before, after, wait in zip(times, times[1:], waits, strict=False))


def test_order_and_company(api: BotApi, receiver: Receiver) -> None:
    """One chat's updates come in order, after the one that fails; other chats do not wait for it."""
    failing = iter([500] * 3)
    receiver.answer = lambda update: next(failing, 200) if update["message"]["text"] == "a1" else 200
    call(api, "setWebhook", url=URL)
    for text, user in (("a1", 1), ("a2", 1), ("b1", 2), ("b2", 2)):
        api.push(updates.private_message(text, user_id=user))
    api.wait_for(arrived)
    assert receiver.texts.index("b2") < receiver.texts.index("a2")
    assert [text for text in receiver.texts if text[0] == "a"] == ["a1"] * 4 + ["a2"]
    assert [text for text in receiver.texts if text[0] == "b"] == ["b1", "b2"]


@pytest.mark.parametrize("most", [1, 3])
def test_connections(api: BotApi, receiver: Receiver, most: int) -> None:
    """So many updates are posted at a time as the webhook was set for, and no more."""
    lock, now, seen = threading.Lock(), [0], [0]

    def answer(_: dict[str, Any]) -> int:
        with lock:
            now[0] += 1
            seen[0] = max(seen[0], now[0])
        time.sleep(0.1)
        with lock:
            now[0] -= 1
        return 200

    receiver.answer = answer
    for user in range(1, 7):
        api.push(updates.private_message("x", user_id=user))
    call(api, "setWebhook", url=URL, max_connections=most)
    api.wait_for(arrived)
    assert seen[0] == most


def test_repeated(api: BotApi, receiver: Receiver) -> None:
    """An update whose answer is lost comes twice, as does one pushed again; one lost before comes once."""
    call(api, "setWebhook", url=URL)
    api.fail("*")
    api.fail("webhook", 1, "drop after")
    first = api.push(updates.private_message("first"))
    api.wait_for(arrived)
    api.fail("webhook", 1, "drop before")
    second = api.push(updates.private_message("second"))
    api.wait_for(arrived)
    api.push_again(updates.private_message("again"), second)
    api.wait_for(arrived)
    assert receiver.texts == ["first", "first", "second", "again"]
    assert [update["update_id"] for _, _, update in receiver.posts] == [first, first, second, second]


def test_webhook_away(receiver: Receiver) -> None:
    """While nobody listens updates wait, and come when somebody does; without a way they only wait."""
    with BotApi() as api:
        call(api, "setWebhook", url=URL)
        api.push(updates.private_message("x"))
        assert info(api)["pending_update_count"] == 1
        api.webhook_through = "http://127.0.0.1:1"
        api.wait_for(lambda api: api.deliveries)
        assert info(api)["last_error_message"] == "Connection refused"
        api.webhook_through = receiver.address
        api.wait_for(arrived)
    assert receiver.texts == ["x"]


def test_webhook_taken_away(api: BotApi, receiver: Receiver) -> None:
    """A webhook taken away gets nothing more; what it did not take is polled, or dropped if so asked."""
    receiver.answer = lambda _: 500
    call(api, "setWebhook", url=URL)
    number = api.push(updates.private_message("x"))
    api.wait_for(lambda api: api.deliveries)
    assert "webhook is active" in refused(api, "getUpdates")
    call(api, "deleteWebhook")
    posted = len(receiver.posts)
    time.sleep(0.3)
    assert len(receiver.posts) - posted <= 1
    assert [update["update_id"] for update in call(api, "getUpdates")["result"]] == [number]
    call(api, "deleteWebhook", drop_pending_updates=True)
    assert call(api, "getUpdates")["result"] == []


def test_stopping_while_posting(receiver: Receiver) -> None:
    """Leaving the server ends a post that nobody answers, at once."""
    posted, held = threading.Event(), threading.Event()

    def answer(_: dict[str, Any]) -> int:
        posted.set()
        return 200 if held.wait(20) else 500

    receiver.answer = answer
    with BotApi(webhook_through=receiver.address) as api:
        call(api, "setWebhook", url=URL)
        api.push(updates.private_message("x"))
        assert posted.wait(5)
        begun = time.monotonic()
    assert time.monotonic() - begun < 3
    held.set()
