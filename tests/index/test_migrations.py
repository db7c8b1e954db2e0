from __future__ import annotations

import hashlib
import logging
import random
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from articles import make_article
from fakes import FakeEncoder

from index.backup import FILES_TABLE
from index.coverage import Coverage
from index.database import DATABASE, Database
from index.errors import StoreError
from index.store import Store

ROOT = Path(__file__).parents[2]
# Copies a home for each of these shares of the time that a migration takes, and migrates each copy in a
# process that is killed after that. The first of all is not killed, and tells how long it takes.
MIGRATING = """
import os, shutil, signal, sys, time
from pathlib import Path
from index.database import DATABASE, Database
home, *shares = sys.argv[1:]
whole = 0
for number, share in enumerate([None, *shares]):
    place = Path(f"{home}-{number}")
    shutil.copytree(home, place)
    begun = time.monotonic()
    child = os.fork()
    if not child:
        Database.open(place / DATABASE)
        os._exit(0)
    if share:
        time.sleep(float(share) * whole)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    whole = whole or time.monotonic() - begun
"""
KILLS = 20
# What the release before made, to the letter.
SCHEMA_1 = """
CREATE TABLE coverage (
    id INTEGER NOT NULL,
    identity VARCHAR(32) NOT NULL,
    schema INTEGER NOT NULL,
    generation BIGINT NOT NULL,
    model TEXT,
    dimension INTEGER,
    PRIMARY KEY (id)
);
CREATE TABLE articles (
    id TEXT NOT NULL,
    digest VARCHAR(64) NOT NULL,
    title TEXT NOT NULL,
    titled BOOLEAN NOT NULL,
    text TEXT NOT NULL,
    input TEXT NOT NULL,
    source TEXT,
    url TEXT,
    published DATE,
    updated DATE,
    authors TEXT NOT NULL,
    language TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX ix_articles_published ON articles (published);
CREATE INDEX ix_articles_source ON articles (source);
CREATE TABLE removals (
    number BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (number)
);
CREATE INDEX ix_removals_generation ON removals (generation);
CREATE TABLE passages (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    embedding BLOB NOT NULL,
    generation BIGINT NOT NULL,
    FOREIGN KEY(article_id) REFERENCES articles (id)
);
CREATE INDEX ix_passages_article_id ON passages (article_id);
CREATE INDEX ix_passages_generation ON passages (generation);
"""
OLD_TABLES = ("coverage", "articles", "removals", "passages")
QUESTIONS = ["Which ferry left the harbour?", "river dyke", "Who saw the mayor?"]
TOPICS = ["harbour", "river", "mayor", "ferry"]


def write_news(folder: Path) -> str:
    """Articles about each of the topics, with all that a header may say; the folder's path."""
    folder.mkdir()
    for at, topic in enumerate(TOPICS):
        header = [f"title: News of the {topic}", "language: en", f"date: 2025-01-{at + 1:02}"]
        header += [f"url: https://gull.example/{topic}", "source: The Gull", "author: Ann, Bo"] if at else []
        text = f"The {topic} froze. " + f"Nobody crossed the {topic} on day {at}. " * 30
        (folder / f"{topic}.txt").write_text("\n".join([*header, "", text]), encoding="utf-8")
    return str(folder)


def age(file: Path) -> None:
    """Make of a database what the release before would have made of the same articles."""
    new = file.with_suffix(".new")
    file.rename(new)
    for left in file.parent.glob(f"{file.name}-*"):
        left.unlink()
    with closing(sqlite3.connect(file)) as old:
        old.execute("PRAGMA journal_mode=WAL").close()
        old.executescript(SCHEMA_1)
        old.execute("ATTACH ? AS new", (str(new),)).close()
        with old:
            for table in OLD_TABLES:
                names = ", ".join(f'"{row[1]}"' for row in old.execute(f"PRAGMA main.table_info({table})"))
                old.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")  # noqa: S608 - our own names
            old.execute("UPDATE coverage SET schema = 1")
        old.execute("DETACH new").close()
    new.unlink()


