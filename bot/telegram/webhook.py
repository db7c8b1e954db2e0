"""The server beside the bot: Telegram posts updates to it, and it tells how the bot is."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from telegram import Update
from telegram.ext import ExtBot
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.telegram.incoming import is_numbered, read_update
from bot.written import HEALTH, METRICS, Address
from index.errors import DatelineError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

log = logging.getLogger(__name__)

# Telegram's largest update is far below; who sends more is not Telegram.
BODY_BYTES = 1_000_000
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
# Seconds that requests in progress get at the end.
GRACE = 5
# Seconds within which a request must have come as far as its body, or its connection is closed.
HEAD = 20.0


class ServerError(DatelineError):
    """The server cannot listen, or Telegram refuses its address."""


@dataclass(frozen=True, slots=True)
class Taking:
    """How updates are taken: at this path, with this secret, read for this bot, and handed to `put`.

    `put` says whether an update is new, and raises StoreError for one that it cannot keep. While there
    `is_room` no more, none is taken.
    """

    path: str
    secret: str
    bot: ExtBot[Any]
    put: Callable[[dict[str, Any], Update], Awaitable[bool]]
    unreadable: Callable[[], None]
    is_room: Callable[[], bool]


def pages(
    health: Callable[[], Awaitable[dict[str, Any]]],
    metrics: Callable[[], Awaitable[bytes]],
    taking: Taking | None = None,
) -> Starlette:
    """The server's pages: health, metrics, and the webhook where updates are taken by one.

    `health` tells how the bot is; only where its "status" is "ok" the page says 200.
    """

    async def tell_health(_: Request) -> Response:
        told = await health()
        return JSONResponse(told, 200 if told["status"] == "ok" else 503)

    async def tell_metrics(_: Request) -> Response:
        return Response(await metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    routes = [Route(HEALTH, tell_health), Route(METRICS, tell_metrics)]
    if taking is not None:
        routes.append(Route(taking.path, _Webhook(taking).take, methods=["POST"]))
    return Starlette(routes=routes)


class _Webhook:
    """Takes updates from Telegram, and from nobody else; each once."""

    def __init__(self, taking: Taking) -> None:
        self._taking = taking

    async def take(self, request: Request) -> Response:
        """Hand over an update; 200 says that it need not come again."""
        given = request.headers.get(SECRET_HEADER, "")
        # Compared in constant time: how long a wrong one takes must not tell how much of it is right.
        if not given or not hmac.compare_digest(given.encode(), self._taking.secret.encode()):
            return PlainTextResponse("wrong secret", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        told = _object(body)
        if told is None or not is_numbered(told):
            return PlainTextResponse("no update", 400)
        update = read_update(told, self._taking.bot)
        if update is None:
            # Refused, it would come again and again, and could be read no better.
            self._taking.unreadable()
            return PlainTextResponse("taken")
        return await self._keep(told, update)

    async def _keep(self, told: dict[str, Any], update: Update) -> Response:
        if not self._taking.is_room():
            return PlainTextResponse("busy", 503)
        try:
            fresh = await self._taking.put(told, update)
        except StoreError as error:
            log.error("an update cannot be recorded, so Telegram is to post it again: %s", error)  # noqa: TRY400 - it says all
            return PlainTextResponse("not recorded", 503)
        return PlainTextResponse("taken" if fresh else "taken before")


async def _body(request: Request) -> bytes | None:
    """The body of a request; None for one that is too large, of which no more is read than is allowed."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def listen(address: Address) -> socket.socket:
    """A socket that listens there.

    Raises:
        ServerError: somebody else does, or the address is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server(tuple(address), family=family, backlog=128)
    except OSError as error:
        raise ServerError(
            f"the server cannot listen on {address.host}:{address.port}: {error.strerror or error}; set "
            "DATELINE_LISTEN to another address and port"
        ) from error


class _Impatient(H11Protocol):
    """A connection that is closed when no request comes: who holds thousands open would keep others out."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch it."""
        super().connection_made(transport)
        self.loop.call_later(HEAD, self._look, None)

    def _look(self, before: object) -> None:
        """Close it where the request of the last look is still the last, and answered."""
        if self.transport.is_closing():
            return
        if self.cycle is before and (self.cycle is None or self.cycle.response_complete):
            self.transport.close()
        else:
            self.loop.call_later(HEAD, self._look, self.cycle)


class Server(uvicorn.Server):
    """The pages on a socket, in the event loop of the bot, which alone heeds the signals."""

    def __init__(self, application: Starlette, listening: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=_Impatient,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                # Who says to be a proxy, and stands elsewhere, is not believed.
                forwarded_allow_ips=["127.0.0.1", "::1"],
                timeout_graceful_shutdown=GRACE,
            )
        )
        self._listening = listening
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the bot."""
        yield

    def begin(self) -> None:
        """Serve from now on."""
        self._task = asyncio.create_task(self.serve(sockets=[self._listening]))

    async def end(self) -> None:
        """Take no more requests, and finish those in progress."""
        self.should_exit = True
        if self._task is not None:
            await self._task
