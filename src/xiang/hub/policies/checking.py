"""Whether a policy makes sense: every term known, every comparison possible, every rule with a name of its own.

Each fault has a stable code and the path of the place: ``/permission/0/constraint/1``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from xiang.foundation.ground.errors import FieldError
from xiang.hub.policies.masking import KINDS as MASK_KINDS
from xiang.hub.policies.model import Action, Asset, Condition, Constraint, Duty, LogicalConstraint, Policy, Rule, Value
from xiang.hub.policies.vocabulary import (
    ACTIONS,
    COLUMN_PREFIX,
    CONFLICTS,
    DURATIONS,
    INSTANTS,
    KINDS,
    LEFT_OPERANDS,
    LOGIC,
    MASK,
    MASK_TERMS,
    NAMES,
    OWN_DIVISION,
    RATE_UNITS,
    ROW_OPERATORS,
    SETS,
    TREES,
)

_UNFIT = re.compile(r"""[\s<>"{}|\\^`]""")  # what no IRI can hold


def faults(policy: Policy) -> list[FieldError]:
    """Everything that is wrong with a policy, in the order of the document; empty when it makes sense."""
    return list(_policy(policy))


def _policy(policy: Policy) -> Iterator[FieldError]:
    if not policy.uid:
        yield FieldError("/uid", "uid_missing", "政策没有标识 uid。")
    if policy.kind not in KINDS:
        yield FieldError("/@type", "unknown_kind", f"不认识的政策类型 {policy.kind}，应为 Set、Offer 或 Agreement。")
    if policy.conflict not in ("", *CONFLICTS):
        yield FieldError("/conflict", "unknown_conflict", "冲突策略应为 perm、prohibit 或 invalid。")
    for place, permission in enumerate(policy.permissions):
        yield from _rule(policy, permission, f"/permission/{place}", permission.duties, "duty")
    for place, prohibition in enumerate(policy.prohibitions):
        yield from _rule(policy, prohibition, f"/prohibition/{place}", prohibition.remedies, "remedy")
    for place, duty in enumerate(policy.obligations):
        yield from _duty(duty, f"/obligation/{place}")
    yield from _names(policy)


def _names(policy: Policy) -> Iterator[FieldError]:
    rules: list[Rule] = [*policy.permissions, *policy.prohibitions]
    every: list[Rule | Duty] = [*rules, *policy.duties()]
    uids = [each.uid for each in every]
    targets = [each.target.uid for each in every if each.target]
    parties = [name for each in every for name in each.assignees]
    parties += [name for rule in rules for name in rule.assigners]
    for name in sorted({policy.uid, *uids, *targets, *parties}):
        if _UNFIT.search(name):
            yield FieldError("", "name_unfit", f"标识“{name}”里有空格或不能用的符号。")
    for uid, times in Counter(uids).items():
        if not uid:
            yield FieldError("", "uid_missing", "有的规则没有标识 uid，计数和履行无从记起。")
        elif times > 1:
            yield FieldError("", "uid_twice", f"标识 {uid} 用在了 {times} 处，每条规则和义务要有自己的标识。")


def _rule(policy: Policy, rule: Rule, path: str, duties: tuple[Duty, ...], called: str) -> Iterator[FieldError]:
    if not rule.actions:
        yield FieldError(f"{path}/action", "action_missing", "规则没有写明是什么行为。")
    if policy.kind == "Agreement" and not (rule.assigners and rule.assignees):
        yield FieldError(path, "party_missing", "协议的每条规则都要写明授权方和被授权方。")
    if called == "remedy" and rule.target and asks_own_division(rule.target.rows):
        # A request that does not say its division would slip past such a prohibition.
        yield FieldError(f"{path}/target", "own_division_forbids", "禁止的规则不能按使用方自己的区划筛选行。")
    for place, action in enumerate(rule.actions):
        yield from _action(action, f"{path}/action/{place}")
        yield from _conditions(action.refinements, f"{path}/action/{place}/refinement")
    yield from _asset(rule.target, f"{path}/target")
    yield from _conditions(rule.constraints, f"{path}/constraint")
    for place, duty in enumerate(duties):
        yield from _duty(duty, f"{path}/{called}/{place}")


def _action(action: Action, path: str) -> Iterator[FieldError]:
    if action.name not in ACTIONS:
        yield FieldError(path, "unknown_action", f"不认识的行为 {action.name}。")


def _asset(asset: Asset | None, path: str) -> Iterator[FieldError]:
    if asset is None:
        return
    if not asset.uid:
        yield FieldError(path, "target_missing", "没有写明是哪份资源。")
    for place, row in enumerate(asset.rows):
        yield from _row(row, f"{path}/refinement/{place}")


def asks_own_division(every: tuple[Condition, ...]) -> bool:
    """Whether conditions on rows speak of the division of whoever asks (return flow)."""
    return any(
        asks_own_division(one.parts) if isinstance(one, LogicalConstraint) else OWN_DIVISION in one.right
        for one in every
    )


def _row(one: Condition, path: str) -> Iterator[FieldError]:
    if isinstance(one, LogicalConstraint):
        yield from _logic(one, path)
        for place, part in enumerate(one.parts):
            yield from _row(part, f"{path}/{one.operand}/{place}")
        return
    if not one.left.startswith(COLUMN_PREFIX) or one.left == COLUMN_PREFIX or _UNFIT.search(one.left):
        yield FieldError(path, "unknown_column", f"行的条件要写在数据项上（column:名称），不是 {one.left}。")
    elif one.operator not in ROW_OPERATORS:
        yield FieldError(path, "row_operator", f"一个数据项只有一个值，不能用 {one.operator} 比较。")
    else:
        several = one.operator in SETS | {"isPartOf"}
        yield from _values(one, path, (str, int, Decimal, date), several=several)


