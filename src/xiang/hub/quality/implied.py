"""The rules of a resource: its steward's own, or those that the catalogue implies without anybody writing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xiang.foundation.ground.errors import Refused
from xiang.hub.inventory.models import DataField, Resource
from xiang.hub.quality.models import RuleSheet

_NUMBERS = {"id_number": "identity", "uscc": "credit_code"}
_TYPES = {"date": "date", "datetime": "datetime", "integer": "integer", "money": "integer", "decimal": "decimal"}
_LETTERS = {"D": "date", "T": "datetime", "I": "integer", "N": "decimal"}
Rule = dict[str, Any]


def rules_of(resource: Resource) -> dict[str, Any]:
    """The steward's own rules; otherwise those of the catalogue: who is asked about has a number of the right form,
    dates are dates, codes are of their list. All columns of personal data are masked."""
    sheet = RuleSheet.objects.filter(resource_key=resource.key).first()
    if sheet:
        return sheet.content
    fields = _fields(resource)
    if not fields:
        raise Refused("fields_unknown", "没有登记数据项，也没有对应到信息项的列，请先补上，或者自己写规则。")
    made = [rule for place, field in enumerate(fields) for rule in _rules(resource, place, field)]
    columns = {field.column: {"title": field.title, "sensitive": True} for field in fields}
    return {
        "name": resource.title,
        "rules": made or [{"key": "f0_required", "kind": "required", "column": fields[0].column}],
        "columns": columns if resource.personal else {},
    }


def _fields(resource: Resource) -> list[DataField]:
    """The data items of the resource; of one that was mounted by a program without them, the entry's that name a column
    of its table."""
    if resource.field_specs:
        return list(resource.data_fields.values())
    items = resource.entry.item_rows.filter(system=resource.system, table=resource.table).exclude(column="")
    return [DataField(item.name, item.title, _LETTERS.get(item.type, "text"), item.column) for item in items]


def _rules(resource: Resource, place: int, field: DataField) -> Iterator[Rule]:
    on = {"column": field.column}
    scheme = resource.lookup_spec.get("scheme", "")
    if scheme in _NUMBERS and field.column in resource.lookup_spec.get("columns", ()):
        yield {"key": f"f{place}_required", "kind": "required", **on, "message": f"{field.title}必填，请补上。"}
        yield {"key": f"f{place}_number", "kind": _NUMBERS[scheme], **on}
    elif field.type in _TYPES:
        yield {"key": f"f{place}_type", "kind": "type", **on, "type": _TYPES[field.type]}
    elif field.codes:
        yield {"key": f"f{place}_code", "kind": "dictionary", **on, "values": list(field.codes)}
