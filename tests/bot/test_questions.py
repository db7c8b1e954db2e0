from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from conversing import Chat, buttons
from desks import opened_desk, sharing
from harbour import QUESTION, write_articles
from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.telegram.buttons import Buttons
from bot.telegram.deep_links import question_payload, quotation_payload
from bot.telegram.follows import Follows
from bot.telegram.questions import Questions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.server import BotApi

    from index.coverage import Coverage

ANN, BO = 1001, 1002


api = pytest.fixture(sharing, scope="module")


@pytest.fixture
async def chat(coverage: Coverage, api: BotApi, tmp_path: Path) -> AsyncIterator[Chat]:
    """A chat with a bot that knows five reports on ships."""
    coverage.index([str(write_articles(tmp_path / "news"))])
    async with opened_desk(coverage, api) as (application, desk):
        questions, buttons = Questions(desk), Buttons(desk, Follows(desk))
        application.add_handler(CommandHandler("start", questions.started))
        application.add_handler(CommandHandler("help", questions.helped))
        application.add_handler(CallbackQueryHandler(buttons.pressed))
        application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, questions.changed))
        application.add_handler(MessageHandler(filters.TEXT, questions.asked))
        application.add_handler(MessageHandler(filters.ALL, questions.not_a_question))
        yield Chat(application, desk, api)


async def test_a_button_turns_the_message_that_it_is_under(chat: Chat) -> None:
    """By date, and back: the very message changes, and nothing new is sent."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    (dated,) = await chat.press(answer, "By date")
    assert (dated.method, dated.message_id) == ("editMessageText", answer.message_id)
    assert dated.plain != answer.plain
    (back,) = await chat.press(dated, "By relevance")
    assert back.plain == answer.plain


async def test_pressed_twice_does_the_same_twice(chat: Chat) -> None:
    """A button that is pressed again before the message has changed does no harm, and no error is told."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    (once,) = await chat.press(answer, "By date")
    assert await chat.press(answer, "By date") in ([], [once])


async def test_in_context_and_back(chat: Chat) -> None:
    """A passage opens where it stands in its article, and the way back leads to the answer."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    rows = answer.message["reply_markup"]["inline_keyboard"]
    (opened,) = await chat.press(answer, rows[0][0]["text"])
    assert "<blockquote>" in opened.text
    (back,) = await chat.press(opened, "◀ Back to the answer")
    assert back.plain == answer.plain


async def test_another_persons_buttons_do_nothing(chat: Chat) -> None:
    """In a group, the pages are turned by whoever asked; everybody may say whether the answer is good."""
    (answer,) = await chat.feed(updates.mention(QUESTION, user_id=ANN))
    assert await chat.press(answer, "By date", user_id=BO) == []
    assert "belong to whoever asked" in chat.toast.text
    assert await chat.press(answer, "👎", user_id=BO) == []
    assert chat.toast.text == "Noted, thank you."


async def test_a_vote_is_counted_once(chat: Chat) -> None:
    """A second press on the same thumb changes nothing; the other thumb changes the vote."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    for label, toast in (
        ("👍", "Noted, thank you."),
        ("👍", "That is noted already."),
        ("👎", "Noted, thank you."),
    ):
        await chat.press(answer, label)
        assert chat.toast.text == toast