def _conditions(every: tuple[Condition, ...], path: str) -> Iterator[FieldError]:
    for place, one in enumerate(every):
        at = f"{path}/{place}"
        if isinstance(one, LogicalConstraint):
            yield from _logic(one, at)
            yield from _conditions(one.parts, f"{at}/{one.operand}")
        else:
            yield from _constraint(one, at)


def _logic(one: LogicalConstraint, path: str) -> Iterator[FieldError]:
    if one.operand not in LOGIC:
        yield FieldError(path, "unknown_logic", f"不认识的逻辑 {one.operand}，应为 and、or、xone 或 andSequence。")
    if not one.parts:
        yield FieldError(path, "logic_empty", "逻辑条件里没有内容。")


def _constraint(one: Constraint, path: str) -> Iterator[FieldError]:
    operators = LEFT_OPERANDS.get(one.left)
    if operators is None:
        yield FieldError(path, "unknown_left_operand", f"不认识的左操作数 {one.left}。")
        return
    if one.operator not in operators:
        yield FieldError(path, "operator_unfit", f"{one.left} 不能用 {one.operator} 比较。")
        return
    wanted_unit = one.left == "xp:rate"
    if wanted_unit != bool(one.unit) or (one.unit and one.unit not in RATE_UNITS):
        yield FieldError(path, "unit_unfit", "频次要写明每秒、每分、每时或每日；其他条件不带单位。")
    several = one.left in NAMES and one.operator in SETS | TREES | {"eq", "neq"}
    yield from _values(one, path, _kinds(one.left), several=several)


def _kinds(left: str) -> tuple[type, ...]:
    if left in NAMES:
        return (str,)
    if left in DURATIONS:
        return (timedelta,)
    return (datetime, date) if left in INSTANTS else (int, Decimal)


def _values(one: Constraint, path: str, kinds: tuple[type, ...], *, several: bool) -> Iterator[FieldError]:
    if not one.right or (len(one.right) > 1 and not several):
        yield FieldError(
            path, "right_operand_count", f"{one.left} {one.operator} 的右边要有{'' if several else '且只有'}一个值。"
        )
    for value in one.right:
        if not isinstance(value, kinds) or (isinstance(value, datetime) and (date in kinds) and datetime not in kinds):
            yield FieldError(path, "right_operand_type", f"{one.left} 不能与 {value} 比较。")
        elif isinstance(value, datetime) and value.tzinfo is None:
            yield FieldError(path, "right_operand_type", f"时刻 {value} 没有时区。")
        elif value == "" and (one.left in NAMES or one.operator == "isPartOf"):
            yield FieldError(path, "right_operand_empty", f"{one.left} 的右边是空的，会套住一切。")


def _duty(duty: Duty, path: str) -> Iterator[FieldError]:
    yield from _action(duty.action, f"{path}/action")
    yield from _asset(duty.target, f"{path}/target")
    yield from _conditions(duty.constraints, f"{path}/constraint")
    if duty.action.name == MASK:
        yield from _mask(duty, path)
    else:
        yield from _deadline(duty.action.refinements, f"{path}/action/refinement")
    for place, consequence in enumerate(duty.consequences):
        yield from _duty(consequence, f"{path}/consequence/{place}")


def _deadline(every: tuple[Condition, ...], path: str) -> Iterator[FieldError]:
    """The act of a duty is narrowed by time alone: when it has to be done."""
    yield from _conditions(every, path)
    for place, one in enumerate(every):
        if isinstance(one, LogicalConstraint):
            yield from _deadline(one.parts, f"{path}/{place}/{one.operand}")
        elif one.left in LEFT_OPERANDS and one.left not in DURATIONS | INSTANTS:
            yield FieldError(f"{path}/{place}", "refinement_unfit", f"义务的履行只能用时间限定，不是 {one.left}。")


def _mask(duty: Duty, path: str) -> Iterator[FieldError]:
    """A mask names its columns and one known kind; only the kind ``custom`` says how many characters stay."""
    if duty.target is None or not duty.target.columns:
        yield FieldError(f"{path}/target", "mask_columns", "脱敏义务要写明是哪些数据项。")
    said: dict[str, Value] = {}
    for place, one in enumerate(duty.action.refinements):
        fits = isinstance(one, Constraint) and one.left in MASK_TERMS and one.operator == "eq" and len(one.right) == 1
        if not fits or (isinstance(one, Constraint) and one.left in said):
            yield FieldError(f"{path}/action/refinement/{place}", "mask_term", "脱敏方式写得不对。")
        elif isinstance(one, Constraint):
            said[one.left] = one.right[0]
    kind = said.pop("xp:maskKind", "")
    if kind not in MASK_KINDS:
        yield FieldError(f"{path}/action", "mask_kind", f"脱敏方式应为 {'、'.join(MASK_KINDS)} 之一。")
    for value in said.values():
        if kind != "custom" or not isinstance(value, int) or value < 0:
            yield FieldError(f"{path}/action", "mask_keep", "只有自定义脱敏才写保留几个字，且不小于 0。")
