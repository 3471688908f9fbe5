"""By what the registries match, as dated parameters: nothing of it is settled by law, so none of it is a constant.

``bases.match.attach``: from this chance on two records are the same. ``bases.match.review``: from this one on a steward
looks. ``bases.match.candidates``: with so many golden records a new record is compared at most.
"""

from __future__ import annotations

from dataclasses import dataclass

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Refused
from xiang.foundation.statutes import queries as statutes
from xiang.foundation.statutes.queries import RuleMissingError

ATTACH, REVIEW, CANDIDATES = "bases.match.attach", "bases.match.review", "bases.match.candidates"


@dataclass(frozen=True, slots=True)
class Terms:
    """The parameters in force: chances between 0 and 1, and a count."""

    attach: float
    review: float
    candidates: int


def terms() -> Terms:
    """The parameters in force today. ``RuleMissingError`` without a row, ``Refused`` (``match_bounds``) when they cannot be."""
    today = instant.today()
    found = statutes.find_many((ATTACH, REVIEW, CANDIDATES), today)
    for key in (ATTACH, REVIEW, CANDIDATES):
        if key not in found:
            raise RuleMissingError(key, today)
    attach, review, candidates = (found[key].number() for key in (ATTACH, REVIEW, CANDIDATES))
    if not 0 < review <= attach < 1 or candidates < 1:
        detail = f"匹配参数不成立：应有 0 < {REVIEW} ≤ {ATTACH} < 1，{CANDIDATES} 至少为 1，请配置员改正。"
        raise Refused("match_bounds", detail)
    return Terms(float(attach), float(review), int(candidates))
