"""The compiler: a policy becomes an enforcement plan, or is refused with a code and the path of what cannot be enforced.

Nothing is dropped in silence: a constraint is settled now, becomes a field of the plan, or stays as a condition that the
plan carries. What the gateway could not hold to (a quota inside an "or", a filter that databases answer differently) is an
error, so that nobody signs what will not be kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.foundation.ground.instant import start_of
from xiang.hub.policies import rows
from xiang.hub.policies.checking import faults
from xiang.hub.policies.masking import Mask
from xiang.hub.policies.model import Asset, Condition, Constraint, Duty, LogicalConstraint, Permission, Policy, Rule
from xiang.hub.policies.plans import Note, Plan, PlanRule, Rate, micros
from xiang.hub.policies.rows import Compare, Filter, Junction
from xiang.hub.policies.vocabulary import COLUMN_PREFIX, DURATIONS, MASK, NUMBERS, ORDER, RATE_UNITS

_DAY = timedelta(days=1)
_DETAILS = {
    "offer_not_enforced": "要约还没有谈成协议，不能执行。",
    "target_missing": "规则没有写明资源，网关无从执行。",
    "action_refinement": "几种行为写在一条规则里时，不能分别限定，请拆成几条。",
    "quota_form": "次数和频次只能写成“不超过几次”，并且直接写在许可的条件里。",
    "rate_units": "一条许可只能按一种时间单位限定频次。",
    "no_reference_instant": "写了从协议签发起算的期间，但政策没有签发时刻（issued）。",
    "sequence_not_pushed": "先后次序（andSequence）要看历史，网关在一次请求里判断不了。",
    "row_text_order": "文字的大小各数据库排法不同，行的条件里只能比较数和日期的大小。",
    "duty_condition": "许可前的义务只能直接写明做什么，不能再带条件、时限或后果。",
    "mask_condition": "脱敏义务不能再带条件或后果。",
    "mask_twice": "同一数据项写了两种脱敏方式。",
    "mask_target": "脱敏义务写的资源不是许可的资源。",
}


def compile_policy(policy: Policy, digest: str = "") -> Plan:
    """The plan of a policy; ``Invalid`` with the code ``policy_invalid`` or ``policy_not_compilable`` and all the places."""
    if wrong := faults(policy):
        raise Invalid(wrong, code="policy_invalid", detail="政策里有不能理解的内容。")
    compiling = _Compiling(policy)
    plan = compiling.plan(digest)
    if compiling.wrong:
        raise Invalid(compiling.wrong, code="policy_not_compilable", detail="政策里有网关无法执行的条件。")
    return plan


class _Compiling:
    """One run over a policy, keeping every error."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.wrong: list[FieldError] = []

    def refuse(self, code: str, path: str) -> None:
        self.wrong.append(FieldError(path, code, _DETAILS[code]))

    def plan(self, digest: str) -> Plan:
        if self.policy.kind == "Offer":
            self.refuse("offer_not_enforced", "/@type")
        permissions = [self._rule(rule, f"/permission/{n}") for n, rule in enumerate(self.policy.permissions)]
        prohibitions = [self._rule(rule, f"/prohibition/{n}") for n, rule in enumerate(self.policy.prohibitions)]
        remedies = [duty for rule in self.policy.prohibitions for duty in rule.remedies]
        return Plan(
            uid=self.policy.uid,
            rules=(*permissions, *prohibitions),
            conflict=self.policy.conflict,
            title=self.policy.title,
            basis="；".join(self.policy.basis),
            digest=digest,
            notes=(*_notes(self.policy.obligations, "obligation"), *_notes(remedies, "remedy")),
        )

    def _rule(self, rule: Rule, path: str) -> PlanRule:
        duties = rule.duties if isinstance(rule, Permission) else ()
        target = rule.target or Asset("")
        if rule.target is None:
            self.refuse("target_missing", path)
        forbids = not isinstance(rule, Permission)
        taken = _Slots(self, path, forbids=forbids)
        for one, at in self._flat(self._constraints(rule, path)):
            taken.take(one, at)
        return PlanRule(
            uid=rule.uid,
            actions=tuple(action.name for action in rule.actions),
            target=target.uid,
            assignees=rule.assignees or ("*",),
            forbids=forbids,
            columns=target.columns,
            rows=rows.both([self._filter(one, f"{path}/target/refinement/{n}") for n, one in enumerate(target.rows)]),
            masks=self._masks(duties, target, path),
            before=self._before(duties, path),
            **taken.fields(),
        )

    def _constraints(self, rule: Rule, path: str) -> list[tuple[Condition, str]]:
        """The constraints of a rule, and the refinements of its one action, which narrow the same request."""
        found = [(one, f"{path}/constraint/{n}") for n, one in enumerate(rule.constraints)]
        for place, action in enumerate(rule.actions):
            if action.refinements and len(rule.actions) > 1:
                self.refuse("action_refinement", f"{path}/action/{place}")
            found += [(one, f"{path}/action/{place}/refinement/{n}") for n, one in enumerate(action.refinements)]
        return found

    def _flat(self, every: Iterable[tuple[Condition, str]]) -> Iterable[tuple[Condition, str]]:
        """What must hold at the same time, one by one; periods counted from the policy's issue become instants."""
        for one, path in every:
            if isinstance(one, LogicalConstraint) and one.operand == "and":
                yield from self._flat((part, f"{path}/and/{n}") for n, part in enumerate(one.parts))
            else:
                yield self._settled(one, path), path

    def _settled(self, one: Condition, path: str) -> Condition:
        if isinstance(one, LogicalConstraint):
            if one.operand == "andSequence":
                self.refuse("sequence_not_pushed", path)
            parts = tuple(self._settled(part, f"{path}/{one.operand}/{n}") for n, part in enumerate(one.parts))
            self._no_numbers(parts, path)
            return LogicalConstraint(one.operand, parts)
        if one.left not in DURATIONS:
            return Constraint(one.left, one.operator, one.right, one.unit)
        if self.policy.issued is None:
            self.refuse("no_reference_instant", path)
            return one
        length = one.right[0]
        assert isinstance(length, timedelta)
        return Constraint("dateTime", one.operator, (self.policy.issued + length,))

    def _no_numbers(self, parts: tuple[Condition, ...], path: str) -> None:
        if any(isinstance(part, Constraint) and part.left in NUMBERS for part in parts):
            self.refuse("quota_form", path)

    def _filter(self, one: Condition, path: str) -> Filter:
        if isinstance(one, LogicalConstraint):
            parts = tuple(self._filter(part, f"{path}/{one.operand}/{n}") for n, part in enumerate(one.parts))
            if one.operand == "andSequence":
                self.refuse("sequence_not_pushed", path)
            return (
                _exactly_one(parts)
                if one.operand == "xone"
                else Junction("or" if one.operand == "or" else "and", parts)
            )
        if one.operator in ORDER and isinstance(one.right[0], str):
            self.refuse("row_text_order", path)
        return Compare(one.left.removeprefix(COLUMN_PREFIX), one.operator, one.right)

    def _masks(self, duties: tuple[Duty, ...], target: Asset, path: str) -> tuple[tuple[str, Mask], ...]:
        found: dict[str, Mask] = {}
        for place, duty in enumerate(duties):
            if duty.action.name != MASK or duty.target is None:
                continue
            at = f"{path}/duty/{place}"
            if duty.constraints or duty.consequences:
                self.refuse("mask_condition", at)
            if duty.target.uid != target.uid or duty.target.rows:
                self.refuse("mask_target", at)
            mask = mask_of(duty)
            for column in sorted(duty.target.columns or ()):
                if found.setdefault(column, mask) != mask:
                    self.refuse("mask_twice", at)
        return tuple(sorted(found.items(), key=lambda pair: pair[0]))

    def _before(self, duties: tuple[Duty, ...], path: str) -> tuple[str, ...]:
        found = [(place, duty) for place, duty in enumerate(duties) if duty.action.name != MASK]
        for place, duty in found:
            if duty.constraints or duty.consequences or duty.action.refinements:
                self.refuse("duty_condition", f"{path}/duty/{place}")
        return tuple(sorted(duty.uid for _, duty in found))


