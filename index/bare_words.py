"""The words of a text as they compare: without case, accents, punctuation and typography."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_APOSTROPHES = "'`\u2018\u2019\u02bc"
# What makes most English texts more than ASCII, which is the slow way.
_TYPOGRAPHY = "\u201c\u201d\u2013\u2014\u2026\u00a0\u202f"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W_]+")
# Thai, Lao, Burmese, Khmer, Japanese and Chinese: no spaces between words.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
# Characters in a row that stand for a word where nothing parts words.
_CHARACTERS = 3


def bare_words(text: str) -> list[str]:
    """The text's words without case, accents, punctuation or typography; numbers without separators."""
    text = text.casefold()
    for mark in _APOSTROPHES:
        text = text.replace(mark, "")
    for mark in _TYPOGRAPHY:
        text = text.replace(mark, " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_unread())
    text = _THOUSANDS.sub("", text)
    words = _WORD.findall(text)
    if text.isascii() or not _UNSPACED.search(text):
        return words
    return [part for word in words for part in _parts(word)]


def _parts(word: str) -> list[str]:
    if not _UNSPACED.search(word):
        return [word]
    return [word[at : at + _CHARACTERS] for at in range(max(1, len(word) - _CHARACTERS + 1))]


@cache
def _unread() -> dict[int, None]:
    """Accents, vowel signs and invisible characters: outlets drop or add them."""
    kinds = {"Mn", "Mc", "Me", "Cf"}
    return dict.fromkeys(each for each in range(0x10000) if unicodedata.category(chr(each)) in kinds)
