"""What the pages of the base registries show, as plain values; personal ones are masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiang.foundation.parties.names import mask_name, mask_number, mask_phone
from xiang.hub.bases.engine.kinds import KINDS
from xiang.hub.bases.engine.surviving import RULES
from xiang.hub.bases.models import Event, Golden, Merge, Pair, Record, Source
from xiang.hub.bases.queries import Overview

TITLES = {
    "name": "姓名或名称", "former_names": "曾用名", "id_number": "身份证号", "birth_certificate": "出生医学证明",
    "birth_date": "出生日期", "phone": "电话", "address": "地址", "uscc": "统一社会信用代码",
    "organisation_code": "组织机构代码", "registration_number": "原注册号", "representative": "法定代表人",
    "subject_number": "主体号码", "decision_number": "文书号", "identifier": "证照标识", "holder_number": "持证主体号码",
}  # fmt: skip
_NUMBERS = {"id_number", "birth_certificate", "subject_number", "holder_number", "phone"}
_KEPT = 3  # characters of an address or a date that are shown


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a golden record: the value masked, where it came from, why, and how many say otherwise."""

    field: str
    title: str
    value: str
    source: str
    rule: str
    against: int
    corrected: bool


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One source record behind it, in a line."""

    id: UUID
    source: str
    body: str
    day: str
    summary: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that happened."""

    what: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair for the steward: both sides masked, the reasons in words."""

    id: UUID
    registry: str
    probability: str
    sides: tuple[tuple[UUID, str, str], ...]
    parts: list[dict[str, object]]
    later: bool
    fields: list[tuple[str, str, str]]


def masked(field: str, value: str, kind: str) -> str:
    """A value as it may stand on a screen. Companies are public; people are not."""
    if kind == "legal" and field not in ("representative", "phone"):
        return value
    if field in ("name", "former_names", "representative"):
        return mask_name(value)
    if field == "phone":
        return mask_phone(value)
    if field in _NUMBERS:
        return mask_number(value)
    if field == "address":
        return value[: 2 * _KEPT] + "***" if len(value) > 2 * _KEPT else "***"
    return value[:4] + "-**-**" if field == "birth_date" else value


def field_rows(golden: Golden) -> list[FieldRow]:
    """The golden values in the order of the registry's kind."""
    kind = golden.registry.kind
    titles = {one.key: one.title for one in Source.objects.filter(registry=golden.registry)}
    rows = []
    for field in KINDS[kind].fields:
        if won := (golden.values or {}).get(field):
            value, source, _, rule, against = won
            shown = masked(field, value, kind)
            title = TITLES.get(field, field)
            rows.append(
                FieldRow(
                    field, title, shown, titles.get(source, ""), RULES.get(rule, rule), against, rule == "corrected"
                )
            )
    return rows


def record_rows(records: Iterable[Record], kind: str) -> list[RecordRow]:
    """The records behind a golden one."""
    return [RecordRow(one.id, one.source.title, one.source.body_key, one.day, summary(one, kind)) for one in records]


def summary(record: Record, kind: str) -> str:
    """``刘* · 4301**********0010``: enough to tell two apart, too little to use."""
    fields = ("name", "id_number", "uscc", "decision_number", "identifier")
    return " · ".join(masked(field, record.values[field], kind) for field in fields if record.values.get(field))


def event_rows(events: Iterable[Event]) -> list[EventRow]:
    return [
        EventRow(Event.Kind(one.kind).label, one.at, "系统" if one.by == "system" else "数据管理岗") for one in events
    ]


def pair_row(pair: Pair) -> PairRow:
    """A pair with its explanation, the two sides field by field."""
    kind = pair.registry.kind
    ends = (pair.left, pair.right)
    sides = tuple((one.golden_id, one.source.title, summary(one, kind)) for one in ends)
    fields = [
        (TITLES.get(field, field), *(masked(field, one.values.get(field, ""), kind) for one in ends))
        for field in KINDS[kind].fields
        if any(one.values.get(field) for one in ends)
    ]
    later = pair.state == Pair.State.LATER
    shown = f"{min(pair.probability, 0.9999):.1%}"
    return PairRow(pair.id, pair.registry.title, shown, sides, pair.parts, later, fields)  # type: ignore[arg-type]


def merge_rows(merges: Iterable[Merge]) -> list[tuple[UUID, datetime, str, int]]:
    """Merges that can be undone: id, when, why, how many records came."""
    return [(one.id, one.at, one.reason, len(one.records)) for one in merges]


def registry_rows(overviews: Iterable[Overview]) -> list[Overview]:
    """Registries as the overview page lists them: those with something to do first."""
    return sorted(overviews, key=lambda one: (one.waiting == 0, one.registry.key))
