"""Updates as they come in: one that cannot be parsed is told of and passed over, and the next is read."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

from telegram import Update
from telegram.error import NetworkError

from bot.telegram.called import OK, Called
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from telegram import Bot

    Told = dict[str, Any]

log = logging.getLogger(__name__)

# All that parsing has been seen to raise for an update that is not as Telegram documents it.
BROKEN = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
# Telegram's numbers have up to 52 bits: https://core.telegram.org/bots/api
BITS = 53
# Telegram does not know the token, or the address that it stands in.
REFUSED = (401, 404)


def is_numbered(told: object) -> bool:
    """Whether this is an object with an update's number, without which nothing can be confirmed."""
    number = told.get("update_id") if isinstance(told, dict) else None
    return _is_id(number) and number >= 0


def person_in(told: Told) -> int | None:
    """The number of the person who sent an update; None where nobody did, or that cannot be read."""
    for part in told.values():
        sender = part.get("from") if isinstance(part, dict) else None
        number = sender.get("id") if isinstance(sender, dict) else None
        if _is_id(number):
            return int(number)
    return None


def read_update(told: Told, bot: Bot | None = None) -> Update | None:
    """The update that Telegram tells; None, with an error in the log, where it cannot be parsed."""
    try:
        update = Update.de_json(told, bot)
        if _is_sound(update):
            return update
        kind = "not of the form that is documented"
    except BROKEN as error:
        kind = type(error).__name__
    # What it says may be somebody's words, which belong in no log.
    log.error("the update %s cannot be parsed and is passed over (%s)", told["update_id"], kind)
    return None


class UnrecordedError(NetworkError):
    """What a poll has brought cannot be recorded, so Telegram is asked for it again."""

    def __init__(self, error: StoreError) -> None:
        super().__init__(f"updates cannot be recorded, so they are asked for again: {error}")


class Taking(Protocol):
    """Where what a poll brings is recorded."""

    async def room(self) -> None:
        """Wait until more can be taken."""

    async def take(self, told: Sequence[Told]) -> list[bool]:
        """Record updates; for each whether it is new."""


class Polled(Called):
    """The connection for long polling, with a guard against what would stop it.

    Telegram lets go of what a poll has brought as soon as the library asks for more: so all of it is
    recorded before the library sees it. If that fails, it is asked for again.

    The library reads all that one poll brought or nothing, and asks at once for the same again. So an
    update that it could not parse, or that was taken before, is replaced by an empty one of the same
    number. `unreadable` is told of each of the former, and `refused` when Telegram refuses the token,
    whereupon the library would fall silent.
    """

    def __init__(self, taking: Taking, unreadable: Callable[[], None], refused: Callable[[], None]) -> None:
        super().__init__(connection_pool_size=1)
        self._taking = taking
        self._unreadable = unreadable
        self._refused = refused

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a call; the status, and the body with nothing in it that is not to be worked on.

        Raises:
            NetworkError: it failed, or what it brought cannot be recorded.
        """
        await self._taking.room()
        code, body = await super().do_request(*args, **kwargs)
        if code in REFUSED:
            self._refused()
        return code, await self._mend(body) if code == OK else body

    async def _mend(self, body: bytes) -> bytes:
        answer = json.loads(body.decode(errors="replace"))
        polled = answer["result"]
        if not isinstance(polled, list):
            return body
        numbered = [told for told in polled if is_numbered(told)]
        if polled and not numbered:
            raise NetworkError("Telegram sends updates without numbers")
        readable = [told for told in numbered if self._can_be_read(told)]
        try:
            fresh = await self._taking.take(readable)
        except StoreError as error:
            raise UnrecordedError(error) from error
        new = [told for told, is_new in zip(readable, fresh, strict=True) if is_new]
        # Two may have one number, and only the first of them is new.
        updates = [told if any(told is each for each in new) else _empty(told) for told in numbered]
        return body if updates == polled else json.dumps({**answer, "result": updates}).encode()

    def _can_be_read(self, told: Told) -> bool:
        if read_update(told) is not None:
            return True
        self._unreadable()
        return False


def _is_sound(update: Update) -> bool:
    """Whether it tells by numbers who sent it and where, which everything relies on that takes it further.

    The library believes whatever type it is told.
    """
    user, chat = update.effective_user, update.effective_chat
    language = user.language_code if user else None
    told = [each.id for each in (user, chat, update.effective_sender) if each is not None]
    return all(map(_is_id, told)) and (language is None or isinstance(language, str))


def _empty(told: Told) -> Told:
    """Nothing to be worked on; but its number is confirmed with the others."""
    return {"update_id": told["update_id"]}


def _is_id(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool) and abs(number) < 1 << BITS
