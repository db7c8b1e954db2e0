"""Copies of one wire story, recognised by the words they share, whatever outlets cut, added or restyled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from index.bare_words import bare_words
from index.telling import as_digits, changed, content, is_day

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
# Nor are the names in the lead, of which a few tell something. One number in so many words may be put right.
NAMES, A_CHANGE = 2, 100

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
# A place, a day, an agency: each house has its own.
_DATELINE = re.compile(r"[^\n]{3,60}?\s?[-\u2013\u2014]{1,2}\s")
_OPENING = "\"'([«„“‘"  # noqa: RUF001 - the quotation marks are meant
_TITLE_WORD = 4
# What a headline ends in: the outlet's name, or its section's.
_SIGNED = re.compile(r"\s[|\u2013\u2014-]\s[^|\u2013\u2014]*$")


def fingerprints(text: str) -> frozenset[int]:
    """Signed 64-bit hashes of some of the text's shingles: two texts that share a run of RUN words share one.

    The least hash of every window is kept (winnowing: Schleimer, Wilkerson and Aiken, 2003). The hashes are
    the same on every machine. About 60 for 700 words, 13 to 17 below 200, none for fewer than SHINGLE words.
    """
    hashes = _shingles(bare_words(text))
    if not len(hashes):
        return frozenset()
    window = max(1, min(WINDOW, len(hashes) // LEAST_WINDOWS))
    least = np.lib.stride_tricks.sliding_window_view(hashes, window).min(axis=1)
    return frozenset(least.tolist())


def overlap(one: str, other: str) -> float:
    """The share of the shorter text's words that stand in the longer one in runs of SHINGLE or more, 0..1."""
    return _shared(_shingles(bare_words(one)), _shingles(bare_words(other)))


def are_copies(one: Article, other: Article) -> bool:
    """Whether two articles are one story: their texts, and days that allow it; an unknown day does.

    Wire copies, cut from the end and edited, are; so are a source's versions of one piece under several
    addresses. A follow-up is not, nor is a brief that a round-up carries: the round-up says more than it.
    """
    if not _days_allow(one, other):
        return False
    words, others = sorted((bare_words(one.text), bare_words(other.text)), key=len)
    if len(words) < SHORTEST:
        return False
    elsewhere = bool(one.source and other.source) and one.source != other.source
    if not elsewhere and not _titles_allow(one.title, other.title):
        return False
    by_itself = one.source is not None and one.source == other.source
    return (
        _words_allow(words, others, by_itself=by_itself)
        and _numbers_allow(words, others, by_itself=by_itself)
        and _names_allow(one.text, other.text)
    )


def carries(text: str, passage: str) -> bool:
    """Whether an article's text says this passage's words, in one place and but for small edits.

    Articles, the tense of "to be", and digits for words are small edits; any other word is none.
    """
    words, asked = bare_words(text), bare_words(passage)
    return _stands_in(asked, words) or _stands_in(content(asked), content(words))


def _stands_in(words: Sequence[str], others: Sequence[str]) -> bool:
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(others)} "


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


def _words_allow(words: Sequence[str], others: Sequence[str], *, by_itself: bool) -> bool:
    """Whether enough of the shorter text stands in the longer one, of its lead too or of the whole."""
    shorter, longer = _shingles(words), _shingles(others)
    kept, lead = _shared(shorter, longer), _shared_lead(shorter, longer)
    if kept >= WHOLE and len(others) <= LONGER * len(words):
        return True
    least, least_lead = (KEPT_BY_ITSELF, KEPT_LEAD_BY_ITSELF) if by_itself else (KEPT, KEPT_LEAD)
    return kept >= least and lead >= least_lead


def _numbers_allow(shorter: Sequence[str], longer: Sequence[str], *, by_itself: bool) -> bool:
    """Whether the shorter text's numbers and days of the week are the longer one's, but for a correction."""
    words, others = as_digits(shorter), as_digits(longer)
    numbers = {word for word in words if len(word) > 1 and _DIGIT.search(word)}
    if len(numbers) >= NUMBERS and len(numbers.intersection(others)) < KEPT_NUMBERS * len(numbers):
        return False
    other = changed(words, others)
    if any(is_day(words[place]) for place in other):
        return False
    if not by_itself and any(place < LEAD for place in other):
        return False
    return len(other) <= max(1, len(words) // A_CHANGE)


def _names_allow(one: str, other: str) -> bool:
    """Whether most of the names in one lead, at least, stand somewhere in the other text."""
    return any(
        len(named) < NAMES or len(named.intersection(bare_words(text))) > len(named) / 2
        for named, text in ((_names(one), other), (_names(other), one))
    )


def _names(text: str) -> set[str]:
    """The words of the lead that are capitals in all the text, without days of the week."""
    dateline = _DATELINE.match(text)
    lead = text[dateline.end() if dateline else 0 :].split(None, LEAD)[:LEAD]
    capitals = [word for word in lead if word.lstrip(_OPENING)[:1].isupper()]
    small = set(_WORD.findall(text))
    words = bare_words(" ".join(capitals))
    return {word for word in words if len(word) > 1 and word not in small and not is_day(word)}


def _titles_allow(one: str, other: str) -> bool:
    """Whether two headlines share a word; where one source's do not, the text may be a mere notice."""
    bare = (_SIGNED.sub("", title) or title for title in (one, other))
    mine, theirs = ({word for word in bare_words(title) if len(word) >= _TITLE_WORD} for title in bare)
    return not (mine and theirs) or not mine.isdisjoint(theirs)


def _days_allow(one: Article, other: Article) -> bool:
    mine, theirs = _days(one), _days(other)
    if not mine or not theirs:
        return True
    return (max(mine[0], theirs[0]) - min(mine[-1], theirs[-1])).days <= DAYS


def _days(article: Article) -> list[date]:
    return sorted(day for day in (article.published, article.updated) if day)
