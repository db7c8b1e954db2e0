from __future__ import annotations

import asyncio
import queue
import threading
import time
from typing import TYPE_CHECKING

import pytest
from pressure import worked
from watching import until

from index.errors import StoreError
from index.watching.bridge import ROOM, Bridge
from index.watching.messages import Message, Visited

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from index.watching.bridge import Emit

# In seconds: what comes at once comes within it, and what never comes is waited for so long.
SOON, NEVER = 10.0, 0.2


def emitting(*names: str, then: BaseException | None = None) -> Callable[[Emit], Awaitable[None]]:
    """Work that emits a message for each of the names, and then fails if it shall."""

    async def work(emit: Emit) -> None:
        for name in names:
            await emit(Visited(name))
        if then:
            raise then

    return work


def taken(bridge: Bridge) -> list[str]:
    """The names of all messages until the work is over."""
    found: list[str] = []
    while not bridge.over:
        message = bridge.get(0.05)
        if message is not None:
            found.append(message.input)
    return found


def fetching() -> list[threading.Thread]:
    """The threads that still fetch."""
    return [each for each in threading.enumerate() if each.name.startswith("fetching")]


def test_messages_come_in_order_and_whole() -> None:
    """Many more than there is room for, none lost or twice; then all is over."""
    names = [f"{at}" for at in range(5 * ROOM)]
    with Bridge(emitting(*names)) as bridge:
        assert taken(bridge) == names
        assert bridge.over
        assert bridge.get(SOON) is None


def test_work_that_emits_nothing_is_over() -> None:
    """Without a message or an error."""
    with Bridge(emitting()) as bridge:
        assert taken(bridge) == []
        assert bridge.over


def test_who_is_faster_waits() -> None:
    """No more messages wait than there is room for, however long nobody takes one."""
    emitted = 0

    async def work(emit: Emit) -> None:
        nonlocal emitted
        while True:
            await emit(Visited(f"{emitted}"))
            emitted += 1

    with Bridge(work) as bridge:
        until(lambda: emitted == ROOM)
        time.sleep(NEVER)
        assert emitted == ROOM
        assert bridge.get(SOON) == Visited("0")
        until(lambda: emitted == ROOM + 1)
        time.sleep(NEVER)
        assert emitted == ROOM + 1
        assert not bridge.over


def test_while_one_waits_for_room_the_others_go_on() -> None:
    """Only what emits waits, not all that is fetched."""
    counted = threading.Event()

    async def work(emit: Emit) -> None:
        async def emit_all() -> None:
            for at in range(ROOM + 1):
                await emit(Visited(f"{at}"))

        async def count() -> None:
            await asyncio.sleep(NEVER)
            counted.set()

        await asyncio.gather(emit_all(), count())

    with Bridge(work) as bridge:
        assert counted.wait(SOON)
        assert len(taken(bridge)) == ROOM + 1


def test_however_many_wait_for_room_they_do_not_spin() -> None:
    """Of three hundred inputs that wait for whoever stores one looks for room, and all get theirs in turn."""

    async def work(emit: Emit) -> None:
        await asyncio.gather(*(emit(Visited(str(number))) for number in range(300)))

    with Bridge(work) as bridge:
        until(bridge._messages.full)
        with worked() as waited:
            time.sleep(0.6)
        assert taken(bridge) == [str(number) for number in range(300)]
    assert waited.share < 0.2


def test_nothing_comes_within_the_time() -> None:
    """Then there is None, and the work goes on."""

    async def work(emit: Emit) -> None:
        await asyncio.sleep(2 * NEVER)
        await emit(Visited("late"))

    with Bridge(work) as bridge:
        assert bridge.get(NEVER / 4) is None
        assert not bridge.over
        assert taken(bridge) == ["late"]


def test_what_waits_keeps_it_from_being_over() -> None:
    """Work that is done is over only when its last message is taken."""
    with Bridge(emitting("a")) as bridge:
        until(bridge._done.done)
        assert not bridge.over
        assert bridge.get(SOON) == Visited("a")
        assert bridge.over


def test_an_error_comes_after_the_messages_before_it() -> None:
    """The very error, once all that was emitted is taken."""
    error = StoreError("the database refuses")
    with Bridge(emitting("a", "b", then=error)) as bridge:
        until(bridge._done.done)
        assert bridge.get(SOON) == Visited("a")
        assert bridge.get(SOON) == Visited("b")
        with pytest.raises(StoreError) as caught:
            bridge.get(SOON)
        assert caught.value is error


@pytest.mark.parametrize("names", [(), ("a", "b")])
def test_an_error_is_never_overlooked(names: tuple[str, ...]) -> None:
    """Who takes until all is over meets it, however late he comes."""
    with Bridge(emitting(*names, then=StoreError("no"))) as bridge:
        until(bridge._done.done)
        with pytest.raises(StoreError, match="no"):
            taken(bridge)


class Late(queue.Queue[Message]):
    """A queue that is empty just before the last message and the end of the work."""

    def __init__(self, done: Callable[[], bool]) -> None:
        super().__init__()
        self._is_done: Callable[[], bool] | None = done

    def get(self, block: bool = True, timeout: float | None = None) -> Message:  # noqa: FBT001, FBT002 - as in the library
        """Nothing the first time; by when that is told, all has come."""
        if self._is_done:
            until(self._is_done)
            self._is_done = None
            raise queue.Empty
        return super().get(block, timeout)


def test_an_error_does_not_overtake_a_last_message() -> None:
    """Even if both come in the moment in which nothing was there."""
    bridge = Bridge(emitting("a", then=StoreError("no")))
    bridge._messages = Late(lambda: bridge._done.done())  # noqa: PLW0108 - entering replaces it
    with bridge:
        assert bridge.get(SOON) is None
        assert bridge.get(SOON) == Visited("a")
        with pytest.raises(StoreError, match="no"):
            bridge.get(SOON)


@pytest.mark.parametrize("busy", [False, True])
def test_leaving_early_stops_the_work(*, busy: bool) -> None:
    """It is cancelled whether it sleeps or waits for room, cleans up, and its thread has ended."""
    cleaned = False

    async def work(emit: Emit) -> None:
        nonlocal cleaned
        try:
            await emit(Visited("a"))
            while busy:
                await emit(Visited("more"))
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0.01)
            cleaned = True

    with Bridge(work) as bridge:
        assert bridge.get(SOON) == Visited("a")
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert cleaned
    assert fetching() == []


def test_leaving_at_once_does_no_harm() -> None:
    """Before the work has begun, or long after it has ended."""
    with Bridge(emitting("a")):
        pass
    with Bridge(emitting("a")) as bridge:
        until(bridge._done.done)
    assert fetching() == []


def test_an_error_of_who_stores_stops_who_fetches() -> None:
    """It goes on as it is, and nothing is left running."""

    async def work(emit: Emit) -> None:
        while True:
            await emit(Visited("a"))

    def store_nothing(message: Message | None) -> None:
        raise StoreError(f"no room for {message}")

    with pytest.raises(StoreError, match="no room"), Bridge(work) as bridge:
        store_nothing(bridge.get(SOON))
    assert fetching() == []
