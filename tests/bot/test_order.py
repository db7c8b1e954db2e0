from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from telegram import Update

from bot.telegram.order import Order, place_in, seconds_since_arrival, stepped_aside

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any


def read(given: updates.Update, number: int = 1) -> Update:
    """The update as the library reads it."""
    made = Update.de_json({**given, "update_id": number}, None)
    assert made is not None
    return made


def message(person: int, number: int = 1) -> Update:
    """A person's private message."""
    return read(updates.private_message("a question", user_id=person), number)


def inline(person: int, question: str) -> Update:
    """What a person has typed so far behind the bot's name."""
    asker = {"id": person, "is_bot": False, "first_name": "Ada"}
    return read({"inline_query": {"id": "1", "from": asker, "query": question, "offset": ""}})


class Work:
    """What was worked on, and how much of it at once."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.now = self.most = 0

    async def on(self, name: Any, seconds: float = 0.0) -> None:
        """Work on something for so long."""
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(seconds)
        self.now -= 1
        self.done.append(name)


async def start(order: Order, *pairs: tuple[object, Coroutine[Any, Any, None]]) -> list[asyncio.Task[None]]:
    """Hand the updates over as the application does: each in a task of its own, in this order."""
    tasks = [asyncio.create_task(order.process_update(update, coroutine)) for update, coroutine in pairs]
    await asyncio.sleep(0)
    return tasks


async def test_order_is_kept_in_each_chat() -> None:
    """Of 20 chats with 20 updates each, of various length, every chat's are worked on in their order."""
    order, work = Order(), Work()
    pairs = [(person, number) for number in range(20) for person in range(1, 21)]
    tasks = [
        (message(person, number), work.on((person, number), person * number % 7 / 1500))
        for person, number in pairs
    ]
    await asyncio.gather(*await start(order, *tasks))
    for person in range(1, 21):
        assert [number for who, number in work.done if who == person] == list(range(20))
    assert work.most > 10
    assert order.queues == 0


async def test_no_more_than_so_many_at_once() -> None:
    """Of 100 updates of 100 chats, 32 are worked on at a time, and that is told."""
    order, work = Order(), Work()
    tasks = await start(order, *((message(who), work.on(who, 0.01)) for who in range(1, 101)))
    assert order.working == 32
    await asyncio.gather(*tasks)
    assert (work.most, len(work.done), order.working) == (32, 100, 0)


async def test_one_busy_chat_keeps_nobody_out() -> None:
    """Who comes after a hundred updates of one chat is answered at once."""
    order, work = Order(), Work()
    flood = [(message(7, number), work.on(number, 0.05)) for number in range(100)]
    tasks = await start(order, *flood, (message(8), work.on("the other")))
    async with asyncio.timeout(1):
        await tasks[-1]
    assert "the other" in work.done
    assert len(work.done) < 3
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_group_is_one_chat() -> None:
    """What two people ask in one group is answered one after the other, in private at once."""
    order, work = Order(), Work()
    in_group = [(read(updates.mention("a question", user_id=who)), work.on(who, 0.01)) for who in (7, 8)]
    await asyncio.gather(*await start(order, *in_group))
    assert (work.done, work.most) == ([7, 8], 1)
    await asyncio.gather(*await start(order, *((message(who), work.on(who, 0.01)) for who in (7, 8))))
    assert work.most == 2


async def test_button_waits_for_the_question_before_it() -> None:
    """A press on a button in a chat keeps its order with what was asked there."""
    order, work = Order(), Work()
    shown = updates.private_message("an answer", user_id=7)["message"]
    press = read(updates.callback_query("m:key", shown, user_id=7))
    await asyncio.gather(
        *await start(order, (message(7), work.on("asked", 0.01)), (press, work.on("pressed")))
    )
    assert work.done == ["asked", "pressed"]


@pytest.mark.filterwarnings("error")
async def test_only_the_newest_inline_query_is_worked_on() -> None:
    """Of what a person types, what is begun is finished, and of the rest the last; others count apart."""
    order, work = Order(), Work()
    typed = [(inline(7, word), work.on(word, 0.01)) for word in ("s", "sh", "shi", "ship")]
    other = (inline(8, "port"), work.on("port", 0.01))
    await asyncio.gather(*await start(order, *typed, other))
    assert sorted(work.done) == ["port", "s", "ship"]
    assert order.queues == 0


async def test_inline_query_waits_for_no_chat() -> None:
    """Whoever waits for an answer in private is offered quotations elsewhere meanwhile."""
    order, work = Order(), Work()
    pairs = (message(7), work.on("asked", 0.02)), (inline(7, "ship"), work.on("typed"))
    await asyncio.gather(*await start(order, *pairs))
    assert work.done == ["typed", "asked"]


