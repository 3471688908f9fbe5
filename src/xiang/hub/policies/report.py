"""What an evaluation says: the Compliance Report Model of the ODRL community (https://w3id.org/force/compliance-report).

Every rule with its states, every premise with the values that were compared, and the decision that follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

ACTIVE, INACTIVE = "Active", "Inactive"
ATTEMPTED, NOT_ATTEMPTED = "Attempted", "NotAttempted"
PERFORMED, UNPERFORMED, UNKNOWN = "Performed", "Unperformed", "Unknown"
NON_SET, VIOLATED, FULFILLED = "NonSet", "Violated", "Fulfilled"

#: Why not, in words for the person who asked.
REASONS = {
    "": "准许",
    "offer_only": "这只是要约，双方还没有达成协议，不产生许可",
    "policy_revoked": "这份政策已经撤销",
    "policy_void": "许可与禁止相互冲突，按约定整份政策不生效",
    "prohibited": "政策禁止这样使用",
    "not_permitted": "没有一条许可覆盖这次请求",
}


@dataclass(frozen=True, slots=True)
class Premise:
    """One premise of a rule. ``kind`` is Target, Party, Action or Constraint; ``found`` and ``wanted`` were compared; ``left``
    is the left operand of a constraint."""

    kind: str
    satisfied: bool
    path: str
    found: str = ""
    operator: str = ""
    wanted: str = ""
    left: str = ""
    parts: tuple[Premise, ...] = ()

    def to_json(self) -> dict[str, Any]:
        told = {
            "@type": f"{self.kind}Report",
            "path": self.path,
            "satisfactionState": "Satisfied" if self.satisfied else "Unsatisfied",
            "leftOperand": self.left,
            "constraintLeftOperand": self.found,
            "constraintOperator": self.operator,
            "constraintRightOperand": self.wanted,
            "premiseReport": [part.to_json() for part in self.parts],
        }
        return {key: value for key, value in told.items() if value not in ("", [])}


@dataclass(frozen=True, slots=True)
class RuleReport:
    """The states of one rule; ``kind`` is Permission, Prohibition or Duty. ``conditions`` are the duties of a permission,
    the remedies of a prohibition or the consequences of a duty."""

    kind: str
    rule: str
    path: str
    activation: str
    attempt: str
    performance: str
    deontic: str
    premises: tuple[Premise, ...] = ()
    conditions: tuple[RuleReport, ...] = ()

    @property
    def active(self) -> bool:
        return self.activation == ACTIVE

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "@type": f"{self.kind}Report",
            "rule": self.rule,
            "path": self.path,
            "activationState": self.activation,
            "attemptState": self.attempt,
            "performanceState": self.performance,
            "deonticState": self.deontic,
            "premiseReport": [premise.to_json() for premise in self.premises],
            "conditionReport": [report.to_json() for report in self.conditions],
        }
        return {key: value for key, value in told.items() if value != []}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision. ``granted`` says for each data item that may be given which permissions give it; ``forbidden`` are
    items that a prohibition takes away, here and for every other policy; ``excluded`` are prohibitions that take rows away.
    A request that names no item has the one item ``""``."""

    code: str
    granted: Mapping[str, tuple[str, ...]]
    forbidden: frozenset[str] = frozenset()
    excluded: tuple[str, ...] = ()

    @property
    def permitted(self) -> bool:
        return not self.code

    def to_json(self) -> dict[str, Any]:
        return {
            "permitted": self.permitted,
            "code": self.code,
            "granted": {name: list(rules) for name, rules in sorted(self.granted.items()) if name},
            "forbidden": sorted(name for name in self.forbidden if name),
            "rowsExcludedBy": list(self.excluded),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The compliance report of one policy, request and state."""

    policy: str
    created: datetime
    rules: tuple[RuleReport, ...]
    outcome: Outcome

    @property
    def violations(self) -> tuple[RuleReport, ...]:
        return tuple(rule for rule in self.rules if rule.deontic == VIOLATED)

    def to_json(self) -> dict[str, Any]:
        return {
            "@type": "PolicyReport",
            "version": 1,
            "policy": self.policy,
            "created": self.created.isoformat(),
            "decision": self.outcome.to_json(),
            "violations": [rule.rule for rule in self.violations],
            "ruleReport": [rule.to_json() for rule in self.rules],
        }
