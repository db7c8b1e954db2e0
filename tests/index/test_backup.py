from __future__ import annotations

import fcntl
import hashlib
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEncoder
from harbour import QUESTION, write_articles

from index.backup import FILES_TABLE, back_up, opened
from index.coverage import Coverage
from index.database import DATABASE
from index.errors import StoreError
from index.following import Engines
from index.restoring import restore
from index.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
FOLDER = "received"
KILLS = 20
RESTORING = """
import sys
from pathlib import Path
from index.restoring import restore
print("begun", flush=True)
restore(Path(sys.argv[1]), Path(sys.argv[2]))
print("done", flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home."""
    return tmp_path / "home"


@pytest.fixture
def harbour(home: Path, tmp_path: Path) -> Iterator[Coverage]:
    """A coverage of three reports, open."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([str(write_articles(tmp_path / "news", 3))])
        yield coverage


def quoted(coverage: Coverage) -> set[str]:
    """The articles that are quoted to the question, each by its own words."""
    hits = coverage.ask(QUESTION, count=9).hits
    for hit in hits:
        assert hit.passage.text == hit.article.text[hit.passage.start : hit.passage.end]
        assert hit.article.text.startswith(f"Forty{hit.article.id.rpartition('-')[2]} ships")
    return {hit.article.id for hit in hits}


def names(*numbers: int) -> set[str]:
    """The ids of these reports."""
    return {f"harbour-{number}" for number in numbers}


def add(coverage: Coverage, folder: Path, *numbers: int) -> None:
    """Index these reports."""
    written = write_articles(folder, max(numbers))
    coverage.index([str(written / f"{number}.jsonl") for number in numbers])


def test_all_of_it_comes_back(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """What a backup holds answers as before in another home, with the files of the folder."""
    (home / FOLDER).mkdir()
    (home / FOLDER / "a note.txt").write_bytes(b"ice \x00\xff")
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    other = tmp_path / "elsewhere"
    done = restore(other, tmp_path / "a.backup")
    assert (done.articles, done.before, done.is_another) == (3, None, True)
    assert (other / FOLDER / "a note.txt").read_bytes() == b"ice \x00\xff"
    with Coverage.open(other, encoder=FakeEncoder()) as coverage:
        assert quoted(coverage) == names(1, 2, 3)
        coverage.remove(["harbour-2"])
        assert quoted(coverage) == names(1, 3)
    with closing(opened(other / DATABASE)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    assert FILES_TABLE not in tables


def test_backup_is_its_owners_alone(harbour: Coverage, tmp_path: Path) -> None:
    """Nobody else may read what people asked, and nothing but the one file is left."""
    harbour.back_up(tmp_path / "out.backup", FOLDER)
    assert stat.S_IMODE((tmp_path / "out.backup").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.glob("out*")] == ["out.backup"]


def test_backup_is_of_one_moment_while_others_write(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """A writer that never rests neither keeps a backup from ending nor shows half of its work in it."""
    ended = threading.Event()
    with closing(opened(home / DATABASE)) as database:
        database.execute("CREATE TABLE pairs (one INTEGER, two INTEGER)")

    def write() -> None:
        with closing(opened(home / DATABASE)) as database:
            number = 0
            while not ended.is_set():
                number += 1
                database.execute("BEGIN IMMEDIATE")
                database.execute("INSERT INTO pairs VALUES (?, 0)", (number,))
                database.execute("UPDATE pairs SET two = one WHERE one = ?", (number,))
                database.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            harbour.back_up(tmp_path / f"{number}.backup", FOLDER)
    finally:
        ended.set()
        writer.join()
    for number in range(5):
        with closing(opened(tmp_path / f"{number}.backup", read_only=True)) as copy:
            rows = copy.execute("SELECT one, two FROM pairs ORDER BY one").fetchall()
        assert rows == [(each, each) for each in range(1, len(rows) + 1)]


def test_what_was_deleted_is_in_no_backup(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """Words that were deleted stand in no free page of the copy."""
    with closing(opened(home / DATABASE)) as database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("CREATE TABLE asked (words TEXT)")
        database.execute("INSERT INTO asked VALUES (?)", ("xylophone " * 2_000,))
        database.execute("DELETE FROM asked")
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    assert b"xylophone" not in (tmp_path / "a.backup").read_bytes()


@pytest.mark.parametrize("place", ["there.backup", "no/such/folder.backup", "file.txt/a.backup"])
def test_backup_that_cannot_be_written_says_so(harbour: Coverage, tmp_path: Path, place: str) -> None:
    """Where there is something of that name, or no folder, one line says so and nothing is left or lost."""
    (tmp_path / "there.backup").write_text("mine", encoding="utf-8")
    (tmp_path / "file.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match=rf"^the backup '.*{place}' (is there already|cannot be written)"):
        harbour.back_up(tmp_path / place, FOLDER)
    assert (tmp_path / "there.backup").read_text(encoding="utf-8") == "mine"
    assert not list(tmp_path.glob("*.partial*"))


def test_backup_on_a_full_disk_leaves_nothing(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """Where no file may grow any further, one line says so, and no half backup is left."""
    script = (
        "import resource, signal, sys; from pathlib import Path; from index.backup import back_up\n"
        "from index.errors import StoreError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try: back_up(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except StoreError as error: sys.exit(str(error))\n"
    )
    del harbour
    command = [sys.executable, "-c", script, str(home / DATABASE), str(tmp_path / "a.backup")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(tmp_path.glob("a.backup*"))


def test_what_a_kill_has_left_is_no_hindrance(harbour: Coverage, tmp_path: Path) -> None:
    """Half a backup that a kill has left, with its journal, is written over; the next one is whole."""
    (tmp_path / "a.backup.partial").write_bytes(b"half" * 5_000)
    (tmp_path / "a.backup.partial-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"x" * 5_000)
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    assert sorted(each.name for each in tmp_path.glob("a.backup*")) == ["a.backup"]
    assert restore(tmp_path / "other", tmp_path / "a.backup").articles == 3


def test_a_backup_that_has_just_got_its_name_stays(harbour: Coverage, tmp_path: Path) -> None:
    """Where a kill came before its first name was taken away, the next try does it no harm."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    content = (tmp_path / "a.backup").read_bytes()
    (tmp_path / "b.backup.partial").hardlink_to(tmp_path / "a.backup")
    harbour.back_up(tmp_path / "b.backup", FOLDER)
    assert (tmp_path / "a.backup").read_bytes() == content
    assert not (tmp_path / "b.backup").samefile(tmp_path / "a.backup")


