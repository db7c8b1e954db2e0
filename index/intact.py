"""Is what is read from the database what was written to it? An article is known again by its digest."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from index.tables import to_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy.engine import Row

    from index.records import Article

log = logging.getLogger(__name__)

# So many articles are known again as intact, by 64 bits of all that they hold: some 4 MB.
REMEMBERED = 1 << 16
_intact: set[int] = set()


def is_intact(row: Row[Any], article: Article) -> bool:
    """Whether an article, made of this row of its table, is the one whose digest was stored with it."""
    return bool(row.digest == article.digest)


def intact_articles(rows: Iterable[Row[Any]]) -> Iterator[Article]:
    """The articles of these rows of their table, to be quoted: without those that the disk has changed.

    SQLite keeps no checksum of its pages, so a letter that has changed on the disk would be read, and
    quoted, as if it had been written so.
    """
    for row in rows:
        try:
            article = to_article(row)
            fault = "" if _is_known(row, article) else "its words are not those that were stored"
        except (ValueError, TypeError) as error:
            fault = f"its row cannot be read ({error})"
        if fault:
            log.error(
                "the article '%s' is damaged in the database and is not quoted: %s; run 'dateline doctor'",
                row.id,
                fault,
            )
        else:
            yield article


def _is_known(row: Row[Any], article: Article) -> bool:
    """The same, sooner where just this article was found to be intact before."""
    # What a disk changes changes this too: Python's hash of every field, under a key of this process's own.
    known = hash((row.digest, article))
    if known in _intact:
        return True
    intact = is_intact(row, article)
    if intact:
        if len(_intact) >= REMEMBERED:
            _intact.clear()
        _intact.add(known)
    return intact


def lies_within(row: Row[Any], article: Article) -> bool:
    """Whether the span of a passage's row is one of its article's text."""
    start, end = row.start, row.end
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(article.text)
