"""Links that open an article at the quoted words: https://wicg.github.io/scroll-to-text-fragment/."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.records import Hit

    Span = tuple[int, int]

# What is longer is refused or cut by some chat or browser on the way.
CHARACTERS = 2000
# So many words, or letters where words are long or not parted, name one end of a quotation, or its
# neighbourhood; more where the same stands earlier on the page.
WORDS, LETTERS = 6, 40
CONTEXT = 3
# Words of fewer letters may stand in anything that is on the page beside the article.
SHORT = 24
_DELIMITER = ":~:"
# A match must begin and end with a word. Where no blanks part them, the signs after a clause do.
_CLAUSE_END, _CLOSING = (
    "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f",
    "\u2019\u201d\u300b\u300d\u300f\uff09",
)
_WORD = re.compile(rf"[^\s{_CLAUSE_END}]+[{_CLAUSE_END}{_CLOSING}]*|[{_CLAUSE_END}]+")
_LINE = re.compile(r"[^\n]+")
_BLANKS = re.compile(r"\s+")
# A browser compares letters without their marks, and sees none of the signs that have no width.
_UNSEEN = re.compile(
    "[\u00ad\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
_QUOTES = (
    *zip("\u2018\u2019\u201a\u201b", "''''", strict=True),
    *zip("\u201c\u201d\u201e\u201f", '""""', strict=True),
)


def link_to(hit: Hit) -> str | None:
    """The article's address with a text fragment for the highlighted words; None where it has none.

    Where no words are highlighted the fragment is for the passage; where it would be too long there is none.
    """
    article, url = hit.article, hit.article.url
    if url is None or len(url) > CHARACTERS:
        return None
    # An address may have been shared with a fragment of that kind already; a browser reads only one.
    base = url.partition(_DELIMITER)[0]
    start, end = hit.highlights[0] if hit.highlights else (hit.passage.start, hit.passage.end)
    directive = text_directive(article.text, start, end, article.title)
    joint = _DELIMITER if "#" in base else f"#{_DELIMITER}"
    links = (f"{base}{joint}{each}" for each in (directive, directive.partition("&")[0]) if each)
    return next((link for link in links if len(link) <= CHARACTERS), url)


def text_directive(text: str, start: int, end: int, title: str = "") -> str:
    """`text=…` for a span of an article's text: the whole of it where it is short, else both its ends.

    A browser takes the first match of the page, on which the title stands before the text: so there are as
    many words as it takes, or words beside the span. `&text=…` with the last words is taken where the first
    are not found: large initials and words that only a screen reader reads hide them. No word, no directive.
    """
    lines = _lines(text, start, end)
    # Of several lines, one that is short or stands elsewhere as well, like a byline, is passed over.
    for line in sorted(lines, key=lambda line: _short((line[0][0], line[-1][1]))):
        earlier = _folded(f"{title}\n{text[: line[0][0]]}")
        first = _first_words(text, line, earlier)
        if first:
            spare = _last_words(text, line[1:], line[0][0], earlier)
            spared = "" if spare is None or _short(spare) else f"&text={_encode(text, spare)}"
            return f"text={_sides(text, lines, first)}{spared}"
    return _in_context(text, (lines[0][0][0], lines[0][-1][1]), title) if lines else ""


def _sides(text: str, lines: Sequence[Sequence[Span]], first: Span) -> str:
    """The first words and the last, or all where nothing is between."""
    ends = (
        _last_words(text, [word for word in line if word[0] >= first[1]], first[1]) for line in lines[::-1]
    )
    last = next(filter(None, ends), None)
    if last is None:
        return _encode(text, first)
    if text[first[1] : last[0]].strip() or "\n" in text[first[1] : last[0]]:
        return f"{_encode(text, first)},{_encode(text, last)}"
    return _encode(text, (first[0], last[1]))


def _lines(text: str, start: int, end: int) -> list[list[Span]]:
    """The words' spans, line by line: each line is a block of the page, and no match goes over its border."""
    lines = (
        [word.span() for word in _WORD.finditer(text, *line.span())]
        for line in _LINE.finditer(text, start, end)
    )
    return [line for line in lines if line]


def _first_words(text: str, line: Sequence[Span], earlier: str) -> Span | None:
    """As many of the line's first words as are not among what comes earlier; None if all of it is."""
    sides = ((line[0][0], word[1]) for word in line[_enough(line) - 1 :])
    return next((side for side in sides if _new(text, side, earlier)), None)


def _last_words(text: str, words: Sequence[Span], since: int, earlier: str = "") -> Span | None:
    """As many of the words, the last first, as stand nowhere from `since` to them, nor earlier."""
    sides = ((word[0], words[-1][1]) for word in words[len(words) - _enough(words[::-1]) :: -1] if words)
    between = ((side, earlier + _folded(text[since : side[0]])) for side in sides)
    return next((side for side, before in between if _new(text, side, before)), None)


def _enough(words: Iterable[Span]) -> int:
    """How many of these words are enough to name an end by."""
    letters = count = 0
    for count, (start, end) in enumerate(words, start=1):
        letters += end - start
        if count == WORDS or letters >= LETTERS:
            break
    return count


def _short(span: Span) -> bool:
    return span[1] - span[0] < SHORT


def _in_context(text: str, span: Span, title: str) -> str:
    """A directive for words that stand earlier as well, with what stands beside them, where that is new."""
    named = _encode(text, span)
    for before, after in _beside(text, span):
        start, end = before[0] if before else span[0], after[1] if after else span[1]
        if _new(text, (start, end), _folded(f"{title}\n{text[:start]}")):
            prefix = f"{_encode(text, before)}-," if before else ""
            return f"text={prefix}{named}" + (f",-{_encode(text, after)}" if after else "")
    return f"text={named}"


def _beside(text: str, span: Span) -> Iterator[tuple[Span | None, Span | None]]:
    """What stands before and after: few words, then more, on one side before on both."""
    lines = _lines(text, 0, span[0]), _lines(text, span[1], len(text))
    before, after = lines[0][-1] if lines[0] else [], lines[1][0] if lines[1] else []
    for count in (CONTEXT, 2 * CONTEXT, 4 * CONTEXT):
        left = (before[-count:][0][0], before[-1][1]) if before else None
        right = (after[0][0], after[:count][-1][1]) if after else None
        # On the page something may stand between two lines.
        near = left is not None and "\n" not in text[left[1] : span[0]]
        yield from (
            ((left, None), (None, right), (left, right))
            if near
            else ((None, right), (left, None), (left, right))
        )


def _new(text: str, span: Span, earlier: str) -> bool:
    """Whether the words of a span are not among what comes before them, as a browser compares."""
    words = _folded(text[span[0] : span[1]])
    return bool(words) and f"{earlier}{words}".find(words) == len(earlier)


def _folded(text: str) -> str:
    # A browser compares all of these alike. Whole articles are folded, so each step is a quick one.
    for typeset, plain in _QUOTES:
        text = text.replace(typeset, plain)
    letters = _UNSEEN.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return f"{' ' * letters[:1].isspace()}{' '.join(letters.split())}{' ' * letters[-1:].isspace()}"


def _encode(text: str, span: Span) -> str:
    # In a directive a comma parts, and a hyphen marks, its sides: both stand for themselves only encoded.
    words = _BLANKS.sub(" ", text[span[0] : span[1]])
    return quote(words, safe="", errors="replace").replace("-", "%2D")
