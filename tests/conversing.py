"""A chat with the bot, as a test holds it: what came of an update, or of a pressed button."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot_api import updates
from desks import feed

if TYPE_CHECKING:
    from bot_api.records import CallbackAnswer, Sent
    from bot_api.server import BotApi
    from bot_api.updates import Update
    from desks import AnyApplication

    from bot.telegram.desk import Desk


class Chat:
    """An application with its desk, and the Bot API that it talks to."""

    def __init__(self, application: AnyApplication, desk: Desk, api: BotApi) -> None:
        self.application, self.desk, self.api = application, desk, api

    async def feed(self, update: Update) -> list[Sent]:
        """What was sent or edited by the time the update's handler had ended."""
        before = len(self.api.sent)
        await feed(self.application, self.api, update)
        return list(self.api.sent[before:])

    async def outcome(self, update: Update, messages: int = 1) -> list[Sent]:
        """So many messages that an update leads to, though its handler may have ended long before."""
        before = len(self.api.sent)
        await feed(self.application, self.api, update)
        await asyncio.to_thread(self.api.wait_for, before + messages, 20)
        return list(self.api.sent[before:])

    async def press(self, sent: Sent, label: str, user_id: int = updates.PERSON) -> list[Sent]:
        """What was sent or edited for a press on the button of this label, or one that begins with it."""
        (data,) = {data for text, data in buttons(sent) if text.startswith(label)}
        return await self.feed(updates.callback_query(data, sent.message, user_id=user_id))

    async def press_if_there(self, sent: Sent, label: str) -> list[Sent]:
        """The same for a button that may not be there; then nothing."""
        there = any(text.startswith(label) for text, _ in buttons(sent))
        return await self.press(sent, label) if there else []

    @property
    def toast(self) -> CallbackAnswer:
        """What was said to the last press."""
        return self.api.callback_answers[-1]


def buttons(sent: Sent) -> list[tuple[str, str]]:
    """The buttons under a message in order, each by its label and what it carries."""
    rows = sent.message.get("reply_markup", {}).get("inline_keyboard", [])
    return [(button["text"], button["callback_data"]) for row in rows for button in row]
