"""The addresses of the server: a call comes in, goes wrong on order, or is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from bot_api import wire
from bot_api.breaking import Answer, Breaking, GoneError, unless_gone
from bot_api.media import fetched
from bot_api.rules import RefusalError
from bot_api.wire import NoReply, Params

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot_api.door import Door
    from bot_api.faults import Fault, Faults
    from bot_api.polling import Polling
    from bot_api.pushing import Pushing
    from bot_api.records import Journal

Methods = Mapping[str, Callable[[Params], Any]]

FETCHING: Final = "file"
"""The name that fetching a file goes by among the calls and for the faults."""


class _Asked(NamedTuple):
    """A call: its place in the journal, and what it is for."""

    number: int
    method: str
    params: Params


class Endpoint:
    """Answers `/bot<token>/<method>` and `/file/bot<token>/<path>`; lives on the server's event loop."""

    def __init__(
        self,
        token: str,
        methods: Methods,
        ways: tuple[Polling, Pushing],
        journal: Journal,
        faults: Faults,
        door: Door,
    ) -> None:
        self._token = token
        # Telegram reads method names without regard to case.
        self._methods = {name.lower(): method for name, method in methods.items()}
        self._polling, self._pushing = ways
        self._journal = journal
        self._faults = faults
        self._breaking = Breaking(door)

    def application(self) -> Starlette:
        """The server's application: this endpoint, and 404 for all else."""
        methods = Route("/bot{token}/{method}", self.answer, methods=["GET", "POST"])
        files = Route("/file/bot{token}/{path:path}", self.fetch)
        return Starlette(routes=[methods, files], exception_handlers={404: _not_found})

    async def close(self) -> None:
        """Let whatever waits end now."""
        self._breaking.close()
        self._polling.close()
        await self._pushing.close()

    async def answer(self, request: Request) -> Response:
        """Answer one call, and note it."""
        method = request.path_params["method"]
        fault = self._fault(method)
        if fault and fault.kind == "reset unread":
            return await self._noted(request, method, {}, fault)
        try:
            params = await wire.read_params(request)
        except RefusalError as error:
            number = self._journal.begin(method, {})
            self._journal.end(number, "refused", error.code, error.description)
            return wire.refusal(error)
        except ClientDisconnect:
            # Whoever called has died in the middle of it.
            return NoReply()
        return await self._noted(request, method, params, fault)

    async def fetch(self, request: Request) -> Response:
        """Hand out one file, and note it."""
        params = {"path": request.path_params["path"]}
        return await self._noted(request, FETCHING, params, self._fault(FETCHING))

    def _fault(self, method: str) -> Fault | None:
        with self._journal.changed:
            return self._faults.take(method)

    async def _noted(self, request: Request, method: str, params: Params, fault: Fault | None) -> Response:
        number = self._journal.begin(method, params)
        try:
            answer = await self._answer(request, _Asked(number, method, params), fault)
        except GoneError as error:
            answer = Answer(NoReply(), "gone", 0, str(error))
        except Exception as error:
            self._journal.end(number, "failed", 500, f"a fault of this server: {error!r}")
            raise
        self._journal.end(number, answer.outcome, answer.code, answer.detail)
        if isinstance(answer.response, NoReply):
            if answer.arrives:
                self._journal.told(number)
            return answer.response
        if not answer.arrives:
            return answer.response
        return wire.Told(answer.response, lambda: self._journal.told(number))

    async def _answer(self, request: Request, asked: _Asked, fault: Fault | None) -> Answer:
        if fault is None:
            return await self._fair(request, asked)
        if fault.kind == "reset unread":
            return await self._breaking.unread(request, fault)
        return await self._breaking.answer(request, fault, self._fair(request, asked))

    async def _fair(self, request: Request, asked: _Asked) -> Answer:
        try:
            if asked.method == FETCHING:
                self._check_token(request)
                content = fetched(asked.params["path"])
                self._journal.done(asked.number)
                return Answer(Response(content), "ok", arrives=True)
            value = await self._result(request, asked)
            return Answer(wire.result(value), "ok", arrives=True)
        except RefusalError as error:
            return _refused(error)

    async def _result(self, request: Request, asked: _Asked) -> Any:
        method = asked.method.lower()
        self._check_token(request)
        if method == "getupdates":
            polled = await unless_gone(request, self._polling.get_updates(asked.params), "long poll")
            self._journal.done(asked.number)
            return polled
        if method not in self._methods:
            raise RefusalError(404, "Not Found: method not found")
        with self._journal.carrying_out(asked.number):
            value = self._methods[method](asked.params)
        if method == "setwebhook" and asked.params.get("url"):
            self._polling.end_for_webhook()
        if method in ("setwebhook", "deletewebhook"):
            self._pushing.restart()
        return value

    def _check_token(self, request: Request) -> None:
        if request.path_params["token"] != self._token:
            raise RefusalError(401, "Unauthorized")


def _refused(error: RefusalError) -> Answer:
    return Answer(wire.refusal(error), "refused", error.code, error.description, arrives=True)


async def _not_found(_: Request, __: Exception) -> Response:
    return wire.refusal(RefusalError(404, "Not Found"))
