"""What the pages of the base registries show, as plain values; personal ones are masked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
class SideRow:
    """One of the two records of a pair, masked."""

    golden: UUID
    source: str
    day: str
    summary: str


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One field of a pair: both values masked, how they agree in words, and for which answer that speaks.

    ``kind`` is a kind of status; ``weight`` in bits, nothing where nothing was weighed.
    """

    title: str
    left: str
    right: str
    words: str = ""
    kind: str = ""
    speaks: str = ""
    icon: str = ""
    weight: str = ""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair for the steward: both sides masked, the reasons in words."""

    id: UUID
    registry: str
    probability: str
    cause: str
    later: bool
    sides: tuple[SideRow, SideRow]
    fields: list[CompareRow]


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merge that can be undone."""

    id: UUID
    at: datetime
    reason: str
    records: int
    by: str


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


_CAUSES = {
    Pair.Cause.ALIKE: "部分内容相同，但还不够自动归并。",
    Pair.Cause.CROWDED: "和它有同样内容的记录太多，没有逐条比完；这是已经比过的里面最像的一条。",
    Pair.Cause.REGROUPED: "批量归并把它们分在一组，和现在的主记录不一致，没有自动改动。",
}


def pair_row(pair: Pair) -> PairRow:
    """A pair with its explanation, the two sides field by field: first what was compared, the heaviest first."""
    kind = KINDS[pair.registry.kind]
    ends = (pair.left, pair.right)
    one, other = (SideRow(end.golden_id, end.source.title, end.day, summary(end, kind.key)) for end in ends)
    needs = {column.name: column.needs[0] for column in kind.columns}
    weighed = [(needs[str(part["field"])], part) for part in pair.parts]
    compared = {field for field, _ in weighed}
    rows = [_compared(kind.key, ends, field, part) for field, part in weighed]
    rows += [_compared(kind.key, ends, field) for field in kind.fields if field not in compared]
    return PairRow(
        id=pair.id,
        registry=pair.registry.title,
        probability=f"{min(pair.probability, 0.999):.1%}",
        cause=_CAUSES[Pair.Cause(pair.cause)],
        later=pair.state == Pair.State.LATER,
        sides=(one, other),
        fields=[row for row in rows if row.left or row.right],
    )


def _compared(kind: str, ends: tuple[Record, Record], field: str, part: dict[str, Any] | None = None) -> CompareRow:
    left, right = (masked(field, text, kind) if (text := end.values.get(field, "")) else "" for end in ends)
    title = TITLES.get(field, field)
    if part is None or not part["weight"]:
        return CompareRow(title, left, right, str(part["words"]) if part else "")
    speaks = ("run", "支持相同", "check") if part["weight"] > 0 else ("soon", "支持不同", "x")
    return CompareRow(title, left, right, str(part["words"]), *speaks, f"{part['weight']:+.1f}")


def merge_rows(merges: Iterable[Merge]) -> list[MergeRow]:
    """Merges that can be undone."""
    return [
        MergeRow(one.id, one.at, one.reason, len(one.records), "按规则自动合并" if one.by_rule else "数据管理岗合并")
        for one in merges
    ]


def registry_rows(overviews: Iterable[Overview]) -> list[Overview]:
    """Registries as the overview page lists them: those with something to do first."""
    return sorted(overviews, key=lambda one: (one.waiting == 0, one.registry.key))
