from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from remembered import at_once

from bot.memory.memory import Memory
from bot.memory.people import Person
from index.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.memory.people import People


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """An empty memory."""
    with closing(Database.open(tmp_path / "a.db")) as database:
        yield Memory(database)


@pytest.fixture
def people(memory: Memory) -> People:
    """Its settings."""
    return memory.people


def test_who_has_set_nothing_has_what_goes_for_everybody(people: People) -> None:
    """Asking about a person keeps nothing about them."""
    assert people.get(7) == Person(7, language=None, shown=None, nights=False)


def test_what_is_not_changed_stays(people: People) -> None:
    """Settings change one by one or together, and only those named."""
    assert people.change(7, language="uk") == Person(7, "uk")
    assert people.change(7, shown=2, nights=True) == Person(7, "uk", 2, nights=True)
    assert people.change(7, language=None) == Person(7, None, 2, nights=True)
    assert people.get(7) == Person(7, None, 2, nights=True)
    assert people.get(8) == Person(8)


def test_settings_that_are_everybodys_are_not_kept(memory: Memory) -> None:
    """Who has set all back has set nothing, and there is nothing to forget."""
    memory.people.change(7, shown=2)
    memory.people.change(7, shown=None)
    assert not memory.forget(7).settings


def test_a_setting_that_does_not_exist_is_refused(people: People) -> None:
    """A mistaken name is an error and changes nothing."""
    people.change(7, shown=2)
    with pytest.raises(TypeError, match="colour"):
        people.change(7, shown=3, colour="red")
    assert people.get(7).shown == 2


@pytest.mark.parametrize("language", ["\ud83d", "\0", "", "zh-hant'; --"])
def test_a_language_may_be_any_text(people: People, language: str) -> None:
    """What a client calls its language comes back as it was."""
    people.change(7, language=language)
    assert people.get(7).language == language


def test_changes_at_once_are_all_kept(people: People) -> None:
    """Of three settings changed at the same moment by three processes, none undoes another."""
    for _ in range(10):
        people.change(7, language=None, shown=None, nights=False)
        each: list[dict[str, Any]] = [{"language": "uk"}, {"shown": 2}, {"nights": True}]
        at_once([partial(people.change, 7, **fields) for fields in each])
        assert people.get(7) == Person(7, "uk", 2, nights=True)
