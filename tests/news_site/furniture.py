"""What stands around an article on a page: none of it is news, all of it is words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from news_site.pages import Page

MENU = ("Home", "Local", "World", "Business", "Sport", "Weather", "Subscribe to the newsletter")
RELATED = (
    "Lighthouse keeper retires after forty winters on the rock",
    "Bakery on Mill Lane wins the golden spoon for the third time",
    "Why the old tram line may run again before the summer",
    "Seven gardens worth a detour this weekend, chosen by our readers",
)
COOKIES = (
    "We and our 812 partners store cookies on your device. Accept all cookies or manage your preferences."
)
FOOTER = "All rights reserved. Reproduction without written permission is prohibited. Contact the newsroom."
SCRIPTED = "This sentence lives in a script and no reader has ever seen it on the page"
HIDDEN = "This hidden paragraph is meant for machines and says the mayor is a teapot."
TEASER = "Read more"
ADVERTISEMENT = "Advertisement. Buy two umbrellas and get the third at half the price, only this week."

PHRASES = (*MENU[-1:], *RELATED, COOKIES, FOOTER, SCRIPTED, HIDDEN, ADVERTISEMENT)
"""What must never be read as part of an article; the first edition says all of it."""


def above(page: Page, publisher: str) -> str:
    """The header and the menu."""
    items = "".join(f'<li><a href="/{word.lower().split()[0]}">{word}</a></li>' for word in MENU)
    return (
        f'<header class="site-header"><a class="logo" href="/">{escape(publisher)}</a>'
        f'<nav class="main-menu"><ul>{items}</ul></nav></header>\n'
        f'<div class="ad-slot" id="ad-{page.edition}">{ADVERTISEMENT}</div>\n'
    )


def below(page: Page, publisher: str) -> str:
    """Related links, hidden text, the footer, the cookie notice and scripts."""
    turn = page.edition % len(RELATED)
    links = "".join(
        f'<li><a href="/related/{number}">{escape(title)}</a> '
        f'<a class="more" href="/related/{number}">{TEASER}</a></li>'
        for number, title in enumerate(RELATED[turn:] + RELATED[:turn])
    )
    return (
        f'<aside class="related" role="complementary"><h2>More stories</h2><ul>{links}</ul></aside>\n'
        f'<div style="display:none" aria-hidden="true" hidden><p>{HIDDEN}</p></div>\n'
        f'<footer class="site-footer"><p>© {escape(publisher)}, edition {page.edition}. {FOOTER}</p>'
        "</footer>\n"
        f'<div id="cookie-notice" class="cookie-banner" role="dialog"><p>{COOKIES}</p>'
        "<button>Accept</button></div>\n"
        f'<script>window.state = {{"visitors": {page.edition * 97 + 3}, "note": "{SCRIPTED}"}};</script>\n'
        f"<noscript><p>Please enable JavaScript to read the comments.</p></noscript>\n"
    )
