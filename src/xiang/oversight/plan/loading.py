"""The plan's part of the profile: ``plans/*.yaml`` names a notice beside it, which is read when the profile is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xiang.foundation.ground.errors import DomainError
from xiang.foundation.parties.queries import division_path
from xiang.foundation.publishing import profile
from xiang.foundation.publishing.profile import Context, Problem, Row
from xiang.oversight.plan import naming, operations, reading
from xiang.oversight.plan.content import content_of
from xiang.oversight.plan.engine.model import Plan
from xiang.oversight.plan.engine.parsing import parse

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["key", "file", "division", "source", "tasks"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        "file": {"type": "string", "pattern": r"^[\w.-]+$"},
        "division": {"type": "string", "pattern": r"^\d{6}$"},
        "source": {"type": "string", "minLength": 1, "maxLength": 300},
        "tasks": {"type": "integer", "minimum": 1},
    },
}


def read(row: Row, context: Context) -> Plan:
    """The notice that a row names, read against the bodies of the profile."""
    data = (context.folder / "plans" / row.data["file"]).read_bytes()
    return parse(reading.text_of(data, row.data["file"]), naming.of_profile(context.folder))


def check(row: Row, context: Context) -> Iterator[Problem]:
    """The notice is there, can be read, is undamaged and has as many tasks as the row says."""
    try:
        plan = read(row, context)
    except OSError:
        yield row.problem("plan_file_absent", f"没有文件 plans/{row.data['file']}。", at="file")
        return
    except DomainError as refused:
        yield row.problem(refused.code, refused.detail, at="file")
        return
    if plan.damage:
        yield row.problem(
            "plan_damaged", f"文件里有 {len(plan.damage)} 处损坏：{plan.damage[0].excerpt}。请换完好的文本。", at="file"
        )
    if len(plan.tasks) != row.data["tasks"]:
        yield row.problem(
            "plan_tasks", f"读到 {len(plan.tasks)} 条任务，这里写的是 {row.data['tasks']} 条。", at="tasks"
        )
    if not plan.year:
        yield row.problem("plan_year", "文件里没有年份，请在标题里写明是哪一年的计划。", at="file")


def apply(row: Row, context: Context) -> None:
    """Put the plan; loading again changes nothing."""
    plan = read(row, context)
    path = division_path(row.data["division"])
    operations.put_plan(row.key, path, row.data["source"], content_of(plan), context.actor)


def register() -> None:
    """Called once at start."""
    profile.register(
        profile.Section(
            kind="plans",
            title="工作要点",
            order=profile.Order.MEASURES + 1,
            files="plans/*.yaml",
            schema=SCHEMA,
            validate=check,
            apply=apply,
        )
    )
