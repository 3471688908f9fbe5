"""The form of an entry: its fields with what was typed and what is wrong, and back to a content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xiang.foundation.ground.errors import FieldError
from xiang.foundation.pages.components import FieldView, Option
from xiang.hub.inventory.models import CatalogueEntry, Column
from xiang.hub.inventory.standard import Standard

_BLANK, _MOST = 4, 500
_ITEM = re.compile(r"item-(\d{1,3})-([a-z]+)")
_ITEM_FIELDS = ("name", "title", "type", "length", "grade", "element", "authoritative", "sensitive", "system", "table", "column")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as typed; ``errors`` by field."""

    place: int
    said: Mapping[str, Any]
    errors: Mapping[str, str]


def fields(said: Mapping[str, Any], errors: Iterable[FieldError], terms: Standard, new: bool) -> list[FieldView]:
    """The fields of an entry without its items."""
    wrong: dict[str, str] = {}
    for error in errors:
        wrong.setdefault(error.pointer.lstrip("/").replace("/", "-"), error.detail)

    def one(
        name: str, label: str, control: str = "text", hint: str = "", required: bool = True, options: Any = ()
    ) -> FieldView:
        value = said.get(name, "")
        text = "、".join(value) if isinstance(value, list) else str(value or "")
        choices = tuple(Option(str(v), str(w), str(v) == text) for v, w in options)
        return FieldView(name, label, control, text, hint, wrong.pop(name, ""), required, options=choices)

    shown = [one("key", "目录标识", hint="小写字母开头，只含小写字母、数字、下划线和短横；以后不变")] if new else []
    shown += [
        one("title", "目录名称"),
        one("summary", "摘要", "textarea", "这份数据是什么、范围到哪里"),
        one("category", "分类", "select", options=[(v, v) for v in terms.categories]),
        one("format", "数据格式", "select", options=[(v, v) for v in terms.formats]),
        one("cycle", "更新周期", "select", options=[(v, v) for v in terms.cycles]),
        one("share", "共享属性", "select", options=CatalogueEntry.Share.choices),
        one("conditions", "共享条件", "textarea", "有条件共享的写明共享范围、用途和条件；无条件共享不写", False),
        one(
            "not_shared_citation",
            "不予共享依据",
            "textarea",
            "不予共享的写明法律、行政法规或者国务院决定的具体条款",
            False,
        ),
        one("mode", "共享方式", "select", options=CatalogueEntry.Mode.choices),
        one("open", "开放属性", "select", options=CatalogueEntry.Open.choices, required=False),
        one("provider_code", "统一社会信用代码", hint="空着按机关登记的填", required=False),
        one("related", "关联目录", hint="标识或代码，用顿号隔开", required=False),
        one("grade", "级别", "select", "最低级别；按判定表和信息项就高", options=list(terms.grades.items())),
    ]
    shown += _grading(said.get("grading") or {}, wrong, terms)
    shown += _classification(said.get("classification") or {}, wrong, terms)
    return shown


def _grading(said: Mapping[str, str], wrong: dict[str, str], terms: Standard) -> list[FieldView]:
    hint = "" if terms.grading_confirmed else "判定表待核实"
    return [
        FieldView(
            f"grading-{key}", f"泄露、篡改会对{title}造成", "select", "", hint, wrong.pop(f"grading-{key}", ""), False,
            options=tuple(Option(harm, word, said.get(key) == harm) for harm, word in terms.harms.items()),
        )
        for key, title in terms.objects.items()
    ]  # fmt: skip


def _classification(said: Mapping[str, str], wrong: dict[str, str], terms: Standard) -> list[FieldView]:
    return [
        FieldView(
            f"classification-{key}", title, "text", said.get(key, ""), "", wrong.pop(f"classification-{key}", ""), False
        )
        for key, title in terms.classification.items()
    ]


def items(said: Sequence[Mapping[str, Any]], errors: Iterable[FieldError]) -> list[ItemRow]:
    """The rows of items, with a few blank ones to go on with."""
    wrong: dict[int, dict[str, str]] = {}
    for error in errors:
        parts = error.pointer.split("/")
        if len(parts) == 4 and parts[1] == "items" and parts[2].isdecimal():
            wrong.setdefault(int(parts[2]), {}).setdefault(parts[3], error.detail)
    rows = [ItemRow(n, one, wrong.get(n, {})) for n, one in enumerate(said)]
    return rows + [ItemRow(len(rows) + n, {"grade": ""}, {}) for n in range(_BLANK)]


def items_of(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Items begun from the columns of a scanned table: called as its comment says, else as the column."""
    return [
        {
            "name": one.name, "title": one.comment[:120] or one.name, "type": one.type, "length": one.length, "grade": 1,
            "system": one.table.system.key, "table": one.table.name, "column": one.name,
        }
        for one in columns
    ]  # fmt: skip


def content_of(posted: Mapping[str, str], before: Mapping[str, Any]) -> dict[str, Any]:
    """What was posted as a content; rows of items that hold nothing are left out."""
    said: dict[str, Any] = dict(before) | {name: value for name, value in posted.items() if "-" not in name}
    for group in ("grading", "classification"):
        lead = f"{group}-"
        said[group] = {name[len(lead) :]: value for name, value in posted.items() if name.startswith(lead) and value}
    said["related"] = [one for one in re.split(r"[、，,\s]+", str(posted.get("related", ""))) if one]
    said["grade"] = _number(posted.get("grade", "")) or 1
    found: dict[int, dict[str, Any]] = {}
    for name, value in posted.items():
        match = _ITEM.fullmatch(name)
        if match and match[2] in _ITEM_FIELDS and value.strip() and int(match[1]) < _MOST:
            found.setdefault(int(match[1]), {})[match[2]] = value.strip()
    # A row with nothing but a preset grade or type was not filled in.
    said["items"] = [_item(one) for _, one in sorted(found.items()) if set(one) - {"grade", "type"}]
    return said


def _item(one: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {name: _number(one[name]) if name in one else None for name in ("length", "grade")}
    flags = {name: bool(one.get(name)) for name in ("authoritative", "sensitive")}
    return {**one, **flags, **numbers}


def _number(text: str) -> Any:
    """The number, or what was typed: then the check says what is wrong with it."""
    return int(text) if text.isascii() and text.isdecimal() else text or None
