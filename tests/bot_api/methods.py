"""The methods of the Bot API that touch chats: each takes parameters and returns the result's JSON."""

import copy
import time
from typing import Any, Final

from bot_api.chats import Chats, Message
from bot_api.records import Journal, Sent
from bot_api.rules import (
    bad_request,
    check_action,
    check_callback_answer,
    check_callback_data,
    finish_text,
    read_json,
    read_keyboard,
    read_text,
)
from bot_api.wire import Params, integer, text_of, truth

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_SHOWN: Final = ("text", "entities", "reply_markup", "link_preview_options")


class Writing:
    """What a bot does in chats: write, edit, delete, show that it is typing, answer a pressed button."""

    def __init__(self, bot: dict[str, Any], chats: Chats, journal: Journal) -> None:
        self._bot = {name: bot[name] for name in ("id", "is_bot", "first_name", "username")}
        self._chats = chats
        self._journal = journal

    def send_message(self, params: Params) -> Message:
        """SendMessage: put a text into a chat."""
        plain, marks = read_text(text_of(params, "text"), text_of(params, "parse_mode"))
        if params.get("entities"):
            raise bad_request("entities are not supported by this test server; send HTML")
        keyboard = read_keyboard(params.get("reply_markup"))
        preview = read_json(params.get("link_preview_options"), "link preview options")
        chat = self._chats.find(params)
        replied = self._replied(params, chat["id"])
        text, entities = finish_text(plain, marks)
        self._chats.find_open(params)
        check_callback_data(keyboard)
        message: Message = {"message_id": self._chats.next_id(), "from": self._bot, "chat": chat}
        message |= {"date": int(time.time()), "text": text}
        message |= _shown([entity.to_dict() for entity in entities], keyboard, preview)
        message |= self._placed(params, chat, replied)
        self._chats.keep(message)
        self._note("sendMessage", params, message)
        return message

    def edit_message_text(self, params: Params) -> Message:
        """EditMessageText: put another text in the place of one of the bot's own."""
        plain, marks = read_text(text_of(params, "text"), text_of(params, "parse_mode"))
        keyboard = read_keyboard(params.get("reply_markup"))
        preview = read_json(params.get("link_preview_options"), "link preview options")
        if not params.get("chat_id") and not params.get("message_id"):
            raise bad_request("message identifier is not specified")
        chat = self._chats.find(params)
        message = self._chats.message(chat["id"], integer(params, "message_id"), "message to edit")
        if message.get("from", {}).get("id") != self._bot["id"]:
            raise bad_request("message can't be edited")
        text, entities = finish_text(plain, marks)
        self._chats.find_open(params)
        check_callback_data(keyboard)
        kept = {name: value for name, value in message.items() if name not in _SHOWN}
        edited = kept | {"text": text} | _shown([entity.to_dict() for entity in entities], keyboard, preview)
        if all(edited.get(name) == message.get(name) for name in _SHOWN):
            raise bad_request(_NOT_MODIFIED)
        edited["edit_date"] = int(time.time())
        self._chats.keep(edited)
        self._note("editMessageText", params, edited)
        return edited

    def delete_message(self, params: Params) -> bool:
        """DeleteMessage: take away the bot's own message, or in a private chat any."""
        chat = self._chats.find(params)
        message = self._chats.message(chat["id"], integer(params, "message_id"), "message to delete")
        if chat["type"] != "private" and message.get("from", {}).get("id") != self._bot["id"]:
            raise bad_request("message can't be deleted")
        self._chats.remove(chat["id"], message["message_id"])
        return True

    def send_chat_action(self, params: Params) -> bool:
        """SendChatAction: show that the bot is typing."""
        check_action(text_of(params, "action"))
        self._chats.find_open(params)
        return True

    def answer_callback_query(self, params: Params) -> bool:
        """AnswerCallbackQuery: let a pressed button stop its waiting."""
        check_callback_answer(text_of(params, "text"))
        self._chats.answer_callback(text_of(params, "callback_query_id"))
        return True

    def _replied(self, params: Params, chat_id: int) -> Message | None:
        given = read_json(params.get("reply_parameters"), "reply parameters")
        if given is None:
            return None
        if not isinstance(given, dict):
            raise bad_request("Object expected as reply parameters")
        elsewhere = "chat_id" in given
        there = self._chats.find(given)["id"] if elsewhere else chat_id
        if truth(given.get("allow_sending_without_reply")) and not self._chats.has(
            there, integer(given, "message_id")
        ):
            return None
        return self._chats.message(there, integer(given, "message_id"), "message to be replied")

    def _placed(self, params: Params, chat: dict[str, Any], replied: Message | None) -> dict[str, Any]:
        placed: dict[str, Any] = {}
        if integer(params, "message_thread_id"):
            placed["message_thread_id"] = integer(params, "message_thread_id")
            placed["is_topic_message"] = True
        if replied and replied["chat"]["id"] == chat["id"]:
            # "this object will not contain further reply_to_message fields even if it itself is a reply"
            replied.pop("reply_to_message", None)
            placed["reply_to_message"] = replied
        return placed

    def _note(self, method: str, params: Params, message: Message) -> None:
        sent = Sent(
            method=method,
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            text=text_of(params, "text"),
            plain=message["text"],
            entities=tuple(message.get("entities", ())),
            params=params,
            message=copy.deepcopy(message),
        )
        self._journal.add(sent)


def _shown(
    entities: list[dict[str, Any]], keyboard: dict[str, Any] | None, preview: dict[str, Any] | None
) -> dict[str, Any]:
    # A message comes back with its inline keyboard only: other keyboards belong to the chat.
    rows = (keyboard or {}).get("inline_keyboard")
    inline = {"inline_keyboard": rows} if rows else None
    shown = {"entities": entities, "reply_markup": inline, "link_preview_options": preview}
    return {name: value for name, value in shown.items() if value}
