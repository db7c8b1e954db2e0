from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bot_api import updates
from bot_api.calling import call, refused, send, serving

if TYPE_CHECKING:
    from bot_api.server import BotApi

PERSON = updates.PERSON

api = pytest.fixture(serving)


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"chat_id": 5}, "Bad Request: chat not found"),
        ({"chat_id": ""}, "Bad Request: chat_id is empty"),
        ({"text": ""}, "Bad Request: message text is empty"),
        ({"text": "<b> \n</b>\u200b"}, "Bad Request: message text is empty"),
        ({"text": "x" * 4097}, "Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "Bad Request: message is too long"),
        ({"text": "<b>" * 10923}, "Bad Request: text is too long"),
        ({"text": "<p>"}, 'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0'),
        ({"parse_mode": "Markdown"}, "Bad Request: markdown is not supported by this test server; send HTML"),
        ({"entities": [{}]}, "Bad Request: entities are not supported by this test server; send HTML"),
        ({"reply_parameters": [5]}, "Bad Request: object expected as reply parameters"),
        ({"reply_markup": [5]}, "Bad Request: object expected as reply markup"),
        ({"link_preview_options": [5]}, "Bad Request: object expected as link preview options"),
        ({"chat_id": "@nobody"}, "Bad Request: chat not found"),
        ({"parse_mode": "XML"}, "Bad Request: unsupported parse_mode"),
        ({"reply_markup": "{"}, "Bad Request: can't parse reply keyboard markup JSON object"),
        ({"reply_parameters": {"message_id": 9}}, "Bad Request: message to be replied not found"),
        ({"message_thread_id": 9}, "Bad Request: message thread not found"),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "я" * 33}]]}},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            {"reply_markup": {"inline_keyboard": [[{"text": ""}]]}},
            "Bad Request: inline keyboard button text must be non-empty",
        ),
    ],
)
def test_messages_refused(api: BotApi, params: dict[str, Any], description: str) -> None:
    """A message that breaks a rule is refused in Telegram's words, and reaches nobody."""
    whole = {"chat_id": PERSON, "text": "x", "parse_mode": "HTML"} | params
    assert refused(api, "sendMessage", **whole) == description
    assert api.sent == ()


def test_limits_reached(api: BotApi) -> None:
    """4,096 UTF-16 units after parsing, 64 bytes of callback data and a missing reply allowed are fine."""
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "я" * 32}]]}
    absent = {"message_id": 9, "allow_sending_without_reply": True}
    assert send(api, "<b>😀</b>" * 2048, reply_markup=keyboard, reply_parameters=absent)["ok"]
    assert api.sent[0].plain == "😀" * 2048
    assert api.refusals == ()


def test_bodies_refused(api: BotApi) -> None:
    """A body that says it is JSON and is not, or is no object, is refused."""
    address, head = f"{api.base_url}/bot{api.token}/getMe", {"Content-Type": "application/json"}
    told = [httpx.post(address, content=body, headers=head).json()["description"] for body in ("{", "[]")]
    assert told == [
        "Bad Request: can't parse request body as JSON",
        "Bad Request: object expected as request body",
    ]
    assert len(api.refusals) == 2


def test_chats_added(api: BotApi) -> None:
    """A chat that was added is written to by its @name, and in the topics it was added with."""
    api.add_chat(-7, "supergroup", username="newsroom", threads=[3])
    sent = send(api, "x", chat_id="@Newsroom", message_thread_id=3)["result"]
    assert (sent["chat"]["id"], sent["message_thread_id"]) == (-7, 3)
    assert refused(api, "sendMessage", chat_id=-7, text="x", message_thread_id=4).endswith("thread not found")


def test_encoding_refused(api: BotApi) -> None:
    """Lone surrogates in JSON and stray bytes in a form are refused as no UTF-8."""
    address = f"{api.base_url}/bot{api.token}/sendMessage"
    head = {"Content-Type": "application/json"}
    as_json = httpx.post(address, content=f'{{"chat_id": {PERSON}, "text": "\\ud83d"}}', headers=head)
    head = {"Content-Type": "application/x-www-form-urlencoded"}
    as_form = httpx.post(address, content=f"chat_id={PERSON}&text=%FF", headers=head)
    for reply in (as_json, as_form):
        assert reply.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


