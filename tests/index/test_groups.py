from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import sqlalchemy as sa
from articles import make_article
from news_site.stories import story

from index import groups as groups_module
from index.database import Database
from index.groups import Groups
from index.records import Article, Passage, Withdrawal
from index.store import Encoded, Store
from index.tables import articles as rows
from index.tables import fingerprints, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with closing(Database.open(tmp_path / "a.db")) as opened:
        yield opened


@pytest.fixture
def groups(database: Database) -> Groups:
    """The stories of an empty coverage."""
    return Groups(database)


def add(database: Database, name: str, text: str, **fields: object) -> Article:
    """Store an article of one passage, of a house of its own."""
    given = {"source": name, "url": f"https://{name}.example/{name}", "title": f"As {name} tells it"}
    article = make_article(text, id=name, **(given | fields))
    vector = np.ones((1, 2), dtype=np.float32)
    Store(database).add([Encoded(article, [Passage(name, 0, 4, text[:4])], vector)], "fake")
    return article


def stories(database: Database) -> dict[str, str | None]:
    """The story of each article, by id."""
    with database.transaction() as connection:
        return {row.id: row.story for row in connection.execute(sa.select(rows.c.id, rows.c.story))}


def kept(database: Database, name: str) -> int:
    """How many fingerprints of an article are kept."""
    theirs = sa.select(sa.func.count()).where(fingerprints.c.article == key_of(name))
    with database.transaction() as connection:
        return int(connection.scalars(theirs).one())


def ids(articles: list[Article]) -> list[str]:
    """The ids, in order."""
    return [each.id for each in articles]


def test_copies_have_a_story_in_common(database: Database, groups: Groups) -> None:
    """Whichever comes first, in one run or in two; another story has another."""
    text = story(1).text
    add(database, "gull", text)
    add(database, "tide", text[: len(text) * 3 // 4])
    groups.group_new()
    add(database, "reed", f"{text} A line of the house's own.")
    add(database, "apart", story(2).text)
    groups.group_new()
    found = stories(database)
    assert found["gull"] == found["tide"] == found["reed"]
    assert found["apart"] not in {None, found["gull"]}


def test_more_new_ones_than_a_batch_lose_none(
    database: Database, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait, each is grouped, and the copies among them are found across batches."""
    monkeypatch.setattr(groups_module, "BATCH", 2)
    for number in range(5):
        add(database, f"a{number}", story(number % 4).text)
    groups.group_new()
    found = stories(database)
    assert None not in found.values()
    assert found["a0"] == found["a4"]
    assert len(set(found.values())) == 4


def test_a_newer_version_is_grouped_anew(database: Database, groups: Groups) -> None:
    """By its new words alone: it leaves its story, and what it left behind draws nobody in."""
    add(database, "gull", story(1).text)
    add(database, "tide", story(1).text)
    groups.group_new()
    add(database, "gull", story(2).text)
    groups.group_new()
    assert len(set(stories(database).values())) == 2
    add(database, "reed", story(2).text)
    groups.group_new()
    found = stories(database)
    assert found["reed"] == found["gull"] != found["tide"]


def test_grouping_again_changes_nothing(database: Database, groups: Groups) -> None:
    """What has its story keeps it."""
    add(database, "gull", story(1).text)
    groups.group_new()
    before = stories(database), kept(database, "gull")
    groups.group_new()
    assert (stories(database), kept(database, "gull")) == before
    assert before[1] > 10


def test_a_set_phrase_is_kept_of_so_many_articles(
    database: Database, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A story that very many carry is one story all the same, and takes no more room for it."""
    monkeypatch.setattr(groups_module, "PHRASE", 3)
    for number in range(8):
        add(database, f"house{number}", story(1).text)
    groups.group_new()
    assert len(set(stories(database).values())) == 1
    assert [bool(kept(database, f"house{number}")) for number in range(8)] == [True] * 3 + [False] * 5


def test_a_book_of_an_article_is_grouped_too(database: Database, groups: Groups) -> None:
    """More fingerprints than a statement takes values do no harm, and its copy is found."""
    book = "\n\n".join(story(number).text for number in range(5_000))
    add(database, "gull", book)
    add(database, "tide", book)
    groups.group_new()
    assert len(set(stories(database).values())) == 1


def test_a_withdrawn_article_is_nobodys_copy(database: Database, groups: Groups) -> None:
    """It is neither grouped, nor a candidate, nor among the copies."""
    add(database, "gull", story(1).text)
    groups.group_new()
    Store(database).withdraw(Withdrawal("gull", "wire", "sent in error"))
    add(database, "tide", story(1).text)
    groups.group_new()
    found = stories(database)
    assert found["gull"] != found["tide"]
    assert ids(groups.copies([str(found["tide"])])) == ["tide"]
    add(database, "reed", story(1).text)
    groups.group_new()
    assert stories(database)["reed"] == found["tide"]


def test_the_copies_of_a_story_begin_with_the_original(database: Database, groups: Groups) -> None:
    """By day of publication, then by arrival; those without a day last; other stories stay out."""
    days = {"d": date(2025, 1, 12), "c": date(2025, 1, 10), "undated": None, "b": date(2025, 1, 10)}
    for name, day in days.items():
        add(database, name, story(1).text, published=day)
    add(database, "apart", story(2).text, published=date(2025, 1, 1))
    groups.group_new()
    found = stories(database)
    one, other = found["c"], found["apart"]
    assert one
    assert other
    assert ids(groups.copies([one, one, "nobody's"])) == ["c", "b", "d", "undated"]
    assert ids(groups.copies({one, other}))[0] == "apart"
    assert groups.copies([]) == []
