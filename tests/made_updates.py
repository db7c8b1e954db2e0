"""Updates as Telegram sends them, with parts of them exchanged for what it never sends: strategies."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from bot_api import updates
from bot_api.people import message_in, person, private_chat, with_text
from hypothesis import strategies as st
from made_pieces import ADDRESSES, json_value, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot_api.updates import Update

    Path = tuple[str | int, ...]

ADMIN, KEY = 4242, "AbCdEfGh12"
COMMANDS = (
    "start", "help", "latest", "timeline", "sources", "follow", "following", "settings", "privacy",
    "forget", "add", "remove", "stats", "nothing",
)  # fmt: skip
QUESTIONS = (
    "How many ships waited outside the harbour?", "What did the mayor say last week?",
    "And what about the pilots?", "Скільки кораблів чекали біля порту?", "Who?", "?", "/", "/ start",
    "/start@DatelineBot", "@dateline_bot", "harbour " * 300,
    "when did ships wait in January 2025, according to The Gull?", "<b>", "0000-00-00",
)  # fmt: skip
_CARRIED = (
    f"p:{KEY}", f"p:{KEY}:r9", f"c:{KEY}:r09", f"w:{KEY}", f"f:{KEY}", f"+:{KEY}", f"-:{KEY}",
    f"p:{KEY}:d1", "s:7:l:uk", "s:7:p:5", "s:7:n:-", f"s:{ADMIN}:p:3", "s:0000000000000000:p:3",
    "s:7:p:99999999", f"u:{KEY}", f"u:{KEY}:7", "u:", "a:", f"a:{KEY}:012", f"a:{KEY}:012:0",
    f"a:{KEY}:012:0!", f"a:{KEY}:9999999999:9!", "\u0660:x", "", "p:" + "x" * 62,
)  # fmt: skip
_STARTS = (f"c_{KEY}_0", f"c_{KEY}_99", "q_V2hvIHdvbj8", "q_", "q_gA", "c_", "q_" + "A" * 62)

who = st.sampled_from((updates.PERSON, ADMIN, 7))
said = st.sampled_from(QUESTIONS) | phrase | st.text(max_size=12)
language = st.sampled_from(("en", "uk", "zz", "uk-UA", ""))


def _shown() -> dict[str, Any]:
    """A message of the bot's that nobody has kept, with buttons under it."""
    keys = {"inline_keyboard": [[{"text": "x", "callback_data": each}] for each in _CARRIED[:16]]}
    return (
        message_in(private_chat(updates.PERSON), person(updates.PERSON))
        | with_text("x")
        | {"reply_markup": keys}
    )


_SHOWN = _shown()
whole: st.SearchStrategy[Update] = st.one_of(
    st.builds(updates.private_message, said, user_id=who, language_code=language),
    st.builds(updates.mention, said, user_id=who),
    st.builds(updates.group_message, said, user_id=who, thread_id=st.sampled_from((None, 3))),
    st.builds(
        updates.command,
        st.sampled_from(COMMANDS),
        said | st.sampled_from((*_STARTS, *ADDRESSES)),
        user_id=who,
    ),
    st.builds(updates.group_command, st.sampled_from(COMMANDS), said, user_id=who),
    st.builds(
        lambda text, by: updates.edited_message(updates.private_message("x", user_id=by), text), said, who
    ),
    st.builds(
        updates.callback_query, st.sampled_from(_CARRIED) | st.text(max_size=20), st.just(_SHOWN), user_id=who
    ),
    st.builds(
        updates.inline_query, said, user_id=who, offset=st.sampled_from(("", "1", "-1", "x", "9" * 30))
    ),
    st.builds(updates.chosen_inline_result, st.text(max_size=9), said, user_id=who),
    st.builds(
        updates.my_chat_member, st.sampled_from(("member", "administrator", "left", "kicked")), user_id=who
    ),
    st.builds(updates.photo, said, user_id=who),
    st.builds(updates.forwarded, said | st.sampled_from(ADDRESSES), user_id=who),
)
"""What Telegram may send, as it is documented."""


def _paths(part: Any, here: Path = ()) -> Iterator[Path]:
    """Where something stands in a made-up update, the update itself left out."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inner:
        yield (*here, name)
        yield from _paths(value, (*here, name))


def _exchange(update: Update, path: Path, value: Any) -> None:
    part: Any = update
    for step in path[:-1]:
        part = part[step]
    if value is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = value


_NUMBERS = st.sampled_from((0, 1, -1, 7, 99, 1 << 31, (1 << 52) - 1, 1 - (1 << 52), -1_001_000_000_000))
# What may be missing in an update, however seldom it is.
_OPTIONAL = frozenset(
    (
        "from",
        "entities",
        "language_code",
        "reply_markup",
        "text",
        "title",
        "photo",
        "caption",
        "reply_to_message",
        "data",
    )
)


def _alike(value: Any) -> st.SearchStrategy[Any]:
    """Something of the same type."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int):
        return _NUMBERS
    if isinstance(value, str):
        return said
    return st.just([] if isinstance(value, list) else value)


def _at(update: Update, path: Path) -> Any:
    part: Any = update
    for step in path:
        part = part[step]
    return part


@st.composite
def odd(draw: st.DrawFn) -> Update:
    """An update of Telegram's form; up to three parts are missing that may be, or say something odd."""
    update = copy.deepcopy(draw(whole))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from([each for each in _paths(update) if len(each) > 1]))
        gone = path[-1] in _OPTIONAL and draw(st.booleans())
        _exchange(update, path, ... if gone else draw(_alike(_at(update, path))))
    return update


@st.composite
def broken(draw: st.DrawFn) -> Update:
    """An update in which up to three parts are missing, or of any other form."""
    update = copy.deepcopy(draw(whole))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from([*_paths(update), ("message",)]))
        if path[0] in update:
            _exchange(
                update, path, draw(st.just(...) | _NUMBERS | json_value | said | st.just([]) | st.just({}))
            )
    return update
