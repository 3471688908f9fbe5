"""Enforcement plans: a policy reduced to what decides, and its versioned JSON.

This is what the gateway reads. Everything that could be settled beforehand is: purposes, items and assignees are sets, the
period is two instants, a quota is a number; what remains are ``conditions`` on the request and the clock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from xiang.hub.policies import literals, rows
from xiang.hub.policies.masking import KINDS, Mask
from xiang.hub.policies.model import Condition, Constraint, LogicalConstraint
from xiang.hub.policies.rows import Filter
from xiang.hub.policies.vocabulary import LEFT_OPERANDS, LOGIC

VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class PlanError(ValueError):
    """A document that is no plan of a version known here. ``code`` is ``plan_version`` or ``plan_form``."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(f"{code}: {told}")
        self.code = code


def micros(instant: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z."""
    return (instant - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``times`` executions in each window of so many ``seconds``."""

    times: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Note:
    """A duty that does not decide but is told to whoever enforces: an obligation that follows, or a remedy. ``within`` are
    the seconds in which it is to be done, counted from its cause."""

    uid: str
    action: str
    kind: str
    within: int | None = None


@dataclass(frozen=True, slots=True)
class PlanRule:
    """One permission, or prohibition (``forbids``). None in ``columns``, ``purposes`` or ``items`` is "any". The period is
    half open, ``begins`` ≤ now < ``ends``, in microseconds. ``before`` are duties to be fulfilled first."""

    uid: str
    actions: tuple[str, ...]
    target: str
    assignees: tuple[str, ...] = ("*",)
    forbids: bool = False
    columns: frozenset[str] | None = None
    masks: tuple[tuple[str, Mask], ...] = ()
    rows: Filter | None = None
    purposes: frozenset[str] | None = None
    items: frozenset[str] | None = None
    begins: int | None = None
    ends: int | None = None
    quota: int | None = None
    rate: Rate | None = None
    conditions: tuple[Condition, ...] = ()
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The enforcement plan of one policy. ``digest`` names the policy's content that it was compiled from."""

    uid: str
    rules: tuple[PlanRule, ...]
    conflict: str = ""
    title: str = ""
    basis: str = ""
    digest: str = ""
    notes: tuple[Note, ...] = ()
    revoked: bool = False


def dumps(plan: Plan) -> str:
    """The plan as JSON, the same bytes for the same plan."""
    return json.dumps(to_json(plan), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def loads(text: str | bytes) -> Plan:
    """The plan of a JSON text; :class:`PlanError` when it is none, or of another version."""
    try:
        return of_json(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as wrong:
        if isinstance(wrong, PlanError):
            raise
        raise PlanError("plan_form", f"{type(wrong).__name__}: {wrong}") from wrong


def to_json(plan: Plan) -> dict[str, Any]:
    return {
        "version": VERSION,
        "uid": plan.uid,
        "digest": plan.digest,
        "conflict": plan.conflict,
        "title": plan.title,
        "basis": plan.basis,
        "revoked": plan.revoked,
        "rules": [_rule_json(rule) for rule in plan.rules],
        "notes": [{"uid": n.uid, "action": n.action, "kind": n.kind, "within": n.within} for n in plan.notes],
    }


def of_json(document: dict[str, Any]) -> Plan:
    if document["version"] != VERSION:
        raise PlanError("plan_version", f"{document['version']!r} is not version {VERSION}")
    kept = {key: document[key] for key in ("uid", "digest", "conflict", "title", "basis", "revoked")}
    rules = tuple(_rule(each) for each in document["rules"])
    return Plan(rules=rules, notes=tuple(Note(**each) for each in document["notes"]), **kept)


def _rule_json(rule: PlanRule) -> dict[str, Any]:
    return {
        "uid": rule.uid,
        "forbids": rule.forbids,
        "actions": list(rule.actions),
        "target": rule.target,
        "assignees": list(rule.assignees),
        "columns": _sorted(rule.columns),
        "masks": {column: [mask.kind, mask.keep_first, mask.keep_last] for column, mask in rule.masks},
        "rows": None if rule.rows is None else rows.to_json(rule.rows),
        "purposes": _sorted(rule.purposes),
        "items": _sorted(rule.items),
        "begins": rule.begins,
        "ends": rule.ends,
        "quota": rule.quota,
        "rate": None if rule.rate is None else [rule.rate.times, rule.rate.seconds],
        "conditions": [_condition_json(one) for one in rule.conditions],
        "before": list(rule.before),
    }


def _rule(document: dict[str, Any]) -> PlanRule:
    kept: dict[str, Any] = {key: document[key] for key in ("uid", "forbids", "target", "begins", "ends", "quota")}
    kept |= {key: _set(document[key]) for key in ("columns", "purposes", "items")}
    kept |= {key: tuple(document[key]) for key in ("actions", "assignees", "before")}
    return PlanRule(
        masks=tuple((column, _mask(*said)) for column, said in sorted(document["masks"].items())),
        rows=None if document["rows"] is None else rows.of_json(document["rows"]),
        rate=None if document["rate"] is None else Rate(*document["rate"]),
        conditions=tuple(_condition(one) for one in document["conditions"]),
        **kept,
    )


def _mask(kind: str, first: int, last: int) -> Mask:
    if kind not in KINDS:
        raise PlanError("plan_form", f"no such mask: {kind!r}")
    return Mask(kind, first, last)


def _sorted(names: frozenset[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _set(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _condition_json(one: Condition) -> dict[str, Any]:
    if isinstance(one, LogicalConstraint):
        return {one.operand: [_condition_json(part) for part in one.parts]}
    return {"left": one.left, one.operator: [literals.to_json(value) for value in one.right]}


def _condition(document: dict[str, Any]) -> Condition:
    left = document.get("left")
    key, parts = next((key, value) for key, value in document.items() if key != "left")
    if left is None and key in LOGIC:
        return LogicalConstraint(key, tuple(_condition(part) for part in parts))
    if left is None or key not in LEFT_OPERANDS.get(left, ()):
        raise PlanError("plan_form", f"no such condition: {document!r}")
    return Constraint(left, key, tuple(literals.of_json(value) for value in parts))
