"""What the database holds, against the digests that were stored with it: articles, passages, embeddings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import sqlalchemy as sa

from index.checks.findings import FAULTS, Finding, named
from index.intact import is_intact
from index.tables import articles, coverage, passages, to_article, versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection, Row


BATCH = 256
# Half precision leaves a vector of 4,096 numbers within this of length 1.
ROUNDING = 0.004
AGAIN = (
    "restore a backup ('dateline restore FILE'), or take them out ('dateline remove ID') and index them again"
)


@dataclass(slots=True)
class _Faults:
    """What was found wrong, by the ids of the articles."""

    count: int = 0
    passages: int = 0
    unlike: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


def check_articles(connection: Connection) -> Iterator[Finding]:
    """Each article's words against its digest, and each passage's span against its article's text."""
    faults = _Faults()
    for ids in _ids(connection, articles.c.id):
        spans = _spans(connection, ids)
        for row in _rows(connection, ids, faults):
            _look_at(row, spans.get(row.id, []), faults)
    yield _finding("articles", faults.count, "as they were stored", faults.unlike)
    wrong = list(dict.fromkeys([*faults.misplaced, *faults.withdrawn]))
    yield _finding("passages", faults.passages, "within their articles' texts", wrong)


def check_versions(connection: Connection) -> Iterator[Finding]:
    """The words of old versions against their digests."""
    unlike, count = [], 0
    for numbers in _ids(connection, versions.c.number):
        for number in numbers:
            try:
                wanted = sa.select(versions, versions.c.article_id.label("id"), sa.literal("").label("story"))
                wanted = wanted.add_columns(sa.false().label("named")).where(versions.c.number == number)
                row = connection.execute(wanted).one()
                same = row.content is None or to_article(row).content == row.content
            except FAULTS:
                same = False
            count += 1
            if not same:
                unlike.append(str(number))
    yield _finding("versions", count, "as they were stored", unlike)


def check_embeddings(connection: Connection) -> Iterator[Finding]:
    """Each embedding: of the coverage's dimension, finite, and of length 1."""
    dimension = connection.scalars(sa.select(coverage.c.dimension)).one()
    count, wrong, last = 0, [], 0
    columns = sa.select(passages.c.number, passages.c.article_id, passages.c.embedding)
    columns = columns.order_by(passages.c.number).limit(BATCH)
    while rows := list(connection.execute(columns.where(passages.c.number > last))):
        count, last = count + len(rows), rows[-1].number
        wrong += [row.article_id for row in rows if not is_unit(row.embedding, dimension)]
    yield _finding("embeddings", count, "as a model makes them", list(dict.fromkeys(wrong)))


def is_unit(raw: object, dimension: int | None) -> bool:
    """Whether these bytes are a vector in half precision, of that dimension and of length 1."""
    if not isinstance(raw, bytes) or dimension is None or len(raw) != 2 * dimension:
        return False
    vector = np.frombuffer(raw, dtype="<f2").astype(np.float64)
    return bool(np.isfinite(vector).all() and abs(np.linalg.norm(vector) - 1) <= ROUNDING)


def _look_at(row: Row[Any], spans: Sequence[tuple[Any, Any]], faults: _Faults) -> None:
    faults.count += 1
    faults.passages += len(spans)
    try:
        article = to_article(row)
        if not is_intact(row, article):
            faults.unlike.append(row.id)
        tiled = _tile(article.text, spans)
    except FAULTS:
        faults.unlike.append(row.id)
        return
    if not (row.withdrawn or tiled):
        faults.misplaced.append(row.id)
    if row.withdrawn is not None and spans:
        faults.withdrawn.append(row.id)


def _tile(text: str, spans: Sequence[tuple[Any, Any]]) -> bool:
    """Whether these are the spans that splitting makes of a text: words at both ends, white space between."""
    last = 0
    for start, end in sorted(spans):
        words = text[start:end]
        if not (last <= start < end <= len(text)) or words != words.strip() or text[last:start].strip():
            return False
        last = end
    return not text[last:].strip()


def _finding(name: str, count: int, told: str, wrong: Sequence[str]) -> Finding:
    if not wrong:
        return Finding(name, "ok", f"{count:,} of {count:,} are {told}")
    return Finding(name, "failed", f"not all {count:,} are {told}; what is wrong is of {named(wrong)}", AGAIN)


def _ids(connection: Connection, column: sa.Column[Any]) -> Iterator[list[Any]]:
    """All values of a key, in lots."""
    every = list(connection.scalars(sa.select(column).order_by(column)))
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def _rows(connection: Connection, ids: Sequence[str], faults: _Faults) -> Iterator[Row[Any]]:
    """The articles of these ids; where one of them cannot be read, each by itself."""
    try:
        found = list(connection.execute(sa.select(articles).where(articles.c.id.in_(ids))))
    except FAULTS:
        found = None
    if found is not None:
        yield from found
    elif len(ids) == 1:
        faults.count += 1
        faults.unlike.append(ids[0])
    else:
        for each in ids:
            yield from _rows(connection, [each], faults)


def _spans(connection: Connection, ids: Sequence[str]) -> dict[str, list[tuple[Any, Any]]]:
    wanted = sa.select(passages.c.article_id, passages.c.start, passages.c.end)
    found: dict[str, list[tuple[Any, Any]]] = {}
    for row in connection.execute(wanted.where(passages.c.article_id.in_(ids))):
        found.setdefault(row.article_id, []).append((row.start, row.end))
    return found
