from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING

import httpx
import pytest
from bot_api.server import TOKEN, BotApi
from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut
from telegram.ext import ExtBot

from bot.telegram import pace as paces
from bot.telegram.pace import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable
    from typing import Any

    from bot_api.faults import FaultKind

GROUP, OTHER_GROUP = -100, -200


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock leaps to whatever comes next, where the true one would wait for it."""

    _leapt = 0.0

    def time(self) -> float:
        """The time that it would be."""
        return super().time() + self._leapt

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self._leapt += max(0.0, self._scheduled[0].when() - self.time())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def leaping(work: Coroutine[Any, Any, None]) -> None:
    """Do some work in a loop whose clock leaps."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(work)


def most_within(seconds: float, moments: Iterable[float]) -> int:
    """The most of these moments that any stretch of so many seconds holds."""
    ordered = sorted(moments)
    return max(sum(begun <= each < begun + seconds for each in ordered) for begun in ordered)


def now() -> float:
    """The loop's time."""
    return asyncio.get_running_loop().time()


class Telegram:
    """Notes the calls that reach it, and refuses as many of a chat as it was told to."""

    def __init__(self, **refusals: int) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.moments: list[float] = []
        self.refusals = refusals
        self.seconds = 0.05

    async def answer(self, method: str, data: dict[str, Any]) -> bool:
        """Answer a call."""
        self.calls.append((method, data.get("chat_id")))
        self.moments.append(now())
        name = f"chat{data.get('chat_id')}"
        if self.refusals.get(name, 0):
            self.refusals[name] -= 1
            raise RetryAfter(self.seconds)  # type: ignore[arg-type]  # Whole seconds would take too long.
        return True

    async def call(self, pace: Pace, method: str, chat: int | None = None, retries: int | None = None) -> Any:
        """Make a call at the pace."""
        data = {} if chat is None else {"chat_id": chat}
        return await pace.process_request(self.answer, (method, data), {}, method, data, retries)


async def took(*calls: Any) -> float:
    """How many seconds the calls took together."""
    begun = time.monotonic()
    await asyncio.gather(*calls)
    return time.monotonic() - begun


async def test_thirty_messages_a_second_over_all_chats() -> None:
    """Thirty messages go out at once, the others follow as Telegram lets them."""
    telegram, pace = Telegram(), Pace()
    assert await took(*(telegram.call(pace, "sendMessage", chat) for chat in range(1, 31))) < 0.3
    assert await took(*(telegram.call(pace, "editMessageText", chat) for chat in range(1, 16))) > 0.4


async def test_twenty_messages_a_minute_in_a_group() -> None:
    """The twenty-first message in a group within a minute waits, one in another group does not."""
    telegram, pace = Telegram(), Pace()
    assert await took(*(telegram.call(pace, "sendMessage", GROUP) for _ in range(20))) < 0.3
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await telegram.call(pace, "sendMessage", GROUP)
    assert await took(telegram.call(pace, "sendMessage", OTHER_GROUP)) < 0.3


@pytest.mark.parametrize("seed", range(5))
def test_no_second_has_more_than_thirty_and_no_minute_of_a_group_more_than_twenty(seed: int) -> None:
    """Bursts, trickles and retries, to people and to groups: whichever second or minute is looked at."""
    random = Random(seed)  # noqa: S311 - the same each time
    telegram, pace = Telegram(**{f"chat{chat}": 2 for chat in range(1, 60)}), Pace()
    telegram.seconds = 7.0

    async def write(after: float, chat: int) -> None:
        await asyncio.sleep(after)
        await telegram.call(pace, random.choice(["sendMessage", "editMessageText"]), chat)

    async def write_all() -> None:
        bursts = [(random.choice([1.0, 2.5, 20.0]), random.randint(1, 90)) for _ in range(120)]
        trickle = [(random.uniform(0, 90), random.choice([GROUP, OTHER_GROUP, 5])) for _ in range(150)]
        await asyncio.gather(*(write(after, chat) for after, chat in [*bursts, *trickle]))

    leaping(write_all())
    assert len(telegram.calls) >= 270
    # What is noted here is noted a moment after it left.
    assert most_within(0.9, telegram.moments) <= 30
    for group in (GROUP, OTHER_GROUP):
        at = [at for at, (_, chat) in zip(telegram.moments, telegram.calls, strict=True) if chat == group]
        assert most_within(60.0, at) <= 20


