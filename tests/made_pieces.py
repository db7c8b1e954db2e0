"""The pieces that whatever is made for tests is made of: usual, odd and hostile ones. Strategies."""

# ruff: noqa: RUF001 - letters that look alike, and marks that nobody sees, are what these are for
from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Text = st.SearchStrategy[str]

ADDRESS = "https://www.gull.example/2025/01/ice"

SENTENCES = (
    "The harbour froze on Monday, and forty ships waited outside until the pilots came back. ",
    "“We cannot promise a date,” the mayor said before she left; two icebreakers were on their way. ",
    "Pilots say that the ice is thicker than in any winter since 1987, and the harbour master agreed. ",
    "Кораблі чекали біля порту, а міський голова говорив про важку зиму і нові криголами. ",
    "船在港口外等待。市長は冬が厳しいと述べた。", "سفن خارج الميناء. قال رئيس البلدية إن الشتاء قاس. ",
)  # fmt: skip
_NOTICES = (
    "CORRECTION: An earlier version of this article misstated the day. It was Monday, 13 January. ",
    "This article was withdrawn on Jan. 12, 2025. ", "KILL KILL KILL",
    "EDITORS: Please disregard the story. ", "Page not found", "Subscribe to continue reading",
    "We use cookies. Accept all", "Embargoed until 5 p.m.",
)  # fmt: skip
_ODD = (
    "<b>", "</p>", "&amp;", "&#0;", "&#xD800;", "&#x110000;", "&#99999999999999;", "]]>", "<!--", "-->",
    "<![CDATA[", "\0", "\r", "\t", "\u200b", "\u202e", "\u2028", "\u0085", "\ufeff", "🙂", "👩‍👩‍👧",
    "\ud800", "a\u0300\u030a", "İ", "ß", "ŉ", "١٢", "²", "Ⅷ", "{", "}", "[", "\\", '"', "'", ":", "---",
    "\n", "\n\n", "%", "%zz", "#", "- ", "> ", "| a | b |\n|-|-|\n", "x" * 300, "[" * 40, "*" * 60,
    "<div>" * 60, "{" * 60, "999999999999999999999999", "1e999", "-0", "NaN",
)  # fmt: skip
DAYS = (
    "2025-01-11", "2025-01-11T10:00:00Z", "2025-01-11T10:00:00+14:00", "20250111", "2025-W02-6",
    "0001-01-01", "0000-01-01", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "10000-01-01",
    "2025-02-30", "2025-01-11T24:00:00", "2025-01-11T23:59:60Z", "Sat, 11 Jan 2025 10:00:00 GMT",
    "Sat, 11 Jan 2025 25:00 EST", "11 Jan 25", "January 11, 2025", "11.01.2025", "1736589600",
    "1736589600000", "-1", "99999999999999999999", "2025-01-11T10:00:00.123456789Z", "２０２５-01-11",
    "yesterday", "", "Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 01 Jan 0001 00:00:00 +1200",
    "2025-01-11 10:00 Europe/Kyiv", "2025-01-11T10:00:00+99:99",
)  # fmt: skip
ADDRESSES = (
    ADDRESS, "/2025/01/ice", "//gull.example/ice", "?page=2", "#top", "https://other.example/x",
    "javascript:alert(1)", "http://[::1", "http://[::1]:99999/", "https://gull.example:port/",
    "https://ґанок.example/й?ї=ь#!/x", "mailto:a@b.c", "https://user:pass@gull.example/",
    "https://gull.example/" + "a" * 4200, "http://\u2100.example/", "https://a..b/", "data:,x",
    "https://xn--.example/", "https://" + "a" * 70 + ".example/", "\x00https://gull.example/",
    "https://gull.example/%zz%00?&&=&;",
)  # fmt: skip

phrase = st.sampled_from((*SENTENCES, *_NOTICES, *_ODD, *DAYS, *ADDRESSES))
words = st.lists(st.sampled_from(SENTENCES) | phrase | st.text(max_size=8), max_size=6).map("".join)
prose = st.lists(st.sampled_from(SENTENCES), min_size=3, max_size=8).map("".join)
day = st.sampled_from(DAYS)
address = st.sampled_from(ADDRESSES)
_named = st.sampled_from(("name", "@id", "@type", "@value", "value", "url", "role", "rel", "href", "label"))
json_value: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | day | address,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_named, inner, max_size=4),
    max_leaves=8,
)
