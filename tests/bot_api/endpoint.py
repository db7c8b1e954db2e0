"""The addresses of the server: a call comes in, goes wrong on order, or is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot_api import wire
from bot_api.media import fetched
from bot_api.rules import RefusalError
from bot_api.wire import NoReply, Params

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot_api.faults import Fault, Faults
    from bot_api.polling import Polling
    from bot_api.pushing import Pushing
    from bot_api.records import Journal, Outcome

T = TypeVar("T")
Methods = Mapping[str, Callable[[Params], Any]]

FETCHING: Final = "file"
"""The name that fetching a file goes by among the calls and for the faults."""


class GoneError(Exception):
    """The caller hung up before the answer was ready."""


class _Answer(NamedTuple):
    response: Response
    outcome: Outcome
    code: int = 200
    detail: str = ""


class Endpoint:
    """Answers `/bot<token>/<method>` and `/file/bot<token>/<path>`; lives on the server's event loop."""

    def __init__(
        self,
        token: str,
        methods: Methods,
        ways: tuple[Polling, Pushing],
        journal: Journal,
        faults: Faults,
    ) -> None:
        self._token = token
        # Telegram reads method names without regard to case.
        self._methods = {name.lower(): method for name, method in methods.items()}
        self._polling, self._pushing = ways
        self._journal = journal
        self._faults = faults
        self._closing = asyncio.Event()
        self.hang_up: Callable[[Request], None] = _stay

    def application(self) -> Starlette:
        """The server's application: this endpoint, and 404 for all else."""
        methods = Route("/bot{token}/{method}", self.answer, methods=["GET", "POST"])
        files = Route("/file/bot{token}/{path:path}", self.fetch)
        return Starlette(routes=[methods, files], exception_handlers={404: _not_found})

    async def close(self) -> None:
        """Let whatever waits end now."""
        self._closing.set()
        self._polling.close()
        await self._pushing.close()

    async def answer(self, request: Request) -> Response:
        """Answer one call, and note it."""
        method = request.path_params["method"]
        try:
            params = await wire.read_params(request)
        except RefusalError as error:
            number = self._journal.begin(method, {})
            self._journal.end(number, "refused", error.code, error.description)
            return wire.refusal(error)
        return await self._noted(request, method, params)

    async def fetch(self, request: Request) -> Response:
        """Hand out one file, and note it."""
        return await self._noted(request, FETCHING, {"path": request.path_params["path"]})

    async def _noted(self, request: Request, method: str, params: Params) -> Response:
        number = self._journal.begin(method, params)
        try:
            answer = await self._answer(request, method, params)
        except GoneError as error:
            answer = _Answer(NoReply(), "gone", 0, str(error))
        except Exception as error:
            self._journal.end(number, "failed", 500, f"a fault of this server: {error!r}")
            raise
        self._journal.end(number, answer.outcome, answer.code, answer.detail)
        return answer.response

    async def _answer(self, request: Request, method: str, params: Params) -> _Answer:
        with self._journal.changed:
            fault = self._faults.take(method)
        if fault is None:
            return await self._fair(request, method, params)
        if fault.kind == "429":
            return _Answer(wire.flood(fault.retry_after), "failed", 429, fault.kind)
        if fault.kind == "500":
            down = RefusalError(500, "Internal Server Error")
            return _Answer(wire.refusal(down), "failed", 500, fault.kind)
        if fault.kind == "502 html":
            return _Answer(wire.gateway(), "failed", 502, fault.kind)
        return await self._break(request, fault, self._fair(request, method, params))

    async def _break(self, request: Request, fault: Fault, fair: Coroutine[Any, Any, _Answer]) -> _Answer:
        try:
            if fault.kind == "hang before":
                await self._hang(request, fault)
            answer = None if fault.kind == "drop before" else await fair
            if fault.kind == "hang after":
                await self._hang(request, fault)
        finally:
            fair.close()
        if answer and fault.kind.startswith("hang"):
            return answer
        self.hang_up(request)
        await _disconnected(request)
        return _Answer(NoReply(), "failed", 0, fault.kind)

    async def _hang(self, request: Request, fault: Fault) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(fault.seconds):
                await _unless_gone(request, self._closing.wait(), fault.kind)
        if self._closing.is_set():
            self.hang_up(request)
            await _disconnected(request)
            raise GoneError(fault.kind)

    async def _fair(self, request: Request, method: str, params: Params) -> _Answer:
        try:
            if method == FETCHING:
                self._check_token(request)
                return _Answer(Response(fetched(params["path"])), "ok")
            return _Answer(wire.result(await self._result(request, method.lower(), params)), "ok")
        except RefusalError as error:
            return _refused(error)

    async def _result(self, request: Request, method: str, params: Params) -> Any:
        self._check_token(request)
        if method == "getupdates":
            return await _unless_gone(request, self._polling.get_updates(params), "long poll")
        if method not in self._methods:
            raise RefusalError(404, "Not Found: method not found")
        with self._journal.changed:
            value = self._methods[method](params)
        if method == "setwebhook" and params.get("url"):
            self._polling.end_for_webhook()
        if method in ("setwebhook", "deletewebhook"):
            self._pushing.restart()
        return value

    def _check_token(self, request: Request) -> None:
        if request.path_params["token"] != self._token:
            raise RefusalError(401, "Unauthorized")


def _refused(error: RefusalError) -> _Answer:
    return _Answer(wire.refusal(error), "refused", error.code, error.description)


def _stay(_: Request) -> None:
    """Hang up nothing: what an endpoint without a server can do."""


async def _not_found(_: Request, __: Exception) -> Response:
    return wire.refusal(RefusalError(404, "Not Found"))


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _unless_gone(request: Request, work: Coroutine[Any, Any, T], what: str) -> T:
    """What the work comes to.

    Raises:
        GoneError: The caller hung up first; the work is cancelled.
    """
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise GoneError(what)
        return working.result()
    finally:
        for task in (working, watching):
            task.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
