from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bot_api import updates
from bot_api.updates import GROUP
from conversing import buttons
from desks import sharing
from newsroom import ANN, BO, FORTY, NINETY, QUESTION, Newsroom, newcomer, opened_newsroom
from quoted import quoted
from remembered import make_follow

from bot.telegram.followed import LISTED

if TYPE_CHECKING:
    from pathlib import Path

    from bot_api.server import BotApi
    from fakes import FakeEncoder

    from index.coverage import Coverage

PIER = "Who closed the pier?"
TELL_ME = "🔔 Tell me when it does"
KNOWN = "You follow that already. /following lists what you follow."


api = pytest.fixture(sharing, scope="module")


chat = pytest.fixture(newcomer)


async def test_the_command_follows(chat: Newsroom) -> None:
    """It says what is followed, with a button to end it again."""
    (said,) = await chat.feed(updates.command("follow", f" {QUESTION}"))
    assert said.plain.startswith(f"I will tell you here when new coverage answers: {QUESTION}\n\n/following")
    assert [follow.question for follow in chat.followed()] == [QUESTION]
    (left,) = await chat.press(said, "🔕 Stop following")
    assert left.plain.startswith("You follow nothing.")
    assert chat.followed() == []


async def test_a_command_over_several_lines_follows_all_of_them(chat: Newsroom) -> None:
    """People press return where they please."""
    await chat.feed(updates.private_message("/follow\nHow many ships waited\noutside the harbour?"))
    assert [follow.question for follow in chat.followed()] == [QUESTION]


async def test_the_button_under_a_refusal_follows(chat: Newsroom) -> None:
    """A toast says so, nothing is written into the chat, and the news come there."""
    (refusal,) = await chat.feed(updates.private_message(QUESTION))
    assert await chat.press(refusal, TELL_ME) == []
    assert chat.toast.text == "I will tell you here. /following lists what you follow."
    assert not chat.toast.show_alert
    assert await chat.press(refusal, TELL_ME) == []
    assert (chat.toast.text, chat.toast.show_alert) == (KNOWN, True)
    chat.publish("forty", FORTY)
    assert [quoted(told) for told in await chat.look()] == [[FORTY]]


async def test_a_refusal_that_is_answered_by_now_becomes_the_answer(chat: Newsroom) -> None:
    """Who presses the button when the answer is there already reads it at once, and follows nothing."""
    (refusal,) = await chat.feed(updates.private_message(QUESTION))
    chat.publish("forty", FORTY)
    (answer,) = await chat.press(refusal, TELL_ME)
    assert (answer.method, answer.message_id) == ("editMessageText", refusal.message_id)
    assert quoted(answer) == [FORTY]
    assert chat.toast.text == "By now the coverage answers it."
    assert chat.followed() == []
    assert await chat.press(answer, "👍") == []
    assert chat.toast.text == "Noted, thank you."


async def test_what_is_answered_already_can_be_followed(chat: Newsroom) -> None:
    """The command says that what there is will not be told; what comes is."""
    chat.publish("forty", FORTY)
    (said,) = await chat.feed(updates.command("follow", QUESTION))
    assert "What the coverage has by now is no news" in said.plain
    assert await chat.look() == []
    chat.publish("ninety", NINETY)
    assert [quoted(told) for told in await chat.look()] == [[NINETY]]


async def test_follow_as_a_reply(chat: Newsroom) -> None:
    """It follows what an answer of ours or news were about, a question that was answered, anybody's words."""
    asked = updates.mention(QUESTION, user_id=ANN)
    (refusal,) = await chat.feed(asked)
    unanswered = updates.mention(PIER, user_id=BO)
    for person, replied, question in (
        (ANN, refusal.message, QUESTION),
        (BO, asked["message"], QUESTION),
        (ANN, unanswered["message"], PIER),
    ):
        await chat.feed(updates.group_command("follow", user_id=person, reply_to=replied))
        assert chat.followed(person)[-1].question == question
    chat.publish("forty", FORTY)
    news = (await chat.look())[0]
    await chat.feed(updates.group_command("follow", user_id=33, reply_to=news.message))
    assert [follow.question for follow in chat.followed(33)] == [QUESTION]


async def test_what_stands_in_another_chat_is_not_followed_from_here(chat: Newsroom) -> None:
    """A message with a button that was made elsewhere tells nobody what was asked there."""
    (refusal,) = await chat.feed(updates.private_message(QUESTION, user_id=BO))
    forged = updates.altered({"message": refusal.message}, {"chat": {"id": ANN}})["message"]
    (said,) = await chat.feed(updates.private_message("/follow", user_id=ANN, reply_to=forged))
    assert said.plain.startswith("Write what to follow")
    assert chat.followed() == []


