from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from bot_api import updates
from conversing import Chat
from desks import opened_desk, sharing
from hostile import hostile_question, write_hostile_articles
from quoted import misquoted, quoted
from telegram.error import BadRequest
from telegram.ext import CommandHandler, ExtBot

from bot.languages.words import ENGLISH
from bot.telegram.browsing import SOURCES, Browsing, format_sources
from index.records import SourceExtent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot_api.server import BotApi

    from index.coverage import Coverage

GROUP = updates.GROUP
SHIPS = (
    "Ice held the ship Heron near the pier.",
    "Two tugs broke the ice around a ship at the north pier.",
    "The ship and its crew waited at the pier in ice.",
    "A pilot walked over the ice from ship to pier.",
    "Ice crushed the rail of a ship that lay at the old pier.",
    "No ship left the pier because of ice, said the mayor.",
    "With the ice gone, every ship sailed from the pier.",
)


api = pytest.fixture(sharing, scope="module")


@pytest.fixture
async def chat(coverage: Coverage, api: BotApi) -> AsyncIterator[Chat]:
    """A chat with a bot that answers these commands, and knows nothing yet."""
    async with opened_desk(coverage, api, DATELINE_PERSON_LIMIT=50) as (application, desk):
        browsing = Browsing(desk)
        application.add_handler(CommandHandler("latest", browsing.latest))
        application.add_handler(CommandHandler("timeline", browsing.timeline))
        application.add_handler(CommandHandler("sources", browsing.sources))
        yield Chat(application, desk, api)


@pytest.fixture
def reports(chat: Chat, tmp_path: Path) -> Chat:
    """The chat, with reports on ships in ice on seven days, and others."""
    ships = [
        report(f"ice{day}", f"Ice on day {day}", f"{sentence} It was cold.", day)
        for day, sentence in enumerate(SHIPS, start=1)
    ]
    bread = report("bread", "Bread dearer", "A loaf costs nine crowns now. Bakers blame the mill.", 20)
    note = report("note", "Ice cream", "Ice cream held its price near the pier. Shops said so.", None)
    lines = "\n".join(json.dumps(each) for each in [*ships, bread, note])
    (tmp_path / "news.jsonl").write_text(lines, encoding="utf-8")
    chat.desk.coverage.index([str(tmp_path / "news.jsonl")])
    return chat


def report(name: str, title: str, text: str, day: int | None) -> dict[str, Any]:
    """An article in the BEIR form; the source and the address are its own."""
    told = {"source": f"Tide {name[:3]}", "url": f"https://tide.example/{name}"}
    dated = {"date": f"2025-01-{day:02}"} if day else {}
    return {"_id": name, "title": title, "text": text, "metadata": told | dated}


async def test_the_newest_articles_are_quoted_by_a_sentence(reports: Chat) -> None:
    """Five, the newest first, cited and without a picture or a button."""
    (sent,) = await reports.feed(updates.command("latest"))
    assert sent.plain.startswith("The newest articles:\n\nA loaf costs nine crowns now.\n1. Bread dearer\n")
    assert quoted(sent) == [
        "A loaf costs nine crowns now.",
        *SHIPS[:2:-1],
    ]
    assert "reply_markup" not in sent.message
    assert misquoted([sent], reports.desk) == []


async def test_the_newest_on_a_topic(reports: Chat) -> None:
    """Those only that are about it, the newest first, the undated last; its words are no markup."""
    (sent,) = await reports.feed(updates.command("latest", "loaf & <crowns>"))
    assert sent.plain.startswith("The newest on “loaf & <crowns>”:")
    assert quoted(sent) == ["A loaf costs nine crowns now."]
    (sent,) = await reports.feed(updates.command("latest", "Ice ship pier"))
    assert quoted(sent)[0] == SHIPS[6]


async def test_a_topic_nobody_wrote_about_is_said_so(reports: Chat) -> None:
    """Plainly, with how current the coverage is; never the nearest that there is."""
    for command in ("latest", "timeline"):
        (sent,) = await reports.feed(updates.command(command, "zeppelin of Qwyx"))
        assert sent.plain == (
            "The coverage has no report on “zeppelin of Qwyx”. Its newest article is of 20 January 2025."
        )


@pytest.mark.parametrize("command", ["latest", "timeline"])
async def test_what_is_no_topic_is_refused_kindly(reports: Chat, command: str) -> None:
    """Without a word in it there is nothing to look for; a topic may also be too long."""
    (sent,) = await reports.feed(updates.command(command, "?!"))
    assert sent.plain.startswith("There are no words in that")
    (sent,) = await reports.feed(updates.command(command, "ice " * 1000))
    assert "characters long" in sent.plain


async def test_a_timeline_is_a_picture_and_its_quotations(reports: Chat) -> None:
    """The picture with its caption comes first, the dated quotations after it, the oldest first."""
    sent = await reports.feed(updates.command("timeline", "ice ship pier"))
    photo = reports.api.photos[-1]
    assert (photo.width, photo.height) == (1000, 600)
    assert photo.caption.startswith("ice ship pier\nReports per day · ")
    assert photo.caption.endswith(" · 1 January 2025 to 7 January 2025")
    assert [each.method for each in sent] == ["sendPhoto", "sendMessage"]
    assert sent[1].plain.startswith("The reports, the oldest first:\n\n1 January 2025\n")
    assert quoted(sent[1]) == list(SHIPS)
    assert misquoted(sent, reports.desk) == []