class _Slots:
    """Collects what must hold at the same time into the fields of a plan's rule."""

    def __init__(self, compiling: _Compiling, path: str, *, forbids: bool) -> None:
        self.compiling, self.path, self.forbids = compiling, path, forbids
        self.purposes: frozenset[str] | None = None
        self.items: frozenset[str] | None = None
        self.begins: int | None = None
        self.ends: int | None = None
        self.quota: int | None = None
        self.rate: Rate | None = None
        self.conditions: list[Condition] = []

    def take(self, one: Condition, path: str) -> None:
        """Put one constraint where it belongs."""
        if isinstance(one, LogicalConstraint):
            self.conditions.append(one)
        elif one.left in NUMBERS:
            self._number(one, path)
        elif one.left == "dateTime" and one.operator != "neq":
            self._period(*interval(one))
        elif one.left == "purpose" and (one.operator == "isAnyOf" or (one.operator == "eq" and len(one.right) == 1)):
            names = frozenset(map(str, one.right))
            self.purposes = names if self.purposes is None else self.purposes & names
        elif one.left == "xp:serviceItem" and one.operator == "isAnyOf" and self.items is None:
            self.items = frozenset(map(str, one.right))
        else:
            self.conditions.append(one)

    def _period(self, begins: int | None, ends: int | None) -> None:
        if begins is not None:
            self.begins = begins if self.begins is None else max(begins, self.begins)
        if ends is not None:
            self.ends = ends if self.ends is None else min(ends, self.ends)

    def _number(self, one: Constraint, path: str) -> None:
        most = one.right[0]
        if self.forbids or one.operator not in ("lt", "lteq") or not isinstance(most, int):
            return self.compiling.refuse("quota_form", path)
        most -= one.operator == "lt"
        if one.left == "count":
            self.quota = most if self.quota is None else min(most, self.quota)
            return None
        seconds = RATE_UNITS[one.unit]
        if self.rate and self.rate.seconds != seconds:
            self.compiling.refuse("rate_units", path)
        self.rate = Rate(min(most, self.rate.times) if self.rate else most, seconds)
        return None

    def fields(self) -> dict[str, Any]:
        kept = {name: getattr(self, name) for name in ("purposes", "items", "begins", "ends", "quota", "rate")}
        return kept | {"conditions": tuple(self.conditions)}


