"""What a bot says of itself, and the webhook it has set."""

import json
from typing import Any

from bot_api.pending import Pending
from bot_api.rules import check_description, check_webhook, read_commands, read_json
from bot_api.wire import Params, text_of, truth


class Profile:
    """The bot's name card: its commands by scope and language, its descriptions, its webhook."""

    def __init__(self, bot: dict[str, Any], pending: Pending) -> None:
        self._bot = bot
        self._pending = pending
        self._commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self._descriptions: dict[tuple[str, str], str] = {}
        self.webhook = ""

    def get_me(self, _: Params) -> dict[str, Any]:
        """GetMe: the bot as a user."""
        return self._bot

    def set_my_commands(self, params: Params) -> bool:
        """SetMyCommands: the menu for one scope and language."""
        self._commands[_audience(params)] = read_commands(params.get("commands"))
        return True

    def get_my_commands(self, params: Params) -> list[dict[str, str]]:
        """GetMyCommands: exactly what was set for the scope and language, with no falling back."""
        return self._commands.get(_audience(params), [])

    def set_my_description(self, params: Params) -> bool:
        """SetMyDescription: what an empty chat with the bot shows."""
        return self._describe("description", params)

    def set_my_short_description(self, params: Params) -> bool:
        """SetMyShortDescription: what the bot's page and shared links show."""
        return self._describe("short_description", params)

    def _describe(self, name: str, params: Params) -> bool:
        check_description(name, text_of(params, name))
        self._descriptions[name, text_of(params, "language_code")] = text_of(params, name)
        return True

    def set_webhook(self, params: Params) -> bool:
        """SetWebhook: note the address; updates stay here, for this server calls nobody."""
        url = text_of(params, "url")
        if url:
            check_webhook(url, text_of(params, "secret_token"))
        return self._place(url, params)

    def delete_webhook(self, params: Params) -> bool:
        """DeleteWebhook: go back to getUpdates."""
        return self._place("", params)

    def _place(self, url: str, params: Params) -> bool:
        if truth(params.get("drop_pending_updates")):
            self._pending.clear()
        self._pending.allow(read_json(params.get("allowed_updates"), "allowed updates"))
        self.webhook = url
        return True

    def get_webhook_info(self, _: Params) -> dict[str, Any]:
        """GetWebhookInfo: the address and how many updates wait."""
        return {
            "url": self.webhook,
            "has_custom_certificate": False,
            "pending_update_count": len(self._pending.updates),
        }


def _audience(params: Params) -> tuple[str, str]:
    scope = read_json(params.get("scope"), "scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), text_of(params, "language_code")
