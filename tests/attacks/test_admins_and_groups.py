"""Strangers who pose as somebody else: in groups, in the name of a channel, in forwards, in others' words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from attacks.standing import ANN, BO, GUESSED, Bot, errors_in, standing
from bot_api import updates
from desks import ADMIN

from bot.telegram.deep_links import quotation_payload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.updates import Update

ORDERS = ("/remove harbour-1", "/add https://gull.example/feed", "/stats")
FOR_ADMINS = "That is only for those who run this bot."
CHANNEL = {"id": -1_002_000_000_000, "type": "channel", "title": "City News"}
OTHER_BOT = {"id": 77, "is_bot": True, "first_name": "Gif", "username": "gif_bot"}
SOMEBODY = {"id": ADMIN, "is_bot": False, "first_name": "Ada"}
# One bot for all tries, since none of them may change it.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """The whole bot, which has answered Ann."""
    async with standing(tmp_path_factory.mktemp("bot")) as opened:
        yield opened


async def said_to(bot: Bot, caplog: pytest.LogCaptureFixture, update: Update) -> list[str]:
    """What is said to an update that must change nothing and be no error."""
    before = bot.state()
    with caplog.at_level(logging.INFO):
        sent = await bot.feed(update)
    assert errors_in(caplog) == []
    assert bot.state() == before
    return [each.plain for each in sent]


@pytest.mark.parametrize("order", ORDERS)
async def test_orders_in_private(bot: Bot, caplog: pytest.LogCaptureFixture, order: str) -> None:
    """A stranger gives an admin's command: it is not for them."""
    assert await said_to(bot, caplog, updates.private_message(order, user_id=BO)) == [FOR_ADMINS]


@pytest.mark.parametrize("order", ORDERS)
async def test_orders_in_a_group(bot: Bot, caplog: pytest.LogCaptureFixture, order: str) -> None:
    """A stranger gives an admin's command in a group: nothing happens, and nothing is said."""
    name, _, argument = order[1:].partition(" ")
    assert await said_to(bot, caplog, updates.group_command(name, argument, user_id=BO)) == []


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"sender_chat": CHANNEL, "from": {"id": 136_817_688, "is_bot": True}}, id="a channel"),
        pytest.param({"sender_chat": CHANNEL, "from": SOMEBODY}, id="a channel with an admin's number"),
        pytest.param(
            {
                "sender_chat": {"id": updates.GROUP, "type": "supergroup", "title": "Newsroom"},
                "from": {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"},
            },
            id="an anonymous admin of the group",
        ),
        pytest.param(
            {"from": {"id": BO, "first_name": str(ADMIN), "username": str(ADMIN)}}, id="a number as a name"
        ),
        pytest.param({"from": {"id": -ADMIN}}, id="a negative number"),
        pytest.param({"author_signature": str(ADMIN)}, id="a signature"),
        pytest.param({"from": None}, id="nobody"),
        pytest.param({"chat": {"id": ADMIN, "type": "group"}}, id="a group with an admin's number"),
    ],
)
@pytest.mark.parametrize("order", ORDERS)
async def test_orders_in_anothers_name(
    bot: Bot, caplog: pytest.LogCaptureFixture, changed: dict[str, Any], order: str
) -> None:
    """Somebody gives an admin's command in a group in the name of whom they are not."""
    name, _, argument = order[1:].partition(" ")
    update = updates.altered(updates.group_command(name, argument, user_id=BO), changed)
    assert await said_to(bot, caplog, update) == []


@pytest.mark.parametrize("order", ORDERS)
async def test_order_that_an_admin_forwards(bot: Bot, caplog: pytest.LogCaptureFixture, order: str) -> None:
    """An admin passes on what a stranger has commanded: it is no order of theirs."""
    # A forwarded link is brought on purpose, so the address here stands in no link.
    update = updates.forwarded(order.replace("https://", ""), user_id=ADMIN)
    said = await said_to(bot, caplog, update)
    assert not any(text.startswith(("Removed", "In the last")) for text in said)


@pytest.mark.parametrize("order", ORDERS)
async def test_order_that_another_bot_puts_in(bot: Bot, caplog: pytest.LogCaptureFixture, order: str) -> None:
    """Another bot's inline result, which an admin picks here, is worded as a command: it is not obeyed."""
    update = updates.altered(updates.private_message(order, user_id=ADMIN), {"via_bot": OTHER_BOT})
    assert not any(text.startswith(("Removed", "In the last")) for text in await said_to(bot, caplog, update))


@pytest.mark.parametrize("order", ORDERS)
async def test_order_by_an_edit(bot: Bot, caplog: pytest.LogCaptureFixture, order: str) -> None:
    """A message of an admin's, or a stranger's, that is changed into a command is none."""
    for person in (ADMIN, BO):
        update = updates.edited_message(updates.private_message("Hello?", user_id=person), order)
        assert await said_to(bot, caplog, update) == []


@pytest.mark.parametrize("order", ORDERS)
async def test_order_in_a_channel(bot: Bot, caplog: pytest.LogCaptureFixture, order: str) -> None:
    """A command that is posted in a channel, where nobody has a number, is none."""
    post = updates.private_message(order)["message"] | {"chat": CHANNEL, "sender_chat": CHANNEL}
    post.pop("from")
    assert await said_to(bot, caplog, {"channel_post": post}) == []


