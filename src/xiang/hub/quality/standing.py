"""The terms of scoring in force (等级分界、维度权重): dated rows of the statutes, and the project's own where none is set."""

from __future__ import annotations

from xiang.foundation.ground import instant
from xiang.foundation.statutes import queries as statutes
from xiang.hub.quality.engine import scoring
from xiang.hub.quality.engine.scoring import Terms

GRADES, WEIGHTS = "quality.grades", "quality.weights"


def terms() -> Terms:
    """Those of today; confirmed when both rows are. ``Refused`` (``quality_terms``) says how a row is written."""
    today = instant.today()
    grades, weights = statutes.find(GRADES, today), statutes.find(WEIGHTS, today)
    if grades is None or weights is None:
        return scoring.default_terms()
    return scoring.terms(grades.value, weights.value, confirmed=grades.confirmed and weights.confirmed)
