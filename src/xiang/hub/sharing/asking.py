"""What an application for shared data must say (政务数据共享条例; 1.4 of the field's guide), checked before it is handed in.

Every fault has a pointer into the draft and says how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xiang.foundation.ground import instant
from xiang.foundation.ground.errors import Absent, FieldError, Invalid
from xiang.foundation.parties.actors import Actor
from xiang.foundation.parties.models import Body
from xiang.hub.inventory import queries as inventory
from xiang.hub.inventory.models import CatalogueEntry, Item, Resource
from xiang.hub.policies.divisions import above, stem
from xiang.hub.policies.vocabulary import ROW_OPERATORS
from xiang.hub.sharing.models import Environment, Mode, Scenario, ShareRequest

_LINES = {
    "business_item": ("业务事项", 120),
    "law": ("依据的法律、法规或者文件", 120),
    "article": ("依据的条款", 120),
    "frequency": ("使用频率", 60),
    "receiving_system": ("接收数据的系统", 120),
    "purpose": ("用途", 80),
}
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked of one entry."""

    entry: CatalogueEntry
    resource: Resource | None
    items: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole application that holds: the parts, and the columns that all of them have in common."""

    parts: Sequence[Part]
    values: Mapping[str, Any]


def known_items(entry: CatalogueEntry, resource: Resource | None) -> dict[str, str]:
    """The data items of an entry by name, with their titles: of its mounted resource, else as the catalogue lists them."""
    if resource is not None:
        return {name: one.title for name, one in resource.data_fields.items()}
    listed = dict(Item.objects.filter(entry=entry).values_list("name", "title"))
    return listed or {title: title for title in entry.items}


def resource_of(entry: CatalogueEntry, key: str = "") -> Resource | None:
    """The mounted resource meant: the one named, or the entry's first."""
    rows = Resource.objects.filter(entry=entry, state=Resource.State.MOUNTED).order_by("key")
    return rows.filter(key=key).first() if key else rows.first()


def checked(content: Mapping[str, Any], body: Body, actor: Actor) -> Asked:
    """The application that a draft says; ``Invalid`` with everything that is missing or wrong."""
    wrong: list[FieldError] = []
    values = _common(content, wrong)
    values["renews"] = _renewed(content, body, wrong)
    returning = content.get("kind") == ShareRequest.Kind.RETURN_FLOW
    values["kind"] = ShareRequest.Kind.RETURN_FLOW if returning else ShareRequest.Kind.SHARING
    said = content.get("entries") or []
    if not isinstance(said, list) or not 1 <= len(said) <= LONGEST:
        wrong.append(FieldError("/entries", "entries_missing", f"请选择要用的目录，一次最多 {LONGEST} 个。"))
        said = []
    parts = [part for n, one in enumerate(said) if (part := _part(one, f"/entries/{n}", body, actor, returning, wrong))]
    if len({part.entry.pk for part in parts}) != len(parts):
        wrong.append(FieldError("/entries", "entry_twice", "同一个目录选了两次，请合并成一份。"))
    if wrong:
        raise Invalid(wrong)
    return Asked(parts, values)


