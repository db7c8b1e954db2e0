"""Links that open an article at the quoted words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from index.records import Hit

# A browser looks for the first and the last words of the quotation; so many tell them from others.
WORDS = 6
# What is longer is refused or cut by some chat or browser on the way.
CHARACTERS = 2000


def link_to(hit: Hit) -> str | None:
    """The article's address with a text fragment for the highlighted words; None where it has none.

    Text fragments: https://wicg.github.io/scroll-to-text-fragment/
    """
    url = hit.article.url
    if url is None or len(url) > CHARACTERS:
        return None
    start, end = hit.highlights[0] if hit.highlights else (hit.passage.start, hit.passage.end)
    directive = text_directive(hit.article.text[start:end])
    joint = ":~:" if "#" in url else "#:~:"
    linked = f"{url}{joint}{directive}"
    return linked if len(linked) <= CHARACTERS else url


def text_directive(words: str) -> str:
    """`text=…` for some words: all of them where they are few and stand in one line, else both ends."""
    lines = [line.split() for line in words.splitlines() if line.split()]
    if not lines:
        return "text="
    if len(lines) == 1 and len(lines[0]) <= 2 * WORDS:
        return f"text={_encode(lines[0])}"
    # A match of one end must not run over the border of a block, so it stays within its line.
    return f"text={_encode(lines[0][:WORDS])},{_encode(lines[-1][-WORDS:])}"


def _encode(words: list[str]) -> str:
    # In a directive a comma parts, and a hyphen marks, its sides: both stand for themselves only encoded.
    return quote(" ".join(words), safe="").replace("-", "%2D")
