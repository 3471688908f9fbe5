"""What a version or a change changed, in the words of the form instead of the names of fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from xiang.foundation.publishing.differences import Difference
from xiang.hub.inventory import naming
from xiang.hub.inventory.models import CatalogueEntry

_TITLES = {
    "key": "目录标识", "code": "目录代码", "body_key": "提供单位", "provider_code": "统一社会信用代码", "title": "名称",
    "summary": "摘要", "category": "分类", "format": "数据格式", "cycle": "更新周期", "share": "共享属性",
    "conditions": "共享条件", "not_shared_citation": "不予共享依据", "open": "开放属性", "mode": "共享方式", "grade": "级别",
    "related": "关联目录", "classification": "数据分类", "grading": "分级判定", "secret": "涉密", "items": "信息项",
    "name": "英文名", "type": "数据类型", "length": "长度", "element": "数据元", "authoritative": "数源", "sensitive": "敏感",
    "system": "对应系统", "table": "对应表", "column": "对应列",
}  # fmt: skip
_CHOICES: dict[str, dict[str, str]] = {
    "share": dict(CatalogueEntry.Share.choices),
    "open": dict(CatalogueEntry.Open.choices),
    "mode": dict(CatalogueEntry.Mode.choices),
}
_SAYS_NOTHING = ("", "空", "否")


_MEMBER = re.compile(r"(\d+)\.(\w+)")


def named(changes: Iterable[Difference]) -> list[Difference]:
    """The changes with their fields named, and without what a new or removed member leaves open."""
    telling = (one for one in changes if one.kind == "changed" or (one.before or one.after) not in _SAYS_NOTHING)
    return [
        replace(one, path=_path(one.path), before=_worded(one.path, one.before), after=_worded(one.path, one.after))
        for one in telling
    ]


def _worded(path: str, value: str) -> str:
    """A value as the form says it."""
    if path == "body_key" and value:
        return naming.body_name(value)
    return _CHOICES.get(path, {}).get(value) or _tidy(value)


def _path(path: str) -> str:
    first, *rest = path.split(".")
    return "·".join(
        [_TITLES.get(first, first), *(_TITLES.get(part, part) if n else part for n, part in enumerate(rest))]
    )


def _tidy(text: str) -> str:
    if "：" not in text or "\n" not in text:
        return text
    said = [(name, value) for name, _, value in (line.partition("：") for line in text.split("\n"))]
    if all(_MEMBER.fullmatch(name) for name, _ in said):
        return _items(said)
    return "\n".join(f"{_TITLES.get(name, name)}：{value}" for name, value in said if value not in _SAYS_NOTHING)


def _items(said: Iterable[tuple[str, str]]) -> str:
    """A whole list of items, a line each: ``姓名 name，C(60)，persons·person.name，敏感``."""
    members: dict[int, dict[str, str]] = {}
    for name, value in said:
        number, _, field = name.partition(".")
        members.setdefault(int(number), {})[field] = value if value not in _SAYS_NOTHING else ""
    return "\n".join(_item(one.get) for _, one in sorted(members.items()))


def _item(said: Callable[[str, str], str]) -> str:
    length, column = said("length", ""), said("column", "")
    parts = [
        f"{said('title', '')} {said('name', '')}",
        said("type", "") + (f"({length})" if length else ""),
        f"{said('system', '')}·{said('table', '')}.{column}" if column else "",
        *(_TITLES[flag] for flag in ("sensitive", "authoritative") if said(flag, "")),
    ]
    return "，".join(part for part in parts if part)
