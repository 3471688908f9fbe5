"""The reference evaluator: a policy, a request and a state of the world give a compliance report.

Follows the ODRL Formal Semantics (W3C ODRL Community Group, https://w3c.github.io/odrl/formal-semantics) in a closed system:
what no active permission allows is denied. Written to be read beside that text; the gateway runs compiled plans, and a
property test shows that the two agree. Where the text is silent:

- ``count`` and ``xp:rate`` compare the executions *including* the one asked for: ``count lteq 10`` allows ten;
- ``neq`` and ``isNoneOf`` hold when nothing is said, every other comparison with nothing fails;
- a mask is performed by whoever enforces, in the same act, and so is always fulfilled;
- a conflict strategy that is not declared is ``prohibit``.
"""

from __future__ import annotations

from xiang.foundation.ground.errors import Invalid
from xiang.hub.policies import premises
from xiang.hub.policies.asking import Request, State
from xiang.hub.policies.checking import faults
from xiang.hub.policies.model import Asset, Duty, Permission, Policy, Prohibition, Rule
from xiang.hub.policies.premises import World
from xiang.hub.policies.report import (
    ACTIVE,
    ATTEMPTED,
    FULFILLED,
    INACTIVE,
    NON_SET,
    NOT_ATTEMPTED,
    PERFORMED,
    UNKNOWN,
    UNPERFORMED,
    VIOLATED,
    Outcome,
    Premise,
    Report,
    RuleReport,
)
from xiang.hub.policies.vocabulary import MASK

WHOLE = ""  # the one data item of a request that names none


def evaluate(policy: Policy, request: Request, state: State) -> Report:
    """The compliance report; ``Invalid`` with the code ``policy_invalid`` when the policy does not make sense."""
    if wrong := faults(policy):
        raise Invalid(wrong, code="policy_invalid", detail="政策里有不能理解的内容。")
    world = World(policy, request, state)
    permissions = [_permission(rule, place, world) for place, rule in enumerate(policy.permissions)]
    prohibitions = [_prohibition(rule, place, world) for place, rule in enumerate(policy.prohibitions)]
    obligations = [_duty(duty, f"/obligation/{place}", world) for place, duty in enumerate(policy.obligations)]
    outcome = _outcome(policy, world, permissions, prohibitions)
    return Report(policy.uid, state.now, (*permissions, *prohibitions, *obligations), outcome)


def _permission(rule: Permission, place: int, world: World) -> RuleReport:
    """Active when every premise holds and every condition is fulfilled or inactive."""
    path = f"/permission/{place}"
    told, attempted = _premises(rule, path, world, needs_whole=False)
    conditions = tuple(_duty(duty, f"{path}/duty/{number}", world) for number, duty in enumerate(rule.duties))
    met = all(each.deontic == FULFILLED or not each.active for each in conditions)
    active = met and all(premise.satisfied for premise in told)
    done = PERFORMED if world.state.performed.get(rule.uid) else UNKNOWN
    return RuleReport("Permission", rule.uid, path, _state(active), attempted, done, NON_SET, told, conditions)


def _prohibition(rule: Prohibition, place: int, world: World) -> RuleReport:
    """Active when every premise holds; violated when the act was done nevertheless and not every remedy is fulfilled."""
    path = f"/prohibition/{place}"
    told, attempted = _premises(rule, path, world, needs_whole=True)
    remedies = tuple(_duty(duty, f"{path}/remedy/{number}", world) for number, duty in enumerate(rule.remedies))
    active = all(premise.satisfied for premise in told)
    done = PERFORMED if world.state.performed.get(rule.uid) else UNKNOWN
    deontic = NON_SET
    if active and done == PERFORMED:
        mended = bool(remedies) and all(each.deontic == FULFILLED for each in remedies)
        deontic = FULFILLED if mended else VIOLATED
    return RuleReport("Prohibition", rule.uid, path, _state(active), attempted, done, deontic, told, remedies)


