"""What a reading holds: the shape of ``plan parse --json``, and for each task its lines in the text and its bodies."""

from __future__ import annotations

from typing import Any

from xiang.foundation.ground.errors import FieldError
from xiang.oversight.plan.engine import targets
from xiang.oversight.plan.engine.model import Plan


def content_of(plan: Plan) -> dict[str, Any]:
    """A plan as read, to be reviewed; damage and warnings are rows of their own."""
    said = plan.to_json()
    del said["damage"], said["warnings"]
    for task, row in zip(plan.tasks, said["tasks"], strict=True):
        row["lines"] = [task.first_line, task.last_line]
        row["inherited_units"] = task.inherited_units
    return {**said, "year": plan.year}


def targets_in(lines: str, errors: list[FieldError]) -> list[dict[str, Any]]:
    """Targets written in words, one a line; a line without a figure is an error."""
    found: list[dict[str, Any]] = []
    for line in lines.splitlines():
        if not line.strip():
            continue
        read = [target.to_json() for target in targets.found(line.strip())]
        if not read:
            errors.append(
                FieldError(
                    "/targets", "target_unread", f"“{line.strip()[:40]}”里没有读到数和单位，例如：一网通办率达到90%。"
                )
            )
        found += [one for one in read if one not in found]
    return found
