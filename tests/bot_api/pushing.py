"""The webhook: updates are posted to it until it takes them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from bot_api.faults import NATURES
from bot_api.records import Delivery, Journal
from bot_api.wire import written

if TYPE_CHECKING:
    from bot_api.faults import Fault, Faults
    from bot_api.pending import Pending, Update
    from bot_api.profile import Profile, Webhook

FIRST_WAIT: Final = 0.1
LONGEST_WAIT: Final = 2.0
READ_TIMEOUT: Final = 60.0
"""All three in seconds; Telegram's own waits are 1 s, doubling up to 30 and more."""

FAULT_NAME: Final = "webhook"
"""What an injected fault of a push is ordered under, as for a method."""


class Pushing:
    """Posts to the webhook, in order within a chat and side by side between chats, as Telegram does.

    It lives on the server's event loop. `through` stands in for the proxy that has the webhook's
    https address: a base address on loopback, under which the path of the webhook's address is
    posted to. Without one nothing is pushed, and the updates wait.
    """

    def __init__(self, pending: Pending, profile: Profile, journal: Journal, faults: Faults) -> None:
        self._pending = pending
        self._profile = profile
        self._journal = journal
        self._faults = faults
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(1)
        self._client: httpx.AsyncClient | None = None
        self._closed = False
        self.through = ""

    def restart(self) -> None:
        """Begin anew: the webhook has been set, changed or taken away."""
        self._end()
        if self._profile.webhook:
            self._places = asyncio.Semaphore(self._profile.webhook.max_connections)
        self.wake()

    def wake(self) -> None:
        """Let whatever waits be posted."""
        if self._closed or not self.through or not self._profile.webhook:
            return
        with self._journal.changed:
            lanes = self._pending.lanes()
        for lane in lanes - self._lanes.keys():
            self._lanes[lane] = asyncio.ensure_future(self._empty(lane, self._profile.webhook))

    async def close(self) -> None:
        """End every post in progress."""
        self._closed = True
        lanes = self._end()
        await asyncio.gather(*lanes, return_exceptions=True)
        if self._client:
            await self._client.aclose()

    def _end(self) -> list[asyncio.Task[None]]:
        lanes = list(self._lanes.values())
        self._lanes.clear()
        for lane in lanes:
            lane.cancel()
        return lanes

    async def _empty(self, lane: int, webhook: Webhook) -> None:
        wait, places = FIRST_WAIT, self._places
        while update := self._next(lane):
            async with places:
                arrived = await self._deliver(update, webhook)
            if not arrived:
                await asyncio.sleep(wait)
            wait = FIRST_WAIT if arrived else min(2 * wait, LONGEST_WAIT)
        # No await lies between here and the look that found nothing: no update can slip in between.
        self._lanes.pop(lane, None)

    def _next(self, lane: int) -> Update | None:
        with self._journal.changed:
            return self._pending.oldest(lane)

    async def _deliver(self, update: Update, webhook: Webhook) -> bool:
        status, detail = await self._post(update, webhook)
        arrived = httpx.codes.is_success(status)
        with self._journal.changed:
            if arrived:
                self._pending.confirm(update["update_id"])
            else:
                self._profile.last_error = int(time.time()), detail
            self._journal.add(Delivery(update["update_id"], status, detail))
        return arrived

    async def _post(self, update: Update, webhook: Webhook) -> tuple[int, str]:
        with self._journal.changed:
            fault = self._faults.take(FAULT_NAME, is_call=False)
        nature = NATURES[fault.kind] if fault else None
        if fault and nature and not nature.effect:
            return 0, _told(fault)
        parts = urlsplit(webhook.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json", "Host": parts.netloc}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        address = f"{self.through.rstrip('/')}{path or '/'}"
        try:
            reply = await self._session().post(address, content=written(update), headers=headers)
        except httpx.ConnectError:
            return 0, "Connection refused"
        except httpx.TimeoutException:
            return 0, "Read timeout expired"
        except httpx.TransportError:
            return 0, "Webhook connection closed"
        if fault and nature and not nature.arrives:
            return 0, _told(fault)
        well = reply.is_success
        return reply.status_code, (
            "" if well else f"Wrong response from the webhook: {reply.status_code} {reply.reason_phrase}"
        )

    def _session(self) -> httpx.AsyncClient:
        if self._client is None:
            # No settings from the environment: a proxy of this machine has no business on loopback.
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
            self._client = httpx.AsyncClient(trust_env=False, timeout=READ_TIMEOUT, limits=limits)
        return self._client


def _told(fault: Fault) -> str:
    return f"Webhook connection closed ({fault.kind})"
