from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from conversing import Chat, buttons
from desks import ADMIN, opened_desk, sharing
from harbour import QUESTION, write_articles
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.telegram.questions import Questions
from bot.telegram.removing import PRESSED, Removing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.records import Sent
    from bot_api.server import BotApi

    from index.coverage import Coverage

ANN = 1001


api = pytest.fixture(sharing, scope="module")


@pytest.fixture
async def chat(coverage: Coverage, api: BotApi, tmp_path: Path) -> AsyncIterator[Chat]:
    """A chat with a bot that knows five reports on ships."""
    coverage.index([str(write_articles(tmp_path / "news"))])
    async with opened_desk(coverage, api) as (application, desk):
        removing, questions = Removing(desk), Questions(desk)
        application.add_handler(CommandHandler("remove", removing.remove))
        application.add_handler(CallbackQueryHandler(removing.pressed, pattern="^a:"))
        application.add_handler(MessageHandler(filters.TEXT, questions.asked))
        yield Chat(application, desk, api)


def articles(chat: Chat) -> int:
    """How many articles there are."""
    return chat.desk.coverage.extent().articles


def write_article(file: Path, **fields: Any) -> str:
    """An article with an address of its own; the file."""
    told = {"_id": "gale", "title": "Gale", "text": "A gale blew all night long.", "metadata": {}}
    file.write_text(json.dumps(told | fields), encoding="utf-8")
    return str(file)


async def remove(chat: Chat, argument: str = "", reply_to: dict[str, Any] | None = None) -> Sent:
    """What is said to /remove."""
    said = f"/remove {argument}".rstrip()
    update = updates.private_message(said, user_id=ADMIN, reply_to=reply_to)
    (sent,) = await chat.feed(update)
    return sent


async def test_articles_are_removed_by_id(chat: Chat) -> None:
    """Each of the ids named is taken out; one that is not there is named."""
    said = await remove(chat, "harbour-1 harbour-2 harbour-9")
    assert said.plain.splitlines() == [
        "Removed: Harbour report 1",
        "Removed: Harbour report 2",
        "Not there: harbour-9",
    ]
    assert articles(chat) == 3


async def test_articles_are_removed_by_address(chat: Chat, tmp_path: Path) -> None:
    """Any spelling of an article's address names it."""
    address = {"url": "https://www.gull.example/gale/"}
    chat.desk.coverage.index([write_article(tmp_path / "gale.jsonl", metadata=address)])
    said = await remove(chat, "http://gull.example/gale?utm_source=x")
    assert said.plain == "Removed: Gale"
    assert articles(chat) == 5


async def test_an_id_may_hold_spaces(chat: Chat, tmp_path: Path) -> None:
    """A line that is an id as it stands is one; others are words."""
    chat.desk.coverage.index([write_article(tmp_path / "gale.jsonl", _id="news/gale of May.txt")])
    said = await remove(chat, "news/gale of May.txt\nharbour-1 harbour-2")
    assert said.plain.count("Removed: ") == 3


async def test_words_of_an_article_name_none(chat: Chat) -> None:
    """What articles only say takes none of them out."""
    said = await remove(chat, "ships")
    assert said.plain == "Not there: ships"
    assert articles(chat) == 5


async def test_under_an_answer_its_articles_are_offered(chat: Chat) -> None:
    """A reply to an answer lists what that message quotes, and removes after a second question only."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    offered = await remove(chat, reply_to=answer.message)
    labels = [label for label, _ in buttons(offered)]
    assert len(labels) == 3
    assert labels[0].startswith("🗑 1. Harbour report ")
    title = labels[0].partition("🗑 1. ")[2]
    (doubt,) = await chat.press(offered, "🗑 1.", ADMIN)
    assert doubt.message_id == offered.message_id
    assert title in doubt.plain
    assert articles(chat) == 5
    (done,) = await chat.press(doubt, "Yes", ADMIN)
    assert done.plain.startswith(f"Removed: {title}\n")
    assert articles(chat) == 4
    assert len(buttons(done)) == 2


async def test_who_thinks_better_of_it_is_back_at_the_list(chat: Chat) -> None:
    """The answer no removes nothing, and shows the same list."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    offered = await remove(chat, reply_to=answer.message)
    (doubt,) = await chat.press(offered, "🗑 2.", ADMIN)
    (again,) = await chat.press(doubt, "No", ADMIN)
    assert buttons(again) == buttons(offered)
    assert articles(chat) == 5


