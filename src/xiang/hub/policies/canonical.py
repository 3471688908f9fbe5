"""One form for equal policies: sorted, NFC, instants in UTC. Its digest names the content that was signed and compiled."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from xiang.foundation.trust.digest import sm3
from xiang.hub.policies.document import condition_json, duty_json, policy_json, rule_json
from xiang.hub.policies.model import (
    Action,
    Asset,
    Condition,
    Constraint,
    Duty,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
    Rule,
    Value,
)

_Rule = TypeVar("_Rule", bound=Rule)


def canonical(policy: Policy) -> Policy:
    """The same policy with everything whose order means nothing in one order."""
    return replace(
        policy,
        uid=_nfc(policy.uid),
        permissions=_ordered((_permission(rule) for rule in policy.permissions), rule_json),
        prohibitions=_ordered((_prohibition(rule) for rule in policy.prohibitions), rule_json),
        obligations=_duties(policy.obligations),
        title=_nfc(policy.title),
        description=_nfc(policy.description),
        basis=tuple(sorted({_nfc(each) for each in policy.basis})),
        issued=policy.issued and policy.issued.astimezone(UTC),
    )


def digest(policy: Policy) -> str:
    """SM3 over the canonical document, in hexadecimal."""
    document = policy_json(canonical(policy))
    return sm3(json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hex()


def _permission(rule: Permission) -> Permission:
    return replace(_rule(rule), duties=_duties(rule.duties))


def _prohibition(rule: Prohibition) -> Prohibition:
    return replace(_rule(rule), remedies=_duties(rule.remedies))


def _rule(rule: _Rule) -> _Rule:
    return replace(
        rule,
        uid=_nfc(rule.uid),
        actions=tuple(sorted({_action(one) for one in rule.actions}, key=repr)),
        target=_asset(rule.target),
        assigners=_parties(rule.assigners),
        assignees=_parties(rule.assignees),
        constraints=_conditions(rule.constraints),
    )


def _duties(every: tuple[Duty, ...]) -> tuple[Duty, ...]:
    return _ordered((_duty(one) for one in every), duty_json)


def _duty(duty: Duty) -> Duty:
    return replace(
        duty,
        uid=_nfc(duty.uid),
        action=_action(duty.action),
        target=_asset(duty.target),
        assignees=_parties(duty.assignees),
        constraints=_conditions(duty.constraints),
        consequences=_duties(duty.consequences),
    )


def _action(action: Action) -> Action:
    return replace(action, refinements=_conditions(action.refinements))


def _asset(asset: Asset | None) -> Asset | None:
    if asset is None:
        return None
    columns = None if asset.columns is None else frozenset(map(_nfc, asset.columns))
    return Asset(_nfc(asset.uid), columns, _conditions(asset.rows))


def _conditions(every: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return _ordered(map(_condition, every), condition_json)


def _condition(one: Condition) -> Condition:
    if isinstance(one, LogicalConstraint):
        parts = tuple(map(_condition, one.parts))
        ordered = parts if one.operand == "andSequence" else _ordered(parts, condition_json)
        return replace(one, uid=_nfc(one.uid), parts=ordered)
    values = {_value(value) for value in one.right}
    right = tuple(sorted(values, key=lambda value: (type(value).__name__, str(value))))
    return Constraint(_nfc(one.left), one.operator, right, one.unit, _nfc(one.uid))


def _value(value: Value) -> Value:
    if isinstance(value, str):
        return _nfc(value)
    if isinstance(value, Decimal):
        return value.normalize() + 0
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _parties(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({_nfc(name) for name in names}))


_Any = TypeVar("_Any")


def _ordered(every: Iterable[_Any], form: Any) -> tuple[_Any, ...]:
    """Once each, in the order of their documents."""
    texts = {json.dumps(form(one), ensure_ascii=False, sort_keys=True): one for one in every}
    return tuple(texts[text] for text in sorted(texts))


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