def _common(content: Mapping[str, Any], wrong: list[FieldError]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, (title, longest) in _LINES.items():
        values[name] = str(content.get(name) or "").strip()
        if not 1 <= len(values[name]) <= longest:
            wrong.append(FieldError(f"/{name}", f"{name}_missing", f"请填写{title}，{longest} 字以内。"))
    for name, choices, title in (("mode", Mode, "共享方式"), ("environment", Environment, "使用环境")):
        values[name] = content.get(name)
        if values[name] not in choices.values:
            wrong.append(FieldError(f"/{name}", f"{name}_missing", f"请选择{title}。"))
    values["valid_from"], values["valid_to"] = _period(content, wrong)
    values["quota"] = _number(content.get("quota"))
    values["protection"] = _number(content.get("protection"))
    if values["protection"] not in range(1, 6):
        wrong.append(
            FieldError("/protection", "protection_missing", "请选择接收系统的网络安全等级保护级别（1 至 5 级）。")
        )
    values["commitment"] = content.get("commitment") is True
    if not values["commitment"]:
        detail = "请作出安全承诺：只用于所写用途，不转给第三方，到期删除。"
        wrong.append(FieldError("/commitment", "commitment_missing", detail))
    key = str(content.get("scenario") or "")
    values["scenario"] = Scenario.objects.filter(key=key, retired=False).first() if key else None
    if key and values["scenario"] is None:
        wrong.append(FieldError("/scenario", "scenario_absent", "没有这个场景，请重新选择。"))
    return values


def _number(value: Any) -> int | None:
    return int(value) if str(value or "").isdecimal() and 0 < int(value) < 2**31 else None


def _period(content: Mapping[str, Any], wrong: list[FieldError]) -> tuple[date, date]:
    try:
        begins = date.fromisoformat(str(content.get("valid_from")))
        ends = date.fromisoformat(str(content.get("valid_to")))
    except ValueError:
        wrong.append(FieldError("/valid_from", "period_missing", "请填写使用期限的起止日期。"))
        return instant.today(), instant.today()
    if ends < begins or ends < instant.today():
        wrong.append(FieldError("/valid_to", "period_reversed", "截止日期要在开始日期之后，并且不能已经过去。"))
    return begins, ends


def _renewed(content: Mapping[str, Any], body: Body, wrong: list[FieldError]) -> ShareRequest | None:
    number = str(content.get("renews") or "")
    if not number:
        return None
    found = ShareRequest.objects.filter(number=number, requester=body.key, state=ShareRequest.State.IN_USE).first()
    if found is None:
        wrong.append(FieldError("/renews", "not_in_use", "要续期的共享不在使用中：请去掉续期，另行申请。"))
    return found


def _part(said: Any, at: str, body: Body, actor: Actor, returning: bool, wrong: list[FieldError]) -> Part | None:
    said = said if isinstance(said, Mapping) else {}
    try:
        entry = inventory.entry_for(actor, str(said.get("entry") or "-"))
    except Absent:
        wrong.append(FieldError(f"{at}/entry", "entry_absent", "没有这个目录，或者它已经撤销，请重新选择。"))
        return None
    before = len(wrong)
    resource = resource_of(entry, str(said.get("resource") or ""))
    known = known_items(entry, resource)
    items, rows = said.get("items") or [], said.get("rows") or []
    wrong += _entry_faults(entry, at, body)
    wrong += _item_faults(entry, items, known, at)
    wrong += [fault for n, one in enumerate(rows) for fault in _row_faults(one, known, f"{at}/rows/{n}")]
    if returning:
        wrong += _return_faults(entry, rows, body, at)
    if len(wrong) > before:
        return None
    return Part(entry, resource, tuple(dict.fromkeys(items)), tuple(dict(one) for one in rows))


def _entry_faults(entry: CatalogueEntry, at: str, body: Body) -> Iterator[FieldError]:
    if entry.share == CatalogueEntry.Share.NOT_SHARED or entry.retired:
        detail = f"“{entry.title}”不予共享：{entry.not_shared_citation or '目录已经撤销'}。"
        yield FieldError(f"{at}/entry", "not_shared", detail)
    if entry.body_key == body.key:
        yield FieldError(f"{at}/entry", "own_data", f"“{entry.title}”是本机关自己的数据，不用申请。")


def _item_faults(
    entry: CatalogueEntry, items: Sequence[str], known: Mapping[str, str], at: str
) -> Iterator[FieldError]:
    if not items:
        yield FieldError(f"{at}/items", "items_missing", f"请勾选“{entry.title}”里要用的数据项，只选必需的。")
    if strange := [str(name) for name in items if name not in known]:
        yield FieldError(f"{at}/items", "item_unknown", f"“{entry.title}”里没有数据项：{'、'.join(strange)}。")
    rows = Item.objects.filter(entry=entry, name__in=[str(one) for one in items], authoritative=False)
    elements = dict(rows.exclude(element="").values_list("element", "title"))
    sources = Item.objects.filter(element__in=elements, authoritative=True).exclude(entry=entry).select_related("entry")
    for one in sources:
        detail = f"“{elements[one.element]}”的数源是目录“{one.entry.title}”：请向数源申请，不能向转存的机关要。"
        yield FieldError(f"{at}/items", "not_the_source", detail)


def _row_faults(one: Any, known: Mapping[str, str], at: str) -> Iterator[FieldError]:
    if not isinstance(one, Mapping) or set(one) != {"field", "operator", "values"}:
        yield FieldError(at, "row_form", "行的条件要写明数据项、比较方式和值。")
        return
    if one["field"] not in known:
        yield FieldError(f"{at}/field", "item_unknown", f"没有数据项“{one['field']}”。")
    if one["operator"] not in ROW_OPERATORS:
        yield FieldError(f"{at}/operator", "operator_unknown", f"不支持的比较方式：{one['operator']}。")
    if not isinstance(one["values"], list) or not one["values"] or len(one["values"]) > 200:
        yield FieldError(f"{at}/values", "values_missing", "请写明比较的值，最多 200 个。")


def _return_faults(
    entry: CatalogueEntry, rows: Sequence[Mapping[str, Any]], body: Body, at: str
) -> Iterator[FieldError]:
    """From the level above, and of the own division alone."""
    own, theirs = stem(body.key.partition(".")[0]), stem(entry.body_key.partition(".")[0])
    if theirs == own or theirs not in above(own):
        yield FieldError(f"{at}/entry", "not_upper_level", f"“{entry.title}”不是上级机关的目录，请按一般共享申请。")
    within = [one for one in rows if isinstance(one, Mapping) and one.get("operator") == "isPartOf"]
    if not any(all(own in above(str(value)) for value in one.get("values", [])) for one in within):
        detail = "回流只能要本行政区划的数据：请加一个行政区划条件，值是本级或者下级的区划代码。"
        yield FieldError(f"{at}/rows", "division_missing", detail)
