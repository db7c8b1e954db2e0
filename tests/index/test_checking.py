from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from damaged import Made, make_homes
from fakes import FakeEncoder
from filelock import FileLock

from bot.memory import tables as memory
from index.checking import Beside, Finding, check_coverage
from index.checks import indexes
from index.coverage import Coverage
from index.errors import StoreError
from index.intact import intact_articles
from index.remains import refuse_to_begin_anew
from index.tables import SCHEMA, articles

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A home with two versions of sixty articles, closed."""
    return make_homes(tmp_path_factory.mktemp("made"), killed=False)


@pytest.fixture
def home(made: Made, tmp_path: Path) -> Path:
    """A copy of that home, to be damaged."""
    return Path(shutil.copytree(made.home, tmp_path / "home"))


SOLD = "UPDATE articles SET text = replace(text, 'told', 'sold') WHERE id = 'dyke-river'"
NEWER = f"UPDATE coverage SET schema = {SCHEMA + 1}"  # noqa: S608 - a number of our own
BESIDE = Beside(memory.memory.name, memory.SCHEMA, memory.tables.tables)


def found(home: Path) -> dict[str, Finding]:
    """By what was looked at, the worst that was found; the model, which the tests have none of, aside."""
    order = ("ok", "mended", "warning", "failed")
    worst: dict[str, Finding] = {}
    for each in check_coverage(home, beside=BESIDE):
        known = worst.get(each.name)
        if each.name not in {"model", "disk"} and (
            known is None or order.index(known.state) <= order.index(each.state)
        ):
            worst[each.name] = each
    return worst


def not_ok(home: Path) -> dict[str, str]:
    """The states of what is not as it should be."""
    return {name: each.state for name, each in found(home).items() if each.state != "ok"}


def change(home: Path, *statements: str) -> None:
    """Change the database as nothing of ours would."""
    with closing(sqlite3.connect(home / "dateline.db")) as connection, connection:
        for each in statements:
            connection.execute(each)


def test_a_sound_home_passes_every_check_and_is_not_changed(home: Path) -> None:
    """All is ok, and no file has other bytes than before."""
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    checked = found(home)
    assert {each.state for each in checked.values()} == {"ok"}
    assert set(checked) >= {
        "home", "writing", "database", "references", "schema", "memory", "generation", "articles", "passages",
        "versions", "embeddings", "moments", "FAISS index", "BM25 index",
    }  # fmt: skip
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("statement", "name", "words"),
    [
        (
            "UPDATE articles SET text = replace(text, 'told', 'sold') WHERE id = 'dyke-river'",
            "articles",
            "dyke",
        ),
        ("UPDATE articles SET title = 'Another' WHERE id = 'dyke-river'", "articles", "'dyke-river'"),
        ("UPDATE articles SET published = 'x' WHERE id = 'dyke-river'", "articles", "'dyke-river'"),
        ("UPDATE articles SET text = x'ff41' WHERE id = 'dyke-river'", "articles", "'dyke-river'"),
        ("UPDATE articles SET withdrawn = arrived WHERE id = 'dyke-river'", "passages", "'dyke-river'"),
        ('UPDATE passages SET "end" = 99999 WHERE number = 170', "passages", "not all"),
        ("UPDATE passages SET start = start + 1 WHERE number = 170", "passages", "not all"),
        ("DELETE FROM passages WHERE number = 170", "passages", "not all"),
        ("UPDATE passages SET embedding = zeroblob(128) WHERE number = 170", "embeddings", "not all"),
        ("UPDATE passages SET embedding = x'007e' WHERE number = 170", "embeddings", "not all"),
        ("UPDATE versions SET text = 'other' WHERE number = 1", "versions", "'1'"),
        ("UPDATE passages SET article_id = 'nobody' WHERE number = 170", "references", "'passages'"),
        ("UPDATE coverage SET generation = 0", "generation", "reached 0"),
        ("UPDATE coverage SET generation = 'x'", "generation", ""),
        (NEWER, "schema", f"knows {SCHEMA}"),
        ("UPDATE coverage SET schema = 'x'", "schema", "one number"),
        ("UPDATE memory SET schema = 99", "memory", "schema 99"),
        ("DROP TABLE inputs", "schema", "'inputs' is missing"),
    ],
)
def test_what_is_wrong_in_the_database_is_named(home: Path, statement: str, name: str, words: str) -> None:
    """The check that it concerns fails, with what and with what to do; the database stays as it is."""
    change(home, statement)
    raw = (home / "dateline.db").read_bytes()
    checked = found(home)
    assert checked[name].state == "failed"
    assert words in checked[name].found
    assert checked[name].advice
    assert "\n" not in checked[name].found
    assert (home / "dateline.db").read_bytes() == raw


@pytest.mark.parametrize(
    ("bytes_", "words"),
    [(b"no database " * 900, "not a database"), (b"", "is empty"), (None, "is not there")],
)
def test_a_lost_database_is_told_and_not_made(home: Path, bytes_: bytes | None, words: str) -> None:
    """The other checks go on, the indexes are left alone, and no new database appears."""
    index = (home / "dense.faiss").read_bytes()
    (home / "dateline.db").unlink()
    if bytes_ is not None:
        (home / "dateline.db").write_bytes(bytes_)
    checked = found(home)
    assert checked["database"].state == "failed"
    assert words in checked["database"].found
    assert checked["writing"].state == "ok"
    assert (home / "dense.faiss").read_bytes() == index
    assert (home / "dateline.db").exists() == (bytes_ is not None)
    assert not bytes_ or (home / "dateline.db").read_bytes() == bytes_


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A slip in DATELINE_HOME is told, and leaves no folder."""
    assert not_ok(tmp_path / "none") == {"home": "failed", "database": "failed"}
    assert not (tmp_path / "none").exists()


