from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import telegram
from bot_api import updates
from bot_api.calling import call, library, refused, serving
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

if TYPE_CHECKING:
    from bot_api.server import BotApi

api = pytest.fixture(serving)


@pytest.fixture
def query(api: BotApi) -> str:
    """The identifier of an inline query that the bot may answer."""
    api.push(updates.inline_query("who won"))
    identifier: str = api.unconfirmed[0]["inline_query"]["id"]
    return identifier


def article(**fields: Any) -> dict[str, Any]:
    """A result that is fine but for these fields."""
    content = {"message_text": "<b>x</b>", "parse_mode": "HTML"}
    return {"type": "article", "id": "1", "title": "A title", "input_message_content": content} | fields


def content(text: str) -> dict[str, Any]:
    """A result's content in HTML."""
    return {"input_message_content": {"message_text": text, "parse_mode": "HTML"}}


async def test_answer_recorded(api: BotApi, query: str) -> None:
    """What the real library answers is read back: question, results as shown, button, cache time."""
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Open", url="https://a.example/")]])
    result = InlineQueryResultArticle(
        "1",
        "A title",
        InputTextMessageContent("<blockquote>words &amp; more</blockquote>", parse_mode="HTML"),
        description="City News",
        reply_markup=keyboard,
    )
    async with library(api) as bot:
        await bot.answer_inline_query(
            query,
            [result],
            cache_time=10,
            is_personal=True,
            button=InlineQueryResultsButton("Ask in private", start_parameter="from_inline-1"),
        )
    (answer,) = api.inline_answers
    assert (answer.question, answer.cache_time, answer.is_personal) == ("who won", 10, True)
    assert answer.button == {"text": "Ask in private", "start_parameter": "from_inline-1"}
    (shown,) = answer.results
    assert (shown.id, shown.title, shown.description) == ("1", "A title", "City News")
    assert (shown.plain, shown.entities[0]["type"]) == ("words & more", "blockquote")
    assert shown.reply_markup == keyboard.to_dict()


@pytest.mark.parametrize(
    ("results", "description"),
    [
        ([article(id=str(number)) for number in range(51)], "too many inline query results specified"),
        ([article(), article()], "RESULT_ID_DUPLICATE"),
        ([article(id="")], "RESULT_ID_INVALID"),
        ([article(id=5)], 'Field "id" must be of type String'),
        ([article(id="я" * 33)], "RESULT_ID_INVALID"),
        ([article(title=" ")], "ARTICLE_TITLE_EMPTY"),
        ([article(input_message_content=None)], 'Can\'t find field "message_text"'),
        ([article(**content(""))], "message text is empty"),
        ([article(**content("<p>"))], 'Unsupported start tag "p" at byte offset 0'),
        ([article(**content("x" * 4097))], "message is too long"),
        ([article(**content(" \n "))], "message text is empty"),
        ([article(type="photo")], 'type "photo" is unsupported by this test server'),
        ([article(reply_markup={"inline_keyboard": [[{"text": "x"}]]})], "unallowed in the inline keyboard"),
        (["x"], "Inline query result must be an object"),
        ([{"type": "article", "id": "1"}], 'Can\'t find field "title"'),
        ({"no": "list"}, "expected an Array of inline query results"),
    ],
)
def test_results_refused(api: BotApi, query: str, results: Any, description: str) -> None:
    """Results that break a rule are refused, all of them, and nothing is recorded."""
    assert refused(api, "answerInlineQuery", inline_query_id=query, results=results).endswith(description)
    assert api.inline_answers == ()


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "x", "start_parameter": ""}, "can't use empty start_parameter"),
        ({"text": "x", "start_parameter": "x" * 65}, "too long start_parameter specified"),
        ({"text": "x", "start_parameter": "a b"}, "unallowed characters in start_parameter are used"),
        ({"text": "x"}, "must have exactly one optional field"),
        (["x"], "InlineQueryResultsButton must be an Object"),
        ({"start_parameter": "x"}, 'Can\'t find field "text"'),
    ],
)
def test_buttons_refused(api: BotApi, query: str, button: Any, description: str) -> None:
    """The button above the results carries a start parameter of 1-64 of the allowed characters."""
    told = refused(api, "answerInlineQuery", inline_query_id=query, results=[], button=button)
    assert told.endswith(description)


def test_limits_reached(api: BotApi, query: str) -> None:
    """Fifty results, identifiers of 64 bytes and texts of 4,096 characters are fine."""
    many = [article(id=f"{number:064}", **content("x" * 4096)) for number in range(2)]
    many += [article(id=str(number)) for number in range(48)]
    assert call(api, "answerInlineQuery", inline_query_id=query, results=many)["ok"]
    assert len(api.inline_answers[0].results) == 50


def test_unknown_query(api: BotApi, query: str) -> None:
    """Too long an offset is refused; a query that nobody asked, or too old, is answered no more."""
    offset = {"inline_query_id": query, "results": [], "next_offset": "x" * 65}
    assert refused(api, "answerInlineQuery", **offset).endswith("NEXT_OFFSET_INVALID")
    assert "query is too old" in refused(api, "answerInlineQuery", inline_query_id="1", results=[])
    assert "query is too old" in refused(api, "answerCallbackQuery", callback_query_id=query)
    api.expire_queries()
    assert "query is too old" in refused(api, "answerInlineQuery", inline_query_id=query, results=[])


async def test_faults_befall_it(api: BotApi, query: str) -> None:
    """An ordered fault befalls the answer to a query as it does any call."""
    api.fail("answerInlineQuery", 1, "drop after")
    async with library(api) as bot:
        with pytest.raises(telegram.error.NetworkError):
            await bot.answer_inline_query(query, [])
    assert len(api.inline_answers) == 1
