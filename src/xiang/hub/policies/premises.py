"""Whether a premise of a rule holds: its target, party, action and constraints, with the values that were compared."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from xiang.foundation.ground.instant import legal_date
from xiang.hub.policies import divisions, literals
from xiang.hub.policies.asking import Request, State
from xiang.hub.policies.checking import asks_own_division
from xiang.hub.policies.model import Action, Asset, Condition, Constraint, Duty, LogicalConstraint, Policy, covers
from xiang.hub.policies.report import Premise
from xiang.hub.policies.vocabulary import DURATIONS, NAMES, wider

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}


@dataclass(frozen=True, slots=True)
class World:
    """Everything that an evaluation looks at."""

    policy: Policy
    request: Request
    state: State

    def done(self, uid: str) -> tuple[datetime, ...]:
        """When a duty was performed, up to now."""
        return tuple(when for when in self.state.performed.get(uid, ()) if when <= self.state.now)

    def since(self, uid: str) -> datetime | None:
        """What a period of this rule or duty runs from: its own beginning, or when the policy was issued."""
        return self.state.since.get(uid, self.policy.issued)


def target(asset: Asset | None, path: str, world: World, *, needs_whole: bool) -> Premise:
    """The resource, and at least one of the data items that are asked for. With ``needs_whole`` a request that names no
    item is met only by a rule on the whole resource."""
    if asset is None:
        return Premise("Target", True, path, world.request.target, "isPartOf", "*")
    asked = world.request.columns
    touched = asset.columns is None or bool(asked & asset.columns) or not (asked or needs_whole)
    same = asset.uid in _above("target", world.request.target, world)
    if asks_own_division(asset.rows) and not world.request.division:
        same = False  # whose rows these are is not known
    return Premise("Target", same and touched, path, world.request.target, "isPartOf", asset.uid)


def party(assignees: tuple[str, ...], path: str, world: World) -> Premise:
    """One of the assignees is, or has among its members, who asks."""
    body = world.request.assignee
    meant = not assignees or any(covers(one, body) or one in _above("recipient", body, world) for one in assignees)
    return Premise("Party", meant, path, body, "isPartOf", " ".join(assignees) or "*")


def action(actions: tuple[Action, ...], path: str, uid: str, world: World) -> Premise:
    """The act belongs to the class of acts of one of the rule's actions, and satisfies its refinements."""
    asked = world.request.action
    parts: list[Premise] = []
    meant = False
    for place, one in enumerate(actions):
        told = conditions(one.refinements, f"{path}/{place}/refinement", uid, world)
        meant = meant or (one.name in wider(asked) and all(each.satisfied for each in told))
        parts.extend(told)
    wanted = " ".join(one.name for one in actions)
    return Premise("Action", meant, path, asked, "isPartOf", wanted, "", tuple(parts))


def conditions(every: tuple[Condition, ...], path: str, uid: str, world: World) -> tuple[Premise, ...]:
    return tuple(_condition(one, f"{path}/{place}", uid, world) for place, one in enumerate(every))


def _condition(one: Condition, path: str, uid: str, world: World) -> Premise:
    if isinstance(one, LogicalConstraint):
        parts = conditions(one.parts, f"{path}/{one.operand}", uid, world)
        held = sum(part.satisfied for part in parts)
        # The parts of a sequence are looked at in their order at one instant: it holds when all of them hold.
        holds = {"or": held > 0, "xone": held == 1}.get(one.operand, held == len(parts))
        return Premise("Constraint", holds, path, "", one.operand, "", "", parts)
    if one.left in NAMES:
        return _names(one, path, world)
    found = _quantity(one.left, uid, world)
    return Premise("Constraint", _compares(one, found), path, _told(found), one.operator, _wanted(one), one.left)


def _names(one: Constraint, path: str, world: World) -> Premise:
    said = frozenset(_plain(one.left, name) for name in world.request.names(one.left))
    right = frozenset(_plain(one.left, str(name)) for name in one.right)
    reached = {name: _above(one.left, name, world) for name in said | right}
    holds = {
        "eq": said == right,
        "neq": said != right,
        "isAnyOf": bool(said & right),
        "isNoneOf": not said & right,
        "isAllOf": bool(said) and right <= said,
        "isA": any(right & reached[name] for name in said),
        "isPartOf": any(right & reached[name] for name in said),
        "hasPart": any(said & reached[name] for name in right),
    }[one.operator]
    return Premise("Constraint", holds, path, " ".join(sorted(said)), one.operator, _wanted(one), one.left)


def _plain(left: str, name: str) -> str:
    return divisions.stem(name) if left == "spatial" else name


def _above(left: str, name: str, world: World) -> frozenset[str]:
    """The name and every name above it in its tree; division codes and lines of work tell a part of it themselves."""
    tree = world.state.trees.of(left)
    reached: list[str] = []
    at: str | None = name
    while at is not None and at not in reached:
        reached.append(at)
        at = tree.get(at)
    if left == "spatial":
        return frozenset(one for each in reached for one in divisions.above(each))
    if left == "recipient":
        return frozenset([*reached, "*", "*." + name.partition(".")[2]])
    return frozenset(reached)


def _quantity(left: str, uid: str, world: World) -> Any:
    """The instant, number or duration that a left operand means for this rule; None when it is not known."""
    if left == "dateTime":
        return world.state.now
    if left in DURATIONS:
        since = world.since(uid)
        return None if since is None else world.state.now - since
    done = world.state.counters if left == "count" else world.state.rates
    return done.get(uid, 0) + world.request.amount


def _compares(one: Constraint, found: Any) -> bool:
    """Comparison with the one value on the right; an instant compares with a legal date by its day in Shanghai."""
    if found is None:
        return False
    right = one.right[0]
    if isinstance(found, datetime) and not isinstance(right, datetime) and isinstance(right, date):
        found = legal_date(found)
    return _ORDER[one.operator](found, right)


def in_time(duty: Duty, when: datetime, world: World) -> bool:
    """Whether performing the duty at ``when`` satisfies the refinements of its action."""
    return all(_refined(one, duty, when, world) for one in duty.action.refinements)


def too_late(duty: Duty, world: World) -> bool:
    """Whether no instant from now on can satisfy the refinements: an upper bound has passed."""
    bounds = (one for one in duty.action.refinements if isinstance(one, Constraint) and one.operator in _UPPER)
    return any(not _refined(one, duty, world.state.now, world) for one in bounds)


_UPPER = frozenset({"lt", "lteq"})


def _refined(one: Condition, duty: Duty, when: datetime, world: World) -> bool:
    if isinstance(one, LogicalConstraint):
        held = [_refined(part, duty, when, world) for part in one.parts]
        return {"or": any(held), "xone": sum(held) == 1}.get(one.operand, all(held))
    if one.left == "dateTime":
        return _compares(one, when)
    since = world.since(duty.uid)
    return since is not None and _compares(one, when - since)


def _wanted(one: Constraint) -> str:
    return " ".join(_told(each) for each in one.right)


def _told(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None:
        return ""
    return literals.lexical(value)[0] if isinstance(value, timedelta) else str(value)