# An article's passages, gone without a trace.
GONE = (
    "DELETE FROM passages WHERE article_id = 'dyke-river'",
    "UPDATE articles SET withdrawn = arrived WHERE id = 'dyke-river'",
)
MISHAPS: list[tuple[Callable[[Path], object], set[str]]] = [
    (lambda home: (home / "dense.faiss").unlink(), {"FAISS index"}),
    (lambda home: (home / "dense.faiss").write_bytes(b"x"), {"FAISS index"}),
    (lambda home: shutil.rmtree(home / "lexical"), {"BM25 index"}),
    (lambda home: (home / "lexical" / "meta.json").unlink(), {"BM25 index"}),
    (lambda home: change(home, "UPDATE coverage SET identity = 'another'"), {"FAISS index", "BM25 index"}),
    # The note is right, but the database has less than it had at that generation.
    (lambda home: change(home, *GONE), {"FAISS index", "BM25 index"}),
]


@pytest.mark.parametrize(("mishap", "names"), MISHAPS)
def test_a_wrong_index_is_mended_from_the_database(
    home: Path, mishap: Callable[[Path], None], names: set[str]
) -> None:
    """Once: the next look finds nothing more to do."""
    mishap(home)
    assert not_ok(home) == dict.fromkeys(names, "mended")
    assert not_ok(home) == {}


def test_indexes_that_are_behind_are_no_fault(home: Path, made: Made, tmp_path: Path) -> None:
    """They follow, as with the next question."""
    old = {name: tmp_path / name for name in ("dense.faiss", "lexical")}
    shutil.copy(home / "dense.faiss", old["dense.faiss"])
    shutil.copytree(home / "lexical", old["lexical"])
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.remove(["dyke-river"])
        coverage.index([str(made.news)])
    shutil.rmtree(home / "lexical")
    shutil.copytree(old["lexical"], home / "lexical")
    shutil.copy(old["dense.faiss"], home / "dense.faiss")
    assert not_ok(home) == {}


