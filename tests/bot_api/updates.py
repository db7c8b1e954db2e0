"""Updates as Telegram sends them, for `BotApi.push`."""

import copy
import itertools
import re
import time
from typing import Any

from bot_api.entities import utf16_length
from bot_api.server import USERNAME

Update = dict[str, Any]
Message = dict[str, Any]

GROUP = -1_001_000_000_000
PERSON = 1001

# People's messages have odd numbers, the bot's even ones: neither has to ask for the other's last.
_numbers = itertools.count(1, 2)
_callback_ids = itertools.count(1)
_ENTITIES = re.compile(r"(?P<mention>(?<!\w)@\w{4,32})|(?P<bot_command>(?<![\w/@])/\w{1,32}(?:@\w{4,32})?)")


def private_message(
    text: str, *, user_id: int = PERSON, language_code: str = "en", reply_to: Message | None = None
) -> Update:
    """A person writes to the bot; the chat has the person's number."""
    message = _message(_private(user_id), _person(user_id, language_code), reply_to)
    return {"message": message | _text(text)}


def group_message(
    text: str,
    *,
    chat_id: int = GROUP,
    user_id: int = PERSON,
    thread_id: int | None = None,
    reply_to: Message | None = None,
) -> Update:
    """A person writes in a group, in one of its topics if it has any; an @name is a mention."""
    group = {"id": chat_id, "type": "supergroup", "title": "Newsroom"}
    message = _message(group, _person(user_id), reply_to) | _text(text)
    if thread_id is not None:
        group["is_forum"] = True
        message |= {"message_thread_id": thread_id, "is_topic_message": True}
    return {"message": message}


def mention(
    question: str, *, username: str = USERNAME, chat_id: int = GROUP, user_id: int = PERSON
) -> Update:
    """A person asks the bot in a group, by its name."""
    return group_message(f"@{username} {question}", chat_id=chat_id, user_id=user_id)


def reply_to_bot(text: str, to: Message, *, user_id: int = PERSON) -> Update:
    """A person answers one of the bot's messages (`Sent.message`), in the chat it stands in."""
    message = _message(to["chat"], _person(user_id), to) | _text(text)
    message |= {name: to[name] for name in ("message_thread_id", "is_topic_message") if name in to}
    return {"message": message}


def command(name: str, argument: str = "", *, user_id: int = PERSON, language_code: str = "en") -> Update:
    """A person gives the bot a command in their private chat, as in `command("start", "payload")`."""
    return private_message(f"/{name} {argument}".rstrip(), user_id=user_id, language_code=language_code)


def photo(caption: str = "", *, user_id: int = PERSON) -> Update:
    """A person sends the bot a picture, with or without words."""
    size = {"file_id": "picture", "file_unique_id": "unique", "width": 90, "height": 60, "file_size": 1500}
    message = _message(_private(user_id), _person(user_id), None) | {"photo": [size]}
    if caption:
        entities = _entities(caption)
        message |= {"caption": caption} | ({"caption_entities": entities} if entities else {})
    return {"message": message}


def edited_message(update: Update, text: str) -> Update:
    """A person changes the words of the message in an earlier update."""
    message = copy.deepcopy(update["message"])
    message.pop("entities", None)
    return {"edited_message": message | _text(text) | {"edit_date": int(time.time())}}


def callback_query(data: str, message: Message, *, user_id: int = PERSON) -> Update:
    """A person presses a button under one of the bot's messages (`Sent.message`)."""
    return {
        "callback_query": {
            "id": str(next(_callback_ids)),
            "from": _person(user_id),
            "chat_instance": "instance",
            "message": copy.deepcopy(message),
            "data": data,
        }
    }


def _person(user_id: int, language_code: str = "en") -> dict[str, Any]:
    return {"id": user_id, "is_bot": False, "first_name": "Ada", "language_code": language_code}


def _private(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "type": "private", "first_name": "Ada"}


def _message(chat: dict[str, Any], person: dict[str, Any], reply_to: Message | None) -> Message:
    message = {"message_id": next(_numbers), "date": int(time.time()), "chat": chat, "from": person}
    if reply_to is not None:
        replied = {name: value for name, value in reply_to.items() if name != "reply_to_message"}
        message["reply_to_message"] = copy.deepcopy(replied)
    return message


def _text(text: str) -> dict[str, Any]:
    entities = _entities(text)
    return {"text": text} | ({"entities": entities} if entities else {})


def _entities(text: str) -> list[dict[str, Any]]:
    return [
        {
            "type": found.lastgroup,
            "offset": utf16_length(text[: found.start()]),
            "length": utf16_length(found[0]),
        }
        for found in _ENTITIES.finditer(text)
    ]
