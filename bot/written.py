"""How the settings are written: addresses, hours, time zones, ids and how long something is kept."""

from __future__ import annotations

import re
from datetime import UTC, time, timedelta, tzinfo
from typing import NamedTuple
from urllib.parse import urlsplit

# Telegram posts to no others: https://core.telegram.org/bots/api#setwebhook
WEBHOOK_PORTS = (443, 80, 88, 8443)
HEALTH, METRICS = "/health", "/metrics"
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=3650)
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-\u2013] ?([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_KEPT = re.compile(r"(\d{1,5}) ?([hd])", re.ASCII)
_ID = re.compile(r"-?\d{1,16}", re.ASCII)
_PATH = re.compile(r"[A-Za-z0-9/_.~-]*", re.ASCII)
_LISTEN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]@]+):(\d{1,5})", re.ASCII)


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


def read_ids(text: str) -> frozenset[int]:
    """Telegram's numbers of people and groups, with commas or spaces between.

    Raises:
        ValueError: something among them is no number.
    """
    ids = text.replace(",", " ").split()
    if not all(_ID.fullmatch(each) for each in ids):
        raise ValueError(
            "write 'all', or Telegram's numbers of people and groups with commas between; the bot tells "
            "whom it does not know which number to add"
        )
    return frozenset(map(int, ids))


def read_hours(text: str) -> tuple[time, time]:
    """From when until when, as in 22:00-07:00.

    Raises:
        ValueError: it is not of this form, or no time lies between.
    """
    found = _HOURS.fullmatch(text.strip())
    if found is None or found.group(1, 2) == found.group(3, 4):
        raise ValueError("write from when until when, as in 22:00-07:00")
    return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))


def read_zone(name: str) -> tzinfo:
    """The time zone of an IANA name such as Europe/Kyiv.

    Raises:
        ValueError: there is none of this name.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if name.upper() == "UTC":
        # A small machine may have no files of time zones, and this one is needed always.
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("there is no time zone of that name; write one as in Europe/Kyiv") from None


def read_kept(text: str) -> timedelta:
    """How long something is kept, as in 30d or 12h.

    Raises:
        ValueError: it is not of this form, or below an hour or above ten years.
    """
    found = _KEPT.fullmatch(text.strip().lower())
    amount = int(found[1]) if found else 0
    kept = timedelta(days=amount) if found and found[2] == "d" else timedelta(hours=amount)
    if not SHORTEST <= kept <= LONGEST:
        raise ValueError("write it as 12h or 30d, at least 1h and at most 3650d")
    return kept


def read_listen(text: str) -> Address:
    """Where to listen, as in 127.0.0.1:8080 or [::1]:8080.

    Raises:
        ValueError: it is not of this form.
    """
    found = _LISTEN.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 65535:  # noqa: PLR2004 - ports end there
        raise ValueError("write an address of this machine and a port, as in 127.0.0.1:8080")
    return Address(found[1].strip("[]"), int(found[2]))


def check_webhook(address: str) -> str:
    """The address itself, if Telegram can post to it and it is none of the server's other pages.

    Raises:
        ValueError: Telegram would refuse it.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("write the public address that Telegram posts to, as in https://bot.example/updates")
    if (parts.port or WEBHOOK_PORTS[0]) not in WEBHOOK_PORTS:
        raise ValueError("Telegram posts only to the ports 443, 80, 88 and 8443")
    if not _PATH.fullmatch(parts.path):
        raise ValueError("write its path with letters, digits and / _ - . ~ only")
    if path_of(address) in {HEALTH, METRICS}:
        raise ValueError(f"{HEALTH} and {METRICS} are pages of the server; choose another path")
    return address


def path_of(address: str) -> str:
    """The path of an address as a server sees it."""
    return urlsplit(address).path or "/"
