"""What was sent for an update before the program died is not sent again."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram.constants import ChatType
from telegram.error import ChatMigrated
from telegram.ext import BaseRateLimiter

from bot.memory.updates import Sent
from bot.telegram.pace import PASSING
from bot.telegram.working import Work, current_work
from index.errors import StoreError

if TYPE_CHECKING:
    from bot.memory.updates import Updates
    from bot.telegram.pace import Call, Pace, Result

log = logging.getLogger(__name__)

MESSAGES = "send"


class Once(BaseRateLimiter[int]):
    """Keeps the pace, and notes each message that was sent for an update, by its place among them.

    Whoever begins that work again comes to the same places, and gets for each what was noted. Only where
    the program dies after Telegram has sent a message, and before this has noted that, is it sent twice.
    """

    __slots__ = ("_updates", "pace")

    def __init__(self, pace: Pace, updates: Updates) -> None:
        self.pace = pace
        self._updates = updates

    async def initialize(self) -> None:
        """Make the pace ready."""
        await self.pace.initialize()

    async def shutdown(self) -> None:
        """Let the pace go."""
        await self.pace.shutdown()

    async def process_request(
        self,
        callback: Call,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Make a call, or tell what came of it when it was made before; raises as the pace does."""
        work = current_work()
        call = partial(self.pace.process_request, callback, args, kwargs, endpoint, data, rate_limit_args)
        if work is None or not endpoint.startswith(MESSAGES) or endpoint in PASSING:
            return await call()
        place = work.take_place()
        if place in work.sent:
            return _as_told(work.sent[place], data.get("chat_id"))
        try:
            result = await call()
        except ChatMigrated as error:
            # The group that asked is a supergroup by now, and this stands in the arguments too.
            data["chat_id"] = error.new_chat_id
            result = await call()
        if isinstance(result, dict):
            await self._note(work, place, Sent(result["message_id"], result["date"]))
        return result

    async def _note(self, work: Work, place: int, sent: Sent) -> None:
        work.sent[place] = sent
        try:
            await asyncio.to_thread(self._updates.note, work.number, place, sent)
        except StoreError as error:
            # Who was answered has nothing from hearing that this failed.
            log.error("a message was sent, but not noted; after a crash it would be sent twice: %s", error)  # noqa: TRY400 - it says all


def _as_told(sent: Sent, chat: object) -> dict[str, Any]:
    """The message as far as anybody here looks at what Telegram tells of one that was sent."""
    kind = ChatType.PRIVATE if isinstance(chat, int) and chat > 0 else ChatType.SUPERGROUP
    return {"message_id": sent.message, "date": sent.date, "chat": {"id": chat, "type": kind}}
