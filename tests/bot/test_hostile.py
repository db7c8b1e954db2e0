from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from bot_api.server import BotApi
from conversing import Chat
from desks import opened_desk
from hostile import hostile_question, write_hostile_articles
from quoted import misquoted
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from bot.telegram.buttons import Buttons
from bot.telegram.follows import Follows
from bot.telegram.questions import Questions

if TYPE_CHECKING:
    from pathlib import Path

    from index.coverage import Coverage


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_is_refused_and_nothing_misquoted(
    coverage: Coverage, tmp_path: Path, seed: int
) -> None:
    """Whatever stands in articles and questions, Telegram takes every message, and quotations are exact."""
    random = Random(seed)  # noqa: S311 - no secret
    write_hostile_articles(tmp_path / "news.jsonl", random, 60)
    coverage.index([str(tmp_path / "news.jsonl")])
    with BotApi() as api:
        async with opened_desk(coverage, api) as (application, desk):
            application.add_handler(MessageHandler(filters.TEXT, Questions(desk).asked))
            application.add_handler(CallbackQueryHandler(Buttons(desk, Follows(desk)).pressed))
            chat = Chat(application, desk, api)
            for _ in range(25):
                sent = await chat.feed(updates.private_message(hostile_question(random)))
                assert sent
                for label in ("In context", "1 in context", "By date", "More passages ▶"):
                    await chat.press_if_there(sent[-1], label)
            assert api.refusals == ()
            assert misquoted(api.sent, desk) == []