def test_no_more_is_held_back_than_must_be() -> None:
    """A hundred messages at once leave within four seconds, in the order in which they came."""
    telegram, pace = Telegram(), Pace()

    async def write_all() -> None:
        await asyncio.gather(*(telegram.call(pace, "sendMessage", chat) for chat in range(1, 101)))

    leaping(write_all())
    assert [chat for _, chat in telegram.calls] == list(range(1, 101))
    assert telegram.moments[-1] - telegram.moments[0] < 3.1


async def test_thirty_questions_a_second_are_answered_as_they_come() -> None:
    """At a steady 30 messages a second, by the true clock, none waits for long and nothing piles up."""
    telegram, pace = Telegram(), Pace()
    begun, waits = now(), []

    async def ask(number: int) -> None:
        await asyncio.sleep(begun + number / 30 - now())
        asked = now()
        await telegram.call(pace, "sendMessage", number + 1)
        waits.append(now() - asked)

    await asyncio.gather(*(ask(number) for number in range(120)))
    # What is noted here is noted a moment after it left.
    assert most_within(0.9, telegram.moments) <= 30
    assert max(waits) < 0.3


def test_groups_are_forgotten() -> None:
    """What was written to a group is remembered only for as long as it counts."""
    telegram, pace = Telegram(), Pace()

    async def write_all() -> None:
        for group in range(1, 2001):
            await telegram.call(pace, "sendMessage", -group)
            await asyncio.sleep(1)

    leaping(write_all())
    assert len(pace._groups) <= 512


async def test_what_is_no_message_passes() -> None:
    """Typing and answers to buttons and inline queries neither wait for messages nor hold them up."""
    telegram, pace = Telegram(), Pace()
    await asyncio.gather(*(telegram.call(pace, "sendMessage", chat) for chat in range(1, 21)))
    passing = [
        *(telegram.call(pace, "sendChatAction", GROUP) for _ in range(50)),
        *(telegram.call(pace, "answerCallbackQuery") for _ in range(50)),
        *(telegram.call(pace, "answerInlineQuery") for _ in range(50)),
    ]
    assert await took(*passing) < 0.3
    assert await took(*(telegram.call(pace, "sendMessage", GROUP) for _ in range(5))) < 0.5


async def test_call_is_tried_again_when_telegram_says() -> None:
    """A call that comes too early is made again after the time that Telegram names, up to three times."""
    telegram, pace = Telegram(chat7=3), Pace()
    assert await took(telegram.call(pace, "sendMessage", 7)) > 0.45
    assert telegram.calls == [("sendMessage", 7)] * 4
    telegram.refusals = {"chatNone": 1}
    await telegram.call(pace, "answerCallbackQuery")
    assert telegram.calls[4:] == [("answerCallbackQuery", None)] * 2


async def test_call_is_given_up() -> None:
    """What Telegram refuses for the fourth time fails, or sooner where the caller says so."""
    telegram, pace = Telegram(chat7=9), Pace()
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendMessage", 7)
    assert len(telegram.calls) == 4
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendMessage", 7, retries=0)
    assert len(telegram.calls) == 5


async def test_long_pause_is_not_waited_for() -> None:
    """Whoever is to wait for more than a minute hears at once that it failed."""
    telegram, pace = Telegram(chat7=1), Pace()
    telegram.seconds = 3600.0
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendMessage", 7)
    assert len(telegram.calls) == 1


