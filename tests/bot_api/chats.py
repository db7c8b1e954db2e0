"""The chats the bot may write to, who is in them, and the messages in them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from bot_api.rules import RefusalError, bad_request, check_writable
from bot_api.wire import Params, integer, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Message = dict[str, Any]

_OUTSIDE = ("kicked", "left")


class Chats:
    """Chats become known when they are added, or by an update that comes from them."""

    def __init__(self) -> None:
        self._chats: dict[int, dict[str, Any]] = {}
        self._blocked: set[int] = set()
        self._upgraded: dict[int, int] = {}
        self._threads: set[tuple[int, int]] = set()
        self._messages: dict[tuple[int, int], Message] = {}
        self._members: dict[tuple[int, int], str] = {}
        self._people: dict[int, dict[str, Any]] = {}
        self._last_id = 0

    def add(self, chat: dict[str, Any]) -> None:
        """Make a chat known."""
        self._chats[chat["id"]] = {**self._chats.get(chat["id"], {}), **chat}

    def block(self, chat_id: int) -> None:
        """Let a chat shut the bot out."""
        self._chats.setdefault(chat_id, {"id": chat_id, "type": "private", "first_name": "Somebody"})
        self._blocked.add(chat_id)

    def unblock(self, chat_id: int) -> None:
        """Let a chat take the bot in again."""
        self._blocked.discard(chat_id)

    def add_thread(self, chat_id: int, thread_id: int) -> None:
        """Make a topic of a chat known."""
        self._threads.add((chat_id, thread_id))

    def set_member(self, chat_id: int, user_id: int, status: str) -> None:
        """Let a person be something in a chat: creator, administrator, member, left or kicked."""
        self._members[chat_id, user_id] = status

    def member(self, chat_id: int, user_id: int) -> tuple[dict[str, Any], str]:
        """A person and what they are in a chat; who wrote there is a member until told otherwise."""
        person = self._people.get(user_id, {"id": user_id, "is_bot": False, "first_name": "Somebody"})
        return person, self._members.get((chat_id, user_id), "left")

    def learn(self, update: dict[str, Any]) -> None:
        """Take over the chats, people, messages and topics that an update speaks of."""
        for message, is_news in _messages(update):
            self.add(message["chat"])
            self._meet(message)
            number = message.get("message_id")
            # What is only pointed at, as by a reply, is older than what the chat already holds.
            if isinstance(number, int) and (is_news or (message["chat"]["id"], number) not in self._messages):
                self.keep(message)
        changed = update.get("my_chat_member")
        if isinstance(changed, dict):
            self._change_standing(changed)

    def _meet(self, message: Message) -> None:
        person, chat_id = message.get("from"), message["chat"]["id"]
        if isinstance(person, dict) and isinstance(person.get("id"), int):
            self._people[person["id"]] = person
            self._members.setdefault((chat_id, person["id"]), "member")
        if isinstance(message.get("migrate_to_chat_id"), int):
            self._upgraded[chat_id] = message["migrate_to_chat_id"]

    def _change_standing(self, changed: dict[str, Any]) -> None:
        member, chat = changed.get("new_chat_member"), changed.get("chat")
        if not isinstance(member, dict) or not isinstance(chat, dict) or "id" not in chat:
            return
        if member.get("status") in _OUTSIDE:
            self.block(chat["id"])
        else:
            self.unblock(chat["id"])
        if isinstance(member.get("user"), dict):
            self.set_member(chat["id"], member["user"]["id"], str(member.get("status")))

    def keep(self, message: Message) -> None:
        """Put a message in its chat, over the one that had its number."""
        key = message["chat"]["id"], message["message_id"]
        self._messages[key] = copy.deepcopy(message)
        self._last_id = max(self._last_id, message["message_id"])
        if isinstance(message.get("message_thread_id"), int):
            self._threads.add((key[0], message["message_thread_id"]))

    def next_id(self) -> int:
        """A number for the bot's next message: an even one, for `updates` gives people's odd ones."""
        self._last_id += 2 - self._last_id % 2
        return self._last_id

    def find(self, params: Params) -> dict[str, Any]:
        """The chat that a call is about, by number or by @name.

        Raises:
            RefusalError: There is no such chat.
        """
        given = text_of(params, "chat_id")
        if not given:
            raise bad_request("chat_id is empty")
        if given.startswith("@"):
            named = [
                chat for chat in self._chats.values() if f"@{chat.get('username')}".lower() == given.lower()
            ]
            chat = named[0] if named else None
        else:
            chat = self._chats.get(integer(params, "chat_id"))
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def find_open(self, params: Params) -> dict[str, Any]:
        """The chat that a call writes to: there, not shut, not moved, and with the topic asked for."""
        chat = self.find(params)
        if chat["id"] in self._upgraded:
            moved = {"migrate_to_chat_id": self._upgraded[chat["id"]]}
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise RefusalError(400, words, moved)
        check_writable(chat, blocked=chat["id"] in self._blocked)
        thread = integer(params, "message_thread_id")
        if thread and (chat["id"], thread) not in self._threads:
            raise bad_request("message thread not found")
        return chat

    def has(self, chat_id: int, message_id: int) -> bool:
        """Whether there is such a message."""
        return (chat_id, message_id) in self._messages

    def message(self, chat_id: int, message_id: int, what: str) -> Message:
        """A copy of the message, or the refusal that names what it was wanted for."""
        try:
            return copy.deepcopy(self._messages[chat_id, message_id])
        except KeyError as error:
            raise bad_request(f"{what} not found") from error

    def remove(self, chat_id: int, message_id: int) -> None:
        """Delete a message that is there."""
        del self._messages[chat_id, message_id]


def _messages(update: dict[str, Any]) -> Iterator[tuple[Message, bool]]:
    """The messages in an update, each with whether it is the news itself or only pointed at."""
    for part in update.values():
        if not isinstance(part, dict):
            continue
        for message in (part, part.get("message"), part.get("reply_to_message")):
            if (
                isinstance(message, dict)
                and isinstance(message.get("chat"), dict)
                and "id" in message["chat"]
            ):
                yield message, message is part
