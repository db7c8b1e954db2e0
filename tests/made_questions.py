"""Questions put together from the words that are understood in them, as nobody would: strategies."""

# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
from __future__ import annotations

from hypothesis import strategies as st
from made_pieces import DAYS, phrase

SOURCES = (
    "Reuters",
    "The Gull",
    "АрміяInform",
    "AP",
    "BBC",
    "www.bbc.co.uk",
    "The Week",
    "cnn.com",
    "a",
    "",
    "the the",
    "[",
    "İ",
)
_WORDS = (
    "what", "did", "the", "who", "when", "how many", "say about", "according to", "reported by", "from",
    "since", "until", "by", "before", "after", "between", "and", "to", "in", "on", "last", "this", "next",
    "week", "month", "year", "day", "early", "mid", "late", "end of", "beginning of", "January", "Feb.",
    "march", "may", "May", "Friday", "monday", "today", "yesterday", "2024", "1999", "20", "31", "30th",
    "0", "00", "99999", "2024-02-30", "29 February", "31.12.9999", "1/1/0001", "Q4", "ago", "days",
    "999999999999 days ago", "past 100000 years", "the last 3 weeks", "five", "weekend", "Christmas",
    "decade", "century", "що", "про", "минулого", "тижня", "січня", "у 2024 році", "з 5 по 12 березня",
    "від", "до", "після", "вчора", "за даними", "повідомив", "на прошлой неделе", "в июле", "кто",
    "сколько", "5 лет назад", "року", "’s", "'", "–", "-", ",", "?", "!", "…", "\u200b", "it", "they",
    "about it", "him", "there", "that", "він", "это", "and what about", "what about", "but", "а", "why",
    "Why?", "latest", "newest", "now", "currently", "news", "останні", "İ", "ß", "ŉ", "１２", "²", "१२",
    "\u0345", "ﬁ", "K", "\ud800",
)  # fmt: skip
_WORD = st.sampled_from((*_WORDS, *SOURCES)) | st.sampled_from(DAYS) | phrase | st.text(max_size=6)
_BETWEEN = st.sampled_from((" ", " ", " ", " ", "", "\n", ", "))

question = st.lists(st.tuples(_WORD, _BETWEEN), max_size=14).map(lambda parts: "".join(map("".join, parts)))
"""Anything that somebody may type, made of what is understood."""
