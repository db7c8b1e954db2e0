from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from desks import knowing_admin
from harbour import QUESTION, write_articles
from living import called, living, until

from bot.telegram import errors
from bot.telegram import pace as paces

if TYPE_CHECKING:
    from pathlib import Path

    from bot_api.server import BotApi

    from index.coverage import Coverage

api = pytest.fixture(knowing_admin)


async def test_stop_waits_for_no_later_try(
    coverage: Coverage, api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question whose next try comes due while others are finished for a stop does not hold the stop up."""
    monkeypatch.setattr(paces, "AWAY", (0.01,))
    monkeypatch.setattr(errors, "FIRST_TRY", 1.0)
    coverage.index([str(write_articles(tmp_path / "harbour", 1))])
    api.add_chat(100)
    async with living(coverage, api):
        api.fail("sendMessage", 1, "hang before", seconds=3)
        api.push(updates.private_message(QUESTION, user_id=100))
        await until(api, lambda: called(api, "sendMessage") == 1)
        api.fail("sendMessage", 2, "drop before")
        api.push(updates.private_message(QUESTION))
        await until(api, lambda: called(api, "sendMessage") == 3)
        await asyncio.sleep(0.3)
    assert [sent.chat_id for sent in api.sent] == [100]
