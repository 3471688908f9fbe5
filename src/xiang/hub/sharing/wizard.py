"""The steps of an application: what each asks, and how its form is read into the draft. Nothing typed is ever lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from xiang.foundation.ground.errors import FieldError
from xiang.foundation.pages.components import FieldView, Option
from xiang.hub.inventory.models import CatalogueEntry
from xiang.hub.policies.vocabulary import ROW_OPERATORS
from xiang.hub.sharing import asking, names, request_presenting
from xiang.hub.sharing.models import Environment, Mode, Scenario, ShareRequest

STEPS = ("选场景", "选目录", "选数据项", "写依据和承诺", "看一遍，提交")
LAST = len(STEPS)
_KINDS = {ShareRequest.Kind.SHARING: "向其他机关申请共享", ShareRequest.Kind.RETURN_FLOW: "向上级申请回流本地区的数据"}
_TEXTS = {
    "business_item": ("业务事项", "用这些数据办什么事，例如：最低生活保障对象认定", 120),
    "purpose": ("用途代码", "小写字母，网关按它核对用途，例如 relief_check", 80),
    "law": ("依据的法律、法规或者文件", "写全称，不加书名号", 120),
    "article": ("依据的条款", "例如：第四条", 120),
    "frequency": ("使用频率", "例如：每月一次，每次约 500 条", 60),
    "receiving_system": ("接收数据的系统", "数据到哪个系统里用", 120),
}
_PLACES = {"scenario": 1, "kind": 1, "entries": 2}


def step_of(error: FieldError) -> int:
    """The step at which a fault is mended."""
    head, _, rest = error.pointer.lstrip("/").partition("/")
    if head == "entries" and ("items" in rest or "rows" in rest):
        return 3
    return _PLACES.get(head, 4)


def read(step: int, posted: QueryDict, content: Mapping[str, Any]) -> dict[str, Any]:
    """The draft with what this step's form says."""
    said = dict(content)
    if step == 1:
        said |= {"scenario": posted.get("scenario", ""), "kind": posted.get("kind", ShareRequest.Kind.SHARING)}
    elif step == 2:
        said["entries"] = _entries(posted.getlist("entry"), posted.getlist("shown"), content.get("entries") or [])
    elif step == 3:
        said["entries"] = [_part(one, posted) for one in content.get("entries") or []]
    elif step == 4:
        names = (*_TEXTS, "mode", "environment", "quota", "protection", "valid_from", "valid_to")
        said |= {name: posted.get(name, "").strip() for name in names}
        said["commitment"] = posted.get("commitment") == "yes"
    return said


