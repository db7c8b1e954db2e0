"""People who do all else that a bot is for, so that the methods of the Bot API are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asking import STORIES
from bot_api import updates
from news_site.stories import story

if TYPE_CHECKING:
    from random import Random

    from bot_api.records import Sent
    from bot_api.server import BotApi

ADMIN: Final = 77
# So many that none of them has much to wait for.
_OTHERS: Final = range(100, 140)
# Only the last messages have buttons that somebody would press.
_PRESSED_AMONG: Final = 200


class Company:
    """Others and the admin, who do one thing at a time, drawn by chance."""

    def __init__(self, api: BotApi, chance: Random) -> None:
        self._api, self._chance, self._made = api, chance, 0
        for person in (ADMIN, *_OTHERS):
            api.add_chat(person)

    def do_something(self) -> None:
        """Press a button, type an inline query, ask for a timeline, follow, send a document, or edit."""
        others = (self._type, self._draw, self._follow, self._hand_in, self._change)
        self._chance.choice((self._press, self._press, *others))()

    def _press(self) -> None:
        sent = [each for each in self._api.sent[-_PRESSED_AMONG:] if each.chat_id in _OTHERS]
        buttons = [(each, data) for each in sent for data in _buttons(each)]
        if buttons:
            under, data = self._chance.choice(buttons)
            self._api.push(updates.callback_query(data, under.message, user_id=under.chat_id))

    def _type(self) -> None:
        self._api.push(updates.inline_query(self._question(), user_id=self._somebody()))

    def _draw(self) -> None:
        self._api.push(updates.command("timeline", "the wind farm", user_id=self._somebody()))

    def _follow(self) -> None:
        self._api.push(updates.command("follow", self._question(), user_id=self._somebody()))

    def _hand_in(self) -> None:
        self._made += 1
        told = f"# Harbour report {self._made}\n\nShip {self._made} waited outside the harbour of Ormby.\n"
        self._api.push(updates.document(f"report-{self._made}.md", told.encode(), user_id=ADMIN))

    def _change(self) -> None:
        asked = updates.private_message(self._question(), user_id=self._somebody())
        self._api.push(asked)
        self._api.push(updates.edited_message(asked, self._question()))

    def _somebody(self) -> int:
        return self._chance.choice(_OTHERS)

    def _question(self) -> str:
        return f"What happened in {story(self._chance.randrange(STORIES)).place}?"


def _buttons(sent: Sent) -> list[str]:
    rows = sent.message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]
