from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from bot_api.updates import GROUP
from conversing import buttons
from desks import sharing
from newsroom import ANN, BO, FORTY, QUESTION, Newsroom, newcomer, opened_newsroom
from quoted import quoted
from remembered import make_follow

from bot.following import Follower
from bot.telegram import telling
from bot.telegram.delivery import LATER, Delivery
from bot.telegram.telling import Telling
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.faults import FaultKind
    from bot_api.server import BotApi
    from telegram.ext import CallbackContext

    from index.coverage import Coverage

FOLLOW = updates.command("follow", QUESTION)


# For one test, so that all that was refused and told is its own.
api = pytest.fixture(sharing)


chat = pytest.fixture(newcomer)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What did not arrive is sent again at once, nearly, and rounds follow one another."""
    monkeypatch.setattr(telling, "FIRST_TRY", 0.02)
    monkeypatch.setattr(telling, "AGAIN", 0.0)


@asynccontextmanager
async def going_on(chat: Newsroom, other: Telling | None = None) -> AsyncIterator[asyncio.Task[None]]:
    """The task that tells news, ended as the bot's stop ends it."""
    task = asyncio.create_task((other or chat.telling).go_on(chat.application))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_news_are_told_with_their_citation_once(chat: Newsroom, api: BotApi) -> None:
    """One line says what is followed; the quotation is the article's, with its source and a button."""
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY, url="https://gull.example/forty")
    (told,) = await chat.look()
    assert told.chat_id == ANN
    assert told.plain.startswith(f"New coverage answers what you follow: {QUESTION}\n\n")
    assert quoted(told) == [FORTY]
    assert told.plain.endswith("Report forty\nThe Gull · 11 January 2025")
    assert [label for label, _ in buttons(told)] == ["🔕 Stop following"]
    assert await chat.look() == []
    assert b"dateline_follows_told_total 1.0" in chat.desk.metrics.expose()
    assert api.refusals == ()


async def test_news_name_the_other_stories(chat: Newsroom) -> None:
    """One is quoted; of the others three are named with their source and day, and the rest is counted."""
    await chat.feed(FOLLOW)
    for number, counted in enumerate(["Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty"]):
        chat.publish(
            f"{number}", f"{counted} ships waited outside the harbour, pilot {counted}{number} said."
        )
    (told,) = await chat.look()
    assert len(quoted(told)) == 1
    foot = told.plain.partition("Other reports that answer it:\n")[2].splitlines()
    assert [line.startswith("• Report ") for line in foot] == [True, True, True, False]
    assert foot[0].endswith(" · The Gull · 11 January 2025")
    assert foot[3] == "and 2 more; ask to see them"
    assert await chat.look() == []


@pytest.mark.parametrize("letter", ["a", "ї", "🏳", "<", "&\u202e"])
async def test_the_longest_news_are_sent(chat: Newsroom, api: BotApi, letter: str) -> None:
    """Whatever a question, a title and a source are made of, nothing is refused and nothing cut apart."""
    follow = make_follow(f"{QUESTION} {letter * 400}", person=ANN, chat=ANN, after=1)
    chat.desk.memory.follows.add(follow, 5)
    await chat.feed(updates.private_message("Who sings?"))
    for number, counted in enumerate(["Thirty", "Forty", "Fifty", "Sixty", "Seventy"]):
        beside = f"pier{number} quay{number} mole{number} buoy{number}"
        text = f"{counted} ships waited outside the harbour, {beside} {letter * (1500 // len(letter))}."
        long, url = letter * 300, f"https://gull.example/{'x' * 900}"
        chat.publish(str(number), text, title=f"{long}{number}", source=long, url=url)
    before = len(api.sent)
    await chat.look()
    told = api.sent[before:]
    (words,) = [words for sent in told for words in quoted(sent)]
    assert words in chat.desk.coverage.texts(map(str, range(5))).values()
    assert "and 1 more; ask to see them" in told[-1].plain
    assert buttons(told[-1])
    assert api.refusals == ()


async def test_news_of_two_messages_go_on_where_they_were_broken_off(
    chat: Newsroom,
    api: BotApi,
    impatient: None,  # noqa: ARG001 - it sets the pace
) -> None:
    """What has arrived is not sent again with what has not."""
    await chat.feed(FOLLOW)
    chat.publish("long", f"Forty ships waited outside the harbour {'🏳' * 1900}.", source="🏳" * 200)
    before = len(api.sent)
    api.fail("sendMessage", 1, "hang before", seconds=0.1)
    api.fail("sendMessage", 2, "500")
    await chat.look()
    first, second = api.sent[before:]
    assert first.plain.startswith("New coverage answers")
    assert not buttons(first)
    assert buttons(second)


