"""What a bot asks about chats and people, and the little it does besides writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram.constants import ReactionEmoji

from bot_api.people import ADMIN_RIGHTS
from bot_api.records import Journal, Reaction
from bot_api.rules import bad_request, read_json
from bot_api.wire import Params, integer

if TYPE_CHECKING:
    from bot_api.chats import Chats

_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


class ChatFacts:
    """Chats, their members, leaving them, and reactions to messages."""

    def __init__(self, bot: dict[str, Any], chats: Chats, journal: Journal) -> None:
        self._bot = bot
        self._chats = chats
        self._journal = journal

    def get_chat(self, params: Params) -> dict[str, Any]:
        """GetChat: what is known of a chat."""
        chat = self._chats.find(params)
        facts = {"accent_color_id": 1, "max_reaction_count": 11}
        return chat | facts | {"accepted_gift_types": dict.fromkeys(_GIFTS, False)}

    def get_chat_member(self, params: Params) -> dict[str, Any]:
        """GetChatMember: what somebody is in a chat."""
        chat, user_id = self._chats.find(params), integer(params, "user_id")
        if user_id <= 0:
            raise bad_request("invalid user_id specified")
        person, status = self._chats.member(chat["id"], user_id)
        member = {"user": person, "status": status}
        if status == "creator":
            return member | {"is_anonymous": False}
        if status == "administrator":
            return member | dict.fromkeys(ADMIN_RIGHTS, True)
        return member | ({"until_date": 0} if status == "kicked" else {})

    def leave_chat(self, params: Params) -> bool:
        """LeaveChat: the bot goes, and can write there no more."""
        chat = self._chats.find_open(params)
        if chat["type"] == "private":
            raise bad_request("chat member status can't be changed in private chats")
        self._chats.block(chat["id"])
        self._chats.set_member(chat["id"], self._bot["id"], "left")
        return True

    def set_message_reaction(self, params: Params) -> bool:
        """SetMessageReaction: at most one of the emoji that everybody may use."""
        reactions = read_json(params.get("reaction"), "reaction types") or []
        if not isinstance(reactions, list):
            raise bad_request("Expected an Array of ReactionType")
        for reaction in reactions:
            if not isinstance(reaction, dict) or reaction.get("type") not in ("emoji", "custom_emoji"):
                raise bad_request("Can't parse ReactionType: invalid reaction type specified")
        chat = self._chats.find_open(params)
        number = self._chats.message(chat["id"], integer(params, "message_id"), "message to react")[
            "message_id"
        ]
        emoji = tuple(str(reaction.get("emoji")) for reaction in reactions)
        if not set(emoji) <= set(ReactionEmoji):
            raise bad_request("REACTION_INVALID")
        if len(emoji) > 1:
            raise bad_request("REACTIONS_TOO_MANY")
        self._journal.add(Reaction(chat["id"], number, emoji))
        return True
