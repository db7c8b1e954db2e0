"""An article to its passages: sentence-aligned spans that the encoder reads whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.records import Article, Passage, in_context
from index.sentences import sentences, trim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.sentences import Span

    CountTokens = Callable[[Sequence[str]], list[int]]

WORDS = 100
# Tokenizers turn a word they do not know, however long, into one token, so tokens alone bound nothing.
CHARACTERS = 2000
# The title is context: where it is very long its beginning serves, and the passage keeps the room.
TITLE_SHARE = 0.25


def split(article: Article, count_tokens: CountTokens, window: int) -> list[Passage]:
    """The article's passages, in order, of about 100 words, each an exact span of its text.

    A sentence is cut only where it alone is too long. Title and passage together have at most
    `window` tokens as `count_tokens` counts them, and a passage at most 2,000 characters.
    """
    text, title = article.text, context_title(article.title, count_tokens, window)

    def fits(spans: Sequence[Span]) -> list[bool]:
        counts = count_tokens([in_context(title, text[start:end]) for start, end in spans])
        short = [end - start <= CHARACTERS for start, end in spans]
        return [count <= window and good for count, good in zip(counts, short, strict=True)]

    groups = _pack(text, sentences(text, article.language))
    return [Passage(article.id, start, end, text[start:end]) for start, end in _divide(text, groups, fits)]


def context_title(title: str, count_tokens: CountTokens, window: int) -> str:
    """The title, or as much of its beginning as may stand before a passage."""

    def fits(spans: Sequence[Span]) -> list[bool]:
        counts = count_tokens([title[start:end] for start, end in spans])
        return [count <= window * TITLE_SHARE for count in counts]

    start, end = _divide(title, [[(0, len(title))]], fits)[0]
    return title[start:end]


def _pack(text: str, spans: Sequence[Span]) -> list[list[Span]]:
    """The spans in groups of like size, as near to 100 words each as whole sentences allow."""
    words = [len(text[start:end].split()) for start, end in spans]
    total = sum(words)
    target = total / max(1, round(total / WORDS))
    groups: dict[int, list[Span]] = {}
    seen = 0
    for span, count in zip(spans, words, strict=True):
        # A sentence belongs to the passage in which its middle word stands.
        groups.setdefault(int((seen + count / 2) / target), []).append(span)
        seen += count
    return list(groups.values())


def _divide(text: str, groups: list[list[Span]], fits: Callable[[Sequence[Span]], list[bool]]) -> list[Span]:
    """A span for each group, in order; a group that does not fit is halved, again and again."""
    done: list[Span] = []
    while groups:
        smaller: list[list[Span]] = []
        for group, good in zip(groups, fits([(group[0][0], group[-1][1]) for group in groups]), strict=True):
            start, end = group[0][0], group[-1][1]
            if good or end - start <= 1:
                done.append((start, end))
            elif len(group) > 1:
                smaller += [group[: len(group) // 2], group[len(group) // 2 :]]
            else:
                smaller += [[half] for half in _halve(text, start, end)]
        groups = smaller
    return sorted(done)


def _halve(text: str, start: int, end: int) -> list[Span]:
    """Two spans, cut at the white space nearest the middle, or in the middle of what has none."""
    middle = (start + end) // 2
    spaces = [place for place in range(start + 1, end - 1) if text[place].isspace()]
    cut = min(spaces, key=lambda place: abs(place - middle), default=middle)
    halves = [trim(text, start, cut), trim(text, cut, end)]
    return [half for half in halves if half[0] < half[1]]
