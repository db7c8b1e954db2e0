# ruff: noqa: RUF001 - letters that look alike are what other alphabets have
"""A question that leans on the one before it, made whole with its words. No model: words put together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from index.answering.dates import find_dates

if TYPE_CHECKING:
    from datetime import date


class Continued(NamedTuple):
    """What to look for, and the question that a next one may lean on."""

    text: str
    topic: str


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# "And what about NATO?", "and NATO?", and the same in Ukrainian and Russian.
_ABOUT = _whole(
    r"\A(?:(?:and|but|so|ok|okay)[\s,]+)?(?:what|how)\s+about\s+(?P<this>.+?)\W*\Z"
    r"|\A(?:and|but)[\s,]+"
    r"(?!(?:what|who|whom|whose|when|where|why|how|which|did|does|is|are|was|were|has|have)\b)(?P<and>.+?)\W*\Z"
    r"|\A(?:а|і|та|и|но)[\s,]+(?:(?:що|як|что|как)\s+)?(?:(?:щодо|стосовно|про|насч[её]т|с|з|із)\s+)?"
    r"(?!(?:що|хто|коли|де|чому|як|скільки|что|кто|когда|где|почему|как|сколько)(?!\w))(?P<cyrillic>.+?)\W*\Z"
)
# A question word and nothing to ask of.
_BARE = _whole(
    r"\A(?:and\s+|but\s+)?(?:why|when|where|who|how|how\s+many|how\s+much|how\s+long|since\s+when|by\s+whom)\W*\Z"
    r"|\A(?:а\s+|і\s+)?(?:чому|коли|де|хто|як|скільки|навіщо|почему|когда|где|кто|как|сколько|зачем)\W*\Z"
)
_PRONOUN = _whole(
    r"\b(?:he|she|they|him|them|his|their|it|its|that|this|those|these|there|then|so"
    r"|він|вона|воно|вони|його|її|їх|їхній|йому|їй|їм|це|цього|цьому|цим|там|тоді"
    r"|он|она|оно|они|его|её|их|ему|ей|им|это|этого|этому|этим|тогда)\b"
)
# Whatever stands before these, they point back.
_POINTING = _whole(
    r"\b(?:about|of|to|for|with|on|after|before|from|against)\s+(?:it|that|this|them|him|those|these)"
    r"\W*(?:\Z|\b(?:in|on|last|since|yesterday|today)\b)"
    r"|\bпро\s+(?:це|нього|неї|них)\b|\b(?:об?|про)\s+(?:этом|это|н[её]м|ней|них)\b"
)
_NAME = re.compile(r"(?<!\A)\b[^\W\d_a-zа-яіїєґё][\w'’.-]*")
# "What did the EU say about it": the one who is asked about, so that another can take the place.
_SUBJECT = re.compile(
    r"\A(?P<head>(?:what|why|how|when|where)\s+(?:did|does|do|has|have|had|is|was|were|will|would)\s+)"
    r"(?P<name>(?:the\s+)?(?-i:[A-Z][\w'’.-]*(?:\s+[A-Z][\w'’.-]*)*))(?P<rest>\s+\w.*)\Z",
    re.IGNORECASE | re.DOTALL,
)


def continue_topic(question: str, topic: str, now: date) -> Continued:
    """The question, made whole with the words of the one before it where it leans on that.

    `topic` is the last question that stood by itself; empty where there was none.
    """
    if not topic:
        return Continued(question, question)
    about = _ABOUT.search(question)
    if about:
        return _of_another(next(filter(None, about.groups())), topic, now)
    if _BARE.search(question) or _points_back(question):
        return Continued(f"{topic} {question}", topic)
    return Continued(question, question)


def _of_another(named: str, topic: str, now: date) -> Continued:
    """The topic asked of another time, of another speaker, or with another word added."""
    dates = find_dates(named, now)
    if dates and dates[0].start == 0 and dates[-1].end == len(named):
        text = f"{_without_dates(topic, now)} {named}?"
        return Continued(text, text)
    subject = _SUBJECT.search(topic)
    if subject and named[:1].isalpha():
        text = f"{subject['head']}{named}{subject['rest']}"
        return Continued(text, text)
    return Continued(f"{topic} {named}", topic)


def _without_dates(topic: str, now: date) -> str:
    for mention in reversed(find_dates(topic, now)):
        topic = f"{topic[: mention.start]}{topic[mention.end :]}"
    return " ".join(topic.split()).rstrip("?!. ")


def _points_back(question: str) -> bool:
    """Whether a pronoun stands for something that the question itself does not name before it."""
    if _POINTING.search(question):
        return True
    pronoun = _PRONOUN.search(question)
    name = _NAME.search(question)
    return pronoun is not None and (name is None or name.start() > pronoun.start())
