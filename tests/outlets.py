"""What outlets do to a wire story before they print it, and the set of stories and copies made so.

`copies/stories.jsonl` holds fifty events with two different stories each. Of thirty events the second story
is a follow-up that repeats paragraphs of the first word for word. All of them were invented for this set.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.records import Article

if TYPE_CHECKING:
    from collections.abc import Callable

_SET = Path(__file__).parent / "copies"
# House styles' spellings, synonyms, local paragraphs and credits, by language where they have one.
_STYLE: dict[str, Any] = json.loads((_SET / "style.json").read_text(encoding="utf-8"))
# A file's seed, not a secret: the same copies on every machine.
SEED = 20251124

# What stands before the story's first word: a place in capitals, perhaps a day and an agency.
_DATELINE = re.compile(r"^([^a-z—]{3,}?)(?:, \w+\. \d+)?(?: \([^)]+\))? — ")
_SENTENCE_END = re.compile(r"(?<=[.!?»”\"])\s+")


@dataclass(frozen=True, slots=True)
class Member:
    """An article of the set; `story` tells which story it is or is a copy of, `copy` 0 means the original.

    `hard` tells that the event's second story repeats words of the first, `held_out` that the rule was
    fixed before it was measured on this event.
    """

    article: Article
    event: str
    story: str
    copy: int
    hard: bool
    held_out: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A story on an outlet's desk: its paragraphs, its language, and the dice."""

    paragraphs: list[str]
    language: str
    dice: random.Random


def read_members(copies: int = 2) -> list[Member]:
    """Both stories of every event, and after each so many copies of it."""
    lines = (_SET / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        _member(json.loads(line), number, copy)
        for number, line in enumerate(lines)
        for copy in range(copies + 1)
    ]


def edited(text: str, language: str, seed: int) -> str:
    """The text as an outlet prints it: two to five edits, drawn and made by the seed."""
    dice = random.Random(seed)  # noqa: S311 - a set that is the same every time
    chosen = set(dice.sample(range(len(EDITS)), dice.randint(2, 5)))
    paragraphs = text.split("\n\n")
    for number, edit in enumerate(EDITS):
        if number in chosen:
            paragraphs = edit(Draft(paragraphs, language, dice))
    return "\n\n".join(paragraphs)


def _member(line: dict[str, str], number: int, copy: int) -> Member:
    text, day = line["text"], date.fromisoformat(line["published"])
    if copy:
        seed = SEED + 1000 * copy + number
        text = edited(text, line["language"], seed)
        day += timedelta(days=seed % 3)
    article = Article(
        id=f"{line['event']}-{line['story']}-{copy}",
        title=" ".join(text.split()[2:10]) if copy else line["title"],
        text=text,
        input="stories.jsonl",
        source=f"Outlet {number}-{copy}",
        published=day,
        language=line["language"],
    )
    story = f"{line['event']}-{line['story']}"
    return Member(article, line["event"], story, copy, line["kind"] == "hard", line["half"] == "held out")


def _restyle(draft: Draft) -> list[str]:
    """Another house's spelling, numbers and dates."""
    rules = [rule for rule in _STYLE["spellings"] if draft.dice.random() < 0.7]
    paragraphs = draft.paragraphs
    for pattern, style in rules:
        paragraphs = [re.sub(pattern, style, each) for each in paragraphs]
    return paragraphs


def _retype(draft: Draft) -> list[str]:
    """Curly quotes for straight ones, and other dashes."""
    dash = draft.dice.choice((" \u2013 ", "—", " - "))
    curled = [re.sub(r'"([^"]*)"', "“\\1”", each).replace("'", "\u2019") for each in draft.paragraphs]
    return [each.replace(" — ", dash) for each in curled]


def _drop_middle(draft: Draft) -> list[str]:
    """One paragraph out of the middle."""
    out = draft.dice.randrange(1, max(2, len(draft.paragraphs) - 1))
    return [each for number, each in enumerate(draft.paragraphs) if number != out]


def _trim(draft: Draft) -> list[str]:
    """The end cut off: 20 to 60 per cent of the words, at a sentence's end."""
    room = (1 - draft.dice.uniform(0.2, 0.6)) * len(" ".join(draft.paragraphs).split())
    kept: list[str] = []
    for paragraph in draft.paragraphs:
        fitting: list[str] = []
        for sentence in _SENTENCE_END.split(paragraph):
            if room > 0:
                fitting.append(sentence)
            room -= len(sentence.split())
        kept += [" ".join(fitting)] if fitting else []
    return kept


def _reword_lead(draft: Draft) -> list[str]:
    """The first paragraph with its day, and up to three words, put otherwise."""
    lead, *rest = draft.paragraphs
    lead = re.sub(r"\bon (\w+day)\b", r"\1", lead, count=1)
    return [_swap(lead, draft.dice, 3), *rest]


def _touch_up(draft: Draft) -> list[str]:
    """A word or two changed in every tenth sentence, or left out where none is known for it."""
    paragraphs = [_SENTENCE_END.split(each) for each in draft.paragraphs]
    count = sum(map(len, paragraphs))
    touched = set(draft.dice.sample(range(count), max(1, round(count / 10))))
    numbered = iter(range(count))
    return [
        " ".join(_swap(each, draft.dice, 2) if next(numbered) in touched else each for each in paragraph)
        for paragraph in paragraphs
    ]


def _swap(sentence: str, dice: random.Random, most: int) -> str:
    words = sentence.split(" ")
    known = _STYLE["synonyms"]
    at = [number for number, word in enumerate(words) if word in known]
    for number in dice.sample(at, min(most, len(at))):
        words[number] = known[words[number]]
    if not at and len(words) > 6:
        del words[dice.randrange(3, len(words) - 1)]
    return " ".join(words)


def _dateline(draft: Draft) -> list[str]:
    """The place and the agency before the first word, dropped or added."""
    lead, *rest = draft.paragraphs
    found = _DATELINE.match(lead)
    bare = lead[found.end() :] if found and found[1].isupper() else lead
    place = draft.dice.choice(("LONDON (Reuters) - ", "GENEVA (AP) — ", "KYIV, May 4 (Wire Service) -- "))
    return [bare if bare != lead else place + lead, *rest]


def _merge(draft: Draft) -> list[str]:
    """Two paragraphs in one, all the way down."""
    pairs = range(0, len(draft.paragraphs), 2)
    return [" ".join(draft.paragraphs[first : first + 2]) for first in pairs]


def _insert_local(draft: Draft) -> list[str]:
    """A paragraph of the outlet's own, anywhere after the lead."""
    at = draft.dice.randint(1, len(draft.paragraphs))
    local = draft.dice.choice(_STYLE["local"][draft.language])
    return [*draft.paragraphs[:at], local, *draft.paragraphs[at:]]


def _credit(draft: Draft) -> list[str]:
    """Who else contributed, at the end."""
    return [*draft.paragraphs, draft.dice.choice(_STYLE["credits"][draft.language])]


# In the order in which a desk makes them: what is inserted or credited is not cut off again.
EDITS: tuple[Callable[[Draft], list[str]], ...] = (
    _restyle,
    _retype,
    _drop_middle,
    _trim,
    _reword_lead,
    _touch_up,
    _dateline,
    _merge,
    _insert_local,
    _credit,
)
