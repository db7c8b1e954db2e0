"""What makes two addresses of a piece one, and whose site an address is on."""

from __future__ import annotations

import contextlib
import re
from urllib.parse import SplitResult, parse_qsl, quote, urldefrag, urlencode, urljoin, urlsplit, urlunsplit

# What tells where a reader came from, or which dress the page wears; never which piece it is. Names that are
# somebody's article numbers (cid, source, from, p) stay: two ids for a piece do less harm than one for two.
_TRACKING = re.compile(
    r"(?:utm|at|mc|pk|mtm|itm|hsa|ns)_.*|wt\..*|__twitter_impression|_ga|_gl|xtor"
    r"|(?:fbc|gc|dc|twc|yc|ysc|ttc)lid|(?:msclk|igsh|wbra|gbra)id|cmp|cmpid|s_cid|ocid|ncid|spm|taid|guccounter"
    r"|referrer|referer|ref_?src|ref_?url|sref|smid|smtyp|ito|traffic_source"
)
# These tell it only with some values: an id may have the same name.
_TRACKING_IF = (
    (re.compile(r"ref|rss|share"), re.compile(r"(?!\d+$).*", re.DOTALL)),
    (re.compile(r"amp|output|outputtype|platform"), re.compile(r"1|amp|", re.IGNORECASE)),
    (re.compile(r"m"), re.compile(r"1")),
)
# A mark at the end of an article's address; "/news/amp" may be a piece about amplifiers.
_DRESS = re.compile(r"(?:/amp)+(?:\.html)?$|\.amp(?=$|\.html$)|^(?:/amp)+(?=/)", re.IGNORECASE)
_PLAIN_SECTION = re.compile(r"/[^/\d-]+/amp", re.IGNORECASE)
# What is left has to be somebody's domain, which "co.uk" is not.
_HOST_DRESS = re.compile(
    r"^(?:(?:www\d?|m|mobile|amp)\.)+(?!(?:co|com|org|net|gov|edu|ac|or|ne|go)\.[a-z]{2}$)(?=[^.]+\.)"
)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+\.?")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_ESCAPED_AMPERSAND = re.compile(r"&(?:amp;)+", re.IGNORECASE)
# No page's address is longer, and what is done to one takes time.
_LONGEST = 4_096
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"
_PORTS = {"http": 80, "https": 443}


def is_address(text: str) -> bool:
    """Whether a text is an address on the web, not a file or folder."""
    return text.lower().startswith(("http://", "https://"))


def canonical_address(address: str) -> str:
    """The one spelling of all addresses of a piece; for comparing, not for clicking.

    Always https; the host in ASCII and lower case without "www.", "m." or "amp."; no default port,
    tracking parameter or trailing slash; no fragment but "#!", which some sites use for a path; only what
    must be escaped is; other parameters sorted; no mark of an AMP page. What is no http address, or
    longer than 4,096 characters, stays as it is but for white space around it.
    """
    address = address.strip()
    parts = _split(address)
    if not parts:
        return address
    path = _once_and_for_all(_escaped(parts.path))
    query = urlencode(sorted(_telling(parts.query)))
    return urlunsplit(("https", _place(parts), path, query, _escaped(_kept_fragment(parts))))


def believed_address(claimed: str, address: str | None) -> str | None:
    """The address a page claims for itself, whole but for a plain fragment; None if it may not claim it.

    Args:
        claimed: as the page writes it; a relative one is read against `address`.
        address: where the page was fetched from; None if that is not known. A page may only claim an
            address on its own site, and no front page unless it is one.
    """
    if len(claimed) > _LONGEST:
        return None
    try:
        whole = urljoin(address or "", claimed.strip())
    except ValueError:
        return None
    parts = _split(whole)
    if not parts or "@" in parts.netloc:
        return None
    fragment = _kept_fragment(parts)
    if not fragment:
        whole = urldefrag(whole)[0]
    if address is None:
        return whole
    fetched = _split(address)
    on_front = parts.path.strip("/") == "" and not parts.query and not fragment
    if not fetched or (on_front and fetched.path.strip("/")):
        return None
    return whole if _site(parts) == _site(fetched) else None


def _split(address: str) -> SplitResult | None:
    """The parts of an http address with a dotted host; None for all else."""
    if len(address) > _LONGEST:
        return None
    try:
        parts = urlsplit(address)
        sane = bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:
        return None
    return parts if sane and parts.scheme in _PORTS else None


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    # A name that has no form in ASCII is none that is looked up, and has no other spelling.
    with contextlib.suppress(UnicodeError):
        host = host.encode("idna").decode("ascii").lower()
    return _HOST_DRESS.sub("", host)


def _kept_fragment(parts: SplitResult) -> str:
    return parts.fragment if parts.fragment.startswith("!") else ""


def _escaped(text: str) -> str:
    """The one spelling of a path's escapes: none where none is needed, else with capitals."""
    return _ESCAPE.sub(_escape, quote(text, safe=_PATH_SAFE, errors="replace"))


def _escape(match: re.Match[str]) -> str:
    if match[1] is None:
        return "%25"
    char = chr(int(match[1], 16))
    return char if _UNRESERVED.match(char) else match[0].upper()


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
    # Half of a surrogate pair is written as a question mark, and has to be sorted as one.
    whole = query.encode("utf-8", "replace").decode()
    pairs = parse_qsl(_ESCAPED_AMPERSAND.sub("&", whole), keep_blank_values=True)
    return [(name, value) for name, value in pairs if not _is_tracking(name.lower(), value)]


def _is_tracking(name: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(name)) or any(
        names.fullmatch(name) and values.fullmatch(value) for names, values in _TRACKING_IF
    )


def _once_and_for_all(path: str) -> str:
    """The path without marks of an AMP page and without a last slash, until nothing more comes off."""
    while True:
        shorter = path.rstrip("/")
        if not _PLAIN_SECTION.fullmatch(shorter):
            shorter = _DRESS.sub("", shorter)
        if shorter == path:
            return path
        path = shorter
