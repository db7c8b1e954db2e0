"""The real bot program, as a process of its own, against a Bot API on loopback."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from bot_api.server import BotApi
from programs import ROOT, STARTING, Program, running

from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TWELVE_THOUSAND = "How many North Korean military personnel are in Russia?"
# The first answer waits for the model, which is loaded while updates are taken already.
ANSWERING = 90.0
MOMENT = 0.3


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped coverage."""
    folder = tmp_path_factory.mktemp("program")
    with Coverage.open(folder) as opened:
        opened.index([str(ROOT / "seeds")])
    return folder


@pytest.fixture(scope="module")
def asked(home: Path) -> Iterator[BotApi]:
    """A Bot API with the program running against it, shared by the tests that leave both as they are."""
    with BotApi() as api, running(home, api):
        yield api


def ask(api: BotApi, update: updates.Update, messages: int = 1) -> list[str]:
    """The texts sent for an update: so many of them, and what else has come by a moment later."""
    before = len(api.sent)
    api.push(update)
    api.wait_for(before + messages, timeout=ANSWERING)
    # Whoever asks elsewhere after it, and is answered, knows that it was looked at.
    api.push(updates.private_message("Who won the 2022 World Cup?", user_id=999))
    api.wait_for(lambda api: any(sent.chat_id == 999 for sent in api.sent[before:]), timeout=ANSWERING)
    time.sleep(MOMENT)
    return [sent.plain for sent in api.sent[before:] if sent.chat_id != 999]


def test_question_is_answered_with_a_cited_quotation(asked: BotApi) -> None:
    """A question gets the passage as a quotation, its sentence in bold, and its date, without a preview."""
    before = len(asked.sent)
    asked.push(updates.private_message(TWELVE_THOUSAND))
    asked.wait_for(lambda api: len(api.sent) > before, timeout=ANSWERING)
    sent = asked.sent[before]
    assert "<blockquote>" in sent.text
    lit = "The Intelligence Directorate reported about 12,000 North Korean military personnel in Russia."
    assert f"<b>{lit}</b>" in sent.text
    assert "source not given · 11 January 2025" in sent.plain
    assert '"is_disabled": true' in str(sent.params.get("link_preview_options"))


def test_typing_is_shown_first(asked: BotApi) -> None:
    """Before an answer the person sees that the bot is typing."""
    before = len(asked.calls)
    ask(asked, updates.private_message(TWELVE_THOUSAND))
    methods = [call.method for call in asked.calls[before:] if call.method != "getUpdates"]
    assert "sendChatAction" in methods
    assert methods.index("sendChatAction") < methods.index("sendMessage") + 2


def test_question_that_is_not_covered_is_refused(asked: BotApi) -> None:
    """What the coverage does not answer is refused plainly, without a quotation."""
    searched = "Searched: Who won the 2022 World Cup? · the newest article is of 11 January 2025"
    assert ask(asked, updates.private_message("Who won the 2022 World Cup?")) == [
        f"The coverage does not answer that.\n\n{searched}"
    ]


def test_start_and_help_explain(asked: BotApi) -> None:
    """/start and /help say what the bot does and how to ask; /start also how current it is."""
    (start,) = ask(asked, updates.command("start"))
    assert "It knows 1 article, the newest of 11 January 2025." in start
    (explained,) = ask(asked, updates.command("help"))
    assert "Ask in your own words" in explained


@pytest.mark.parametrize(
    "text",
    [
        "<b>&",
        "</blockquote><a href='x'>",
        "'; DROP TABLE articles; --",
        "$(reboot)",
        "🙂👩‍👩‍👧",
        "x" * 4096,
        "/unknown",
    ],
)
def test_hostile_text_gets_a_sentence(asked: BotApi, text: str) -> None:
    """Markup, code, emoji, a screenful and an unknown command each get one plain reply."""
    assert len(ask(asked, updates.private_message(text))) == 1


def test_photo_gets_a_kind_line(asked: BotApi) -> None:
    """What is no text is answered kindly in a private chat."""
    (reply,) = ask(asked, updates.photo())
    assert reply.startswith("I can read only text.")


def test_group_is_left_alone_unless_it_asks(asked: BotApi) -> None:
    """In a group the bot answers when it is mentioned or replied to, and is silent otherwise."""
    assert ask(asked, updates.group_message(TWELVE_THOUSAND), 0) == []
    (mentioned,) = ask(asked, updates.mention(TWELVE_THOUSAND))
    assert "about 12,000" in mentioned
    own = next(sent for sent in reversed(asked.sent) if sent.chat_id != 999)
    (replied,) = ask(asked, updates.reply_to_bot(TWELVE_THOUSAND, own.message))
    assert "about 12,000" in replied


def test_nothing_was_refused(asked: BotApi) -> None:
    """Of all that was sent to it, the Bot API refused nothing."""
    ask(asked, updates.private_message(TWELVE_THOUSAND))
    assert asked.refusals == ()


def test_api_that_is_away_comes_back(home: Path) -> None:
    """While the Bot API fails, at the start and later, the program waits and then goes on."""
    with BotApi() as api:
        api.fail("getMe", times=2, kind="502 html")
        with running(home, api):
            api.fail("getUpdates", times=2, kind="drop before")
            api.fail("sendMessage", times=1, kind="429", retry_after=1)
            api.push(updates.private_message(TWELVE_THOUSAND))
            api.wait_for(1, timeout=STARTING)
        assert "about 12,000" in api.sent[0].plain


def test_error_is_told_and_logged(home: Path) -> None:
    """Where something is broken the person is told, the error is logged, and the next is answered."""
    with BotApi() as api:
        with running(home, api) as program:
            with closing(sqlite3.connect(home / "dateline.db")) as database:
                database.execute("ALTER TABLE people RENAME TO elsewhere")
                api.push(updates.private_message(TWELVE_THOUSAND))
                api.wait_for(1, timeout=ANSWERING)
                database.execute("ALTER TABLE elsewhere RENAME TO people")
            api.push(updates.private_message(TWELVE_THOUSAND))
            api.wait_for(2, timeout=ANSWERING)
        assert api.sent[0].plain.startswith("Something went wrong on my side")
        assert "about 12,000" in api.sent[1].plain
        assert "an update was not answered: StoreError" in program.log
        assert TWELVE_THOUSAND not in program.log


def test_person_who_blocked_the_bot_stops_nothing(home: Path) -> None:
    """A person who has blocked the bot costs a line, and the next is answered."""
    with BotApi() as api, running(home, api):
        api.block(7)
        api.push(updates.private_message(TWELVE_THOUSAND, user_id=7))
        api.push(updates.private_message(TWELVE_THOUSAND, user_id=8))
        api.wait_for(1, timeout=ANSWERING)
        assert api.sent[0].chat_id == 8


def test_wrong_token_is_one_line(home: Path) -> None:
    """A token that Telegram refuses ends the program with one line that names the setting, not the token."""
    with BotApi() as api:
        program = Program(home, api.base_url, token="43:wrong")
        assert program.wait() == 1
    errors = [line for line in program.log.splitlines() if line.startswith("error: ")]
    assert errors == ["error: Telegram refuses TELEGRAM_BOT_TOKEN; copy it anew from @BotFather"]
    assert "43:wrong" not in program.log
    assert "Traceback" not in program.log
