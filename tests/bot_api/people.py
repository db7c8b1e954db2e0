"""People, their chats and the messages they write, as Telegram puts them into updates."""

from __future__ import annotations

import copy
import itertools
import re
import time
from typing import Any, Literal

from bot_api.entities import utf16_length

Update = dict[str, Any]
Message = dict[str, Any]
GroupType = Literal["group", "supergroup"]

GROUP = -1_001_000_000_000
PERSON = 1001
BOT_ID = 42
USERNAME = "dateline_bot"

ADMIN_RIGHTS = (
    *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats"),
    *("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
"""What is told of every administrator; Telegram leaves none of these out."""

# People's messages have odd numbers, the bot's even ones: neither has to ask for the other's last.
_numbers = itertools.count(1, 2)
_ENTITIES = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)|(?P<mention>(?<!\w)@\w{4,32})"
    r"|(?P<bot_command>(?<![\w/@])/\w{1,32}(?:@\w{4,32})?)"
)


def person(user_id: int, language_code: str = "en") -> dict[str, Any]:
    """Somebody; an empty code is one who has told Telegram no language."""
    somebody = {"id": user_id, "is_bot": False, "first_name": "Ada"}
    return somebody | ({"language_code": language_code} if language_code else {})


def bot() -> dict[str, Any]:
    """The bot, as others see it."""
    return {"id": BOT_ID, "is_bot": True, "first_name": "Dateline", "username": USERNAME}


def private_chat(user_id: int) -> dict[str, Any]:
    """The chat of a person with the bot, which has the person's number."""
    return {"id": user_id, "type": "private", "first_name": "Ada"}


def group_chat(chat_id: int, kind: GroupType = "supergroup", *, is_forum: bool = False) -> dict[str, Any]:
    """A group, with topics if it is a forum."""
    return {"id": chat_id, "type": kind, "title": "Newsroom"} | ({"is_forum": True} if is_forum else {})


def message_in(chat: dict[str, Any], sender: dict[str, Any], reply_to: Message | None = None) -> Message:
    """A message from somebody, still without content."""
    message = {"message_id": next(_numbers), "date": int(time.time()), "chat": chat, "from": sender}
    if reply_to is not None:
        replied = {name: value for name, value in reply_to.items() if name != "reply_to_message"}
        message["reply_to_message"] = copy.deepcopy(replied)
    return message


def with_text(text: str) -> dict[str, Any]:
    """The part of a message that is its text, with the mentions, commands and addresses in it."""
    entities = _entities(text)
    return {"text": text} | ({"entities": entities} if entities else {})


def with_caption(caption: str) -> dict[str, Any]:
    """The part of a message that is its caption; none of an empty one."""
    entities = _entities(caption)
    content: dict[str, Any] = {"caption": caption} if caption else {}
    return content | ({"caption_entities": entities} if entities else {})


def _entities(text: str) -> list[dict[str, Any]]:
    return [
        {
            "type": found.lastgroup,
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found[0]),
        }
        for found in _ENTITIES.finditer(text)
    ]
