from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiang.foundation.ground.errors import Refused
from xiang.hub.quality.engine import scoring
from xiang.hub.quality.engine.indicators import INDICATORS
from xiang.hub.quality.engine.scoring import Tally

CUTOFFS = scoring.default_terms().cutoffs
TALLIES = st.lists(
    st.tuples(st.sampled_from(sorted(INDICATORS)), st.floats(0.1, 9), st.integers(0, 500), st.integers(0, 500)).map(
        lambda t: Tally(t[0], t[1], t[2] + t[3], t[3])
    ),
    max_size=12,
)


@settings(deadline=None)
@given(TALLIES)
def test_scores_lie_between_the_worst_and_the_best_rule(tallies: list[Tally]):
    found = scoring.score(tallies, {}, CUTOFFS)
    ratios = [100 * tally.ratio for tally in tallies if tally.assessed]
    if not ratios:
        assert (found.total, found.grade) == (None, "")
        return
    assert found.total is not None
    assert min(ratios) - 1e-9 <= found.total <= max(ratios) + 1e-9


def test_weights_count_within_an_indicator_and_between_dimensions():
    tallies = [
        Tally("accuracy.format", 3, 100, 0),
        Tally("accuracy.format", 1, 100, 100),
        Tally("completeness.element", 1, 10, 5),
    ]
    found = scoring.score(tallies, {"accuracy": 3, "completeness": 1}, CUTOFFS)
    assert {part.key: part.score for part in found.indicators} == {"accuracy.format": 75, "completeness.element": 50}
    assert found.total == pytest.approx((75 * 3 + 50) / 4)


def test_a_rule_that_looked_at_nothing_does_not_count():
    assert (
        scoring.score([Tally("accuracy.format", 1, 0, 0), Tally("accuracy.content", 1, 4, 1)], {}, CUTOFFS).total == 75
    )


@pytest.mark.parametrize(
    ("total", "grade"),
    [(100, "优"), (95, "优"), (94.9999, "良"), (90, "良"), (80, "中"), (60, "合格"), (59.99, "不合格"), (0, "不合格")],
)
def test_five_grades_and_nothing_is_rounded_up(total: float, grade: str):
    assert scoring.grade(total, CUTOFFS) == grade


@pytest.mark.parametrize(
    ("grades", "weights"),
    [
        (["优=95"], ["准确性=1"]),  # nothing for a score below 95
        (["优", "差=0"], ["准确性=1"]),
        (["优=950", "差=0"], ["准确性=1"]),
        (["优=95", "差=0"], ["美观性=1"]),
        (["优=95", "差=0"], ["准确性=0"]),
        ([], []),
    ],
)
def test_terms_that_do_not_hold_together_are_refused(grades: list[str], weights: list[str]):
    with pytest.raises(Refused) as caught:
        scoring.terms(grades, weights, confirmed=True)
    assert caught.value.code == "quality_terms"


def test_every_kind_has_an_indicator_of_the_standard():
    from xiang.hub.quality.engine.indicators import BY_KIND, DIMENSIONS, KINDS, dimension_of
    from xiang.hub.quality.engine.schema import KIND_PARAMETERS

    assert set(BY_KIND) == set(KINDS) == set(KIND_PARAMETERS)
    assert {dimension_of(indicator) for indicator in INDICATORS} == set(DIMENSIONS)
    assert set(BY_KIND.values()) <= set(INDICATORS)
