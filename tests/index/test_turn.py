from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.turn import Turn


def test_readers_read_side_by_side() -> None:
    """Three read at the same time: each waits for the others within."""
    turn, together = Turn(), threading.Barrier(3)

    def read() -> None:
        with turn.reading():
            together.wait(20)

    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(read) for _ in range(3)]:
            each.result(20)


def test_nobody_reads_what_is_being_written() -> None:
    """Readers never see the two halves of a change differ, and of two writers none undoes the other's."""
    turn, halves, rounds = Turn(), [0, 0], 200

    def write() -> None:
        for _ in range(rounds):
            with turn.writing():
                halves[0] += 1
                time.sleep(0)
                halves[1] = halves[0]

    def read() -> None:
        for _ in range(rounds):
            with turn.reading():
                one = halves[0]
                time.sleep(0)
                assert halves == [one, one]

    with ThreadPoolExecutor(5) as pool:
        for each in [pool.submit(work) for work in (write, read, read, write, read)]:
            each.result(60)
    assert halves == [2 * rounds, 2 * rounds]


def test_who_waits_to_write_goes_before_readers_to_come() -> None:
    """Readers without end do not keep a writer out."""
    turn, order = Turn(), []

    def write() -> None:
        with turn.writing():
            order.append("written")

    def read() -> None:
        with turn.reading():
            order.append("read")

    with ThreadPoolExecutor(2) as pool:
        with turn.reading():
            writer = pool.submit(write)
            until = time.monotonic() + 20
            while not turn._written:
                assert time.monotonic() < until
                time.sleep(0.001)
            reader = pool.submit(read)
            time.sleep(0.05)
            assert order == []
        writer.result(20)
        reader.result(20)
    assert order == ["written", "read"]


def test_an_error_gives_the_turn_back() -> None:
    """What fails while reading or writing keeps nobody out."""
    turn = Turn()
    for take in (turn.reading, turn.writing):
        with pytest.raises(ValueError, match="no"), take():
            raise ValueError("no")
    with turn.writing():
        pass
    with turn.reading():
        pass
