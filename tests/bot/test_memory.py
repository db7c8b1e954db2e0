from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta, timezone
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from remembered import GROUP, NOON, at_once, make_follow, make_given, make_taken

from bot.memory.memory import Forgotten, Memory
from bot.memory.people import Person
from bot.memory.tables import SCHEMA, tables
from bot.memory.updates import Sent
from index.database import Database
from index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PERSON, OTHER = 4_503_599_627_370_495, 8
HOUR = timedelta(hours=1)
WEST = timezone(timedelta(hours=-8))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A coverage's database, without a memory."""
    with closing(Database.open(tmp_path / "a.db")):
        return tmp_path / "a.db"


@pytest.fixture
def database(place: Path) -> Iterator[Database]:
    """The same, open."""
    with closing(Database.open(place)) as opened:
        yield opened


@pytest.fixture
def memory(database: Database) -> Memory:
    """An empty memory."""
    return Memory(database)


def content(database: Database) -> dict[str, list[Any]]:
    """Every row of every table of the memory."""
    with database.transaction() as connection:
        return {name: list(connection.execute(sa.select(table))) for name, table in tables.tables.items()}


def values_of(database: Database) -> set[Any]:
    """Every value in every row of every table that the database has, whoever made the table."""
    with database.transaction() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        rows = [row for table in found.sorted_tables for row in connection.execute(sa.select(table))]
    return {value for row in rows for value in row}


def live_a_little(memory: Memory, person: int, other: int) -> None:
    """Two people ask, vote on each other's answers, follow and set something."""
    updates = memory.updates_of(42)
    for number, (asker, voter) in enumerate([(person, other), (other, person)]):
        given = make_given(person=asker)
        memory.answers.keep(given)
        memory.answers.rate(given.key, voter, True)
        memory.answers.rate(given.key, asker, False)
        follow = make_follow(person=asker)
        memory.follows.add(follow, 5)
        memory.follows.claim(follow.key, {"harbour"}, 50)
        updates.take([make_taken(number, person=asker)])
        updates.note(number, 0, Sent(5, 1_700_000_000))
        memory.people.change(asker, language="uk")


def test_a_second_memory_finds_what_the_first_wrote(memory: Memory, place: Path) -> None:
    """Nothing lives in the program only: another process on the same database sees every write at once."""
    given, follow = make_given(), make_follow()
    memory.answers.keep(given)
    memory.follows.add(follow, 5)
    memory.people.change(PERSON, nights=True)
    with closing(Database.open(place)) as opened:
        other = Memory(opened)
        assert other.answers.find(given.key) == given
        assert other.follows.all() == [follow]
        assert other.people.get(PERSON) == Person(PERSON, nights=True)
        other.answers.place(given.key, [5])
    assert memory.answers.find(given.key) == replace(given, messages=(5,))


@pytest.mark.parametrize("attempt", range(5))
def test_several_may_make_the_tables_at_once(place: Path, attempt: int) -> None:
    """Eight that open a database without a memory at the same moment all get one, the same."""
    with ExitStack() as closings:
        databases = [closings.enter_context(closing(Database.open(place))) for _ in range(8)]
        memories = at_once([partial(Memory, database) for database in databases])
        for number, memory in enumerate(memories):
            memory.people.change(number, shown=attempt + 1)
        assert [memories[0].people.get(number).shown for number in range(8)] == [attempt + 1] * 8
        assert [row.schema for row in content(databases[0])["memory"]] == [SCHEMA]


def test_opening_an_old_memory_waits_for_nobody(memory: Memory, database: Database, place: Path) -> None:
    """While a batch of articles is being written, a memory that is there already opens, and reads."""
    memory.people.change(PERSON, shown=2)
    with database.writing(), closing(Database.open(place)) as opened:
        assert Memory(opened).people.get(PERSON).shown == 2


