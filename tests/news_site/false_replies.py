"""Faults that are sound HTTP: another answer in place of the fair one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from news_site import bombs
from news_site.wire import Asked, Reply, simple

if TYPE_CHECKING:
    from collections.abc import Callable

    from news_site.faults import Fault, FaultKind

ENTITY_PATH = "/asked-by-entity"
"""What the feed of the fault "external entity" makes a careless reader fetch."""

_PASSWORDS = "file:///etc/passwd"
_METADATA = "http://169.254.169.254/latest/meta-data/"
_HUGE = 1 << 20
_MANY = 10_000
_RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_NO_VALIDATORS: dict[str, str | None] = {"ETag": None, "Last-Modified": None}


def substitute(asked: Asked, fair: Reply, fault: Fault, address: str) -> Reply:
    """The answer that the fault gives; the fair one for faults that are not of this sort.

    Args:
        asked: the request.
        fair: what the site would answer.
        fault: what is to go wrong.
        address: the site's own, without a path.
    """
    write = _WRITTEN.get(fault.kind)
    return write(asked, fair, fault, address) if write else fair


def _refused(_: Asked, __: Reply, fault: Fault, ___: str) -> Reply:
    later = {} if fault.retry_after is None else {"Retry_After": str(fault.retry_after)}
    return simple(int(fault.kind), **later)


def _loop(asked: Asked, _: Reply, __: Fault, address: str) -> Reply:
    return simple(302, Location=f"{address}{asked.path}")


def _chain(asked: Asked, _: Reply, __: Fault, address: str) -> Reply:
    hop = parse_qs(asked.target.partition("?")[2]).get("hop", ["0"])[0]
    return simple(302, Location=f"{address}{asked.path}?hop={int(hop) + 1}")


def _wrong_charset(_: Asked, fair: Reply, __: Fault, ___: str) -> Reply:
    kind, *charset = (fair.header("Content-Type") or "text/html").split("; charset=")
    text = fair.body.decode(charset[0] if charset else "utf-8", "replace")
    headers = {**_NO_VALIDATORS, "Content-Type": f"{kind}; charset=utf-8"}
    return replace(fair, body=text.encode("windows-1251", "xmlcharrefreplace")).with_headers(headers)


def _entity_bomb(_: Asked, __: Reply, fault: Fault, ___: str) -> Reply:
    return Reply(200, _RSS, bombs.entity_bomb(fault.size or 10))


def _external_entity(_: Asked, __: Reply, ___: Fault, address: str) -> Reply:
    return Reply(200, _RSS, bombs.external_entities(_PASSWORDS, f"{address}{ENTITY_PATH}"))


def _deep(_: Asked, __: Reply, fault: Fault, ___: str) -> Reply:
    return Reply(200, _HTML, bombs.deep_html(fault.size or 100_000))


def _huge_header(_: Asked, fair: Reply, fault: Fault, __: str) -> Reply:
    return fair.with_headers({"X-Huge": "x" * (fault.size or _HUGE)})


def _many_headers(_: Asked, fair: Reply, fault: Fault, __: str) -> Reply:
    return fair.with_headers({f"X-Many-{number}": "x" for number in range(fault.size or _MANY)})


_WRITTEN: dict[FaultKind, Callable[[Asked, Reply, Fault, str], Reply]] = {
    "429": _refused,
    "503": _refused,
    "500": lambda _, __, ___, ____: simple(500),
    "loop": _loop,
    "chain": _chain,
    "to file": lambda _, __, ___, ____: simple(302, Location=_PASSWORDS),
    "to metadata": lambda _, __, ___, ____: simple(302, Location=_METADATA),
    "wrong charset": _wrong_charset,
    "entity bomb": _entity_bomb,
    "external entity": _external_entity,
    "deep": _deep,
    "huge header": _huge_header,
    "many headers": _many_headers,
}
