from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from index.errors import StoreError
from index.together import Together

if TYPE_CHECKING:
    from collections.abc import Sequence


class Doubling:
    """Doubles numbers, once it may; remembers each batch that it was asked for. A negative number fails."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may = threading.Event()
        self.may.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        """Twice each of the numbers."""
        self.batches.append(list(numbers))
        assert self.may.wait(20)
        if min(numbers) < 0:
            raise ValueError(f"{min(numbers)} is negative")
        return [2 * number for number in numbers]


def wait_until_waiting(together: Together[int, int], count: int) -> None:
    """Until so many wait, among them those who are being worked for."""
    until = time.monotonic() + 20
    while len(together._waiting) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_one_alone_is_worked_for_alone() -> None:
    """Nobody waits for company."""
    work = Doubling()
    together = Together(work, 4)
    assert [together.find(number) for number in (1, 2, 3)] == [2, 4, 6]
    assert work.batches == [[1], [2], [3]]


def test_who_waits_at_once_shares_a_batch() -> None:
    """While the first is worked for the others come, and are done in order, so many at once at most."""
    work = Doubling()
    together = Together(work, 4)
    work.may.clear()
    with ThreadPoolExecutor(10) as pool:
        asked = [pool.submit(together.find, 0)]
        wait_until_waiting(together, 1)
        for number in range(1, 10):
            asked.append(pool.submit(together.find, number))
            wait_until_waiting(together, number + 1)
        work.may.set()
        assert [each.result(20) for each in asked] == [2 * number for number in range(10)]
    assert work.batches == [[0], [1, 2, 3, 4], [5, 6, 7, 8], [9]]
    assert together._waiting == []


def test_what_fails_is_told_to_each_who_asked_for_it() -> None:
    """Whoever has the turn gets the error; the others take turns of their own, and are not left waiting."""
    work = Doubling()
    together = Together(work, 8)
    work.may.clear()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(together.find, 0)]
        wait_until_waiting(together, 1)
        for count, number in enumerate((-1, -1, -1), start=2):
            asked.append(pool.submit(together.find, number))
            wait_until_waiting(together, count)
        work.may.set()
        assert asked[0].result(20) == 0
        for each in asked[1:]:
            with pytest.raises(ValueError, match="-1 is negative"):
                each.result(20)
    assert [len(batch) for batch in work.batches] == [1, 3, 2, 1]
    assert together.find(5) == 10


def test_what_a_database_refuses_all_of_a_batch_hear_at_once() -> None:
    """A DatelineError is about none of them by itself: nobody tries the same again for the others."""
    batches, may, refuses = list[int](), threading.Event(), True

    def work(asked: Sequence[int]) -> list[int]:
        batches.append(len(asked))
        assert may.wait(20)
        if refuses:
            raise StoreError("the database is locked")
        return list(asked)

    together = Together(work, 8)
    with ThreadPoolExecutor(5) as pool:
        asked = [pool.submit(together.find, number) for number in range(5)]
        wait_until_waiting(together, 5)
        may.set()
        for each in asked:
            with pytest.raises(StoreError, match="locked"):
                each.result(20)
    assert len(batches) <= 2
    assert sum(batches) == 5
    refuses = False
    assert together.find(6) == 6
    assert together._waiting == []


def test_many_threads_get_each_its_own() -> None:
    """However they meet, nobody gets another's."""
    together = Together(Doubling(), 3)
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(together.find, range(2000))) == [2 * number for number in range(2000)]
