"""The inventory's own terms, ``inventory.yaml``: who reviews, how entries are coded, cycles, types, the grading table.

They are an edition like other reference data: read with :func:`standard`, replaced by loading the profile again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.publishing import profile
from xiang.foundation.publishing import queries as publishing
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.hub.inventory.models import HIGHEST_GRADE, LOWEST_GRADE

KIND, KEY = "inventory", "standard"
_HARMS = ("extreme", "serious", "general", "none")
_GRADE = {"type": "integer", "minimum": LOWEST_GRADE, "maximum": HIGHEST_GRADE}
_NAMED = {"type": "object", "required": ["title"]}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["key", "authority", "code_scheme", "categories", "cycles", "formats", "types", "grades", "grading"],
    "properties": {
        "key": {"const": KEY},
        "authority": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "categories": {"type": "array", "items": {**_NAMED, "required": ["code", "title", "items"]}},
        "cycles": {"type": "array", "items": {**_NAMED, "required": ["code", "title", "days"]}},
        "types": {"type": "array", "items": {**_NAMED, "required": ["code", "title"]}},
        "grading": {
            "type": "object",
            "required": ["citation", "confirmed", "rows"],
            "properties": {
                "confirmed": {"type": "boolean"},
                "rows": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["objects", *_HARMS],
                        "properties": dict.fromkeys(_HARMS, _GRADE),
                    },
                },
            },
        },
    },
}


class StandardMissingError(DomainError):
    """The profile says nothing about the inventory (503)."""

    status = 503


@dataclass(frozen=True, slots=True)
class Standard:
    """The terms in force."""

    said: Mapping[str, Any]

    @property
    def authority(self) -> frozenset[str]:
        """The bodies in charge of sharing (政务数据共享主管部门): they review and publish."""
        return frozenset(self.said["authority"])

    @property
    def categories(self) -> list[str]:
        """``基础信息资源/人口`` and so on, in the guide's order."""
        return [f"{one['title']}/{item}" for one in self.said["categories"] for item in one["items"]]

    @property
    def cycles(self) -> dict[str, int]:
        """Days that may lie between two updates, by the words of the cycle; 0: not judged."""
        return {one["title"]: int(one["days"]) for one in self.said["cycles"]}

    def frequency(self, cycle: str) -> str:
        """The cycle in the frequency vocabulary that DCAT-AP names: DAILY, MONTHLY …"""
        found = (one.get("dcat") for one in self.said["cycles"] if one["title"] == cycle)
        return next(found, None) or "UNKNOWN"

    @property
    def formats(self) -> list[str]:
        return list(self.said["formats"])

    @property
    def types(self) -> dict[str, str]:
        return {one["code"]: one["title"] for one in self.said["types"]}

    @property
    def classification(self) -> dict[str, str]:
        return {one["key"]: one["title"] for one in self.said.get("classification", ())}

    @property
    def grades(self) -> dict[int, str]:
        return {one["grade"]: one["title"] for one in self.said["grades"]}

    @property
    def objects(self) -> dict[str, str]:
        return dict(self.said.get("objects", {}))

    @property
    def harms(self) -> dict[str, str]:
        return dict(self.said.get("harms", {}))

    @property
    def grading_confirmed(self) -> bool:
        return bool(self.said["grading"]["confirmed"])

    def grade_of(self, grading: Mapping[str, str]) -> int:
        """The grade that the decision table gives to harms by affected object; the highest wins (就高从严)."""
        rows = {name: row for row in self.said["grading"]["rows"] for name in row["objects"]}
        return max((int(rows[name][harm]) for name, harm in grading.items()), default=LOWEST_GRADE)

    def lasts(self, cycle: str) -> timedelta | None:
        """For how long data of this cycle counts as fresh; ``None`` when it is not judged."""
        days = self.cycles.get(cycle, 0)
        return timedelta(days=days) if days else None


def find() -> Standard | None:
    """The terms in force, or ``None`` before a profile was loaded."""
    edition = publishing.find(KIND, KEY)
    return Standard(edition.content) if edition else None


def standard() -> Standard:
    """The terms in force; raises :class:`StandardMissingError`."""
    found = find()
    if found is None:
        raise StandardMissingError(
            "inventory_standard_missing", "还没有装载一本账的口径，请配置员装载 inventory.yaml。"
        )
    return found


def _check(row: Row, context: Context) -> Iterator[Problem]:
    from xiang.hub.inventory import codes  # registered schemes, known once all rooms are ready

    if row.data["code_scheme"] not in codes.SCHEMES:
        detail = f"没有代码方案“{row.data['code_scheme']}”，可用：{'、'.join(codes.SCHEMES)}。"
        yield row.problem("code_scheme_unknown", detail, at="code_scheme")
    known = set(row.data.get("objects", {}))
    for place, line in enumerate(row.data["grading"]["rows"]):
        for name in set(line["objects"]) - known:
            detail = f"判定表里的对象“{name}”没有写在 objects 里。"
            yield row.problem("object_unknown", detail, at=f"grading.rows.{place}.objects")


def register() -> None:
    """Make the section known; called at start."""
    profile.register(
        profile.edition_section(
            kind=KIND,
            title="一本账口径",
            order=profile.Order.RESOURCES - 1,
            files="inventory.yaml",
            schema=SCHEMA,
            validate=_check,
        )
    )
