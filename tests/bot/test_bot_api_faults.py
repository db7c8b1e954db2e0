from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import telegram
from bot_api import updates
from bot_api.calling import call, library, send, serving
from bot_api.server import BotApi
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

PERSON = updates.PERSON

api = pytest.fixture(serving)


def test_slow_reply(api: BotApi) -> None:
    """A hanging call that the caller waits for is answered when its time is over."""
    api.fail("*", 2, "hang before", seconds=0.4)
    assert send(api, "x")["ok"]
    api.mend()
    begun = time.monotonic()
    assert send(api, "y")["ok"]
    assert time.monotonic() - begun < 0.4


def test_unknown_fault(api: BotApi) -> None:
    """A fault that does not exist is named with those that do."""
    with pytest.raises(ValueError, match="no such fault: '503'; use one of"):
        api.fail("getMe", 1, "503")  # type: ignore[arg-type]


def test_waiting_in_vain(api: BotApi) -> None:
    """Waiting for what does not come tells what came instead."""
    number = api.push(updates.private_message("x"))
    send(api, "the only text")
    send(api, "<p>")
    with pytest.raises(AssertionError) as error:
        api.wait_for(2, timeout=0.05)
    for part in ("2 sent texts", "the only text", "Unsupported start tag", str(number)):
        assert part in str(error.value)


async def test_library_sends(api: BotApi) -> None:
    """The real library sends HTML with a keyboard and a reply, and reads back the whole message."""
    api.push(updates.private_message("a question"))
    asked = api.unconfirmed[0]["message"]["message_id"]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="more")]])
    async with library(api) as bot:
        assert (bot.bot.is_bot, bot.username) == (True, "dateline_bot")
        message = await bot.send_message(
            PERSON,
            "😀 <a href='https://a.example/'>there</a> <blockquote expandable>words</blockquote>",
            parse_mode="HTML",
            reply_markup=keyboard,
            reply_parameters=ReplyParameters(asked),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        with pytest.raises(telegram.error.BadRequest, match="Can't parse entities: unsupported start tag"):
            await bot.send_message(PERSON, "<p>x</p>", parse_mode="HTML")
    assert message.text == "😀 there words"
    assert message.parse_entities() == dict(zip(message.entities, ["there", "words"], strict=True))
    assert abs(message.date.timestamp() - time.time()) < 60
    assert message.reply_to_message
    assert (message.reply_to_message.message_id, message.reply_markup) == (asked, keyboard)
    assert api.sent[0].message["message_id"] == message.message_id


async def test_application_polls(api: BotApi) -> None:
    """An application of the real library gets a pushed update by polling and its reply arrives."""

    async def echo(update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        await update.message.reply_html(f"<b>{update.message.text}</b>", do_quote=True)

    application = ApplicationBuilder().bot(library(api)).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        assert application.updater
        await application.updater.start_polling()
        await application.start()
        number = api.push(updates.private_message("hello"))
        sent = await asyncio.to_thread(api.wait_for, 1)
        await asyncio.to_thread(api.wait_for, lambda api: not api.unconfirmed)
        await application.updater.stop()
        await application.stop()
    assert (sent[0].plain, sent[0].entities) == ("hello", ({"type": "bold", "offset": 0, "length": 5},))
    assert (
        f'"message_id": {sent[0].message["reply_to_message"]["message_id"]}'
        in sent[0].params["reply_parameters"]
    )
    assert int(api.calls[-1].params["offset"]) == number + 1
    assert api.refusals == ()


def test_stop_ends_everything() -> None:
    """Leaving the server ends waiting polls and hanging calls, its thread and its socket, at once."""
    with ThreadPoolExecutor(2) as pool:
        with BotApi() as server:
            server.add_chat(PERSON)
            server.fail("sendMessage", 1, "hang before")
            polled = pool.submit(call, server, "getUpdates", timeout=40)
            hanging = pool.submit(send, server, "x")
            server.wait_for(lambda api: len(api.calls) == 2)
            begun = time.monotonic()
        assert time.monotonic() - begun < 3
        assert polled.result(5)["result"] == []
        assert isinstance(hanging.exception(5), httpx.RemoteProtocolError | httpx.ReadError)
    assert server.sent == ()
    assert "bot-api" not in [thread.name for thread in threading.enumerate()]
    with pytest.raises(httpx.ConnectError):
        call(server, "getMe")