async def test_removing_twice_removes_once(chat: Chat) -> None:
    """A second press on an old button is told that the article is gone, and takes no other."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    offered = await remove(chat, reply_to=answer.message)
    (doubt,) = await chat.press(offered, "🗑 1.", ADMIN)
    await chat.press(doubt, "Yes", ADMIN)
    await chat.press(doubt, "Yes", ADMIN)
    assert chat.toast.show_alert
    assert chat.toast.text == "That article is gone already."
    assert articles(chat) == 4


async def test_when_all_are_removed_that_is_said(chat: Chat) -> None:
    """The last of the list leaves no buttons."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    shown = await remove(chat, reply_to=answer.message)
    for _ in range(3):
        (doubt,) = await chat.press(shown, "🗑 1.", ADMIN)
        (shown,) = await chat.press(doubt, "Yes", ADMIN)
    assert shown.plain.endswith("None of its articles is left.")
    assert buttons(shown) == []
    assert articles(chat) == 2


async def test_nobody_else_removes(chat: Chat) -> None:
    """Another person's press, or command, takes nothing out."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    offered = await remove(chat, reply_to=answer.message)
    (label, data), *_ = buttons(offered)
    assert label.startswith("🗑")
    forged = f"{data}!"
    assert PRESSED.fullmatch(forged)
    assert await chat.feed(updates.callback_query(forged, offered.message, user_id=ANN)) == []
    assert chat.toast.text == "That is only for those who run this bot."
    (said,) = await chat.feed(updates.command("remove", "harbour-1", user_id=ANN))
    assert said.plain == "That is only for those who run this bot."
    assert articles(chat) == 5


@pytest.mark.parametrize("data", ["a:", "a:short:0", "a:AAAAAAAAAA:0", "a:AAAAAAAAAA:0:0!", "a:AAAAAAAAAA:x"])
async def test_a_stale_button_says_so(chat: Chat, data: str) -> None:
    """What is no longer kept, or never was, gets an alert."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    assert await chat.feed(updates.callback_query(data, answer.message, user_id=ADMIN)) == []
    assert chat.toast.show_alert


async def test_a_place_that_an_answer_has_not_is_gone(chat: Chat) -> None:
    """A forged place removes nothing."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    offered = await remove(chat, reply_to=answer.message)
    key = buttons(offered)[0][1].split(":")[1]
    await chat.feed(updates.callback_query(f"a:{key}:9:9!", offered.message, user_id=ADMIN))
    assert chat.toast.text == "That article is gone already."
    assert articles(chat) == 5


async def test_what_has_no_buttons_is_told_by_its_ids(chat: Chat) -> None:
    """Of another message that quotes, the articles' ids are told, to be sent back."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ADMIN))
    bare = {name: value for name, value in answer.message.items() if name != "reply_markup"}
    said = await remove(chat, reply_to=bare)
    ids = [line for line in said.plain.splitlines() if line.startswith("/remove harbour-")]
    assert len(ids) == 3
    gone = await remove(chat, ids[0].partition(" ")[2])
    assert gone.plain.startswith("Removed: Harbour report")


async def test_a_reply_to_what_quotes_nothing_is_told_so(chat: Chat) -> None:
    """A message without a quotation names no article."""
    (said,) = await chat.feed(updates.command("remove", user_id=ADMIN))
    assert said.plain.startswith("Reply with /remove to one of my answers")
    again = await remove(chat, reply_to=said.message)
    assert again.plain.startswith("I find no article in that.")


async def test_in_a_group_the_list_comes_where_the_answer_is(chat: Chat) -> None:
    """An admin may remove from a group, under whoever's answer."""
    (answer,) = await chat.feed(updates.mention(QUESTION, user_id=ANN))
    (offered,) = await chat.feed(updates.reply_to_bot("/remove", answer.message, user_id=ADMIN))
    assert offered.chat_id == updates.GROUP
    (doubt,) = await chat.press(offered, "🗑 1.", ADMIN)
    await chat.press(doubt, "Yes", ADMIN)
    assert articles(chat) == 4
