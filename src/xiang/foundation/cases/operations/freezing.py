"""Keeping rules with a case: one row for all the cases that were opened under the same."""

from __future__ import annotations

from collections.abc import Mapping

from xiang.foundation.cases.models import CaseRules
from xiang.foundation.ground.compiled import Compiled
from xiang.foundation.ledger import canonical
from xiang.foundation.statutes.rules import RuleRow
from xiang.foundation.trust import digest

_there = Compiled(lambda key: CaseRules.objects.filter(digest=key))


def freeze(rules: Mapping[str, RuleRow]) -> CaseRules:
    """The row of these rules by slot, made when they are the first of their kind; in the caller's transaction."""
    content = {slot: rule.to_json() for slot, rule in rules.items()}
    key = digest.sm3(canonical.encode(content)).hex()
    # Asked first: whoever inserts what somebody else is just inserting waits for them.
    for row in _there(key):
        return row
    CaseRules.objects.bulk_create([CaseRules(digest=key, content=content)], ignore_conflicts=True)
    return CaseRules.objects.get(digest=key)
