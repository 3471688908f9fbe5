"""What two ends agree to carry, and how a table has drifted from what it was (结构漂移), explained.

Agreed kinds are the target's: a source is asked for its values in them, if that loses nothing. What would lose something
stops the run, before anything is written.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xiang.hub.exchange.engine.errors import Stopped
from xiang.hub.exchange.engine.wire import Column, Schema

# A kind and the kinds that hold each of its values exactly.
_HOLDS = {
    "int2": {"int4", "int8", "numeric", "float4", "float8", "text"},
    "int4": {"int8", "numeric", "float8", "text"},
    "int8": {"numeric", "text"},
    "float4": {"float8"},
    "date": {"timestamp", "timestamptz", "text"},
    "timestamp": {"timestamptz"},
    "timestamptz": {"timestamp"},
    "json": {"text"},
    "uuid": {"text"},
    "bool": {"int2", "int4", "int8"},
    "text": set[str](),
}
_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. ``kind``: added, removed, renamed, retyped, key. ``serious``: the run stops until it is settled."""

    kind: str
    column: str
    was: str
    now: str
    serious: bool
    said: str

    def plain(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def agreed(source: Schema, target: Schema | None, key: Sequence[str] = ()) -> Schema:
    """The columns to carry, in the kinds of the target; raises ``Stopped("schema_differs")`` with what stands against it."""
    wanted_key = tuple(key) or source.key or (target.key if target else ())
    if missing := [name for name in wanted_key if source.column(name) is None]:
        raise Stopped("key_missing", f"来源没有主键列：{'、'.join(missing)}。")
    if target is None:
        columns = [replace(one, nullable=one.nullable and one.name not in wanted_key) for one in source.columns]
        return Schema(tuple(columns), wanted_key)
    problems, carried = [], []
    for own in target.columns:
        given = source.column(own.name)
        if given is None:
            if not own.nullable:
                problems.append(f"目标的必填列“{own.name}”来源没有")
        elif not fits(given, own, untyped=source.untyped):
            problems.append(f"“{own.name}”来源是 {given.type}，目标是 {own.type}，装不下")
        else:
            carried.append(own)
    if problems or not carried:
        raise Stopped("schema_differs", "；".join(problems or ["来源和目标没有同名的列"]) + "。请先改好目标表结构。")
    return Schema(tuple(carried), wanted_key)


def fits(given: Column, own: Column, *, untyped: bool = False) -> bool:
    """Whether a column can carry everything of another. ``untyped``: each value is checked as it passes."""
    if given.kind == own.kind:
        return given.kind != "numeric" or untyped or _digits_fit(given, own)
    if untyped:
        return own.kind not in ("jsonb", "bytes") and not own.kind.startswith("native:")
    return own.kind in _HOLDS.get(given.kind, ())


def _digits_fit(given: Column, own: Column) -> bool:
    if own.precision is None or own.scale is None:
        return True
    if given.precision is None or given.scale is None:
        return False
    return own.scale >= given.scale and own.precision - own.scale >= given.precision - given.scale


def drift(before: Schema, now: Schema) -> list[Drift]:
    """How a table differs from what it was."""
    gone = [column for column in before.columns if now.column(column.name) is None]
    new = [column for column in now.columns if before.column(column.name) is None]
    found = [one for column in before.columns if (one := _retyped(column, now.column(column.name)))]
    for old in gone:
        likely = _renamed(old, new, before, now)
        if likely:
            new.remove(likely)
            said = f"“{old.name}”不见了，多了同类型的“{likely.name}”，可能是改名。请确认后改映射，或者在来源改回去。"
            found.append(Drift("renamed", old.name, old.name, likely.name, True, said))
        else:
            said = f"“{old.name}”已经从来源删除。目标里的旧值不会再更新，请确认是否不再需要。"
            found.append(Drift("removed", old.name, old.type, "", True, said))
    for column in new:
        said = f"来源多了一列“{column.name}”（{column.type}）。目标没有这一列，暂不交换。"
        found.append(Drift("added", column.name, "", column.type, False, said))
    if before.key != now.key:
        was, is_now = "、".join(before.key) or "没有", "、".join(now.key) or "没有"
        found.append(Drift("key", "", was, is_now, True, f"主键原来是 {was}，现在是 {is_now}。"))
    return found


def _retyped(was: Column, now: Column | None) -> Drift | None:
    if now is None or was.type == now.type:
        return None
    serious = not fits(now, was)
    what = "目标装不下，请先改目标的类型" if serious else "目标仍然装得下，照常交换"
    said = f"“{was.name}”的类型从 {was.type} 改成了 {now.type}：{what}。"
    return Drift("retyped", was.name, was.type, now.type, serious, said)


def _renamed(old: Column, new: Sequence[Column], before: Schema, now: Schema) -> Column | None:
    """The new column that is probably the old one: same type, and alike by name or at the same place."""
    place = before.names.index(old.name)
    for column in new:
        same_place = len(before.columns) == len(now.columns) and now.names.index(column.name) == place
        alike = difflib.SequenceMatcher(None, old.name.lower(), column.name.lower()).ratio() >= _ALIKE
        if column.type == old.type and (same_place or alike):
            return column
    return None


def plain(schema: Schema) -> dict[str, Any]:
    """A schema as JSON."""
    columns = [[one.name, one.kind, one.nullable, one.precision, one.scale] for one in schema.columns]
    return {"columns": columns, "key": list(schema.key)}


def from_plain(value: Mapping[str, Any]) -> Schema:
    """The schema back."""
    return Schema(tuple(Column(*one) for one in value["columns"]), tuple(value["key"]))
