"""Requests to parameters and results to replies, in the ways the Bot API documents."""

import email.policy
import json
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot_api.rules import RefusalError, bad_request

Params = dict[str, Any]

_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502 Bad Gateway</body>\r\n</html>\r\n"
)


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
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parts = BytesParser(policy=email.policy.HTTP).parsebytes(head + body).iter_parts()
    fields = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            fields[str(name)] = content.decode(errors="surrogateescape")
    return fields


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


def result(value: Any) -> Response:
    """What Telegram answers when all went well."""
    return JSONResponse({"ok": True, "result": value})


def refusal(error: RefusalError) -> Response:
    """What Telegram answers when it says no."""
    body = {"ok": False, "error_code": error.code, "description": error.description}
    return JSONResponse(body, status_code=error.code)


def flood(retry_after: int) -> Response:
    """What Telegram answers when it is asked too often."""
    body = {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {retry_after}",
        "parameters": {"retry_after": retry_after},
    }
    return JSONResponse(body, status_code=429, headers={"Retry-After": str(retry_after)})


def gateway() -> Response:
    """What stands before Telegram answers when Telegram does not: no JSON at all."""
    return Response(_GATEWAY, status_code=502, media_type="text/html")
