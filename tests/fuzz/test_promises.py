"""What must hold for any bytes, tried with bytes that look like what people and the web send."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest
from hostile import hostile_text
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from promises import ENDINGS, beginnings, keep, promises

PROMISES = promises(Path(mkdtemp(prefix="dateline-fuzz-")))
WHOLE = list(beginnings())

hostile = st.integers(0, 10_000).map(
    lambda seed: hostile_text(Random(seed), 12).encode("utf-8", "surrogatepass")  # noqa: S311 - no secret
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A document that is whole, with parts of it cut, doubled, moved, or others put between."""
    made = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(made)))
        end = draw(st.integers(start, min(len(made), start + 60)))
        kind = draw(st.sampled_from(["cut", "double", "noise", "hostile", "other", "repeat"]))
        if kind == "cut":
            del made[start:end]
        elif kind == "double":
            made[start:start] = made[start:end]
        elif kind == "repeat":
            made[start:start] = made[start:end] * draw(st.sampled_from([20, 300]))
        elif kind == "noise":
            made[start:start] = draw(st.binary(max_size=6))
        elif kind == "hostile":
            made[start:start] = draw(hostile)
        else:
            made[start:start] = draw(st.sampled_from(WHOLE))
        del made[20_000:]
    return bytes(made)


@pytest.mark.parametrize("name", sorted(PROMISES))
def test_it_holds_for_any_bytes(name: str) -> None:
    """Nothing that a file, a message, a button, a setting or an address may hold breaks the promise."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(mutated() | hostile | st.binary(max_size=200))
    @example(b"")
    def hold(some: bytes) -> None:
        keep(PROMISES[name], some)

    hold()


@pytest.mark.parametrize("some", WHOLE, ids=range(len(WHOLE)))
def test_it_holds_for_what_is_whole(some: bytes) -> None:
    """What the fuzzing begins with breaks none of the promises."""
    for promise in PROMISES.values():
        keep(promise, some)


def test_every_reader_is_tried() -> None:
    """Each kind of file that is read has its promise."""
    assert {f"read{ending}" for ending in ENDINGS[:-1]} < set(PROMISES)
