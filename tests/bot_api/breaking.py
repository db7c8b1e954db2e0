"""What a fault does to one call: an answer that is none of Telegram's, or none at all, or too late."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from starlette.responses import Response

from bot_api import wire
from bot_api.faults import NATURES, Fault
from bot_api.rules import RefusalError
from bot_api.wire import NoReply

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from starlette.requests import Request

    from bot_api.door import Door
    from bot_api.records import Outcome

T = TypeVar("T")

# So many pieces a dripping answer comes in.
_DROPS: Final = 20
_MORE: Final = 10
_NOT_THERE: Final = "Bad Request: chat not found"
_MOVED: Final = "Bad Request: group chat was upgraded to a supergroup chat"
_CONFLICT: Final = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


class GoneError(Exception):
    """The caller hung up before the answer was ready."""


class Answer(NamedTuple):
    """A reply, and what is to be noted of it; `arrives` where it is Telegram's own, whole."""

    response: Response
    outcome: Outcome
    code: int = 200
    detail: str = ""
    arrives: bool = False


class Breaking:
    """Lets calls go wrong; lives on the server's event loop."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._closing = asyncio.Event()

    def close(self) -> None:
        """Let whatever hangs end now."""
        self._closing.set()

    async def unread(self, request: Request, fault: Fault) -> Answer:
        """Break the connection before the call has been read."""
        return await self._cut(request, fault, broken=True)

    async def answer(self, request: Request, fault: Fault, fair: Coroutine[Any, Any, Answer]) -> Answer:
        """Answer a call as the fault wants it; `fair` has the effect of the call, and is its good answer.

        Raises:
            GoneError: The caller hung up, or the server closes.
        """
        try:
            if fault.kind == "hang before":
                await self._hang(request, fault)
                return await fair
            if not NATURES[fault.kind].effect:
                return await self._without_effect(request, fault)
            return await self._after(request, fault, await fair)
        finally:
            fair.close()

    async def _without_effect(self, request: Request, fault: Fault) -> Answer:
        if fault.kind == "away":
            self._door.shut(fault.seconds)
            return await self._cut(request, fault)
        if fault.kind.endswith(" before"):
            return await self._cut(request, fault, broken=fault.kind.startswith("reset"))
        response = _instead(fault)
        return Answer(response, "failed", response.status_code, fault.kind)

    async def _after(self, request: Request, fault: Fault, good: Answer) -> Answer:
        """Spoil the answer to what has been done."""
        if fault.kind == "hang after":
            await self._hang(request, fault)
            return good
        if fault.kind in ("drop after", "reset after"):
            return await self._cut(request, fault, broken=fault.kind.startswith("reset"))
        spoiled = _spoiled(fault, bytes(good.response.body))
        if spoiled is not None:
            return Answer(spoiled, "failed", spoiled.status_code, fault.kind)
        return await self._in_pieces(request, fault, good)

    async def _in_pieces(self, request: Request, fault: Fault, good: Answer) -> Answer:
        """Write an answer by hand: not all of it, more than it says, or slowly."""
        body, kind = bytes(good.response.body), fault.kind
        told = len(body) + {"body too short": _MORE, "body too long": -_MORE}.get(kind, 0)
        self._door.write(request, wire.head(told, good.response.status_code))
        if kind in ("drop in body", "reset in body"):
            self._door.write(request, body[: len(body) // 2])
            # What was written before a reset is lost with it, unless it has had the time to arrive.
            await asyncio.sleep(0.02)
            return await self._cut(request, fault, broken=kind.startswith("reset"))
        if kind == "late body":
            await self._hang(request, fault)
        size = -(-len(body) // _DROPS) if kind == "drip" else len(body)
        for place in range(0, len(body), size):
            self._door.write(request, body[place : place + size])
            if kind == "drip" and place + size < len(body):
                await self._pass(request, fault, fault.seconds / _DROPS)
        if kind == "body too short":
            # It waits for the rest.
            await self._hang(request, fault)
        await self._cut(request, fault)
        if kind in ("drip", "late body"):
            return good._replace(response=NoReply(), detail=good.detail or kind)
        return Answer(NoReply(), "failed", 0, kind)

    async def _cut(self, request: Request, fault: Fault, *, broken: bool = False) -> Answer:
        self._door.hang_up(request, broken=broken)
        await disconnected(request)
        return Answer(NoReply(), "failed", 0, fault.kind)

    async def _hang(self, request: Request, fault: Fault) -> None:
        await self._pass(request, fault, fault.seconds)

    async def _pass(self, request: Request, fault: Fault, seconds: float) -> None:
        """Let so much time pass, unless the caller goes or the server closes."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await unless_gone(request, self._closing.wait(), fault.kind)
        if self._closing.is_set():
            await self._cut(request, fault)
            raise GoneError(fault.kind)


def _instead(fault: Fault) -> Response:
    """What is said instead of doing what was asked."""
    if fault.kind == "429":
        return wire.flood(fault.retry_after)
    if fault.kind in ("502 html", "503 html", "200 html"):
        return wire.gateway(int(fault.kind[:3]))
    refusals = {
        "429 bare": RefusalError(429, "Too Many Requests"),
        "500": RefusalError(500, "Internal Server Error"),
        "401": RefusalError(401, "Unauthorized"),
        "409": RefusalError(409, _CONFLICT),
        "400 moved": RefusalError(400, _MOVED, {"migrate_to_chat_id": fault.moved_to}),
        "400 chat not found": RefusalError(400, _NOT_THERE),
    }
    return wire.refusal(refusals[fault.kind])


def _spoiled(fault: Fault, body: bytes) -> Response | None:
    """What comes in the place of a good answer, where it is an answer at all."""
    if fault.kind == "500 after":
        return wire.refusal(RefusalError(500, "Internal Server Error"))
    if fault.kind == "504 html after":
        return wire.gateway(504)
    bodies = {
        "cut JSON": body[: len(body) // 2],
        "empty": b"",
        "no result": b'{"ok":true}',
        "wrong result": b'{"ok":true,"result":"done"}',
    }
    spoiled = bodies.get(fault.kind)
    return None if spoiled is None else Response(spoiled, media_type="application/json")


async def disconnected(request: Request) -> None:
    """Wait until the caller is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def unless_gone(request: Request, work: Coroutine[Any, Any, T], what: str) -> T:
    """What the work comes to.

    Raises:
        GoneError: The caller hung up first; the work is cancelled.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(disconnected(request))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise GoneError(what)
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
