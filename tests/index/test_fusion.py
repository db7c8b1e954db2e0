from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.engines.fusion import Fused, fuse

DEPTH = 100
cosines = st.dictionaries(
    st.integers(1, 30), st.floats(-1, 1).map(lambda score: round(score, 3)), max_size=20
)
weights = st.dictionaries(
    st.integers(1, 30), st.floats(0.5, 9).map(lambda score: round(score, 3)), max_size=20
)


def _sums(fused: list[Fused]) -> dict[int, float]:
    return {each.number: each.meaning + each.words for each in fused}


def test_the_scores_of_full_rankings_are_those_worked_by_hand() -> None:
    """What a full ranking does not name has its lowest score; then both are standardised and averaged."""
    # Cosines .9 .6 .3 .3: mean .525, deviation .248747. BM25 2 8 2 2: mean 3.5, deviation 2.598076.
    fused = fuse({1: 0.9, 2: 0.6, 3: 0.3}, {2: 8.0, 4: 2.0}, depth=2)
    assert [each.number for each in fused] == [2, 1, 3, 4]
    assert [(each.meaning + each.words) / 2 for each in fused] == pytest.approx(
        [1.016781, 0.465103, -0.740942, -0.740942], abs=1e-6
    )


def test_a_short_lexical_ranking_gives_the_others_zero() -> None:
    """Where fewer passages than asked for hold any of the words, the others score zero."""
    # BM25 0 8 0 2: mean 2.5, deviation 3.278719.
    fused = fuse({1: 0.9, 2: 0.6, 3: 0.3}, {2: 8.0, 4: 2.0}, depth=DEPTH)
    assert [each.number for each in fused] == [2, 1, 4, 3]
    assert [(each.meaning + each.words) / 2 for each in fused] == pytest.approx(
        [0.989498, 0.372532, -0.528516, -0.833513], abs=1e-6
    )


def test_the_only_passage_with_the_word_is_first() -> None:
    """Among a few passages the one that holds the question's word beats a slightly nearer one."""
    fused = fuse({1: 0.30, 2: 0.26, 3: 0.20, 4: 0.28}, {4: 1.1}, depth=DEPTH)
    assert fused[0][0] == 4


def test_the_older_passage_wins_a_tie() -> None:
    """Equal scores are in the order of their numbers, whichever ranking named them."""
    assert fuse({1: 1.0, 2: 0.0}, {1: 0.0, 2: 1.0}, depth=2) == [(1, 1.0, -1.0), (2, -1.0, 1.0)]


def test_scores_that_do_not_differ_tell_nothing() -> None:
    """A ranking of equals leaves the order to the other."""
    assert fuse({5: 0.8}, {}, DEPTH) == [(5, 0.0, 0.0)]
    assert fuse({1: 0.7, 2: 0.7, 3: 0.7}, {3: 4.0, 2: 2.0, 1: 1.0}, DEPTH)[0][0] == 3


def test_one_ranking_alone_keeps_its_order() -> None:
    """Where the other names nothing, nothing but the scale changes."""
    scores = {8: 0.9, 3: 0.5, 5: 0.1}
    assert [each.number for each in fuse(scores, {}, DEPTH)] == [8, 3, 5]
    assert [each.number for each in fuse({}, scores, DEPTH)] == [8, 3, 5]
    assert fuse({}, {}, DEPTH) == []


@given(cosines, weights, st.integers(1, 30))
def test_every_passage_is_ranked_once_best_first(
    dense: dict[int, float], lexical: dict[int, float], depth: int
) -> None:
    """The passages are those of both rankings, in order of score and then of number."""
    fused = fuse(dense, lexical, depth)
    assert sorted(each.number for each in fused) == sorted(dense.keys() | lexical.keys())
    assert fused == sorted(fused, key=lambda each: (-(each.meaning + each.words), each.number))


@given(cosines, weights, st.sampled_from([0.5, 2.0, 4.0]))
def test_the_scale_of_a_ranking_does_not_count(
    dense: dict[int, float], lexical: dict[int, float], scale: float
) -> None:
    """BM25 scores twice as high are fused to the same."""
    scaled = {number: scale * score for number, score in lexical.items()}
    assert _sums(fuse(dense, scaled, DEPTH)) == pytest.approx(_sums(fuse(dense, lexical, DEPTH)), abs=1e-6)


@given(cosines, weights)
def test_a_passage_that_both_prefer_is_first(dense: dict[int, float], lexical: dict[int, float]) -> None:
    """The best by meaning and by words is the best of both."""
    assert fuse(dense | {99: 2.0}, lexical | {99: 20.0}, DEPTH)[0][0] == 99
