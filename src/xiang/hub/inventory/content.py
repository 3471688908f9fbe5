"""What an entry says, and what must hold of it before anybody signs: regulation 809 art. 14, the guide of 2017.

A content is a plain mapping (it is drafted, exchanged, printed and frozen): the columns of ``CatalogueEntry`` and a list
``items`` of mappings with the columns of ``Item``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from xiang.foundation.ground.errors import FieldError, Invalid
from xiang.foundation.parties.identity import check_uscc
from xiang.hub.inventory.models import HIGHEST_GRADE, LOWEST_GRADE, CatalogueEntry, Item
from xiang.hub.inventory.standard import Standard

KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
RESERVED = {"new", "import"}  # their addresses are the application's own
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
LONGEST = {"title": 120, "category": 80, "format": 40, "cycle": 20, "provider_code": 18, "code": 80}
TEXTS = ("key", "code", "body_key", "provider_code", "title", "summary", "category", "format", "cycle", "share",
         "conditions", "not_shared_citation", "open", "mode")  # fmt: skip
ITEM_TEXTS = ("name", "title", "type", "element", "system", "table", "column")
MUST = {
    "title": "目录名称", "body_key": "提供单位", "summary": "摘要", "category": "分类", "format": "数据格式",
    "cycle": "更新周期", "share": "共享属性", "mode": "共享方式",
}  # fmt: skip


def plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The content in its one shape: texts stripped, what is not said empty, nothing unknown."""
    said = {name: str(given.get(name) or "").strip() for name in TEXTS}
    said["open"] = said["open"] or CatalogueEntry.Open.CLOSED
    return said | {
        "related": [str(one).strip() for one in given.get("related") or () if str(one).strip()],
        "classification": {k: str(v) for k, v in (given.get("classification") or {}).items() if v},
        "grading": {k: str(v) for k, v in (given.get("grading") or {}).items() if v},
        "grade": given.get("grade") or LOWEST_GRADE,
        "secret": bool(given.get("secret")),
        "items": [_item(one) for one in given.get("items") or ()],
    }


def _item(given: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: str(given.get(name) or "").strip() for name in ITEM_TEXTS}
    flags = {name: bool(given.get(name)) for name in ("authoritative", "sensitive")}
    return texts | flags | {"length": given.get("length"), "grade": given.get("grade") or LOWEST_GRADE}


def graded(content: dict[str, Any], standard: Standard) -> dict[str, Any]:
    """With the grade that follows: the highest of what was said, the decision table and the items (就高从严)."""
    own = [int(one["grade"]) for one in content["items"]]
    return content | {"grade": max(int(content["grade"]), standard.grade_of(content["grading"]), *own)}


def check(content: Mapping[str, Any], standard: Standard) -> dict[str, Any]:
    """The content, graded; raises :class:`Invalid` with everything that is to be mended."""
    errors = list(problems(content, standard))
    if errors:
        raise Invalid(errors, "catalogue_invalid", f"目录有 {len(errors)} 处要改。")
    return graded(dict(content), standard)


def problems(content: Mapping[str, Any], standard: Standard) -> Iterator[FieldError]:
    """Everything to be mended: where, a code, and what to do."""
    if content["secret"]:
        yield FieldError("/secret", "secret", "国家秘密和工作秘密不进入共享目录：请从目录里去掉，按保密规定管理。")
    if not KEY.fullmatch(content["key"]) or content["key"] in RESERVED:
        yield FieldError("/key", "key_form", "标识用小写字母开头，只含小写字母、数字、下划线和短横，不超过 64 位。")
    for name, title in MUST.items():
        if not content[name]:
            yield FieldError(f"/{name}", "missing", f"还没有写{title}。")
    for name, most in LONGEST.items():
        if len(content[name]) > most:
            yield FieldError(f"/{name}", "too_long", f"最多 {most} 个字，请写短一些。")
    yield from _choices(content, standard)
    yield from _sharing(content)
    yield from _grading(content, standard)
    yield from _items(content["items"], standard)
    if content["provider_code"]:
        for code, detail in check_uscc(content["provider_code"]).errors:
            yield FieldError("/provider_code", code, detail)


def _choices(content: Mapping[str, Any], standard: Standard) -> Iterator[FieldError]:
    known = {
        "category": standard.categories,
        "format": standard.formats,
        "cycle": list(standard.cycles),
        "share": list(CatalogueEntry.Share.values),
        "mode": list(CatalogueEntry.Mode.values),
        "open": list(CatalogueEntry.Open.values),
    }
    for name, values in known.items():
        if content[name] and content[name] not in values:
            yield FieldError(f"/{name}", "choice_unknown", f"“{content[name]}”不在可选范围：{'、'.join(values[:20])}。")


