"""The loopback server, and what a test does with it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Literal, Self

import uvicorn

from bot_api.chat_facts import ChatFacts
from bot_api.chats import Chats
from bot_api.composing import Composer
from bot_api.door import Door
from bot_api.endpoint import Endpoint
from bot_api.faults import Fault, FaultKind, Faults
from bot_api.media import Media
from bot_api.methods import Writing
from bot_api.methods_by_name import methods_by_name
from bot_api.pending import Pending, Update
from bot_api.people import BOT_ID, USERNAME
from bot_api.polling import Polling
from bot_api.profile import Profile
from bot_api.pushing import Pushing
from bot_api.queries import Queries
from bot_api.records import Journal, Recorded

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from bot_api.records import Sent

TOKEN = f"{BOT_ID}:made-up"

ChatType = Literal["private", "group", "supergroup", "channel"]
MemberStatus = Literal["creator", "administrator", "member", "left", "kicked"]

_PATIENCE = 10.0


class BotApi(Recorded):
    """A Bot API on 127.0.0.1 for one bot; a context manager, and safe to use from any thread.

    `base_url` is what stands before "/bot<token>/<method>". Chats become known by the updates that
    come from them, or by `add_chat`. `webhook_through` is the address on loopback that stands in for
    the proxy before the bot's webhook; only with one are updates pushed to it. What happened is read
    from the properties of `Recorded`.
    """

    def __init__(self, token: str = TOKEN, username: str = USERNAME, *, webhook_through: str = "") -> None:
        self.token = token
        self.bot = _bot(int(token.partition(":")[0]), username)
        super().__init__(Journal())
        self._pending = Pending()
        self._chats = Chats()
        self._faults = Faults()
        self._queries = Queries(self.bot, self._journal)
        profile = Profile(self.bot, self._pending)
        self._polling = Polling(self._pending, profile, self._journal)
        self._pushing = Pushing(self._pending, profile, self._journal, self._faults)
        self._pushing.through = webhook_through
        composer = Composer(self.bot, self._chats, self._journal)
        methods = methods_by_name(
            Writing(self.bot, self._chats, self._journal, composer),
            Media(self._journal, composer),
            self._queries,
            ChatFacts(self.bot, self._chats, self._journal),
            profile,
        )
        ways = self._polling, self._pushing
        self._door = Door()
        self._endpoint = Endpoint(token, methods, ways, self._journal, self._faults, self._door)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bot-api", daemon=True)
        self._listening: socket.socket
        self._server = uvicorn.Server(self._config())
        self.base_url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen on a free port; connections are taken from here on."""
        self._listening = self._door.open(self._server)
        self.base_url = f"http://127.0.0.1:{self._door.port}"
        self._thread.start()
        if not self._ready.wait(_PATIENCE):
            raise RuntimeError(f"the Bot API did not start in {_PATIENCE} s")

    def stop(self) -> None:
        """End every call in progress and every connection, then the thread."""
        if self._loop and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._endpoint.close(), self._loop).result(_PATIENCE)
        self._server.should_exit = True
        self._thread.join(_PATIENCE)
        self._door.close()
        if self._thread.is_alive():
            raise RuntimeError(f"the Bot API did not stop in {_PATIENCE} s")

    @property
    def webhook_through(self) -> str:
        """The base address that stands in for the webhook's proxy; it may be set at any time."""
        return self._pushing.through

    @webhook_through.setter
    def webhook_through(self, address: str) -> None:
        self._pushing.through = address
        self._soon(self._pushing.wake)

    def push(self, update: Update) -> int:
        """Queue an update for the bot and wake its poll; the update_id it was given is returned."""
        with self._journal.changed:
            self._chats.learn(update)
            self._queries.learn(update)
            number = self._pending.add(update)
            self._journal.changed.notify_all()
        self._soon(self._polling.wake)
        self._soon(self._pushing.wake)
        return number

    def push_again(self, update: Update, update_id: int) -> None:
        """Queue an update once more under the number it had, for the webhook: Telegram repeats itself.

        Not for a poll, whose offset has passed that number: let "drop after" befall getUpdates instead.
        """
        with self._journal.changed:
            self._pending.repeat(update, update_id)
        self._soon(self._polling.wake)
        self._soon(self._pushing.wake)

    def add_chat(
        self, chat_id: int, kind: ChatType = "private", *, username: str = "", threads: Iterable[int] = ()
    ) -> None:
        """Make a chat known, and topics in it, before any update came from it."""
        name = {"first_name": "Somebody"} if kind == "private" else {"title": "Somewhere"}
        chat = {"id": chat_id, "type": kind, **name, **({"username": username} if username else {})}
        with self._journal.changed:
            self._chats.add(chat)
            for thread in threads:
                self._chats.add_thread(chat_id, thread)

    def add_member(self, chat_id: int, user_id: int, status: MemberStatus = "member") -> None:
        """Let a person be something in a chat; who wrote in it is a member without that."""
        with self._journal.changed:
            self._chats.set_member(chat_id, user_id, status)

    def block(self, chat_id: int) -> None:
        """Let a person block the bot, or a group throw it out: writing there is Forbidden from now on."""
        with self._journal.changed:
            self._chats.block(chat_id)

    def unblock(self, chat_id: int) -> None:
        """Let a person or a group take the bot in again."""
        with self._journal.changed:
            self._chats.unblock(chat_id)

    def expire_queries(self) -> None:
        """Let every button pressed and every inline query so far be too old to be answered."""
        with self._journal.changed:
            self._queries.expire()

    def fail(
        self,
        method: str,
        times: int = 1,
        kind: FaultKind = "500",
        *,
        seconds: float = 60.0,
        retry_after: int = 1,
    ) -> None:
        """Let the next calls of a method ("*": of any) go wrong; what each kind means is in `faults`.

        `seconds` is how long a hanging call hangs, how long a late or dripping body takes, and how long
        "away" lasts. A call that hangs before its effect takes effect only if the caller is still there.
        "file" is fetching a file. "webhook" is pushing an update: it arrives with the kinds that have an
        effect, and comes again after those whose answer is lost.
        """
        with self._journal.changed:
            self._faults.add(method, times, Fault(kind, seconds, retry_after))

    def fail_by_chance(self, chance: Callable[[str], Fault | None]) -> None:
        """Ask before each call, by its method's name in small letters, whether and how it is to go wrong."""
        with self._journal.changed:
            self._faults.leave_to(chance)

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        with self._journal.changed:
            self._faults.clear()

    @property
    def unconfirmed(self) -> tuple[Update, ...]:
        """The updates that no offset and no webhook has confirmed yet."""
        with self._journal.changed:
            return self._pending.updates

    def wait_for(self, awaited: int | Callable[[BotApi], object], timeout: float = 5.0) -> tuple[Sent, ...]:
        """Wait for so many sent texts, or until a condition on this object holds; returns `sent`.

        It blocks: from a coroutine, call it with `asyncio.to_thread`.

        Raises:
            AssertionError: It did not happen in time; the message tells what did.
        """
        if not self._journal.wait(lambda: _has_come(awaited, self), timeout):
            what = f"{awaited} sent texts" if isinstance(awaited, int) else "the condition"
            left = [update["update_id"] for update in self.unconfirmed]
            raise AssertionError(
                f"waited {timeout} s in vain for {what}\n"
                f"{self._journal.summary()}\nunconfirmed updates: {left}"
            )
        return self.sent

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self._endpoint.application(),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            # A connection closed for idleness in the moment of its reuse would look like a fault.
            timeout_keep_alive=600,
            timeout_graceful_shutdown=5,
        )

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._server.serve(sockets=[self._listening])

    def _soon(self, action: Callable[[], None]) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)


def _has_come(awaited: int | Callable[[BotApi], object], api: BotApi) -> bool:
    return len(api.sent) >= awaited if isinstance(awaited, int) else bool(awaited(api))


def _bot(bot_id: int, username: str) -> dict[str, Any]:
    return {
        "id": bot_id,
        "is_bot": True,
        "first_name": "Dateline",
        "username": username,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
