"""Short news stories by number: always the same for one number, never alike for two."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from news_site import vocabulary as words

if TYPE_CHECKING:
    from news_site.pages import PageFields

_FIRST_DAY = date(2018, 1, 2)
_DAYS = 2_500
# Coprime to the number of places, so that every place comes once before one comes again.
_STRIDE = 17_041
_PLACES = len(words.PLACE_STARTS) * len(words.PLACE_MIDDLES) * len(words.PLACE_ENDS)

_HEADLINES = (
    "{place} loses its {quality} {thing} after {reason}",
    "{n} {goods} for {place}: how {body} {deed} the {thing}",
    "Why {reason} stopped the {quality} {thing} of {place}",
    "{place}: {person} leaves the {thing} over {n} {goods}",
    "{body} {deed} the {thing} of {place} {time}",
    "A {quality} {thing}, {n} {goods} and no answer in {place}",
    "{place} pays {n} crowns for a {quality} {thing}",
    "{role} of {place} warns of {reason} at the {thing}",
)
_LEADS = (
    "{body} in {place} {deed} the {quality} {thing} {time}, {role} {person} announced.",
    "{time}, {place} learned that {n} {goods} had gone from its {quality} {thing}, according to {body}.",
    "{person}, {role} of {place}, {deed} a {quality} {thing} {time} and blamed {reason}.",
    "{reason} has cost {place} its {thing}: {body} {deed} it {time}.",
    "No fewer than {n} {goods} reached {place} {time}, where {body} had {deed} the {thing}.",
    "The {quality} {thing} at {place} was {deed} by {body} {time}, and {role} {person} calls it {reason2}.",
)
_SENTENCES = (
    "{role} {person} counted {n} {goods} and sent the bill of {n2} crowns to {body}.",
    "{reason}, not {reason2}, explains why the {thing} was {deed} {time}.",
    "\u201cWe {deed} the {thing} because of {reason},\u201d {person} said {time}.",
    "\u201cNobody needs {n} {goods},\u201d argued {role} {person}, who {deed2} a {thing} years ago.",
    "{body} holds {n} per cent of the {thing}; {body2} {deed} the rest {time}.",
    "Since {year}, {n} {goods} have passed through the {quality} {thing} {time}.",
    "{time}, {person} {deed} {n} {goods} and {deed2} another {n2}.",
    "Between the {thing} and the {thing2}, {body} found {n} {goods}, most of them {quality}.",
    "A {quality} {thing} like it was {deed} by {body} in {year} after {reason}.",
    "{person} of {body} expects {reason} and has {deed} the {thing2} {time}.",
    "Neighbours blame {reason}; {role} {person} blames {body}.",
    "{body} wants {n2} crowns from {body2}, which {deed} its {quality} {thing} {time}.",
    "Whether {reason} or {reason2} comes first, {role} {person} would not say {time}.",
    "The {thing2}, {deed} in {year}, still stores {n} {goods} for {body}.",
    "Tickets to the {quality} {thing} cost {n2} crowns, and {n} {goods} are included.",
    "Of {n2} {goods}, {body} {deed} only {n}, {time}.",
    "{person} and {person2} {deed} the plans {time}; {body} has {deed2} them since.",
    "In {year} it was {reason} that {deed} the {quality} {thing2}.",
    "{role} {person} keeps {n} {goods} in a {quality} {thing} \u2014 {time}, {body} {deed} them.",
    "Experts from {body2} measured {reason} at the {thing} {time}.",
    "{n} residents signed against {body}, {n2} for it, {role} {person} reported.",
    "\u201cFirst {reason}, then {reason2},\u201d sighed {role} {person}.",
    "{body} {deed} {n} {goods} {time}, which {person} calls a gift to {body2}.",
    "Insurers put {reason} at {n2} crowns and the {quality} {thing2} at {n}.",
)  # fmt: skip

_SLOT = re.compile(r"\{(\w+?)2?\}")
_LISTS = {
    "role": words.ROLES,
    "thing": words.THINGS,
    "goods": words.GOODS,
    "quality": words.QUALITIES,
    "deed": words.DEEDS,
    "body": words.BODIES,
    "reason": words.REASONS,
    "time": words.TIMES,
}


@dataclass(frozen=True, slots=True)
class Story:
    """A story: its headline, three to six paragraphs, its day, and the invented place it is about."""

    title: str
    paragraphs: tuple[str, ...]
    date: date
    place: str

    @property
    def text(self) -> str:
        """The paragraphs with blank lines between them."""
        return "\n\n".join(self.paragraphs)

    @property
    def fields(self) -> PageFields:
        """What `NewsSite.publish` takes: `site.publish(path, **story(17).fields)`."""
        return {"title": self.title, "text": self.paragraphs, "date": self.date}


def story(number: int) -> Story:
    """The story of this number; each of the first 38,400 is about a place of its own."""
    # Not for secrets: the same number must give the same story everywhere.
    chance = random.Random(number)  # noqa: S311
    place = _place(number)
    lengths = [chance.randint(2, 4) for _ in range(chance.randint(3, 6))]
    shapes = chance.sample(_SENTENCES, sum(lengths))
    sentences = [_written(shape, place, chance) for shape in (chance.choice(_LEADS), *shapes[1:])]
    return Story(
        title=_written(chance.choice(_HEADLINES), place, chance),
        paragraphs=tuple(_paragraphs(sentences, lengths)),
        date=_FIRST_DAY + timedelta(days=number * 977 % _DAYS),
        place=place,
    )


def _paragraphs(sentences: list[str], lengths: list[int]) -> list[str]:
    ends = [sum(lengths[: count + 1]) for count in range(len(lengths))]
    return [" ".join(sentences[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


def _place(number: int) -> str:
    rest, end = divmod(number * _STRIDE % _PLACES, len(words.PLACE_ENDS))
    start, middle = divmod(rest, len(words.PLACE_MIDDLES))
    return words.PLACE_STARTS[start] + words.PLACE_MIDDLES[middle] + words.PLACE_ENDS[end]


def _written(shape: str, place: str, chance: random.Random) -> str:
    text = _SLOT.sub(lambda slot: place if slot[1] == "place" else _drawn(slot[1], chance), shape)
    return text[0].upper() + text[1:]


def _drawn(slot: str, chance: random.Random) -> str:
    if slot == "n":
        return str(int(10 ** (0.5 + 3.4 * chance.random())))
    if slot == "year":
        return str(1850 + int(160 * chance.random()))
    if slot == "person":
        surname = chance.choice(words.SURNAME_STARTS) + chance.choice(words.SURNAME_ENDS)
        return f"{chance.choice(words.FIRST_NAMES)} {surname}"
    return chance.choice(_LISTS[slot])