def _sharing(content: Mapping[str, Any]) -> Iterator[FieldError]:
    share = CatalogueEntry.Share
    if content["share"] == share.NOT_SHARED and not content["not_shared_citation"]:
        detail = "不予共享必须写明法律、行政法规或者国务院决定的具体条款。"
        yield FieldError("/not_shared_citation", "citation_missing", detail)
    if content["share"] == share.CONDITIONAL and not content["conditions"]:
        yield FieldError("/conditions", "conditions_missing", "有条件共享必须写明共享范围、用途和条件。")
    if content["share"] == share.UNCONDITIONAL and content["conditions"]:
        yield FieldError("/conditions", "conditions_obstruct", "无条件共享不能附加条件：删去条件，或改为有条件共享。")


def _grading(content: Mapping[str, Any], standard: Standard) -> Iterator[FieldError]:
    for name, harm in content["grading"].items():
        if name not in standard.objects or harm not in standard.harms:
            yield FieldError(f"/grading/{name}", "choice_unknown", "影响对象或危害程度不在判定表里，请重新选择。")
    for name in set(content["classification"]) - set(standard.classification):
        yield FieldError(f"/classification/{name}", "choice_unknown", "没有这个分类属性，请重新选择。")
    if not _is_grade(content["grade"]):
        yield FieldError("/grade", "grade_range", f"级别是 {LOWEST_GRADE} 到 {HIGHEST_GRADE} 的整数。")


def _is_grade(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and LOWEST_GRADE <= value <= HIGHEST_GRADE


def _items(items: list[dict[str, Any]], standard: Standard) -> Iterator[FieldError]:
    if not items:
        yield FieldError("/items", "items_missing", "至少写一个信息项。")
    seen: set[str] = set()
    for place, item in enumerate(items):
        at = f"/items/{place}"
        if not NAME.fullmatch(item["name"]):
            yield FieldError(f"{at}/name", "name_form", "信息项的英文名用字母开头，只含字母、数字和下划线。")
        elif item["name"] in seen:
            yield FieldError(f"{at}/name", "name_twice", f"信息项“{item['name']}”写了两次，请改名或删去一个。")
        seen.add(item["name"])
        yield from _item_problems(at, item, standard)


def _item_problems(at: str, item: Mapping[str, Any], standard: Standard) -> Iterator[FieldError]:
    if not item["title"] or len(item["title"]) > 120:
        yield FieldError(f"{at}/title", "missing", "写明信息项的中文名称，不超过 120 个字。")
    if item["type"] not in standard.types:
        detail = f"数据类型写一个字母：{'、'.join(f'{k} {v}' for k, v in standard.types.items())}。"
        yield FieldError(f"{at}/type", "type_unknown", detail)
    if item["length"] is not None and (not isinstance(item["length"], int) or not 0 < item["length"] < 10**9):
        yield FieldError(f"{at}/length", "length_form", "长度写正整数，不限长度就空着。")
    if item["authoritative"] and not item["element"]:
        yield FieldError(f"{at}/element", "element_missing", "登记为数源的信息项要写明数据元，例如 person.birth_date。")
    if not _is_grade(item["grade"]):
        yield FieldError(f"{at}/grade", "grade_range", f"级别是 {LOWEST_GRADE} 到 {HIGHEST_GRADE} 的整数。")
    if bool(item["column"]) != bool(item["table"] and item["system"]):
        yield FieldError(f"{at}/column", "mapping_half", "对应的系统、表、列要一起写，或者都空着。")


def of_entry(entry: CatalogueEntry) -> dict[str, Any]:
    """The content of a published entry, as a change of it begins."""
    said: dict[str, Any] = {name: getattr(entry, name) for name in TEXTS}
    for name in ("related", "classification", "grading", "grade"):
        said[name] = getattr(entry, name)
    items = getattr(entry, "listed", None)  # read for many entries at once
    said["items"] = [of_item(item) for item in (entry.item_rows.select_related("system") if items is None else items)]
    return plain(said)


def of_item(item: Item) -> dict[str, Any]:
    """One item as a plain mapping; its system by key."""
    said = {name: getattr(item, name) for name in ("name", "title", "type", "element", "table", "column")}
    said |= {name: getattr(item, name) for name in ("authoritative", "sensitive", "length", "grade")}
    return _item(said | {"system": item.system.key if item.system else ""})
