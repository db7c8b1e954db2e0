from __future__ import annotations

import re
from typing import Any

import pytest
from telegram import Message

from bot.telegram.addressing import question_for

BOT_ID, USERNAME = 42, "dateline_bot"
GROUP = {"id": -100, "type": "supergroup", "title": "News"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Ada"}


def message(text: str, chat: dict[str, Any], **fields: Any) -> Message:
    """A message as Telegram sends it, with an entity for every @name in it."""
    entities = [
        {
            "type": "mention",
            "offset": len(text[: found.start()].encode("utf-16-le")) // 2,
            "length": len(found[0]),
        }
        for found in re.finditer(r"@\w+", text)
    ]
    given = {"message_id": 1, "date": 0, "chat": chat, "text": text, "entities": entities} | fields
    found = Message.de_json(given, None)
    assert found
    return found


def test_private_words_are_a_question() -> None:
    """In a private chat whatever is said is said to the bot."""
    assert question_for(BOT_ID, USERNAME, message("How many?", PRIVATE)) == "How many?"


def test_group_talk_is_none() -> None:
    """In a group what names nobody, or somebody else, is not for the bot."""
    assert question_for(BOT_ID, USERNAME, message("How many?", GROUP)) is None
    assert question_for(BOT_ID, USERNAME, message("@someone how many?", GROUP)) is None
    assert question_for(BOT_ID, USERNAME, message("dateline_bot how many?", GROUP)) is None


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("@dateline_bot How many?", "How many?"),
        ("@Dateline_Bot How many?", "How many?"),
        ("How many, @dateline_bot ?", "How many,   ?"),
        ("🇺🇦🙂 @dateline_bot How many?", "🇺🇦🙂   How many?"),
        ("@dateline_bot2 or @dateline_bot How many?", "@dateline_bot2 or   How many?"),
        ("@dateline_bot", ""),
    ],
)
def test_mention_is_taken_out(said: str, asked: str) -> None:
    """A message that names the bot, in any case and anywhere, is a question without that name."""
    assert question_for(BOT_ID, USERNAME, message(said, GROUP)) == asked


def test_mention_of_the_bot_as_a_person() -> None:
    """A mention that links the bot without its user name counts too, one of somebody else does not."""
    for user_id, asked in ((BOT_ID, "how many?"), (43, None)):
        user = {"id": user_id, "is_bot": True, "first_name": "Dateline"}
        entities = [{"type": "text_mention", "offset": 0, "length": 8, "user": user}]
        said = message("Dateline how many?", GROUP, entities=entities)
        assert question_for(BOT_ID, USERNAME, said) == asked


def test_reply_to_the_bot_is_a_question() -> None:
    """A reply to the bot's own message is for the bot, a reply to another's is not."""
    for user_id, asked in ((BOT_ID, "And then?"), (43, None)):
        author = {"id": user_id, "is_bot": True, "first_name": "x"}
        earlier = {"message_id": 1, "date": 0, "chat": GROUP, "text": "quote", "from": author}
        said = message("And then?", GROUP, reply_to_message=earlier)
        assert question_for(BOT_ID, USERNAME, said) == asked
