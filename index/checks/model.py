"""The models: there, with the weights that they should have, and the coverage's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.checks.findings import Finding, first_line
from index.encoder import SentenceEncoder
from index.errors import ModelError
from index.loading import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_model(given: str | None, reranker: str | None, made_with: str | None) -> Iterator[Finding]:
    """The model that is set, by its weights' checksum, against the one that the coverage was made with."""
    try:
        name = SentenceEncoder(given).name
        if reranker:
            name_of(reranker, "DATELINE_RERANKER")
    except (ModelError, OSError) as error:
        yield Finding("model", "failed", first_line(error))
        return
    if made_with not in (None, name):
        advice = "set DATELINE_MODEL back to it, or DATELINE_HOME to another folder and index there"
        told = f"the coverage was made with '{made_with}', not with '{name}'"
        yield Finding("model", "failed", told, advice)
    elif "@" in name:
        yield Finding("model", "ok", f"'{name}', by its weights' checksum")
    else:
        yield Finding("model", "ok", f"'{name}', of a hub, which vouches for its weights itself")
