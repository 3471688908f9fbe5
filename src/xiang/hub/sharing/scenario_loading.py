"""The list of scenarios in the profile: ``scenarios.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.hub.sharing import operations

_TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["key", "title", "lead", "source", "synthetic", "needs"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"},
        "title": _TEXT,
        "lead": _TEXT,
        "summary": {"type": "string", "maxLength": 400},
        "source": _TEXT,
        "synthetic": {"type": "boolean"},
        "needs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["entry", "items"],
                "additionalProperties": False,
                "properties": {"entry": _TEXT, "items": {"type": "array", "items": _TEXT}},
            },
        },
    },
}


def check(row: Row, context: Context) -> Iterator[Problem]:
    """The lead body is known; no entry is named twice. An entry may be missing: that is what the list shows."""
    if any(context.of("bodies")) and not context.has("bodies", row.data["lead"]):
        yield row.problem("body_unknown", f"没有机关“{row.data['lead']}”：先写进 bodies.yaml。", at="lead")
    named = [one["entry"] for one in row.data["needs"]]
    for place, entry in enumerate(named):
        if entry in named[:place]:
            yield row.problem("need_twice", f"目录“{entry}”写了两次，请合并。", at=f"needs.{place}")


def apply(row: Row, context: Context) -> None:
    said = row.data
    values = {name: said.get(name, "") for name in ("title", "lead", "summary", "source")}
    operations.put_scenario(row.key, {**values, "synthetic": said["synthetic"]}, said["needs"], context.actor)


def retire(key: str, context: Context) -> None:
    operations.retire_scenario(key, context.actor)


def register() -> None:
    """Make the section known; called at start."""
    profile.register(
        profile.Section(
            kind="scenarios",
            title="重点场景应用",
            order=profile.Order.GRANTS + 1,
            files="scenarios.yaml",
            schema=SCHEMA,
            validate=check,
            apply=apply,
            retire=retire,
        )
    )
