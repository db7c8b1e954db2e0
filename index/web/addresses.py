"""Which addresses of the web may be fetched, by their text and by the IP address they lead to."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from index.errors import FetchError
from index.reading.decoding import shown

PORTS = {"http": 80, "https": 443}
_LONGEST = 4_096
_LONGEST_HOST, _LONGEST_LABEL = 253, 63
# Lone surrogates too: they are no text, and cannot be sent.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LABEL = re.compile(r"[a-z0-9_-]+")
# The system reads a last label of this form as a number: 127.1, 0x7f000001 and 017700000001 are 127.0.0.1.
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_KEPT_IN_PATH = "%/:@!$&'()*+,;=~[]|"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?"

# Written out, since Python's own list differs from version to version and leaves gaps (multicast, 6to4).
_CLOSED_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by a carrier's customers
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own services, from inside it
        "169.254.0.0/16",  # link-local, with the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Of IPv6 only this much is given out at all: loopback, local, multicast and reserved lie outside.
_OPEN_6 = IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols, with Teredo and benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
# An IPv6 address in here stands for the IPv4 address in its last four bytes.
_STANDS_FOR_4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


def is_public(ip: str) -> bool:
    """Whether an IP address, as text, is one that anybody on the internet may connect to.

    Private, shared, loopback, link-local, multicast, reserved, documentation and benchmark addresses
    are not; nor is an IPv6 address with such an IPv4 address inside, one with a zone, or no address.
    """
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and any(address in network for network in _STANDS_FOR_4):
        return not address.scope_id and _is_public_4(IPv4Address(int(address) & 0xFFFF_FFFF))
    return _is_public_4(address) if isinstance(address, IPv4Address) else _is_public_6(address)


def check_address(text: str, *, private: bool) -> str:
    """The address as it is fetched: scheme and host in lower case, no default port, no fragment.

    Non-ASCII hosts are in their ASCII form, and whatever else cannot be sent is percent-encoded. The
    result checked again is itself. Nothing is looked up, so a name may yet lead to an IP address that
    is not public: that is checked when it is connected to.

    Args:
        text: what a person, a feed or a redirect gave.
        private: whether hosts that are not public may be fetched too.

    Raises:
        FetchError: not http or https, a user in it, no host or no good one, a bad port, control
            characters, or a host that is plainly not public.
    """
    parts = _split(text)
    if parts.username is not None or parts.password is not None:
        # Not shown whole: it may hold a password.
        raise FetchError(f"the address of {shown(parts.hostname)} has a user name in it; give it without one")
    host = _host(parts, text)
    if not private and not _may_be_public(host):
        raise FetchError(
            f"{shown(text)} is not fetched: {host} is not on the public web; "
            "set DATELINE_PRIVATE_ADDRESSES if it may be asked"
        )
    path = quote(parts.path or "/", safe=_KEPT_IN_PATH)
    query = f"?{quote(parts.query, safe=_KEPT_IN_QUERY)}" if parts.query else ""
    return f"{parts.scheme}://{bracketed(host)}{_port(parts, text)}{path}{query}"


def resolve_redirect(address: str, location: str, *, private: bool) -> str:
    """Where a redirect from the checked address leads, checked the same way.

    Raises:
        FetchError: it leads to no address, or to one that may not be fetched.
    """
    if not location.strip():
        raise FetchError(f"{shown(address)} redirects, but does not say where to; give another address")
    try:
        return check_address(urljoin(address, location.strip()), private=private)
    except (FetchError, ValueError) as error:
        raise FetchError(f"{shown(address)} redirects to what is not fetched: {error}") from None


def host_of(address: str) -> str:
    """The host of a checked address: a name in lower case, or an IP address without brackets."""
    return urlsplit(address).hostname or ""


def bracketed(host: str) -> str:
    """The host as it stands in an address: an IPv6 address in brackets, anything else as it is."""
    return f"[{host}]" if ":" in host else host


def _is_public_4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in _CLOSED_4)


def _is_public_6(address: IPv6Address) -> bool:
    if address.scope_id or address not in _OPEN_6:
        return False
    return address.is_global and not any(address in network for network in _CLOSED_6)


def _split(text: str) -> SplitResult:
    text = text.strip()
    if len(text) > _LONGEST:
        raise FetchError(f"{shown(text)} is longer than {_LONGEST:,} characters; no page's address is")
    # Looked for before the address is taken apart, because that silently drops some of them.
    if _CONTROL.search(text):
        raise FetchError(f"{shown(text)} has control characters in it; copy the address again")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise FetchError(f"{shown(text)} is not an address of the web ({error}); copy it again") from None
    if parts.scheme not in PORTS:
        raise FetchError(f"{shown(text)} is not an address of the web; it begins with http:// or https://")
    if not parts.hostname:
        raise FetchError(f"{shown(text)} names no host; write it as https://news.example/page")
    return parts


def _host(parts: SplitResult, text: str) -> str:
    """The host in its one spelling: an IP address, or a name of ASCII labels without the last dot."""
    host = parts.hostname or ""
    # Between brackets stands nothing but an IPv6 address, and nowhere else does a colon.
    bare = host if "[" in parts.netloc else _ascii(host)
    try:
        address = ip_address(bare)
    except ValueError:
        labels = bare.split(".")
        named = "[" not in parts.netloc and len(bare) <= _LONGEST_HOST and not _NUMBER.fullmatch(labels[-1])
        if named and all(_LABEL.fullmatch(each) and len(each) <= _LONGEST_LABEL for each in labels):
            return bare
    else:
        if not getattr(address, "scope_id", None):
            return str(address)
    raise FetchError(f"{shown(text)}: {shown(host)} is no host; write a name, or an IP address in full")


def _ascii(host: str) -> str:
    """The host name in ASCII and lower case, "" where it has no such form."""
    if len(host) > _LONGEST_HOST:
        return ""
    try:
        return host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        return ""


def _may_be_public(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")
    return is_public(host)


def _port(parts: SplitResult, text: str) -> str:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise FetchError(f"{shown(text)} has no good port; leave it out, or give one from 1 to 65535")
    return "" if port is None or port == PORTS[parts.scheme] else f":{port}"