def _premises(rule: Rule, path: str, world: World, *, needs_whole: bool) -> tuple[tuple[Premise, ...], str]:
    """The premises of a rule, and whether the request attempts its action on its target as one of its parties."""
    about = (
        premises.target(rule.target, f"{path}/target", world, needs_whole=needs_whole),
        premises.party(rule.assignees, f"{path}/assignee", world),
        premises.action(rule.actions, f"{path}/action", rule.uid, world),
    )
    attempted = ATTEMPTED if all(premise.satisfied for premise in about) else NOT_ATTEMPTED
    constraints = premises.conditions(rule.constraints, f"{path}/constraint", rule.uid, world)
    return (*about, *constraints), attempted


def _duty(duty: Duty, path: str, world: World) -> RuleReport:
    """Active when its constraints hold. An active duty is fulfilled when it was performed in time; when it was missed and
    then performed late, and every consequence is fulfilled too; violated when missed; else not set."""
    told = premises.conditions(duty.constraints, f"{path}/constraint", duty.uid, world)
    consequences = tuple(_duty(each, f"{path}/consequence/{n}", world) for n, each in enumerate(duty.consequences))
    active = all(premise.satisfied for premise in told)
    done = _performance(duty, world)
    deontic = NON_SET
    if active and done == PERFORMED:
        deontic = FULFILLED
    elif active and done == UNPERFORMED:
        late = bool(world.done(duty.uid)) and bool(consequences)
        deontic = FULFILLED if late and all(each.deontic == FULFILLED for each in consequences) else VIOLATED
    return RuleReport("Duty", duty.uid, path, _state(active), NOT_ATTEMPTED, done, deontic, told, consequences)


def _performance(duty: Duty, world: World) -> str:
    if duty.action.name == MASK or any(premises.in_time(duty, when, world) for when in world.done(duty.uid)):
        return PERFORMED
    missed = duty.uid in world.state.impossible or premises.too_late(duty, world)
    return UNPERFORMED if missed else UNKNOWN


def _state(active: bool) -> str:
    return ACTIVE if active else INACTIVE


def _outcome(policy: Policy, world: World, allowing: list[RuleReport], forbidding: list[RuleReport]) -> Outcome:
    """What may be given: what active permissions give, less what prohibitions take, by the policy's conflict strategy."""
    asked = world.request.columns or frozenset({WHOLE})
    allowed = [rule for rule, told in zip(policy.permissions, allowing, strict=True) if told.active]
    forbidden = [rule for rule, told in zip(policy.prohibitions, forbidding, strict=True) if told.active]
    granted = {
        name: tuple(sorted(rule.uid for rule in allowed if _has(rule.target, name)))
        for name in sorted(asked)
        if any(_has(rule.target, name) for rule in allowed)
    }
    taken = frozenset(name for name in asked if any(_takes(rule, name) for rule in forbidden if not _by_rows(rule)))
    excluded = tuple(sorted(rule.uid for rule in forbidden if _by_rows(rule)))
    clash = any(name in granted and _takes(rule, name) for rule in forbidden for name in asked)
    if policy.conflict == "perm":
        taken, excluded = taken - granted.keys(), ()
    void = policy.conflict == "invalid" and clash
    if void:
        granted = {}
    if policy.kind == "Offer" or policy.uid in world.state.revoked:  # neither gives nor takes
        granted, taken, excluded = {}, frozenset(), ()
    given = {name: rules for name, rules in granted.items() if name not in taken}
    return Outcome(_code(policy, world, asked, given, taken, void=void), given, taken, excluded)


def _code(
    policy: Policy,
    world: World,
    asked: frozenset[str],
    given: dict[str, tuple[str, ...]],
    taken: frozenset[str],
    *,
    void: bool,
) -> str:
    if policy.kind == "Offer":
        return "offer_only"
    if policy.uid in world.state.revoked:
        return "policy_revoked"
    if void:
        return "policy_void"
    if asked & taken:
        return "prohibited"
    return "" if asked <= given.keys() else "not_permitted"


def _has(target: Asset | None, column: str) -> bool:
    """Whether a permission on ``target`` is about this data item; naming none is a part of any."""
    return column == WHOLE or target is None or target.columns is None or column in target.columns


def _takes(rule: Prohibition, column: str) -> bool:
    """Whether a prohibition is about this data item; naming none is forbidden only by one on the whole resource."""
    return rule.target is None or rule.target.columns is None or column in rule.target.columns


def _by_rows(rule: Prohibition) -> bool:
    return rule.target is not None and bool(rule.target.rows)
