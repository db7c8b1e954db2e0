from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import telegram
from bot_api import updates
from bot_api.calling import call, library, refused, send, serving, upload
from PIL import Image
from telegram import InputMediaPhoto

if TYPE_CHECKING:
    from bot_api.server import BotApi

PERSON = updates.PERSON
# Bytes that a reader of lines or of text would change.
ODD = b"\r\n--\n\r\x00\xff\xfe\r\r\n"

api = pytest.fixture(serving)


def picture(width: int = 40, height: int = 30, mode: str = "RGB") -> bytes:
    """A picture in one colour."""
    written = io.BytesIO()
    Image.new(mode, (width, height), "teal").save(written, "PNG")
    return written.getvalue()


async def test_photo_sent(api: BotApi) -> None:
    """The real library's picture arrives with its caption, its size and exactly its bytes."""
    drawn = picture()
    async with library(api) as bot:
        message = await bot.send_photo(PERSON, drawn, caption="<b>Reports</b> a week", parse_mode="HTML")
    assert (message.caption, message.caption_entities[0].type) == ("Reports a week", "bold")
    assert (message.photo[-1].width, message.photo[-1].height) == (40, 30)
    (kept,) = api.photos
    assert (kept.bytes, kept.width, kept.height, kept.caption) == (drawn, 40, 30, "Reports a week")
    assert (api.sent[0].method, api.sent[0].plain) == ("sendPhoto", "Reports a week")


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture()[:60], "IMAGE_PROCESS_FAILED"),
        (picture(8001, 2000), "PHOTO_INVALID_DIMENSIONS"),
        (picture(210, 10), "PHOTO_INVALID_DIMENSIONS"),
        (picture(9600, 9600, "1"), "PHOTO_INVALID_DIMENSIONS"),
        (b"\x89PNG" + bytes(10 * 1024 * 1024), "too big for a photo; the maximum size is 10485760 bytes"),
    ],
    ids=["empty", "text", "cut off", "too large", "too wide", "a bomb", "too many bytes"],
)
def test_photos_refused(api: BotApi, content: bytes, description: str) -> None:
    """What is no picture, or too large a one, is refused and reaches nobody."""
    told = upload(api, "sendPhoto", {"photo": ("x.png", content)}, chat_id=PERSON)["description"]
    assert told.endswith(description)
    assert (api.photos, api.sent) == ((), ())


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"caption": "x" * 1025}, "message caption is too long"),
        ({"caption": "<p>", "parse_mode": "HTML"}, 'Unsupported start tag "p" at byte offset 0'),
        ({"chat_id": 5}, "chat not found"),
        ({"reply_markup": {"inline_keyboard": [[{"text": ""}]]}}, "button text must be non-empty"),
        ({"reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ],
)
def test_rules_of_messages_hold_for_photos(api: BotApi, params: dict[str, Any], description: str) -> None:
    """Captions, chats, buttons and replies of a picture have the same rules as those of a text."""
    whole = {"chat_id": PERSON} | params
    told = upload(api, "sendPhoto", {"photo": ("x.png", picture())}, **whole)["description"]
    assert told.endswith(description)
    assert api.photos == ()


def test_photos_without_upload(api: BotApi) -> None:
    """A known file is sent again by its identifier; addresses, other identifiers and nothing are refused."""
    files = {"photo": ("x.png", picture())}
    sent = upload(api, "sendPhoto", files, chat_id=PERSON, caption="x" * 1024)["result"]
    again = call(api, "sendPhoto", chat_id=PERSON, photo=sent["photo"][-1]["file_id"])["result"]
    assert "caption" not in again
    assert [kept.bytes for kept in api.photos] == [picture()] * 2
    assert refused(api, "sendPhoto", chat_id=PERSON).endswith("no photo in the request")
    assert refused(api, "sendPhoto", chat_id=PERSON, photo="x").endswith("file identifier/HTTP URL specified")
    address = refused(api, "sendPhoto", chat_id=PERSON, photo="https://a.example/x.png")
    assert address.endswith("failed to get HTTP URL content")


async def test_document_sent(api: BotApi) -> None:
    """A document arrives under its name with exactly its bytes, whatever they are; an empty one does not."""
    async with library(api) as bot:
        message = await bot.send_document(PERSON, ODD, filename="odd я.bin", caption="odd")
        with pytest.raises(telegram.error.BadRequest, match="must be non-empty"):
            await bot.send_document(PERSON, b"", filename="none.txt")
    assert message.document
    assert (message.document.file_name, message.document.file_size) == ("odd я.bin", len(ODD))
    assert [(kept.file_name, kept.bytes) for kept in api.documents] == [("odd я.bin", ODD)]
    assert api.photos == ()


async def test_media_edited(api: BotApi) -> None:
    """Another picture takes the place of one; its words are edited as a caption and not as a text."""
    async with library(api) as bot:
        message = await bot.send_photo(PERSON, picture(), caption="first")
        await message.edit_media(InputMediaPhoto(picture(60, 20), caption="second"))
        await message.edit_caption("third")
        with pytest.raises(telegram.error.BadRequest, match="There is no text in the message to edit"):
            await message.edit_text("fourth")
        with pytest.raises(telegram.error.BadRequest, match="Message is not modified"):
            await message.edit_caption("third")
    assert [(kept.width, kept.caption) for kept in api.photos] == [(40, "first"), (60, "second")]
    methods = [(sent.method, sent.plain) for sent in api.sent]
    assert methods[1:] == [("editMessageMedia", "second"), ("editMessageCaption", "third")]


def test_media_refused(api: BotApi) -> None:
    """An edit without a file, of an unknown kind, or to a caption under a text is refused."""
    own = {"chat_id": PERSON, "message_id": send(api, "x")["result"]["message_id"]}
    media = {"type": "photo", "media": "attach://none"}
    assert refused(api, "editMessageMedia", **own, media=media).endswith("media not found")
    kind = refused(api, "editMessageMedia", **own, media={"type": "dice"})
    assert kind.endswith('type "dice" is unsupported')
    assert refused(api, "editMessageMedia", **own).endswith("expected an Object")
    assert refused(api, "editMessageCaption", **own, caption="y").endswith(
        "no caption in the message to edit"
    )


async def test_fetching_what_people_sent(api: BotApi) -> None:
    """The real library fetches a person's document with exactly its bytes."""
    api.push(updates.document("odd.md", ODD, "read this"))
    async with library(api) as bot:
        (update,) = await bot.get_updates()
        assert update.message
        assert update.message.document
        file = await update.message.document.get_file()
        assert bytes(await file.download_as_bytearray()) == ODD
    assert file.file_path
    assert file.file_path.endswith(".md")
    assert [(one.method, one.outcome) for one in api.calls][-2:] == [("getFile", "ok"), ("file", "ok")]


def test_fetching_refused(api: BotApi) -> None:
    """Over 20 MB, unknown files and other paths are refused, and faults befall the fetching."""
    large = updates.document("large.pdf", b"x", size=20 * 1024 * 1024 + 1)["message"]["document"]
    small = updates.document("small.pdf", b"x", size=20 * 1024 * 1024)["message"]["document"]
    assert refused(api, "getFile", file_id=large["file_id"]) == "Bad Request: file is too big"
    path = call(api, "getFile", file_id=small["file_id"])["result"]["file_path"]
    assert "wrong file_id" in refused(api, "getFile", file_id="none")
    assert "file_id not specified" in refused(api, "getFile")
    home = f"{api.base_url}/file/bot"
    assert httpx.get(f"{home}{api.token}/{path}").content == b"x"
    assert httpx.get(f"{home}{api.token}/documents/none.pdf").status_code == 404
    assert httpx.get(f"{home}43:other/{path}").status_code == 401
    api.fail("file", 1, "500")
    assert httpx.get(f"{home}{api.token}/{path}").status_code == 500
