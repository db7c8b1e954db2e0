from __future__ import annotations

import threading
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from index.seen import Seen

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@settings(deadline=None)
@given(st.lists(st.tuples(letters, letters)))
def test_each_id_is_known_by_what_was_noted_last(noted: list[tuple[str, str]]) -> None:
    """Like a dictionary that tells what it held before."""
    known: dict[str, str] = {}
    with closing(Seen()) as seen:
        for article_id, digest in noted:
            assert seen.before(article_id, digest) == known.get(article_id)
            known[article_id] = digest


def test_each_run_has_seen_only_its_own() -> None:
    """Two runs of one program know nothing of each other."""
    with closing(Seen()) as one, closing(Seen()) as other:
        assert one.before("a", "1") is None
        assert other.before("a", "1") is None
        assert one.before("a", "2") == "1"


def test_another_thread_may_go_on() -> None:
    """Who makes a run need not be who reads."""
    with closing(Seen()) as seen:
        seen.before("a", "1")
        told: list[str | None] = []
        thread = threading.Thread(target=lambda: told.append(seen.before("a", "2")))
        thread.start()
        thread.join()
        assert told == ["1"]


def test_very_many_are_remembered() -> None:
    """More than fit in the database's own memory."""
    with closing(Seen()) as seen:
        for at in range(20_000):
            assert seen.before(f"{at:0100}", "x") is None
        assert all(seen.before(f"{at:0100}", "x") == "x" for at in range(0, 20_000, 997))
