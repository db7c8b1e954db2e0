"""Copies of one wire story, recognised by the words they share, whatever outlets cut, added or restyled."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from index.records import Article

    Hashes = np.ndarray[tuple[int], np.dtype[np.int64]]
    Marks = np.ndarray[tuple[int], np.dtype[np.bool_]]

# Words in a shingle, and shingles in a window of which one hash is kept (`w` in the paper). A shorter text
# has narrower windows, so that a brief keeps about sixteen hashes too.
SHINGLE, WINDOW, LEAST_WINDOWS = 4, 24, 8
# So many words in a row that two texts share give both a hash, the same one.
RUN = WINDOW + SHINGLE - 1

# Fewer words than this are a caption, a teaser or a notice about cookies, not a story.
SHORTEST = 40
# A weekly column is a form that is filled in anew, and its next number is seven days off.
DAYS = 6
# Copies keep the story's first words, a follow-up has new ones: of so many, this share on average of both.
# An item of a round-up has its own opening there, but not the round-up's, which is a half and no more.
LEAD, KEPT_LEAD = 40, 0.55
# How much of the shorter one stands in the longer one. A newsroom's own follow-ups repeat more of its own
# words than other houses' stories do, so two pieces of one source must be versions of one piece.
KEPT, KEPT_BY_ITSELF, KEPT_LEAD_BY_ITSELF = 0.55, 0.8, 0.7
# With a new lead on top of the whole it is the same story written through, if the rest is not mostly new.
WHOLE, LONGER = 0.9, 2
# Of a form filled in anew for another day or draw, the words are the same and the numbers are not.
NUMBERS, KEPT_NUMBERS = 4, 0.5
# A passage is carried if no more than one word in ten is put otherwise.
CARRIED, EDGE = 0.9, 3

_APOSTROPHES = "'`\u2018\u2019\u02bc"
# What makes most English texts more than ASCII, which is the slow way.
_TYPOGRAPHY = "\u201c\u201d\u2013\u2014\u2026\u00a0\u202f"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
# Thai, Lao, Burmese, Khmer, Japanese and Chinese: no spaces between words.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
# Characters in a row that stand for a word where nothing parts words.
_CHARACTERS = 3
_TITLE_WORD = 4
# What a headline ends in: the outlet's name, or its section's.
_SIGNED = re.compile(r"\s[|\u2013\u2014-]\s[^|\u2013\u2014]*$")
_NOT = frozenset(
    (
        *("not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot", "cant"),
        *("isnt", "arent", "wasnt", "werent", "dont", "doesnt", "didnt", "hasnt", "havent", "hadnt", "wont"),
        *("wouldnt", "couldnt", "shouldnt", "не", "ні", "ни", "нет", "немає", "без", "ніколи", "никогда"),
    )
)


def fingerprints(text: str) -> frozenset[int]:
    """Signed 64-bit hashes of some of the text's shingles: two texts that share a run of RUN words share one.

    The least hash of every window is kept (winnowing: Schleimer, Wilkerson and Aiken, 2003). The hashes are
    the same on every machine. About 60 for 700 words, 13 to 17 below 200, none for fewer than SHINGLE words.
    """
    hashes = _shingles(_words(text))
    if not len(hashes):
        return frozenset()
    window = max(1, min(WINDOW, len(hashes) // LEAST_WINDOWS))
    least = np.lib.stride_tricks.sliding_window_view(hashes, window).min(axis=1)
    return frozenset(least.tolist())


def overlap(one: str, other: str) -> float:
    """The share of the shorter text's words that stand in the longer one in runs of SHINGLE or more, 0..1."""
    return _shared(_shingles(_words(one)), _shingles(_words(other)))


def are_copies(one: Article, other: Article) -> bool:
    """Whether two articles are one story: their texts, and days that allow it; an unknown day does.

    Wire copies, cut from the end and edited, are; so are a source's versions of one piece under several
    addresses. A follow-up is not, nor is a brief that a round-up carries: the round-up says more than it.
    """
    if not _days_allow(one, other):
        return False
    words, others = sorted((_words(one.text), _words(other.text)), key=len)
    if len(words) < SHORTEST or not _numbers_allow(words, others):
        return False
    elsewhere = bool(one.source and other.source) and one.source != other.source
    if not elsewhere and not _titles_allow(one.title, other.title):
        return False
    shorter, longer = _shingles(words), _shingles(others)
    kept, lead = _shared(shorter, longer), _shared_lead(shorter, longer)
    if kept >= WHOLE and len(others) <= LONGER * len(words):
        return True
    by_itself = one.source is not None and one.source == other.source
    least, least_lead = (KEPT_BY_ITSELF, KEPT_LEAD_BY_ITSELF) if by_itself else (KEPT, KEPT_LEAD)
    return kept >= least and lead >= least_lead


