from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from conversing import Chat
from desks import opened_desk, sharing
from harbour import QUESTION, write_articles
from hostile import hostile_question, write_hostile_articles
from telegram import Update
from telegram.ext import InlineQueryHandler

from bot.citations import citation
from bot.conversation import Reply
from bot.languages.words import ENGLISH
from bot.quoting import quotations
from bot.replies import format_html
from bot.telegram.deep_links import read_payload
from bot.telegram.inline import OFFERED, Inline

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.records import InlineAnswer
    from bot_api.server import BotApi

    from index.coverage import Coverage


api = pytest.fixture(sharing, scope="module")


@pytest.fixture
async def chat(coverage: Coverage, api: BotApi, tmp_path: Path) -> AsyncIterator[Chat]:
    """A bot that knows twelve reports on ships, asked from any chat."""
    coverage.index([str(write_articles(tmp_path / "news", 12))])
    async with opened_desk(coverage, api) as (application, desk):
        application.add_handler(InlineQueryHandler(Inline(desk).asked))
        yield Chat(application, desk, api)


async def asked(chat: Chat, question: str, **whose: Any) -> InlineAnswer:
    """The answer to an inline query; nothing is sent for it."""
    before = len(chat.api.inline_answers)
    assert await chat.feed(updates.inline_query(question, **whose)) == []
    (answer,) = chat.api.inline_answers[before:]
    return answer


async def test_quotations_are_offered_as_the_chat_would_show_them(chat: Chat) -> None:
    """Each is the passage with its citation; what is shown of it is its title and answering sentence."""
    answer = await asked(chat, QUESTION)
    found = [hit for hit in chat.desk.coverage.ask(QUESTION, count=OFFERED).hits if hit.answers]
    assert 1 < len(found) == len(answer.results) <= OFFERED
    for hit, result in zip(found, answer.results, strict=True):
        assert [result.text] == format_html(Reply((hit,)), 4096)
        assert quotations(result.text) == [hit.passage.text]
        assert result.title == hit.article.title
        lit = hit.article.text[slice(*hit.highlights[0])]
        assert result.description == f"{citation(hit, ENGLISH)[0]}: {lit}"
        assert result.given["input_message_content"]["link_preview_options"] == {"is_disabled": True}
    assert answer.button is None


async def test_an_answer_is_kept_shortly_and_for_one_person(chat: Chat) -> None:
    """The coverage changes, and the next one who types the same may read another language."""
    answer = await asked(chat, QUESTION)
    assert (answer.cache_time, answer.is_personal, answer.next_offset) == (30, True, "")
    ukrainian = await asked(chat, QUESTION, language_code="uk")
    assert "січня" in ukrainian.results[0].plain
    assert "January" in answer.results[0].plain


async def test_what_is_not_answered_offers_nothing(chat: Chat) -> None:
    """Never the nearest; the button leads to the chat, where the question is asked."""
    answer = await asked(chat, "Who composed the opera?")
    assert answer.results == ()
    assert answer.button is not None
    assert answer.button["text"] == "The coverage does not answer that"
    assert read_payload(answer.button["start_parameter"]) == "Who composed the opera?"


async def test_a_long_question_does_not_fit_into_the_button(chat: Chat) -> None:
    """Then the button only opens the chat."""
    answer = await asked(chat, "Who composed the opera about penguins " + "and seals " * 20)
    assert answer.results == ()
    assert answer.button == {"text": "The coverage does not answer that", "start_parameter": "inline"}


@pytest.mark.parametrize("question", ["", "   ", "?!", "…"])
async def test_before_there_is_a_question_there_is_only_the_button(chat: Chat, question: str) -> None:
    """Whoever has typed nothing yet, or no word, is told what to type."""
    answer = await asked(chat, question)
    assert answer.results == ()
    assert answer.button == {"text": "Type a question about the news", "start_parameter": "inline"}


async def test_a_query_that_has_run_out_does_no_harm(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever types on has left the query behind; that is no error."""
    before = chat.api.inline_answers
    update = updates.inline_query(QUESTION)
    number = chat.api.push(update)
    chat.api.expire_queries()
    read = Update.de_json({**update, "update_id": number}, chat.application.bot)
    await chat.application.process_update(read)
    assert chat.api.refusals[-1].method == "answerInlineQuery"
    assert chat.api.inline_answers == before
    assert caplog.records == []


async def test_an_error_is_an_empty_answer(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and kept for nobody."""
    chat.desk.coverage._encoder.name = "other"  # type: ignore[misc]
    answer = await asked(chat, QUESTION)
    assert (answer.results, answer.button, answer.cache_time) == ((), None, 0)
    assert "made with the model" in caplog.text


async def test_strangers_and_the_hasty_get_an_empty_answer(coverage: Coverage, api: BotApi) -> None:
    """Nothing waits for them, and nothing is said in a chat that the bot does not see."""
    async with opened_desk(coverage, api, DATELINE_CHATS="5", DATELINE_PERSON_LIMIT=1) as (application, desk):
        application.add_handler(InlineQueryHandler(Inline(desk).asked))
        chat = Chat(application, desk, api)
        stranger = await asked(chat, QUESTION, user_id=6)
        welcome = await asked(chat, QUESTION, user_id=5)
        hasty = await asked(chat, QUESTION, user_id=5)
    assert (stranger.results, stranger.button, stranger.is_personal) == ((), None, True)
    assert welcome.button is not None
    assert (hasty.results, hasty.button, hasty.is_personal) == ((), None, True)


async def test_a_quotation_that_is_not_the_articles_is_not_offered(chat: Chat) -> None:
    """What has changed between the search and the answer is left out."""
    coverage = chat.desk.coverage
    found = coverage.ask(QUESTION, count=OFFERED).hits
    texts = coverage.texts
    try:
        coverage.texts = lambda ids: texts(set(ids) - {found[0].article.id})  # type: ignore[method-assign]
        answer = await asked(chat, QUESTION)
    finally:
        coverage.texts = texts  # type: ignore[method-assign]
    assert found[0].article.title not in {result.title for result in answer.results}
    assert len(answer.results) > 0


async def test_a_passage_too_long_for_a_message_is_offered_by_its_sentence(
    chat: Chat, tmp_path: Path
) -> None:
    """Its citation must stand under it in the same message."""
    text = "Penguins composed an opera. " + "🙂" * 1960
    told = {"_id": "opera", "title": "<Opera> " * 20, "text": text, "metadata": {"correction": "🙂" * 300}}
    (tmp_path / "opera.jsonl").write_text(json.dumps(told), encoding="utf-8")
    chat.desk.coverage.index([str(tmp_path / "opera.jsonl")])
    answer = await asked(chat, "penguins composed opera")
    assert [quotations(result.text) for result in answer.results] == [["Penguins composed an opera."]]


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_hostile_is_refused(chat: Chat, tmp_path: Path, seed: int) -> None:
    """Whatever stands in articles and questions, Telegram takes every answer."""
    random = Random(seed)  # noqa: S311 - no secret
    write_hostile_articles(tmp_path / "hostile.jsonl", random, 40)
    chat.desk.coverage.index([str(tmp_path / "hostile.jsonl")])
    before = len(chat.api.refusals)
    offered = 0
    for _ in range(25):
        offered += len((await asked(chat, hostile_question(random)[:256])).results)
    assert offered > 0
    assert chat.api.refusals[before:] == ()
