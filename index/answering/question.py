"""A question, as typed, to a query: what will be looked for, and within which dates and sources."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from index.errors import QuestionError
from index.records import Query

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

CHARACTERS = 1000
# An error names so many of the sources at most, and so much of what was asked for.
NAMED, SHOWN = 5, 80


def understand(
    question: str,
    *,
    since: date | None = None,
    until: date | None = None,
    sources: Sequence[str] = (),
    known_sources: Sequence[str] = (),
) -> Query:
    """The query of a question. Sources are recognised whatever their case.

    Raises:
        QuestionError: there is nothing to look for, it is too long, the dates are the wrong way
            round, or a source is none of `known_sources`.
    """
    text = clean(question)
    if not any(character.isalnum() for character in text):
        raise QuestionError("there are no words in that; ask a question about the news")
    if len(text) > CHARACTERS:
        raise QuestionError(f"that is {len(text):,} characters long; ask in at most {CHARACTERS:,}")
    if since and until and since > until:
        raise QuestionError(f"no day is both since {since} and until {until}; swap them")
    recognised = [name for source in sources for name in _recognise(source, known_sources)]
    return Query(text, since, until, tuple(recognised))


def clean(question: str) -> str:
    """The question in one line, without what cannot be seen: control characters and lone surrogates."""
    text = question.encode("utf-8", "replace").decode("utf-8")
    seen = (" " if character.isspace() else character for character in text)
    # Cc: control characters; Cs: surrogates; Co, Cn: no character at all.
    kept = (character for character in seen if unicodedata.category(character) not in {"Cc", "Co", "Cn"})
    return " ".join("".join(kept).split())


def _recognise(source: str, known: Sequence[str]) -> list[str]:
    """The source as it is spelt, else all that differ from it in case alone."""
    wanted = clean(source)
    found = [wanted] if wanted in known else [name for name in known if name.casefold() == wanted.casefold()]
    if not found:
        listed = ", ".join(known[:NAMED]) + (" …" if len(known) > NAMED else "")
        shown = wanted if len(wanted) <= SHOWN else f"{wanted[:SHOWN]}…"
        raise QuestionError(f"no article is from '{shown}'; the sources are: {listed or 'none'}")
    return found
