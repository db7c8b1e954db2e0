"""Requests to parameters and results to replies, in the ways the Bot API documents."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.responses import Response

from bot_api.rules import RefusalError, bad_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

Params = dict[str, Any]

_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body>{0}</body>\r\n</html>\r\n"
_DISPOSITION = re.compile(rb"^content-disposition:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a multipart form: the name it was given, and its bytes."""

    name: str
    content: bytes


class Told(Response):
    """Another response, and a call when all of it has been handed to the connection."""

    def __init__(self, response: Response, told: Callable[[], None]) -> None:
        super().__init__()
        self._response = response
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and tell."""
        await self._response(scope, receive, send)
        self._told()


class NoReply(Response):
    """Says nothing: the connection it would have gone over is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""


async def read_params(request: Request) -> Params:
    """The parameters of a request: from its address, and from a form, a multipart form or JSON."""
    params: Params = _form(request.url.query)
    body = await request.body()
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        params |= _json(body)
    elif content_type.startswith("multipart/form-data"):
        params |= _multipart(body, content_type)
    else:
        params |= _form(body.decode(errors="surrogateescape"))
    return params


def _form(text: str) -> Params:
    # Stray bytes become lone surrogates, which the rules know for what they are.
    return dict(parse_qsl(text, keep_blank_values=True, errors="surrogateescape"))


def _json(body: bytes) -> Params:
    try:
        params = json.loads(body.decode(errors="surrogateescape"))
    except ValueError as error:
        raise bad_request("Can't parse request body as JSON") from error
    if not isinstance(params, dict):
        raise bad_request("Object expected as request body")
    return params


def _multipart(body: bytes, content_type: str) -> Params:
    # Not by the email package, which looks into files for line ends and encodings.
    boundary = str(_header(content_type).get_param("boundary", "")).encode()
    fields: Params = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        told = _DISPOSITION.search(head)
        if told is None:
            continue
        disposition = _header(told[1].decode(errors="replace").strip())
        named, filename = str(disposition.get_param("name")), disposition.get_param("filename")
        as_text = filename is None
        fields[named] = (
            content.decode(errors="surrogateescape") if as_text else Upload(str(filename), content)
        )
    return fields


def _header(value: str) -> Message:
    header = Message()
    header["Content-Type"] = value
    return header


def text_of(params: Params, name: str) -> str:
    """A parameter as text; numbers in a JSON body are as good as their digits."""
    value = params.get(name)
    return "" if value is None else str(value)


def integer(params: Params, name: str, default: int = 0) -> int:
    """A parameter as a whole number; what is none counts as the default."""
    try:
        return int(text_of(params, name))
    except ValueError:
        return default


def truth(value: Any) -> bool:
    """Whether a flag is set, however it is spelled."""
    return str(value).lower() in ("true", "yes", "1")


def written(value: Any) -> bytes:
    """JSON in Telegram's way, all of it ASCII: even half a surrogate pair gets through."""
    return json.dumps(value).encode()


def result(value: Any) -> Response:
    """What Telegram answers when all went well."""
    return _reply({"ok": True, "result": value})


def refusal(error: RefusalError) -> Response:
    """What Telegram answers when it says no."""
    body = {"ok": False, "error_code": error.code, "description": error.description}
    return _reply(body | ({"parameters": error.parameters} if error.parameters else {}), error.code)


def flood(retry_after: int) -> Response:
    """What Telegram answers when it is asked too often."""
    told = RefusalError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})
    reply = refusal(told)
    reply.headers["Retry-After"] = str(retry_after)
    return reply


def gateway(status: int) -> Response:
    """What stands before Telegram answers when Telegram does not: no JSON at all."""
    page = _PAGE.format(f"{status} {HTTPStatus(status).phrase}")
    return Response(page, status_code=status, media_type="text/html")


def head(length: int, status: int = 200) -> bytes:
    """The beginning of an answer whose body is said to have so many bytes."""
    lines = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _reply(body: dict[str, Any], status: int = 200) -> Response:
    return Response(written(body), status_code=status, media_type="application/json")