@pytest.mark.parametrize("data", ["p:AAAAAAAAAA:r0", "c:AAAAAAAAAA:r09", "nonsense", "u:", "+:AAAAAAAAAA"])
async def test_a_stale_or_forged_button_says_so(chat: Chat, data: str) -> None:
    """What is no longer known, or never was, is answered kindly and does nothing."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    assert await chat.feed(updates.callback_query(data, answer.message)) == []
    assert chat.toast.text == "These buttons are too old. Please ask again."


async def test_a_button_carried_to_another_chat_does_nothing(chat: Chat) -> None:
    """An answer is turned only in the chat that it was given in."""
    (answer,) = await chat.feed(updates.private_message(QUESTION, user_id=ANN))
    (other,) = await chat.feed(updates.private_message(QUESTION, user_id=BO))
    data = answer.message["reply_markup"]["inline_keyboard"][-1][0]["callback_data"]
    assert await chat.feed(updates.callback_query(data, other.message, user_id=BO)) == []
    assert chat.toast.text == "These buttons are too old. Please ask again."


async def test_an_edited_question_is_answered_by_editing(chat: Chat) -> None:
    """The answer to a question that was changed stands where the old answer stood; its buttons work."""
    asked = updates.private_message("Who composed the opera about penguins?")
    (refusal,) = await chat.feed(asked)
    (edited,) = await chat.feed(updates.edited_message(asked, QUESTION))
    assert (edited.method, edited.message_id) == ("editMessageText", refusal.message_id)
    assert "ships waited" in edited.plain
    (dated,) = await chat.press(edited, "By date")
    assert dated.message_id == refusal.message_id


async def test_an_edit_that_changes_no_word_is_no_question(chat: Chat) -> None:
    """Telegram also tells of edits in which the words stay."""
    asked = updates.private_message(QUESTION)
    await chat.feed(asked)
    assert await chat.feed(updates.edited_message(asked, QUESTION)) == []


async def test_an_answer_of_two_messages_becomes_one(chat: Chat, tmp_path: Path) -> None:
    """Where the new answer is shorter than the old, what is left over of the old is deleted."""
    text = " ".join(f"Forty ships waited outside the harbour {'🙂' * 30}." for _ in range(40))
    for number in range(4):
        (tmp_path / f"long{number}.txt").write_text(text.replace("Forty", f"Forty{number}"), encoding="utf-8")
    chat.desk.coverage.index([str(tmp_path)])
    asked = updates.private_message("Forty0 Forty1 Forty2 ships waited outside the harbour 🙂")
    before = await chat.feed(asked)
    assert len(before) > 1
    after = await chat.feed(updates.edited_message(asked, "Who composed the opera about penguins?"))
    assert [sent.message_id for sent in after] == [before[0].message_id]
    deleted = [call.params["message_id"] for call in chat.api.calls if call.method == "deleteMessage"]
    assert [int(each) for each in deleted[-len(before) + 1 :]] == [sent.message_id for sent in before[1:]]


async def test_a_link_asks_or_opens(chat: Chat) -> None:
    """The link to the bot asks a question, opens a quotation in its context, or only says what this is."""
    (asked,) = await chat.feed(updates.command("start", question_payload(QUESTION) or ""))
    assert "ships waited" in asked.plain
    key = asked.message["reply_markup"]["inline_keyboard"][0][0]["callback_data"].split(":")[1]
    (opened,) = await chat.feed(updates.command("start", quotation_payload(key, 0), user_id=BO))
    assert "<blockquote>" in opened.text
    assert "reply_markup" not in opened.message
    for payload in ("", "nonsense"):
        (greeting,) = await chat.feed(updates.command("start", payload))
        assert greeting.plain.startswith("I answer questions")
    for payload in (quotation_payload("AAAAAAAAAA", 0), quotation_payload(key, 99)):
        gone, greeting = await chat.feed(updates.command("start", payload))
        assert gone.plain == "That quotation is no longer kept."
        assert greeting.plain.startswith("I answer questions")


async def test_an_article_without_address_is_opened_by_its_title(chat: Chat) -> None:
    """Where there is no page to link to, the title opens the passage in its context, in the chat."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    links = [entity["url"] for entity in answer.entities if entity["type"] == "text_link"]
    assert links
    assert all(link.startswith("https://t.me/dateline_bot?start=c_") for link in links)
    payload = links[0].partition("start=")[2]
    (opened,) = await chat.feed(updates.command("start", payload, user_id=BO))
    assert "<blockquote>" in opened.text


