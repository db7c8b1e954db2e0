from __future__ import annotations

import json
import logging
import sys

import pytest
from pydantic import SecretStr
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.logs import RedactingFormatter, configure_logging

TOKEN = "42:secret"
HALF = "AAH-abcdefghijklmnopqrstu_vwxyz"


def test_token_is_hidden_in_both_spellings() -> None:
    """A record that names the token in an address, in its arguments or in its traceback does not show it."""
    formatter = RedactingFormatter("%(message)s", TOKEN)
    try:
        int(f"https://api/file/bot{TOKEN.replace(':', '%3A')}/photo")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 1, "asked %s", (f"/bot{TOKEN}/getMe",), sys.exc_info()
        )
    line = formatter.format(record)
    assert "asked /bot<token>/getMe" in line
    assert "file/bot<token>/photo" in line
    assert "secret" not in line


def test_only_our_own_errors_have_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """What python-telegram-bot tries again is a line; what we did not foresee is told with its stack."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    try:
        configure_logging(None, verbose=False)
        for name, said in (("telegram.ext.Updater", "trying again"), ("bot.telegram.errors", "unforeseen")):
            logging.getLogger(name).error(said, exc_info=ValueError(said))
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("trying again")
    assert lines[1].endswith("unforeseen")
    assert lines[2] == "  ValueError: unforeseen"


def test_without_a_token_nothing_is_changed() -> None:
    """Without a token lines are as they were."""
    record = logging.LogRecord("x", logging.INFO, "", 1, "plain", (), None)
    assert RedactingFormatter("%(message)s", None).format(record) == "plain"


def test_libraries_that_tell_addresses_are_silenced(capsys: pytest.CaptureFixture[str]) -> None:
    """Even when verbose, the HTTP library's line for every call is not logged."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    try:
        configure_logging(SecretStr(TOKEN), verbose=True)
        logging.getLogger("httpx").info("HTTP Request: POST https://api/bot%s/getMe", TOKEN)
        logging.getLogger("index").info("said with %s", TOKEN)
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
    assert capsys.readouterr().err.splitlines()[0].endswith("INFO index: said with <token>")


def test_no_message_makes_a_second_line() -> None:
    """Whatever stands in a message, it is one line, and what it says can be read."""
    said = "a\nb\r\x1b[31mc\u2028d\u202ee\x85f\ud800 \u0417\u0438\u043c\u0430"
    line = RedactingFormatter("%(message)s", None).format(
        logging.LogRecord("x", logging.INFO, "", 1, "%s", (said,), None)
    )
    assert line == r"a\nb\r\x1b[31mc\u2028d\u202ee\x85f\ud800 " + "\u0417\u0438\u043c\u0430"


def test_what_an_error_says_stands_further_in() -> None:
    """No line of a traceback begins as a line of the log does, though the error's words have lines."""
    formatter = RedactingFormatter("%(levelname)s %(message)s", None)
    try:
        json.loads('"\n')
    except ValueError as error:
        error.args = ("strange\nERROR all is well\x1b[2J",)
        record = logging.LogRecord(
            "x", logging.ERROR, "", 1, "unforeseen", (), sys.exc_info(), sinfo="s\nERROR"
        )
    first, *others = formatter.format(record).split("\n")
    assert first == "ERROR unforeseen"
    assert all(line.startswith("  ") for line in others)
    assert r"  ERROR all is well\x1b[2J" in others


@pytest.mark.parametrize("spelling", [f"12345678{colon}{HALF}" for colon in (":", "%3a", "%253A")] + [HALF])
def test_token_is_hidden_in_any_spelling(spelling: str) -> None:
    """A small hexadecimal digit, a colon that is encoded twice, and the secret half alone are hidden too."""
    formatter = RedactingFormatter("%(message)s", f"12345678:{HALF}")
    line = formatter.format(logging.LogRecord("x", logging.INFO, "", 1, f"/bot{spelling}/getMe", (), None))
    assert line == "/bot<token>/getMe"


async def test_answer_of_telegram_that_cannot_be_read_is_not_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the library cannot read may be somebody's message, and is in no log, however much is logged."""
    configure_logging(None, verbose=True)
    with pytest.raises(TelegramError):
        HTTPXRequest.parse_json_payload(b'{"ok": true, "result": [{"text": "xylophone')
    assert "xylophone" not in capsys.readouterr().err
