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
# An error names so many of the sources at most.
NAMED = 5


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
    return Query(text, since, until, tuple(_recognise(source, known_sources) for source in sources))


def clean(question: str) -> str:
    """The question in one line, without what cannot be seen: control characters and lone surrogates."""
    text = question.encode("utf-8", "replace").decode("utf-8")
    seen = (" " if character.isspace() else character for character in text)
    # Cc: control characters; Cs: surrogates; Co, Cn: no character at all.
    kept = (character for character in seen if unicodedata.category(character) not in {"Cc", "Co", "Cn"})
    return " ".join("".join(kept).split())


def _recognise(source: str, known: Sequence[str]) -> str:
    for name in known:
        if name.casefold() == source.strip().casefold():
            return name
    listed = ", ".join(known[:NAMED]) + (" …" if len(known) > NAMED else "")
    raise QuestionError(f"no article is from '{source}'; the sources are: {listed or 'none'}")
