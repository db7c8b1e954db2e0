import asyncio
import html
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import telegram
from bot_api import updates
from bot_api.entities import tidy
from bot_api.faults import FaultKind
from bot_api.links import checked_link
from bot_api.markup import MarkupError, parse_html
from bot_api.server import BotApi
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

PERSON = updates.PERSON
WORDS = st.text(st.characters(codec="utf-8"))


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A Bot API that knows one private chat."""
    with BotApi() as server:
        server.add_chat(PERSON)
        yield server


def call(api: BotApi, method: str, **params: Any) -> dict[str, Any]:
    """The reply's JSON, whatever it says."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
    reply = httpx.post(f"{api.base_url}/bot{api.token}/{method}", data=form, timeout=30)
    body: dict[str, Any] = reply.json()
    assert body["ok"] == (reply.status_code == 200)
    assert body.get("error_code", 200) == reply.status_code
    return body


def send(api: BotApi, text: str, **params: Any) -> dict[str, Any]:
    """Send HTML to the known person."""
    return call(api, "sendMessage", **{"chat_id": PERSON, "text": text, "parse_mode": "HTML"} | params)


def refused(api: BotApi, method: str, **params: Any) -> str:
    """The description of the refusal that a call meets, which the server has noted."""
    description: str = call(api, method, **params)["description"]
    assert api.refusals[-1].detail == description
    return description


def bot(api: BotApi) -> telegram.Bot:
    """The real library's bot, pointed at the server."""
    return telegram.Bot(api.token, base_url=f"{api.base_url}/bot")


