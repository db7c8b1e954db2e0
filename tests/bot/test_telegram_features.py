"""Every feature of the bot, driven through the real program with its own model, in the order of a day."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bot_api import updates
from bot_api.server import BotApi
from conversing import buttons
from news_site.site import NewsSite
from programs import ROOT, running
from quoted import quoted
from watching import BODY, LEAD, OLD
from watching import until as in_time

from bot.telegram.deep_links import question_payload
from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot_api.records import Sent

ADMIN, ANN, BO = 4242, 1001, 1002
TROOPS = "How many North Korean military personnel are in Russia?"
CRANES = "How many cranes stood idle along the quay of Brambleholt?"
WORKERS = "How many workers joined the dock strike in Gullhaven?"
REPORTS = (
    "The dock strike in Gullhaven began at dawn, when 40 workers put down their tools. Nobody was hurt.",
    "In Gullhaven 80 workers have joined the dock strike by now, the union says. Two tankers turned back.",
    "The harbour master of Gullhaven counted 120 workers at the gates on the third day of the dock strike.",
    "Crane drivers in Gullhaven joined the dock strike, so 160 workers are out. Bananas rot in the hold.",
    "The mayor met the union in Gullhaven. The dock strike, with 200 workers now, goes on.",
    "The dock strike in Gullhaven is over: all 240 workers return on Monday with a rise of four per cent.",
)
PATIENCE = 30.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped article and six short reports of a strike, one a day."""
    folder = tmp_path_factory.mktemp("features")
    reports = folder / "strike.jsonl"
    lines = [
        {
            "_id": f"strike-{day}",
            "title": f"Dock strike, day {day}",
            "text": text,
            "metadata": {
                "date": f"2025-02-{day:02}",
                "source": "The Gull" if day % 2 else "Tide Wire",
                "url": f"https://gull.example/strike/{day}",
            },
        }
        for day, text in enumerate(REPORTS, start=1)
    ]
    reports.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with Coverage.open(folder / "home") as opened:
        opened.index([str(ROOT / "seeds"), str(reports)])
    return folder / "home"


@pytest.fixture(scope="module")
def api(home: Path) -> Iterator[BotApi]:
    """A Bot API with the program running against it."""
    with BotApi() as opened, running(home, opened, **SETTINGS):
        yield opened


SETTINGS: dict[str, Any] = {
    "DATELINE_ADMINS": str(ADMIN),
    "DATELINE_PRIVATE_ADDRESSES": "yes",
    "DATELINE_PAUSE": "0",
}


def outcome(api: BotApi, update: updates.Update, messages: int = 1) -> list[Sent]:
    """What was sent or edited for an update: so many, and no more."""
    before = len(api.sent)
    api.push(update)
    api.wait_for(before + messages, timeout=PATIENCE)
    return list(api.sent[before:])


def press(api: BotApi, sent: Sent, label: str, person: int = ANN) -> list[Sent]:
    """What came of a button whose label begins like this."""
    (data,) = {data for text, data in buttons(sent) if text.startswith(label)}
    return outcome(api, updates.callback_query(data, sent.message, user_id=person))


def toast(api: BotApi, update: updates.Update) -> str:
    """What a pressed button that changes no message is answered with."""
    before = len(api.callback_answers)
    api.push(update)
    api.wait_for(lambda api: len(api.callback_answers) > before, timeout=PATIENCE)
    return str(api.callback_answers[-1].text)


def pressed(sent: Sent, label: str, person: int = ANN) -> updates.Update:
    """A press on the button whose label begins like this."""
    (data,) = {data for text, data in buttons(sent) if text.startswith(label)}
    return updates.callback_query(data, sent.message, user_id=person)


def until(api: BotApi, came: Callable[[Sent], bool], first: int) -> Sent:
    """The first text of this kind that comes after so many."""
    api.wait_for(lambda api: any(map(came, api.sent[first:])), timeout=PATIENCE)
    return next(sent for sent in api.sent[first:] if came(sent))


def test_an_answer_is_turned_over(api: BotApi) -> None:
    """An answer in its layout; more, by date, a vote; a press on what was never there does nothing."""
    (answer,) = outcome(api, updates.private_message(WORKERS))
    assert 1 < len(quoted(answer)) <= 3
    assert answer.plain.count("February 2025") >= 3
    (link, *_) = [entity["url"] for entity in answer.entities if entity["type"] == "text_link"]
    assert link.startswith("https://gull.example/strike/")
    assert "#:~:text=" in link
    assert "Searched: " in answer.plain
    assert answer.plain.endswith("the newest article is of 6 February 2025")
    (more,) = press(api, answer, "More passages")
    assert more.message_id == answer.message_id
    assert quoted(more) != quoted(answer)
    (back,) = press(api, more, "◀ Back")
    assert quoted(back) == quoted(answer)
    (dated,) = press(api, back, "By date")
    assert dated.message_id == answer.message_id
    assert toast(api, pressed(dated, "👍")) == "Noted, thank you."
    assert "too old" in toast(api, updates.callback_query("p:AAAAAAAAAA:r0", answer.message))


