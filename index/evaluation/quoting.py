"""Are the quotations their articles' own words? The set's file is asked, not what was stored of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.reading.inputs import read_input
from index.records import Article

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from index.evaluation.runs import Line


def cited_texts(corpus: Path, *runs: Iterable[Line]) -> dict[str, str]:
    """The texts of the articles that the runs quote, by id, read anew from the set's file."""
    wanted = {hit["article"]["id"] for run in runs for line in run for hit in line["hits"]}
    read = read_input(str(corpus), corpus.parent)
    return {each.id: each.text for each in read if isinstance(each, Article) and each.id in wanted}


def count_quotes(line: Line, texts: Mapping[str, str]) -> tuple[int, int]:
    """How many of the line's quotations are verbatim, and how many say where they begin and end."""
    placed = [hit for hit in line["hits"] if _is_placed(hit)]
    return sum(_is_verbatim(hit, texts) for hit in placed), len(placed)


def _is_placed(hit: dict[str, Any]) -> bool:
    return isinstance(hit.get("start"), int) and isinstance(hit.get("end"), int)


def _is_verbatim(hit: dict[str, Any], texts: Mapping[str, str]) -> bool:
    start, end = hit["start"], hit["end"]
    return bool(0 <= start < end and texts.get(hit["article"]["id"], "")[start:end] == hit["text"])