@pytest.mark.parametrize(
    ("source", "plain", "kinds"),
    [
        ("a <b>b</b> <i>c</i>", "a b c", [("bold", 2, 1), ("italic", 4, 1)]),
        ("🏟<em>🏟 &lt🏟</>", "🏟🏟 <🏟", [("italic", 2, 6)]),
        ("<STRONG>x</strong\n>", "x", [("bold", 0, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", at, 1) for at in range(3)]),
        ("<span class='tg-spoiler'>a</span>", "a", [("spoiler", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ("<tg-emoji emoji-id='5'>👍</tg-emoji>", "👍", [("custom_emoji", 0, 2)]),
        ("<a href='https://a.example/?q=1&amp;r=2'>x</a>", "x", [("text_link", 0, 1)]),
        ("<a>a.example</a>", "a.example", [("text_link", 0, 9)]),
        ("<a href='ftp://a.example'>x</a><a href='tg://user?id=1'>y</a>", "xy", []),
        ("<pre><code class='language-python'>x</code></pre>", "x", [("pre", 0, 1)]),
        ("<code class='language-python'>x</code>", "x", [("code", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("<blockquote cite=nobody>x</blockquote>", "x", [("blockquote", 0, 1)]),
        (
            "&ge;&lt;&gt;&amp;&quot;&laquo;&nbsp;&apos;&#12345678;&",
            '&ge;<>&"&laquo;&nbsp;&apos;&#12345678;&',
            [],
        ),
        ("&#65;&#x42;&#x1F600;&#0;", "AB😀&#0;", []),
        ("<b></b>>", ">", []),
    ],
)
def test_html_read(source: str, plain: str, kinds: list[tuple[str, int, int]]) -> None:
    """HTML yields the plain text and entities that Telegram reads from it."""
    text, entities = parse_html(source)
    assert (text, [(one.type, one.offset, one.length) for one in entities]) == (plain, kinds)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("a < b > c", 'Unsupported start tag "" at byte offset 2'),
        ("a<br/>", 'Unsupported start tag "br/" at byte offset 1'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("é <", "Unclosed start tag at byte offset 3"),
        ("<i aba = ", 'Unclosed start tag "i" at byte offset 0'),
        ("<a href='x>y</a>", "Unclosed start tag at byte offset 0"),
        ("<i =a>", 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<a href=http://x>y</a>", "Unexpected end of name token at byte offset 8"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<i>a</i ", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</i>", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<span class='x'>y</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>y</tg-emoji>", "Invalid custom emoji identifier specified"),
        ("&#xDFDF", "Text contains invalid Unicode characters after decoding HTML entities"),
    ],
)
def test_html_refused(source: str, reason: str) -> None:
    """What is no HTML to Telegram is refused in its words, at the byte where it goes wrong."""
    with pytest.raises(MarkupError) as error:
        parse_html(source)
    assert str(error.value).partition(", check for")[0] == reason


@given(WORDS, WORDS, WORDS)
def test_escaped_text_survives(before: str, inside: str, after: str) -> None:
    """Escaped text reads back as itself, and an entity's offsets cut out what stood in the tag."""
    text, entities = parse_html(f"{html.escape(before)}<b>{html.escape(inside)}</b>{html.escape(after)}")
    assert text == before + inside + after
    units = text.encode("utf-16-le")
    assert [units[2 * one.offset : 2 * one.end].decode("utf-16-le") for one in entities] == [inside] * bool(
        inside
    )


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [("blockquote", 0, 2)]),
        (
            "<b>a<a href='a.example'>b</a>c</b>",
            "abc",
            [("bold", 0, 1), ("text_link", 1, 1), ("bold", 1, 1), ("bold", 2, 1)],
        ),
        ("<code>a<b>b</b></code>", "ab", [("code", 0, 2)]),
        ("<b>a</b><strong>b</strong>", "ab", [("bold", 0, 2)]),
        (" \n<b> a </b> \n", " a", [("bold", 0, 2)]),
        ("x\r<i>y</i>\u202e", "xy", [("italic", 1, 1)]),
    ],
)
def test_entities_put_in_order(source: str, text: str, kinds: list[tuple[str, int, int]]) -> None:
    """Nested quotes, styles in code, blanks at the ends and control characters are put in order."""
    tidied, entities = tidy(*parse_html(source))
    assert (tidied, [(one.type, one.offset, one.length) for one in entities]) == (text, kinds)


def test_surplus_entities_ignored() -> None:
    """Of more than a hundred entities the first hundred count."""
    _, entities = tidy(*parse_html("<b>x</b> " * 120))
    assert [one.offset for one in entities] == list(range(0, 200, 2))


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("HTTPS://A.example", "https://a.example/"),
        ("a.example?q", "http://a.example/?q"),
        (
            "https://a.example/x#:~:text=two%20words,and more",
            "https://a.example/x#:~:text=two%20words,and%20more",
        ),
        ("https://me@a.example:8080/", "https://me@a.example:8080/"),
        ("http://[::1]/x", "http://[::1]/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("ftp://a.example", None),
        ("javascript:alert(1)", None),
        ("https://localhost/", None),
        ("https://a b.example/", None),
        ("https://a.example:0/", None),
        ("https://", None),
    ],
)
def test_links_checked(link: str, kept: str | None) -> None:
    """A link is written down the way Telegram does, and what it takes for none is none."""
    assert checked_link(link) == kept


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


def test_profile(api: BotApi) -> None:
    """Commands are kept by scope and language; what breaks their rules or is too long is refused."""
    commands = [{"command": "start", "description": "Begin"}]
    call(api, "setMyCommands", commands=commands, language_code="en")
    assert call(api, "getMyCommands", language_code="en")["result"] == commands
    assert call(api, "getMyCommands")["result"] == []
    assert "BOT_COMMAND_INVALID" in refused(
        api, "setMyCommands", commands=[{"command": "Start", "description": "x"}]
    )
    assert call(api, "setMyDescription", description="x" * 512)["ok"]
    assert refused(api, "setMyShortDescription", short_description="x" * 121)
    assert refused(api, "sendChatAction", chat_id=PERSON, action="thinking").endswith("action in request")


def taken(api: BotApi, **params: int) -> list[int]:
    """The update_ids that a getUpdates brings."""
    return [update["update_id"] for update in call(api, "getUpdates", **params)["result"]]


def test_offsets(api: BotApi) -> None:
    """An offset confirms and forgets all below it; without one the same updates come again."""
    first, second, third = (api.push(updates.private_message(word)) for word in "abc")
    assert taken(api) == taken(api, offset=0) == [first, second, third]
    assert taken(api, limit=2) == [first, second]
    assert taken(api, offset=second) == [second, third]
    assert taken(api, offset=first) == [second, third]
    assert [update["update_id"] for update in api.unconfirmed] == [second, third]
    assert taken(api, offset=third + 1) == []
    assert api.unconfirmed == ()


def test_negative_offset(api: BotApi) -> None:
    """A negative offset keeps so many updates from the end and forgets the others."""
    numbers = [api.push(updates.private_message(word)) for word in "abc"]
    assert taken(api, offset=-2) == taken(api) == numbers[1:]


def test_kinds_on_request(api: BotApi) -> None:
    """Reactions come only to those who asked for them, as Telegram documents."""
    reaction = {"message_reaction": {"chat": {"id": PERSON, "type": "private"}, "message_id": 1, "date": 1}}
    api.push(reaction)
    assert call(api, "getUpdates", allowed_updates=["message", "message_reaction"])["result"] == []
    assert taken(api) == []
    assert [api.push(reaction)] == taken(api)


def test_long_poll_wakes(api: BotApi) -> None:
    """A waiting poll ends with the update, not with its timeout; an empty one with its timeout."""
    with ThreadPoolExecutor(1) as pool:
        polled = pool.submit(taken, api, timeout=20)
        api.wait_for(lambda api: api.calls)
        time.sleep(0.05)
        begun = time.monotonic()
        number = api.push(updates.private_message("x"))
        assert polled.result(5) == [number]
    assert time.monotonic() - begun < 1
    begun = time.monotonic()
    assert taken(api, offset=number + 1, timeout=1) == []
    assert 0.9 < time.monotonic() - begun < 3


def test_second_poll_conflicts(api: BotApi) -> None:
    """A second poll ends the first with 409 and goes on itself; a webhook ends them all."""
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(call, api, "getUpdates", timeout=20)
        api.wait_for(lambda api: len(api.calls) == 1)
        second = pool.submit(call, api, "getUpdates", timeout=20)
        assert "terminated by other getUpdates request" in first.result(5)["description"]
        call(api, "setWebhook", url="https://a.example/hook", secret_token="s")
        assert second.result(5)["error_code"] == 409
    assert "webhook is active" in refused(api, "getUpdates")
    assert call(api, "getWebhookInfo")["result"]["url"] == "https://a.example/hook"
    assert call(api, "deleteWebhook")["result"] is True
    assert taken(api) == []


def test_abandoned_poll_conflicts_with_nobody(api: BotApi) -> None:
    """A poll whose caller hung up is noted as gone, and the next one meets no conflict."""
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{api.base_url}/bot{api.token}/getUpdates", data={"timeout": "20"}, timeout=0.2)
    api.wait_for(lambda api: api.calls[0].outcome == "gone")
    assert taken(api) == []
    assert api.refusals == ()


@pytest.mark.parametrize(
    ("kind", "error", "sent"),
    [
        ("429", telegram.error.RetryAfter, 0),
        ("500", telegram.error.NetworkError, 0),
        ("502 html", telegram.error.NetworkError, 0),
        ("drop before", telegram.error.NetworkError, 0),
        ("drop after", telegram.error.NetworkError, 1),
        ("hang before", telegram.error.TimedOut, 0),
        ("hang after", telegram.error.TimedOut, 1),
    ],
)
async def test_faults(
    api: BotApi, kind: FaultKind, error: type[Exception], sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ordered fault meets the real library once, before or after the effect, and then all is well."""
    # Without it the library warns of the type that `retry_after` will have one day.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    api.fail("sendMessage", 1, kind)
    async with bot(api) as library:
        with pytest.raises(error) as caught:
            await library.send_message(PERSON, "x", read_timeout=0.3)
        assert len(api.sent) == sent
        await library.send_message(PERSON, "y")
    assert type(caught.value) is error
    assert [one.outcome for one in api.calls if one.method == "sendMessage"][1:] == ["ok"]
    assert api.refusals == ()


def test_slow_reply(api: BotApi) -> None:
    """A hanging call that the caller waits for is answered when its time is over."""
    api.fail("*", 2, "hang before", seconds=0.1)
    assert send(api, "x")["ok"]
    api.mend()
    begun = time.monotonic()
    assert send(api, "y")["ok"]
    assert time.monotonic() - begun < 0.1


def test_unknown_fault(api: BotApi) -> None:
    """A fault that does not exist is named with those that do."""
    with pytest.raises(ValueError, match="no such fault: '503'; use one of"):
        api.fail("getMe", 1, "503")  # type: ignore[arg-type]


def test_waiting_in_vain(api: BotApi) -> None:
    """Waiting for what does not come tells what came instead."""
    number = api.push(updates.private_message("x"))
    send(api, "the only text")
    send(api, "<p>")
    with pytest.raises(AssertionError) as error:
        api.wait_for(2, timeout=0.05)
    for part in ("2 sent texts", "the only text", "Unsupported start tag", str(number)):
        assert part in str(error.value)


async def test_library_sends(api: BotApi) -> None:
    """The real library sends HTML with a keyboard and a reply, and reads back the whole message."""
    api.push(updates.private_message("a question"))
    asked = api.unconfirmed[0]["message"]["message_id"]
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="more")]])
    async with bot(api) as library:
        assert (library.bot.is_bot, library.username) == (True, "dateline_bot")
        message = await library.send_message(
            PERSON,
            "😀 <a href='https://a.example/'>there</a> <blockquote expandable>words</blockquote>",
            parse_mode="HTML",
            reply_markup=keyboard,
            reply_parameters=ReplyParameters(asked),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        with pytest.raises(telegram.error.BadRequest, match="Can't parse entities: unsupported start tag"):
            await library.send_message(PERSON, "<p>x</p>", parse_mode="HTML")
    assert message.text == "😀 there words"
    assert message.parse_entities() == dict(zip(message.entities, ["there", "words"], strict=True))
    assert abs(message.date.timestamp() - time.time()) < 60
    assert message.reply_to_message
    assert (message.reply_to_message.message_id, message.reply_markup) == (asked, keyboard)
    assert api.sent[0].message["message_id"] == message.message_id


@pytest.mark.parametrize(
    "update",
    [
        updates.private_message("x"),
        updates.group_message("in a topic", thread_id=7),
        updates.mention("Who?"),
        updates.command("start", "payload"),
        updates.photo("words"),
        updates.edited_message(updates.private_message("x"), "y"),
        updates.reply_to_bot("x", {"message_id": 2, "date": 1, "chat": {"id": 1, "type": "private"}}),
        updates.callback_query("more", {"message_id": 2, "date": 1, "chat": {"id": 1, "type": "private"}}),
    ],
    ids=lambda update: next(iter(update)),
)
def test_updates_understood(update: dict[str, Any]) -> None:
    """Every kind of update built here is one that the real library understands."""
    understood = telegram.Update.de_json({"update_id": 1} | update, None)
    assert understood.effective_user
    assert understood.effective_user.id == PERSON
    assert understood.effective_chat
    assert json.loads(understood.to_json())[next(iter(update))]


def test_entities_of_updates() -> None:
    """Mentions and commands come as entities with UTF-16 offsets."""
    message = updates.group_message("😀 @dateline_bot /ask@dateline_bot")["message"]
    assert message["entities"] == [
        {"type": "mention", "offset": 3, "length": 13},
        {"type": "bot_command", "offset": 17, "length": 17},
    ]


def test_topic_kept(api: BotApi) -> None:
    """An answer in a topic that an update spoke of stays in it."""
    api.push(updates.group_message("hello", thread_id=7))
    message = send(api, "x", chat_id=updates.GROUP, message_thread_id=7)["result"]
    assert (message["message_thread_id"], message["is_topic_message"]) == (7, True)


async def test_application_polls(api: BotApi) -> None:
    """An application of the real library gets a pushed update by polling and its reply arrives."""

    async def echo(update: telegram.Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        await update.message.reply_html(f"<b>{update.message.text}</b>", do_quote=True)

    application = ApplicationBuilder().bot(bot(api)).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        assert application.updater
        await application.updater.start_polling()
        await application.start()
        number = api.push(updates.private_message("hello"))
        sent = await asyncio.to_thread(api.wait_for, 1)
        await asyncio.to_thread(api.wait_for, lambda api: not api.unconfirmed)
        await application.updater.stop()
        await application.stop()
    assert (sent[0].plain, sent[0].entities) == ("hello", ({"type": "bold", "offset": 0, "length": 5},))
    assert (
        f'"message_id": {sent[0].message["reply_to_message"]["message_id"]}'
        in sent[0].params["reply_parameters"]
    )
    assert int(api.calls[-1].params["offset"]) == number + 1
    assert api.refusals == ()


def test_stop_ends_everything() -> None:
    """Leaving the server ends waiting polls and hanging calls, its thread and its socket, at once."""
    with ThreadPoolExecutor(2) as pool:
        with BotApi() as server:
            server.add_chat(PERSON)
            server.fail("sendMessage", 1, "hang before")
            polled = pool.submit(call, server, "getUpdates", timeout=40)
            hanging = pool.submit(send, server, "x")
            server.wait_for(lambda api: len(api.calls) == 2)
            begun = time.monotonic()
        assert time.monotonic() - begun < 3
        assert polled.result(5)["result"] == []
        assert isinstance(hanging.exception(5), httpx.RemoteProtocolError | httpx.ReadError)
    assert server.sent == ()
    assert "bot-api" not in [thread.name for thread in threading.enumerate()]
    with pytest.raises(httpx.ConnectError):
        call(server, "getMe")
