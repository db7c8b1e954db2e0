"""Pictures and documents: sent, put in place of others, and fetched."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from bot_api import files
from bot_api.keyboards import read_inline_keyboard, read_keyboard
from bot_api.methods import caption_content
from bot_api.records import Journal, SentFile
from bot_api.rules import RefusalError, bad_request, read_formatted, read_json
from bot_api.wire import Params, Upload, text_of

if TYPE_CHECKING:
    from bot_api.chats import Message
    from bot_api.composing import Composer

LARGEST_PHOTO: Final = 10 * 1024 * 1024
"""Bytes."""
LARGEST_UPLOAD: Final = 50 * 1024 * 1024
"""Bytes."""
LARGEST_SIDES: Final = 10_000
"""Pixels of width and height together."""
LARGEST_RATIO: Final = 20

_NO_IMAGE = (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_MEDIA: Final = (
    "text",
    "entities",
    "link_preview_options",
    "caption",
    "caption_entities",
    "photo",
    "document",
)


@dataclass(frozen=True, slots=True)
class _Checked:
    stored: files.StoredFile
    width: int = 0
    height: int = 0

    def content(self) -> Message:
        """The part of a message that is the file."""
        if not self.width:
            return {"document": self.stored.document()}
        size = self.stored.to_dict() | {"width": self.width, "height": self.height}
        scale = min(1.0, 320 / max(self.width, self.height))
        small = size | {name: max(1, round(size[name] * scale)) for name in ("width", "height")}
        return {"photo": [small | {"file_id": f"{size['file_id']}-s", "file_unique_id": "small"}, size]}


class Media:
    """What a bot does with files."""

    def __init__(self, journal: Journal, composer: Composer) -> None:
        self._journal = journal
        self._composer = composer

    def send_photo(self, params: Params) -> Message:
        """SendPhoto: put a picture into a chat, with or without words under it."""
        return self._send("photo", "sendPhoto", params)

    def send_document(self, params: Params) -> Message:
        """SendDocument: put any file into a chat."""
        return self._send("document", "sendDocument", params)

    def _send(self, kind: str, method: str, params: Params) -> Message:
        given = _given_file(params, params.get(kind))
        if given is None:
            raise bad_request(f"There is no {kind} in the request")
        plain, marks = read_formatted(text_of(params, "caption"), text_of(params, "parse_mode"))
        keyboard = read_keyboard(params.get("reply_markup"))
        checked: list[_Checked] = []

        def finish() -> Message:
            checked.append(_checked(kind, given))
            return checked[0].content() | caption_content(plain, marks)

        message = self._composer.post(method, params, keyboard, finish)
        self._note(checked[0], message)
        return message

    def edit_message_media(self, params: Params) -> Message:
        """EditMessageMedia: put another picture or document in the place of one of the bot's own."""
        keyboard = read_inline_keyboard(params.get("reply_markup"))
        media = _read_media(params.get("media"))
        given = _given_file(params, media.get("media"))
        if given is None:
            raise bad_request("Can't parse InputMedia: media not found")
        plain, marks = read_formatted(text_of(media, "caption"), text_of(media, "parse_mode"))
        checked: list[_Checked] = []

        def finish(message: Message) -> Message:
            checked.append(_checked(media["type"], given))
            kept = {name: value for name, value in message.items() if name not in _MEDIA}
            return kept | checked[0].content() | caption_content(plain, marks)

        edited = self._composer.edit("editMessageMedia", params, keyboard, finish)
        self._note(checked[0], edited)
        return edited

    def get_file(self, params: Params) -> dict[str, Any]:
        """GetFile: where a file can be fetched from."""
        file_id = text_of(params, "file_id")
        if not file_id:
            raise bad_request("file_id not specified")
        stored = files.find(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if stored.size > files.LARGEST_DOWNLOAD:
            raise bad_request("file is too big")
        return stored.to_dict() | {"file_path": stored.path}

    def _note(self, checked: _Checked, message: Message) -> None:
        record = SentFile(
            chat_id=message["chat"]["id"],
            message_id=message["message_id"],
            file_name=checked.stored.name,
            bytes=checked.stored.content,
            caption=message.get("caption", ""),
            width=checked.width,
            height=checked.height,
            message=message,
        )
        self._journal.add(record)


def fetched(path: str) -> bytes:
    """The bytes of the file at a path.

    Raises:
        RefusalError: There is none.
    """
    stored = files.find_at(path)
    if stored is None or stored.size > files.LARGEST_DOWNLOAD:
        raise RefusalError(404, "Not Found")
    return stored.content


def _read_media(value: Any) -> dict[str, Any]:
    media = read_json(value, "input media")
    if not isinstance(media, dict):
        raise bad_request("Can't parse InputMedia: expected an Object")
    if media.get("type") not in ("photo", "document"):
        raise bad_request(f'Can\'t parse InputMedia: type "{media.get("type")}" is unsupported')
    return media


def _given_file(params: Params, value: Any) -> Upload | str | None:
    if isinstance(value, str) and value.startswith("attach://"):
        value = params.get(value.removeprefix("attach://"))
    return value if isinstance(value, Upload) or (isinstance(value, str) and value) else None


def _checked(kind: str, given: Upload | str) -> _Checked:
    stored = _stored(kind, given)
    if not stored.content:
        raise bad_request("file must be non-empty")
    most = LARGEST_PHOTO if kind == "photo" else LARGEST_UPLOAD
    if len(stored.content) > most:
        kept_to = " for a photo" if kind == "photo" else ""
        raise bad_request(
            f"file of size {len(stored.content)} bytes is too big{kept_to}; the maximum size is {most} bytes"
        )
    return _Checked(stored, *_sides(stored.content)) if kind == "photo" else _Checked(stored)


def _stored(kind: str, given: Upload | str) -> files.StoredFile:
    if isinstance(given, Upload):
        return files.store(given.name, given.content, folder=f"{kind}s")
    if _ADDRESS.match(given):
        # This server fetches nothing from anywhere.
        raise bad_request("failed to get HTTP URL content")
    known = files.find(given)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


def _sides(content: bytes) -> tuple[int, int]:
    """Width and height of a picture in pixels."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            fits = width + height <= LARGEST_SIDES and max(width, height) <= LARGEST_RATIO * min(
                width, height
            )
            if fits:
                image.load()
    except Image.DecompressionBombWarning:
        fits = False
    except _NO_IMAGE as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    if not fits:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height