def test_an_older_memory_is_brought_to_ours(memory: Memory, database: Database) -> None:
    """One of the first schema gets the tables that it lacks, and loses nothing."""
    live_a_little(memory, PERSON, OTHER)
    before = content(database)
    with database.transaction() as connection:
        for name in ("sends", "claims", "updates"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.execute(sa.update(tables.tables["memory"]).values(schema=1))
    Memory(database).updates_of(42).take([make_taken(1)])
    after = content(database)
    assert after | {"updates": []} == before | {"updates": [], "sends": [], "claims": []}
    assert [row.schema for row in after["memory"]] == [SCHEMA]
    assert len(after["updates"]) == 1


def test_a_newer_schema_is_refused_and_left_alone(memory: Memory, database: Database) -> None:
    """A memory that a newer Dateline has written is not touched, and the error says which is which."""
    live_a_little(memory, PERSON, OTHER)
    schema = SCHEMA + 1
    with database.transaction() as connection:
        connection.execute(sa.update(tables.tables["memory"]).values(schema=schema))
    before = content(database)
    with pytest.raises(StoreError, match=f"schema {schema}, and this Dateline knows {SCHEMA}"):
        Memory(database)
    assert content(database) == before


def test_the_memory_leaves_the_coverages_own_tables_alone(database: Database) -> None:
    """The tables of the two have no name in common."""
    with database.transaction() as connection:
        before = set(sa.inspect(connection).get_table_names())
    Memory(database)
    with database.transaction() as connection:
        after = set(sa.inspect(connection).get_table_names())
    assert after - before == set(tables.tables)


def test_forgetting_says_what_it_deleted(memory: Memory) -> None:
    """It counts the person's answers, votes and follows, and tells whether they had settings."""
    live_a_little(memory, PERSON, OTHER)
    assert memory.forget(PERSON) == Forgotten(answers=1, votes=2, follows=1, settings=True)
    assert memory.forget(PERSON) == Forgotten(answers=0, votes=0, follows=0, settings=False)


def test_nothing_names_a_person_who_was_forgotten(memory: Memory, database: Database) -> None:
    """Their number stands in no column of any table, not even as that of their private chat."""
    live_a_little(memory, PERSON, OTHER)
    memory.answers.keep(make_given(person=0, chat=PERSON))
    memory.answers.keep(make_given(person=PERSON, chat=PERSON))
    memory.follows.add(make_follow("Who spoke?", person=PERSON, chat=PERSON), 5)
    memory.follows.add(make_follow(person=0, chat=PERSON), 5)
    assert PERSON in values_of(database)
    memory.forget(PERSON)
    assert PERSON not in values_of(database)


def test_forgetting_one_person_leaves_the_others(memory: Memory, database: Database) -> None:
    """Another's answers, votes on them, follows and settings are what they would be without the first."""
    live_a_little(memory, PERSON, OTHER)
    memory.forget(PERSON)
    rows = content(database)
    numbers = {name: len(each) for name, each in rows.items()}
    # Of the first one's update the number stays, so that it is not taken again.
    assert numbers == dict.fromkeys(rows, 1) | {"updates": 2, "sends": 1}
    assert [(row.number, row.body is None) for row in rows["updates"]] == [(0, True), (1, False)]
    assert rows["votes"][0].person == rows["people"][0].id == OTHER
    assert memory.follows.told(memory.follows.of(OTHER)[0].key) == {"harbour"}


def test_forgetting_is_whole_or_nothing(memory: Memory, database: Database) -> None:
    """Where the last step fails, the first has not happened either."""
    live_a_little(memory, PERSON, OTHER)
    before = content(database)
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE guests (id BIGINT REFERENCES people(id))")
        connection.execute(sa.insert(sa.table("guests", sa.column("id"))).values(id=PERSON))
    with pytest.raises(StoreError):
        memory.forget(PERSON)
    assert content(database) == before


def test_old_answers_go_with_their_votes(memory: Memory, database: Database) -> None:
    """What was asked before the moment goes; what was asked at it, follows and settings stay."""
    old, new = make_given(asked=NOON - HOUR), make_given(asked=NOON)
    for given in (old, new):
        memory.answers.keep(given)
        memory.answers.rate(given.key, OTHER, True)
    follow = make_follow(begun=NOON - HOUR)
    memory.follows.add(follow, 5)
    memory.people.change(PERSON, shown=2)
    assert memory.expire(NOON) == 1
    assert memory.answers.find(old.key) is None
    assert memory.answers.find(new.key) == new
    assert [row.key for row in content(database)["votes"]] == [new.key]
    assert memory.follows.all() == [follow]
    assert memory.people.get(PERSON).shown == 2
    assert memory.expire(NOON) == 0


def test_expiry_minds_the_zone_of_the_moment(memory: Memory) -> None:
    """A moment told in another zone is the same moment."""
    memory.answers.keep(make_given(asked=NOON))
    assert memory.expire(NOON.astimezone(WEST)) == 0
    assert memory.expire((NOON + HOUR).astimezone(WEST)) == 1


def test_writers_never_find_the_database_locked(memory: Memory, place: Path) -> None:
    """Whatever two processes write at once, in many threads, nobody fails, and nothing is left half done."""
    with closing(Database.open(place)) as opened:
        other = Memory(opened)
        shared = [make_given(asked=NOON + HOUR, person=1000 + number) for number in range(3)]
        for given in shared:
            memory.answers.keep(given)
        lives = [partial(_live, each, number, shared) for number in range(8) for each in (memory, other)]
        at_once(lives)
        rows = content(opened)
    assert {row.key for row in rows["votes"]} <= {row.key for row in rows["answers"]}
    assert {row.key for row in rows["told"]} <= {row.key for row in rows["follows"]}
    assert {row.asked for row in rows["answers"]} == {NOON + HOUR}


def _live(memory: Memory, seed: int, shared: list[Any]) -> None:
    """Do everything that writes, in an order of one's own, with what others write too."""
    chance = Random(seed)  # noqa: S311 - an order, no secret
    keys = [given.key for given in shared]
    person = seed % 4
    doings: list[Callable[[], Any]] = [
        lambda: memory.answers.keep(make_given(person=person, asked=NOON - HOUR)),
        lambda: memory.answers.place(chance.choice(keys), [chance.randrange(9)]),
        lambda: memory.answers.rate(chance.choice(keys), person, chance.random() < 0.5),
        lambda: memory.people.change(person, shown=chance.randrange(1, 9)),
        lambda: memory.follows.add(make_follow(f"What of {chance.randrange(4)}?", person=person), 3),
        lambda: [memory.follows.tell(each.key, {chance.choice("abc")}) for each in memory.follows.all()],
        lambda: memory.follows.advance(chance.choice(memory.follows.all() or [make_follow()]).key, 50),
        lambda: [memory.follows.remove(each.key, person) for each in memory.follows.of(person)[:1]],
        lambda: memory.follows.move_chat(GROUP, GROUP - 1),
        lambda: memory.follows.drop_chat(GROUP - 1),
        lambda: memory.expire(NOON),
        lambda: memory.forget(person),
    ]
    for doing in chance.sample(doings, len(doings)):
        doing()
    memory.expire(NOON)


def test_words_of_who_was_forgotten_stand_in_no_file(memory: Memory, place: Path) -> None:
    """What somebody asked and followed is overwritten, not only unlinked; so is what has expired."""
    for number in range(60):
        length = 40 * (number * 7 % 61)
        person = PERSON if number % 3 else OTHER
        question = f"{'Zyx' if person == PERSON else 'Old'}quibble {number} {'?' * length}"
        memory.answers.keep(make_given(person=person, question=question))
        memory.answers.place(make_given().key, range(number))
    memory.follows.add(make_follow("When does Zyxquibble open?", person=PERSON), 5)
    memory.forget(PERSON)
    assert files_with(place, b"Zyx") == []
    assert files_with(place, b"Oldquibble") != []
    memory.expire(NOON + HOUR)
    assert files_with(place, b"Oldquibble") == []


def files_with(place: Path, words: bytes) -> list[str]:
    """The names of the database's files in which words stand."""
    return [path.name for path in place.parent.glob(f"{place.name}*") if words in path.read_bytes()]


def test_what_is_forgotten_leaves_the_log_once_it_can(
    memory: Memory, database: Database, place: Path
) -> None:
    """While somebody else reads, the log cannot be emptied; it is tried until they are done."""
    memory.answers.keep(make_given(person=PERSON, question="Where is the xylophone?"))
    with closing(sqlite3.connect(place, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM answers").fetchone()
        assert not database.settle()
        threading.Timer(1.0, other.execute, ["COMMIT"]).start()
        memory.forget(PERSON)
    for file in place.parent.iterdir():
        assert b"xylophone" not in file.read_bytes()
