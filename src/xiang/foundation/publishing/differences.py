"""What differs between two contents, field by field. Members of a list are matched by their key, not their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_NAMES = ("key", "name", "code", "title")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: where it is, and what it said before and after."""

    path: str
    kind: Literal["added", "removed", "changed"]
    before: str = ""
    after: str = ""


def differences(old: Any, new: Any, path: str = "") -> Iterator[Difference]:
    """The fields in which ``new`` differs from ``old``, in order of their paths."""
    old, new = _keyed(old, new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}, key=str):
            where = f"{path}.{name}" if path else str(name)
            if name not in new:
                yield Difference(where, "removed", _said(old[name]))
            elif name not in old:
                yield Difference(where, "added", "", _said(new[name]))
            else:
                yield from differences(old[name], new[name], where)
    elif old != new:
        yield Difference(path, "changed", _said(old), _said(new))


def _keyed(old: Any, new: Any) -> tuple[Any, Any]:
    """Two lists of mappings as mappings by the name that every member of both has; anything else as it is."""
    if not (isinstance(old, list) and isinstance(new, list)):
        return old, new
    for name in _NAMES:
        first, second = _by(old, name), _by(new, name)
        if first is not None and second is not None:
            return first, second
    return old, new


def _by(members: Sequence[Any], name: str) -> dict[str, Any] | None:
    if not all(isinstance(member, Mapping) and name in member for member in members):
        return None
    found = {str(member[name]): member for member in members}
    return found if len(found) == len(members) else None


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every plain value inside, with its path: a whole new member reads like a list of its fields."""
    plain = isinstance(value, list) and all(not isinstance(member, Mapping | list) for member in value)
    if isinstance(value, Mapping | list) and not plain:
        members = value.items() if isinstance(value, Mapping) else enumerate(value, 1)
        for name, inner in members:
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, _said(value)


def _said(value: Any) -> str:
    if isinstance(value, list) and all(not isinstance(member, Mapping | list) for member in value):
        return "、".join(map(str, value))
    if isinstance(value, Mapping | list):
        return "\n".join(f"{path}：{said}" for path, said in _leaves(value))
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
