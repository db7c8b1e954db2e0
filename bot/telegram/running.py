"""The life of the bot program: it starts, takes updates, and stops in good order."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.constants import ChatType
from telegram.error import InvalidToken
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.telegram.errors import ROUNDS, apologise
from bot.telegram.health import Health
from bot.telegram.once import Once
from bot.telegram.order import AT_ONCE
from bot.telegram.profile import introduce
from bot.telegram.taking import KINDS, listen_as, persist, poll, serve, set_webhook
from bot.telegram.telling import Telling
from bot.telegram.typing_sign import seen_typing
from bot.telegram.working import current_work
from index.errors import DatelineError

if TYPE_CHECKING:
    import socket
    from collections.abc import Coroutine

    from telegram import Message
    from telegram.ext import Application, CallbackContext, Updater

    from bot.telegram.alarms import Alarms
    from bot.telegram.desk import Desk
    from bot.telegram.inbox import Inbox
    from bot.telegram.webhook import Server
    from bot.telegram.working import Work

    Context = CallbackContext[Any, Any, Any, Any]
    AnyApplication = Application[Any, Any, Any, Any, Any, Any]

log = logging.getLogger(__name__)

# One for each update that is worked on, and some more: other work goes on beside, and the names of hosts
# are looked up in these threads too.
THREADS = AT_ONCE + 8
# What has been kept for long enough is let go within so many seconds.
LETTING_GO = 600.0
# What so many programs have begun again, and none has ended, may be what ends them.
PROGRAMS = 10
# Before all other handlers.
FIRST = -100


class TokenError(DatelineError):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        # Telegram's own message holds the token.
        super().__init__("Telegram refuses TELEGRAM_BOT_TOKEN; copy it anew from @BotFather")


class Running:
    """One run of the bot, in the event loop in which it is made."""

    def __init__(self, desk: Desk, alarms: Alarms, inbox: Inbox) -> None:
        self._desk = desk
        self._inbox = inbox
        self._alarms = alarms
        self._admins = desk.settings.admin_ids
        self._loop = asyncio.get_running_loop()
        # Done when the bot is to stop, with an error where it has to.
        self._end: asyncio.Future[None] = self._loop.create_future()
        self._warm = asyncio.Event()

    async def live(self, application: AnyApplication) -> None:
        """Start, work until a signal comes, then finish what is in progress.

        `application.post_init` and `post_stop` are called as the library calls them.

        Raises:
            TokenError: Telegram refuses the token.
            ServerError: the server cannot listen, or Telegram refuses the webhook.
            ModelError: the coverage cannot be used with this model.
        """
        for each in (signal.SIGINT, signal.SIGTERM):
            self._loop.add_signal_handler(each, self._stop)
        # Whoever runs the event loop ends them with it. One more lays out the indexes.
        self._loop.set_default_executor(ThreadPoolExecutor(THREADS + 1, "bot"))
        listening = listen_as(self._desk.settings)
        try:
            async with AsyncExitStack() as stack:
                await self._start(application, listening, stack)
                await asyncio.wait([self._end])
                self._inbox.stop()
                _hurry(application)
        except InvalidToken:
            self.refuse_token()
        finally:
            if listening is not None:
                listening.close()
        self._end.result()

    def refuse_token(self) -> None:
        """Stop, since Telegram refuses the token."""
        self._fail(TokenError())

    def _stop(self) -> None:
        if not self._end.done():
            log.info("stopping; what is in progress is finished first, and a second signal ends it at once")
            self._end.set_result(None)
        for each in (signal.SIGINT, signal.SIGTERM):
            self._loop.remove_signal_handler(each)

    def _fail(self, error: BaseException) -> None:
        if not self._end.done():
            self._end.set_exception(error)

    async def _start(
        self, application: AnyApplication, listening: socket.socket | None, stack: AsyncExitStack
    ) -> None:
        """Start all parts in order; the stack stops them in the opposite one."""
        application.add_handler(TypeHandler(Update, self._receive), FIRST)
        # Before anything new is taken, so that each chat keeps its order.
        await self._inbox.begin_again(application.bot)
        server = self._serve(application, listening, stack)
        stack.push_async_callback(_shut_down, application)
        await self._unless_ended(persist(application.initialize))
        if self._end.done():
            return
        self._alarms.connect(application.bot)
        if application.post_init:
            await application.post_init(application)
        await application.start()
        stack.push_async_callback(_finish, application)
        if server is not None:
            # What it takes is worked on to the end, so it stops before that.
            stack.push_async_callback(server.end)
        for work in (
            self._warm_up(),
            self._tell_news(application),
            self._let_go(),
            self._lay_out(),
            introduce(application.bot, self._admins),
        ):
            stack.push_async_callback(_cancel, self._begin(work))
        log.info("answering as @%s", application.bot.username)
        await self._unless_ended(self._take_updates(application, stack))

    def _serve(
        self, application: AnyApplication, listening: socket.socket | None, stack: AsyncExitStack
    ) -> Server | None:
        """The server, which tells how the bot is from the very start: Telegram may be away."""
        if listening is None:
            return None
        health = Health(self._desk, lambda: application.running and self._warm.is_set())
        stack.callback(health.close)
        server = serve(application, self._desk.settings, self._desk.metrics, health, self._inbox, listening)
        stack.push_async_callback(server.end)
        return server

    async def _take_updates(self, application: AnyApplication, stack: AsyncExitStack) -> None:
        updater = application.updater
        if updater is None:
            await set_webhook(application, self._desk.settings)
        else:
            stack.push_async_callback(_stop_polling, updater)
            await poll(application, updater)

    async def _unless_ended(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work, or as much of it as can be done until the bot is to stop."""
        task = asyncio.ensure_future(work)
        await asyncio.wait([task, self._end], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        else:
            await _cancel(task)

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a task beside the bot, which cannot go on if that fails."""

        def look(done: asyncio.Task[None]) -> None:
            error = None if done.cancelled() else done.exception()
            if error is not None:
                self._fail(error)

        task = asyncio.create_task(work)
        task.add_done_callback(look)
        return task

    async def _warm_up(self) -> None:
        """Load the models while the first updates wait for them."""
        try:
            await asyncio.to_thread(self._desk.coverage.warm)
            log.info("the coverage is ready")
        finally:
            self._warm.set()

    async def _tell_news(self, application: AnyApplication) -> None:
        """Tell those who follow what is new, once there is something to look for it with."""
        await self._warm.wait()
        await Telling(self._desk).go_on(application)

    async def _receive(self, update: Update, _context: Context) -> None:
        """Count an update, and let it wait until there is something to answer it with."""
        kinds = (str(kind) for kind in KINDS if getattr(update, kind) is not None)
        self._desk.metrics.update(next(kinds, "other"))
        if not self._warm.is_set():
            await self._wait_with(update.message)
        if (work := current_work()) is not None:
            await self._give_up(update, work)

    async def _wait_with(self, message: Message | None) -> None:
        if message is None or message.chat.type != ChatType.PRIVATE:
            await self._warm.wait()
            return
        async with seen_typing(message.chat, None):
            await self._warm.wait()

    async def _give_up(self, update: Update, work: Work) -> None:
        """Do nothing more but apologise for an update that was begun again so often in vain."""
        is_first = work.left
        await self._inbox.begin(work)
        if is_first and work.programs > PROGRAMS:
            log.error("an update was begun again %d times, and never done; it is given up", PROGRAMS)
        if work.programs > PROGRAMS or work.doubtful >= ROUNDS:
            await apologise(update, self._desk.metrics)
            raise ApplicationHandlerStop

    async def _let_go(self) -> None:
        """Let go of what was kept for long enough, again and again."""
        while True:
            self._desk.access.let_go()
            self._desk.conversation.let_go()
            before = datetime.now(UTC) - self._desk.settings.keep
            try:
                await asyncio.to_thread(self._desk.memory.expire, before)
                await self._inbox.let_go()
            except DatelineError as error:
                log.error("what is to be kept no longer was not let go: %s", error)  # noqa: TRY400 - it says all
            await asyncio.sleep(LETTING_GO)

    async def _lay_out(self) -> None:
        """Let the indexes fit the coverage as it grows, which may take minutes beside the questions."""
        await self._warm.wait()
        stop = threading.Event()
        try:
            await asyncio.to_thread(self._desk.coverage.keep_laid_out, stop)
        finally:
            # A thread is not cancelled with who waits for it.
            stop.set()


async def _stop_polling(updater: Updater) -> None:
    if updater.running:
        await updater.stop()


def _hurry(application: AnyApplication) -> None:
    """Let nothing wait long any more for Telegram's leave to send."""
    once = application.bot.rate_limiter
    if isinstance(once, Once):
        once.pace.hurry()


async def _finish(application: AnyApplication) -> None:
    """Work on what was taken, to the end."""
    await application.stop()
    if application.post_stop:
        await application.post_stop(application)


async def _shut_down(application: AnyApplication) -> None:
    await application.shutdown()
    # Where the start failed in the middle, connections are open all the same.
    await application.bot.shutdown()
    if application.post_shutdown:
        await application.post_shutdown(application)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
