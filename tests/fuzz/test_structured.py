"""Documents, articles, questions and updates put together from pieces, in ways that nobody thought of."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

import pytest
from structured import structured

TRIED = structured(Path(mkdtemp(prefix="dateline-structured-")))


@pytest.mark.parametrize("name", sorted(TRIED))
def test_it_holds_for_whatever_is_made(name: str) -> None:
    """No document, article, question or update that can be put together breaks the promise."""
    TRIED[name]()
