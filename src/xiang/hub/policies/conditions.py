"""The conditions of a plan as functions of a request and an instant, made when plans are loaded.

A condition on one operand alone (purpose, division, recipient, environment) is a function of one name. All of them that a
rule has on one operand are settled once for each name that is met, and remembered: fifty constraints cost a look-up each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter
from typing import TypeAlias

from xiang.hub.policies import divisions
from xiang.hub.policies.asking import Request, Trees
from xiang.hub.policies.compiling import interval
from xiang.hub.policies.model import Condition, Constraint, LogicalConstraint

#: Of a request and the instant in microseconds.
Test: TypeAlias = Callable[[Request, int], bool]

REMEMBERED = 1024  # names for each set of conditions; then it begins anew, so that no flood of names fills the memory

#: How a request says the one name of a left operand.
_SAID: dict[str, Callable[[Request], str]] = {
    "purpose": attrgetter("purpose"),
    "spatial": attrgetter("division"),
    "recipient": attrgetter("recipient"),
    "xp:environment": attrgetter("environment"),
}


class Tests:
    """Makes tests; remembers what lies above a name. Equal conditions share one test, over all grants."""

    def __init__(self, trees: Trees) -> None:
        self.trees = trees
        self.above = lru_cache(maxsize=65536)(self._climb)
        self._named: dict[tuple[str, tuple[Condition, ...]], _Named] = {}

    def tests(self, conditions: Iterable[Condition]) -> tuple[Test, ...]:
        """What must hold at the same time, in as few tests as there are operands."""
        by_operand: dict[str, list[Condition]] = {}
        others: list[Test] = []
        for one in conditions:
            left = _sole_operand(one)
            if left:
                by_operand.setdefault(left, []).append(one)
            else:
                others.append(self._test(one))
        return (*(self._on_name(left, tuple(every)) for left, every in by_operand.items()), *others)

    def covering(self, body: str) -> frozenset[str]:
        """What an assignee may say so that this body is meant."""
        return self.above("recipient", body)

    def targets(self, resource: str) -> frozenset[str]:
        """What a target may say so that this resource is meant: itself, and the collections that it is a member of."""
        return self.above("target", resource)

    def _on_name(self, left: str, every: tuple[Condition, ...]) -> Test:
        return self._named.setdefault((left, every), _Named(self, left, every))

    def _test(self, one: Condition) -> Test:
        if left := _sole_operand(one):
            return self._on_name(left, (one,))
        if isinstance(one, LogicalConstraint):
            return _logical(one.operand, tuple(map(self._test, one.parts)))
        if one.left == "dateTime":
            return _instant(one)
        return _items(one.operator, frozenset(map(str, one.right)))

    def _climb(self, left: str, name: str) -> frozenset[str]:
        tree = self.trees.of(left)
        reached, at = {name}, name
        while at in tree and tree[at] not in reached:
            at = tree[at]
            reached.add(at)
        if left == "spatial":
            return frozenset(stem for each in reached for stem in divisions.above(each))
        # Every body belongs to its line of work at every level, and to anybody.
        return frozenset(reached | {"*", "*." + name.partition(".")[2]} if left == "recipient" else reached)


class _Named:
    """Conditions on one operand, as one look-up."""

    __slots__ = ("_conditions", "_known", "_left", "_said", "_tests")

    def __init__(self, tests: Tests, left: str, conditions: tuple[Condition, ...]) -> None:
        self._tests, self._left, self._conditions = tests, left, conditions
        self._said = _SAID[left]
        self._known: dict[str, bool] = {}

    def __call__(self, request: Request, _: int) -> bool:
        name = self._said(request)
        known = self._known.get(name)
        return self._settle(name) if known is None else known

    def _settle(self, name: str) -> bool:
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        plain = divisions.stem(name) if self._left == "spatial" else name
        verdict = self._known[name] = all(self._holds(one, plain) for one in self._conditions)
        return verdict

    def _holds(self, one: Condition, name: str) -> bool:
        if isinstance(one, LogicalConstraint):
            held = [self._holds(part, name) for part in one.parts]
            return {"or": any(held), "xone": sum(held) == 1}.get(one.operand, all(held))
        right = frozenset(map(str, one.right))
        if self._left == "spatial":
            right = frozenset(map(divisions.stem, right))
        # Nothing said is the empty name, which is in no set.
        if one.operator in ("isAnyOf", "isNoneOf"):
            return (name in right) is (one.operator == "isAnyOf")
        if one.operator in ("eq", "neq", "isAllOf"):  # a set of one name has within it only a set of that name
            return (right == {name}) is (one.operator != "neq")
        if one.operator == "hasPart":
            return any(name in self._tests.above(self._left, each) for each in right)
        return bool(name) and not right.isdisjoint(self._tests.above(self._left, name))


def _sole_operand(one: Condition) -> str:
    """The operand of one name that a condition is about, or nothing when it is about others as well."""
    if isinstance(one, Constraint):
        return one.left if one.left in _SAID else ""
    lefts = {_sole_operand(part) for part in one.parts}
    return lefts.pop() if len(lefts) == 1 else ""


def _items(operator: str, right: frozenset[str]) -> Test:
    """Service items: a request may name several. They stand in no tree."""
    if operator in ("isAnyOf", "isA", "isPartOf", "hasPart"):
        return lambda request, _: not right.isdisjoint(request.items)
    if operator == "isNoneOf":
        return lambda request, _: right.isdisjoint(request.items)
    if operator == "isAllOf":
        return lambda request, _: right <= request.items
    return lambda request, _: (request.items == right) is (operator == "eq")


def _instant(one: Constraint) -> Test:
    if one.operator == "neq":
        first, after = interval(Constraint("dateTime", "eq", one.right))
        return lambda _, now: not (first or 0) <= now < (after or 0)
    begins, ends = interval(one)
    return lambda _, now: (begins is None or begins <= now) and (ends is None or now < ends)


def _logical(operand: str, parts: tuple[Test, ...]) -> Test:
    if operand == "xone":
        return lambda request, now: sum(part(request, now) for part in parts) == 1
    if operand == "or":
        return lambda request, now: any(part(request, now) for part in parts)
    return lambda request, now: all(part(request, now) for part in parts)