def test_ways_to_send_parameters(api: BotApi) -> None:
    """JSON, a multipart form and the address itself are as good as a form."""
    address = f"{api.base_url}/bot{api.token}/sendMessage"
    httpx.post(address, json={"chat_id": PERSON, "text": "1", "reply_parameters": None})
    httpx.post(address, files={"chat_id": (None, str(PERSON)), "text": (None, "2 é\nline")})
    httpx.get(address, params={"chat_id": PERSON, "text": "3"})
    assert [sent.plain for sent in api.sent] == ["1", "2 é\nline", "3"]


def test_token_and_method(api: BotApi) -> None:
    """A wrong token is 401; an unknown method, a file and any other address are 404."""
    stranger = httpx.post(f"{api.base_url}/bot43:other/getMe")
    assert (stranger.status_code, stranger.json()["description"]) == (401, "Unauthorized")
    assert refused(api, "sendNothing").startswith("Not Found")
    file = httpx.get(f"{api.base_url}/file/bot{api.token}/x.jpg")
    assert (file.status_code, file.json()["error_code"]) == (404, 404)


def test_blocked(api: BotApi) -> None:
    """Whoever blocked the bot, or threw it out, gets neither words nor typing."""
    api.block(PERSON)
    api.push(updates.mention("Who?"))
    api.block(updates.GROUP)
    assert refused(api, "sendMessage", chat_id=PERSON, text="x") == "Forbidden: bot was blocked by the user"
    assert refused(api, "sendChatAction", chat_id=PERSON, action="typing").startswith("Forbidden")
    kicked = refused(api, "sendMessage", chat_id=updates.GROUP, text="x")
    assert kicked == "Forbidden: bot was kicked from the supergroup chat"


def test_edits(api: BotApi) -> None:
    """An edit changes the bot's own message; the same again, another's and a missing one are refused."""
    api.push(updates.private_message("hello"))
    theirs = api.unconfirmed[0]["message"]["message_id"]
    own = send(api, "<b>x</b>")["result"]["message_id"]
    edit = {"chat_id": PERSON, "message_id": own, "text": "<i>x</i>", "parse_mode": "HTML"}
    edited = call(api, "editMessageText", **edit)["result"]
    assert (edited["entities"][0]["type"], "edit_date" in edited) == ("italic", True)
    assert "message is not modified" in refused(api, "editMessageText", **edit)
    assert refused(api, "editMessageText", **edit | {"message_id": 98}).endswith("message to edit not found")
    assert refused(api, "editMessageText", **edit | {"message_id": theirs}).endswith("can't be edited")
    assert [sent.method for sent in api.sent] == ["sendMessage", "editMessageText"]


def test_deletes_and_buttons(api: BotApi) -> None:
    """A message is deleted once, and only a button that was pressed can be answered."""
    message = send(api, "x")["result"]
    api.push(updates.callback_query("more", message))
    pressed = api.unconfirmed[0]["callback_query"]["id"]
    assert call(api, "answerCallbackQuery", callback_query_id=pressed)["result"] is True
    assert "query is too old" in refused(api, "answerCallbackQuery", callback_query_id="none")
    gone = {"chat_id": PERSON, "message_id": message["message_id"]}
    assert call(api, "deleteMessage", **gone)["result"] is True
    assert refused(api, "deleteMessage", **gone).endswith("message to delete not found")
    api.push(updates.group_message("hello"))
    theirs = {"chat_id": updates.GROUP, "message_id": api.unconfirmed[-1]["message"]["message_id"]}
    assert refused(api, "deleteMessage", **theirs).endswith("message can't be deleted")
    assert call(api, "sendChatAction", chat_id=updates.GROUP, action="typing")["result"] is True