def test_two_do_not_write_one_backup(harbour: Coverage, tmp_path: Path) -> None:
    """While another program writes a file of that name, it is told so, and nothing is done to its work."""
    partial = tmp_path / "a.backup.partial"
    with partial.open("wb") as theirs:
        theirs.write(b"theirs")
        theirs.flush()
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="another program is writing"):
            harbour.back_up(tmp_path / "a.backup", FOLDER)
        assert partial.read_bytes() == b"theirs"
    harbour.back_up(tmp_path / "a.backup", FOLDER)


def test_what_lies_elsewhere_is_not_written_to(harbour: Coverage, tmp_path: Path) -> None:
    """A link that stands where a backup begins is not followed."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "a.backup.partial").symlink_to(tmp_path / "mine.txt")
    with pytest.raises(StoreError, match="cannot be written"):
        harbour.back_up(tmp_path / "a.backup", FOLDER)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_restored_while_it_is_open(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """Whoever has the coverage open answers from what was restored, and what stood there is kept beside."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    add(harbour, tmp_path / "more", 4, 5)
    harbour.remove(["harbour-1"])
    assert quoted(harbour) == names(2, 3, 4, 5)
    done = restore(home, tmp_path / "a.backup")
    assert quoted(harbour) == names(1, 2, 3)
    assert done.before is not None
    assert not done.is_another
    assert stat.S_IMODE(done.before.stat().st_mode) == 0o600
    restore(home, done.before)
    assert quoted(harbour) == names(2, 3, 4, 5)