def test_a_passage_opens_in_its_context(api: BotApi) -> None:
    """What stands before and after a passage in its article, and the way back to the answer."""
    (answer,) = outcome(api, updates.private_message(TROOPS))
    label = next(text for text, _ in buttons(answer) if "n context" in text)
    (context,) = press(api, answer, label)
    assert len(quoted(context)) == 1
    assert len(quoted(context)[0]) > len(quoted(answer)[0])
    (again,) = press(api, context, "◀ Back to the answer")
    assert quoted(again) == quoted(answer)


def test_a_date_is_understood_and_let_go(api: BotApi) -> None:
    """The dates of a question, and the day before, are told in the last line; a button lets them go."""
    asked = "What was reported since 5 February 2025 about workers who joined the dock strike in Gullhaven?"
    (answer,) = outcome(api, updates.private_message(asked))
    assert "published since 4 February 2025" in answer.plain
    (wider,) = press(api, answer, "All dates")
    assert "published since" not in wider.plain
    assert wider.message_id == answer.message_id


def test_a_question_is_edited(api: BotApi) -> None:
    """The answer to an edited question stands where the old one stood."""
    asked = updates.private_message("Who won the 2022 World Cup?")
    (refusal,) = outcome(api, asked)
    assert refusal.plain.startswith("The coverage does not answer that.")
    (edited,) = outcome(api, updates.edited_message(asked, TROOPS))
    assert edited.message_id == refusal.message_id
    assert "about 12,000 North Korean military personnel" in edited.plain


def test_an_article_without_address_opens_in_the_chat(api: BotApi) -> None:
    """The shipped article has no address, so its title leads to the passage in its context."""
    (answer,) = outcome(api, updates.private_message(TROOPS))
    (link, *_) = [entity["url"] for entity in answer.entities if entity["type"] == "text_link"]
    (opened,) = outcome(api, updates.command("start", link.partition("start=")[2], user_id=BO))
    assert len(quoted(opened)) == 1
    assert "North Korean" in opened.plain
    (asked,) = outcome(api, updates.command("start", question_payload("Who are the North Koreans?") or ""))
    assert "Searched: Who are the North Koreans?" in asked.plain


def test_commands_for_looking_around(api: BotApi) -> None:
    """/latest, /sources, /help, and /timeline with its picture, each in the reader's own language."""
    (latest,) = outcome(api, updates.command("latest"))
    assert latest.plain.startswith("The newest articles:")
    assert quoted(latest)
    (about,) = outcome(api, updates.command("latest", "dock strike"))
    assert len(quoted(about)) == 5
    (sources,) = outcome(api, updates.command("sources"))
    assert "The Gull: 3 articles" in sources.plain
    picture, told = outcome(api, updates.command("timeline", "dock strike"), 2)
    assert api.photos[-1].bytes.startswith(b"\x89PNG")
    assert picture.plain.startswith("dock strike")
    assert "6 reports" in picture.plain
    assert len(quoted(told)) == 6
    (helped,) = outcome(api, updates.command("help", language_code="uk"))
    assert "Ask in your own words" not in helped.plain


def test_what_is_followed_is_told_once(api: BotApi) -> None:
    """From the button under a refusal to the quotation, when an admin's link brings what answers it."""
    (refusal,) = outcome(api, updates.private_message(CRANES))
    assert "I will tell you here." in toast(api, pressed(refusal, "🔔"))
    (listed,) = outcome(api, updates.command("following"))
    assert CRANES in listed.plain
    with NewsSite() as site:
        before = len(api.sent)
        site.publish("/quay", title="The quay of Brambleholt", text=[OLD, LEAD, BODY])
        (begun, *_) = outcome(api, updates.command("add", site.url("/quay"), user_id=ADMIN))
        assert begun.chat_id == ADMIN
        news = until(api, lambda sent: sent.chat_id == ANN, before)
        assert CRANES in news.plain
        assert "cranes" in " ".join(quoted(news))
        site.publish("/copy", title="The quay of Brambleholt", text=[OLD, LEAD, BODY])
        outcome(api, updates.command("add", site.url("/copy"), user_id=ADMIN))
        time.sleep(7)
    assert len([sent for sent in api.sent[before:] if sent.chat_id == ANN]) == 1
    (ended,) = press(api, listed, "", ANN)
    assert CRANES not in ended.plain


