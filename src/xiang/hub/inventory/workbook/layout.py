"""The columns of the workbook's two sheets, and how a cell becomes a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.inventory.standard import Standard

ENTRIES, ITEMS, GUIDE = "目录", "信息项", "填写说明"


def _labels(choices: Any) -> dict[str, str]:
    return {str(label): str(value) for value, label in choices}


SHARES = _labels(CatalogueEntry.Share.choices)
MODES = _labels(CatalogueEntry.Mode.choices)
OPENS = _labels(CatalogueEntry.Open.choices)
YES = {"是": True, "否": False}


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: the field, its head, what to write, and the words that stand for values."""

    field: str
    title: str
    how: str
    must: bool = False
    words: Mapping[str, Any] | None = None
    kind: str = "text"
    choices: Callable[[Standard], list[str]] | None = None


COLUMNS: Mapping[str, tuple[Heading, ...]] = {
    ENTRIES: (
        Heading("key", "目录标识", "小写字母开头，只含小写字母、数字、下划线和短横；以后不变", must=True),
        Heading("code", "目录代码", "空着由系统按代码方案编"),
        Heading("title", "目录名称", "不超过 120 个字", must=True),
        Heading("body_key", "提供单位", "机关的键，例如 430104.police", must=True),
        Heading("provider_code", "提供单位统一社会信用代码", "18 位；空着按机关登记的填"),
        Heading("summary", "摘要", "这份数据是什么、范围到哪里", must=True),
        Heading("category", "分类", "类/项", must=True, choices=lambda said: said.categories),
        Heading("format", "数据格式", "", must=True, choices=lambda said: said.formats),
        Heading("cycle", "更新周期", "", must=True, choices=lambda said: list(said.cycles)),
        Heading("share", "共享属性", "", must=True, words=SHARES),
        Heading("conditions", "共享条件", "有条件共享的必填：共享范围、用途和条件；无条件共享不填"),
        Heading("not_shared_citation", "不予共享依据", "不予共享的必填：法律、行政法规或者国务院决定的具体条款"),
        Heading("mode", "共享方式", "", must=True, words=MODES),
        Heading("open", "开放属性", "空着为不予开放", words=OPENS),
        Heading("grade", "级别", "1 至 4 一般数据，5 重要数据，6 核心数据；按信息项就高", kind="number"),
        Heading("related", "关联目录", "相关目录的标识或代码，用顿号隔开", kind="list"),
        Heading("secret", "是否涉密", "涉密的不进入目录", words=YES),
    ),
    ITEMS: (
        Heading("key", "目录标识", "和“目录”表里的一致", must=True),
        Heading("name", "英文名", "字母开头，只含字母、数字和下划线", must=True),
        Heading("title", "信息项名称", "中文名称", must=True),
        Heading("type", "数据类型", "", must=True, choices=lambda said: list(said.types)),
        Heading("length", "长度", "字符数或者位数，不限就空着", kind="number"),
        Heading("grade", "级别", "1 至 6，空着为 1", kind="number"),
        Heading("sensitive", "敏感个人信息", "", words=YES),
        Heading("element", "数据元", "同一个数据在各处的同一个名字，例如 person.birth_date"),
        Heading("authoritative", "是否数源", "一个数据元全省只有一个数源", words=YES),
        Heading("system", "对应系统", "已登记系统的标识"),
        Heading("table", "对应表", ""),
        Heading("column", "对应列", ""),
    ),
}


def allowed(heading: Heading, standard: Standard) -> list[str]:
    """The words that a cell may hold; empty where anything goes."""
    if heading.words is not None:
        return list(heading.words)
    return heading.choices(standard) if heading.choices else []
