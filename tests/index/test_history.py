from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from articles import make_article
from fakes import FakeEncoder

from index.database import Database
from index.groups import Groups
from index.history import MOST, Version, find_versions
from index.indexing import Indexing
from index.records import Article, Withdrawal
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = datetime(2025, 1, 11, 12, tzinfo=UTC)
ADDRESS = "https://gull.example/harbour"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    with closing(Database.open(tmp_path / "a.db")) as opened:
        yield opened


def version(text: str, hours: int = 0, **fields: Any) -> Article:
    """The harbour's story as its publisher issued it so many hours after noon."""
    return make_article(text, issued=NOON + timedelta(hours=hours), **fields)


def read(database: Database, *items: Article | Withdrawal) -> None:
    """Read these one by one, as a watch would."""
    indexing = Indexing(Store(database), Groups(database), FakeEncoder())
    for item in items:
        indexing.run("feed", [item])


def texts(found: list[list[Version]]) -> list[list[str]]:
    """The texts of the versions of each article."""
    return [[each.article.text for each in versions] for versions in found]


def test_versions_are_told_newest_first(database: Database) -> None:
    """Each with its words, dates and correction; the older ones with the moment they were replaced."""
    first = version("Forty ships waited.", title="Ice")
    second = version("Fifty ships waited.", 1, title="Ice", correction="The ships were fifty.")
    third = version("Fifty ships waited. All are safe.", 2, title="Thaw", correction="The ships were fifty.")
    before = datetime.now(UTC)
    read(database, first, second, third)
    ((newest, middle, oldest),) = find_versions(database, "harbour")
    assert [each.article.text for each in (newest, middle, oldest)] == [
        "Fifty ships waited. All are safe.",
        "Fifty ships waited.",
        "Forty ships waited.",
    ]
    assert [each.article.title for each in (newest, middle, oldest)] == ["Thaw", "Ice", "Ice"]
    assert [each.article.correction for each in (middle, oldest)] == ["The ships were fifty.", None]
    assert [each.article.issued for each in (newest, middle, oldest)] == [
        third.issued,
        second.issued,
        first.issued,
    ]
    assert {each.article.id for each in (newest, middle, oldest)} == {"harbour"}
    assert (newest.replaced, newest.withdrawn, newest.reason) == (None, None, None)
    assert oldest.replaced
    assert middle.replaced
    assert before <= oldest.replaced <= middle.replaced <= datetime.now(UTC)


@pytest.mark.parametrize(
    "spelling",
    [
        ADDRESS,
        "http://gull.example/harbour",
        "https://www.gull.example/harbour/",
        "https://m.gull.example:443/harbour?utm_source=letter#top",
        "HTTPS://Gull.Example/harbour",
        f"  {ADDRESS}\n",
    ],
)
def test_an_article_is_found_by_any_spelling_of_its_address(database: Database, spelling: str) -> None:
    """Whatever stands around the address that is the piece's own."""
    read(database, version("Ice held."), version("Ice broke.", 1), make_article(id="b", url=None, named=True))
    assert texts(find_versions(database, spelling)) == [["Ice broke.", "Ice held."]]


def test_articles_without_an_address_are_not_found_by_one(database: Database) -> None:
    """An unknown address finds nothing, least of all what has none."""
    read(database, make_article(url=None))
    assert find_versions(database, "https://gull.example/elsewhere") == []


@pytest.mark.parametrize("words", ["ships waited", "Forty ships", "All are safe", "Fifty ships waited. All"])
def test_words_once_quoted_find_all_versions(database: Database, words: str) -> None:
    """Whether they stand in the newest version, in an old one, or in all."""
    read(
        database,
        version("Forty ships waited."),
        version("Fifty ships waited. All are safe.", 1),
        make_article("Snow fell.", id="snow", url=None),
    )
    assert texts(find_versions(database, words)) == [
        ["Fifty ships waited. All are safe.", "Forty ships waited."]
    ]


def test_a_withdrawn_article_is_found_with_the_reason(database: Database) -> None:
    """By id, address or words; its last words are told with the moment and the reason."""
    withdrawal = Withdrawal("harbour", "wire.json", "the photograph was staged", NOON + timedelta(hours=5))
    read(database, version("Ice held."), version("Ice broke.", 1), withdrawal)
    for wanted in ("harbour", ADDRESS, "Ice broke", "Ice held"):
        ((newest, oldest),) = find_versions(database, wanted)
        assert (newest.article.text, newest.withdrawn) == ("Ice broke.", NOON + timedelta(hours=5))
        assert newest.reason == "the photograph was staged"
        assert (oldest.article.text, oldest.withdrawn, oldest.reason) == ("Ice held.", None, None)


def test_what_was_withdrawn_before_it_came_is_found_by_its_id(database: Database) -> None:
    """There are no words to tell, but the reason."""
    read(database, Withdrawal("unknown", "wire.json", "sent in error"))
    ((only,),) = find_versions(database, "unknown")
    assert (only.article.text, only.reason) == ("", "sent in error")
    assert only.withdrawn


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("5%", ["a"]),
        ("5_", ["b"]),
        ("%", ["a"]),
        ("_", ["b"]),
        ("a%b", []),
        ("and/or", ["a"]),
        ("\\", ["b"]),
        ("'; DROP TABLE articles; --", []),
    ],
)
def test_words_are_taken_to_the_letter(database: Database, words: str, ids: list[str]) -> None:
    """What means something in a pattern or a statement means itself."""
    read(
        database,
        make_article("It rose by 5% and/or fell.", id="a", url=None),
        make_article("The file 5_7 is at c:\\news.", id="b", url=None),
        make_article("It rose by 50 points, a or b.", id="c", url=None),
    )
    assert [versions[0].article.id for versions in find_versions(database, words)] == ids


def test_an_id_is_more_than_words(database: Database) -> None:
    """Who names an article is not shown every other that mentions the name."""
    read(database, make_article("Snow.", id="snow", url=None), make_article("On snow.", id="b", url=None))
    assert [versions[0].article.id for versions in find_versions(database, "snow")] == ["snow"]


@pytest.mark.parametrize("wanted", ["", "  ", "\n", "nobody wrote this"])
def test_nothing_finds_nothing(database: Database, wanted: str) -> None:
    """Blank words stand in every article, and find none."""
    read(database, make_article("Two  spaces.\n\nAnd lines."))
    assert find_versions(database, wanted) == []


def test_words_find_only_so_many_articles(database: Database) -> None:
    """Twenty at most, in the order of their ids."""
    read(database, *(make_article(f"Rain on day {at}.", id=f"{at:02}", url=None) for at in range(MOST + 5)))
    found = find_versions(database, "Rain on day")
    assert [versions[0].article.id for versions in found] == [f"{at:02}" for at in range(20)]


def test_what_was_removed_has_no_history(database: Database) -> None:
    """Neither its id nor words of any version find it."""
    read(database, version("Ice held."), version("Ice broke.", 1))
    Store(database).remove(["harbour"])
    for wanted in ("harbour", ADDRESS, "Ice held", "Ice broke"):
        assert find_versions(database, wanted) == []