async def test_a_question_is_followed_as_it_is_written(chat: Newsroom) -> None:
    """What somebody follows leans on nothing that they asked before."""
    chat.publish("forty", FORTY)
    await chat.feed(updates.private_message(QUESTION))
    (said,) = await chat.feed(updates.command("follow", "and what about Odesa?"))
    (follow,) = chat.followed()
    assert follow.question == "and what about Odesa?"
    assert follow.question in said.plain


async def test_how_to_follow_is_said(chat: Newsroom) -> None:
    """Without a question, as a reply to what is none, and in a topic, where everything is a reply."""
    (said,) = await chat.feed(updates.command("follow"))
    assert said.plain.startswith("Write what to follow, for example: /follow When")
    (again,) = await chat.feed(updates.private_message("/follow", reply_to=said.message))
    assert again.plain == said.plain
    opening = updates.group_message("Ice", thread_id=5)["message"]
    opening |= {"forum_topic_created": {"name": "Ice", "icon_color": 7322096}}
    (there,) = await chat.feed(updates.group_command("follow", thread_id=5, reply_to=opening))
    assert there.plain == said.plain
    assert chat.followed() == []


async def test_what_cannot_be_followed_is_refused_kindly(chat: Newsroom, encoder: FakeEncoder) -> None:
    """No words, a language that nobody reads, and what is followed already."""
    encoder.languages = frozenset({"en"})
    for argument, said in (
        ("?!", "There are no words in that"),
        ("Скільки кораблів чекали біля гавані?", "That seems to be Ukrainian."),
    ):
        (sent,) = await chat.feed(updates.command("follow", argument))
        assert sent.plain.startswith(said)
    assert chat.followed() == []
    await chat.feed(updates.command("follow", QUESTION))
    (known,) = await chat.feed(updates.command("follow", QUESTION.upper()))
    assert known.plain == KNOWN


@pytest.mark.parametrize(
    ("limit", "said"), [("1", "You follow 1 question, and may follow no more."), ("0", "Nothing can be")]
)
async def test_a_person_follows_no_more_than_the_setting_says(
    coverage: Coverage, api: BotApi, tmp_path: Path, limit: str, said: str
) -> None:
    """More is refused, by command and by button, and the bot says what to do."""
    async with opened_newsroom(coverage, api, tmp_path / "news", DATELINE_FOLLOWS=limit) as chat:
        await chat.feed(updates.command("follow", PIER))
        (full,) = await chat.feed(updates.command("follow", QUESTION))
        assert full.plain.startswith(said)
        (refusal,) = await chat.feed(updates.private_message(QUESTION))
        await chat.press(refusal, TELL_ME)
        assert chat.toast.text.startswith(said)
        assert len(chat.followed()) == int(limit)


async def test_nobody_follows_in_the_name_of_a_chat(chat: Newsroom) -> None:
    """An anonymous admin shares a number with all others: each could end the other's follows."""
    group = {"id": GROUP, "type": "supergroup", "title": "Newsroom"}
    anonymous = updates.altered(updates.group_command("follow", QUESTION), {"sender_chat": group})
    (said,) = await chat.feed(anonymous)
    assert said.plain.startswith("I cannot tell who you are.")
    assert chat.desk.memory.follows.all() == []


async def test_strangers_follow_nothing(coverage: Coverage, api: BotApi, tmp_path: Path) -> None:
    """Who is not served is told so, and nothing is kept."""
    async with opened_newsroom(coverage, api, tmp_path / "news", DATELINE_CHATS=str(BO)) as chat:
        (said,) = await chat.feed(updates.command("follow", QUESTION))
        assert said.plain.startswith("This bot answers only")
        assert await chat.feed(updates.command("following")) == []
        assert chat.desk.memory.follows.all() == []


async def test_what_is_followed_is_listed_and_ended(chat: Newsroom) -> None:
    """The list has a button for each; a press ends it, and the list shows what is left."""
    for question in (QUESTION, PIER):
        await chat.feed(updates.command("follow", question))
    (listed,) = await chat.feed(updates.command("following"))
    assert listed.plain.startswith(f"You follow 2 questions:\n\n1. {QUESTION}\n2. {PIER}\n\n")
    (left,) = await chat.press(listed, "✕ 2.")
    assert chat.toast.text == f"No longer followed: {PIER}"
    assert left.plain.startswith(f"You follow 1 question:\n\n1. {QUESTION}\n\n")
    (none,) = await chat.press(left, "✕ 1.")
    assert none.plain.startswith("You follow nothing. Write what to follow")
    assert await chat.press(left, "✕ 1.") == []
    assert chat.toast.text == "That is not followed any more."


