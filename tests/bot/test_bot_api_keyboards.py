from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from bot_api.calling import call, library, refused, send, serving
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

if TYPE_CHECKING:
    from bot_api.server import BotApi

PERSON = updates.PERSON
MORE = {"text": "More", "callback_data": "more"}

api = pytest.fixture(serving)


def keyboard(*rows: list[Any]) -> dict[str, Any]:
    """Rows of buttons as a reply markup."""
    return {"inline_keyboard": list(rows)}


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        (keyboard([MORE] * 9), "reply markup is too long"),
        (keyboard(*[[MORE]] * 101), "reply markup is too long"),
        (keyboard(*[[MORE | {"text": "x" * 1000}]] * 10), "reply markup is too long"),
        (keyboard([{"text": "x"}]), "Text buttons are unallowed in the inline keyboard"),
        (keyboard([{"text": "x", "copy_text": {"text": ""}}]), "BUTTON_COPY_TEXT_INVALID"),
        (keyboard([{"text": "x", "copy_text": {"text": "y" * 257}}]), "BUTTON_COPY_TEXT_INVALID"),
        (keyboard([{"text": "x", "copy_text": "y"}]), '"copy_text" must be of type Object'),
        (keyboard([{"text": "x", "copy_text": {}}]), 'Can\'t find field "text"'),
        (keyboard([{"text": "x", "switch_inline_query": 5}]), '"switch_inline_query" must be of type String'),
        (keyboard([{"text": "x", "url": "ftp://a.example/"}]), "is invalid: Wrong HTTP URL"),
        (keyboard(["x"]), "InlineKeyboardButton must be an Object"),
        ({"inline_keyboard": [MORE]}, "must be an Array of Arrays"),
    ],
)
def test_keyboards_refused(api: BotApi, markup: dict[str, Any], description: str) -> None:
    """Too many buttons, and buttons that Telegram cannot read, are refused, and nobody gets the text."""
    assert refused(api, "sendMessage", chat_id=PERSON, text="x", reply_markup=markup).endswith(description)
    assert api.sent == ()


async def test_every_button_of_ours(api: BotApi) -> None:
    """The real library's buttons come back as they were: callback, address, copying, inline queries."""
    rows = [
        [InlineKeyboardButton("More", callback_data="m" * 64)],
        [InlineKeyboardButton("Open", url="https://a.example/#:~:text=x")],
        [InlineKeyboardButton("Copy", copy_text=CopyTextButton("y" * 256))],
        [InlineKeyboardButton("Ask", switch_inline_query="")],
        [InlineKeyboardButton("Ask here", switch_inline_query_current_chat="who")],
        [InlineKeyboardButton(str(number), callback_data="n") for number in range(8)],
    ]
    async with library(api) as bot:
        message = await bot.send_message(PERSON, "x", reply_markup=InlineKeyboardMarkup(rows))
    assert message.reply_markup == InlineKeyboardMarkup(rows)


def test_buttons_changed(api: BotApi) -> None:
    """Buttons are changed and taken away by themselves; the same again is refused, the text stays."""
    own = send(api, "<b>x</b>", reply_markup=keyboard([MORE]))["result"]["message_id"]
    which = {"chat_id": PERSON, "message_id": own}
    less = keyboard([MORE | {"text": "Less"}])
    changed = call(api, "editMessageReplyMarkup", **which, reply_markup=less)["result"]
    assert (changed["reply_markup"], changed["entities"][0]["type"]) == (less, "bold")
    again = refused(api, "editMessageReplyMarkup", **which, reply_markup=less)
    assert "message is not modified" in again
    assert "reply_markup" not in call(api, "editMessageReplyMarkup", **which)["result"]
    other = refused(api, "editMessageReplyMarkup", **which, reply_markup={"force_reply": True})
    assert other.endswith("inline keyboard expected")


def test_edit_with_other_buttons_is_one(api: BotApi) -> None:
    """The same words with other buttons, or without them, are modified; with the same ones they are not."""
    own = send(api, "x", reply_markup=keyboard([MORE]))["result"]["message_id"]
    edit = {"chat_id": PERSON, "message_id": own, "text": "x"}
    assert "not modified" in refused(api, "editMessageText", **edit, reply_markup=keyboard([MORE]))
    assert call(api, "editMessageText", **edit)["ok"]
    assert "not modified" in refused(api, "editMessageText", **edit)


@pytest.mark.parametrize("method", ["editMessageText", "editMessageReplyMarkup", "editMessageCaption"])
def test_edits_refused(api: BotApi, method: str) -> None:
    """What is not there, is another's or is an inline message nobody sent cannot be edited."""
    api.push(updates.private_message("hello"))
    theirs = api.unconfirmed[0]["message"]["message_id"]
    words = {"text": "y", "caption": "y", "reply_markup": keyboard([MORE])}
    assert refused(api, method, **words, chat_id=PERSON, message_id=98).endswith("message to edit not found")
    assert refused(api, method, **words, chat_id=PERSON, message_id=theirs).endswith("can't be edited")
    assert refused(api, method, **words).endswith("message identifier is not specified")
    assert refused(api, method, **words, inline_message_id="x").endswith("message identifier specified")


def test_quotes_in_replies(api: BotApi) -> None:
    """A reply may quote words that stand in the message it answers, and no others."""
    first = send(api, "one <b>two</b> three")["result"]["message_id"]
    assert send(api, "x", reply_parameters={"message_id": first, "quote": "two three"})["ok"]
    other = {"chat_id": PERSON, "text": "x", "reply_parameters": {"message_id": first, "quote": "four"}}
    assert refused(api, "sendMessage", **other).endswith("QUOTE_TEXT_INVALID")


def test_pressed_buttons_answered(api: BotApi) -> None:
    """An answer to a pressed button is read back with its alert, address and time; the second as one."""
    message = send(api, "x", reply_markup=keyboard([MORE]))["result"]
    api.push(updates.callback_query("more", message))
    pressed = api.unconfirmed[0]["callback_query"]["id"]
    start = "https://t.me/dateline_bot?start=x"
    told = {"text": "я" * 200, "show_alert": True, "cache_time": 5, "url": start}
    assert call(api, "answerCallbackQuery", callback_query_id=pressed, **told)["ok"]
    assert call(api, "answerCallbackQuery", callback_query_id=pressed)["ok"]
    first, second = api.callback_answers
    assert (first.text, first.show_alert, first.cache_time, first.url) == ("я" * 200, True, 5, start)
    assert (first.again, second.again, second.text) == (False, True, "")


def test_answers_to_buttons_refused(api: BotApi) -> None:
    """Too long a notification, another's address and an old query are refused."""
    message = send(api, "x")["result"]
    api.push(updates.callback_query("more", message))
    answer = {"callback_query_id": api.unconfirmed[0]["callback_query"]["id"]}
    assert refused(api, "answerCallbackQuery", **answer, text="x" * 201).endswith("MESSAGE_TOO_LONG")
    assert refused(api, "answerCallbackQuery", **answer, url="https://a.example/").endswith("URL_INVALID")
    api.expire_queries()
    assert "query is too old" in refused(api, "answerCallbackQuery", **answer)
    assert api.callback_answers == ()