def carries(text: str, passage: str) -> bool:
    """Whether an article's text says this passage's words, in one place and but for small edits.

    A number or a "not" that only one of them has is no small edit.
    """
    words, asked = _words(text), _words(passage)
    if not asked:
        return False
    if f" {' '.join(asked)} " in f" {' '.join(words)} ":
        return True
    theirs, mine = _shingles(words), _shingles(asked)
    found = np.isin(theirs, mine)
    if not found.any():
        return False
    width = len(mine) + len(mine) // 10
    start = _densest(found, width)
    at = start + np.flatnonzero(found[start : start + width])
    first, end = int(at[0]), int(at[-1]) + 1
    if _covered(mine, theirs[first:end]).mean() < CARRIED:
        return False
    told, inside = _telling(asked), _telling(words[first : end + SHINGLE - 1])
    around = _telling(words[max(0, first - EDGE) : end + SHINGLE - 1 + EDGE])
    return told <= around and inside <= told


def _words(text: str) -> list[str]:
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


def _shingles(words: Sequence[str]) -> Hashes:
    """A hash of every SHINGLE words in a row: each word's CRC, multiplied and folded into 64 bits."""
    count = len(words) - SHINGLE + 1
    if count < 1:
        return np.empty(0, dtype=np.int64)
    each = np.fromiter((crc32(word.encode()) for word in words), dtype=np.uint64, count=len(words))
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes = (hashes ^ each[offset : offset + count]) * np.uint64(0x9E3779B97F4A7C15)
        hashes ^= hashes >> np.uint64(29)
    return hashes.view(np.int64)


def _covered(shingles: Hashes, others: Hashes) -> Marks:
    """Of each word, whether it stands in a shingle that the others have."""
    found = np.isin(shingles, others)
    covered = np.zeros(len(shingles) + SHINGLE - 1, dtype=np.bool_)
    for offset in range(SHINGLE):
        covered[offset : offset + len(shingles)] |= found
    return covered


def _shared(one: Hashes, other: Hashes) -> float:
    if not len(one) or not len(other):
        return 0.0
    shorter, longer = sorted((one, other), key=len)
    share = float(_covered(shorter, longer).mean())
    return share if len(shorter) < len(longer) else max(share, float(_covered(longer, shorter).mean()))


def _shared_lead(one: Hashes, other: Hashes) -> float:
    """How much of the opening of each stands anywhere in the other, on average."""
    return float(np.mean([_covered(one, other)[:LEAD].mean(), _covered(other, one)[:LEAD].mean()]))


def _densest(found: Marks, width: int) -> int:
    """Where the most marks are within this width."""
    if len(found) <= width:
        return 0
    sums = np.concatenate(([0], np.cumsum(found)))
    return int(np.argmax(sums[width:] - sums[:-width]))


def _telling(words: Sequence[str]) -> Counter[str]:
    """The words that turn a sentence into another: its numbers, and its negations by their count."""
    return Counter("not" if word in _NOT else word for word in words if word in _NOT or _DIGIT.search(word))


def _numbers_allow(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    # Below ten one house writes words and another digits.
    numbers = {word for word in shorter if len(word) > 1 and _DIGIT.search(word)}
    return len(numbers) < NUMBERS or len(numbers.intersection(longer)) >= KEPT_NUMBERS * len(numbers)


def _titles_allow(one: str, other: str) -> bool:
    """Whether two headlines share a word; where one source's do not, the text may be a mere notice."""
    bare = (_SIGNED.sub("", title) or title for title in (one, other))
    mine, theirs = ({word for word in _words(title) if len(word) >= _TITLE_WORD} for title in bare)
    return not (mine and theirs) or not mine.isdisjoint(theirs)


def _days_allow(one: Article, other: Article) -> bool:
    mine, theirs = _days(one), _days(other)
    if not mine or not theirs:
        return True
    return (max(mine[0], theirs[0]) - min(mine[-1], theirs[-1])).days <= DAYS


def _days(article: Article) -> list[date]:
    return sorted(day for day in (article.published, article.updated) if day)
