"""Is everything as it should be? All checks of `dateline doctor`, and how what they find is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.settings import Settings, SettingsError
from index.checking import Beside, Finding, check_coverage
from index.errors import DatelineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.telegram.reach import Told

# As @BotFather gives it: the bot's number, and a secret.
TOKEN = re.compile(r"[0-9]{1,16}:[A-Za-z0-9_-]{3,100}")
# What is told as new, and what has waited too long, is judged by the clock.
LEEWAY = timedelta(seconds=60)
# So many updates wait where the bot has been away for long, or where it cannot keep up.
MANY_WAITING = 1000


class DoctorError(DatelineError):
    """Something is not as it should be."""


def read_what_can_be(environment: type[Settings] = Settings) -> tuple[Settings, list[Finding]]:
    """The settings, those that cannot be used left out, and what was found of them.

    Raises:
        SettingsError: `.env` cannot be read at all.
    """
    without: dict[str, Any] = {}
    found: list[Finding] = []
    while True:
        try:
            settings = environment(**without)
        except ValidationError as error:
            for each in error.errors(include_input=False, include_url=False):
                field = str(each["loc"][0])
                known = environment.model_fields.get(field)
                name = known.alias if known and known.alias else field
                said = each["msg"].removeprefix("Value error, ")
                if name in without:
                    raise SettingsError(f"the setting {name} cannot be used: {said}") from None
                without |= _left_out(name)
                found.append(
                    Finding("settings", "failed", f"{name} cannot be used: {said}", f"change {name}")
                )
        except (UnicodeDecodeError, OSError) as error:
            raise SettingsError(f"the file .env cannot be read ({error}); save it as UTF-8") from error
        else:
            return settings, found or [Finding("settings", "ok", "all can be read")]


def diagnose(settings: Settings, found: Iterable[Finding] = ()) -> Iterator[Finding]:
    """What all checks find, each as soon as it is known; no check stops those after it."""
    from bot.memory import tables

    yield from found
    yield from check_coverage(
        settings.home,
        database_url=settings.database,
        model=settings.model,
        reranker=settings.reranker,
        beside=Beside(tables.memory.name, tables.SCHEMA, tables.tables.tables),
    )
    yield from check_telegram(settings)


def check_telegram(settings: Settings) -> Iterator[Finding]:
    """The token, the Bot API, its clock and ours, the webhook, the admins."""
    from bot.telegram.reach import call

    if settings.token is None:
        told = "TELEGRAM_BOT_TOKEN is not set, so 'dateline run' is the chat in the terminal"
        yield Finding("token", "warning", told, "for Telegram, set it to what @BotFather gave you")
        return
    token = settings.token.get_secret_value()
    if not TOKEN.fullmatch(token):
        told = "TELEGRAM_BOT_TOKEN does not look like one: a number, a colon, letters and digits"
        yield Finding("token", "failed", told, "copy it anew from @BotFather")
        return
    me = call(settings.api_base, token, "getMe")
    yield _about_token(me, settings.api_base)
    if me.ahead is not None:
        yield _about_clock(me.ahead)
    if isinstance(me.result, dict):
        yield from _about_webhook(call(settings.api_base, token, "getWebhookInfo"), settings.webhook)
    yield _about_admins(settings)


def format_findings(found: Iterable[Finding]) -> Iterator[str]:
    """A line for each finding: its state, what was looked at, what was found; what to do on a line below."""
    for each in found:
        yield f"{each.state:8} {each.name:12} {each.found}"
        if each.advice and each.state != "ok":
            yield f"{'':8} {'':12} → {each.advice}"


def finding_as_json(found: Finding) -> dict[str, str]:
    """The object that `doctor --json` prints for each finding."""
    return {"check": found.name, "state": found.state, "found": found.found, "advice": found.advice}


def _left_out(name: str) -> dict[str, Any]:
    """The settings to set otherwise so that the others can be read without this one."""
    if name == "DATELINE_WEBHOOK_SECRET":
        # A webhook cannot do without it.
        return {name: None, "DATELINE_WEBHOOK": ""}
    known = next((each for each in Settings.model_fields.values() if each.alias == name), None)
    return {name: known.default if known else None}


def _about_token(me: Told, api_base: str) -> Finding:
    if isinstance(me.result, dict):
        name = str(me.result.get("username", ""))
        return Finding("token", "ok", f"it is that of @{name}, by {api_base}")
    if me.status in {401, 404}:
        told = f"{api_base} does not know this token ({me.status} {me.fault})"
        return Finding("token", "failed", told, "copy it anew from @BotFather, or check TELEGRAM_API_BASE")
    told = f"{api_base} cannot be reached: {me.fault or me.status}"
    return Finding("API", "failed", told, "check the network, a proxy, and TELEGRAM_API_BASE")


def _about_clock(ahead: timedelta) -> Finding:
    seconds = round(ahead.total_seconds())
    if abs(ahead) > LEEWAY:
        way = "ahead of" if seconds > 0 else "behind"
        told = f"this machine's clock is {abs(seconds):,} seconds {way} the Bot API's"
        return Finding("clock", "warning", told, "set it by NTP: 'timedatectl set-ntp true'")
    return Finding("clock", "ok", f"within {max(1, abs(seconds))} s of the Bot API's")


def _about_webhook(info: Told, wanted: str) -> Iterator[Finding]:
    if not isinstance(info.result, dict):
        yield Finding("webhook", "warning", f"getWebhookInfo was not answered: {info.fault or info.status}")
        return
    known = str(info.result.get("url", ""))
    waiting = info.result.get("pending_update_count", 0)
    yield _about_address(known, wanted)
    if error := info.result.get("last_error_message"):
        told = f"Telegram last failed to post there: {' '.join(str(error).split())[:200]}"
        yield Finding("webhook", "warning", told, "see that the proxy passes its path on to DATELINE_LISTEN")
    if isinstance(waiting, int) and waiting > MANY_WAITING:
        told = f"{waiting:,} updates wait at Telegram"
        yield Finding(
            "updates", "warning", told, "see whether 'dateline run' is running; Telegram keeps them a day"
        )
    else:
        yield Finding("updates", "ok", f"{waiting} wait at Telegram")


def _about_address(known: str, wanted: str) -> Finding:
    if known == wanted:
        told = f"Telegram posts to '{known}'" if known else "none is set; the bot asks for updates"
        return Finding("webhook", "ok", told)
    if not known:
        told = f"Telegram does not post to '{wanted}' yet"
        return Finding("webhook", "warning", told, "start 'dateline run', which tells Telegram")
    if not wanted:
        told = f"Telegram posts to '{known}', and DATELINE_WEBHOOK is not set"
        return Finding("webhook", "warning", told, "'dateline run' takes it away: whose program is there?")
    told = f"Telegram posts to '{known}', not to '{wanted}'"
    return Finding(
        "webhook", "failed", told, "start 'dateline run' again, and no other program with this token"
    )


def _about_admins(settings: Settings) -> Finding:
    if settings.admin_ids:
        return Finding("admins", "ok", f"{len(settings.admin_ids)} are told when something needs a person")
    advice = "set it to your number at Telegram; @userinfobot tells yours"
    return Finding(
        "admins", "warning", "DATELINE_ADMINS is not set: nobody is told when a source stops", advice
    )
