"""An article as a news site serves it: the words as they are, in every kind of markup around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from index.sentences import sentences

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from index.records import Article

# What the browser found shows in a colour that nothing else on the page has, emoji included.
STYLE = """
::target-text { background: #f0f !important; color: transparent !important }
* { box-sizing: border-box } body { margin: 0; font: 18px/1.7 serif; color: #222; hyphens: manual }
main { width: 680px; margin: auto } nav, aside, footer, figure { margin: 24px 0 }
figure, aside, nav { background: #eee; padding: 12px }
figure div { height: 260px; background: #cdc } a { color: #246 } b { color: #111 }
.lead { text-transform: uppercase; font-size: 15px } .drop::first-letter { font-size: 48px; float: left }
.reader { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
.gone { display: none }
"""
TEASERS = 40
_NAMED = {
    "\u201c": "&ldquo;",
    "\u201d": "&rdquo;",
    "\u2019": "&rsquo;",
    "\u2018": "&#8216;",
    "\u2014": "&mdash;",
    "\u2013": "&#x2013;",
}
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\S+")
_LONG_WORD = re.compile(r"[A-Za-z]{10,}")
_ADS = (
    "Advertisement",
    "Story continues below",
    "Sign up for our newsletter: the day in five minutes",
    "Read more: what we know so far",
)
_CAPTION = "The scene on the day, seen from the north side. Photograph: Agency"


@dataclass(frozen=True, slots=True)
class Manner:
    """How one site writes its pages."""

    by_sentence: bool
    breaks: bool
    nested: bool
    lead: bool
    drop: bool


def manner_of(chance: random.Random) -> Manner:
    """A site drawn by chance."""
    return Manner(
        by_sentence=_happens(chance, 0.2),
        breaks=_happens(chance, 0.15),
        nested=_happens(chance, 0.3),
        lead=_happens(chance, 0.15),
        drop=_happens(chance, 0.15),
    )


def page_of(article: Article, teasers: list[str], chance: random.Random) -> str:
    """The page: heading, teasers of other articles, the text in blocks with other things between.

    Each block says in `data-at` where in the article it begins, in UTF-16 units without soft hyphens.
    """
    manner = manner_of(chance)
    direction = "rtl" if article.language in ("ar", "fa", "he") else "ltr"
    above = "".join(f"<li><a href='/'>{escape(each)}</a></li>" for each in teasers[:TEASERS])
    below = "".join(f"<p>{escape(each)}</p>" for each in teasers)
    return (
        f"<!doctype html><html lang='{article.language or 'en'}' dir='{direction}'><meta charset=utf-8>"
        f"<title>{escape(article.title)}</title><style>{STYLE}</style>"
        f"<script type='application/ld+json'>{escape(article.text[:500])}</script>"
        f"<nav><ul>{above}</ul></nav><main><h1>{escape(article.title)}</h1>"
        f"<p class=gone>{escape(article.text[:300])}</p>"
        f"<p>By A Reporter &middot; 5 min read</p>{_body(article, manner, chance)}</main>"
        f"<footer>{below}</footer></html>"
    )


def units(text: str) -> int:
    """The length as the page's script counts it: UTF-16 units without soft hyphens."""
    return len(text.replace("\u00ad", "").encode("utf-16-le", "surrogatepass")) // 2


def _body(article: Article, manner: Manner, chance: random.Random) -> str:
    parts = []
    for number, (start, end) in enumerate(_blocks(article, manner)):
        inner = _inline(article.text[start:end], chance)
        parts.append(_block(inner, units(article.text[:start]), manner, number, chance))
        if _happens(chance, 0.12) and not manner.breaks:
            parts.append(_between(chance))
    return f"<div>{'<br><br>'.join(parts)}</div>" if manner.breaks else "\n".join(parts)


def _blocks(article: Article, manner: Manner) -> Iterator[tuple[int, int]]:
    for line in _LINE.finditer(article.text):
        if not line[0].strip():
            continue
        if manner.by_sentence:
            yield from ((line.start() + a, line.start() + b) for a, b in sentences(line[0], article.language))
        else:
            yield line.span()


def _block(inner: str, at: int, manner: Manner, number: int, chance: random.Random) -> str:
    if manner.breaks:
        return f"<span data-at={at}>{inner}</span>"
    kind = "lead" if manner.lead and number == 0 else "drop" if manner.drop and number == 0 else "text"
    if _happens(chance, 0.06):
        return f"<ul><li data-at={at}>{inner}</li></ul>"
    if _happens(chance, 0.04):
        return f"<blockquote><p data-at={at}>{inner}</p></blockquote>"
    block = f"<p class={kind} data-at={at}>{inner}</p>"
    return f"<div class=paragraph><div>{block}</div></div>" if manner.nested else block


def _between(chance: random.Random) -> str:
    if _happens(chance, 0.4):
        return f"<figure><div></div><figcaption>{_CAPTION}</figcaption></figure>"
    return f"<aside><div>{chance.choice(_ADS)}</div></aside>"


def _inline(text: str, chance: random.Random) -> str:
    """The text with inline markup around some of its words, and its blanks and signs as sites write them."""
    parts, at, closing, left = [], 0, "", 0
    for word in _WORD.finditer(text):
        parts.append(_blank(text[at : word.start()], chance))
        if not closing and _happens(chance, 0.03):
            opening, closing = _around(chance)
            parts.append(opening)
            left = chance.randint(1, 4)
        parts.append(_signs(word[0], chance))
        at, left = word.end(), left - 1
        if closing and left <= 0:
            parts.append(closing)
            closing = ""
    return "".join([*parts, closing, escape(text[at:])])


def _around(chance: random.Random) -> tuple[str, str]:
    if _happens(chance, 0.06):
        return "<a href='/'>", "<span class=reader>(opens in a new tab)</span></a>"
    tag = chance.choice(("a", "em", "b", "strong", "i", "span"))
    return (f"<{tag} href='/x'>" if tag == "a" else f"<{tag}>"), f"</{tag}>"


def _blank(text: str, chance: random.Random) -> str:
    if text != " ":
        return escape(text)
    if _happens(chance, 0.02):
        return "&nbsp;"
    return "\n" if _happens(chance, 0.08) else " "


def _signs(word: str, chance: random.Random) -> str:
    if _happens(chance, 0.05):
        word = _LONG_WORD.sub(lambda found: f"{found[0][:5]}\u00ad{found[0][5:]}", word)
    named = _happens(chance, 0.5)
    return "".join(_NAMED.get(each, escape(each)) if named else escape(each) for each in word)


def _happens(chance: random.Random, share: float) -> bool:
    return chance.random() < share
