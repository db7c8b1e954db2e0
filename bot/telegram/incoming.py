"""Updates as they come in: one that cannot be parsed is told of and passed over, and the next is read."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from telegram import Bot

    Told = dict[str, Any]

log = logging.getLogger(__name__)

# All that parsing has been seen to raise for an update that is not as Telegram documents it.
BROKEN = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
OK = 200
# Telegram does not know the token, or the address that it stands in.
REFUSED = (401, 404)


def is_numbered(told: object) -> bool:
    """Whether this is an object with an update's number, without which nothing can be confirmed."""
    number = told.get("update_id") if isinstance(told, dict) else None
    return isinstance(number, int) and not isinstance(number, bool)


def read_update(told: Told, bot: Bot | None = None) -> Update | None:
    """The update that Telegram tells; None, with an error in the log, where it cannot be parsed."""
    try:
        return Update.de_json(told, bot)
    except BROKEN as error:
        kind = type(error).__name__
    # What it says may be somebody's words, which belong in no log.
    log.error("the update %s cannot be parsed and is passed over (%s)", told["update_id"], kind)
    return None


class Polled(HTTPXRequest):
    """The connection for long polling, with a guard against what would stop it.

    The library reads all that one poll brought or nothing, and asks at once for the same again. So an
    update that it could not parse is replaced by an empty one of the same number. `unreadable` is told
    of each, and `refused` when Telegram refuses the token, whereupon the library would fall silent.
    """

    def __init__(self, unreadable: Callable[[], None], refused: Callable[[], None]) -> None:
        super().__init__(connection_pool_size=1)
        self._unreadable = unreadable
        self._refused = refused

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a call; the status, and the body with nothing in it that cannot be read."""
        code, body = await super().do_request(*args, **kwargs)
        if code in REFUSED:
            self._refused()
        return code, self._mend(body) if code == OK else body

    def _mend(self, body: bytes) -> bytes:
        try:
            answer = json.loads(body.decode(errors="replace"))
            polled = answer["result"]
        except BROKEN:
            # A gateway's page, say: the library tells of it and tries again.
            return body
        if not isinstance(polled, list):
            return body
        updates = [self._checked(told) for told in polled if is_numbered(told)]
        if polled and not updates:
            raise NetworkError("Telegram sends updates without numbers")
        return body if updates == polled else json.dumps({**answer, "result": updates}).encode()

    def _checked(self, told: Told) -> Told:
        if read_update(told) is not None:
            return told
        self._unreadable()
        return {"update_id": told["update_id"]}
