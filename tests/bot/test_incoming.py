from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from bot_api.server import TOKEN, BotApi
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.telegram.incoming import Polled, is_numbered, person_in, read_update
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

GARBAGE: list[dict[str, Any]] = [
    {"message": "words"},
    {"message": {}},
    {"message": {"message_id": 1, "date": "now", "chat": {"id": 7, "type": "private"}}},
    {"message": {"message_id": 1, "date": 10**30, "chat": {"id": 7, "type": "private"}}},
    {"message": [1, 2]},
    {"callback_query": 3},
    {"inline_query": {"id": "1"}},
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


class Counted:
    """What the guard has told of, and where it records what it lets pass: at first there is room."""

    def __init__(self) -> None:
        self.unreadable = self.refused = 0
        self.taken: list[int] = []
        self.full_disk = False
        self.free = asyncio.Event()
        self.free.set()

    async def room(self) -> None:
        """Wait until there is some."""
        await self.free.wait()

    async def take(self, told: Sequence[dict[str, Any]]) -> list[bool]:
        """Record each number once."""
        if self.full_disk:
            raise StoreError("no room on the disk")
        fresh = []
        for each in told:
            fresh.append(each["update_id"] not in self.taken)
            self.taken.append(each["update_id"])
        return fresh

    def count_unreadable(self) -> None:
        """An update was passed over."""
        self.unreadable += 1

    def count_refused(self) -> None:
        """The token was refused."""
        self.refused += 1


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API."""
    with BotApi() as opened:
        yield opened


@pytest.fixture
def told() -> Counted:
    """What the guard tells."""
    return Counted()


@pytest.fixture
async def bot(api: BotApi, told: Counted) -> AsyncIterator[ExtBot[None]]:
    """A bot that polls behind the guard."""
    polled = Polled(told, told.count_unreadable, told.count_refused)
    made: ExtBot[None] = ExtBot(TOKEN, base_url=f"{api.base_url}/bot", get_updates_request=polled)
    async with made:
        yield made


async def test_what_cannot_be_parsed_is_passed_over(
    api: BotApi, bot: ExtBot[None], told: Counted, caplog: pytest.LogCaptureFixture
) -> None:
    """Between updates that nobody can parse the others are read, and each number is there to be confirmed."""
    numbers = [api.push(each) for each in GARBAGE]
    numbers.append(api.push(updates.private_message("Who won?")))
    read = await bot.get_updates()
    assert [each.update_id for each in read] == numbers
    assert [each.message is not None for each in read] == [False] * len(GARBAGE) + [True]
    assert told.unreadable == len(GARBAGE)
    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == len(GARBAGE)
    assert str(numbers[0]) in errors[0]
    assert "words" not in caplog.text


async def test_good_updates_are_left_as_they_are(api: BotApi, bot: ExtBot[None]) -> None:
    """What can be read reaches the bot whole, of whatever kind it is."""
    message = updates.private_message("Who won? 🙂 Хто виграв?")
    api.push(message)
    api.push(updates.callback_query("m:key", message["message"]))
    asked, pressed = await bot.get_updates()
    assert asked.message is not None
    assert asked.message.text == "Who won? 🙂 Хто виграв?"
    assert pressed.callback_query is not None
    assert pressed.callback_query.get_bot() is bot


async def test_refused_token_is_told(api: BotApi) -> None:
    """When Telegram no longer knows the token, the guard says so."""
    told = Counted()
    polled = Polled(told, told.count_unreadable, told.count_refused)
    bot: ExtBot[None] = ExtBot("42:revoked", base_url=f"{api.base_url}/bot", get_updates_request=polled)
    async with polled:
        with pytest.raises(InvalidToken):
            await bot.get_updates()
    assert told.refused == 1


async def test_gateway_page_is_a_passing_error(api: BotApi, bot: ExtBot[None], told: Counted) -> None:
    """A page that is no answer at all is left to the library, which tries again."""
    api.fail("getUpdates", kind="502 html")
    with pytest.raises(TelegramError):
        await bot.get_updates()
    assert await bot.get_updates() == ()
    assert (told.unreadable, told.refused) == (0, 0)


async def test_updates_without_numbers_are_an_error_to_wait_after() -> None:
    """What can never be confirmed must not be asked for again at once."""
    polled = Polled(Counted(), lambda: None, lambda: None)
    with pytest.raises(NetworkError, match="without numbers"):
        await polled._mend(
            json.dumps({"ok": True, "result": [{"message": {}}, "?", {"update_id": True}]}).encode()
        )


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["message", "callback_query", "inline_query", "x"]), json_values))
def test_anything_is_read_or_passed_over(told: dict[str, Any]) -> None:
    """Whatever stands in an update, reading it raises nothing."""
    update = read_update({**told, "update_id": 7})
    assert update is None or update.update_id == 7


@pytest.mark.parametrize(
    ("told", "numbered"),
    [
        ({"update_id": 7}, True),
        ({"update_id": "7"}, False),
        ({"update_id": True}, False),
        ({"update_id": -7}, False),
        ({"update_id": 1 << 70}, False),
        ({}, False),
        ([], False),
    ],
)
def test_update_is_known_by_its_number(told: object, *, numbered: bool) -> None:
    """Only an object with a number is taken for an update."""
    assert is_numbered(told) is numbered


@pytest.mark.parametrize("wrong", [[], {}, "7", 1.5, 1 << 70])
@pytest.mark.parametrize("who", ["chat", "from"])
def test_update_that_does_not_tell_who_by_numbers_is_passed_over(who: str, wrong: object) -> None:
    """The library believes any type; what orders and records updates by these numbers would end on it."""
    update = updates.private_message("Who won?")
    assert read_update({**update, "update_id": 7}) is not None
    update["message"][who]["id"] = wrong
    assert read_update({**update, "update_id": 7}) is None


def test_update_with_a_language_that_is_no_text_is_passed_over() -> None:
    """A person's language is looked up wherever they are written to."""
    update = updates.private_message("Who won?")
    update["message"]["from"]["language_code"] = ["en"]
    assert read_update({**update, "update_id": 7}) is None


async def test_what_was_taken_before_is_only_confirmed(api: BotApi, bot: ExtBot[None], told: Counted) -> None:
    """An update that Telegram hands over again is empty for the library, and its number is confirmed."""
    message = updates.private_message("Who won?")
    number = api.push(message)
    await bot.get_updates()
    second = api.push(updates.private_message("Who lost?"))
    again = await bot.get_updates()
    assert [each.update_id for each in again] == [number, second]
    assert [each.message is not None for each in again] == [False, True]
    assert told.taken == [number, number, second]


async def test_what_cannot_be_recorded_stays_with_telegram(
    api: BotApi, bot: ExtBot[None], told: Counted
) -> None:
    """While updates cannot be recorded the poll fails for now, and brings them when they can."""
    number = api.push(updates.private_message("Who won?"))
    told.full_disk = True
    with pytest.raises(NetworkError, match="cannot be recorded, so they are asked for again: no room"):
        await bot.get_updates()
    told.full_disk = False
    (update,) = await bot.get_updates()
    assert update.update_id == number
    assert update.message is not None


async def test_no_more_is_asked_for_than_can_be_taken(api: BotApi, bot: ExtBot[None], told: Counted) -> None:
    """While there is no room Telegram is not asked, and keeps what there is."""
    api.push(updates.private_message("Who won?"))
    told.free.clear()
    polling = asyncio.create_task(bot.get_updates())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(polling), 0.2)
    assert not [call for call in api.calls if call.method == "getUpdates"]
    told.free.set()
    assert len(await polling) == 1


@pytest.mark.parametrize(
    ("told", "person"),
    [
        (updates.private_message("Who won?", user_id=71), 71),
        (updates.callback_query("m:key", updates.private_message("Who won?")["message"], user_id=72), 72),
        (updates.inline_query("Who won?", user_id=73), 73),
        ({"message": {"chat": {"id": 7}}}, None),
        ({"message": {"from": {"id": "7"}}}, None),
        ({"message": {"from": {"id": 1 << 70}}}, None),
        ({"message": "words"}, None),
    ],
)
def test_sender_is_known(told: dict[str, Any], person: int | None) -> None:
    """Who sent an update is read out of whatever kind it is, where that can be read."""
    assert person_in({"update_id": 7, **told}) == person