def _entries(chosen: Sequence[str], shown: Sequence[str], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those chosen, with what was said of them; what this page did not show stays."""
    known = {one["entry"]: dict(one) for one in before}
    kept = [key for key in known if key in chosen or key not in shown]
    keys = [*kept, *(key for key in chosen if key not in known)]
    return [known.get(key) or {"entry": key, "resource": "", "items": [], "rows": []} for key in keys]


def _part(one: Mapping[str, Any], posted: QueryDict) -> dict[str, Any]:
    key = one["entry"]
    field, values = posted.get(f"{key}:field", ""), posted.get(f"{key}:values", "")
    listed = [value for value in values.replace("，", ",").replace("、", ",").replace(" ", ",").split(",") if value]
    row = {"field": field, "operator": posted.get(f"{key}:operator", ""), "values": listed}
    return {**one, "items": posted.getlist(f"{key}:items"), "rows": [row] if field else []}


def choices(content: Mapping[str, Any]) -> list[FieldView]:
    """The first step: which scenario, and from whom."""
    known = Scenario.objects.filter(retired=False).order_by("title")
    chosen = content.get("scenario", "")
    options = [Option("", "不在清单里", not chosen), *(Option(one.key, one.title, one.key == chosen) for one in known)]
    kind = content.get("kind") or ShareRequest.Kind.SHARING
    return [
        FieldView(
            "kind", "申请什么", "choice", options=tuple(Option(k, words, k == kind) for k, words in _KINDS.items())
        ),
        FieldView("scenario", "用在哪个重点场景", "select", options=tuple(options), required=False),
    ]


def entry_field(entries: Sequence[CatalogueEntry], chosen: Sequence[str]) -> FieldView:
    """The second step: which entries, each with its keeper and what it is shared on."""
    named = names.body_names(one.body_key for one in entries)
    options = (
        Option(
            one.key,
            one.title,
            one.key in chosen,
            "·".join(part for part in (named[one.body_key], one.get_share_display(), one.conditions) if part),
        )
        for one in entries
    )
    return FieldView("entry", "要用哪些目录", "checks", options=tuple(options))


def part_fields(
    content: Mapping[str, Any], entries: Mapping[str, CatalogueEntry]
) -> list[tuple[CatalogueEntry, list[FieldView]]]:
    """The third step: for each entry its data items, and one condition on the rows."""
    found = []
    for one in content.get("entries") or []:
        entry = entries.get(one["entry"])
        if entry is None:
            continue
        known = asking.known_items(entry, asking.resource_of(entry, one.get("resource", "")))
        row = (one.get("rows") or [{"field": "", "operator": "", "values": []}])[0]
        found.append((entry, _part_fields(entry.key, known, set(one.get("items") or ()), row)))
    return found


def _part_fields(key: str, known: Mapping[str, str], items: set[str], row: Mapping[str, Any]) -> list[FieldView]:
    names = (
        Option("", "不限，要全部的行", not row["field"]),
        *(Option(n, t, n == row["field"]) for n, t in known.items()),
    )
    words = request_presenting.OPERATORS
    operators = tuple(Option(o, words[o], o == row["operator"]) for o in words if o in ROW_OPERATORS)
    return [
        FieldView(
            f"{key}:items", "要用的数据项", "checks", hint="只选办这件事必需的",
            options=tuple(Option(name, title, name in items) for name, title in known.items()),
        ),
        FieldView(f"{key}:field", "只要哪些行：按哪一项", "select", options=names, required=False),
        FieldView(f"{key}:operator", "怎样比", "select", options=operators, required=False),
        FieldView(
            f"{key}:values", "比较的值", value="，".join(str(v) for v in row["values"]), required=False,
            hint="几个值用逗号隔开。回流时写本地区的区划代码，例如 430100",
        ),
    ]  # fmt: skip


def basis_fields(content: Mapping[str, Any], errors: Mapping[str, str]) -> list[FieldView]:
    """The fourth step: basis, period, how and where it is used, and the commitment."""
    said = {name: str(content.get(name) or "") for name in (*_TEXTS, "quota", "valid_from", "valid_to")}
    texts = [
        FieldView(name, title, value=said[name], hint=hint, maxlength=longest, error=errors.get(name, ""))
        for name, (title, hint, longest) in _TEXTS.items()
    ]
    levels = [Option(str(n), f"{n} 级", str(content.get("protection") or "") == str(n)) for n in range(1, 6)]
    return [
        *texts,
        _choice("mode", "共享方式", dict(Mode.choices), content, errors),
        _choice("environment", "使用环境", dict(Environment.choices), content, errors),
        FieldView("protection", "接收系统的等级保护", "choice", options=tuple(levels), error=errors.get("protection", "")),
        FieldView("quota", "最多用多少次", "number", said["quota"], "不写就是不限", required=False),
        FieldView("valid_from", "从哪天起", "date", said["valid_from"], error=errors.get("valid_from", "")),
        FieldView("valid_to", "到哪天止（含当日）", "date", said["valid_to"], error=errors.get("valid_to", "")),
        FieldView(
            "commitment", "安全承诺", "checks", error=errors.get("commitment", ""),
            options=(Option("yes", "只用于所写用途，不转给第三方，到期删除，出了问题由本机关负责", bool(content.get("commitment"))),),
        ),
    ]  # fmt: skip


def _choice(
    name: str, title: str, words: Mapping[str, str], content: Mapping[str, Any], errors: Mapping[str, str]
) -> FieldView:
    options = tuple(Option(key, said, content.get(name) == key) for key, said in words.items())
    return FieldView(name, title, "choice", options=options, error=errors.get(name, ""))
