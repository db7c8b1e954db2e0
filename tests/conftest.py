"""What many tests need: a coverage with a small encoder, and articles made for the purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fakes import FakeEncoder

from index.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture
def encoder() -> FakeEncoder:
    """A fresh fake encoder, which counts what it encodes."""
    return FakeEncoder()


@pytest.fixture
def coverage(tmp_path: Path, encoder: FakeEncoder) -> Iterator[Coverage]:
    """An empty coverage in a folder of its own, with the fake encoder."""
    with Coverage.open(tmp_path / "home", encoder=encoder) as opened:
        yield opened


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coverage]:
    """The coverage that ships, indexed with the real encoder; not to be changed by a test."""
    with Coverage.open(tmp_path_factory.mktemp("shipped")) as opened:
        opened.index([str(SEEDS)])
        yield opened
