"""Is the Bot API there, and does it know the token? Asked once, without starting a bot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.logs import HIDDEN, spellings_of

# Seconds that each step of a call may take.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a method of the Bot API told: its result, or the fault with the status, 0 where nobody answered.

    `ahead` is by how much this machine's clock is ahead of the other's, where that tells the time.
    """

    result: Any = None
    status: int = 0
    fault: str = ""
    ahead: timedelta | None = None


def call(api_base: str, token: str, method: str) -> Told:
    """Call a method without parameters; whatever goes wrong is told, and never with the token."""
    try:
        answer = httpx.get(f"{api_base}/bot{token}/{method}", timeout=PATIENCE)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Told(fault=_without(token, str(error) or type(error).__name__))
    ahead = _ahead(answer.headers.get("date", ""), datetime.now(UTC))
    body = _json(answer)
    if body is None:
        return Told(status=answer.status_code, fault="what answers is no Bot API", ahead=ahead)
    if answer.status_code != httpx.codes.OK or not body.get("ok"):
        return Told(None, answer.status_code, _without(token, str(body.get("description", ""))), ahead)
    return Told(body.get("result"), answer.status_code, "", ahead)


def _json(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _ahead(date: str, now: datetime) -> timedelta | None:
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return None
    return now - theirs.replace(tzinfo=theirs.tzinfo or UTC)


def _without(token: str, text: str) -> str:
    """One line without the token in any of its spellings, nor its secret half alone, however short."""
    text, half = spellings_of(token).sub(HIDDEN, text), token.partition(":")[2]
    return " ".join((text.replace(half, HIDDEN) if half else text).split())[:300]