async def test_a_long_list_fits_a_message(chat: Newsroom, api: BotApi) -> None:
    """Of more than twenty the oldest are shown and the rest is counted; ending one brings up the next."""
    for number in range(LISTED + 2):
        follow = make_follow(f"{number} {'🏳' * 900}", person=ANN, chat=ANN)
        chat.desk.memory.follows.add(follow, 100)
    before = len(api.refusals)
    (listed,) = await chat.feed(updates.command("following"))
    assert len(buttons(listed)) == LISTED
    assert "and 2 more" in listed.plain
    (left,) = await chat.press(listed, "✕ 3.")
    assert "and 1 more" in left.plain
    assert len(api.refusals) == before


async def test_a_group_reads_nothing_of_private_follows(chat: Newsroom) -> None:
    """In a group the list holds what is told there; in private, everything, and where it is told."""
    await chat.feed(updates.command("follow", PIER))
    await chat.feed(updates.group_command("follow", QUESTION))
    (there,) = await chat.feed(updates.group_command("following"))
    assert QUESTION in there.plain
    assert PIER not in there.plain
    (here,) = await chat.feed(updates.command("following"))
    assert f"1. {PIER}\n2. {QUESTION} (told in a group)" in here.plain
    (none,) = await chat.feed(updates.group_command("following", user_id=BO))
    assert none.plain.startswith("You follow nothing here.")


async def test_only_whoever_follows_can_end_it(chat: Newsroom) -> None:
    """Another person's press, on a list, on news or forged, ends nothing and changes no message."""
    await chat.feed(updates.group_command("follow", QUESTION, user_id=ANN))
    await chat.feed(updates.group_command("follow", PIER, user_id=BO))
    (listed,) = await chat.feed(updates.group_command("following", user_id=ANN))
    chat.publish("forty", FORTY)
    (news,) = await chat.look()
    (own,) = chat.followed(BO)
    forged = f"u:{own.key}:{ANN}"
    presses = [buttons(listed)[0][1], buttons(news)[0][1], forged]
    for data in presses:
        assert await chat.feed(updates.callback_query(data, listed.message, user_id=BO)) == []
        assert (chat.toast.text, chat.toast.show_alert) == (
            "That is followed by somebody else, who alone can end it.",
            True,
        )
    assert len(chat.followed(ANN)) == len(chat.followed(BO)) == 1


@pytest.mark.parametrize("data", ["u:", "u:short", "u:AAAAAAAAAA:x", "u:AAAAAAAAAA:1:2", "u:ЇЇЇЇЇЇЇЇЇЇ"])
async def test_a_forged_button_does_nothing(chat: Newsroom, data: str) -> None:
    """What never was a button of ours is answered kindly."""
    (said,) = await chat.feed(updates.command("follow", QUESTION))
    assert await chat.feed(updates.callback_query(data, said.message)) == []
    assert chat.toast.text == "These buttons are too old. Send /following again."
    assert len(chat.followed()) == 1


async def test_the_button_under_news_ends_the_follow(chat: Newsroom) -> None:
    """The news stay, without the button; nothing more is told."""
    await chat.feed(updates.command("follow", QUESTION))
    chat.publish("forty", FORTY)
    (news,) = await chat.look()
    (edited,) = await chat.press(news, "🔕 Stop following")
    assert (edited.method, edited.plain) == ("editMessageReplyMarkup", news.plain)
    assert buttons(edited) == []
    assert await chat.press(news, "🔕 Stop following") == []
    chat.publish("ninety", NINETY)
    assert await chat.look() == []


@pytest.mark.parametrize("where", [ANN, GROUP])
async def test_a_chat_that_shuts_the_bot_out_follows_nothing(chat: Newsroom, where: int) -> None:
    """Who blocks the bot, or throws it out, is told nothing any more; what is followed elsewhere goes on."""
    for follow in (make_follow(QUESTION, person=ANN, chat=ANN), make_follow(PIER, person=ANN, chat=GROUP)):
        chat.desk.memory.follows.add(follow, 5)
    await chat.feed(updates.my_chat_member("kicked", chat_id=where, user_id=ANN))
    assert [follow.chat for follow in chat.followed()] == [GROUP if where == ANN else ANN]
    await chat.feed(updates.my_chat_member("member", chat_id=where, user_id=ANN))
    assert len(chat.followed()) == 1


@pytest.mark.parametrize("told_in", ["old", "new"])
async def test_follows_move_with_their_group(chat: Newsroom, told_in: str) -> None:
    """A group that becomes a supergroup is told under its new number, whichever of both messages comes."""
    chat.desk.memory.follows.add(make_follow(QUESTION, person=ANN, chat=-50), 5)
    moved = updates.migrated(-50, GROUP) if told_in == "old" else updates.migrated_from(GROUP, -50)
    await chat.feed(moved)
    assert [follow.chat for follow in chat.followed()] == [GROUP]
