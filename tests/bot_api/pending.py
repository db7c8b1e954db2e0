"""Updates on their way to the bot: kept until an offset or a webhook confirms them."""

from __future__ import annotations

import copy
import itertools
from typing import Any

Update = dict[str, Any]

# Telegram's numbers only grow; the bot of one test may remember those of another's server.
_firsts = itertools.count(700_000_001, 1_000_000)
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_ALWAYS = frozenset(
    {
        *("message", "edited_message", "channel_post", "edited_channel_post", "callback_query"),
        *("inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query"),
        *("poll", "poll_answer", "my_chat_member", "chat_join_request"),
    }
)


class Pending:
    """The queue behind getUpdates and the webhook."""

    def __init__(self) -> None:
        self._updates: list[Update] = []
        self._next = next(_firsts)
        self._allowed: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self._updates)

    @property
    def updates(self) -> tuple[Update, ...]:
        """The updates no offset has confirmed, oldest first."""
        return tuple(copy.deepcopy(self._updates))

    def add(self, update: Update) -> int:
        """Queue a copy of the update under the next update_id, which is returned."""
        number, self._next = self._next, self._next + 1
        if self._is_wanted(update):
            self._updates.append({**copy.deepcopy(update), "update_id": number})
        return number

    def repeat(self, update: Update, number: int) -> None:
        """Queue a copy of the update under a number that it has had before."""
        self._updates.append({**copy.deepcopy(update), "update_id": number})

    def allow(self, kinds: list[str] | None) -> None:
        """Set which kinds of update are wanted from now on; an empty list is the default, None no change."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    def _is_wanted(self, update: Update) -> bool:
        # "Specify an empty list to receive all update types except chat_member, message_reaction, and
        # message_reaction_count (default)." Kinds this server has not heard of pass.
        kinds = update.keys() & (_ALWAYS | _ON_REQUEST)
        wanted = _ALWAYS if self._allowed is None else self._allowed
        return not kinds or bool(kinds & wanted)

    def take(self, offset: int, limit: int) -> list[Update]:
        """The updates from an offset on, which confirms and forgets all before it.

        "The negative offset can be specified to retrieve updates starting from -offset update from
        the end of the updates queue. All previous updates will be forgotten."
        """
        if offset < 0:
            self._updates = self._updates[offset:]
        elif offset > 0:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]
        return copy.deepcopy(self._updates[:limit])

    def lanes(self) -> set[int]:
        """Whom the waiting updates come from: each chat or person has a lane of their own."""
        return {_lane(update) for update in self._updates}

    def oldest(self, lane: int) -> Update | None:
        """The update that is first in its lane."""
        return next((update for update in self._updates if _lane(update) == lane), None)

    def confirm(self, number: int) -> None:
        """Forget one update, for it has arrived."""
        self._updates = [update for update in self._updates if update["update_id"] != number]

    def clear(self) -> None:
        """Forget every update."""
        self._updates.clear()


def _lane(update: Update) -> int:
    for part in update.values():
        if not isinstance(part, dict):
            continue
        for holder in (part.get("message"), part):
            lane = _number_of(holder, "chat") or _number_of(holder, "from")
            if lane:
                return lane
    return 0


def _number_of(holder: Any, whose: str) -> int:
    someone = holder.get(whose) if isinstance(holder, dict) else None
    number = someone.get("id") if isinstance(someone, dict) else None
    return number if isinstance(number, int) else 0
