"""Presses that no button of ours was pressed for: they change nothing, show nothing, and are told so."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from attacks.standing import ANN, BO, GUESSED, Bot, carried, errors_in, standing
from bot_api import updates
from desks import ADMIN
from harbour import QUESTION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.records import Sent

KINDS = ("p", "c", "w", "f", "+", "-")
# One bot for all tries, since none of them may change it.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """The whole bot, which has answered Ann."""
    async with standing(tmp_path_factory.mktemp("bot")) as opened:
        yield opened


async def pressed(bot: Bot, data: str, message: dict[str, Any], person: int = BO) -> list[Sent]:
    """What is sent for a press with this data."""
    return await bot.feed(updates.callback_query(data, message, user_id=person))


async def turned_away(bot: Bot, caplog: pytest.LogCaptureFixture, *tries: tuple[str, Any, int]) -> None:
    """Assert that presses get an alert and nothing else, and that none of them is an error of ours."""
    before = bot.state()
    with caplog.at_level(logging.INFO):
        for data, message, person in tries:
            answers = len(bot.api.callback_answers)
            assert await pressed(bot, data, message, person) == [], data
            assert len(bot.api.callback_answers) == answers + 1, data
            assert bot.toast.show_alert, data
    assert errors_in(caplog) == []
    assert bot.state() == before


async def test_guessed_keys(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger guesses keys for buttons of every kind: none is one."""
    tries = [f"{kind}:{GUESSED}{rest}" for kind in KINDS for rest in ("", ":r0", ":d1", ":r00")]
    tries += [f"a:{GUESSED}:0", f"a:{GUESSED}:0:0!", f"a:{GUESSED}:0123456789:9!"]
    message = (await bot.feed(updates.private_message(QUESTION, user_id=BO)))[0].message
    await turned_away(bot, caplog, *[(data, message, BO) for data in tries])
    assert await pressed(bot, f"u:{GUESSED}", message) == []


async def test_anothers_keys_under_ones_own_message(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger presses with the key of Ann's answer under a message of their own: nothing is shown."""
    (own,) = await bot.feed(updates.private_message(QUESTION, user_id=BO))
    tries = [f"{kind}:{bot.key}{rest}" for kind in KINDS for rest in ("", ":r1", ":r00")]
    await turned_away(bot, caplog, *[(data, own.message, BO) for data in tries])


async def test_anothers_message_made_up(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger's press claims to be under Ann's message in Ann's chat: it is nobody's but hers."""
    tries = [f"{kind}:{bot.key}{rest}" for kind in KINDS for rest in ("", ":r1", ":r00")]
    await turned_away(bot, caplog, *[(data, bot.answer.message, BO) for data in tries])


async def test_anothers_buttons_in_a_group(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """In a group somebody presses every button under Ann's answer: it stays as she sees it."""
    (answer,) = await bot.feed(updates.mention(QUESTION, user_id=ANN))
    tries = [(data, answer.message, BO) for _, data in carried(answer) if data[0] in "pcwf"]
    assert len(tries) >= 4
    await turned_away(bot, caplog, *tries)


async def test_ones_own_key_under_another_message(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A key that is good presses on a message of another answer: that one is not overwritten."""
    (other,) = await bot.feed(updates.private_message(QUESTION, user_id=ANN))
    tries = [f"{kind}:{bot.key}:r1" for kind in KINDS]
    await turned_away(bot, caplog, *[(data, other.message, ANN) for data in tries])


@pytest.mark.parametrize(
    "rest",
    [
        *(":r-1", ":r\u0663", ":r\uff11", ":r\u00b2", ":r999", ":x0", ":r0000", ":R0", ":r", ":", ":r0:0"),
        *(
            "\n",
            ":r0\n",
            ":r0 ",
            "\x00",
            ":r0\x00",
            ":r+1",
            ":r1e3",
            ":d\u0661\u0662",
            "; DROP TABLE answers",
        ),
    ],
)
async def test_wrong_places(bot: Bot, caplog: pytest.LogCaptureFixture, rest: str) -> None:
    """Ann's own key with a place that no button has: negative, huge, in other digits, with more behind it."""
    tries = [(f"{kind}:{bot.key}{rest}", bot.answer.message, ANN) for kind in "pc"]
    await turned_away(bot, caplog, *tries)


@pytest.mark.parametrize("kind", ["p", "c"])
async def test_places_beyond_the_last(bot: Bot, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    """A page or passage that the answer has not is no error, and Telegram refuses nothing."""
    refused = len(bot.api.refusals)
    with caplog.at_level(logging.INFO):
        for number in ("9", "99"):
            await pressed(bot, f"{kind}:{bot.key}:r{number}", bot.answer.message, ANN)
    assert errors_in(caplog) == []
    assert [call for call in bot.api.refusals[refused:] if "not modified" not in str(call)] == []


@pytest.mark.parametrize(
    "data",
    [
        "",
        "\x00" * 64,
        "🧨" * 16,
        "x" * 64,
        "p" * 10_000,
        "p:" + "A" * 60,
        "s:" + "9" * 62,
        f"s:{2**70}:l:en",
        "s:\u0661\u0660\u0660\u0661:l:en",
        "u:" + "A" * 62,
        "a:" + "A" * 62,
        "../../etc/passwd",
        "' OR 1=1 --",
        "%s%s%n{0}{data}",
        "p:\u202eAAAAAAAAA",
        "\ud800",
    ],
    ids=repr,
)
async def test_noise(bot: Bot, caplog: pytest.LogCaptureFixture, data: str) -> None:
    """What is no data of ours at all is an alert."""
    await turned_away(bot, caplog, (data, bot.answer.message, BO), (data, bot.answer.message, ADMIN))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"message": None}, id="without a message"),
        pytest.param({"message": None, "inline_message_id": "AAAA"}, id="under an inline message"),
        pytest.param({"data": None, "game_short_name": "dateline"}, id="a game"),
        pytest.param({"data": None}, id="without data"),
        pytest.param({"message": {"date": 0, "text": None, "reply_markup": None}}, id="inaccessible"),
        pytest.param({"message": {"chat": {"id": BO, "type": "private"}}}, id="said to be in one's own chat"),
        pytest.param({"message": {"message_id": 2**40}}, id="a message that is not there"),
    ],
)
async def test_messages_that_are_none(
    bot: Bot, caplog: pytest.LogCaptureFixture, changed: dict[str, Any]
) -> None:
    """A press under no message, or under one of which nothing can be known, turns nobody's answer."""
    before = bot.state()
    for data in (
        f"p:{bot.key}:r1",
        f"c:{bot.key}:r00",
        f"s:{ANN}:l:uk",
        f"u:{bot.follow}:{ANN}",
        f"a:{bot.key}:0:0!",
    ):
        update = updates.altered(updates.callback_query(data, bot.answer.message, user_id=BO), changed)
        assert await bot.feed(update) == []
    assert errors_in(caplog) == []
    assert bot.state() == before


