"""What all that goes into chats has in common: where to, in reply to what, and its record."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any, Final

from bot_api.keyboards import check_keyboard, shown_keyboard
from bot_api.records import Journal, Sent
from bot_api.rules import bad_request, finish_caption, read_formatted, read_json
from bot_api.wire import Params, integer, text_of, truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot_api.chats import Chats, Message
    from bot_api.keyboards import Keyboard

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_NO_CONTENT: Final = ("edit_date",)


class Composer:
    """Puts messages into chats and others in their place, once no rule is against it."""

    def __init__(self, bot: dict[str, Any], chats: Chats, journal: Journal) -> None:
        self._bot = {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
        self._chats = chats
        self._journal = journal

    def post(
        self, method: str, params: Params, keyboard: Keyboard | None, finish: Callable[[], Message]
    ) -> Message:
        """Send a new message; `finish` checks its content when the chat has been looked up."""
        chat = self._chats.find(params)
        replied = self._replied(params, chat["id"])
        content = finish()
        self._chats.find_open(params)
        check_keyboard(keyboard)
        message: Message = {"message_id": self._chats.next_id(), "from": self._bot, "chat": chat}
        message |= {"date": int(time.time())} | content | shown_keyboard(keyboard)
        message |= _placed(params, chat, replied)
        return self._keep(method, params, message)

    def edit(
        self,
        method: str,
        params: Params,
        keyboard: Keyboard | None,
        finish: Callable[[Message], Message],
    ) -> Message:
        """Change one of the bot's own messages; `finish` makes of the old one what is to stand there."""
        if params.get("inline_message_id"):
            raise bad_request("Invalid inline message identifier specified")
        if not params.get("chat_id") and not params.get("message_id"):
            raise bad_request("message identifier is not specified")
        chat = self._chats.find(params)
        message = self._chats.message(chat["id"], integer(params, "message_id"), "message to edit")
        if message.get("from", {}).get("id") != self._bot["id"]:
            raise bad_request("message can't be edited")
        edited = finish(message)
        self._chats.find_open({"chat_id": chat["id"]})
        check_keyboard(keyboard)
        edited.pop("reply_markup", None)
        edited |= shown_keyboard(keyboard)
        if _content(edited) == _content(message):
            raise bad_request(_NOT_MODIFIED)
        return self._keep(method, params, edited | {"edit_date": int(time.time())})

    def _replied(self, params: Params, chat_id: int) -> Message | None:
        given = read_json(params.get("reply_parameters"), "reply parameters")
        if given is None:
            return None
        if not isinstance(given, dict):
            raise bad_request("Object expected as reply parameters")
        if not given:
            return None
        elsewhere = "chat_id" in given
        there = self._chats.find(given)["id"] if elsewhere else chat_id
        if truth(given.get("allow_sending_without_reply")) and not self._chats.has(
            there, integer(given, "message_id")
        ):
            return None
        replied = self._chats.message(there, integer(given, "message_id"), "message to be replied")
        _check_quote(given, replied)
        return replied

    def _keep(self, method: str, params: Params, message: Message) -> Message:
        self._chats.keep(message)
        sent = Sent(
            method=method,
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            text=text_of(params, "text") or text_of(params, "caption"),
            plain=_words(message),
            entities=tuple(message.get("entities") or message.get("caption_entities") or ()),
            params=params,
            message=copy.deepcopy(message),
        )
        self._journal.add(sent)
        return message


def _words(message: Message) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _content(message: Message) -> Message:
    return {name: value for name, value in message.items() if name not in _NO_CONTENT}


def _check_quote(given: dict[str, Any], replied: Message) -> None:
    quote, _ = read_formatted(text_of(given, "quote"), text_of(given, "quote_parse_mode"))
    quote, _ = finish_caption(quote, ())
    if quote and quote not in _words(replied):
        raise bad_request("QUOTE_TEXT_INVALID")


def _placed(params: Params, chat: dict[str, Any], replied: Message | None) -> dict[str, Any]:
    placed: dict[str, Any] = {}
    if integer(params, "message_thread_id"):
        placed["message_thread_id"] = integer(params, "message_thread_id")
        placed["is_topic_message"] = True
    if replied and replied["chat"]["id"] == chat["id"]:
        # "this object will not contain further reply_to_message fields even if it itself is a reply"
        replied.pop("reply_to_message", None)
        placed["reply_to_message"] = replied
    return placed
