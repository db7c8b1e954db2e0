"""What Telegram takes for a link, and how it writes it down."""

import ipaddress
import re

_OWN_SCHEME = re.compile(r"(tg|tonsite|ton):(?://)?", re.IGNORECASE)
_PARTS = re.compile(r"(?:(?P<scheme>[^:/?#@\[\]]*)://)?(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = re.compile(
    r"(?:(?P<user>.*)@)?(?P<host>\[[^\]]*\]|[^@:\[\]]+)(?::(?P<port>[0-9]+))?",
    re.DOTALL,
)
_NAME = r"(?:[A-Za-z0-9.\-_!$,~*'();&+=]|%[0-9A-Fa-f]{2}|[^\x00-\x7f])"
_HOST = re.compile(f"{_NAME}+")
_USER = re.compile(f"(?:{_NAME}|:)*")
_BLANK = re.compile(r"[\x00-\x20]")
_HIGHEST_PORT = 65_535


def checked_link(link: str) -> str | None:
    """The link as Telegram keeps it, or None where Telegram makes no link of it."""
    own = _OWN_SCHEME.match(link)
    if own:
        return _own_link(own[1].lower(), link[own.end() :])
    parts = _split(link)
    if parts is None:
        return None
    scheme, authority, host, rest = parts
    if "." not in host and not host.startswith("["):
        return None
    return f"{scheme}://{authority}{rest}"


def _split(link: str) -> tuple[str, str, str, str] | None:
    parts = _PARTS.fullmatch(link)
    authority = parts and _AUTHORITY.fullmatch(parts["authority"])
    if not parts or not authority:
        return None
    # A link without a scheme is one to a site: "example.com" becomes "http://example.com/".
    scheme = "http" if parts["scheme"] is None else parts["scheme"].lower()
    host, user, port = authority["host"].lower(), authority["user"], authority["port"]
    if scheme not in ("http", "https") or not _host_is_fit(host) or not _USER.fullmatch(user or ""):
        return None
    if port is not None and not 0 < int(port) <= _HIGHEST_PORT:
        return None
    written = (f"{user}@" if user else "") + host + (f":{int(port)}" if port else "")
    return scheme, written, host, _rest(parts["rest"])


def _host_is_fit(host: str) -> bool:
    if not host.startswith("["):
        return host != "." and _HOST.fullmatch(host) is not None
    try:
        ipaddress.IPv6Address(host[1:-1])
    except ValueError:
        return False
    return True


def _rest(rest: str) -> str:
    kept = _BLANK.sub(lambda blank: f"%{ord(blank[0]):02X}", rest.rstrip(" \t\r\n\v\0"))
    return kept if kept.startswith("/") else f"/{kept}"


def _own_link(scheme: str, link: str) -> str | None:
    parts = _split(link)
    if parts is None or parts[0] != "http" or link.lower().startswith("http://"):
        return None
    _, authority, host, rest = parts
    fit = r"[A-Za-z0-9_.\-]+" if scheme == "tonsite" else r"[A-Za-z0-9_\-]+"
    if authority != host or not re.fullmatch(fit, host):
        return None
    return f"{scheme}://{host}{rest.removeprefix('/') if rest.startswith('/?') else rest}"