@pytest.mark.parametrize("value", ["l:uk", "p:1", "n:y", "l:-"])
async def test_settings_of_another(bot: Bot, caplog: pytest.LogCaptureFixture, value: str) -> None:
    """A stranger's press names Ann's settings, under Ann's message and under their own."""
    (anns,) = await bot.feed(updates.command("settings", user_id=ANN))
    (own,) = await bot.feed(updates.command("settings", user_id=BO))
    tries = [(f"s:{ANN}:{value}", message, BO) for message in (anns.message, own.message, bot.answer.message)]
    await turned_away(bot, caplog, *tries)


async def test_follow_of_another(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger who knows the key of Ann's follow ends it neither as themselves nor in her name."""
    (own,) = await bot.feed(updates.private_message(QUESTION, user_id=BO))
    await turned_away(
        bot,
        caplog,
        *[
            (f"u:{bot.follow}{rest}", message, BO)
            for rest in ("", f":{ANN}", f":{ADMIN}")
            for message in (own.message, bot.answer.message)
        ],
    )


@pytest.mark.parametrize("rest", [":0", ":0:0", ":0:0!", ":0123456789:9!", ":0:1!"])
async def test_removing_by_a_stranger(bot: Bot, caplog: pytest.LogCaptureFixture, rest: str) -> None:
    """A stranger presses what removes an article, with the right key: that is for admins."""
    tries = [(f"a:{bot.key}{rest}", bot.answer.message, person) for person in (BO, ANN)]
    await turned_away(bot, caplog, *tries)


async def test_votes_from_elsewhere(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger votes on Ann's answer from a chat of their own: the vote is not counted."""
    (own,) = await bot.feed(updates.private_message(QUESTION, user_id=BO))
    await turned_away(bot, caplog, (f"+:{bot.key}", own.message, BO), (f"-:{bot.key}", own.message, BO))


async def test_presses_by_the_hundred(tmp_path: Path) -> None:
    """Who presses on and on is held back as who asks on and on, and each press still gets its answer."""
    async with standing(tmp_path, DATELINE_PERSON_LIMIT=20) as bot:
        for _ in range(30):
            await pressed(bot, f"+:{GUESSED}", bot.answer.message)
        assert len(bot.api.callback_answers) == 30
        assert "more than I can answer at once" in (bot.toast.text or "")