@pytest.fixture
def news(tmp_path: Path) -> str:
    """A folder of articles, beside the home."""
    return write_news(tmp_path / "news")


@pytest.fixture
def current(tmp_path: Path, news: str) -> Path:
    """A home of ours, with articles, a removed one, and indexes that are up to date."""
    home = tmp_path / "home"
    extra = tmp_path / "extra.txt"
    extra.write_text("id: extra\n\nSnow fell.", encoding="utf-8")
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([str(extra)])
        coverage.remove(["extra"])
        coverage.index([news])
    return home


@pytest.fixture
def expected(current: Path) -> list[dict[str, Any]]:
    """What the home answers before it is one of the release before."""
    return answers(current)


@pytest.fixture
def home(current: Path) -> Path:
    """The same as a home of the release before."""
    age(current / DATABASE)
    return current


def rows(file: Path, statement: str) -> list[Any]:
    """What a statement tells of a database file."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(statement).fetchall()


def dump(file: Path) -> list[str]:
    """The whole of a database, as statements."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def shape(file: Path) -> dict[str, Any]:
    """The columns of each table by name, and the columns of each index."""
    found: dict[str, Any] = {}
    for kind, name in rows(file, "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'"):
        if kind == "index":
            found[name] = [row[2] for row in rows(file, f"PRAGMA index_info({name})")]
        else:
            columns = rows(file, f"PRAGMA table_info({name})")
            found[name] = {row[1]: (row[2], row[3], row[5]) for row in columns}
    return found


def answers(home: Path) -> list[dict[str, Any]]:
    """What is answered to some questions by a coverage that has just been opened."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        return [coverage.ask(question, count=10).as_json() for question in QUESTIONS]


def test_the_release_before_is_what_is_tested(home: Path) -> None:
    """The database is of schema 1 and has nothing of what came after."""
    file = home / DATABASE
    assert rows(file, "SELECT schema FROM coverage") == [(1,)]
    assert rows(file, "SELECT count(*) FROM articles") == [(4,)]
    assert {row[0] for row in rows(file, "SELECT name FROM sqlite_master WHERE type = 'table'")} == {
        *OLD_TABLES,
        "sqlite_sequence",
    }
    assert len(rows(file, "PRAGMA table_info(articles)")) == 12


def test_a_migrated_coverage_answers_as_before(
    expected: list[dict[str, Any]], home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every answer is as it was, and no index is built again or even written."""
    files = [home / "dense.faiss", *(home / "lexical").iterdir()]
    before = {file: (file.stat().st_mtime_ns, file.stat().st_ino) for file in files}
    with caplog.at_level(logging.WARNING):
        assert answers(home) == expected
        assert answers(home) == expected
    (told,) = caplog.records
    assert f"as it was it is kept in '{home / DATABASE}.before-schema-2.backup'" in told.message
    assert {file: (file.stat().st_mtime_ns, file.stat().st_ino) for file in files} == before
    assert rows(home / DATABASE, "SELECT schema FROM coverage") == [(2,)]


def test_a_migrated_database_has_the_shape_of_a_new_one(tmp_path: Path, home: Path) -> None:
    """The same tables, columns and indexes, whatever their order."""
    Database.open(home / DATABASE).close()
    Database.open(tmp_path / "new.db").close()
    assert shape(home / DATABASE) == shape(tmp_path / "new.db")


