"""The coverage looked through without a question: hits shown before, what is around them, what is newest."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from index.database import Database, select_in
from index.intact import intact_articles
from index.records import Article, Hit, Mark, Passage, SourceExtent, digest_of
from index.tables import articles, passages, to_passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Connection, Row

    from index.groups import Groups

# What is read on a phone at one go, in characters.
SURROUNDINGS = 3000
# The newest articles are looked at in lots of so many: of a story that everybody has, most are copies.
LOT = 50
_USABLE = articles.c.withdrawn.is_(None)


class Browsing:
    """The articles of one coverage, and which of them are copies of one story."""

    def __init__(self, database: Database, groups: Groups) -> None:
        self._database = database
        self._groups = groups

    def recall(self, marks: Sequence[Mark]) -> list[Hit]:
        """The hits of these marks, in order, whose words still stand where they stood.

        Their scores are not kept, so all are 0. Of the articles that said the same, those now gone are
        left out.
        """
        wanted = {each for mark in marks for each in (mark.article_id, *mark.also)}
        with self._database.transaction() as connection:
            known = _usable(connection, wanted)
        standing = [(mark, known[mark.article_id]) for mark in marks if _still_stands(mark, known)]
        return [_hit(rank, mark, article, known) for rank, (mark, article) in enumerate(standing, start=1)]

    def surroundings(self, hit: Hit) -> Passage:
        """The span from the passage before a hit to the one after it, at most 3,000 characters long.

        They are counted as a chat counts them, those beyond the basic plane twice. It is longer only where
        the hit's own passage is. Of an article that has changed since, it is that passage alone.
        """
        own, text = hit.passage, hit.article.text
        with self._database.transaction() as connection:
            stored = _usable(connection, [own.article_id]).get(own.article_id)
            spans = _spans(connection, own.article_id)
        if stored is None or stored.text != text:
            return own
        start = max((span[0] for span in spans if span[0] < own.start), default=own.start)
        end = min((span[1] for span in spans if span[1] > own.end), default=own.end)
        # What was said before explains more than what comes after.
        choices = ((start, end), (start, own.end), (own.start, end))
        start, end = next(
            (each for each in choices if _units(text[slice(*each)]) <= SURROUNDINGS), (own.start, own.end)
        )
        return Passage(own.article_id, start, end, text[start:end])

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """By id, the text of each of these articles that may be used."""
        with self._database.transaction() as connection:
            return {each.id: each.text for each in _usable(connection, set(ids)).values()}

    def newest(self, count: int) -> list[Hit]:
        """The opening passages of the newest articles, the undated last; of a story, the first to tell it."""
        firsts = list(islice(self._firsts(), count))
        with self._database.transaction() as connection:
            openings = _openings(connection, [article for article, _ in firsts])
        return [
            Hit(rank, 0.0, openings[article.id], article, also=tuple(copies))
            for rank, (article, copies) in enumerate(firsts, start=1)
        ]

    def sources(self) -> list[SourceExtent]:
        """Each source, the one with the most articles first."""
        whole, newest = sa.func.count().label("whole"), sa.func.max(articles.c.published).label("newest")
        counted = sa.select(articles.c.source, whole, newest).where(_USABLE).group_by(articles.c.source)
        with self._database.transaction() as connection:
            rows = connection.execute(counted.order_by(whole.desc(), articles.c.source.nulls_last()))
            return [SourceExtent(row.source, row.whole, row.newest) for row in rows]

    def last_passage(self) -> int:
        """The highest number of a passage; 0 where there is none."""
        with self._database.transaction() as connection:
            return connection.scalar(sa.select(sa.func.max(passages.c.number))) or 0

    def _firsts(self) -> Iterator[tuple[Article, list[Article]]]:
        """The articles that were the first to tell their story, newest first, each with its copies."""
        for lot in self._lots():
            stories: dict[str | None, list[Article]] = {}
            for each in self._groups.copies({row.story for row in lot if row.story}):
                stories.setdefault(each.story, []).append(each)
            with self._database.transaction() as connection:
                known = _usable(connection, [row.id for row in lot])
            for article in (known[row.id] for row in lot if row.id in known):
                told = stories.get(article.story, [article])
                if told[0].id == article.id:
                    yield article, told[1:]

    def _lots(self) -> Iterator[Sequence[Row[str, str | None]]]:
        """The ids and stories of the articles that have a passage, newest first, in lots."""
        a = articles.c
        found = sa.exists().where(passages.c.article_id == a.id)
        ordered = sa.select(a.id, a.story).where(_USABLE, found)
        ordered = ordered.order_by(a.published.desc().nulls_last(), a.arrived.desc(), a.id)
        with self._database.transaction() as connection:
            rows = connection.execute(ordered.execution_options(yield_per=LOT))
            yield from rows.partitions()


def _usable(connection: Connection, ids: Iterable[str]) -> dict[str, Article]:
    """Those of these articles that may be used, by id."""
    wanted = sa.select(articles).where(_USABLE)
    # What cannot be stored, as a lone surrogate, is the id of no article.
    known = [each for each in ids if each.encode("utf-8", "ignore").decode() == each]
    rows = select_in(connection, wanted, articles.c.id, known)
    return {article.id: article for article in intact_articles(rows)}


def _still_stands(mark: Mark, known: Mapping[str, Article]) -> bool:
    article = known.get(mark.article_id)
    return article is not None and digest_of(article.text[mark.start : mark.end]) == mark.digest


def _hit(rank: int, mark: Mark, article: Article, known: Mapping[str, Article]) -> Hit:
    return Hit(
        rank,
        0.0,
        Passage(article.id, mark.start, mark.end, article.text[mark.start : mark.end]),
        article,
        mark.highlights,
        confidence=mark.confidence,
        answers=mark.answers,
        also=tuple(known[each] for each in mark.also if each in known),
    )


def _spans(connection: Connection, article_id: str) -> list[tuple[int, int]]:
    wanted = sa.select(passages.c.start, passages.c.end).where(passages.c.article_id == article_id)
    return [(row.start, row.end) for row in connection.execute(wanted)]


def _openings(connection: Connection, wanted: Iterable[Article]) -> dict[str, Passage]:
    """The first passage of each article, by the article's id."""
    known = {each.id: each for each in wanted}
    columns = sa.select(passages.c.article_id, passages.c.start, passages.c.end)
    rows = sorted(select_in(connection, columns, passages.c.article_id, known), key=lambda row: -row.start)
    return {row.article_id: to_passage(row, known[row.article_id]) for row in rows}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
