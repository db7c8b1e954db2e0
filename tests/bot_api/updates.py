"""Updates as Telegram sends them, for `BotApi.push`.

Every text may be anything that a string can hold, half a surrogate pair included; for what these
functions do not offer there is `altered`, and `push` takes any dictionary.
"""

from __future__ import annotations

import copy
import itertools
import time
from typing import TYPE_CHECKING, Any

from bot_api import files
from bot_api.people import (
    ADMIN_RIGHTS,
    GROUP,
    PERSON,
    USERNAME,
    GroupType,
    Message,
    Update,
    bot,
    group_chat,
    message_in,
    person,
    private_chat,
    with_caption,
    with_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GROUP", "PERSON", "USERNAME", "Message", "Update"]

# As numbers that fit in 64 bits, which is what Telegram reads a query's identifier as.
_query_ids = itertools.count(4_000_000_000_000_001)

_KINDS_OF_VOICE = {"duration": 4, "mime_type": "audio/ogg", "file_size": 9000}


def private_message(
    text: str, *, user_id: int = PERSON, language_code: str = "en", reply_to: Message | None = None
) -> Update:
    """A person writes to the bot; the chat has the person's number."""
    message = message_in(private_chat(user_id), person(user_id, language_code), reply_to)
    return {"message": message | with_text(text)}


def group_message(
    text: str,
    *,
    chat_id: int = GROUP,
    user_id: int = PERSON,
    thread_id: int | None = None,
    reply_to: Message | None = None,
    language_code: str = "en",
    kind: GroupType = "supergroup",
) -> Update:
    """A person writes in a group, in one of its topics if it has any; an @name is a mention."""
    group = group_chat(chat_id, kind, is_forum=thread_id is not None)
    message = message_in(group, person(user_id, language_code), reply_to) | with_text(text)
    if thread_id is not None:
        message |= {"message_thread_id": thread_id, "is_topic_message": True}
    return {"message": message}


def mention(question: str, *, username: str = USERNAME, **where: Any) -> Update:
    """A person asks the bot in a group, by its name; `where` is as for `group_message`."""
    return group_message(f"@{username} {question}", **where)


def reply_to_bot(text: str, to: Message, *, user_id: int = PERSON, language_code: str = "en") -> Update:
    """A person answers one of the bot's messages (`Sent.message`), in the chat it stands in."""
    message = message_in(to["chat"], person(user_id, language_code), to) | with_text(text)
    message |= {name: to[name] for name in ("message_thread_id", "is_topic_message") if name in to}
    return {"message": message}


def command(name: str, argument: str = "", *, user_id: int = PERSON, language_code: str = "en") -> Update:
    """A person gives the bot a command in their private chat, as in `command("start", "payload")`."""
    return private_message(f"/{name} {argument}".rstrip(), user_id=user_id, language_code=language_code)


def group_command(name: str, argument: str = "", *, username: str = USERNAME, **where: Any) -> Update:
    """A person gives a command in a group, to the bot by name; without a name if it is empty."""
    addressed = f"/{name}@{username}" if username else f"/{name}"
    return group_message(f"{addressed} {argument}".rstrip(), **where)


def photo(caption: str = "", *, user_id: int = PERSON, language_code: str = "en") -> Update:
    """A person sends the bot a picture, with or without words."""
    size = {"file_id": "picture", "file_unique_id": "unique", "width": 90, "height": 60, "file_size": 1500}
    return _private({"photo": [size]} | with_caption(caption), user_id, language_code)


def voice(*, user_id: int = PERSON, language_code: str = "en") -> Update:
    """A person speaks to the bot for four seconds."""
    spoken = {"file_id": "spoken", "file_unique_id": "unique", **_KINDS_OF_VOICE}
    return _private({"voice": spoken}, user_id, language_code)


def sticker(emoji: str = "👍", *, user_id: int = PERSON, language_code: str = "en") -> Update:
    """A person sends the bot a sticker."""
    stuck = {"file_id": "stuck", "file_unique_id": "unique", "type": "regular", "width": 512, "height": 512}
    stuck |= {"is_animated": False, "is_video": False, "emoji": emoji}
    return _private({"sticker": stuck}, user_id, language_code)


def document(
    file_name: str,
    content: bytes,
    caption: str = "",
    *,
    user_id: int = PERSON,
    size: int | None = None,
    language_code: str = "en",
) -> Update:
    """A person sends the bot a file, which it can fetch; `size` is what the file claims, in bytes."""
    stored = files.store(file_name, content, size=size)
    return _private({"document": stored.document()} | with_caption(caption), user_id, language_code)


def forwarded(
    text: str, *, user_id: int = PERSON, channel: str = "City News", language_code: str = "en"
) -> Update:
    """A person forwards to the bot a post of a channel, such as one with a link in it."""
    update = private_message(text, user_id=user_id, language_code=language_code)
    posted = {"id": -1_002_000_000_000, "type": "channel", "title": channel}
    origin = {"type": "channel", "date": int(time.time()) - 3600, "chat": posted, "message_id": 7}
    update["message"]["forward_origin"] = origin
    return update


def edited_message(update: Update, text: str) -> Update:
    """A person changes the words of the message in an earlier update."""
    message = copy.deepcopy(update["message"])
    message.pop("entities", None)
    return {"edited_message": message | with_text(text) | {"edit_date": int(time.time())}}


def callback_query(
    data: str, message: Message, *, user_id: int = PERSON, language_code: str = "en"
) -> Update:
    """A person presses a button under one of the bot's messages (`Sent.message`)."""
    pressed = {"id": str(next(_query_ids)), "from": person(user_id, language_code), "data": data}
    return {"callback_query": pressed | {"chat_instance": "instance", "message": copy.deepcopy(message)}}


def inline_query(
    question: str, *, user_id: int = PERSON, language_code: str = "en", offset: str = ""
) -> Update:
    """A person types the bot's name and a question in any chat; the bot is not told which."""
    asked = {"id": str(next(_query_ids)), "from": person(user_id, language_code), "query": question}
    return {"inline_query": asked | {"offset": offset, "chat_type": "supergroup"}}


def chosen_inline_result(
    result_id: str, question: str, *, user_id: int = PERSON, language_code: str = "en"
) -> Update:
    """A person sends one of the results that the bot offered."""
    chosen = {"result_id": result_id, "from": person(user_id, language_code), "query": question}
    return {"chosen_inline_result": chosen}


def my_chat_member(
    status: str, *, chat_id: int = PERSON, user_id: int = PERSON, before: str = "", language_code: str = "en"
) -> Update:
    """The bot becomes a "member", an "administrator", "left" or "kicked" in a group or by a person.

    Pushing it also lets the bot write there, or write no more, as `BotApi.block` and `unblock` do.
    """
    chat = private_chat(chat_id) if chat_id > 0 else group_chat(chat_id)
    outside = status in ("left", "kicked")
    changed = {"chat": chat, "from": person(user_id, language_code), "date": int(time.time())}
    changed["old_chat_member"] = _standing(before or ("member" if outside else "left"))
    changed["new_chat_member"] = _standing(status)
    return {"my_chat_member": changed}


def blocked(user_id: int = PERSON) -> Update:
    """A person blocks the bot."""
    return my_chat_member("kicked", chat_id=user_id, user_id=user_id)


def unblocked(user_id: int = PERSON) -> Update:
    """A person takes the bot in again."""
    return my_chat_member("member", chat_id=user_id, user_id=user_id, before="kicked")


def added(chat_id: int = GROUP, *, user_id: int = PERSON, language_code: str = "en") -> Update:
    """A person adds the bot to a group."""
    return my_chat_member("member", chat_id=chat_id, user_id=user_id, language_code=language_code)


def kicked(chat_id: int = GROUP, *, user_id: int = PERSON) -> Update:
    """A person throws the bot out of a group."""
    return my_chat_member("kicked", chat_id=chat_id, user_id=user_id)


def migrated(chat_id: int, new_chat_id: int, *, user_id: int = PERSON) -> Update:
    """A group becomes a supergroup with another number: what is told in the old one.

    Writing to the old number is refused from its push on, with the new number in the refusal.
    """
    moved = message_in(group_chat(chat_id, "group"), person(user_id))
    return {"message": moved | {"migrate_to_chat_id": new_chat_id}}


def migrated_from(new_chat_id: int, chat_id: int, *, user_id: int = PERSON) -> Update:
    """A group has become a supergroup with another number: what is told in the new one."""
    moved = message_in(group_chat(new_chat_id), person(user_id))
    return {"message": moved | {"migrate_from_chat_id": chat_id}}


def altered(update: Update, fields: Mapping[str, Any]) -> Update:
    """An update with other fields: `altered(update, {"from": {"first_name": "<b>"}})`; None takes one out."""
    kind, part = next(iter(update.items()))
    return {kind: _merged(part, fields)}


def _merged(part: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(dict(part))
    for name, value in fields.items():
        if isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return {name: value for name, value in merged.items() if value is not None}


def _private(content: dict[str, Any], user_id: int, language_code: str) -> Update:
    return {"message": message_in(private_chat(user_id), person(user_id, language_code)) | content}


def _standing(status: str) -> dict[str, Any]:
    standing: dict[str, Any] = {"user": bot(), "status": status}
    if status == "kicked":
        standing["until_date"] = 0
    if status == "administrator":
        # Every right there is has to be told of an administrator.
        standing |= dict.fromkeys(ADMIN_RIGHTS, False)
    return standing