async def test_a_quotation_that_is_not_the_articles_is_withheld(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where what would be sent differs from the stored article it is not sent, and an error is logged."""
    stored = chat.desk.coverage.texts
    monkeypatch.setattr(
        chat.desk.coverage,
        "texts",
        lambda ids: {each: text.replace("Forty", "Fifty") for each, text in stored(ids).items()},
    )
    with caplog.at_level(logging.ERROR):
        (answer,) = await chat.feed(updates.private_message(QUESTION))
    assert "ships waited" not in answer.plain.partition("Searched:")[0]
    assert answer.plain.startswith("What was found has just changed. Please ask again.")
    assert "a quotation was not sent" in caplog.text


async def test_everybody_reads_their_own_language(chat: Chat) -> None:
    """The interface is in the language of the person's Telegram, or the one that they chose."""
    (refusal,) = await chat.feed(updates.private_message("Who sings?", user_id=31, language_code="uk"))
    assert "The coverage does not answer" not in refusal.plain
    chat.desk.memory.people.change(31, language="en")
    (chosen,) = await chat.feed(updates.private_message("Who sings?", user_id=31, language_code="uk"))
    assert chosen.plain.startswith("The coverage does not answer that.")


async def test_follow_ups_keep_apart(chat: Chat) -> None:
    """A follow-up leans on what the same person asked in the same chat and topic, and on nothing else."""
    await chat.feed(updates.group_message(f"@dateline_bot {QUESTION}", thread_id=5))
    (here,) = await chat.feed(updates.group_message("@dateline_bot why?", thread_id=5))
    (there,) = await chat.feed(updates.group_message("@dateline_bot why?", thread_id=6))
    assert f"Searched: {QUESTION} why?" in here.plain
    assert "Searched: why?" in there.plain
    assert here.message["message_thread_id"] == 5
    assert there.message["message_thread_id"] == 6


async def test_who_asks_too_much_is_told_once(coverage: Coverage, api: BotApi, tmp_path: Path) -> None:
    """Beyond the limit one polite word, then silence until the minute is over."""
    coverage.index([str(write_articles(tmp_path / "news"))])
    async with opened_desk(coverage, api, DATELINE_PERSON_LIMIT=2) as (application, desk):
        application.add_handler(MessageHandler(filters.TEXT, Questions(desk).asked))
        chat = Chat(application, desk, api)
        got = [len(await chat.feed(updates.private_message(QUESTION, user_id=77))) for _ in range(5)]
        assert got == [1, 1, 1, 0, 0]
        assert "ask again in a minute" in api.sent[-1].plain


async def test_strangers_are_told_how_to_be_let_in(coverage: Coverage, api: BotApi) -> None:
    """A closed bot tells a stranger which number to pass on, and answers nothing."""
    async with opened_desk(coverage, api, DATELINE_CHATS="5,-6") as (application, desk):
        application.add_handler(MessageHandler(filters.TEXT, Questions(desk).asked))
        chat = Chat(application, desk, api)
        (told,) = await chat.feed(updates.private_message(QUESTION, user_id=78))
        assert "78" in told.plain
        assert await chat.feed(updates.group_message("hello")) == []
        (group,) = await chat.feed(updates.mention(QUESTION, chat_id=-1007))
        assert "-1007" in group.plain
        (listed,) = await chat.feed(updates.mention(QUESTION, chat_id=-6, user_id=78))
        assert "There is no coverage yet." in listed.plain


async def test_a_plug_pulled_between_sending_and_noting(chat: Chat) -> None:
    """Buttons under an answer of which only its sending was still done work all the same."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    key = answer.message["reply_markup"]["inline_keyboard"][0][0]["callback_data"].split(":")[1]
    chat.desk.memory.answers.place(key, ())
    (dated,) = await chat.press(answer, "By date")
    assert dated.message_id == answer.message_id


async def test_a_deleted_answer_is_given_anew(chat: Chat) -> None:
    """Where the answer was deleted meanwhile, the changed question gets a new message."""
    asked = updates.private_message("Who composed the opera about penguins?")
    (refusal,) = await chat.feed(asked)
    await chat.application.bot.delete_message(refusal.chat_id, refusal.message_id)
    (answer,) = await chat.feed(updates.edited_message(asked, QUESTION))
    assert answer.method == "sendMessage"
    assert "ships waited" in answer.plain


async def test_a_complaint_is_turned_into_an_answer_and_back(chat: Chat) -> None:
    """What was no question and is edited into one is answered in the same place; and the other way round."""
    asked = updates.private_message("🙂")
    (complaint,) = await chat.feed(asked)
    assert complaint.plain.startswith("There are no words in that")
    for words, expected in (
        (QUESTION, "ships waited"),
        ("???", "There are no words"),
        (QUESTION, "ships waited"),
    ):
        (edited,) = await chat.feed(updates.edited_message(asked, words))
        assert edited.message_id == complaint.message_id
        assert expected in edited.plain
    assert chat.desk.memory.figures.since(datetime.min.replace(tzinfo=UTC)).refused == 0


async def test_a_press_that_comes_late_is_done(chat: Chat) -> None:
    """What was pressed while the bot was down is done when it is back, though nobody can answer the press."""
    (answer,) = await chat.feed(updates.private_message(QUESTION))
    data = next(data for text, data in buttons(answer) if text == "By date")
    press = updates.callback_query(data, answer.message)
    chat.api.push(press)
    chat.api.expire_queries()
    update = Update.de_json({**press, "update_id": 1}, chat.application.bot)
    await chat.application.process_update(update)
    assert chat.api.sent[-1].method == "editMessageText"
    assert chat.api.sent[-1].plain != answer.plain


async def test_a_press_under_another_message_does_nothing(chat: Chat) -> None:
    """Nobody turns a message into an answer whose buttons it never had."""
    (first,) = await chat.feed(updates.mention(QUESTION, user_id=ANN))
    (second,) = await chat.feed(updates.mention(QUESTION, user_id=BO))
    data = next(data for text, data in buttons(second) if text == "By date")
    assert await chat.feed(updates.callback_query(data, first.message, user_id=BO)) == []
    assert chat.toast.text == "These buttons are too old. Please ask again."


async def test_quotations_of_ours_are_no_questions(chat: Chat) -> None:
    """What somebody has put here through inline mode is not asked."""
    quoted = updates.altered(
        updates.private_message(QUESTION), {"via_bot": {"id": 42, "is_bot": True, "first_name": "Dateline"}}
    )
    assert await chat.feed(quoted) == []


async def test_tagged_under_a_question_the_bot_is_asked_it(chat: Chat) -> None:
    """In a group, its bare name as a reply to somebody's question asks that question."""
    asked = updates.group_message(QUESTION, user_id=ANN)
    chat.api.push(asked)
    (answer,) = await chat.feed(updates.group_message("@dateline_bot", user_id=BO, reply_to=asked["message"]))
    assert "ships waited" in answer.plain