async def test_news_that_night_has_overtaken_wait_for_the_morning(chat: Newsroom) -> None:
    """What is claimed is sent later; what is not is left to be found again."""
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    coverage, memory, now = chat.desk.coverage, chat.desk.memory, datetime.now(UTC)
    (news,) = Follower(coverage, memory, UTC, None).news(now)
    hour = timedelta(hours=1)
    asleep = Follower(coverage, memory, UTC, ((now - hour).time(), (now + hour).time()))
    delivery = Delivery(chat.desk, asleep, chat.application.bot, news)
    assert await delivery.attempt() is None
    assert memory.follows.told(news.follow.key) == set()
    delivery.claimed = True
    assert await delivery.attempt() == LATER
    assert not delivery.over
    assert chat.told == []


async def test_dates_that_were_understood_are_shown(chat: Newsroom) -> None:
    """A question that names a time is searched within it, and the news say so."""
    chat.desk.memory.follows.add(
        make_follow(
            "What did the pilots say in January 2025 about the ships?", person=ANN, chat=ANN, after=1
        ),
        5,
    )
    await chat.feed(updates.private_message("Who sings?"))
    chat.publish("forty", FORTY)
    (told,) = await chat.look()
    assert "published" in told.plain.splitlines()[-1]


async def test_in_a_group_news_come_where_they_were_followed(chat: Newsroom) -> None:
    """They are told in the topic, in the language of the person who follows."""
    asked = updates.group_command("follow", QUESTION, thread_id=5, user_id=BO, language_code="uk")
    await chat.feed(asked)
    chat.publish("forty", FORTY)
    await chat.look()
    told = chat.api.sent[-1]
    assert quoted(told) == [FORTY]
    assert (told.chat_id, told.message["message_thread_id"]) == (GROUP, 5)
    assert QUESTION in told.plain


async def test_a_topic_that_is_gone_is_told_in_its_group(
    chat: Newsroom,
    impatient: None,  # noqa: ARG001 - it sets the pace
) -> None:
    """Where nobody can write any more the whole group reads it, once."""
    await chat.feed(updates.group_message("Hello", user_id=ANN))
    chat.desk.memory.follows.add(make_follow(QUESTION, person=ANN, chat=GROUP, thread=77, after=1), 5)
    chat.publish("forty", FORTY)
    (told,) = await chat.look()
    assert "message_thread_id" not in told.message
    assert await chat.look() == []


@pytest.mark.parametrize("kind", ["429", "500", "502 html", "drop before", "hang before"])
async def test_what_telegram_does_not_take_is_sent_again(
    chat: Newsroom,
    api: BotApi,
    impatient: None,  # noqa: ARG001 - it sets the pace
    kind: FaultKind,
) -> None:
    """Too many messages, an outage, a lost connection: news are late then, not lost, and told once."""
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    api.fail("sendMessage", 2 if kind != "hang before" else 1, kind, seconds=6)
    (told,) = await chat.look()
    assert quoted(told) == [FORTY]
    assert await chat.look() == []


