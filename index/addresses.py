"""What makes two addresses of a piece one, and whose site an address is on."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, quote, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

# What tells where a reader came from, or which dress the page wears; never which piece it is. Names that are
# somebody's article numbers (cid, source, from, p) stay: two ids for a piece do less harm than one for two.
_TRACKING = re.compile(
    r"(?:utm|at|mc|pk|mtm|itm|hsa|ns)_.*|wt\..*|__twitter_impression|_ga|_gl|xtor|rss|amp|outputtype"
    r"|(?:fbc|gc|dc|twc|yc|ysc|ttc)lid|(?:msclk|igsh|wbra|gbra)id|cmp|cmpid|s_cid|ocid|ncid|spm|taid|guccounter"
    r"|ref|referrer|referer|ref_?src|ref_?url|sref|smid|smtyp|ito|traffic_source"
)
_DRESS = re.compile(r"/(?:amp|amp\.html)$|\.amp(?=$|\.html$)|^/amp(?=/)", re.IGNORECASE)
_HOST_DRESS = re.compile(r"^(?:(?:www\d?|m|mobile|amp)\.)+(?=[^.]+\.)")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_PORTS = {"http": 80, "https": 443}


def canonical_address(address: str) -> str:
    """The one spelling of all addresses of a piece; for comparing, not for clicking.

    Always https; the host in lower case without "www.", "m." or "amp."; no default port, fragment,
    tracking parameter or trailing slash; other parameters sorted; no mark of an AMP page. What is no
    http address stays as it is but for white space around it.
    """
    address = address.strip()
    parts = _split(address)
    if not parts:
        return address
    path = _once_and_for_all(_DRESS, quote(parts.path, safe=_PATH_SAFE, errors="replace"))
    query = urlencode(sorted(_telling(parts.query)), errors="replace")
    return urlunsplit(("https", _place(parts), path, query, ""))


def believed_address(claimed: str, address: str | None) -> str | None:
    """The address a page claims for itself, whole but for a fragment; None if it may not claim it.

    Args:
        claimed: as the page writes it; a relative one is read against `address`.
        address: where the page was fetched from; None if that is not known. A page may only claim an
            address on its own site, and no front page unless it is one.
    """
    try:
        whole = urldefrag(urljoin(address or "", claimed.strip()))[0]
    except ValueError:
        return None
    parts = _split(whole)
    if not parts or "@" in parts.netloc:
        return None
    if address is None:
        return whole
    fetched = _split(address)
    on_front = parts.path.strip("/") == "" and not parts.query
    if not fetched or (on_front and fetched.path.strip("/")):
        return None
    return whole if _site(parts) == _site(fetched) else None


def _split(address: str) -> SplitResult | None:
    """The parts of an http address with a dotted host; None for all else."""
    try:
        parts = urlsplit(address)
        sane = bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:
        return None
    return parts if sane and parts.scheme in _PORTS else None


def _host(parts: SplitResult) -> str:
    return _HOST_DRESS.sub("", (parts.hostname or "").rstrip("."))


def _place(parts: SplitResult) -> str:
    usual = parts.port in {None, *_PORTS.values()}
    return _host(parts) if usual else f"{_host(parts)}:{parts.port}"


def _site(parts: SplitResult) -> str:
    """The domain that one publisher registers: bbc.co.uk, and name.github.io rather than github.io."""
    from tld import get_fld

    host = _host(parts)
    registered = get_fld(f"https://{host}/", fail_silently=True, search_private=True)
    return registered or ".".join(host.split(".")[-2:])


def _telling(query: str) -> list[tuple[str, str]]:
    pairs = parse_qsl(query, keep_blank_values=True)
    return [(name, value) for name, value in pairs if not _TRACKING.fullmatch(name.lower())]


def _once_and_for_all(pattern: re.Pattern[str], path: str) -> str:
    """The path without what the pattern finds and without a last slash, until nothing more comes off."""
    while True:
        shorter = pattern.sub("", path.rstrip("/"))
        if shorter == path:
            return path
        path = shorter
