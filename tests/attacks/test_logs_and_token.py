"""What a stranger writes makes no line of the log, and the token is in nothing that leaves the program."""

from __future__ import annotations

import logging
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attacks.standing import ANN, standing
from bot_api import updates
from bot_api.server import TOKEN, BotApi
from programs import Program
from telegram.error import TelegramError
from telegram.ext import ExtBot, MessageHandler, filters

from bot.logs import RedactingFormatter
from bot.settings import Settings
from bot.telegram.health import Health

if TYPE_CHECKING:
    from collections.abc import Iterator

    from telegram import Update

FORGED = "2026-01-01 00:00:00,000 ERROR bot: all is lost"
FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
SPELLINGS = (TOKEN, TOKEN.replace(":", "%3A"), TOKEN.replace(":", "%3a"))
# As Telegram's are, which is how the secret half alone is known.
LONG = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_1234"
ENDS = (
    "\n",
    "\r",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\u2029",
    "\x1b[2K\r",
    "\x1b]0;x\x07\n",
    "\x00\n",
)


@pytest.fixture
def written() -> Iterator[StringIO]:
    """All that is logged, at the lowest level, as the program would write it."""
    stream, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(RedactingFormatter(FORM, TOKEN))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def lines_of(stream: StringIO) -> list[str]:
    """The lines as any reader of logs would part them."""
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("end", ENDS, ids=repr)
@pytest.mark.parametrize("how", ["said", "given", "raised", "named"])
def test_forged_line(written: StringIO, end: str, how: str) -> None:
    """Words with an end of line and a forged line behind it are logged: no line begins as they forge."""
    words = f"x{end}{FORGED}"
    log = logging.getLogger(words if how == "named" else "bot")
    if how == "raised":
        try:
            raise ValueError(words)  # noqa: TRY301 - as a handler would
        except ValueError:
            log.exception("unforeseen")
    elif how == "given":
        log.error("not answered: %s", words)
    else:
        log.error(words)
    lines = lines_of(written)
    assert not any(line.startswith("2026-01-01 00:00:00,000") for line in lines)
    assert not any("\x1b" in line or "\x00" in line for line in lines)
    assert sum(not line.startswith("  ") for line in lines) == 1


@pytest.mark.parametrize("end", ENDS, ids=repr)
async def test_question_that_forges_a_line(tmp_path: Path, written: StringIO, end: str) -> None:
    """A question, a name and a command's words forge a line of the log, also where the work fails."""

    async def fail(update: Update, _context: Any) -> None:
        raise RuntimeError(f"cannot do {update.effective_message and update.effective_message.text}")

    async with standing(tmp_path) as bot:
        words = f"How many ships?{end}{FORGED}"
        for text in (words, f"/timeline {words}", f"/follow {words}", f"/start {words}", f"/remove {words}"):
            update = updates.private_message(text, user_id=ANN)
            await bot.feed(updates.altered(update, {"from": {"first_name": words, "username": words}}))
        bot.application.add_handler(MessageHandler(filters.ALL, fail), -1)
        await bot.feed(updates.private_message(words, user_id=ANN))
    assert "cannot do" in written.getvalue()
    assert not any(line.startswith("2026-01-01 00:00:00,000") for line in lines_of(written))


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_token_in_a_message(written: StringIO, spelling: str) -> None:
    """The token stands in an address, an error or a name: no spelling of it is written."""
    log = logging.getLogger("bot")
    log.error("asked https://api.telegram.org/file/bot%s/x", spelling)
    log.error("could not", exc_info=OSError(f"no /bot{spelling}/getMe"))
    logging.getLogger(f"bot.{spelling}").debug("named")
    assert written.getvalue().count("<token>") == 3
    assert not any(each in written.getvalue() for each in SPELLINGS)


def test_secret_half_alone() -> None:
    """A library logs only what stands behind the colon: that is the secret, and is hidden too."""
    formatter = RedactingFormatter("%(message)s", LONG)
    for text in (LONG, LONG.replace(":", "%253A"), LONG.partition(":")[2], LONG.swapcase()):
        said = formatter.format(logging.LogRecord("x", 10, "", 1, "%s", (f"bad port '{text}'",), None))
        assert LONG.partition(":")[2].casefold() not in said.casefold()


@pytest.mark.parametrize("kind", ["500", "401", "drop before", "200 html", "cut JSON", "no such token"])
async def test_token_in_the_librarys_errors(written: StringIO, kind: Any) -> None:
    """Telegram refuses, breaks or says nonsense: what the library logs and raises is written without it."""
    with BotApi() as api:
        known = kind != "no such token"
        if known:
            api.fail("*", 10, kind)
        bot: ExtBot[None] = ExtBot(TOKEN if known else f"{TOKEN}x", base_url=f"{api.base_url}/bot")
        try:
            await bot.initialize()
        except TelegramError:
            logging.getLogger("bot").exception("it failed")
        finally:
            await bot.shutdown()
    assert "it failed" in written.getvalue()
    assert not any(each in written.getvalue() for each in SPELLINGS)


async def test_token_in_health_and_metrics(tmp_path: Path) -> None:
    """Who reads the pages for health and metrics finds no token, person, chat or text there."""
    async with standing(tmp_path) as bot:
        health = Health(bot.desk, lambda: True)
        told = str(await health.told()) + (await health.measured()).decode()
        health.close()
    assert not any(each in told for each in (*SPELLINGS, str(ANN), "How many ships", "Harbour report", "Ada"))


def test_token_in_the_settings() -> None:
    """Settings that are printed, dumped or refused show neither token, secret nor database."""
    given: dict[str, Any] = {
        "TELEGRAM_BOT_TOKEN": LONG,
        "DATELINE_WEBHOOK_SECRET": "sixteen-letters_",
        "DATELINE_DATABASE_URL": "postgresql://ann:password@db/x",
    }
    settings = Settings(_env_file=None, **given)
    told = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert not any(each in told for each in (LONG, "sixteen-letters_", "password"))


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:1",
        "http://exa mple",
        "http://[::1",
        "http://127.0.0.1:99999",
        "http://\u2028",
        "https://",
    ],
)
def test_token_where_the_address_is_wrong(tmp_path: Path, base: str) -> None:
    """The Bot API's address is wrong or nobody answers there: whatever is said, the token is not in it."""
    program = Program(tmp_path / "home", base, TOKEN, DATELINE_CHATS="all")
    with suppress(AssertionError):
        program.wait_for("Telegram", seconds=6)
    listed = Path(f"/proc/{program.pid}/cmdline")
    asked = listed.read_bytes().decode() if listed.exists() else ""
    program.stop()
    assert not any(each in program.log + asked for each in SPELLINGS)
    assert "Telegram" in program.log