async def test_reports_of_a_single_day_need_no_picture(reports: Chat) -> None:
    """One bar shows nothing that the words do not say."""
    (sent,) = await reports.feed(updates.command("timeline", "loaf crowns"))
    assert sent.plain == (
        "loaf crowns\n1 report · 1 source · 20 January 2025\n\nThe only report:\n\n"
        "20 January 2025\nA loaf costs nine crowns now.\nTide bre · Bread dearer"
    )


async def test_a_timeline_of_undated_reports_is_none(reports: Chat) -> None:
    """They have no place in it; it is said where they can be read."""
    (sent,) = await reports.feed(updates.command("timeline", "ice cream price shops"))
    assert sent.plain.startswith("None of the reports on “ice cream price shops” has a date.")


async def test_a_timeline_needs_a_topic(reports: Chat) -> None:
    """The command alone is answered with how to use it."""
    (sent,) = await reports.feed(updates.command("timeline"))
    assert sent.plain == "Name a topic after the command, for example: /timeline elections"


async def test_where_pictures_are_forbidden_the_words_come(
    reports: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group may let nobody send pictures; then the words have the caption. Other refusals are errors."""

    async def refuse(*_arguments: object, **_named: object) -> None:
        raise BadRequest(reason)

    monkeypatch.setattr(ExtBot, "send_photo", refuse)
    reason = "Not enough rights to send photos to the chat"
    (sent,) = await reports.feed(updates.group_command("timeline", "ice ship pier"))
    assert sent.plain.startswith("ice ship pier\n")
    reason = "Image_process_failed"
    assert await reports.feed(updates.group_command("timeline", "ice ship pier")) == []


async def test_in_a_topic_of_a_group_everything_is_said_there(reports: Chat) -> None:
    """Picture and words stand where the command was given."""
    sent = await reports.feed(updates.group_command("timeline", "ice ship pier", thread_id=7))
    assert len(sent) == 2
    assert {(each.chat_id, each.message["message_thread_id"]) for each in sent} == {(GROUP, 7)}


async def test_sources_are_listed_with_their_newest_day(reports: Chat) -> None:
    """The largest first."""
    (sent,) = await reports.feed(updates.command("sources"))
    assert sent.plain == (
        "9 articles in the coverage:\n"
        "Tide ice: 7 articles, the newest of 7 January 2025\n"
        "Tide bre: 1 article, the newest of 20 January 2025\n"
        "Tide not: 1 article"
    )


@pytest.mark.parametrize(
    ("command", "topic"), [("latest", ""), ("latest", "ice"), ("timeline", "ice"), ("sources", "")]
)
async def test_without_coverage_there_is_nothing(chat: Chat, command: str, topic: str) -> None:
    """It is said how there would be some."""
    (sent,) = await chat.feed(updates.command(command, topic))
    assert sent.plain == "There is no coverage yet. Index some articles first: dateline index FILE"


async def test_the_commands_speak_the_readers_language(reports: Chat) -> None:
    """Days are written as the reader writes them; quotations stay as they are."""
    (sent,) = await reports.feed(updates.command("sources", language_code="uk"))
    assert "20 січня 2025" in sent.plain
    _, sent = await reports.feed(updates.command("timeline", "ice ship pier", language_code="uk"))
    assert "7 січня 2025" in sent.plain
    assert SHIPS[6] in quoted(sent)


async def test_strangers_get_no_coverage(coverage: Coverage, api: BotApi) -> None:
    """Where the bot is closed, its commands are too."""
    async with opened_desk(coverage, api, DATELINE_CHATS="5") as (application, desk):
        for name in ("latest", "timeline", "sources"):
            application.add_handler(CommandHandler(name, getattr(Browsing(desk), name)))
        chat = Chat(application, desk, api)
        sent = [
            await chat.feed(updates.command(name, "ice", user_id=6))
            for name in ("latest", "timeline", "sources")
        ]
    assert ["answers only people" in each.plain for each in sent[0]] == [True]
    assert sent[1:] == [[], []]


def test_long_lists_of_sources_are_cut() -> None:
    """Into one message, however long the names are; articles without a source are told as such."""
    sources = [SourceExtent(None, 90, None)]
    sources += [SourceExtent(f"{number} {'🙂' * 300}", 80, None) for number in range(SOURCES + 11)]
    lines = format_sources(sources, ENGLISH).splitlines()
    assert lines[:2] == [
        f"{90 + 80 * (SOURCES + 11):,} articles in the coverage:",
        "source not given: 90 articles",
    ]
    assert lines[-1] == "and 12 more"
    assert len("\n".join(lines).encode("utf-16-le")) // 2 <= 4096


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_hostile_is_refused(chat: Chat, tmp_path: Path, seed: int) -> None:
    """Whatever stands in articles and topics, Telegram takes every message, and quotations are exact."""
    random = Random(seed)  # noqa: S311 - no secret
    write_hostile_articles(tmp_path / "hostile.jsonl", random, 60)
    chat.desk.coverage.index([str(tmp_path / "hostile.jsonl")])
    before = len(chat.api.refusals)
    sent = await chat.feed(updates.command("latest")) + await chat.feed(updates.command("sources"))
    for command in ("latest", "timeline") * 10:
        sent += await chat.feed(updates.command(command, hostile_question(random)))
    for topic in ("ships harbour", "troops", "\ud800 the mayor"):
        sent += await chat.feed(updates.command("timeline", topic))
    assert chat.api.refusals[before:] == ()
    assert len(sent) >= 25
    assert misquoted(sent, chat.desk) == []
