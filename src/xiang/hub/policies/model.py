"""A policy as values: the subset of ODRL 2.2 that sharing, authorised operation, trading and data spaces need.

Everything is frozen and compares by content. Parties and assets carry the short keys of the hub (``430104.police``,
``police_person``) or an absolute IRI of somebody else's. What a document says at the level of the policy (target,
parties, action) already stands in each rule here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

#: A right operand: a name, a number, an instant (aware), a legal date (Asia/Shanghai) or a duration.
Value: TypeAlias = str | int | Decimal | datetime | date | timedelta


@dataclass(frozen=True, slots=True)
class Constraint:
    """约束: ``left operator right``; several values on the right are a set. ``unit`` is used by rates alone."""

    left: str
    operator: str
    right: tuple[Value, ...]
    unit: str = ""
    uid: str = ""


@dataclass(frozen=True, slots=True)
class LogicalConstraint:
    """``and``, ``or``, ``xone`` (exactly one) or ``andSequence`` (in this order) of other constraints."""

    operand: str
    parts: tuple[Condition, ...]
    uid: str = ""


Condition: TypeAlias = Constraint | LogicalConstraint


@dataclass(frozen=True, slots=True)
class Action:
    """What is done, and how it is narrowed."""

    name: str
    refinements: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """A resource, or a part of it. ``columns`` are its data items (None: all); ``rows`` narrow it to some rows."""

    uid: str
    columns: frozenset[str] | None = None
    rows: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """义务: a condition of a permission, an obligation of a policy, a remedy or a consequence, by where it stands."""

    uid: str
    action: Action
    target: Asset | None = None
    assignees: tuple[str, ...] = ()
    constraints: tuple[Condition, ...] = ()
    consequences: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What permissions and prohibitions share. Without target or assignees it is about any; any of ``actions`` is meant.

    An assignee is a body (``430104.police``), a line of work at every level (``*.police``) or anybody (``*``).
    """

    uid: str
    actions: tuple[Action, ...]
    target: Asset | None = None
    assigners: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    constraints: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Permission(Rule):
    """许可: allowed once its ``duties`` are fulfilled."""

    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Prohibition(Rule):
    """禁止: when it was violated, its ``remedies`` mend it."""

    remedies: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """政策. ``conflict`` is perm, prohibit, invalid, or empty when nothing is declared: then prohibition wins."""

    uid: str
    kind: str = "Agreement"
    permissions: tuple[Permission, ...] = ()
    prohibitions: tuple[Prohibition, ...] = ()
    obligations: tuple[Duty, ...] = ()
    conflict: str = ""
    title: str = ""
    description: str = ""
    basis: tuple[str, ...] = ()
    issued: datetime | None = None

    def duties(self) -> Iterator[Duty]:
        """Every duty, wherever it stands."""
        waiting = [
            *self.obligations,
            *(duty for rule in self.permissions for duty in rule.duties),
            *(duty for rule in self.prohibitions for duty in rule.remedies),
        ]
        while waiting:
            duty = waiting.pop(0)
            yield duty
            waiting = [*duty.consequences, *waiting]


def covers(assignee: str, body: str) -> bool:
    """Whether ``body`` is meant by an assignee: ``*.police`` means ``430104.police``, but not ``430104.market``.

    The body ``*`` asks for whichever body handles a matter, so every assignee covers it.
    """
    if body == "*" or assignee in ("*", body):
        return True
    return assignee.startswith("*.") and body.partition(".")[2] == assignee[2:]
