"""Pressed buttons and inline queries, and the bot's answers to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot_api.entities import Entity, utf16_length
from bot_api.keyboards import check_keyboard, read_inline_keyboard
from bot_api.records import CallbackAnswer, InlineAnswer, InlineResult, Journal
from bot_api.rules import RefusalError, bad_request, check_encoding, finish_text, read_json, read_text
from bot_api.wire import Params, integer, text_of, truth

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_CALLBACK_ANSWER: Final = 200
MOST_RESULTS: Final = 50
LARGEST_RESULT_ID: Final = 64
LARGEST_OFFSET: Final = 64
LARGEST_START_PARAMETER: Final = 64

_Read = tuple[dict[str, Any], str, tuple[str, list[Entity]]]

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_START = re.compile(r"[A-Za-z0-9_\-]+")
_CACHE_SECONDS = 300
_LONGEST_CACHE = 86_400


class Queries:
    """Knows the queries that updates brought, and takes an answer to those only."""

    def __init__(self, bot: Mapping[str, Any], journal: Journal) -> None:
        self._links = re.compile(rf"(?:https?://)?t\.me/{bot['username']}\?start=.*", re.IGNORECASE)
        self._journal = journal
        self._pressed: set[str] = set()
        self._asked: dict[str, str] = {}

    def learn(self, update: dict[str, Any]) -> None:
        """Take over the query that an update brings."""
        pressed, asked = update.get("callback_query"), update.get("inline_query")
        if isinstance(pressed, dict):
            self._pressed.add(str(pressed.get("id")))
        if isinstance(asked, dict):
            self._asked[str(asked.get("id"))] = str(asked.get("query"))

    def expire(self) -> None:
        """Let every query so far be too old to be answered."""
        self._pressed.clear()
        self._asked.clear()

    def answer_callback_query(self, params: Params) -> bool:
        """AnswerCallbackQuery: let a pressed button stop its waiting, and at times say something."""
        query_id, text = text_of(params, "callback_query_id"), text_of(params, "text")
        url = text_of(params, "url")
        check_encoding(text)
        if query_id not in self._pressed:
            raise bad_request(_TOO_OLD)
        if utf16_length(text) > LONGEST_CALLBACK_ANSWER:
            raise bad_request("MESSAGE_TOO_LONG")
        # "Otherwise, you may use links like t.me/your_bot?start=XXXX that open your bot".
        if url and not self._links.fullmatch(url):
            raise bad_request("URL_INVALID")
        again = any(answer.query_id == query_id for answer in self._journal.of(CallbackAnswer))
        answer = CallbackAnswer(
            query_id, text, truth(params.get("show_alert")), url, integer(params, "cache_time"), again
        )
        self._journal.add(answer)
        return True

    def answer_inline_query(self, params: Params) -> bool:
        """AnswerInlineQuery: offer a person up to 50 articles to send."""
        button = _read_button(params.get("button"))
        results = _read_results(params.get("results"))
        query_id, offset = text_of(params, "inline_query_id"), text_of(params, "next_offset")
        if button:
            _check_start_parameter(text_of(button, "start_parameter"))
        if query_id not in self._asked:
            raise bad_request(_TOO_OLD)
        read = tuple(_finished(*result) for result in results)
        _check_ids([result.id for result in read])
        if len(offset.encode()) > LARGEST_OFFSET:
            raise bad_request("NEXT_OFFSET_INVALID")
        seconds = min(max(integer(params, "cache_time", _CACHE_SECONDS), 0), _LONGEST_CACHE)
        answer = InlineAnswer(
            query_id=query_id,
            question=self._asked[query_id],
            results=read,
            button=button,
            cache_time=seconds,
            is_personal=truth(params.get("is_personal")),
            next_offset=offset,
            params=params,
        )
        self._journal.add(answer)
        return True


def _read_button(value: Any) -> dict[str, Any] | None:
    button = read_json(value, "inline query results button")
    if button is None:
        return None
    if not isinstance(button, dict):
        raise _unreadable("button", "InlineQueryResultsButton must be an Object")
    _check_field(button, "text", "button")
    if "start_parameter" not in button:
        raise _unreadable("button", "InlineQueryResultsButton must have exactly one optional field")
    _check_field(button, "start_parameter", "button")
    return button


def _check_start_parameter(parameter: str) -> None:
    if not parameter:
        raise bad_request("Can't use empty start_parameter")
    if len(parameter.encode()) > LARGEST_START_PARAMETER:
        raise bad_request("Too long start_parameter specified")
    if not _START.fullmatch(parameter):
        raise bad_request("Unallowed characters in start_parameter are used")


def _read_results(value: Any) -> list[_Read]:
    results = read_json(value, "inline query results") or []
    if not isinstance(results, list):
        raise bad_request("Expected an Array of inline query results")
    if len(results) > MOST_RESULTS:
        raise bad_request("Too many inline query results specified")
    return [_read_result(result) for result in results]


def _read_result(result: Any) -> _Read:
    if not isinstance(result, dict):
        raise _unreadable("result", "Inline query result must be an object")
    for field in ("type", "id"):
        _check_field(result, field, "result")
    if result["type"] != "article":
        raise _unreadable("result", f'type "{result["type"]}" is unsupported by this test server')
    _check_field(result, "title", "result")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise _unreadable("result", 'Can\'t find field "message_text"')
    raw = text_of(content, "message_text")
    try:
        formatted = read_text(raw, text_of(content, "parse_mode"))
    except RefusalError as error:
        raise _unreadable("result", error.description.removeprefix("Bad Request: ")) from error
    return result, raw, formatted


def _check_field(given: Mapping[str, Any], field: str, what: str) -> None:
    if field not in given:
        raise _unreadable(what, f'Can\'t find field "{field}"')
    if not isinstance(given[field], str):
        raise _unreadable(what, f'Field "{field}" must be of type String')
    check_encoding(given[field])


def _unreadable(what: str, reason: str) -> Exception:
    return bad_request(f"Can't parse inline query {'results ' if what == 'button' else ''}{what}: {reason}")


def _finished(result: dict[str, Any], raw: str, formatted: tuple[str, list[Entity]]) -> InlineResult:
    text, entities = finish_text(*formatted)
    keyboard = read_inline_keyboard(result.get("reply_markup"))
    check_keyboard(keyboard)
    if not result["title"].strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    check_encoding(text_of(result, "description"))
    return InlineResult(
        id=result["id"],
        title=result["title"],
        description=text_of(result, "description"),
        text=raw,
        plain=text,
        entities=tuple(entity.to_dict() for entity in entities),
        reply_markup=keyboard,
        given=result,
    )


def _check_ids(ids: list[str]) -> None:
    if not all(0 < len(one.encode()) <= LARGEST_RESULT_ID for one in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