@pytest.mark.parametrize(
    "order", ["/Remove harbour-1", "/remove@other_bot harbour-1", "/remove\u200b harbour-1"]
)
async def test_order_in_other_letters(bot: Bot, caplog: pytest.LogCaptureFixture, order: str) -> None:
    """A stranger spells the command otherwise: that opens no other way to it."""
    said = await said_to(bot, caplog, updates.private_message(order, user_id=BO))
    assert not any(text.startswith("Removed") for text in said)


async def test_document_of_a_stranger(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger sends an article as a document: it is not fetched, kept or indexed."""
    update = updates.document("news.txt", b"A gale blew all night long.", "/add", user_id=BO)
    (said,) = await said_to(bot, caplog, update)
    assert said.startswith("I can read only text.")
    assert [call for call in bot.api.calls if call.method == "getFile"] == []


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"chat": {"id": updates.GROUP, "type": "supergroup"}}, id="in a group"),
        pytest.param({"sender_chat": CHANNEL}, id="in the name of a channel"),
        pytest.param({"via_bot": OTHER_BOT}, id="through another bot"),
    ],
)
async def test_document_that_no_admin_brings(
    bot: Bot, caplog: pytest.LogCaptureFixture, changed: dict[str, Any]
) -> None:
    """A document with an admin's number that comes in a group, from a channel or another bot is not taken."""
    update = updates.document("news.txt", b"A gale blew all night long.", user_id=ADMIN)
    await said_to(bot, caplog, updates.altered(update, changed))
    assert [call for call in bot.api.calls if call.method == "getFile"] == []


async def test_document_by_an_edit(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A message that is changed into a document brings none."""
    message = updates.document("news.txt", b"A gale blew all night long.", user_id=ADMIN)["message"]
    assert await said_to(bot, caplog, {"edited_message": message | {"edit_date": message["date"]}}) == []
    assert [call for call in bot.api.calls if call.method == "getFile"] == []


async def test_forgetting_another(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger names Ann to /forget, or replies with it to her message: only what is theirs is deleted."""
    for update in (
        updates.command("forget", str(ANN), user_id=BO),
        updates.private_message("/forget", user_id=BO, reply_to=bot.answer.message),
        updates.altered(updates.group_command("forget"), {"from": {"id": BO}, "sender_chat": CHANNEL}),
    ):
        await said_to(bot, caplog, update)


@pytest.mark.parametrize("name", ["settings", "following", "privacy", "stats"])
async def test_looking_into_anothers(bot: Bot, caplog: pytest.LogCaptureFixture, name: str) -> None:
    """A stranger names Ann to a command that tells of a person: nothing of hers is told."""
    for said in await said_to(bot, caplog, updates.command(name, str(ANN), user_id=BO)):
        assert "How many ships waited?" not in said


@pytest.mark.parametrize(
    "payload",
    [
        *(
            quotation_payload(GUESSED, 0),
            f"c_{GUESSED}_99",
            "c_../../etc_0",
            "c_AAAAAAAAA\u0661_0",
            "c_" + "A" * 60,
        ),
        *(
            "q_",
            "q_" + "_" * 60,
            "q_4pyT",
            "q_/w==",
            "q_\u0661",
            "inline",
            "-1",
            "'--",
            "\x00",
            "c_AAAAAAAAAA_\u0661",
        ),
    ],
    ids=repr,
)
async def test_links_with_guessed_keys(bot: Bot, caplog: pytest.LogCaptureFixture, payload: str) -> None:
    """A link that nobody was given opens nobody's quotation, and is answered kindly."""
    before = len(bot.api.refusals)
    sent = await bot.feed(updates.command("start", payload, user_id=BO))
    assert errors_in(caplog) == []
    assert sent
    assert not any("<blockquote" in each.text for each in sent if "q_" not in payload)
    assert len(bot.api.refusals) == before


async def test_link_with_a_place_beyond(bot: Bot) -> None:
    """A link with a key that is good and a place that is not opens nothing."""
    sent = await bot.feed(updates.command("start", quotation_payload(bot.key, 99), user_id=BO))
    assert sent[0].plain == "That quotation is no longer kept."


async def test_stranger_where_the_bot_is_closed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where only Ann may ask, a stranger gets no quotation by any way in, and is told so once."""
    async with standing(tmp_path, DATELINE_CHATS=str(ANN)) as bot:
        before = bot.state()
        said: list[str] = []
        for text in (
            "How many ships waited?",
            "/latest",
            "/timeline ships",
            "/sources",
            "/follow ships",
            "/start q_c2hpcHM",
        ):
            said += [each.plain for each in await bot.feed(updates.private_message(text, user_id=BO))]
            said += [each.plain for each in await bot.feed(updates.mention(text, user_id=BO))]
        await bot.feed(updates.inline_query("How many ships waited?", user_id=BO))
        await bot.feed(
            updates.edited_message(updates.private_message("x", user_id=BO), "How many ships waited?")
        )
        await bot.feed(updates.callback_query(f"p:{bot.key}:r1", bot.answer.message, user_id=BO))
        assert all("only people and groups that it knows" in text for text in said)
        assert len(said) == 2
        assert bot.api.inline_answers[-1].results == ()
        assert bot.state() == before
    assert errors_in(caplog) == []
