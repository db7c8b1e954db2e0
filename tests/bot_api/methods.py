"""The methods of the Bot API that write words into chats: each takes parameters and returns JSON."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from bot_api.keyboards import read_inline_keyboard, read_keyboard
from bot_api.records import Draft, Journal
from bot_api.rules import (
    bad_request,
    check_action,
    finish_caption,
    finish_text,
    read_formatted,
    read_json,
    read_text,
)
from bot_api.wire import Params, integer, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot_api.chats import Chats, Message
    from bot_api.composing import Composer
    from bot_api.entities import Entity

_TEXT: Final = ("text", "entities", "link_preview_options")
_CAPTION: Final = ("caption", "caption_entities")


class Writing:
    """What a bot does with words: write, edit, delete, show that it is typing or what it is writing."""

    def __init__(self, bot: dict[str, Any], chats: Chats, journal: Journal, composer: Composer) -> None:
        self._bot_id = bot["id"]
        self._chats = chats
        self._journal = journal
        self._composer = composer

    def send_message(self, params: Params) -> Message:
        """SendMessage: put a text into a chat."""
        plain, marks = read_text(text_of(params, "text"), text_of(params, "parse_mode"))
        if params.get("entities"):
            raise bad_request("entities are not supported by this test server; send HTML")
        keyboard = read_keyboard(params.get("reply_markup"))
        preview = _preview(params)
        return self._composer.post(
            "sendMessage", params, keyboard, lambda: _text_content(plain, marks) | preview
        )

    def edit_message_text(self, params: Params) -> Message:
        """EditMessageText: put another text in the place of one of the bot's own."""
        plain, marks = read_text(text_of(params, "text"), text_of(params, "parse_mode"))
        keyboard = read_inline_keyboard(params.get("reply_markup"))
        preview = _preview(params)

        def finish(message: Message) -> Message:
            if "text" not in message:
                raise bad_request("There is no text in the message to edit")
            return _without(message, _TEXT) | _text_content(plain, marks) | preview

        return self._composer.edit("editMessageText", params, keyboard, finish)

    def edit_message_caption(self, params: Params) -> Message:
        """EditMessageCaption: put other words under one of the bot's own pictures or documents."""
        plain, marks = read_formatted(text_of(params, "caption"), text_of(params, "parse_mode"))
        keyboard = read_inline_keyboard(params.get("reply_markup"))

        def finish(message: Message) -> Message:
            if "text" in message:
                raise bad_request("There is no caption in the message to edit")
            return _without(message, _CAPTION) | caption_content(plain, marks)

        return self._composer.edit("editMessageCaption", params, keyboard, finish)

    def edit_message_reply_markup(self, params: Params) -> Message:
        """EditMessageReplyMarkup: give one of the bot's own messages other buttons, or none."""
        keyboard = read_inline_keyboard(params.get("reply_markup"))
        return self._composer.edit("editMessageReplyMarkup", params, keyboard, copy.copy)

    def delete_message(self, params: Params) -> bool:
        """DeleteMessage: take away the bot's own message, or in a private chat any."""
        chat = self._chats.find(params)
        message = self._chats.message(chat["id"], integer(params, "message_id"), "message to delete")
        if chat["type"] != "private" and message.get("from", {}).get("id") != self._bot_id:
            raise bad_request("message can't be deleted")
        self._chats.remove(chat["id"], message["message_id"])
        return True

    def send_chat_action(self, params: Params) -> bool:
        """SendChatAction: show that the bot is typing."""
        check_action(text_of(params, "action"))
        self._chats.find_open(params)
        return True

    def send_message_draft(self, params: Params) -> bool:
        """SendMessageDraft: show a person a text that is still being written."""
        raw = text_of(params, "text")
        plain, marks = read_formatted(raw, text_of(params, "parse_mode"))
        if not integer(params, "draft_id"):
            raise bad_request("RANDOM_ID_INVALID")
        chat = self._chats.find_open(params)
        if chat["type"] != "private":
            raise bad_request("PEER_ID_INVALID")
        shown = finish_text(plain, marks)[0] if raw else ""
        self._journal.add(Draft(chat["id"], integer(params, "draft_id"), raw, shown))
        return True


def caption_content(plain: str, marks: Sequence[Entity]) -> Message:
    """The part of a message that is its caption, if it has one."""
    text, entities = finish_caption(plain, marks)
    content: Message = {"caption": text} if text else {}
    return content | ({"caption_entities": [entity.to_dict() for entity in entities]} if entities else {})


def _text_content(plain: str, marks: Sequence[Entity]) -> Message:
    text, entities = finish_text(plain, marks)
    return {"text": text} | ({"entities": [entity.to_dict() for entity in entities]} if entities else {})


def _preview(params: Params) -> Message:
    preview = read_json(params.get("link_preview_options"), "link preview options")
    if preview is not None and not isinstance(preview, dict):
        raise bad_request("Object expected as link preview options")
    return {"link_preview_options": preview} if preview else {}


def _without(message: Message, names: Sequence[str]) -> Message:
    return {name: value for name, value in message.items() if name not in names}
