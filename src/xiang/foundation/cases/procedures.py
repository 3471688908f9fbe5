"""Procedures: state machines as literal tables, each edge with who may walk it and its legal basis.

A procedure is code, because it is law; the limits on its edges are rows of ``statutes``. A changed procedure is a new
version; old versions stay loadable until their cases end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from xiang.foundation.ground.errors import DomainError

if TYPE_CHECKING:
    from xiang.foundation.cases.models import Case
    from xiang.foundation.parties.actors import Actor


class Clock(StrEnum):
    """What an edge does to the promised clock."""

    NONE = "none"
    START = "start"
    STOP = "stop"
    RESUME = "resume"
    EXTEND = "extend"
    END = "end"


@dataclass(frozen=True, slots=True)
class Move:
    """One transition being performed: what guards see and effects act upon. ``data`` is what was given on the form of
    the edge; ``on`` the legal date of the effect; ``results`` what effects leave for the event (references, never
    personal values)."""

    case: Case
    transition: Transition
    actor: Actor
    data: Mapping[str, Any]
    on: date
    results: dict[str, Any] = field(default_factory=dict)


Guard = Callable[[Move], None]
Effect = Callable[[Move], None]


@dataclass(frozen=True, slots=True)
class Transition:
    """An edge.

    ``by`` names roles: ``applicant``, ``system`` or a role held in the handling unit. ``asks`` is the JSON Schema of
    its form. ``apart_from`` lists transitions that the same person must not have performed on this case (受审分离).
    ``target`` left empty means that the state stays. ``stop_reason`` fixes the reason of a stopped clock. ``document``
    is the kind of numbered document issued. ``preview`` edges (refusals) are shown whole before they are performed: a
    key only opens the preview, and no batch takes them. ``backdate`` names a date column of the case that the effect
    reaches back to: what silence means took effect then, not when we noticed.
    """

    name: str
    title: str
    source: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    basis: str = ""
    clock: Clock = Clock.NONE
    asks: Mapping[str, Any] | None = None
    document: str = ""
    apart_from: tuple[str, ...] = ()
    guard: Guard | None = None
    effect: Effect | None = None
    preview: bool = False
    batch: bool = False
    key: str = ""
    outcome: str = ""
    backdate: str = ""
    stop_reason: str = ""
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A limit on staying in a state: when the rule in ``slot`` has run out, ``fires`` has happened."""

    state: str
    slot: str
    fires: str


@dataclass(frozen=True, slots=True)
class State:
    """A state. ``kind`` is the word of the visual language (run, you, soon, late, stop, done, wait); ``waiting_for``
    says whose turn it is (``applicant``, ``prerequisite`` or nobody else's)."""

    name: str
    title: str
    kind: str = "run"
    waiting_for: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure of one legal regime (许可, 确认, 给付, 公共服务, 备案)."""

    key: str
    version: int
    title: str
    regime: str
    initial: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    deadlines: tuple[Deadline, ...] = ()
    stop_reasons: Mapping[str, str] = field(default_factory=dict)

    def state(self, name: str) -> State:
        """The state of that name; ``KeyError`` when there is none."""
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)

    def transition(self, name: str, source: str) -> Transition | None:
        """The edge of that name leaving ``source``."""
        return next((t for t in self.transitions if t.name == name and source in t.source), None)

    def leaving(self, source: str) -> list[Transition]:
        """Every edge that leaves ``source``, in the order of the table."""
        return [t for t in self.transitions if source in t.source]


_known: dict[tuple[str, int], Procedure] = {}


def register(procedure: Procedure) -> Procedure:
    """Make a version known, after checking that the table holds together (``ValueError`` says what does not)."""
    names = {state.name for state in procedure.states}
    closed = {state.name for state in procedure.states if state.closed}
    if procedure.initial not in names:
        raise ValueError(f"{procedure.key}: the initial state {procedure.initial!r} is not a state")
    for edge in procedure.transitions:
        unknown = {*edge.source, edge.target or procedure.initial} - names
        if unknown:
            raise ValueError(f"{procedure.key}.{edge.name}: no such state {sorted(unknown)}")
        if not edge.basis and "system" not in edge.by:
            raise ValueError(f"{procedure.key}.{edge.name}: an edge needs its legal basis")
        if edge.target in closed and not edge.outcome and not set(edge.source) <= closed:
            raise ValueError(f"{procedure.key}.{edge.name}: an edge that closes a case names the outcome")
    for deadline in procedure.deadlines:
        if procedure.transition(deadline.fires, deadline.state) is None:
            raise ValueError(f"{procedure.key}: nothing called {deadline.fires!r} leaves {deadline.state!r}")
    _known[(procedure.key, procedure.version)] = procedure
    return procedure


def get(key: str, version: int | None = None) -> Procedure:
    """A version of a procedure, by default the newest; raises ``DomainError('unknown_procedure')``."""
    if version is None:
        version = max((v for k, v in _known if k == key), default=0)
    found = _known.get((key, version))
    if found is None:
        raise DomainError("unknown_procedure", f"没有名为“{key}”的办理程序。")
    return found


def all_known() -> tuple[Procedure, ...]:
    """Every version of every procedure."""
    return tuple(_known.values())


def known_keys() -> frozenset[str]:
    """The keys of all registered procedures, for checking a profile."""
    return frozenset(key for key, _ in _known)
