"""The connections to the Bot API: what cannot be read of an answer says nothing of what was done."""

from __future__ import annotations

import json
from typing import Any, Final

from telegram.error import NetworkError
from telegram.request import HTTPXRequest

OK: Final = 200
# Files are fetched by another: these bodies are theirs, whatever they look like.
CALL: Final = "POST"
# Of these the answer is the message that was sent; "typing…" is none.
MESSAGES: Final = "send"
NO_MESSAGE: Final = "sendChatAction"


class Called(HTTPXRequest):
    """Calls the Bot API. An answer of which nothing can be made is as good as none.

    The library takes it for a fault of its own. But it may be a gateway's page, or have been cut on its
    way, and the call may have been carried out, or not.
    """

    async def do_request(self, url: str, method: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make a call; the status and the body of the answer.

        Raises:
            NetworkError: it failed, or what came as its good answer cannot be read.
        """
        code, body = await super().do_request(url, method, *args, **kwargs)
        if code == OK and method == CALL and not is_readable(body, url.rpartition("/")[2]):
            # What it says may be somebody's words.
            raise NetworkError("what came as Telegram's answer cannot be read")
        return code, body


def is_readable(body: bytes, endpoint: str) -> bool:
    """Whether this is an answer of the Bot API with a result, where that is to be a message with one."""
    try:
        answer = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        return False
    if not isinstance(answer, dict) or answer.get("ok") is not True or "result" not in answer:
        return False
    if not endpoint.startswith(MESSAGES) or endpoint == NO_MESSAGE:
        return True
    sent = answer["result"]
    return isinstance(sent, dict) and all(isinstance(sent.get(name), int) for name in ("message_id", "date"))