async def test_failure_lets_the_next_go_on() -> None:
    """An update that fails, or is given up, leaves the chat to the next one."""

    async def fail() -> None:
        raise OSError("no answer")

    order, work = Order(), Work()
    tasks = await start(order, (message(7), fail()), (message(7), work.on("given up", 9)))
    waiting = await start(order, (message(7), work.on("next")))
    await asyncio.sleep(0.01)
    tasks[1].cancel()
    outcome = await asyncio.gather(*tasks, *waiting, return_exceptions=True)
    assert isinstance(outcome[0], OSError)
    assert work.done == ["next"]
    assert (order.queues, order.working) == (0, 0)


async def test_what_has_neither_chat_nor_person_waits_for_nothing() -> None:
    """An update about nobody, or what is no update at all, is worked on at once."""
    order, work = Order(), Work()
    pairs = [(read({}, number), work.on(number, 0.01)) for number in range(2)]
    await asyncio.gather(*await start(order, *pairs, ("no update", work.on("other", 0.01))))
    assert work.most == 3


async def test_age_counts_from_the_arrival() -> None:
    """How long somebody has waited includes the time until it was their turn."""
    ages: list[float] = []

    async def look() -> None:
        ages.append(seconds_since_arrival())

    order, work = Order(), Work()
    await asyncio.gather(*await start(order, (message(7), work.on("first", 0.05)), (message(7), look())))
    assert 0.04 < ages[0] < 1
    assert seconds_since_arrival() == 0


async def test_who_steps_aside_holds_up_nobody() -> None:
    """While two that may be worked on at once both wait, others are; afterwards no more than two are."""
    order, work, free = Order(2), Work(), asyncio.Event()

    async def wait(who: int) -> None:
        async with stepped_aside():
            await free.wait()
        await work.on(who, 0.01)

    waiting = await start(order, *((message(who), wait(who)) for who in (1, 2)))
    others = await start(order, *((message(who), work.on(who, 0.01)) for who in range(3, 9)))
    behind = await start(order, (message(1), work.on("behind", 0.01)))
    async with asyncio.timeout(2):
        await asyncio.gather(*others)
    assert (sorted(work.done), work.most) == ([3, 4, 5, 6, 7, 8], 2)
    free.set()
    more = await start(order, *((message(who), work.on(who, 0.01)) for who in range(10, 16)))
    await asyncio.gather(*waiting, *behind, *more)
    assert work.most == 2
    assert work.done.index(1) < work.done.index("behind")
    assert order._slots._value == 2


async def test_no_place_is_lost_or_made_by_stepping_aside() -> None:
    """Given up or failed while aside, done by another task, or nowhere: there are as many as before."""
    room = asyncio.Semaphore(2)

    async def step_aside(seconds: float) -> None:
        async with stepped_aside():
            await asyncio.sleep(seconds)

    async def fail() -> None:
        async with stepped_aside():
            raise OSError("no answer")

    async def work(*parts: Coroutine[Any, Any, None]) -> None:
        async with place_in(room):
            for part in parts:
                await part

    await step_aside(0)
    given_up = asyncio.create_task(work(step_aside(9)))
    await asyncio.sleep(0.01)
    given_up.cancel()
    outcomes = await asyncio.gather(given_up, work(fail()), return_exceptions=True)
    assert [type(each) for each in outcomes] == [asyncio.CancelledError, OSError]
    assert room._value == 2
    async with place_in(room):
        child = asyncio.create_task(step_aside(0.01))
        await asyncio.sleep(0)
        assert room._value == 1
    await child
    assert room._value == 2
    await room.acquire()
    async with place_in(room, taken=True):
        await step_aside(0)
        assert room._value == 1
    assert room._value == 2


async def test_who_is_given_up_while_coming_back_takes_no_place() -> None:
    """A task that is cancelled while its place is not free yet leaves it to the others."""
    room, work = asyncio.Semaphore(1), Work()

    async def come_back() -> None:
        async with place_in(room), stepped_aside():
            await asyncio.sleep(0.01)

    async def stay() -> None:
        async with place_in(room):
            await work.on("stayed", 0.05)

    returning, staying = asyncio.create_task(come_back()), asyncio.create_task(stay())
    await asyncio.sleep(0.03)
    returning.cancel()
    await asyncio.gather(returning, staying, return_exceptions=True)
    assert returning.cancelled()
    assert (work.done, room._value) == (["stayed"], 1)
