"""Where the server listens, and the connections it has: closed, broken, or shut for a while."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import uvicorn
    from starlette.requests import Request

_HOST: Final = "127.0.0.1"
# Linger for no time at all: the other end gets a reset, and whatever was on its way is lost.
_BREAK: Final = struct.pack("ii", 1, 0)


class Door:
    """Listens on a free port of loopback, which stays ours while it is shut."""

    def __init__(self) -> None:
        self.port = 0
        self._keeper: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._shuts = 0
        self._opening: asyncio.Future[None] | None = None

    def open(self, server: uvicorn.Server) -> socket.socket:
        """A socket that listens, for this server to take."""
        self._server = server
        # One that is bound and does not listen keeps the port, and lets nobody in.
        self._keeper = _bound(0)
        self.port = self._keeper.getsockname()[1]
        return _listening(self.port)

    def close(self) -> None:
        """Let go of the port."""
        if self._keeper:
            self._keeper.close()

    def shut(self, seconds: float) -> None:
        """Refuse new connections for so long, and close those on which nobody waits for an answer."""
        assert self._server
        self._shuts += 1
        old, loop = self._server.servers[-1], asyncio.get_running_loop()
        for listening in old.sockets:
            loop.remove_reader(listening.fileno())
        for connection in list(self._server.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                connection.transport.close()
        self._opening = asyncio.ensure_future(self._open_again(self._server, old, seconds, self._shuts))

    async def _open_again(
        self, server: uvicorn.Server, old: asyncio.Server, seconds: float, number: int
    ) -> None:
        # Whom asyncio has just let in it makes a connection of first; with its server closed, it would fail.
        for _ in range(3):
            await asyncio.sleep(0)
        old.close()
        await asyncio.sleep(seconds)
        # Whoever has shut it once more since then opens it, too.
        if number != self._shuts or server.should_exit:
            return
        config, state = server.config, server.lifespan.state

        def connected() -> asyncio.Protocol:
            made: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
                config=config, server_state=server.server_state, app_state=state
            )
            return made

        listening = _listening(self.port)
        server.servers.append(await asyncio.get_running_loop().create_server(connected, sock=listening))

    def write(self, request: Request, some: bytes) -> None:
        """Write some bytes of an answer, past everything that would make it a good one."""
        if transport := self._transport(request):
            transport.write(some)

    def hang_up(self, request: Request, *, broken: bool = False) -> None:
        """Close a call's connection once what was written has left; `broken`, at once and with a reset."""
        transport = self._transport(request)
        if transport is None:
            return
        if not broken:
            transport.close()
            return
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _BREAK)
        transport.abort()

    def _transport(self, request: Request) -> asyncio.Transport | None:
        assert self._server
        for connection in self._server.server_state.connections:
            transport: asyncio.Transport = connection.transport
            if transport.get_extra_info("peername") == request.client:
                return transport
        return None


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((_HOST, port))
    return bound


def _listening(port: int) -> socket.socket:
    listening = _bound(port)
    listening.listen(128)
    return listening
