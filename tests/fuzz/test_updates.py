"""Updates that are not of Telegram's form: they are read, or passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from made_updates import broken

from bot.telegram.incoming import person_in, read_update

if TYPE_CHECKING:
    from bot_api.updates import Update

NUMBER = 7


@settings(max_examples=300, deadline=None, derandomize=True)
@given(broken())
def test_an_update_of_any_form_is_read_or_passed_over(update: Update) -> None:
    """Whatever stands where in an update, reading it raises nothing."""
    person_in(update)
    read = read_update({**update, "update_id": NUMBER})
    assert read is None or read.update_id == NUMBER
