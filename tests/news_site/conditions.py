"""Conditional requests and HEAD, by RFC 9110: when there is nothing new, and when there is no body."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from datetime import UTC, datetime

from news_site.wire import Asked, Reply, simple

_ETAG = re.compile(r'(?:W/)?("[^"]*")')
# The one form that is sent, and the two old ones that must be understood (section 5.6.7).
_DATES = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")
# Of what describes the whole answer, a 304 repeats only these (section 15.4.5).
_REPEATED = {"etag", "cache-control", "content-location", "date", "expires", "vary"}


def settle(asked: Asked, reply: Reply) -> Reply:
    """What the method and the conditions of the request leave of the answer."""
    if asked.method not in {"GET", "HEAD"}:
        return simple(405, Allow="GET, HEAD")
    if reply.status == 200 and _unchanged(asked.headers, reply):
        return _not_modified(reply)
    if asked.method == "HEAD":
        return replace(reply.with_headers({"Content-Length": str(len(reply.body))}), body=b"")
    return reply


def _unchanged(conditions: dict[str, str], reply: Reply) -> bool:
    if "if-none-match" in conditions:
        # With entity tags in the request, its date says nothing (section 13.1.3).
        return _matches(conditions["if-none-match"], reply.header("ETag"))
    since, modified = _moment(conditions.get("if-modified-since")), _moment(reply.header("Last-Modified"))
    return since is not None and modified is not None and modified <= since


def _matches(given: str, etag: str | None) -> bool:
    if given.strip() == "*":
        return True
    own = _ETAG.fullmatch(etag or "")
    # If-None-Match compares weakly (section 13.1.2): a W/ before either tag makes no difference.
    return own is not None and own[1] in _ETAG.findall(given)


def _moment(text: str | None) -> datetime | None:
    for form in _DATES:
        with contextlib.suppress(ValueError):
            return datetime.strptime(text or "", form).replace(tzinfo=UTC)
    return None


def _not_modified(reply: Reply) -> Reply:
    repeated = set(_REPEATED) if reply.header("ETag") else {*_REPEATED, "last-modified"}
    return Reply(304, {name: value for name, value in reply.headers.items() if name.lower() in repeated})
