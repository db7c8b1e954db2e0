from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engines.fusion import fuse

scores = st.dictionaries(st.integers(1, 30), st.floats(-1, 1).map(lambda score: round(score, 3)), max_size=20)


def test_the_scores_are_those_worked_by_hand() -> None:
    """Each ranking is standardised, what one does not name has its lowest, and the halves are added."""
    # Cosines .9, .6, .3: mean .6, deviation sqrt(.06) = .244949, so 1.224745, 0 and -1.224745.
    # BM25 8, 2: mean 5, deviation 3, so 1 and -1; passages 1 and 3 have -1 there, and 4 has -1.224745 here.
    fused = fuse({1: 0.9, 2: 0.6, 3: 0.3}, {2: 8.0, 4: 2.0})
    assert [number for number, _ in fused] == [2, 1, 3, 4]
    assert [score for _, score in fused] == pytest.approx([0.5, 0.112372, -1.112372, -1.112372], abs=1e-6)


def test_the_weight_moves_the_balance() -> None:
    """With all the weight on one ranking its order is the order."""
    dense, lexical = {1: 0.9, 2: 0.5}, {1: 1.0, 2: 9.0}
    assert [number for number, _ in fuse(dense, lexical, 1.0)] == [1, 2]
    assert [number for number, _ in fuse(dense, lexical, 0.0)] == [2, 1]
    assert dict(fuse(dense, lexical, 0.25)) == pytest.approx({2: 0.5, 1: -0.5})


def test_the_older_passage_wins_a_tie() -> None:
    """Equal scores are in the order of their numbers, whichever ranking named them."""
    assert [number for number, _ in fuse({9: 0.5, 4: 0.5}, {7: 2.0, 4: 2.0})] == [4, 7, 9]
    assert fuse({1: 1.0, 2: 0.0}, {1: 0.0, 2: 1.0}) == [(1, 0.0), (2, 0.0)]


def test_scores_that_do_not_differ_tell_nothing() -> None:
    """A ranking of one, or of equals, leaves the order to the other."""
    assert fuse({5: 0.8}, {}) == [(5, 0.0)]
    assert fuse({1: 0.7, 2: 0.7, 3: 0.7}, {3: 4.0, 2: 2.0, 1: 0.0})[0][0] == 3


def test_one_ranking_alone_keeps_its_order() -> None:
    """Where the other names nothing, nothing but the scale changes."""
    dense = {8: 0.9, 3: 0.5, 5: 0.1}
    assert [number for number, _ in fuse(dense, {})] == [8, 3, 5]
    assert [number for number, _ in fuse({}, dense)] == [8, 3, 5]
    assert fuse({}, {}) == []


@given(scores, scores)
def test_every_passage_is_ranked_once_best_first(dense: dict[int, float], lexical: dict[int, float]) -> None:
    """The passages are those of both rankings, in order of score and then of number."""
    fused = fuse(dense, lexical)
    assert {number for number, _ in fused} == dense.keys() | lexical.keys()
    assert len(fused) == len(dense.keys() | lexical.keys())
    assert fused == sorted(fused, key=lambda item: (-item[1], item[0]))


@given(scores, scores, st.sampled_from([0.5, 2.0, 4.0]), st.sampled_from([-1.0, 0.0, 2.0]))
def test_the_scale_of_a_ranking_does_not_count(
    dense: dict[int, float], lexical: dict[int, float], scale: float, shift: float
) -> None:
    """Scores twice as high, or higher by two, are fused to the same."""
    moved = {number: scale * score + shift for number, score in lexical.items()}
    expected = dict(fuse(dense, lexical))
    assert dict(fuse(dense, moved)) == pytest.approx(expected, abs=1e-6)


@given(scores, scores)
def test_a_passage_that_both_prefer_is_first(dense: dict[int, float], lexical: dict[int, float]) -> None:
    """The best by meaning and by words is the best of both."""
    fused = fuse(dense | {99: 2.0}, lexical | {99: 2.0})
    assert fused[0][0] == 99