def test_what_was_stored_is_kept_and_known_by_its_address_and_words(home: Path) -> None:
    """Nothing of before is touched, and what is new of each article is filled in."""
    file = home / DATABASE
    kept = "SELECT id, digest, title, titled, text, input, source, url, published, authors FROM articles"
    kept_too = "SELECT * FROM passages", "SELECT * FROM removals", "SELECT identity, generation FROM coverage"
    before = [rows(file, statement) for statement in (kept, *kept_too)]
    with closing(Store.open(file)) as store:
        articles = list(store.articles())
    assert [rows(file, statement) for statement in (kept, *kept_too)] == before
    filled = rows(file, "SELECT id, content, address, digest, named, withdrawn, story FROM articles")
    assert {row[0]: row[1:] for row in filled} == {
        each.id: (each.content, each.address, each.digest, 0, None, None) for each in articles
    }
    assert sum(bool(each.address) for each in articles) == 3


def test_what_was_indexed_before_is_known(home: Path, news: str) -> None:
    """Indexed again nothing has changed and nothing is encoded, and all are looked at for copies."""
    encoder = FakeEncoder()
    with Coverage.open(home, encoder=encoder) as coverage:
        report = coverage.index([news])
        assert (report.unchanged, report.added, report.updated) == (4, 0, 0)
        assert encoder.encoded == 0
        ((version,),) = coverage.history("https://gull.example/river")
        assert version.article.title == "News of the river"
    assert rows(home / DATABASE, "SELECT count(*) FROM articles WHERE story IS NULL") == [(0,)]
    assert rows(home / DATABASE, "SELECT count(*) > 0 FROM fingerprints") == [(1,)]


def test_a_migrated_article_is_replaced_and_kept(home: Path, tmp_path: Path, news: str) -> None:
    """A newer version finds it by its path as before, and its old words stay in the history."""
    file = tmp_path / "news" / "harbour.txt"
    file.write_text("title: Thaw\nlanguage: en\n\nThe ice broke.", encoding="utf-8")
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        report = coverage.index([news])
        assert (report.updated, report.unchanged) == (1, 3)
        ((newest, oldest),) = coverage.history("news/harbour.txt")
    assert newest.article.text == "The ice broke."
    assert oldest.article.title == "News of the harbour"


def test_the_same_piece_from_elsewhere_finds_the_migrated_one(home: Path) -> None:
    """By its address, under whatever id it comes."""
    file = home / DATABASE
    with closing(Store.open(file)) as store:
        found = store.identities.same_piece(make_article(id="feed#1", url="https://gull.example/mayor"))
        assert found
        assert found.endswith("news/mayor.txt")


def test_a_migration_that_fails_leaves_all_as_it_was(home: Path) -> None:
    """Stopped at its last article, it has done nothing; when it can, the next opening does it."""
    file = home / DATABASE
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON articles WHEN NEW.title LIKE '%river%' "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    before = dump(file)
    with pytest.raises(StoreError, match=r"dateline\.db cannot be used: .*the disk is full"):
        Database.open(file)
    assert dump(file) == before
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TRIGGER full")
    assert len(answers(home)[0]["hits"]) > 0
    assert rows(file, "SELECT schema FROM coverage") == [(2,)]


def test_an_empty_coverage_of_before_is_migrated(tmp_path: Path) -> None:
    """A home in which nothing was indexed yet."""
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()):
        pass
    age(tmp_path / "home" / DATABASE)
    with Coverage.open(tmp_path / "home", encoder=FakeEncoder()) as coverage:
        assert coverage.extent().articles == 0
        assert coverage.index([write_news(tmp_path / "news")]).added == 4


@pytest.mark.parametrize("schema", [3, 0, -1])
def test_a_schema_that_nobody_knows_is_refused(home: Path, schema: int) -> None:
    """A newer one and one that never was are told with ours, and nothing is changed."""
    file = home / DATABASE
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE coverage SET schema = ?", (schema,))
    before = dump(file)
    wanted = f"the database has schema {schema}, and this Dateline knows 2; use the version that made it"
    with pytest.raises(StoreError, match=wanted):
        Database.open(file)
    assert dump(file) == before


