"""Articles and questions made to break a chat: markup, bidirectional text, emoji sequences, borders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

_MARKUP = (
    "<b>", "</b>", "</blockquote>", "<a href='x'>", "<script>alert(1)</script>", "<!-- ", "-->", "]]>", "<",
    ">", "&", "&amp;", "&lt;b&gt;", "&#60;", "&#x3c;", "&nbsp;", "&notanentity;", "<blockquote expandable>",
    "*bold*", "_under_", "[link](http://x)", "`code`", "```", "||spoiler||", "{number}", "%s", "\\", '"', "'",
)  # fmt: skip
_UNSEEN = (
    "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u202d", "\u202a", "\u202c",
    "\u2066", "\u2067", "\u2069", "\u061c", "\u200e", "\u200f", "\u00a0", "\u2028", "\u2029", "\u0085",
    "\u3000", "\u2800", "\ufffc", "\ufffd", "\u0000", "\u0007", "\u001b[31m", "\u000b", "\u000c", "\r",
    "\t", "\r\n", "\U000e0041", "\ufe0f", "\u0300\u0301\u0302\u0303", "\u033f\u0333",
)  # fmt: skip
_EMOJI = (
    "🙂", "👩\u200d👩\u200d👧\u200d👦", "🏳️\u200d🌈", "🇺🇦", "👍🏽", "❤️\u200d🔥", "1️⃣", "🧑🏿\u200d🚀",
    "🧑\u200d", "🏴\U000e0067\U000e0062\U000e007f",
)  # fmt: skip
_SCRIPTS = (
    "кораблі чекали біля порту", "سفن خارج الميناء", "船在港口外等待", "ספינות מחוץ לנמל", "เรือรออยู่นอกท่าเรือ",
    "जहाज बंदरगाह के बाहर", "배가 항구 밖에서", "Ǆ ŉ ﬁ İ \u0131 ß \u017f", "x̧̛̤̱̖ͬz͔a͊l̷g͝o", "e\u0301 é",
)  # fmt: skip
_PLAIN = (
    "forty ships waited outside the harbour", "the mayor spoke of a hard winter", "said Mr. Grey on 11 Jan.",
    "No. 84 was first", "ice closed the port", "12,000 troops", "the pilots went on strike",
)  # fmt: skip
_LONE = ("\ud800", "\udfff", "a\ud83dz")
_LINKS = (
    None, "https://gull.example/a", "https://gull.example/a?b=1&c=<d>#e", "javascript:alert(1)",
    'https://gull.example/"><b>', "https://gull.example/" + "a" * 2100, "https://[::1", "not an address",
    "https://gull.example/#:~:text=already", "https://gull.example/ü/українська?й=ї",
)  # fmt: skip
# Telegram's limit of a message, and ours of a passage, with what is one more and one less.
BORDERS = (2000, 4095, 4096, 4097)


def hostile_text(random: Random, parts: int, *, lone: bool = True) -> str:
    """Some of everything, in so many parts; lone surrogates too, where they can be written at all."""
    kinds = (_PLAIN, _PLAIN, _PLAIN, _MARKUP, _UNSEEN, _EMOJI, _SCRIPTS) + ((_LONE,) if lone else ())
    glue = (" ", " ", " ", "", ". ", "\n\n", "! ", "? ")
    return "".join(random.choice(random.choice(kinds)) + random.choice(glue) for _ in range(parts))


def border_text(random: Random) -> str:
    """One kind of character again and again, about as long as a message or a passage may be."""
    unit = random.choice(("a", "🙂", "ї", "a\u0300", "&", "<", "word ", "船", "👩‍👩‍👧‍👦", "سفن "))
    length = random.choice(BORDERS) + random.choice((-1, 0, 1))
    return (unit * (length // len(unit) + 1))[:length]


def write_hostile_articles(file: Path, random: Random, count: int) -> None:
    """A JSONL file of so many articles in the BEIR form, hostile in every field."""

    def maybe(parts: int) -> str | None:
        return hostile_text(random, parts) if random.random() < 0.7 else None

    def lines() -> Iterator[str]:
        for number in range(count):
            long = random.random() < 0.1
            body = border_text(random) if long else hostile_text(random, random.randint(3, 120))
            told = {
                "url": random.choice(_LINKS),
                "date": random.choice((None, "2025-01-11", "1900-01-01", "9999-12-31", "yesterday")),
                "source": maybe(4),
                "authors": [maybe(2)],
                "correction": maybe(40),
                "updated": random.choice((None, "2025-02-01")),
            }
            title = maybe(random.choice((1, 6, 60))) or ""
            yield json.dumps({"_id": f"h{number}", "title": title, "text": body, "metadata": told})

    file.write_text("\n".join(lines()), encoding="ascii")


def hostile_question(random: Random) -> str:
    """A question that finds something, or nothing, in words that try to break out."""
    if random.random() < 0.1:
        return border_text(random)
    # What Telegram delivers has no lone surrogates: JSON could not carry them.
    return hostile_text(random, random.randint(1, 12), lone=False)
