from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.logs import RedactingFormatter, configure_logging

if TYPE_CHECKING:
    import pytest

TOKEN = "42:secret"


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
    assert lines[2] == "ValueError: unforeseen"


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