async def test_pause_is_for_the_chat_alone() -> None:
    """While one chat has to wait, further messages to it wait too; typing there and other chats do not."""
    telegram, pace = Telegram(chat7=1), Pace()
    telegram.seconds = 0.4
    waiting = asyncio.create_task(telegram.call(pace, "sendMessage", 7))
    await asyncio.sleep(0.05)
    later = asyncio.create_task(telegram.call(pace, "sendMessage", 7))
    assert await took(telegram.call(pace, "sendMessage", 8), telegram.call(pace, "sendChatAction", 7)) < 0.2
    assert telegram.calls == [("sendMessage", 7), ("sendMessage", 8), ("sendChatAction", 7)]
    await asyncio.gather(waiting, later)
    assert telegram.calls[3:] == [("sendMessage", 7)] * 2
    assert pace._pauses == {}


async def test_typing_is_not_repeated() -> None:
    """Typing that comes too early is let go: it would be late."""
    telegram, pace = Telegram(chat7=1), Pace()
    with pytest.raises(RetryAfter):
        await telegram.call(pace, "sendChatAction", 7)
    assert len(telegram.calls) == 1


async def test_other_refusals_are_told_at_once() -> None:
    """What would be refused again is not tried again."""
    calls = []

    async def refuse(chat: int) -> bool:
        calls.append(chat)
        raise BadRequest("chat not found")

    with pytest.raises(BadRequest):
        await Pace().process_request(refuse, (7,), {}, "sendMessage", {"chat_id": 7}, None)
    assert calls == [7]


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram that is away is tried again soon."""
    monkeypatch.setattr(paces, "AWAY", (0.05, 0.1, 0.2))


def failed(cause: Exception | None, kind: type[NetworkError] = NetworkError, words: str = "") -> NetworkError:
    """An error as the library raises it."""
    made = kind(words)
    made.__cause__ = cause
    return made


async def tries(error: NetworkError, method: str = "sendMessage", retries: int | None = None) -> int:
    """How often a call is made that always fails like this."""
    calls = []

    async def fail() -> bool:
        calls.append(method)
        raise error

    with pytest.raises(type(error)):
        await Pace().process_request(fail, (), {}, method, {"chat_id": 7}, retries)
    return len(calls)


@pytest.mark.parametrize(
    "error",
    [
        failed(httpx.ConnectError("refused")),
        failed(httpx.ConnectTimeout("late"), TimedOut),
        failed(httpx.PoolTimeout("full"), TimedOut),
        failed(None, words="Bad Gateway (502)"),
        failed(None, words="Service Unavailable"),
    ],
)
async def test_what_has_taken_no_effect_is_tried_again(
    error: NetworkError,
    soon: None,  # noqa: ARG001 - it sets the pace
) -> None:
    """Messages and answers to presses are made again three times when Telegram was not reached."""
    assert await tries(error) == 4
    assert await tries(error, "answerCallbackQuery") == 4
    assert await tries(error, "sendMessage", 0) == 1
    assert await tries(error, "getMe") == 1
    assert await tries(error, "sendChatAction") == 1


@pytest.mark.parametrize(
    "error",
    [
        failed(httpx.ReadTimeout("late"), TimedOut),
        failed(httpx.WriteTimeout("late"), TimedOut),
        failed(httpx.ReadError("reset")),
        failed(httpx.RemoteProtocolError("dropped")),
        failed(None, words="Internal Server Error (500)"),
        failed(None, words="Gateway Timeout (504)"),
    ],
)
async def test_what_may_have_taken_effect_is_tried_once_more(
    error: NetworkError,
    soon: None,  # noqa: ARG001 - it sets the pace
) -> None:
    """A message that Telegram may have sent is sent once more; what is done twice like once, three times."""
    assert await tries(error) == 2
    assert await tries(error, "sendMessage", 0) == 1
    assert await tries(error, "editMessageText") == 4
    assert await tries(error, "deleteMessage") == 4
    assert await tries(error, "answerCallbackQuery") == 4
    assert await tries(error, "answerInlineQuery") == 1


async def test_what_telegram_refuses_is_not_tried_again() -> None:
    """A refusal is final, whatever words it is made in."""
    assert await tries(failed(None, BadRequest, "Bad gateway")) == 1
    assert await tries(failed(None, BadRequest, "Bad gateway"), "editMessageText") == 1


@pytest.mark.parametrize(
    ("kind", "times", "calls", "sent"),
    [("502 html", 3, 4, 1), ("drop after", 1, 2, 2), ("drop before", 1, 2, 1), ("500", 1, 2, 1)],
)
async def test_short_absence_loses_no_message(
    soon: None,  # noqa: ARG001 - it sets the pace
    kind: FaultKind,
    times: int,
    calls: int,
    sent: int,
) -> None:
    """Over the wire: nothing is lost, and only that is sent twice whose answer from Telegram was lost."""
    with BotApi() as api:
        api.add_chat(7)
        async with ExtBot(TOKEN, base_url=f"{api.base_url}/bot", rate_limiter=Pace()) as bot:
            api.fail("sendMessage", times, kind)
            await bot.send_message(7, "an answer")
        assert sum(call.method == "sendMessage" for call in api.calls) == calls
        assert len(api.sent) == sent


def test_absence_is_waited_out_for_seven_seconds() -> None:
    """Telegram is tried again after one second, two more and four more."""
    moments: list[float] = []

    async def fail() -> bool:
        moments.append(now())
        raise failed(httpx.ConnectError("refused"))

    async def write() -> None:
        with pytest.raises(NetworkError):
            await Pace().process_request(fail, (), {}, "sendMessage", {"chat_id": 7}, None)

    leaping(write())
    assert [round(at - moments[0]) for at in moments] == [0, 1, 3, 7]


def test_stop_is_not_waited_for_long() -> None:
    """Once the bot is to stop, what would wait for more than five seconds fails at once, the rest goes on."""
    telegram, pace = Telegram(chat7=1, chat8=1), Pace()

    async def stop() -> None:
        telegram.seconds = 50.0
        long = asyncio.create_task(telegram.call(pace, "sendMessage", 7))
        await asyncio.sleep(1)
        behind = asyncio.create_task(telegram.call(pace, "sendMessage", 7))
        telegram.seconds = 4.0
        short = asyncio.create_task(telegram.call(pace, "sendMessage", 8))
        await asyncio.sleep(1)
        begun = now()
        pace.hurry()
        pace.hurry()
        outcomes = await asyncio.gather(long, behind, return_exceptions=True)
        assert [type(each) for each in outcomes] == [RetryAfter, RetryAfter]
        assert now() - begun < 0.5
        assert await short
        assert now() - begun < 5
        # Later than that nothing is waited for, but what need not wait is sent.
        await asyncio.sleep(5)
        telegram.refusals["chat9"] = 1
        with pytest.raises(RetryAfter):
            await telegram.call(pace, "sendMessage", 9)
        assert await telegram.call(pace, "sendMessage", 10)

    leaping(stop())


def test_place_is_given_back_while_a_chat_waits() -> None:
    """Whoever waits for one chat stands aside; whoever only waits for the second to pass does not."""
    telegram, aside = Telegram(chat7=1), []

    @asynccontextmanager
    async def standing_aside() -> AsyncIterator[None]:
        begun = now()
        yield
        aside.append(now() - begun)

    async def write() -> None:
        pace = Pace(standing_aside)
        await asyncio.gather(*(telegram.call(pace, "sendMessage", chat) for chat in range(100, 150)))
        assert aside == []
        telegram.seconds = 20.0
        await telegram.call(pace, "sendMessage", 7)
        assert [round(each) for each in aside] == [20]
        await asyncio.gather(*(telegram.call(pace, "sendMessage", GROUP) for _ in range(21)))
        assert [round(each) for each in aside] == [20, 60]

    leaping(write())
