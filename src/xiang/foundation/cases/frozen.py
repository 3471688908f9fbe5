"""The rules that cases keep as they stood when they were opened: read once a process for all the cases that share them.

What a digest says never changes, so memory needs no mark to believe it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from xiang.foundation.cases.models import Case, CaseRules
from xiang.foundation.statutes.rules import RuleRow

MOST = 5000
_known: dict[str, Mapping[str, RuleRow]] = {}


def rules_of(case: Case) -> Mapping[str, RuleRow]:
    """The rules that a case keeps, by slot; read-only."""
    return rules_under(case.kept_rules_id)


def rules_under(key: str) -> Mapping[str, RuleRow]:
    """The rules with this digest, by slot; read-only."""
    if key not in _known:
        remember((key,))
    return _known[key]


def remember(digests: Iterable[str]) -> None:
    """Bring to memory what these digests say, with one query for all that it does not hold."""
    missing = set(digests) - _known.keys()
    if not missing:
        return
    if len(_known) + len(missing) > MOST:
        _known.clear()
    for row in CaseRules.objects.filter(digest__in=missing):
        _known[row.digest] = MappingProxyType({slot: RuleRow.from_json(said) for slot, said in row.content.items()})
