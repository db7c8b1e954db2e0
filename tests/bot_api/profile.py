"""What a bot says of itself, by audience and language, and the webhook it has set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot_api.profile_rules import (
    check_description,
    check_language,
    check_webhook,
    read_commands,
    read_scope,
)
from bot_api.rules import read_json
from bot_api.wire import Params, integer, text_of, truth

if TYPE_CHECKING:
    from bot_api.pending import Pending

_MOST_CONNECTIONS = 40
_CONNECTIONS_CEILING = 100


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where updates are pushed to, with which secret, and how many at a time."""

    url: str
    secret: str
    max_connections: int
    allowed_updates: tuple[str, ...] | None


class Profile:
    """The bot's name card: commands by scope and language, name and descriptions by language, webhook."""

    def __init__(self, bot: dict[str, Any], pending: Pending) -> None:
        self._bot = bot
        self._pending = pending
        self._commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._words: dict[tuple[str, str], str] = {}
        self.webhook: Webhook | None = None
        self.last_error: tuple[int, str] | None = None

    def get_me(self, _: Params) -> dict[str, Any]:
        """GetMe: the bot as a user."""
        return self._bot

    def set_my_commands(self, params: Params) -> bool:
        """SetMyCommands: the menu for one scope and language."""
        commands = read_commands(params.get("commands"))
        self._commands[_audience(params)] = commands
        return True

    def get_my_commands(self, params: Params) -> list[dict[str, str]]:
        """GetMyCommands: exactly what was set for the scope and language, with no falling back."""
        return self._commands.get(_audience(params), [])

    def delete_my_commands(self, params: Params) -> bool:
        """DeleteMyCommands: no menu of its own for the scope and language any more."""
        self._commands.pop(_audience(params), None)
        return True

    def set_words(self, name: str, params: Params) -> bool:
        """SetMyName, SetMyDescription, SetMyShortDescription: one of them in one language."""
        language = text_of(params, "language_code")
        check_language(language)
        check_description(name, text_of(params, name))
        self._words[name, language] = text_of(params, name)
        return True

    def get_words(self, name: str, params: Params) -> dict[str, str]:
        """GetMyName, GetMyDescription, GetMyShortDescription: the default where a language has none."""
        language = text_of(params, "language_code")
        check_language(language)
        default = self._words.get((name, ""), "") or (self._bot["first_name"] if name == "name" else "")
        return {name: self._words.get((name, language), "") or default}

    def set_webhook(self, params: Params) -> bool:
        """SetWebhook: updates are pushed to an address from now on; an empty one takes it away."""
        url, secret = text_of(params, "url"), text_of(params, "secret_token")
        if not url:
            return self.delete_webhook(params)
        check_webhook(url, secret)
        connections = integer(params, "max_connections", _MOST_CONNECTIONS)
        kinds = read_json(params.get("allowed_updates"), "allowed updates")
        self._drop(params)
        self._pending.allow(kinds)
        self.webhook = Webhook(
            url=url,
            secret=secret,
            max_connections=min(max(connections, 1), _CONNECTIONS_CEILING),
            allowed_updates=tuple(kinds) if kinds else None,
        )
        self.last_error = None
        return True

    def delete_webhook(self, params: Params) -> bool:
        """DeleteWebhook: go back to getUpdates."""
        self._drop(params)
        self.webhook = None
        self.last_error = None
        return True

    def _drop(self, params: Params) -> None:
        if truth(params.get("drop_pending_updates")):
            self._pending.clear()

    def get_webhook_info(self, _: Params) -> dict[str, Any]:
        """GetWebhookInfo: the address, how many updates wait, and what went wrong last."""
        info: dict[str, Any] = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._pending),
        }
        if self.last_error:
            info |= {"last_error_date": self.last_error[0], "last_error_message": self.last_error[1]}
        if self.webhook:
            info |= {"max_connections": self.webhook.max_connections, "ip_address": "203.0.113.1"}
            if self.webhook.allowed_updates:
                info["allowed_updates"] = list(self.webhook.allowed_updates)
        return info


def _audience(params: Params) -> tuple[str, str]:
    scope, language = read_scope(params.get("scope")), text_of(params, "language_code")
    check_language(language)
    return scope, language
