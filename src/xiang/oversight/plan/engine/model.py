"""What a plan is, once read. ``to_json`` is the documented shape; spans and keys of bodies are for the review."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

OPERATORS = (">=", ">", "=", "<=", "<", "~", "between")
"""At least, more than, written plainly, at most, less than, about, from … to."""


@dataclass(frozen=True, slots=True)
class Target:
    """A quantified target. ``value`` is in ``unit`` with 万 and 亿 multiplied out; ``upper`` only of a range."""

    text: str
    operator: str
    value: Decimal
    unit: str
    upper: Decimal | None = None

    def to_json(self) -> dict[str, Any]:
        value = number(self.value) if self.upper is None else [number(self.value), number(self.upper)]
        return {"text": self.text, "operator": self.operator, "value": value, "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading above tasks. Below the first level its number is a path: ``2.1``."""

    number: str
    title: str


@dataclass(slots=True)
class Task:
    """A point of the plan. ``text`` is its wording without number and responsibility clause.

    ``leads`` answer for it, ``cooperators`` help, ``shared`` carry it together without a lead; ``open_set``: others that
    are not named belong to it (各有关单位). ``incomplete``: something of its wording is missing or unreadable.
    """

    number: str
    chapter: str
    title: str
    text: str
    measures: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    cooperators: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    open_set: bool = False
    targets: list[Target] = field(default_factory=list)
    deadline: date | None = None
    incomplete: bool = False
    inherited_units: bool = False
    first_line: int = 0
    last_line: int = 0

    @property
    def units(self) -> list[str]:
        return [*self.leads, *self.cooperators, *self.shared]

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "chapter": self.chapter,
            "title": self.title,
            "text": self.text,
            "measures": self.measures,
            "leads": self.leads,
            "cooperators": self.cooperators,
            "shared": self.shared,
            "open_set": self.open_set,
            "targets": [target.to_json() for target in self.targets],
            "deadline": self.deadline.isoformat() if self.deadline else None,
            "incomplete": self.incomplete,
        }


@dataclass(slots=True)
class Damage:
    """A place that cannot be read. ``excerpt`` as it stands, ``suggestion`` as far as it can be worked out (□: a lost
    character), empty when it cannot. ``task`` is empty outside tasks. ``line`` counts from 0; ``standing`` is the place as it stands in the task's text."""

    task: str
    excerpt: str
    suggestion: str
    line: int = 0
    standing: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"task": self.task, "excerpt": self.excerpt, "suggestion": self.suggestion}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person should look at: a stable ``code``, the task (or nothing), and a sentence."""

    code: str
    text: str
    task: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "task": self.task, "text": self.text}


@dataclass(slots=True)
class Plan:
    """A plan as read."""

    title: str = ""
    number: str = ""
    issuer: str = ""
    date: date | None = None
    year: int | None = None
    chapters: list[Chapter] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    bodies: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def warn(self, code: str, text: str, task: str = "") -> None:
        self.warnings.append(Notice(code, text, task))

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "number": self.number,
            "issuer": self.issuer,
            "date": self.date.isoformat() if self.date else None,
            "chapters": [{"number": chapter.number, "title": chapter.title} for chapter in self.chapters],
            "tasks": [task.to_json() for task in self.tasks],
            "damage": [damage.to_json() for damage in self.damage],
            "warnings": [warning.to_json() for warning in self.warnings],
        }


def number(value: Decimal) -> int | float:
    """As JSON has it: whole numbers without a fraction."""
    return int(value) if value == value.to_integral_value() else float(value)