def test_admins_bring_and_remove(api: BotApi) -> None:
    """A document is indexed on the spot and answered from; /remove takes it out; others may do neither."""
    text = "title: Ferry to Osmond\ndate: 2025-02-10\n\nThe ferry to Osmond carried 714 passengers on Monday."
    outcome(api, updates.document("ferry.txt", text.encode(), user_id=ADMIN))
    (answer,) = outcome(api, updates.private_message("How many passengers did the ferry to Osmond carry?"))
    assert "714 passengers" in answer.plain
    (kind,) = outcome(api, updates.document("ferry.txt", text.encode(), user_id=BO))
    assert kind.plain.startswith("I can read only text.")
    (refused,) = outcome(api, updates.command("remove", "strike-1", user_id=BO))
    assert "run this bot" in refused.plain
    (removed,) = outcome(api, updates.command("remove", "strike-1", user_id=ADMIN))
    assert "Dock strike, day 1" in removed.plain
    (stats,) = outcome(api, updates.command("stats", user_id=ADMIN))
    assert "World Cup" in stats.plain


def test_inline_mode_offers_quotations(api: BotApi) -> None:
    """A question in any chat is offered cited quotations; what is not answered a button instead."""
    before = len(api.inline_answers)
    api.push(updates.inline_query(TROOPS, user_id=BO))
    api.wait_for(lambda api: len(api.inline_answers) > before, timeout=PATIENCE)
    assert api.inline_answers[-1].results
    assert "North Korean" in api.inline_answers[-1].results[0].plain
    api.push(updates.inline_query("Who won the 2022 World Cup?", user_id=BO))
    api.wait_for(lambda api: len(api.inline_answers) > before + 1, timeout=PATIENCE)
    assert api.inline_answers[-1].results == ()
    assert api.inline_answers[-1].button


def test_groups_and_topics(api: BotApi) -> None:
    """In a topic of a group the bot answers where it was asked, and says nothing to anybody else."""
    before = len(api.sent)
    api.push(updates.group_message("Nice weather today.", thread_id=7))
    (answer,) = outcome(api, updates.group_message(f"@dateline_bot {TROOPS}", thread_id=7))
    assert answer.message["message_thread_id"] == 7
    assert answer.message["reply_to_message"]
    (latest,) = outcome(api, updates.group_command("sources"))
    assert latest.chat_id == updates.GROUP
    assert len(api.sent) == before + 2


def test_settings_privacy_and_forgetting(api: BotApi) -> None:
    """A language and a number of passages are chosen; what is kept is told, and deleted at once."""
    (settings,) = outcome(api, updates.command("settings", user_id=BO))
    (chosen,) = press(api, settings, "Українська", BO)
    assert "Your settings" not in chosen.plain
    (refusal,) = outcome(api, updates.private_message("Who won the 2022 World Cup?", user_id=BO))
    assert "The coverage does not answer that." not in refusal.plain
    (privacy,) = outcome(api, updates.command("privacy", user_id=ADMIN))
    assert "/forget" in privacy.plain
    (forgotten,) = outcome(api, updates.command("forget", user_id=BO))
    assert forgotten.plain
    (again,) = outcome(api, updates.private_message("Who won the 2022 World Cup?", user_id=BO))
    assert again.plain.startswith("The coverage does not answer that.")
    assert toast(
        api, updates.callback_query(buttons(refusal)[-1][1], refusal.message, user_id=BO)
    ).startswith("These buttons are too old.")


def test_voice_photo_and_sticker_get_a_kind_line(api: BotApi) -> None:
    """What holds no words is answered kindly."""
    for update in (updates.voice(), updates.photo(), updates.sticker("🙂")):
        (kind,) = outcome(api, update)
        assert kind.plain.startswith("I can read only text.")


def test_nothing_was_refused(api: BotApi) -> None:
    """Of all that was sent to it, the Bot API refused nothing."""
    outcome(api, updates.private_message(TROOPS))
    assert api.refusals == ()


def test_buttons_outlive_the_program(home: Path) -> None:
    """An answer given before a restart is turned over after it."""
    with BotApi() as api:
        with running(home, api, **SETTINGS):
            (answer,) = outcome(api, updates.private_message(WORKERS))
        with running(home, api, **SETTINGS):
            (dated,) = press(api, answer, "By date")
            assert dated.message_id == answer.message_id


def test_health_and_metrics(home: Path, unused_port: int) -> None:
    """The server beside the polling tells that questions are answered, and counts them."""
    with BotApi() as api, running(home, api, DATELINE_LISTEN=f"127.0.0.1:{unused_port}"):
        outcome(api, updates.private_message(TROOPS))
        told = httpx.get(f"http://127.0.0.1:{unused_port}/health")
        assert (told.status_code, told.json()["status"]) == (200, "ok")

        def counted() -> str:
            return httpx.get(f"http://127.0.0.1:{unused_port}/metrics").text

        # It is counted once it was sent.
        in_time(lambda: 'dateline_questions_total{outcome="answered"} 1.0' in counted())
        assert "12,000" not in counted()


@pytest.fixture
def unused_port() -> int:
    """A port of loopback that nobody listens on."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