def test_a_database_is_backed_up_before_it_is_migrated(home: Path) -> None:
    """As it was it stands in a file beside, of its owner's, which is never written again."""
    before = dump(home / DATABASE)
    Database.open(home / DATABASE).close()
    backup = home / f"{DATABASE}.before-schema-2.backup"
    assert [line for line in dump(backup) if FILES_TABLE not in line] == before
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    content = backup.read_bytes()
    Database.open(home / DATABASE).close()
    assert backup.read_bytes() == content


def test_a_database_that_cannot_be_backed_up_is_not_migrated(home: Path) -> None:
    """Where the backup cannot be written one line says so, and everything stays as it was."""
    before = dump(home / DATABASE)
    (home / f"{DATABASE}.before-schema-2.backup").symlink_to(home / "nowhere")
    with pytest.raises(StoreError, match=r"^the backup '.*' is there already"):
        Database.open(home / DATABASE)
    assert dump(home / DATABASE) == before


def test_a_later_try_keeps_what_came_between(home: Path) -> None:
    """What is kept of an earlier try stays; what has been stored since is kept in a file of its own."""
    first = home / f"{DATABASE}.before-schema-2.backup"
    (home / "older.db").write_bytes((home / DATABASE).read_bytes())
    Database.open(home / DATABASE).close()
    content = first.read_bytes()
    for changed in (False, True):
        (home / DATABASE).write_bytes((home / "older.db").read_bytes())
        if changed:
            with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
                connection.execute("UPDATE articles SET title = 'since then' WHERE source IS NULL")
        Database.open(home / DATABASE).close()
        assert first.read_bytes() == content
        assert len(list(home.glob("*.backup"))) == 1 + changed
    (second,) = set(home.glob("*.backup")) - {first}
    assert rows(second, "SELECT count(*) FROM articles WHERE title = 'since then'") == [(1,)]


def test_a_migration_that_is_killed_leaves_the_old_or_the_new(
    expected: list[dict[str, Any]], home: Path
) -> None:
    """However it is killed the database is of the one schema or the other, and opened again it answers."""
    seed = random.SystemRandom().randrange(10**6)
    moments = random.Random(seed)  # noqa: S311 - no secret
    before, found = dump(home / DATABASE), []
    shares = [f"{share:.4f}" for share in (0, *(moments.uniform(0, 1.2) for _ in range(KILLS)))]
    command = [sys.executable, "-c", MIGRATING, str(home), *shares]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    for number in range(1 + len(shares)):
        killed = Path(f"{home}-{number}")
        ((schema,),) = rows(killed / DATABASE, "SELECT schema FROM coverage")
        found.append(schema)
        kept = killed / f"{DATABASE}.before-schema-2.backup"
        if schema == 1:
            assert dump(killed / DATABASE) == before, f"seed {seed}"
        assert schema == 1 or kept.exists(), f"seed {seed}"
        if kept.exists():
            assert [line for line in dump(kept) if FILES_TABLE not in line] == before, f"seed {seed}"
        assert answers(killed) == expected, f"seed {seed}"
        assert len([path for path in killed.iterdir() if "backup" in path.name]) == 1, f"seed {seed}"
    assert (found[0], found[1]) == (2, 1), f"seed {seed}: {found}"


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_a_newer_database_is_not_touched(home: Path, mode: str) -> None:
    """Of what a newer Dateline has written not a byte is changed, nor of the log that a kill of it left."""
    Database.open(home / DATABASE).close()
    script = (
        "import os, sqlite3, sys\n"
        "newer = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "newer.execute(f'PRAGMA journal_mode={sys.argv[2]}').fetchall()\n"
        "newer.execute('UPDATE coverage SET schema = 99')\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(home / DATABASE), mode], check=True, timeout=60)
    kept = [path for path in (home / DATABASE, home / f"{DATABASE}-wal") if path.exists()]
    assert len(kept) == 1 + (mode == "WAL")
    before = [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept]
    with pytest.raises(StoreError, match="schema 99"):
        Database.open(home / DATABASE)
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == before
