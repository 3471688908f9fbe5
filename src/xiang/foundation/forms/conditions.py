"""The small language in which a profile says when a field, a material or a step applies.

A condition is data: ``{field: child.alive, equals: true}``, with ``not_equals``, ``in``, ``contains`` (of several
choices), ``present`` instead of ``equals``; ``{all: […]}``, ``{any: […]}``, ``{not: …}``; a list means all of it; nothing means always.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TESTS = ("equals", "not_equals", "in", "contains", "present")


def holds(condition: Any, answers: Mapping[str, Any]) -> bool:
    """Whether a condition holds for these answers. A field without an answer equals nothing."""
    if not condition:
        return True
    if isinstance(condition, list):
        return all(holds(part, answers) for part in condition)
    if "all" in condition:
        return all(holds(part, answers) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, answers) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], answers)
    value = answers.get(condition["field"])
    if "equals" in condition:
        return bool(value == condition["equals"])
    if "not_equals" in condition:
        return bool(value != condition["not_equals"])
    if "in" in condition:
        return value in condition["in"]
    if "contains" in condition:
        return isinstance(value, list) and condition["contains"] in value
    return (value not in (None, "", [])) == bool(condition["present"])


def fields_of(condition: Any) -> set[str]:
    """The fields that a condition looks at."""
    if not condition:
        return set()
    if isinstance(condition, list):
        return {name for part in condition for name in fields_of(part)}
    for word in ("all", "any", "not"):
        if word in condition:
            return fields_of(condition[word])
    return {condition["field"]}


def wrong(condition: Any) -> str:
    """What is wrong with a condition as written in a profile, or an empty string."""
    if not condition:
        return ""
    if isinstance(condition, list):
        return next((w for part in condition if (w := wrong(part))), "")
    if not isinstance(condition, Mapping):
        return f"“{condition}”不是条件，应写成 {{field: …, equals: …}}"
    for word in ("all", "any", "not"):
        if word in condition:
            return wrong(condition[word])
    if "field" not in condition or not any(t in condition for t in _TESTS):
        return "条件要写明 field，以及 equals、not_equals、in、contains、present 之一"
    return ""