def interval(one: Constraint) -> tuple[int | None, int | None]:
    """The instants, half open in microseconds, at which ``dateTime operator value`` holds. A legal date is its whole day in
    Shanghai: ``lteq 2026-12-31`` holds until that day is over."""
    right = one.right[0]
    if isinstance(right, datetime):
        first, after = micros(right), micros(right) + 1
    else:
        assert isinstance(right, date)
        first, after = micros(start_of(right)), micros(start_of(right + _DAY))
    begins = {"gteq": first, "eq": first, "gt": after}.get(one.operator)
    ends = {"lt": first, "lteq": after, "eq": after}.get(one.operator)
    return begins, ends


def mask_of(duty: Duty) -> Mask:
    """The mask that a checked duty of the action ``xp:mask`` speaks of."""
    said = {one.left: one.right[0] for one in duty.action.refinements if isinstance(one, Constraint)}
    first, last = said.get("xp:keepFirst", 0), said.get("xp:keepLast", 0)
    return Mask(str(said["xp:maskKind"]), int(str(first)), int(str(last)))


def _exactly_one(parts: tuple[Filter, ...]) -> Filter:
    alone = [
        Junction("and", (part, *(Junction("not", (other,)) for place, other in enumerate(parts) if place != number)))
        for number, part in enumerate(parts)
    ]
    return Junction("or", tuple(alone))


def _notes(duties: Iterable[Duty], kind: str) -> list[Note]:
    """Duties that do not decide, with the seconds in which they are to be done, where the policy says so."""
    return [Note(duty.uid, duty.action.name, kind, _within(duty)) for duty in duties]


def _within(duty: Duty) -> int | None:
    limits = [
        int(one.right[0].total_seconds())
        for one in duty.action.refinements
        if isinstance(one, Constraint) and one.operator == "lteq" and isinstance(one.right[0], timedelta)
    ]
    return min(limits, default=None)