def test_restored_of_the_same_generation(harbour: Coverage, tmp_path: Path) -> None:
    """Indexes of a database that had as many changes, and other articles, are not taken for its own."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    with Coverage.open(tmp_path / "other", encoder=FakeEncoder()) as other:
        restore(tmp_path / "other", tmp_path / "a.backup")
        before = other.generation()
        add(other, tmp_path / "more", 4)
        assert quoted(other) == names(1, 2, 3, 4)
        restore(tmp_path / "other", tmp_path / "a.backup")
        add(other, tmp_path / "more", 5)
        assert other.generation() > before
        assert quoted(other) == names(1, 2, 3, 5)
    with Coverage.open(tmp_path / "other", encoder=FakeEncoder()) as again:
        assert quoted(again) == names(1, 2, 3, 5)


def test_every_safety_copy_stays(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """However quickly restores follow each other, each keeps what stood there in a file of its own."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    add(harbour, tmp_path / "more", 4)
    kept = [restore(home, tmp_path / "a.backup").before for _ in range(4)]
    assert sorted(home.glob("*.backup")) == sorted(path for path in kept if path)
    assert len(set(kept)) == 4
    assert kept[0] is not None
    assert [restore(tmp_path / "other", path).articles for path in kept if path] == [4, 3, 3, 3]