async def test_the_wait_grows(chat: Newsroom, api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """While Telegram is away it is not asked again and again: each wait is twice as long as the last."""
    monkeypatch.setattr(telling, "FIRST_TRY", 0.1)
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    api.fail("sendMessage", 3)
    await chat.look()
    at = [call.at for call in api.calls if call.method == "sendMessage"][-4:]
    waits = [later - earlier for earlier, later in pairwise(at)]
    assert waits[0] >= 0.1
    assert waits[1] >= 0.2
    assert waits[2] >= 0.4


async def follow_of_many(chat: Newsroom) -> list[int]:
    """More people than are written to at once, each of whom follows the question, in this order."""
    people = [3000 + number for number in range(telling.UNDER_WAY + 2)]
    for person in people:
        await chat.feed(updates.command("follow", QUESTION, user_id=person))
    return people


async def test_chats_that_are_put_off_hold_up_nobody(chat: Newsroom, api: BotApi) -> None:
    """While as many chats as are written to at once have to wait for an hour, the others are told."""
    people = await follow_of_many(chat)
    chat.publish("forty", FORTY)
    api.fail("sendMessage", telling.UNDER_WAY, "429", retry_after=3600)
    async with going_on(chat):
        await asyncio.to_thread(api.wait_for, lambda _: len(chat.told) == 2)
    assert {told.chat_id for told in chat.told} < set(people)
    assert chat.telling._room._value == telling.UNDER_WAY
    assert chat.telling._claims._value == telling.IN_ALL


async def test_while_telegram_is_away_no_more_news_are_claimed(chat: Newsroom, api: BotApi) -> None:
    """What could not be sent anyway stays unclaimed, so that a stop loses none of it."""
    people = await follow_of_many(chat)
    chat.publish("forty", FORTY)
    api.fail("sendMessage", 99, "500")
    async with going_on(chat):
        await asyncio.to_thread(
            api.wait_for, lambda api: sum(each.outcome == "failed" for each in api.calls) >= telling.UNDER_WAY
        )
        await asyncio.sleep(0.5)
    claimed = [chat.desk.memory.follows.told(follow.key) for who in people for follow in chat.followed(who)]
    assert sum(map(bool, claimed)) == telling.UNDER_WAY


@pytest.mark.parametrize("where", [ANN, GROUP])
async def test_where_the_bot_may_not_write_nothing_is_followed(
    chat: Newsroom, api: BotApi, where: int
) -> None:
    """Who has blocked the bot, or thrown it out, is dropped when news would be told there."""
    await chat.feed(FOLLOW if where == ANN else updates.group_command("follow", QUESTION, user_id=ANN))
    api.block(where)
    chat.publish("forty", FORTY)
    assert await chat.look() == []
    assert chat.followed() == []


async def test_a_chat_that_is_not_there_is_dropped(chat: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    """What Telegram refuses for good is not sent again, and the log says that it was not."""
    chat.desk.memory.follows.add(make_follow(QUESTION, person=ANN, chat=-987, after=1), 5)
    chat.publish("forty", FORTY)
    with caplog.at_level(logging.ERROR):
        assert await chat.look() == []
    assert "Telegram refuses them" in caplog.text
    assert QUESTION not in caplog.text
    assert chat.followed() == []


async def test_news_follow_a_group_to_its_new_number(
    chat: Newsroom,
    impatient: None,  # noqa: ARG001 - it sets the pace
) -> None:
    """A group that has become a supergroup unnoticed is told there, and stays followed there."""
    await chat.feed(updates.group_message("Hello", user_id=ANN))
    chat.desk.memory.follows.add(make_follow(QUESTION, person=ANN, chat=-50, after=1), 5)
    chat.api.push(updates.migrated(-50, GROUP))
    chat.publish("forty", FORTY)
    (told,) = await chat.look()
    assert told.chat_id == GROUP
    assert [follow.chat for follow in chat.followed()] == [GROUP]


async def test_news_that_wait_are_not_sent_to_who_has_stopped(
    chat: Newsroom,
    api: BotApi,
    impatient: None,  # noqa: ARG001 - it sets the pace
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who stops following while Telegram is away is told nothing when it is back."""
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    api.fail("sendMessage", 1, "429", retry_after=1)
    await chat.telling.look(chat.application)
    await asyncio.to_thread(api.wait_for, lambda api: api.calls[-1].outcome == "failed")
    (follow,) = chat.followed()
    chat.desk.memory.follows.remove(follow.key, ANN)
    await chat.telling.arrived()
    assert chat.told == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_quotation_that_is_not_the_articles_is_not_told(
    chat: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is withheld with an error; nothing counts as told, so that the true words are told later."""
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    with monkeypatch.context() as patched:
        patched.setattr(chat.desk.coverage, "texts", lambda ids: dict.fromkeys(ids, "Something else."))
        assert await chat.look() == []
    assert "a quotation was not sent" in caplog.text
    chat.publish("spring", "Gardeners look forward to tulips in the parks of the town.")
    assert [quoted(told) for told in await chat.look()] == [[FORTY]]


async def test_two_programs_tell_once(chat: Newsroom) -> None:
    """Two bots on one database, both looking at the same moment, tell each thing once between them."""
    others = [Telling(chat.desk) for _ in range(4)]
    for number in range(5):
        await chat.feed(updates.command("follow", f"{QUESTION} {number}", user_id=2000 + number))
    chat.publish("forty", FORTY)
    all_of_them = [chat.telling, *others]
    await asyncio.gather(*(each.look(chat.application) for each in all_of_them))
    await asyncio.gather(*(each.arrived() for each in all_of_them))
    assert sorted(told.chat_id for told in chat.told) == [2000 + number for number in range(5)]


async def test_chats_that_are_served_no_longer_are_told_nothing(
    coverage: Coverage, api: BotApi, tmp_path: Path
) -> None:
    """When the bot is closed to a chat, what is followed there is told no more; admins are always served."""
    admin = 4242
    async with opened_newsroom(coverage, api, tmp_path / "news", DATELINE_CHATS=str(BO)) as chat:
        for person in (ANN, BO, admin):
            await chat.feed(updates.private_message("Who sings?", user_id=person))
            chat.desk.memory.follows.add(make_follow(QUESTION, person=person, chat=person, after=1), 5)
        chat.publish("forty", FORTY)
        assert {told.chat_id for told in await chat.look()} == {BO, admin}


async def test_news_are_told_while_the_bot_runs(chat: Newsroom) -> None:
    """Whatever comes in is noticed by itself, each time."""
    await chat.feed(FOLLOW)
    await chat.feed(updates.command("follow", "Who spoke of gardens and tulips?", user_id=BO))
    async with going_on(chat):
        chat.publish("forty", FORTY)
        await asyncio.to_thread(chat.api.wait_for, lambda _: [each.chat_id for each in chat.told] == [ANN])
        chat.publish("tulips", "The gardener spoke of tulips in all gardens of the town.")
        await asyncio.to_thread(
            chat.api.wait_for, lambda _: [each.chat_id for each in chat.told] == [ANN, BO]
        )


async def test_what_is_being_sent_is_sent_before_the_stop(chat: Newsroom, api: BotApi) -> None:
    """The bot's stop lets news arrive that are on their way."""
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    api.fail("sendMessage", 1, "hang before", seconds=0.5)
    async with going_on(chat):
        await asyncio.to_thread(api.wait_for, lambda api: api.calls[-1].outcome == "waiting")
    assert len(chat.told) == 1
    assert not chat.telling._under_way


async def test_a_stop_does_not_wait_for_telegram_to_come_back(
    chat: Newsroom, api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """News that wait to be sent again end with the bot, the log says so, and the next start sends them."""
    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    api.fail("sendMessage", 1, "429", retry_after=50)
    async with asyncio.timeout(5), going_on(chat):
        await asyncio.to_thread(api.wait_for, lambda api: api.calls[-1].outcome == "failed")
    assert "news that Telegram has not taken yet are sent at the next start" in caplog.text
    assert chat.told == []
    for _ in range(2):
        async with asyncio.timeout(5), going_on(chat, Telling(chat.desk, 0.02)):
            await asyncio.to_thread(api.wait_for, lambda api: api.calls[-1].outcome == "ok")
            await asyncio.sleep(0.2)
    assert [quoted(told) for told in chat.told] == [[FORTY]]


async def test_troubles_are_told_once_and_end_nothing(
    chat: Newsroom, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """While the database is away each look fails with the same line once; afterwards news are told again."""

    def refuse() -> int:
        raise StoreError("the database is away")

    await chat.feed(FOLLOW)
    chat.publish("forty", FORTY)
    async with going_on(chat):
        with monkeypatch.context() as patched:
            patched.setattr(chat.desk.coverage, "generation", refuse)
            await asyncio.sleep(0.3)
        await asyncio.to_thread(chat.api.wait_for, lambda _: len(chat.told) == 1)
    assert caplog.text.count("the database is away") == 1


async def test_what_nobody_foresaw_goes_to_the_handlers_of_errors(
    chat: Newsroom,
    monkeypatch: pytest.MonkeyPatch,
    impatient: None,  # noqa: ARG001 - it sets the pace
) -> None:
    """A fault with one follow is reported and keeps the others from nothing."""
    caught: list[BaseException | None] = []

    async def note(_update: object, context: CallbackContext) -> None:  # type: ignore[type-arg]
        caught.append(context.error)

    chat.application.add_error_handler(note)
    for person in (ANN, BO):
        await chat.feed(updates.command("follow", f"{QUESTION} {person}", user_id=person))
    chat.publish("forty", FORTY)
    ask = chat.desk.coverage.ask

    def fail_for_ann(question: str, **how: object) -> object:
        if str(ANN) in question:
            raise ZeroDivisionError
        return ask(question, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(chat.desk.coverage, "ask", fail_for_ann)
    async with going_on(chat):
        await asyncio.to_thread(chat.api.wait_for, lambda _: [each.chat_id for each in chat.told] == [BO])
    assert caught
    assert all(isinstance(error, ZeroDivisionError) for error in caught)
