"""Bytes to text that is safe to keep and to show; nothing that a reader would see is altered."""

from __future__ import annotations

import codecs
import re
import unicodedata

from index.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# A form feed, a vertical tab and a next-line sign part words too; Unicode has two line ends of its own.
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Telegram drops these from every message. What turns the direction of writing round can also make a text
# look like another; an overline or underline is no letter. A ring is one, so it is first joined to its own.
_DROPPED = re.compile(r"[\u202a-\u202e\u030a\u0333\u033f]")
_RINGED = re.compile(r"\w[\u0300-\u036f]*\u030a")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SHOWN = 80
_LOOKED_AT = 1_000


def decode(raw: bytes, name: str) -> str:
    """The text of a file or line: UTF-8 with or without a byte order mark, or UTF-16 with one.

    Args:
        raw: what was read.
        name: what the message calls it.

    Raises:
        InputError: it is neither; the message gives the offset of the first byte that does not fit.
    """
    mark, encoding = next((found for found in _MARKS if raw.startswith(found[0])), (b"", "utf-8"))
    try:
        return raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        offset = len(mark) + error.start
        which = f"byte 0x{raw[offset]:02x} at offset {offset} is not {encoding[:6].upper().rstrip('-')}"
        raise InputError(f"{name}: {which}; save it as UTF-8") from None


def clean(text: str) -> str:
    r"""The text with "\n" line ends, no control characters, and no outer white space.

    Control characters go because an article must not be able to drive a terminal; lone surrogates
    become U+FFFD because no database takes them; a tab becomes a space, and a few signs go, because
    Telegram would do so to a quotation. Everything else stays: the text is quoted verbatim.
    """
    text = _CONTROL.sub("", _LINE_END.sub("\n", text).replace("\t", " "))
    if _DROPPED.search(text):
        joined = _RINGED.sub(lambda ringed: unicodedata.normalize("NFC", ringed[0]), text)
        text = _DROPPED.sub("", joined)
    return _SURROGATE.sub("\ufffd", text).strip()


def one_line(text: str) -> str:
    """The clean text with each line end turned into a space: for names and messages."""
    return clean(text).replace("\n", " ")


def shown(value: object) -> str:
    """An offending value as messages quote it: at most 80 characters, on one line, no controls.

    A list or an object is named, not written out: a few bytes of input can stand for a huge one.
    """
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    text = one_line(str(value)[:_LOOKED_AT])
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[: _SHOWN - 1]}…'"
