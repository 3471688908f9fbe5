"""``measures.yaml``: what each measure should reach, from which day on, and on what ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xiang.foundation.measures import operations
from xiang.foundation.publishing.profile import Context, Order, Problem, Row, Section


def _key(content: Mapping[str, Any]) -> str:
    measure, since = content.get("measure"), content.get("valid_from")
    return f"{measure}@{since}" if measure and since else ""


def _check(row: Row, context: Context) -> Iterator[Problem]:
    for name in ("valid_from", "valid_to"):
        if row.data.get(name):
            try:
                date.fromisoformat(row.data[name])
            except ValueError:
                yield row.problem("date_form", f"没有 {row.data[name]} 这一天。", at=name)
    if (row.data.get("valid_to") or "9999") < row.data["valid_from"]:
        yield row.problem("valid_to_early", "截止日早于起始日，两个日期对调或改正。", at="valid_to")


def _put(row: Row, context: Context) -> None:
    data = row.data
    operations.set_target(
        data["measure"],
        int((Decimal(str(data["target"])) * 100).to_integral_value()),
        date.fromisoformat(data["valid_from"]),
        valid_to=date.fromisoformat(data["valid_to"]) if data.get("valid_to") else None,
        citation=data["citation"],
        plan_point=data.get("plan_point", ""),
        confirmed=data["confirmed"],
    )


def _drop(key: str, context: Context) -> None:
    measure, _, since = key.rpartition("@")
    operations.drop_target(measure, date.fromisoformat(since))


TARGETS = Section(
    kind="measures",
    title="指标目标",
    order=Order.MEASURES,
    files="measures.yaml",
    key=_key,
    schema={
        "type": "object",
        "required": ["key", "measure", "target", "valid_from", "citation", "confirmed"],
        "additionalProperties": False,
        "properties": {
            "key": {"type": "string", "minLength": 1},
            "measure": {"type": "string", "pattern": r"^[a-z_]+(\.[a-z_]+)+$"},
            "target": {"type": "number"},
            "plan_point": {"type": "string", "maxLength": 20},
            "valid_from": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
            "valid_to": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
            "citation": {"type": "string", "minLength": 1, "maxLength": 300},
            "confirmed": {"type": "boolean"},
        },
    },
    validate=_check,
    apply=_put,
    retire=_drop,
)