def test_nothing_is_restored_on_a_full_disk(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """Where no file may grow any further, one line says so, nothing is changed, and no half file is left."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    add(harbour, tmp_path / "more", 4)
    script = (
        "import resource, signal, sys; from pathlib import Path; from index.restoring import restore\n"
        "from index.errors import StoreError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)\n"
        "try: restore(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except StoreError as error: sys.exit(str(error))\n"
    )
    size = (tmp_path / "a.backup").stat().st_size
    for room in (20_000, size // 2, size + 1_000):
        command = [sys.executable, "-c", script, str(home), str(tmp_path / "a.backup"), str(room)]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode in {0, 1}
        assert "Traceback" not in ended.stderr
        assert not list(home.glob("*partial*"))
        assert quoted(harbour) == (names(1, 2, 3, 4) if ended.returncode else names(1, 2, 3))
        assert ended.returncode or room > size


def test_questions_go_on_while_it_is_restored(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """Whoever asks meanwhile gets all of the one or all of the other."""
    files = [tmp_path / "few.backup", tmp_path / "many.backup"]
    harbour.back_up(files[0], FOLDER)
    add(harbour, tmp_path / "more", 4, 5)
    harbour.remove(["harbour-1"])
    harbour.back_up(files[1], FOLDER)
    states, found, ended = [names(1, 2, 3), names(2, 3, 4, 5)], list[set[str]](), threading.Event()

    def ask(coverage: Coverage) -> None:
        while not ended.is_set():
            found.append(quoted(coverage))

    with Coverage.open(home, encoder=FakeEncoder()) as other:
        threads = [threading.Thread(target=ask, args=(each,)) for each in (harbour, harbour, other)]
        for each in threads:
            each.start()
        try:
            for number in range(10):
                restore(home, files[number % 2])
                assert quoted(harbour) == states[number % 2]
        finally:
            ended.set()
            for each in threads:
                each.join()
    strange = [sorted(each) for each in found if each not in states]
    assert strange == []
    assert {frozenset(each) for each in found} == {frozenset(each) for each in states}


class Interrupted(Store):
    """A store in which something happens once, before it next tells its generation."""

    meanwhile: Callable[[], object] | None = None

    def generation(self) -> int:
        """The number of the last committed change, after what happens meanwhile."""
        happening, self.meanwhile = self.meanwhile, None
        if happening:
            happening()
        return super().generation()


@pytest.mark.parametrize("wait", [True, False])
def test_indexes_do_not_follow_two_databases(
    harbour: Coverage, home: Path, tmp_path: Path, *, wait: bool
) -> None:
    """What is restored while the indexes are brought up to date is followed from its beginning."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    harbour.remove(["harbour-1"])
    store = Interrupted(harbour.database)
    engines = Engines(home, store)
    dense, _ = engines.current(wait=True)
    there = set(dense.numbers())
    add(harbour, tmp_path / "more", 4, 5)
    store.meanwhile = lambda: restore(home, tmp_path / "a.backup")
    dense, lexical = engines.current(wait=wait)
    with closing(opened(home / DATABASE)) as database:
        numbers = {number for (number,) in database.execute("SELECT number FROM passages")}
    assert set(dense.numbers()) == numbers != there
    assert dense.generation == lexical.generation == harbour.generation()


def test_no_number_is_given_twice(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """What comes after a restore is not taken for a passage that the backup tells as removed."""
    add(harbour, tmp_path / "more", 4, 5)
    harbour.remove(["harbour-4", "harbour-5"])
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    with Coverage.open(tmp_path / "other", encoder=FakeEncoder()) as other:
        restore(tmp_path / "other", tmp_path / "a.backup")
        assert quoted(other) == names(1, 2, 3)
        add(other, tmp_path / "more", 4, 5)
        assert quoted(other) == names(1, 2, 3, 4, 5)
        other.remove(["harbour-4"])
        assert quoted(other) == names(1, 2, 3, 5)
    with closing(opened(tmp_path / "other" / DATABASE)) as database:
        reused = "SELECT count(*) FROM passages WHERE number IN (SELECT number FROM removals)"
        assert database.execute(reused).fetchall() == [(0,)]
    del home


def test_another_process_notices(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """What another program restores is answered from here at once."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    add(harbour, tmp_path / "more", 4)
    command = [sys.executable, "-c", RESTORING, str(home), str(tmp_path / "a.backup")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    assert quoted(harbour) == names(1, 2, 3)
    add(harbour, tmp_path / "more", 5)
    assert quoted(harbour) == names(1, 2, 3, 5)


def test_what_is_under_way_stays_as_it_is(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """Of the updates that a bot has taken those of now stay; what a backup had open is not begun again."""
    table = "CREATE TABLE updates (number INTEGER PRIMARY KEY, person INTEGER, body TEXT)"
    with closing(opened(home / DATABASE)) as database:
        database.execute(table)
        database.execute("INSERT INTO updates VALUES (1, 7, 'open then')")
        harbour.back_up(tmp_path / "a.backup", FOLDER)
        database.execute("UPDATE updates SET body = NULL, person = NULL")
        database.execute("INSERT INTO updates VALUES (2, 7, 'open now')")
        restore(home, tmp_path / "a.backup")
        rows = database.execute("SELECT * FROM updates ORDER BY number").fetchall()
    assert rows == [(1, None, None), (2, 7, "open now")]
    restore(tmp_path / "other", tmp_path / "a.backup")
    with closing(opened(tmp_path / "other" / DATABASE)) as database:
        assert database.execute("SELECT * FROM updates").fetchall() == [(1, None, None)]


def test_what_was_taken_before_is_known(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """A bot that begins anew and is then restored knows again what the one before it had taken."""
    table = "CREATE TABLE updates (number INTEGER PRIMARY KEY, person INTEGER, body TEXT)"
    with closing(opened(home / DATABASE)) as database:
        database.execute(table)
        database.execute("INSERT INTO updates VALUES (1, NULL, NULL)")
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    with Coverage.open(tmp_path / "other", encoder=FakeEncoder()):
        pass
    with closing(opened(tmp_path / "other" / DATABASE)) as database:
        database.execute(table)
        database.execute("INSERT INTO updates VALUES (2, 7, 'open now')")
        restore(tmp_path / "other", tmp_path / "a.backup")
        rows = database.execute("SELECT * FROM updates ORDER BY number").fetchall()
    assert rows == [(1, None, None), (2, 7, "open now")]


def test_half_a_received_file_is_not_taken_for_a_whole_one(
    harbour: Coverage, home: Path, tmp_path: Path
) -> None:
    """What a kill has left of a file that was being restored is written over."""
    (home / FOLDER).mkdir()
    (home / FOLDER / "note.txt").write_bytes(b"ice " * 100)
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    (tmp_path / "other" / FOLDER).mkdir(parents=True)
    (tmp_path / "other" / FOLDER / ".restored.part").write_bytes(b"ic")
    restore(tmp_path / "other", tmp_path / "a.backup")
    assert [each.name for each in (tmp_path / "other" / FOLDER).iterdir()] == ["note.txt"]
    assert (tmp_path / "other" / FOLDER / "note.txt").read_bytes() == b"ice " * 100


def test_database_at_a_url_of_a_file(tmp_path: Path) -> None:
    """One that stands elsewhere is restored there, and its safety copy stands beside it."""
    home, place = tmp_path / "home", tmp_path / "disk" / "news.db"
    place.parent.mkdir()
    url = f"sqlite:///{place}"
    with Coverage.open(home, database_url=url, encoder=FakeEncoder()) as coverage:
        coverage.index([str(write_articles(tmp_path / "news", 3))])
        coverage.back_up(tmp_path / "a.backup", FOLDER)
        coverage.remove(["harbour-1"])
        done = restore(home, tmp_path / "a.backup", database_url=url)
        assert quoted(coverage) == names(1, 2, 3)
    assert done.before is not None
    assert done.before.parent == place.parent
    assert not (home / DATABASE).exists()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://me:secret@db.example/news", "postgresql://me:secret@db:x/y"]
)
def test_database_of_a_server_is_refused(tmp_path: Path, url: str) -> None:
    """A server's database is not restored by us, and nothing of the URL is repeated."""
    with pytest.raises(StoreError, match="DATELINE_DATABASE_URL") as caught:
        restore(tmp_path / "home", tmp_path / "a.backup", database_url=url)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "home").exists()


def damaged(whole: Path, kind: str) -> None:
    """Damage a file in one of several ways."""
    content = bytearray(whole.read_bytes())
    if kind == "empty":
        content = bytearray()
    elif kind == "half":
        del content[len(content) // 2 :]
    elif kind == "a page of noise":
        content[4096:8192] = os.urandom(4096)
    elif kind == "no database":
        content = bytearray(b"once upon a time " * 1_000)
    whole.write_bytes(content)


@pytest.mark.parametrize("kind", ["empty", "half", "a page of noise", "no database", "missing", "another's"])
def test_what_is_no_whole_backup_changes_nothing(
    harbour: Coverage, home: Path, tmp_path: Path, kind: str
) -> None:
    """A damaged file, or one that is something else, is refused in one line, and the coverage stays."""
    file = tmp_path / "a.backup"
    if kind == "another's":
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE songs (title TEXT)")
    elif kind != "missing":
        harbour.back_up(file, FOLDER)
        damaged(file, kind)
    with pytest.raises(StoreError, match=r"a\.backup' is no whole backup .*nothing was changed"):
        restore(home, file)
    assert quoted(harbour) == names(1, 2, 3)
    assert not list(home.glob("*.partial*"))
    assert not list(home.glob("*.backup"))


def test_backup_of_a_newer_version_is_refused(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """What a newer Dateline has written is not guessed at, and not touched."""
    file = tmp_path / "a.backup"
    harbour.back_up(file, FOLDER)
    with closing(opened(file)) as copy:
        copy.execute("UPDATE coverage SET schema = 99")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(StoreError, match="has schema 99, and this Dateline knows"):
        restore(home, file)
    assert quoted(harbour) == names(1, 2, 3)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("damage", ["half", "a page of noise", "no database", "empty"])
def test_damaged_database_is_replaced_and_kept(tmp_path: Path, home: Path, damage: str) -> None:
    """Where the database itself is damaged a backup takes its place, and every byte of it is kept beside."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([str(write_articles(tmp_path / "news", 3))])
        coverage.back_up(tmp_path / "a.backup", FOLDER)
    damaged(home / DATABASE, damage)
    broken = (home / DATABASE).read_bytes()
    done = restore(home, tmp_path / "a.backup")
    assert done.before is not None
    if damage != "empty":
        assert done.before.read_bytes() == broken
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        assert quoted(coverage) == names(1, 2, 3)


HOLDING = """
import sys
from pathlib import Path
from index.database import Database
database = Database.open(Path(sys.argv[1]))
with database.transaction():
    pass
print("open", flush=True)
sys.stdin.read()
"""


def test_damaged_database_in_use_is_not_replaced(tmp_path: Path, home: Path) -> None:
    """A program that had it open would go on with what has no name any more: it is to be stopped first."""
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        coverage.index([str(write_articles(tmp_path / "news", 3))])
        coverage.back_up(tmp_path / "a.backup", FOLDER)
    command = [sys.executable, "-c", HOLDING, str(home / DATABASE)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline()
        with (home / DATABASE).open("r+b") as file:
            file.seek(4096)
            file.write(os.urandom(40_000))
        broken = (home / DATABASE).read_bytes()
        with pytest.raises(StoreError, match=r"is damaged, or .* and a program has it open; stop what runs"):
            restore(home, tmp_path / "a.backup")
        assert (home / DATABASE).read_bytes() == broken
        holder.kill()
    assert restore(home, tmp_path / "a.backup").is_another
    with Coverage.open(home, encoder=FakeEncoder()) as coverage:
        assert quoted(coverage) == names(1, 2, 3)


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/evil.txt", "received/../../evil.txt", "received/", "a", ""]
)
def test_backup_writes_nowhere_else(harbour: Coverage, tmp_path: Path, name: str) -> None:
    """A file in a backup that somebody made, with a path for a name, is not written."""
    harbour.back_up(tmp_path / "a.backup", FOLDER)
    with closing(opened(tmp_path / "a.backup")) as copy:
        copy.execute(f"INSERT INTO {FILES_TABLE} VALUES (?, ?)", (name, b"evil"))  # noqa: S608 - our own
    before = {path for path in tmp_path.rglob("*") if b"evil" in path.name.encode()}
    restore(tmp_path / "other", tmp_path / "a.backup")
    assert {path for path in tmp_path.rglob("*") if b"evil" in path.name.encode()} == before
    assert sorted(each.name for each in (tmp_path / "other").iterdir()) == [DATABASE, "opening.lock"]


def test_killed_restore_leaves_the_old_or_the_new(harbour: Coverage, home: Path, tmp_path: Path) -> None:
    """However a restore is killed, what is answered is all of the one or all of the other."""
    seed = random.SystemRandom().randrange(10**6)
    moments = random.Random(seed)  # noqa: S311 - no secret
    files = {}
    for numbers in ((1, 2, 3), (1, 2, 3, 4, 5)):
        add(harbour, tmp_path / "more", *numbers)
        files[frozenset(names(*numbers))] = tmp_path / f"{len(numbers)}.backup"
        harbour.back_up(tmp_path / f"{len(numbers)}.backup", FOLDER)
    now, whole = frozenset(quoted(harbour)), 0.0
    # The first is not killed, and tells how long it takes.
    for share in (None, *(moments.uniform(0, 1.2) for _ in range(KILLS))):
        wanted, file = next((articles, file) for articles, file in files.items() if articles != now)
        command = [sys.executable, "-c", RESTORING, str(home), str(file)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            begun = time.monotonic()
            if share is not None:
                time.sleep(share * whole)
                process.send_signal(signal.SIGKILL)
            process.wait()
            whole = whole or time.monotonic() - begun
        found = frozenset(quoted(harbour))
        assert found in {now, wanted}, f"seed {seed}"
        assert share is not None or found == wanted
        now = found
    restore(home, files[now])
    assert not list(home.rglob("*part*")), f"seed {seed}"


def test_back_up_of_nothing_says_so(tmp_path: Path) -> None:
    """Where there is no database, there is no backup either."""
    with pytest.raises(StoreError, match="cannot be written"):
        back_up(tmp_path / "none.db", tmp_path / "a.backup")
    assert not list(tmp_path.iterdir())