def test_it_works_beside_an_open_coverage_that_goes_on_answering(home: Path, made: Made) -> None:
    """An index lost and mended under a running program is no loss to it."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        before = coverage.ask("river dyke").hits
        shutil.rmtree(home / "lexical")
        (home / "dense.faiss").unlink()
        assert not_ok(home) == {"FAISS index": "mended", "BM25 index": "mended"}
        assert coverage.ask("river dyke").hits == before
        coverage.index([str(made.news)])
        assert coverage.ask("comet observatory").hits[0].article.id == "comet"
    assert not_ok(home) == {}


def test_whoever_writes_the_index_files_is_not_disturbed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the files are being written for long, that is said, and nothing is touched."""
    monkeypatch.setattr(indexes, "PATIENCE", 0.1)
    (home / "dense.faiss").write_bytes(b"x")
    with FileLock(home / "indexes.lock"):
        assert not_ok(home) == {"indexes": "warning"}
    assert (home / "dense.faiss").read_bytes() == b"x"


def test_others_who_may_read_and_moments_to_come_are_warned_of(home: Path) -> None:
    """Neither is a failure, and each says what to do."""
    home.chmod(0o755)
    change(home, "UPDATE articles SET arrived = '2999-01-01 00:00:00.000000' WHERE id = 'dyke-river'")
    checked = found(home)
    assert (checked["home"].state, checked["moments"].state) == ("warning", "warning")
    assert f"chmod 700 '{home}'" in checked["home"].advice
    assert "1 in 'articles.arrived'" in checked["moments"].found


def test_a_watched_input_that_fails_is_warned_of(home: Path) -> None:
    """With its last success, and what was wrong since."""
    change(
        home,
        "INSERT INTO inputs (address, succeeded, failures, trouble, arrivals, reported)"
        " VALUES ('https://news.example/feed', '2025-01-11 10:30:00.000000', 3, 'answers 500', '[]', 0)",
    )
    told = found(home)["watched"]
    assert told.state == "warning"
    assert "3 failures in a row, last success 2025-01-11 10:30 UTC: answers 500" in told.found


def test_an_older_schema_is_left_as_it_is(home: Path) -> None:
    """It is told, with the advice to make a backup; to bring it further is not the doctor's business."""
    change(home, "UPDATE coverage SET schema = 1")
    assert not_ok(home)["schema"] == "warning"
    with closing(sqlite3.connect(home / "dateline.db")) as connection:
        assert connection.execute("SELECT schema FROM coverage").fetchone() == (1,)


def test_a_database_url_that_is_none_is_told_without_its_password(tmp_path: Path) -> None:
    """Whatever stands in it, it may be a password."""
    tmp_path.chmod(0o700)
    checked = list(check_coverage(tmp_path, database_url="postgresql://who:secret@host:port/x"))
    assert any(each.name == "database" and each.state == "failed" for each in checked)
    assert not any("secret" in each.found for each in checked)


def test_articles_that_the_disk_has_changed_are_left_out(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is named in the log; all others are read."""
    change(home, SOLD)
    engine = sa.create_engine(f"sqlite:///{home / 'dateline.db'}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(articles)).all()
    ids = {article.id for article in intact_articles(rows)}
    assert {row.id for row in rows} - ids == {"dyke-river"}
    (said,) = [record.message for record in caplog.records]
    assert said.startswith("the article 'dyke-river' is damaged in the database and is not quoted: its words")


def test_a_home_is_begun_only_where_nothing_was_lost(tmp_path: Path) -> None:
    """A new folder may be begun; one with indexes, or with changes in a log, and no database may not."""
    database = tmp_path / "dateline.db"
    refuse_to_begin_anew(tmp_path, database)
    database.touch()
    (tmp_path / "dateline.db-wal").write_bytes(b"x" * 32)
    refuse_to_begin_anew(tmp_path, database)
    (tmp_path / "dateline.db-wal").write_bytes(b"x" * 5000)
    with pytest.raises(StoreError, match=r"is empty, but 'dateline\.db-wal' of its coverage is there"):
        refuse_to_begin_anew(tmp_path, database)
    database.write_bytes(b"something")
    refuse_to_begin_anew(tmp_path, database)
